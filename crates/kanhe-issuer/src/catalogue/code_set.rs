//! The state codes of other systems: the same state has another code in every code set, so a code means nothing without its set.

use super::defects::{Defects, is_id, size};
use super::error::TypeDefect;
use super::type_file;
use crate::lifecycle::Condition;
use kanhe_core::kind::Label;
use std::fmt;

/// A type has at most so many code sets, and a set so many codes.
const MOST_SETS: usize = 32;
const MOST_CODES: usize = 64;

/// A code has at most so many characters.
const LONGEST_CODE: usize = 20;

/// One table of state codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSet {
    /// The id by which files and APIs name it.
    pub id: String,
    /// What people call it.
    pub names: Label,
    /// Its codes, each once.
    pub codes: Vec<StateCode>,
}

/// One code, and what it means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateCode {
    /// The code as the other system writes it.
    pub code: String,
    /// What it means.
    pub meaning: Meaning,
}

/// What the state code of another system means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// One of our conditions.
    Condition(Condition),
    /// 其他: something that the other system must describe.
    Other,
}

impl Meaning {
    /// The word by which files and APIs name it.
    pub const fn word(self) -> &'static str {
        match self {
            // In a code set "valid" is a state, whether or not the term has begun.
            Self::Condition(Condition::InForce) => "valid",
            Self::Condition(condition) => condition.word(),
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl CodeSet {
    /// What a code means.
    pub fn meaning(&self, code: &str) -> Option<Meaning> {
        self.codes.iter().find(|known| known.code == code).map(|known| known.meaning)
    }

    /// The code for a condition, where the set has one. What has not begun is valid to who has no code for that.
    pub fn code_for(&self, condition: Condition) -> Option<&str> {
        let of =
            |condition| self.codes.iter().find(|known| known.meaning == Meaning::Condition(condition)).map(|known| known.code.as_str());
        of(condition).or_else(|| if condition == Condition::NotYetInForce { of(Condition::InForce) } else { None })
    }
}

/// What `SET:CODE` means, in one of some code sets: the first with that id knows the code, or nobody does.
pub fn meaning_of<'s>(sets: impl IntoIterator<Item = &'s CodeSet>, said: &str) -> Option<(&'s CodeSet, Meaning)> {
    let (id, code) = said.split_once(':')?;
    let set = sets.into_iter().find(|set| set.id == id)?;
    Some((set, set.meaning(code)?))
}

pub(super) fn check(read: &[type_file::CodeSet], defects: &mut Defects<'_>) -> Vec<CodeSet> {
    defects.range("state_codes", size(read.len()), 0, size(MOST_SETS));
    let mut sets: Vec<CodeSet> = Vec::new();
    for (place, set) in read.iter().enumerate() {
        let member = format!("state_codes[{place}]");
        let names = defects.label(format!("{member}.names"), &set.names.zh, &set.names.en);
        if sets.iter().any(|other| other.id == set.set) || !is_id(&set.set) {
            let wanted = "1 to 40 of a-z, 0-9, _ and -, and no other set's";
            defects.add(format!("{member}.set"), TypeDefect::Id { found: set.set.clone(), wanted });
        }
        defects.range(&format!("{member}.codes"), size(set.codes.len()), 1, size(MOST_CODES));
        sets.push(CodeSet { id: set.set.clone(), names, codes: codes(&member, &set.codes, defects) });
    }
    sets
}

fn codes(member: &str, read: &[type_file::StateCode], defects: &mut Defects<'_>) -> Vec<StateCode> {
    let mut codes: Vec<StateCode> = Vec::new();
    for (place, entry) in read.iter().enumerate() {
        let plain = (1..=LONGEST_CODE).contains(&entry.code.len()) && entry.code.chars().all(|c| c.is_ascii_alphanumeric());
        let meaning = meaning(entry.state);
        let twice = codes.iter().any(|other| other.code == entry.code || other.meaning == meaning);
        if twice || !plain {
            let wanted = "1 to 20 of 0-9, A-Z and a-z, each code and each state once";
            defects.add(format!("{member}.codes[{place}]"), TypeDefect::Id { found: entry.code.clone(), wanted });
        }
        codes.push(StateCode { code: entry.code.clone(), meaning });
    }
    codes
}

const fn meaning(read: type_file::CodedState) -> Meaning {
    use type_file::CodedState as S;
    match read {
        S::Valid => Meaning::Condition(Condition::InForce),
        S::NotYetInForce => Meaning::Condition(Condition::NotYetInForce),
        S::Expired => Meaning::Condition(Condition::Expired),
        S::Suspended => Meaning::Condition(Condition::Suspended),
        S::Revoked => Meaning::Condition(Condition::Revoked),
        S::Annulled => Meaning::Condition(Condition::Annulled),
        S::Cancelled => Meaning::Condition(Condition::Cancelled),
        S::Transferred => Meaning::Condition(Condition::Transferred),
        S::Superseded => Meaning::Condition(Condition::Superseded),
        S::Other => Meaning::Other,
    }
}
