//! The two ways to a library: one's own, open here, and one that a service holds, asked over HTTP or by the socket in its folder.
//!
//! A verb asks a [`Door`] and says what came of it, the same words and the same JSON in both ways. What a service tells is what its caller
//! may hear of: the agency is that of the account, and so is the actor of whatever is done.

mod jobs;
mod own;
mod service;
mod shapes;
mod socket;
mod wire;

pub use jobs::{Job, RowTold};
pub use own::Own;
pub use service::{Service, held};
pub use shapes::unexpected;
pub use wire::{Reply, broken_off};

use super::identifier;
use crate::cli::{DoorArg, GroundsArg, SignArg, TypesArg};
use crate::failure::Failure;
use crate::verbs::Voice;
use jiff::civil::Date;
use kanhe_core::certificate::Certificate as Said;
use kanhe_core::code::{CertificateId, HolderCode, Lenient, ProjectCode, RegionCode, TypeCode, Uscc, Warning};
use kanhe_core::envelope::Envelope;
use kanhe_core::key::PublicKeyLine;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::application::Application as Row;
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::examiner::{Closing, HowFar, Opinion};
use kanhe_issuer::lifecycle::{Change, PastAsked};
use kanhe_issuer::question::EventsWanted;
use kanhe_issuer::registrar::Replacement;
use kanhe_issuer::sight::Sight;
use kanhe_service::export::Counts as Exported;
use kanhe_service::shown::{
    Application, ApplicationRow, Certificate, CertificateRow, Changed, ChangedField, Checked, Counts, Event, History,
};
use kanhe_store::find::{Cursor, Question};
use kanhe_store::{Record, Stage};
use serde_json::Value;
use std::path::Path;

/// Whoever answers for a library.
pub trait Door {
    /// The types that are known behind it: those of the command line, and those that a library was given later.
    fn catalogue(&self, types: &TypesArg) -> Result<Catalogue, Failure>;

    /// A page of certificates.
    fn find(&self, sought: &Sought<'_>, page: Cut<'_>) -> Result<Page<CertificateRow>, Failure>;

    /// One certificate; its type is what its fields are shown by.
    fn certificate(&self, identifier: &CertificateId, kind: Option<&CertificateKind>, sight: Sight) -> Result<Certificate, Failure>;

    /// The signed certificate, with everything that it says of its holders.
    fn envelope(&self, identifier: &CertificateId) -> Result<Vec<u8>, Failure>;

    /// Everything that happened to a certificate, and what held at a moment.
    fn history(&self, identifier: &CertificateId, past: Option<PastAsked>) -> Result<History, Failure>;

    /// How many certificates there are.
    fn counts(&self, ending_by: Option<Date>) -> Result<Counts, Failure>;

    /// Changes the state of a certificate; `other` is the region that it is moved to.
    fn change(
        &self,
        identifier: &CertificateId,
        change: Change,
        other: Option<&RegionCode>,
        grounds: &GroundsArg,
    ) -> Result<Changed, Failure>;

    /// Lets an identifier of another scheme stand for a certificate.
    fn alias(&self, identifier: &CertificateId, alias: (&str, &str), grounds: &GroundsArg) -> Result<(), Failure>;

    /// Issues one certificate.
    fn issue(&self, order: &Order<'_>, grounds: &GroundsArg) -> Result<Issued, Failure>;

    /// Which agency decides applications for a type: the one named, or the only one that may; none where a service knows it of its caller.
    fn decider(&self, kind: &CertificateKind, named: Option<&str>) -> Result<Option<Uscc>, Failure>;

    /// Takes one application of a table in.
    fn lodge(&self, lodging: &Arriving<'_>, grounds: &GroundsArg) -> Result<Arrived, Failure>;

    /// Writes down what a department says.
    fn review(&self, case: &Case<'_>, said: (&str, Opinion), grounds: &GroundsArg) -> Result<Stage, Failure>;

    /// Closes an application without a certificate.
    fn close(&self, case: &Case<'_>, closing: Closing, grounds: &GroundsArg) -> Result<Stage, Failure>;

    /// An application as officers see it, and as it was handed in where that is at hand.
    fn application(&self, case: &Case<'_>, sight: Sight) -> Result<(Application, Option<Value>), Failure>;

    /// A page of applications.
    fn applications(&self, wanted: &ApplicationsWanted<'_>, page: Cut<'_>) -> Result<Page<ApplicationRow>, Failure>;

    /// A page of what happened, in the order of the log, from an index on.
    fn events(&self, wanted: &EventsWanted<'_>, from: u64, most: usize) -> Result<EventPage, Failure>;

    /// Where the log has the issue of a certificate, or what happened last to it or to an application.
    fn event_of(&self, subject: &Subject, which: Which) -> Result<Option<u64>, Failure>;

    /// The proof that an event stands in the published log.
    fn prove(&self, index: u64) -> Result<Proof, Failure>;

    /// The manifest that the library works under.
    fn manifest(&self) -> Result<Manifest, Failure>;

    /// Holds the library against itself; `progress` is told how many of how many were looked at.
    fn check(&self, progress: &dyn Fn(u64, u64)) -> Result<Checked, Failure>;

    /// The code by which the library does not go on from a checkpoint that somebody has kept; none where it does.
    fn astray(&self, checkpoint: &str, log_key: &PublicKeyLine) -> Result<Option<&'static str>, Failure>;

    /// Of whose certificates it tells.
    fn extent(&self) -> Extent;

    /// Takes out what is kept; nothing where nothing is kept of a holder.
    fn export(&self, exporting: &Exporting<'_>) -> Result<Option<TakenOut>, Failure>;
}

/// What is taken out of a library.
pub struct Exporting<'a> {
    /// What is kept of one holder; everything that may be taken out, where nobody is named.
    pub holder: Option<HolderCode>,
    /// Where it goes.
    pub out: &'a Path,
    /// The types, for the labels of their fields.
    pub types: &'a TypesArg,
    /// To whom it is told how far it has come.
    pub voice: Voice,
}

/// What was taken out of a library.
pub struct TakenOut {
    /// How much there was of each.
    pub counts: Exported,
    /// The bytes of the file.
    pub bytes: u64,
    /// The types that it is confined to, by their codes; none where it is of every type.
    pub types: Option<Vec<String>>,
}

/// Of whose certificates somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Of all that the library has.
    Library,
    /// Of those of the caller's agency: a service tells nobody more.
    Agency,
}

impl Extent {
    /// The word by which programs know it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Agency => "agency",
        }
    }
}

/// What certificates are found by.
pub struct Sought<'a> {
    /// The question, as a library of one's own answers it.
    pub question: &'a Question,
    /// The type that was named.
    pub type_code: Option<&'a TypeCode>,
    /// The word for a state, as it was said: a service reads it by its own types.
    pub state: Option<&'a str>,
}

/// Which part of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Cut<'a> {
    /// Where the page before ended.
    pub after: Option<&'a Cursor>,
    /// At most so many.
    pub most: usize,
}

/// A part of an answer.
pub struct Page<T> {
    /// At most as many as were asked for.
    pub rows: Vec<T>,
    /// Where the next page begins, if there may be one.
    pub next: Option<String>,
}

/// The signed certificate, and the text of its QR code in the bare form.
pub struct Kept {
    /// A tagged `COSE_Sign1`.
    pub envelope: Vec<u8>,
    /// The digits.
    pub digits: String,
}

impl Kept {
    /// What the certificate says, taken at its word: it is drawn, and not believed.
    pub fn certificate(&self) -> Result<Said, Failure> {
        let read = Envelope::decode(&self.envelope).and_then(|envelope| envelope.read_unchecked::<Said>());
        read.map_err(|error| Failure::new(error.code(), error))
    }
}

impl From<Record> for Kept {
    fn from(record: Record) -> Self {
        Self { digits: record.digits(), envelope: record.envelope }
    }
}

/// A certificate that is to be issued.
pub struct Order<'a> {
    /// Its type.
    pub kind: &'a CertificateKind,
    /// By which right it comes.
    pub place: Place<'a>,
    /// What a library of one's own signs with.
    pub key: &'a SignArg,
    /// Where the dictionaries are.
    pub types: &'a TypesArg,
}

/// By which right a certificate comes.
pub enum Place<'a> {
    /// It takes the place of a version.
    Next(&'a CertificateId, Replacement, &'a Row),
    /// It was given away by another region.
    From(&'a Elsewhere, &'a Row),
    /// Its application is approved.
    Decided(&'a ProjectCode),
}

/// A certificate in another region.
pub struct Elsewhere {
    /// The region.
    pub region: RegionCode,
    /// Its identifier there.
    pub identifier: Lenient<CertificateId>,
    /// What that region says of it, as `SET:CODE`.
    pub said: Option<String>,
}

impl Elsewhere {
    /// What is odd about its identifier, by stable codes.
    pub fn warnings(&self) -> Vec<&'static str> {
        self.identifier.warnings().iter().map(Warning::code).collect()
    }
}

/// Where a certificate that is applied for goes on.
pub enum After {
    /// It takes the place of a version.
    Version(Replacement, CertificateId),
    /// It was given away by another region.
    Elsewhere(Elsewhere),
}

/// A certificate that stands in the library.
pub struct Issued {
    /// Whether it was issued for the request before.
    pub before: bool,
    /// Its identifier.
    pub identifier: String,
    /// What it is today: what was issued before may have ended since.
    pub condition: String,
    /// Certificates that may be one and the same, if there are any, as far as they may be named.
    pub same: Option<Vec<String>>,
    /// The fields that it says otherwise than the version before, if it is a renewal.
    pub changes: Vec<ChangedField>,
    /// Its files; none where a service keeps them from who asks.
    pub kept: Option<Kept>,
}

/// An application that arrives.
pub struct Arriving<'a> {
    /// Its type.
    pub kind: &'a CertificateKind,
    /// The agency that decides, as [`Door::decider`] has it.
    pub agency: Option<Uscc>,
    /// Where the certificate goes on, if it is no first one.
    pub after: Option<&'a After>,
    /// What was handed in.
    pub row: &'a Row,
}

/// What came of a row.
pub enum Arrived {
    /// It is there now, under a code.
    New(String),
    /// It was there before, and has come so far since.
    Before(String, Stage),
    /// It has faults, as a report tells them.
    Refused(Vec<Value>),
}

/// An application that stands in the library.
pub struct Case<'a> {
    /// Its code.
    pub code: ProjectCode,
    /// The types.
    pub catalogue: &'a Catalogue,
}

/// Which applications are asked for.
pub struct ApplicationsWanted<'a> {
    /// The types.
    pub catalogue: &'a Catalogue,
    /// Of this type.
    pub type_code: Option<TypeCode>,
    /// To this agency.
    pub agency: Option<Uscc>,
    /// That have come so far.
    pub how_far: Option<HowFar<'a>>,
}

/// A part of the log.
pub struct EventPage {
    /// How many events the log has.
    pub size: u64,
    /// Those that were asked for.
    pub events: Vec<Event>,
    /// The index at which the next page begins.
    pub next: Option<u64>,
}

/// What an event of the log is about.
pub enum Subject {
    /// A certificate.
    Certificate(CertificateId),
    /// An application under review.
    Application(ProjectCode),
}

impl Subject {
    /// Reads what the command line names, before anybody is asked of it.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        ProjectCode::parse(text).map_or_else(|_| identifier(text).map(Self::Certificate), |code| Ok(Self::Application(code)))
    }
}

/// Which event of a certificate is meant; of an application it is always the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Its issue: what saves it where its key is stolen later.
    Issue,
    /// What happened last.
    Last,
}

/// A proof, and what it proves.
pub struct Proof {
    /// The event.
    pub event: Event,
    /// How many events the published log has.
    pub size: u64,
    /// The proof as a file (c2sp.org/tlog-proof).
    pub text: String,
}

/// Goes to the library: through the service that is named, or that holds it on this machine, or by opening it.
pub fn door(arg: &DoorArg) -> Result<Box<dyn Door>, Failure> {
    match Service::of(&arg.account, arg.library.as_deref())? {
        Some(service) => Ok(Box::new(service)),
        None => Ok(Box::new(Own::open(arg)?)),
    }
}
