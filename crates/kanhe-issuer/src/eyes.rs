//! Four eyes (双人原则): whether two of those who act could be one person.
//!
//! The log names accounts. A system's key is an account, and whoever made or rotated it has had its secret in his hands: he could act twice,
//! once as himself and once as the key. So wherever a rule wants a second person, it asks here, inside the commit.

use kanhe_core::plain::selects_a_variant;
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
    as_seen(one) == as_seen(other)
}

/// A name as an eye compares it: without selectors of variants, which libraries from before they were refused may have, and with one dash for all.
fn as_seen(name: &str) -> String {
    let seen = name.chars().filter(|letter| !selects_a_variant(*letter));
    folded(&seen.map(|letter| if is_dash(letter) { '-' } else { letter }).collect::<String>())
}

/// The hyphens, dashes and the minus that look like `-`; NFKC folds those of other widths alone.
const fn is_dash(letter: char) -> bool {
    matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        for other in
            ["X-1 ", "ｘ－１", "x-1\u{FE0F}", "x\u{FE00}-1", "x-1\u{E0100}", "x\u{2011}1", "x\u{2010}1", "x\u{2013}1", "x\u{2212}1"]
        {
            assert!(is_one_name("x-1", other), "{other:?}");
        }
        for other in ["x1", "x_1", "x-2", "x一1"] {
            assert!(!is_one_name("x-1", other), "{other:?}");
        }
    }
}
