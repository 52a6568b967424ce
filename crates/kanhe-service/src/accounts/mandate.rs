//! What an account may do, and for whom: the part that officers and systems have in common.

use super::caller::{Caller, Scope};
use super::role::Role;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::plain::is_line;
use minicbor::{Decode, Encode};
use thiserror::Error;

/// A name for people has at most so many characters.
pub const LONGEST_NAME: usize = 100;

/// An account names at most so many types; more is every type.
pub const MOST_TYPES: usize = 1_000;

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
    /// A role or a type stands twice.
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
}

impl MandateError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name => "account_name",
            Self::NoRole => "account_no_role",
            Self::Twice { .. } => "account_named_twice",
            Self::Types { .. } => "account_types",
        }
    }
}

impl Mandate {
    /// Takes the agency, the name that colleagues read, the roles, and the types: none named means every type.
    pub fn new(agency: Uscc, name: &str, mut roles: Vec<Role>, types: Option<Vec<TypeCode>>) -> Result<Self, MandateError> {
        let name = name.trim();
        if !is_line(name, LONGEST_NAME) {
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
        if let Some(code) = types.as_deref().and_then(twin) {
            return Err(MandateError::Twice { named: code.to_string() });
        }
        match &types {
            Some(types) if types.is_empty() || types.len() > MOST_TYPES => Err(MandateError::Types { found: types.len() }),
            Some(_) | None => Ok(Self { agency, name: name.to_owned(), roles, types }),
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

    /// A caller with this mandate.
    pub fn caller(&self, actor: String) -> Caller {
        let scope = self.types.clone().map_or(Scope::EveryType, Scope::Types);
        Caller { actor, agency: self.agency, roles: self.roles.clone(), scope }
    }
}

/// The first that stands in a list before itself.
fn twin<T: PartialEq>(list: &[T]) -> Option<&T> {
    list.iter().enumerate().find_map(|(place, one)| list.iter().take(place).any(|before| before == one).then_some(one))
}
