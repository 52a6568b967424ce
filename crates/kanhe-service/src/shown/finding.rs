//! What a check has found, in words that may leave the library.

use kanhe_core::code::{ProjectCode, TypeCode, Uscc};
use kanhe_store::check::{Defect, Finding, Place};
use kanhe_store::{Library, Shelfmark, Within};
use kanhe_words::{Sentence, Words, in_chinese, meaning};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// To whom findings are told.
#[derive(Clone, Copy)]
pub struct Hearer<'h> {
    /// What to do about a code, in words that are of use to him: the machine's verbs, or a service's paths.
    pub cure: fn(&str) -> Option<Words>,
    /// Whose certificates and applications are named to him: all, where he has the library itself.
    pub within: Option<Within<'h>>,
}

impl Hearer<'_> {
    fn hears_of(&self, type_code: &TypeCode, agency: &Uscc) -> bool {
        self.within.is_none_or(|within| within.has(type_code, agency))
    }
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Finding)]
pub struct ShownFinding {
    /// What it is about: a certificate by its identifier, or by the order of coming where it cannot be named; an event by its index, an
    /// application, a status list, the library; or of the manifest an agency, a key or a type of an agency, a dictionary.
    pub place: String,
    /// The identifier of the certificate that it is about; null where its card cannot be read, where it is none of the caller's agency and
    /// types, and where it is about none.
    #[serde(default)]
    #[schema(required)]
    pub identifier: Option<String>,
    /// The stable code.
    pub code: Cow<'static, str>,
    /// What it is about, and what is wrong with it; of a damaged file its name.
    // A service from before that said nothing is understood.
    #[serde(default)]
    #[schema(required, value_type = crate::http::schema::Sentence)]
    pub message: Option<Sentence>,
    /// What to do about it.
    #[serde(default)]
    #[schema(required, value_type = Option<crate::http::schema::Sentence>)]
    pub hint: Option<Sentence>,
    /// Where it is about the manifest, how many certificates that can be used it is about, as far as the check has come; null otherwise.
    #[serde(default)]
    #[schema(required)]
    pub certificates: Option<u64>,
}

impl ShownFinding {
    /// What the check of a library has found.
    pub fn new(library: &Library, found: &Finding, hearer: Hearer<'_>) -> Self {
        let code = found.defect.code();
        let said = match &found.defect {
            Defect::Unreadable(error) => detailed(code, without_folders(&error.to_string())),
            _ => meant(code),
        };
        let (place, identifier) = place(library, found.place, hearer);
        Self { identifier, certificates: found.usable, ..Self::told(&place, code, &said, hearer) }
    }

    /// What only who asks knows, or the service: that the library does not go on from what was published of it.
    pub fn astray(code: &'static str, hearer: Hearer<'_>) -> Self {
        Self::told(&LIBRARY.into(), code, &meant(code), hearer)
    }

    fn told(place: &Sentence, code: &'static str, said: &Sentence, hearer: Hearer<'_>) -> Self {
        let message = Sentence::new(format!("{}：{}", place.zh, said.zh), format!("{}: {}", place.en, said.en));
        let (place, hint) = (place.en.to_string(), (hearer.cure)(code).map(Sentence::from));
        Self { place, identifier: None, code: code.into(), message: Some(message), hint, certificates: None }
    }
}

const LIBRARY: Words = Words::new("证照库", "the library");

/// What a finding is about, with its identifier where it is a certificate that can be named.
fn place(library: &Library, place: Place, hearer: Hearer<'_>) -> (Sentence, Option<String>) {
    let named = match place {
        Place::Certificate(shelfmark) => return certificate(library, shelfmark, hearer),
        Place::Project(code) => application(library, &code, hearer),
        Place::Event(index) => Sentence::new(format!("第 {index} 条事件"), format!("event {index}")),
        Place::Key(key, agency) => Sentence::new(format!("机构 {agency} 的密钥 {key}"), format!("key {key} of agency {agency}")),
        Place::Agency(agency) => Sentence::new(format!("机构 {agency}"), format!("agency {agency}")),
        Place::Type(type_code, agency) => {
            Sentence::new(format!("机构 {agency} 的证照类型 {type_code}"), format!("type {type_code} of agency {agency}"))
        }
        Place::Dictionary(dictionary) => Sentence::new(format!("字典 {dictionary}"), format!("dictionary {dictionary}")),
        Place::List(agency, page) => Sentence::new(format!("机构 {agency} 的状态清单 {page}"), format!("list {page} of agency {agency}")),
        Place::Library => LIBRARY.into(),
    };
    (named, None)
}

/// A certificate by its identifier; one that cannot be named by the order in which it came, for nothing else tells it from others.
fn certificate(library: &Library, shelfmark: Shelfmark, hearer: Hearer<'_>) -> (Sentence, Option<String>) {
    let why = match library.card(shelfmark) {
        Ok(card) if hearer.hears_of(card.type_code(), card.agency()) => {
            let identifier = card.identifier.to_string();
            return (Sentence::new(format!("证照 {identifier}"), format!("certificate {identifier}")), Some(identifier));
        }
        Ok(_) => NOT_NAMED,
        Err(_) => Words::new("卡片无法读取", "its card cannot be read"),
    };
    let number = shelfmark.number().saturating_add(1);
    let nameless = Sentence::new(
        format!("按入库顺序第 {number} 张证照（{}）", why.zh),
        format!("certificate number {number} in the order of coming ({})", why.en),
    );
    (nameless, None)
}

/// An application by its code, which tells who has it where the application stands.
fn application(library: &Library, code: &ProjectCode, hearer: Hearer<'_>) -> Sentence {
    let hears = || library.project(code).ok().flatten().is_some_and(|project| hearer.hears_of(&project.type_code, &project.agency));
    if hearer.within.is_none() || hears() {
        return Sentence::new(format!("申请 {code}"), format!("application {code}"));
    }
    Sentence::new(format!("一件申请（{}）", NOT_NAMED.zh), format!("an application ({})", NOT_NAMED.en))
}

const NOT_NAMED: Words = Words::new("不向本账号披露", "not named to this account");

fn meant(code: &'static str) -> Sentence {
    meaning(code).map_or_else(|| Sentence::new(code, code), Sentence::from)
}

/// What the library says of what it cannot read; in Chinese what the code means stands before words that nobody has put into Chinese.
fn detailed(code: &'static str, detail: String) -> Sentence {
    let zh = in_chinese(&detail).unwrap_or_else(|| format!("{}（{detail}）", meant(code).zh));
    Sentence::new(zh, detail)
}

/// A detail with the name of its file, and without the folders that it lies in: where a library lies is told to nobody elsewhere.
fn without_folders(detail: &str) -> String {
    let Some((before, _)) = detail.split_once('/') else { return detail.to_owned() };
    let begins = before.rfind(char::is_whitespace).map_or("", |at| before.split_at(at + 1).0);
    let name = detail.rsplit_once('/').map_or("", |(_, name)| name);
    format!("{begins}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_file_only_its_name_is_told() {
        let rows = [
            (
                "Corruption: block checksum mismatch: stored = 1, computed = 2, type = 4  in /srv/my library/db/000021.sst offset 0 size 9",
                "Corruption: block checksum mismatch: stored = 1, computed = 2, type = 4  in 000021.sst offset 0 size 9",
            ),
            ("IO error: while open a file: lib/db/000021.sst: gone", "IO error: while open a file: 000021.sst: gone"),
            ("/srv/db/CURRENT", "CURRENT"),
            ("a value of cards does not open at its place", "a value of cards does not open at its place"),
        ];
        for (detail, told) in rows {
            assert_eq!(without_folders(detail), told);
        }
    }

    #[test]
    fn a_line_of_a_service_that_said_less_is_understood() {
        let line = r#"{"place":"event 4","code":"check_event","certificates":null}"#;
        let read: ShownFinding = serde_json::from_str(line).unwrap();
        assert_eq!((read.place.as_str(), read.message, read.hint, read.identifier), ("event 4", None, None, None));
    }
}
