//! Applications under review: what came in, what happened to it, where it waits. The same rules as for certificates: one batch, every index.

mod open;

use crate::cursor::{Cursor, List, shelved};
use crate::error::StoreError;
use crate::family::Family;
use crate::layout::Key;
use crate::library::Library;
use crate::pen::Pen;
use crate::record::{Shelfmark, read};
use crate::skip::Part;
use crate::view::View;
use crate::within::Within;
use jiff::Timestamp;
use kanhe_core::code::{CertificateId, HolderCode, Lenient, ProjectCode, RegionCode, TypeCode, Uscc};
use kanhe_core::event::{Act, Event};
use kanhe_core::wire;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use open::OPEN;
use std::slice;

/// What the first byte of a key in the family tells of.
const CODES: u8 = 0;
const SHELVES: u8 = 1;
const REQUESTS: u8 = 2;
const HOLDERS: u8 = 3;

/// Bytes of a kind of key, a holder and a code.
const HOLDER: usize = 1 + 16 + 28;

/// How far an application has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Stage {
    /// 审查中: departments are still to give their opinions.
    #[n(0)]
    InReview,
    /// 待决定: all opinions are there.
    #[n(1)]
    ForDecision,
    /// 准予许可: approved, and a certificate was issued.
    #[n(2)]
    Approved,
    /// 不予许可: refused.
    #[n(3)]
    Rejected,
    /// 撤回: taken back by the applicant.
    #[n(4)]
    Withdrawn,
}

impl Stage {
    /// All stages, in the order in which an application may go through them.
    pub const ALL: [Self; 5] = [Self::InReview, Self::ForDecision, Self::Approved, Self::Rejected, Self::Withdrawn];

    /// The word by which files and APIs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::ForDecision => "for_decision",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing more will happen to it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Withdrawn)
    }

    const fn byte(self) -> u8 {
        match self {
            Self::InReview => 0,
            Self::ForDecision => 1,
            Self::Approved => 2,
            Self::Rejected => 3,
            Self::Withdrawn => 4,
        }
    }
}

/// An application that is or was under review.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Project {
    /// Its lifelong code (终生唯一编码).
    #[n(0)]
    pub code: ProjectCode,
    /// The agency that decides.
    #[n(1)]
    pub agency: Uscc,
    /// The type of the certificate that is applied for.
    #[n(2)]
    pub type_code: TypeCode,
    /// The applicant's request id.
    #[n(3)]
    pub request: String,
    /// The version whose place the new one is to take, and whether it renews or amends it.
    #[n(4)]
    pub replaces: Option<Replaces>,
    /// The application as it was lodged: one JSON object of columns.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub application: Vec<u8>,
    /// When it arrived.
    #[n(6)]
    #[cbor(with = "wire::moment")]
    pub lodged: Timestamp,
    /// How far it has come.
    #[n(7)]
    pub stage: Stage,
    /// Everything that happened to it, as indexes of the log, the oldest first.
    #[n(8)]
    pub events: Vec<u64>,
    /// The certificate that came of it.
    #[n(9)]
    pub issued: Option<Shelfmark>,
    /// Under which keyed hashes its holders find it, as [`Pen::lodge`] enters them; in libraries of format 1 there may be none.
    #[n(10)]
    #[cbor(default)]
    pub holders: Vec<ByteArray<16>>,
    /// Where the certificate is to be taken over from; an application that was lodged before this could be asked for has none.
    #[n(11)]
    pub origin: Option<Origin>,
}

/// What an application is to replace.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Replaces {
    /// Renew or amend.
    #[n(0)]
    pub act: Act,
    /// The version.
    #[n(1)]
    pub identifier: CertificateId,
}

/// Where a certificate comes from that is to be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Origin {
    /// The region that gave it away.
    #[n(0)]
    pub region: RegionCode,
    /// Its identifier there.
    #[n(1)]
    #[cbor(with = "wire::foreign_identifier")]
    pub identifier: Lenient<CertificateId>,
}

impl Project {
    /// Every event of its history. None that is lost is left out: whoever did it would be a stranger to the application, and could decide it.
    fn history(&self, event: impl Fn(u64) -> Result<Option<Event>, StoreError>) -> Result<Vec<(u64, Event)>, StoreError> {
        let lost = StoreError::Malformed { family: Family::Projects.name() };
        self.events.iter().map(|index| Ok((*index, event(*index)?.ok_or(lost.clone())?))).collect()
    }

    fn key(code: &ProjectCode) -> Vec<u8> {
        Key::new().bytes(&[CODES]).bytes(code.as_str().as_bytes()).end()
    }

    fn shelf(&self) -> Vec<u8> {
        let shelf = Key::new().bytes(&[SHELVES]).type_code(&self.type_code).agency(&self.agency).bytes(&[self.stage.byte()]);
        shelf.bytes(self.code.as_str().as_bytes()).end()
    }

    fn request_key(&self) -> Vec<u8> {
        request_key(&self.agency, &self.type_code, &self.request)
    }

    /// Whether a key of a holder leads to it; of one that does not know its holders, only the length can be judged.
    fn is_found_by(&self, key: &[u8]) -> bool {
        if self.holders.is_empty() { key.len() == HOLDER } else { self.holder_keys().any(|own| own == key) }
    }

    fn holder_keys(&self) -> impl Iterator<Item = Vec<u8>> {
        self.holders.iter().map(|holder| holder_key(holder).bytes(self.code.as_str().as_bytes()).end())
    }
}

fn request_key(agency: &Uscc, type_code: &TypeCode, request: &str) -> Vec<u8> {
    Key::new().bytes(&[REQUESTS]).agency(agency).type_code(type_code).bytes(request.as_bytes()).end()
}

fn holder_key(holder: &[u8; 16]) -> Key {
    Key::new().bytes(&[HOLDERS]).bytes(holder)
}

/// The list of the applications at a stage, if there can be any.
fn shelves(within: Option<Within<'_>>, type_code: Option<&TypeCode>, agency: Option<&Uscc>, stage: Option<Stage>) -> Option<List> {
    let name = shelved(Family::Projects, type_code, agency).of(stage.map(|stage| [stage.byte()]));
    let types = Part::types(type_code.map(slice::from_ref), within);
    let mut parts = vec![Part::only(&[SHELVES]), types, Part::agency(agency, within)];
    parts.extend(stage.map(|stage| Part::only(&[stage.byte()])));
    List::of_parts(Family::Projects, name, parts)
}

/// The code that a key ends with.
fn code_of(key: &[u8]) -> Option<ProjectCode> {
    key.last_chunk::<28>().and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| ProjectCode::parse(code).ok())
}

impl Pen<'_> {
    /// The application with a code.
    pub fn project(&self, code: &ProjectCode) -> Result<Option<Project>, StoreError> {
        let key = Project::key(code);
        let Some(sealed) = self.get(Family::Projects, &key)? else { return Ok(None) };
        read(Family::Projects, &self.keys().open(Family::Projects, &key, &sealed)?).map(Some)
    }

    /// The code under which a request was lodged before.
    pub fn lodged_as(&self, agency: &Uscc, type_code: &TypeCode, request: &str) -> Result<Option<ProjectCode>, StoreError> {
        Ok(self.get(Family::Projects, &request_key(agency, type_code, request))?.as_deref().and_then(code_of))
    }

    /// What happened to an application, with its index in the log, the oldest first.
    pub fn history_of(&self, project: &Project) -> Result<Vec<(u64, Event)>, StoreError> {
        project.history(|index| self.event(index))
    }

    /// Enters a new application under everything that it is found by.
    pub fn lodge(&mut self, project: &Project, holders: &[HolderCode]) -> Result<(), StoreError> {
        let holders: Vec<_> = holders.iter().map(|holder| self.keys().holder(holder).into()).collect();
        let project = Project { holders, ..project.clone() };
        self.put(Family::Projects, project.request_key(), project.code.as_str().as_bytes().to_vec());
        for key in project.holder_keys() {
            self.put(Family::Projects, key, Vec::new());
        }
        self.stand_project(&project)
    }

    /// Writes what has become of an application, and moves it to where it now waits.
    pub fn move_on(&mut self, project: &Project) -> Result<(), StoreError> {
        let before = self.project(&project.code)?.ok_or(StoreError::Malformed { family: Family::Projects.name() })?;
        self.take(Family::Projects, before.shelf());
        before.open_keys().for_each(|key| self.take(Family::Projects, key));
        self.stand_project(project)
    }

    fn stand_project(&mut self, project: &Project) -> Result<(), StoreError> {
        self.put(Family::Projects, project.shelf(), Vec::new());
        self.put_project(project)
    }

    /// Writes an application, with what leads to it as long as it is not decided.
    fn put_project(&mut self, project: &Project) -> Result<(), StoreError> {
        let key = Project::key(&project.code);
        let sealed = self.keys().seal(Family::Projects, &key, &wire::to_vec(project))?;
        self.put(Family::Projects, key, sealed);
        project.open_keys().for_each(|key| self.put(Family::Projects, key, Vec::new()));
        Ok(())
    }
}

/// A page of applications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundProjects {
    /// Their codes, by type, agency, stage and the day of their arrival.
    pub codes: Vec<ProjectCode>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl Library {
    /// The application with a code.
    pub fn project(&self, code: &ProjectCode) -> Result<Option<Project>, StoreError> {
        let key = Project::key(code);
        let Some(sealed) = self.view().get(Family::Projects, &key)? else { return Ok(None) };
        read(Family::Projects, &self.keys.open(Family::Projects, &key, &sealed)?).map(Some)
    }

    /// What happened to an application, with its index in the log, the oldest first.
    pub fn history_of(&self, project: &Project) -> Result<Vec<(u64, Event)>, StoreError> {
        project.history(|index| self.event(index))
    }

    /// One page of the applications of a type, an agency and a stage: at most `most`, those after the cursor.
    pub fn projects(
        &self,
        type_code: Option<&TypeCode>,
        agency: Option<&Uscc>,
        stage: Option<Stage>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<FoundProjects, StoreError> {
        self.projects_on(None, type_code, agency, stage, after, most)
    }

    /// One page of the applications that lie within: at most `most`, those after the cursor.
    pub fn projects_within(
        &self,
        within: Within<'_>,
        type_code: Option<&TypeCode>,
        stage: Option<Stage>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<FoundProjects, StoreError> {
        self.projects_on(Some(within), type_code, Some(within.agency), stage, after, most)
    }

    fn projects_on(
        &self,
        within: Option<Within<'_>>,
        type_code: Option<&TypeCode>,
        agency: Option<&Uscc>,
        stage: Option<Stage>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<FoundProjects, StoreError> {
        let Some(list) = shelves(within, type_code, agency, stage) else { return Ok(FoundProjects::default()) };
        let (keys, next) = self.keys_of_page(&list, after, most)?;
        Ok(FoundProjects { codes: keys.iter().filter_map(|key| code_of(key)).collect(), next })
    }

    /// All applications of a holder: for who asks what is known of him.
    pub fn projects_of(&self, holder: &HolderCode) -> Result<Vec<ProjectCode>, StoreError> {
        let entries = self.view().all(Family::Projects, &holder_key(&self.keys.holder(holder)).end())?;
        Ok(entries.iter().filter_map(|(key, _)| code_of(key)).collect())
    }

    /// The application that an entry of the family is about or leads to, and whether it agrees with everything that does.
    pub(crate) fn project_stands(&self, key: &[u8], value: &[u8]) -> (Option<ProjectCode>, bool) {
        let kind = key.first().copied();
        let code = if kind == Some(REQUESTS) { code_of(value) } else { code_of(key) };
        let agrees = code.is_some_and(|code| match self.project(&code) {
            Ok(Some(project)) => match kind {
                Some(CODES) => project.code == code && key == Project::key(&code) && self.project_agrees(&project).unwrap_or(false),
                Some(SHELVES) => key == project.shelf() && value.is_empty(),
                Some(REQUESTS) => key == project.request_key() && value == code.as_str().as_bytes(),
                Some(HOLDERS) => value.is_empty() && project.is_found_by(key),
                Some(OPEN) => value.is_empty() && project.open_keys().any(|own| own == key),
                _ => false,
            },
            Ok(None) | Err(_) => false,
        });
        (code, agrees)
    }

    fn project_agrees(&self, project: &Project) -> Result<bool, StoreError> {
        let view: View<'_> = self.view();
        let code = &project.code;
        let request = view.get(Family::Projects, &project.request_key())?;
        let history = self.history_of(project)?;
        let about =
            |event: &Event| event.subject == code.as_str() || event.approval.as_ref().is_some_and(|approval| approval.project == *code);
        for key in project.holder_keys().chain(project.open_keys()) {
            if view.get(Family::Projects, &key)?.is_none() {
                return Ok(false);
            }
        }
        Ok(view.get(Family::Projects, &project.shelf())?.is_some()
            && request.as_deref().and_then(code_of).as_ref() == Some(code)
            && project.issued.is_none_or(|issued| self.card(issued).is_ok())
            && !history.is_empty()
            && history.iter().all(|(_, event)| about(event)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(origin: Option<Origin>) -> Project {
        let holder = ByteArray::from([7; 16]);
        Project {
            code: ProjectCode::parse("440000-20260615-7M3J9PW2ZS-8").unwrap(),
            agency: Uscc::parse("11100000000013338W").unwrap(),
            type_code: TypeCode::parse("11100000000013338W032").unwrap(),
            request: "P-1".to_owned(),
            replaces: None,
            application: b"{}".to_vec(),
            lodged: Timestamp::from_second(1_772_424_000).unwrap(),
            stage: Stage::InReview,
            events: vec![3],
            issued: None,
            holders: vec![holder],
            origin,
        }
    }

    #[test]
    fn an_application_from_before_origins_were_kept_is_read_and_written_as_ever() {
        let bytes = wire::to_vec(&project(None));
        assert_eq!(bytes.first(), Some(&0x8b), "eleven members, as before");
        assert_eq!(minicbor::decode::<Project>(&bytes).unwrap(), project(None));
    }

    #[test]
    fn an_origin_is_kept_as_it_was_written() {
        let identifier = CertificateId::parse_foreign("w032.330100.jy33_1.001.a").unwrap();
        let kept = project(Some(Origin { region: RegionCode::parse("330000").unwrap(), identifier }));
        let mut bytes = wire::to_vec(&kept);
        assert_eq!(minicbor::decode::<Project>(&bytes).unwrap(), kept);
        let at = bytes.windows(4).position(|window| window == b"w032").unwrap();
        bytes[at + 4] = b' ';
        assert!(minicbor::decode::<Project>(&bytes).is_err(), "what is no identifier is a damaged record");
    }
}
