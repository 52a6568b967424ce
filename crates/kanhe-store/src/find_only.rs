//! Whose certificates are asked for among those that are found.

use crate::cursor::List;
use crate::family::Family;
use crate::layout::Key;
use kanhe_core::code::{TypeCode, Uscc};

/// Those of one type, and of one agency; where nothing is said, of any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// The type.
    pub type_code: Option<TypeCode>,
    /// The agency.
    pub agency: Option<Uscc>,
}

impl Only {
    /// Those of a type, if one is named.
    pub const fn type_code(type_code: Option<TypeCode>) -> Self {
        Self { type_code, agency: None }
    }

    /// Whether a certificate of a type and an agency is one of them.
    pub(crate) fn has(&self, type_code: &TypeCode, agency: &Uscc) -> bool {
        self.type_code.is_none_or(|only| only == *type_code) && self.agency.is_none_or(|only| only == *agency)
    }

    /// The list of those of the type, where it follows upon the beginning of a key; which of them the agency has, their cards tell.
    pub(crate) fn of_type(&self, family: Family, beginning: Key) -> List {
        let prefix = self.type_code.iter().fold(beginning, |key, code| key.type_code(code));
        let list = List::beginning(family, prefix.end());
        List { name: list.name.of(self.agency.as_ref().map(Uscc::as_str)), ..list }
    }

    /// What such a list leaves open.
    pub(crate) const fn of_agency(&self) -> Self {
        Self { type_code: None, agency: self.agency }
    }
}
