//! Whose certificates and applications an answer may have.

use kanhe_core::code::{TypeCode, Uscc};

/// Whose certificates an answer may have: what stands beside them is not there.
#[derive(Clone, Copy, Debug)]
pub struct Within<'w> {
    /// Those of one agency.
    pub agency: &'w Uscc,
    /// Those of some types; none for all.
    pub types: Option<&'w [TypeCode]>,
}

impl Within<'_> {
    /// Whether a certificate or an application of a type and an agency belongs to it.
    pub fn has(&self, type_code: &TypeCode, agency: &Uscc) -> bool {
        self.agency == agency && self.types.is_none_or(|types| types.contains(type_code))
    }
}
