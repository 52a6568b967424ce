//! Which of the certificates that a matter needs a holder has.

use super::found::{Found, by_holder};
use super::inquiry::Inquiry;
use super::refusal::ShareError;
use super::shown::SharedCertificate;
use crate::house::House;
use crate::shown::Names;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::HolderCode;
use kanhe_issuer::sharing::{Matter, match_want};
use kanhe_store::find::LONGEST_PAGE;
use serde::Serialize;
use utoipa::ToSchema;

/// A certificate that the matter needs, and whether the holder has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatchedWant {
    /// What people call it.
    names: Names,
    /// `held`, `ends_soon`, `not_now` (suspended, or not yet in force), or `missing`.
    #[schema(pattern = "^(held|ends_soon|not_now|missing)$")]
    matching: &'static str,
    /// The one that meets it; for `missing` the one that the holder had. Null where there is none.
    #[schema(required)]
    certificate: Option<SharedCertificate>,
}

impl MatchedWant {
    /// Whether the holder has one, or had one.
    pub const fn has_certificate(&self) -> bool {
        self.certificate.is_some()
    }
}

/// Holds what a holder has against what a matter needs, and writes down before what of it is shown.
pub fn match_matter(house: &House, inquiry: &Inquiry<'_>, matter: &Matter, holder: &HolderCode) -> Result<Vec<MatchedWant>, ShareError> {
    let today = day_in_china(house.now());
    let (mut met, mut shown) = (Vec::new(), Found { held: Vec::new(), next: None });
    for want in matter.wants() {
        let found = held_of(house, inquiry, want.types.as_slice(), holder)?;
        let matching = match_want(want, found.held.iter().map(|held| (&held.card, held.condition(today))), today);
        let word = matching.word();
        let best = matching.certificate().map(|card| card.identifier.clone());
        let taken = best.and_then(|best| found.held.into_iter().find(|held| held.card.identifier == best));
        met.push((Names::from(&want.names), word, taken.is_some()));
        shown.held.extend(taken);
    }
    let mut certificates = shown.disclose(house, inquiry)?.into_iter();
    let want = |(names, matching, has)| MatchedWant { names, matching, certificate: if has { certificates.next() } else { None } };
    Ok(met.into_iter().map(want).collect())
}

/// The holder's certificates of some types, of all agencies.
fn held_of(house: &House, inquiry: &Inquiry<'_>, types: &[kanhe_core::code::TypeCode], holder: &HolderCode) -> Result<Found, ShareError> {
    let mut all = Found { held: Vec::new(), next: None };
    for code in types {
        // A holder with more than a thousand certificates of one type is an organisation, and those that came first are shown.
        all.held.extend(by_holder(&house.library, inquiry.caller, holder, Some(code), None, LONGEST_PAGE)?.held);
    }
    Ok(all)
}
