//! What an account may do, and for whom: the part that officers and systems have in common.

use super::caller::{Caller, Departments, Forbidden, Scope};
use super::role::{Right, Role};
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::plain::{is_line, is_name};
use minicbor::{Decode, Encode};
use thiserror::Error;

/// A name for people has at most so many characters.
pub const LONGEST_NAME: usize = 100;

/// An account names at most so many types; more is every type.
pub const MOST_TYPES: usize = 1_000;

/// An account is bound to at most so many departments: a city has some forty.
pub const MOST_DEPARTMENTS: usize = 100;

/// What an account is called and may do.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Mandate {
    #[n(0)]
    agency: Uscc,
    #[n(1)]
    name: String,
    #[n(2)]
    roles: Vec<Role>,
    #[n(3)]
    types: Option<Vec<TypeCode>>,
    /// Any department, where nothing is said: accounts from before this field review for any, as they did.
    #[n(4)]
    departments: Option<Vec<String>>,
}

/// Why a mandate cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MandateError {
    /// A name of no or too many characters, or with such as cannot be seen.
    #[error("a name has 1 to {LONGEST_NAME} characters, and none that cannot be seen")]
    Name,
    /// No role: such an account could do nothing.
    #[error("an account has at least one role")]
    NoRole,
    /// A role, a type or a department stands twice.
    #[error("{named} is named twice")]
    Twice {
        /// What is.
        named: String,
    },
    /// No type, or too many.
    #[error("an account is for every type, or for 1 to {MOST_TYPES}; this one names {found}")]
    Types {
        /// How many were named.
        found: usize,
    },
    /// No department, or too many.
    #[error("an account speaks for any department, or for 1 to {MOST_DEPARTMENTS}; this one names {found}")]
    Departments {
        /// How many were named.
        found: usize,
    },
    /// Departments bind who gives their opinions, and nobody else.
    #[error("departments are named, and none of the roles gives their opinions")]
    NoReviewer,
}

impl MandateError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name => "account_name",
            Self::NoRole => "account_no_role",
            Self::Twice { .. } => "account_named_twice",
            Self::Types { .. } => "account_types",
            Self::Departments { .. } => "account_departments",
            Self::NoReviewer => "account_no_reviewer",
        }
    }
}

impl Mandate {
    /// Takes the agency, the name that colleagues read, the roles, and the types: none named means every type.
    pub fn new(agency: Uscc, name: &str, mut roles: Vec<Role>, types: Option<Vec<TypeCode>>) -> Result<Self, MandateError> {
        let name = name.trim();
        if !is_line(name, LONGEST_NAME) || !is_name(name) {
            return Err(MandateError::Name);
        }
        roles.sort();
        if roles.is_empty() {
            return Err(MandateError::NoRole);
        }
        // Whoever names a thing twice has meant another.
        if let Some(role) = twin(&roles) {
            return Err(MandateError::Twice { named: role.word().to_owned() });
        }
        // How many there are comes first: each is compared with all others.
        if let Some(types) = types.as_deref().filter(|types| types.is_empty() || types.len() > MOST_TYPES) {
            return Err(MandateError::Types { found: types.len() });
        }
        match types.as_deref().and_then(twin) {
            Some(code) => Err(MandateError::Twice { named: code.to_string() }),
            None => Ok(Self { agency, name: name.to_owned(), roles, types, departments: None }),
        }
    }

    /// The same mandate for these departments, by their ids in type files: none named means any.
    pub fn speaking_for(self, departments: Option<Vec<String>>) -> Result<Self, MandateError> {
        let Some(named) = &departments else { return Ok(Self { departments, ..self }) };
        if !self.roles.iter().any(|role| role.rights().contains(&Right::Review)) {
            return Err(MandateError::NoReviewer);
        }
        if named.is_empty() || named.len() > MOST_DEPARTMENTS {
            return Err(MandateError::Departments { found: named.len() });
        }
        match twin(named) {
            Some(id) => Err(MandateError::Twice { named: id.clone() }),
            None => Ok(Self { departments, ..self }),
        }
    }

    /// The agency.
    pub const fn agency(&self) -> &Uscc {
        &self.agency
    }

    /// The name that colleagues read.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The roles, each once.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The types; none named means every type.
    pub fn types(&self) -> Option<&[TypeCode]> {
        self.types.as_deref()
    }

    /// The departments; none named means any.
    pub fn departments(&self) -> Option<&[String]> {
        self.departments.as_deref()
    }

    /// Refuses an administrator whose own types are not all of these: nobody gives what he may not do, nor has in his hands who may.
    pub fn may_be_managed_by(&self, by: &Caller) -> Result<(), Forbidden> {
        by.may_for_all(Right::Administer, self.types().unwrap_or_default())
    }

    /// A caller with this mandate.
    pub fn caller(&self, actor: String) -> Caller {
        let scope = self.types.clone().map_or(Scope::EveryType, Scope::Types);
        let departments = self.departments.clone().map_or(Departments::Any, Departments::These);
        Caller { actor, agency: self.agency, roles: self.roles.clone(), scope, departments }
    }
}

/// The first that stands in a list before itself.
fn twin<T: PartialEq>(list: &[T]) -> Option<&T> {
    list.iter().enumerate().find_map(|(place, one)| list.iter().take(place).any(|before| before == one).then_some(one))
}

#[cfg(test)]
mod tests {
    use super::super::paper::{read, written};
    use super::*;

    fn mandate(roles: &[Role]) -> Mandate {
        Mandate::new(Uscc::parse("91350100M000100Y43").unwrap(), "窗口", roles.to_vec(), None).unwrap()
    }

    #[test]
    fn an_account_from_before_departments_speaks_for_any_and_is_written_as_it_was() {
        // An array of three: agency, name, roles; no types, which are left out at its end.
        let before = [&[0x83, 0x72], b"91350100M000100Y43".as_slice(), &[0x66], "窗口".as_bytes(), &[0x81, 0x01]].concat();
        let found: Mandate = read(&before).unwrap();
        assert_eq!(found.departments(), None);
        assert!(found.caller("li.si".to_owned()).may_speak_for("fire").is_ok());
        let bound = found.clone().speaking_for(Some(vec!["fire".to_owned()])).unwrap();
        assert_eq!(read::<Mandate>(&written(&bound)).unwrap().departments(), Some(["fire".to_owned()].as_slice()));
        assert_eq!(written(&found), before);
    }

    #[test]
    fn types_are_counted_before_any_two_are_compared() {
        let code = TypeCode::parse("11100000000013338W101").unwrap();
        let refused = |named: usize| {
            let agency = Uscc::parse("91350100M000100Y43").unwrap();
            Mandate::new(agency, "窗口", vec![Role::Clerk], Some(vec![code; named])).err().map(|error| error.code())
        };
        let rows = [(0, Some("account_types")), (1, None), (2, Some("account_named_twice")), (MOST_TYPES + 1, Some("account_types"))];
        for (named, wanted) in rows {
            assert_eq!(refused(named), wanted, "{named}");
        }
    }

    #[test]
    fn who_is_bound_reviews_and_speaks_for_those_departments_alone() {
        let ids = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        let bound = mandate(&[Role::Reviewer]).speaking_for(ids(&["fire", "planning"])).unwrap().caller("li.si".to_owned());
        assert!(bound.may_speak_for("fire").is_ok() && bound.may_speak_for("planning").is_ok());
        assert_eq!(bound.may_speak_for("civil-defence").unwrap_err().code(), "caller_lacks_department");
        let refused = |roles: &[Role], departments| mandate(roles).speaking_for(departments).err().map(|error| error.code());
        assert_eq!(refused(&[Role::Clerk, Role::Approver], ids(&["fire"])), Some("account_no_reviewer"));
        assert_eq!(refused(&[Role::Clerk], None), None);
        assert_eq!(refused(&[Role::Reviewer], ids(&[])), Some("account_departments"));
        assert_eq!(refused(&[Role::Reviewer], ids(&["fire"; MOST_DEPARTMENTS + 1])), Some("account_departments"));
        assert_eq!(refused(&[Role::Reviewer], ids(&["fire", "planning", "fire"])), Some("account_named_twice"));
    }
}
