//! Why a registrar does not do what is asked.

use super::Stranger;
use crate::catalogue::Meaning;
use crate::desk::IssueError;
use crate::lifecycle::{Change, LifecycleError};
use jiff::civil::Date;
use kanhe_core::code::{ProjectCode, RegionCode};
use kanhe_core::envelope::EnvelopeError;
use kanhe_core::status::State;
use kanhe_store::{Stage, StoreError};
use thiserror::Error;

/// Why a registrar does not do what is asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RegistrarError {
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The certificate could not be made.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The table of the lifecycle forbids it.
    #[error(transparent)]
    Lifecycle(#[from] LifecycleError),
    /// The request was answered before, and asked for something else: other contents, or another act.
    #[error("the request was answered before with {identifier}, for something else")]
    RequestDiffers {
        /// What was issued for it.
        identifier: String,
    },
    /// The request was lodged as an application, which is decided by those who review it and not by issuing.
    #[error("the request was lodged as application {code}, whose stage is {}", .stage.word())]
    RequestLodged {
        /// The code of the application.
        code: ProjectCode,
        /// How far it has come.
        stage: Stage,
    },
    /// A row of a rehearsal has the request of one before it, and asks for something else.
    #[error("the row on line {line} has the same request, with other contents")]
    RowDiffers {
        /// The line of that row.
        line: u64,
    },
    /// A row of a rehearsal would have the identifier of one before it.
    #[error("the row on line {line} has the same number, which is the serial of its identifier")]
    RowIdentifier {
        /// The line of that row.
        line: u64,
    },
    /// A row of a rehearsal has the number of one before it, and could be used in the same days.
    #[error("the row on line {line} has the same number: an agency gives it to one certificate of a type at a time")]
    RowNumber {
        /// The line of that row.
        line: u64,
    },
    /// A row of a rehearsal has a holder of one before it, who may have one.
    #[error("the row on line {line} is for the same holder, who may have one certificate of this type")]
    RowHolder {
        /// The line of that row.
        line: u64,
    },
    /// The identifier stands in the library already.
    #[error("identifier {identifier} stands in the library already, {}: {}", last_day(*until), .state.word())]
    IdentifierTaken {
        /// The identifier.
        identifier: String,
        /// The state of the certificate that has it.
        state: State,
        /// The last day of its term; none where it has no last day.
        until: Option<Date>,
    },
    /// The identifier of another scheme stands for another certificate.
    #[error("it stands for {identifier} already")]
    AliasTaken {
        /// That certificate.
        identifier: String,
    },
    /// No manifest was taken up yet.
    #[error("the library has no manifest yet")]
    NoManifest,
    /// The manifest is not signed by its root key.
    #[error(transparent)]
    Manifest(EnvelopeError),
    /// The manifest is of another region.
    #[error("the manifest is of region {found}, the library of {wanted}")]
    ManifestOfOtherRegion {
        /// The region of the manifest.
        found: RegionCode,
        /// The region of the library.
        wanted: RegionCode,
    },
    /// The library works under a newer manifest, or another of the same edition.
    #[error("the library works under edition {present}, this is edition {found}")]
    ManifestNotNewer {
        /// The edition of the manifest.
        found: u32,
        /// The edition under which the library works.
        present: u32,
    },
    /// The library has lost its manifest, and this is another.
    #[error("the library has lost its own manifest, of which its log tells ({lost}): this one, of edition {found}, is another")]
    OtherManifestLost {
        /// The edition of the manifest.
        found: u32,
        /// Of which manifest the log tells.
        lost: String,
    },
    /// The library works under another manifest than the certificate was signed under.
    #[error("it was signed under edition {signed} of the manifest, and the library works under edition {present} by now")]
    ManifestMoved {
        /// The edition under which it was signed.
        signed: u32,
        /// The edition under which the library works.
        present: u32,
    },
    /// A certificate that comes from the library's own region, or goes to it.
    #[error("region {region} is the library's own, or in it: nothing is transferred within it")]
    OwnRegion {
        /// The region.
        region: RegionCode,
    },
    /// A certificate that would go to a region that is none.
    #[error("{region} is in no province: nothing is transferred there")]
    NoRegion {
        /// The region named.
        region: RegionCode,
    },
    /// A certificate that stands in this library.
    #[error("{identifier} stands in this library: call its transfer off instead")]
    OwnCertificate {
        /// The certificate.
        identifier: String,
    },
    /// The other region has not given the certificate away.
    #[error("the other region says that it is {said}, for a transfer it must be {wanted}")]
    NotGivenAway {
        /// What the other region says.
        said: Meaning,
        /// What it must say.
        wanted: Meaning,
    },
    /// What has run out is given away by no table, and is not taken over either.
    #[error("the certificate ended on {until}, and today is {today}: what has run out is not taken over")]
    RunOutThere {
        /// The last day of its term.
        until: Date,
        /// Today.
        today: Date,
    },
    /// A scheme in which certificates of other regions are known.
    #[error("scheme {scheme} is for certificates of other regions: they are entered by transfer in")]
    AliasOfRegion {
        /// The scheme.
        scheme: String,
    },
    /// An identifier that tells a person's number, and would lie in the clear.
    #[error("a person's number stands whole in the identifier, and would lie in the clear")]
    NumberInClear,
    /// The library has no such certificate.
    #[error("the library has no certificate {identifier}")]
    NotFound {
        /// The identifier.
        identifier: String,
    },
    /// The type allows one valid certificate per holder.
    #[error("a holder has a {} certificate of this type already: {identifier}", .state.word())]
    HolderHasOne {
        /// The certificate that the holder has.
        identifier: String,
        /// Its state.
        state: State,
    },
    /// Another certificate of the type bears the number, and can be used in the same days.
    #[error("{identifier} bears this number: an agency gives it to one certificate of a type at a time")]
    NumberTaken {
        /// The certificate that bears it.
        identifier: String,
    },
    /// Somebody else's certificate of the type bears the number and went to another region, from which it can be called back.
    #[error("{identifier} bears this number and went to another region: as long as that can be called off, the number is its holders'")]
    NumberTransferred {
        /// The certificate that bears it.
        identifier: String,
    },
    /// A new version belongs to who held the one before.
    #[error("a new version of {identifier} belongs to who holds it: {stranger}")]
    OtherHolder {
        /// The version before.
        identifier: String,
        /// Which holder differs.
        stranger: Stranger,
    },
    /// A renewal leaves the names as they are.
    #[error("the application names holder {place} otherwise than {identifier} does: an amendment changes names, a renewal does not")]
    OtherName {
        /// The version before.
        identifier: String,
        /// Which holder of the application, from 1.
        place: usize,
    },
    /// A new version is of the same type.
    #[error("the application is of another type than {identifier}")]
    OtherType {
        /// The certificate that is to be replaced.
        identifier: String,
    },
    /// The new version would begin after the old one ended.
    #[error(
        "the new version would begin on {from}, and the act takes effect on {day}, when the old one ends: nothing would be in force between"
    )]
    Gap {
        /// The first day of the new version.
        from: Date,
        /// The day on which the act takes effect.
        day: Date,
    },
    /// A new version that would be issued before the one whose place it takes.
    #[error("the new version would be issued on {issued}, and the one whose place it takes was issued on {last}")]
    IssuedBeforeLast {
        /// The day of issue of the new version.
        issued: Date,
        /// That of the version before.
        last: Date,
    },
    /// A new version that would be issued before the act takes effect that makes it.
    #[error("the new version would be issued on {issued}, and the act that makes it takes effect on {day}")]
    IssuedBeforeEffect {
        /// The day of issue of the new version.
        issued: Date,
        /// The day on which the act takes effect.
        day: Date,
    },
    /// A renewal that would begin before what it renews.
    #[error("the renewal would begin on {from}: what it renews began on {before}")]
    BeginsBefore {
        /// The first day of the new version.
        from: Date,
        /// That of the version before.
        before: Date,
    },
    /// A renewal that would not prolong what it renews, or would be over already.
    #[error("the renewal would end on {until}: what it renews ends on {before}, and today is {today}")]
    NoLonger {
        /// The last day of the new version.
        until: Date,
        /// That of the version before.
        before: Date,
        /// Today.
        today: Date,
    },
    /// A renewal of what has no last day.
    #[error("what has no last day is not renewed: an amendment changes what it says")]
    Endless,
    /// The type's applications are reviewed before anything is minted.
    #[error("an application for this type is reviewed and approved before a certificate is issued")]
    NeedsReview,
    /// A renewal or an amendment needs an application.
    #[error("{} makes a new version, which needs an application", .change.act().word())]
    NeedsDraft {
        /// What was asked for.
        change: Change,
    },
}

impl RegistrarError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Issue(error) => error.code(),
            Self::Lifecycle(error) => error.code(),
            Self::RequestDiffers { .. } | Self::RowDiffers { .. } => "request_reused",
            Self::RequestLodged { .. } => "request_lodged",
            Self::IdentifierTaken { .. } | Self::RowIdentifier { .. } => "identifier_taken",
            Self::AliasTaken { .. } => "alias_taken",
            Self::NoManifest => "library_no_manifest",
            Self::Manifest(error) => error.code(),
            Self::ManifestOfOtherRegion { .. } => "library_other_region",
            Self::ManifestNotNewer { .. } => "manifest_not_newer",
            Self::OtherManifestLost { .. } => "library_manifest_lost",
            Self::ManifestMoved { .. } => "manifest_moved",
            Self::OwnRegion { .. } => "transfer_own_region",
            Self::NoRegion { .. } => "transfer_no_region",
            Self::OwnCertificate { .. } => "transfer_own_certificate",
            Self::NotGivenAway { .. } => "transfer_not_given_away",
            Self::RunOutThere { .. } => "transfer_run_out",
            Self::AliasOfRegion { .. } => "alias_of_region",
            Self::NumberInClear => "id_number_in_clear",
            Self::NotFound { .. } => "certificate_not_found",
            Self::HolderHasOne { .. } | Self::RowHolder { .. } => "holder_has_one",
            Self::NumberTaken { .. } | Self::RowNumber { .. } => "number_taken",
            Self::NumberTransferred { .. } => "number_transferred",
            Self::OtherHolder { .. } => "other_holder",
            Self::OtherName { .. } => "other_holder_name",
            Self::OtherType { .. } => "other_type",
            Self::Gap { .. } => "version_gap",
            Self::IssuedBeforeLast { .. } | Self::IssuedBeforeEffect { .. } => "version_issued_early",
            Self::BeginsBefore { .. } => "renewal_begins_early",
            Self::NoLonger { .. } | Self::Endless => "renewal_no_longer",
            Self::NeedsReview => "review_needed",
            Self::NeedsDraft { .. } => "change_needs_application",
        }
    }
}

fn last_day(until: Option<Date>) -> String {
    until.map_or_else(|| "without a last day".to_owned(), |until| format!("with {until} as its last day"))
}
