//! Four eyes (双人原则): whether two of those who act could be one person.
//!
//! The log names accounts. A system's key is an account, and whoever made or rotated it has had its secret in his hands: he could act twice,
//! once as himself and once as the key. So wherever a rule wants a second person, it asks here, inside the commit.

use kanhe_core::spelling::folded;
use kanhe_store::{Pen, StoreError};

/// Tells who stands behind an actor: whose hands a system's key went through; nobody behind a person.
pub type Behind = fn(&Pen<'_>, &str) -> Result<Vec<String>, StoreError>;

/// Whether one could have acted as the other: they are one, or a person and a key that went through his hands.
pub(crate) fn could_be_one(pen: &Pen<'_>, behind: Behind, one: &str, other: &str) -> Result<bool, StoreError> {
    let stands_behind = |person: &str, key: &str| Ok::<_, StoreError>(behind(pen, key)?.iter().any(|hand| is_one_name(hand, person)));
    Ok(is_one_name(one, other) || stands_behind(one, other)? || stands_behind(other, one)?)
}

/// Whether two names are one, however an input method wrote them: at a command line nobody has signed in, and `ｃlerk-1` is clerk-1.
fn is_one_name(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}
