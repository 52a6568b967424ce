//! What came of issuing, and of an act.

use super::certificate::Certificate;
use super::worth::condition_of;
use super::{Names, told};
use jiff::civil::Date;
use kanhe_core::code::{CertificateId, Uscc};
use kanhe_issuer::application::fixed_columns;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::doubt::Doubt;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::Registrar;
use kanhe_store::{Card, Library, Shelfmark, StoreError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// The version before an annulled one does not come back.
pub(super) const STAYS_SUPERSEDED: &str = "predecessor_stays_superseded";

/// A holder has two certificates of a type, one that went to a region and one that came from there since: they may be one and the same.
pub const MAY_HAVE_COME_BACK: &str = "may_have_come_back";

/// A term does not stand still while its certificate is suspended.
pub const TERM_GOES_ON: &str = "term_goes_on";

/// A certificate that is suspended, or was given back, is past its term.
pub const TERM_IS_OVER: &str = "term_is_over";

/// A renewal says something else than the version before, besides its term.
pub const RENEWAL_CHANGES: &str = "renewal_changes";

/// What came of a request to issue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Issued {
    /// `issued`, or `before` if the request was answered before: then this is what was issued then.
    #[schema(value_type = String)]
    pub result: IssueResult,
    /// The certificate, holders' codes masked.
    pub certificate: Certificate,
    /// The signed certificate (`COSE_Sign1`) in base64, for the holder: whoever hands the application in knows what it says, and whoever
    /// approves one hands out what comes of it. Null where somebody else approved it, for who may not see the whole of it.
    #[schema(required, content_encoding = "base64")]
    pub file: Option<String>,
    /// What is odd about the application and was accepted all the same, by stable codes; `may_have_come_back`, where a holder's certificate of the
    /// type went to the region from which this one comes; `renewal_changes`, where a renewal says something else than the version before, besides its
    /// term.
    pub warnings: Vec<String>,
    /// The fields that a renewal has changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub changes: Vec<ChangedField>,
    /// The agency's certificates that may be one and the same as this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub compare: Vec<String>,
}

impl Issued {
    /// The same for who may not see the whole of the certificate.
    #[must_use]
    pub fn without_file(self) -> Self {
        Self { file: None, ..self }
    }

    /// The same with what may be one and the same as the certificate; of another agency's it is not said which.
    #[must_use]
    pub fn beside(mut self, same: &[CertificateId], agency: &Uscc) -> Self {
        self.warnings.extend((!same.is_empty()).then(|| MAY_HAVE_COME_BACK.to_owned()));
        self.compare = named(same, Some(agency));
        self
    }
}

/// A field that says something else than in the version before: what it is called, and not what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedField {
    /// Its name in the type's form; `number` for the printed number.
    pub name: String,
    /// What people call it.
    pub names: Names,
}

impl ChangedField {
    /// The fields of a renewal that have changed, as people call them; one that the form has no more by its name alone.
    pub fn of_renewal(library: &Library, mark: Shelfmark, kind: &CertificateKind) -> Result<Vec<Self>, StoreError> {
        let of_form = |name: &str| kind.form().iter().find(|field| field.name == name).map(|field| Names::from(&field.label));
        let fixed = |name: &str| fixed_columns(kind).find(|column| column.name == name).map(|column| column.label);
        let named = |name: String| {
            let by_its_column = || Names { zh: fixed(&name).unwrap_or(&name).to_owned(), en: name.clone() };
            Self { names: of_form(&name).unwrap_or_else(by_its_column), name }
        };
        Ok(Registrar::new(library).changed_by_renewal(mark)?.into_iter().map(named).collect())
    }
}

/// Whether a certificate was issued for this request, or stood there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueResult {
    /// Now.
    Issued,
    /// Before.
    Before,
}

/// What an act made of a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// The certificate.
    pub identifier: String,
    /// What was done.
    pub act: Cow<'static, str>,
    /// What has become of it.
    pub state: Cow<'static, str>,
    /// The state, and where its term stands today.
    #[serde(default)]
    #[schema(required)]
    pub condition: Cow<'static, str>,
    /// Whether a stolen key signed it behind the cut-off that the manifest names: counters refuse it (`key_stolen`), whatever its condition.
    #[serde(default)]
    #[schema(required)]
    pub behind_cut_off: bool,
    /// The code with which counters refuse it, or cannot tell of it, because the manifest is not behind it any more: `issuer_unknown`,
    /// `key_not_for_seals`, `outside_key_window`, `out_of_scope`, `type_unknown`, `dictionary_unknown`. Null where it is.
    #[serde(default)]
    #[schema(required)]
    pub refused_as: Option<Cow<'static, str>>,
    /// The last day of its term; null for 长期.
    #[serde(default)]
    #[schema(required, format = Date)]
    pub until: Option<String>,
    /// From when on it holds (RFC 3339).
    #[schema(format = DateTime)]
    pub effective: String,
    /// When it was written down (RFC 3339).
    #[schema(format = DateTime)]
    pub recorded: String,
    /// What the officer should know: `predecessor_stays_superseded`, where the annulled version had taken the place of another, which does not come
    /// back; `may_have_come_back`, where a move is called off and a holder has a certificate of the type that came from that region since;
    /// `term_goes_on`, where it is suspended and has a last day, up to which a renewal is applied for; `term_is_over`, where that day has passed
    /// when it is suspended or given back, or when its move is called off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub warnings: Vec<Cow<'static, str>>,
    /// The agency's certificates that may be one and the same as this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub compare: Vec<String>,
}

impl Changed {
    /// What a change made of the certificate of a card; why counters would refuse it all the same, no change touches.
    pub fn new(change: Change, card: &Card, Doubt { behind_cut_off, refused_as }: Doubt, today: Date) -> Self {
        Self {
            identifier: card.identifier.to_string(),
            act: change.act().word().into(),
            state: card.state.word().into(),
            condition: condition_of(card, today).word().into(),
            behind_cut_off,
            refused_as: refused_as.map(Cow::Borrowed),
            until: card.until.map(|until| until.to_string()),
            effective: told(card.effective),
            recorded: told(card.recorded),
            warnings: warning(change, card, today).map(Cow::Borrowed).into_iter().collect(),
            compare: Vec::new(),
        }
    }

    /// The same with what may be one and the same as the certificate; of another agency's it is not said which.
    #[must_use]
    pub fn beside(mut self, same: &[CertificateId], agency: Option<&Uscc>) -> Self {
        self.warnings.extend((!same.is_empty()).then_some(Cow::Borrowed(MAY_HAVE_COME_BACK)));
        self.compare = named(same, agency);
        self
    }
}

/// What an officer may not know of what he has done.
fn warning(change: Change, card: &Card, today: Date) -> Option<&'static str> {
    match change {
        // Who annuls an amendment made by mistake leaves the holder with nothing.
        Change::Annul if card.predecessor.is_some() => Some(STAYS_SUPERSEDED),
        Change::Suspend | Change::Reinstate | Change::UndoTransfer if card.until.is_some_and(|until| until < today) => Some(TERM_IS_OVER),
        Change::Suspend if card.until.is_some() => Some(TERM_GOES_ON),
        _ => None,
    }
}

/// Identifiers, as far as they are of an agency.
fn named(identifiers: &[CertificateId], agency: Option<&Uscc>) -> Vec<String> {
    let own = |identifier: &&CertificateId| agency.is_none_or(|agency| identifier.issuer() == agency);
    identifiers.iter().filter(own).map(ToString::to_string).collect()
}
