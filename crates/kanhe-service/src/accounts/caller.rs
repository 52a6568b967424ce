//! A caller who has proved who it is.

use super::role::{Right, Role};
use kanhe_core::code::{TypeCode, Uscc};
use thiserror::Error;

/// For which types a caller may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For every type of its agency.
    EveryType,
    /// For these.
    Types(Vec<TypeCode>),
}

impl Scope {
    /// Whether a type is in it.
    pub fn has(&self, code: &TypeCode) -> bool {
        match self {
            Self::EveryType => true,
            Self::Types(types) => types.contains(code),
        }
    }
}

/// For which departments a caller may give an opinion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Departments {
    /// For any that is asked.
    Any,
    /// For these.
    These(Vec<String>),
}

/// A caller who has proved who it is: an officer with a session, or a system with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What the log calls it: an officer's login, or `key:` and the id of a system's key.
    pub actor: String,
    /// The agency that it belongs to, and of which alone it hears.
    pub agency: Uscc,
    /// What it is there.
    pub roles: Vec<Role>,
    /// For which types.
    pub scope: Scope,
    /// For which departments, where it reviews.
    pub departments: Departments,
}

/// Why a caller is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Forbidden {
    /// None of its roles has the right.
    #[error("this takes the right to {wanted}, which none of your roles has")]
    Right {
        /// The right that is wanted.
        wanted: &'static str,
    },
    /// The type is outside its scope.
    #[error("type {code} is not among those that you may act for")]
    Type {
        /// The type.
        code: TypeCode,
    },
    /// It concerns every type, and the caller's scope is some.
    #[error("this concerns every type, and you may act for some alone")]
    EveryType,
    /// The department is another than those to which it is bound.
    #[error("department {found:?} is not among those that you speak for: {}", .known.join(", "))]
    Department {
        /// The department named.
        found: String,
        /// Those to which it is bound.
        known: Vec<String>,
    },
}

impl Forbidden {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Right { .. } => "caller_lacks_right",
            Self::Type { .. } | Self::EveryType => "caller_lacks_type",
            Self::Department { .. } => "caller_lacks_department",
        }
    }
}

impl Caller {
    /// Whether a role of its has a right.
    pub fn has(&self, right: Right) -> bool {
        self.roles.iter().any(|role| role.rights().contains(&right))
    }

    /// Refuses a caller who lacks a right.
    pub fn may(&self, right: Right) -> Result<(), Forbidden> {
        if self.has(right) { Ok(()) } else { Err(Forbidden::Right { wanted: right.word() }) }
    }

    /// Refuses a caller who has none of some rights; of those that would do, the refusal names the last.
    pub fn may_one(&self, rights: &[Right]) -> Result<(), Forbidden> {
        let none = Err(Forbidden::Right { wanted: "nothing" });
        rights.iter().fold(none, |before, right| before.or_else(|_| self.may(*right)))
    }

    /// Refuses a caller who lacks a right, or may not act for a type.
    pub fn may_for(&self, right: Right, code: &TypeCode) -> Result<(), Forbidden> {
        self.may(right)?;
        if self.scope.has(code) { Ok(()) } else { Err(Forbidden::Type { code: *code }) }
    }

    /// Refuses a caller who is bound to other departments.
    pub fn may_speak_for(&self, department: &str) -> Result<(), Forbidden> {
        match &self.departments {
            Departments::These(known) if !known.iter().any(|id| id == department) => {
                Err(Forbidden::Department { found: department.to_owned(), known: known.clone() })
            }
            Departments::These(_) | Departments::Any => Ok(()),
        }
    }

    /// Refuses a caller who lacks a right, or may not act for one of these types: what names none concerns them all.
    pub fn may_for_all(&self, right: Right, codes: &[TypeCode]) -> Result<(), Forbidden> {
        self.may(right)?;
        if codes.is_empty() && self.scope != Scope::EveryType {
            return Err(Forbidden::EveryType);
        }
        codes.iter().try_for_each(|code| self.may_for(right, code))
    }
}
