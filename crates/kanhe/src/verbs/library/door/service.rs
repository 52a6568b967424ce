//! A library that a service holds: asked by its interface, with the rights of an account.

use super::super::export::taken;
use super::shapes::{columns, confined, cut, grounds_of, moment_or_day, named_stage, of_case, one, origin, search, sought, unexpected};
use super::wire::{Reply, Sent, Wire, broken_off};
use super::{
    After, ApplicationsWanted, Arrived, Arriving, Case, Cut, Door, EventPage, Exporting, Extent, Issued, Order, Page, Place, Proof, Sought,
    Subject, TakenOut, Which,
};
use crate::cli::{AccountArg, GroundsArg, TypesArg};
use crate::failure::Failure;
use crate::shipped;
use crate::verbs::report::with;
use jiff::civil::Date;
use kanhe_core::code::{CertificateId, RegionCode, TypeCode, Uscc};
use kanhe_core::envelope::Envelope;
use kanhe_core::event;
use kanhe_core::hex::Hex;
use kanhe_core::key::PublicKeyLine;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::application::Application as Row;
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::examiner::{Closing, HowFar, Opinion};
use kanhe_issuer::lifecycle::{Change, PastAsked, When};
use kanhe_issuer::question::EventsWanted;
use kanhe_issuer::sight::Sight;
use kanhe_log::bundle::ProofBundle;
use kanhe_service::percent::escaped;
use kanhe_service::serve::SOCKET;
use kanhe_service::shown::{
    self, Application, ApplicationPage, ApplicationRow, Certificate, CertificatePage, CertificateRow, Changed, Checked, Counts, Event,
    History, KindLine, Kinds, LodgeResult, LodgedAs, MovedOn,
};
use kanhe_store::Stage;
use kanhe_store::find::LONGEST_PAGE;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// A service that holds a library.
pub struct Service(pub(super) Wire);

/// The socket at which a service listens that holds the library in a folder of this machine.
pub fn held(folder: &Path) -> Option<PathBuf> {
    let socket = folder.join(SOCKET);
    // A socket that nobody listens at is left of a service that was killed.
    UnixStream::connect(&socket).is_ok().then_some(socket)
}

impl Service {
    /// The service that is named, or else the one that holds a library in a folder of this machine; none where there is neither.
    pub fn of(account: &AccountArg, folder: Option<&Path>) -> Result<Option<Self>, Failure> {
        let key = || {
            let wanted = || Failure::new("service_key_wanted", "a service holds the library, and --key-file names no account");
            account.key_file.as_deref().ok_or_else(wanted)
        };
        if let Some(url) = &account.service {
            return Ok(Some(Self(Wire::to(url, key()?)?)));
        }
        folder.and_then(held).map(|socket| Ok(Self(Wire::by(&socket, key()?)?))).transpose()
    }

    /// Issues a certificate of a type that needs no review, for a row of a table.
    pub fn issue_row(&self, kind: &CertificateKind, row: &Row, grounds: (&str, &str)) -> Result<Reply<shown::Issued>, Failure> {
        let (basis, reason) = grounds;
        let body = json!({ "type": kind.code().as_str(), "application": columns(row), "basis": basis, "reason": reason });
        self.0.post("/v1/certificates", &body)
    }

    fn done<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Failure> {
        self.0.post(path, body)?.done()
    }
}

impl Door for Service {
    fn catalogue(&self, types: &TypesArg) -> Result<Catalogue, Failure> {
        self.types(types)
    }

    fn find(&self, sought: &Sought<'_>, page: Cut<'_>) -> Result<Page<CertificateRow>, Failure> {
        let (body, agency) = search(sought);
        let found: CertificatePage = self.done("/v1/certificates/search", &cut(body, page))?;
        Ok(confined(found.certificates, found.next, agency, |row| &row.agency))
    }

    fn certificate(&self, identifier: &CertificateId, _: Option<&CertificateKind>, sight: Sight) -> Result<Certificate, Failure> {
        self.0.get(&one(identifier, if sight == Sight::Whole { "?whole=true" } else { "" }))
    }

    fn envelope(&self, identifier: &CertificateId) -> Result<Vec<u8>, Failure> {
        self.0.bytes(&one(identifier, "/certificate"))
    }

    fn history(&self, identifier: &CertificateId, past: Option<PastAsked>) -> Result<History, Failure> {
        let said = |name: &str, when: When| format!("{name}={}", escaped(&moment_or_day(when)));
        let known = |past: &PastAsked| past.known.map_or_else(String::new, |known| said("&known", known));
        let asked = past.map_or_else(String::new, |past| said("?at", past.at) + &known(&past));
        self.0.get(&one(identifier, &format!("/history{asked}")))
    }

    fn counts(&self, ending_by: Option<Date>) -> Result<Counts, Failure> {
        let asked = ending_by.map_or_else(String::new, |day| format!("?ending_by={day}"));
        self.0.get(&format!("/v1/certificates/count{asked}"))
    }

    fn change(
        &self,
        identifier: &CertificateId,
        change: Change,
        other: Option<&RegionCode>,
        grounds: &GroundsArg,
    ) -> Result<Changed, Failure> {
        let more = other.map_or_else(|| json!({}), |region| json!({ "to": region.as_str() }));
        let act = change.act().word().replace('_', "-");
        self.done(&one(identifier, &format!("/{act}")), &grounds_of(grounds, more)?)
    }

    fn alias(&self, identifier: &CertificateId, (scheme, value): (&str, &str), grounds: &GroundsArg) -> Result<(), Failure> {
        if grounds.effective.is_some() {
            return Err(Failure::new("not_through_service", "--effective of an alias"));
        }
        let body = grounds_of(grounds, json!({ "scheme": scheme, "value": value }))?;
        self.done::<IgnoredAny>(&one(identifier, "/alias"), &body).map(drop)
    }

    fn issue(&self, order: &Order<'_>, grounds: &GroundsArg) -> Result<Issued, Failure> {
        let asked_for = |row: &Row| json!({ "application": columns(row) });
        let (path, more) = match &order.place {
            Place::Next(identifier, replacement, row) => {
                (one(identifier, &format!("/{}", Change::from(*replacement).act().word())), asked_for(row))
            }
            Place::From(elsewhere, row) => {
                let there = with(json!({ "type": order.kind.code().as_str() }), origin(elsewhere));
                ("/v1/certificates/transfer-in".to_owned(), with(there, asked_for(row)))
            }
            Place::Decided(code) => (format!("/v1/applications/{}/approval", escaped(code.as_str())), json!({})),
        };
        self.done::<shown::Issued>(&path, &grounds_of(grounds, more)?)?.try_into()
    }

    fn decider(&self, _: &CertificateKind, named: Option<&str>) -> Result<Option<Uscc>, Failure> {
        match named {
            None => Ok(None),
            Some(_) => Err(Failure::new("not_through_service", "--agency: a service takes applications in for its caller's own")),
        }
    }

    fn lodge(&self, lodging: &Arriving<'_>, grounds: &GroundsArg) -> Result<Arrived, Failure> {
        let after = lodging.after.map_or_else(
            || json!({}),
            |after| match after {
                After::Version(replacement, identifier) => {
                    json!({ "replaces": { "act": replacement.act().word(), "identifier": identifier.to_string() } })
                }
                After::Elsewhere(elsewhere) => json!({ "origin": origin(elsewhere) }),
            },
        );
        let more = with(json!({ "type": lodging.kind.code().as_str(), "application": columns(lodging.row) }), after);
        match self.0.post::<LodgedAs>("/v1/applications", &grounds_of(grounds, more)?)? {
            Reply::Done(LodgedAs { result: LodgeResult::Lodged, code, .. }) => Ok(Arrived::New(code)),
            Reply::Done(LodgedAs { result: LodgeResult::Before, code, stage }) => Ok(Arrived::Before(code, named_stage(&stage)?)),
            Reply::Told(told) => told.of_row().map(Arrived::Refused).ok_or_else(|| told.failure()),
        }
    }

    fn review(&self, case: &Case<'_>, (department, opinion): (&str, Opinion), grounds: &GroundsArg) -> Result<Stage, Failure> {
        let body = grounds_of(grounds, json!({ "department": department, "opinion": opinion.word() }))?;
        named_stage(&self.done::<MovedOn>(&of_case(case, "/reviews"), &body)?.stage)
    }

    fn close(&self, case: &Case<'_>, closing: Closing, grounds: &GroundsArg) -> Result<Stage, Failure> {
        let path = match closing {
            Closing::Reject => "/rejection",
            Closing::Withdraw => "/withdrawal",
        };
        named_stage(&self.done::<MovedOn>(&of_case(case, path), &grounds_of(grounds, json!({}))?)?.stage)
    }

    fn application(&self, case: &Case<'_>, sight: Sight) -> Result<(Application, Option<Value>), Failure> {
        let path = of_case(case, if sight == Sight::Whole { "?whole=true" } else { "" });
        Ok((self.0.get(&path)?, None))
    }

    fn applications(&self, wanted: &ApplicationsWanted<'_>, page: Cut<'_>) -> Result<Page<ApplicationRow>, Failure> {
        let how_far = match wanted.how_far {
            Some(HowFar::Stage(stage)) => json!({ "stage": stage.word() }),
            Some(HowFar::Department(department)) => json!({ "department": department }),
            None => json!({}),
        };
        let of_type = json!({ "type": wanted.type_code.as_ref().map(TypeCode::as_str) });
        let found: ApplicationPage = self.done("/v1/applications/search", &cut(with(of_type, how_far), page))?;
        Ok(confined(found.applications, found.next, wanted.agency.as_ref(), |row| &row.agency))
    }

    fn events(&self, wanted: &EventsWanted<'_>, from: u64, most: usize) -> Result<EventPage, Failure> {
        let moment = |at: jiff::Timestamp| at.to_string();
        let asked = [
            ("actor", wanted.actor.map(str::to_owned)),
            ("act", wanted.act.map(|act| act.word().to_owned())),
            ("from", wanted.since.map(moment)),
            ("until", wanted.until.map(moment)),
        ];
        let asked: String =
            asked.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", escaped(&value?)))).collect::<Vec<_>>().concat();
        self.pages(&asked, from, most)
    }

    fn event_of(&self, subject: &Subject, which: Which) -> Result<Option<u64>, Failure> {
        let (named, most) = match (subject, which) {
            // The first event of a certificate is its issue.
            (Subject::Certificate(identifier), Which::Issue) => (identifier.to_string(), 1),
            (Subject::Certificate(identifier), Which::Last) => (identifier.to_string(), usize::MAX),
            (Subject::Application(code), _) => (code.to_string(), usize::MAX),
        };
        let page = self.pages(&format!("&subject={}", escaped(&named)), 0, most)?;
        Ok(page.events.last().map(|event| event.index))
    }

    fn prove(&self, index: u64) -> Result<Proof, Failure> {
        let text =
            String::from_utf8(self.0.bytes(&format!("/v1/audit/events/{index}"))?).map_err(|_| unexpected("the proof is no text"))?;
        let bundle = ProofBundle::parse(&text).map_err(|error| Failure::new(error.code(), error))?;
        let event = event::Event::decode(bundle.extra()).map_err(|error| Failure::new(error.code(), error))?;
        // The second line of a checkpoint is the size of its tree (c2sp.org/tlog-checkpoint).
        let size = text.split_once("\n\n").and_then(|(_, note)| note.lines().nth(1)?.parse().ok());
        let size = size.ok_or_else(|| unexpected("the proof has no checkpoint"))?;
        Ok(Proof { event: Event::new(index, &event), size, text })
    }

    // Taken at its word, as every answer of the service is: its name and key are what one believes it by.
    fn manifest(&self) -> Result<Manifest, Failure> {
        let envelope = self.0.bytes("/v1/manifest")?;
        let read = Envelope::decode(&envelope).and_then(|envelope| envelope.read_unchecked::<Manifest>());
        read.map_err(|error| Failure::new(error.code(), error))
    }

    fn check(&self, progress: &dyn Fn(u64, u64)) -> Result<Checked, Failure> {
        for line in BufReader::new(self.0.stream("/v1/check", Sent::Json(&json!({})))?.done()?).lines() {
            let told: Checked = serde_json::from_str(&line.map_err(broken_off)?).map_err(|_| unexpected("a line is no `Checked`"))?;
            progress(told.looked_at, told.certificates.saturating_add(told.events));
            if told.findings.is_some() {
                return Ok(told);
            }
        }
        Err(broken_off("no line of it tells what was found"))
    }

    fn astray(&self, _: &str, _: &PublicKeyLine) -> Result<Option<&'static str>, Failure> {
        Err(Failure::new("not_through_service", "--checkpoint: a service holds its library against its own copy (publish.checkpoint_copy)"))
    }

    fn extent(&self) -> Extent {
        Extent::Agency
    }

    fn export(&self, exporting: &Exporting<'_>) -> Result<Option<TakenOut>, Failure> {
        let holder = exporting.holder.as_ref().map(sought);
        match self.0.stream("/v1/export", Sent::Json(&json!({ "holder": holder })))? {
            Reply::Done(tar) => taken(tar, exporting).map(Some),
            Reply::Told(told) if told.says("export_nothing") => Ok(None),
            Reply::Told(told) => Err(told.failure()),
        }
    }
}

impl Service {
    /// The types as the service has them. Its files are read here, so a type that it was given later is known as the shipped ones are; one
    /// that is packed with a dictionary that is not at hand is known by its code.
    pub fn types(&self, types: &TypesArg) -> Result<Catalogue, Failure> {
        let (shipped, dictionaries) = (shipped::catalogue(types)?, shipped::dictionaries(types.dictionaries.as_deref())?);
        let (told, dictionaries): (Kinds, Vec<_>) = (self.0.get("/v1/types")?, dictionaries.iter().collect());
        let at_hand = |line: &KindLine| shipped.find(&line.code).filter(|kind| Hex(kind.file_digest()).to_string() == line.sha256);
        if told.types.len() == shipped.kinds().len() && told.types.iter().all(|line| at_hand(line).is_some()) {
            return Ok(shipped);
        }
        let catalogue = Catalogue::default();
        for line in &told.types {
            let file = match at_hand(line) {
                Some(kind) => kind.source().to_vec(),
                None => self.0.bytes(&format!("/v1/types/{}/file", escaped(&line.code)))?,
            };
            if let Ok(kind) = Catalogue::check(&line.file, &file, &dictionaries) {
                catalogue.take_up(kind);
            }
        }
        catalogue.settle(None);
        Ok(catalogue)
    }

    /// Asks until there are as many events as are wanted, or no more: a service looks at only so many for one answer.
    fn pages(&self, asked: &str, from: u64, most: usize) -> Result<EventPage, Failure> {
        let mut page = EventPage { size: 0, events: Vec::new(), next: Some(from) };
        while let Some(after) = page.next.filter(|_| page.events.len() < most.max(1)) {
            let limit = (most.max(1) - page.events.len()).min(LONGEST_PAGE);
            let part: shown::EventPage = self.0.get(&format!("/v1/audit/events?after={after}&limit={limit}{asked}"))?;
            page.size = part.size;
            page.events.extend(part.events.into_iter().map(|line| line.event));
            page.next = part.next;
        }
        Ok(page)
    }
}
