//! What a search means by a word for a state: ours, one that is computed from the day, or the code of another system.

use super::Catalogue;
use crate::lifecycle::Condition;
use jiff::civil::Date;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::status::{State, StatusError};
use kanhe_store::find::{Question, Standing, Term};
use thiserror::Error;

/// Whose certificates are asked for, and on which day.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Of this type; none for all.
    pub type_code: Option<&'a TypeCode>,
    /// Of this agency; none for all.
    pub agency: Option<&'a Uscc>,
    /// Today.
    pub day: Date,
}

/// Why nothing can be found by a word for a state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SoughtError {
    /// It is no word for a state.
    #[error(transparent)]
    State(StatusError),
    /// No code set of the types has the code.
    #[error("no code set of the types has this code")]
    Unknown,
    /// 其他: nothing here ever is.
    #[error("the code means `other`, which no certificate is here")]
    Other,
    /// Types have one code set with different codes.
    #[error("the types do not mean the same by this code: name one of them")]
    Ambiguous,
}

impl SoughtError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::State(error) => error.code(),
            Self::Unknown => "state_code_unknown",
            Self::Other => "state_code_other",
            Self::Ambiguous => "state_code_ambiguous",
        }
    }
}

impl Catalogue {
    /// The question by a state (`suspended`), by a condition of the day (`expired`), or by a code (`SET:CODE`): that finds exactly those
    /// certificates of which the code set says so.
    pub fn sought(&self, word: &str, asked: Asked<'_>) -> Result<Question, SoughtError> {
        let agency = asked.agency.copied();
        let standing = |types, (state, term)| Question::Standing(Standing { types, agency, state, term, day: asked.day });
        let of_type = || asked.type_code.map(|code| vec![*code]);
        if let Some((set, code)) = word.split_once(':') {
            let (types, conditions) = self.coded(set, code, asked.type_code)?;
            return stands(&conditions).map(|stands| standing(Some(types), stands)).ok_or(SoughtError::Other);
        }
        match (State::parse(word), Condition::ALL.into_iter().find(|condition| condition.word() == word)) {
            (Ok(state), _) => Ok(Question::Shelf { type_code: asked.type_code.copied(), agency, state: Some(state) }),
            (Err(error), None) => Err(SoughtError::State(error)),
            (Err(error), Some(condition)) => {
                stands(&[condition]).map(|stands| standing(of_type(), stands)).ok_or(SoughtError::State(error))
            }
        }
    }

    /// The types whose certificates can have a code, and in which conditions they have it.
    fn coded(&self, set: &str, code: &str, type_code: Option<&TypeCode>) -> Result<(Vec<TypeCode>, Vec<Condition>), SoughtError> {
        let kinds = self.kinds();
        let with_code = kinds.iter().filter(|kind| type_code.is_none_or(|wanted| wanted == kind.code())).filter_map(|kind| {
            let set = kind.state_codes().iter().find(|known| known.id == set)?;
            set.meaning(code)?;
            let has_code = |condition: &Condition| set.code_for(*condition) == Some(code);
            Some((*kind.code(), Condition::ALL.into_iter().filter(has_code).collect::<Vec<_>>()))
        });
        let mut found = with_code.collect::<Vec<_>>().into_iter();
        let (first, conditions) = found.next().ok_or(SoughtError::Unknown)?;
        let mut types = vec![first];
        for (code, others) in found {
            if others != conditions {
                return Err(SoughtError::Ambiguous);
            }
            types.push(code);
        }
        Ok((types, conditions))
    }
}

/// Under which state certificates of some conditions stand, and where their terms do: a code has one condition, or is that of what is valid
/// whether or not its term has begun.
fn stands(conditions: &[Condition]) -> Option<(State, Term)> {
    match conditions {
        [Condition::NotYetInForce, Condition::InForce] => Some((State::Valid, Term::NotEnded)),
        [Condition::NotYetInForce] => Some((State::Valid, Term::NotBegun)),
        [Condition::InForce] => Some((State::Valid, Term::Running)),
        [Condition::Expired] => Some((State::Valid, Term::Ended)),
        [condition] => State::parse(condition.word()).ok().map(|state| (state, Term::Any)),
        _ => None,
    }
}
