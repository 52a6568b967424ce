//! To whom a new version belongs: to those who held the one before. Who is somebody else has rights of his own, and a certificate of his own.

use super::{RegistrarError, Replacement};
use kanhe_core::certificate::Holder;
use kanhe_store::{Pen, Shelfmark};
use std::fmt;

/// Where the holders of a new version are not those of the version before, by their place from 1: their codes are nobody else's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// A holder of the application does not hold the version before.
    Added(usize),
    /// A holder of the version before is not in the application.
    Missing(usize),
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(place) => write!(f, "holder {place} of the application does not hold it"),
            Self::Missing(place) => write!(f, "its holder {place} is not in the application"),
        }
    }
}

/// Refuses holders who are not those of the version before, in whatever order. An amendment may change their names, a renewal changes none.
pub(crate) fn stays_with(pen: &Pen<'_>, before: Shelfmark, holders: &[Holder], how: Replacement) -> Result<(), RegistrarError> {
    let certificate = pen.record(before)?.certificate()?;
    let identifier = || certificate.identifier.to_string();
    if let Some(stranger) = Stranger::among(&certificate.holders, holders) {
        return Err(RegistrarError::OtherHolder { identifier: identifier(), stranger });
    }
    let renamed = (1..).zip(holders).find(|(_, holder)| !certificate.holders.contains(holder));
    match (how, renamed) {
        (Replacement::Renew, Some((place, _))) => Err(RegistrarError::OtherName { identifier: identifier(), place }),
        (Replacement::Renew | Replacement::Amend, _) => Ok(()),
    }
}

impl Stranger {
    /// The first by whom the holders of two versions differ.
    pub(super) fn among(before: &[Holder], after: &[Holder]) -> Option<Self> {
        let other = |ones: &[Holder], others: &[Holder]| {
            let held = |one: &Holder| others.iter().any(|other| other.code() == one.code());
            (1..).zip(ones).find(|(_, one)| !held(one)).map(|(place, _)| place)
        };
        other(after, before).map(Self::Added).or_else(|| other(before, after).map(Self::Missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_core::code::{HolderCode, HolderCodeType};

    #[test]
    fn joint_holders_are_the_same_in_any_order_and_under_any_name() {
        let holder = |code: &str, name: &str| Holder::new(name, HolderCode::new(HolderCodeType::OtherPerson, code).unwrap()).unwrap();
        let (li, wang, zhao) = (holder("A-1", "李明"), holder("B-2", "王芳"), holder("C-3", "赵静"));
        let both = [li.clone(), wang.clone()];
        assert_eq!(Stranger::among(&both, &[wang.clone(), holder("A-1", "李铭")]), None);
        assert_eq!(Stranger::among(&both, &[wang.clone(), zhao.clone()]), Some(Stranger::Added(2)));
        assert_eq!(Stranger::among(&both, &[wang.clone(), li.clone(), zhao]), Some(Stranger::Added(3)));
        assert_eq!(Stranger::among(&both, &[li]), Some(Stranger::Missing(2)));
        assert_eq!(Stranger::among(&[wang], &both), Some(Stranger::Added(1)));
    }
}
