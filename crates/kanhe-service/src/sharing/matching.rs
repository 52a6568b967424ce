//! Which of the certificates that a matter needs a holder has.

use super::found::{Found, Held, Search, condition_of};
use super::inquiry::Inquiry;
use super::refusal::ShareError;
use super::shown::SharedCertificate;
use crate::accounts::Right;
use crate::house::House;
use crate::shown::Names;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::HolderCode;
use kanhe_issuer::doubt::{Doubt, Doubts};
use kanhe_issuer::sharing::{Matching, Matter, Want, match_want};
use kanhe_store::find::{Only, Question};
use kanhe_store::{Card, Shelfmark};
use serde::Serialize;
use std::ops::ControlFlow;
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
///
/// A caller who may not ask for everything that would do is refused: `missing` would be said of what is only out of its sight.
pub fn match_matter(house: &House, inquiry: &Inquiry<'_>, matter: &Matter, holder: &HolderCode) -> Result<Vec<MatchedWant>, ShareError> {
    let today = day_in_china(house.now());
    let (mut met, mut shown, mut search) = (Vec::new(), Found { held: Vec::new(), next: None }, Search::new());
    let doubts = Doubts::known_to(&house.library)?;
    for want in matter.wants() {
        let mark = inquiry.or_too_many(house, best_of(house, inquiry, (want, holder), today, (&mut search, &doubts)))?;
        let best = mark.map(|mark| Held::read(&house.library, mark, &doubts)).transpose()?;
        // The word is that of the certificate as it is shown, whatever has become of it since it was found.
        let word = match_want(want, best.iter().map(|held| (&held.card, held.condition(today))), today).word();
        met.push((Names::from(&want.names), word, best.is_some()));
        shown.held.extend(best);
    }
    let mut certificates = shown.disclose(house, inquiry)?.into_iter();
    let want = |(names, matching, has)| MatchedWant { names, matching, certificate: if has { certificates.next() } else { None } };
    Ok(met.into_iter().map(want).collect())
}

/// Where the certificate stands that meets a want best, of all that the holder has of its types.
fn best_of(
    house: &House,
    inquiry: &Inquiry<'_>,
    (want, holder): (&Want, &HolderCode),
    today: Date,
    (search, doubts): (&mut Search, &Doubts),
) -> Result<Option<Shelfmark>, ShareError> {
    let library = &house.library;
    let mut best: Option<(Shelfmark, Card, Doubt)> = None;
    for code in &want.types {
        inquiry.caller.may_for(Right::Share, code)?;
        let question = Question::Holder { code: holder.clone(), only: Only::type_code(Some(*code)) };
        search.through(library, &question, |marks| {
            let mut all = Vec::from_iter(best.take());
            for mark in marks {
                let card = library.card(*mark)?;
                let doubt = doubts.of(library, *mark, &card, &library.record(*mark)?)?;
                all.push((*mark, card, doubt));
            }
            let conditions = all.iter().map(|(_, card, doubt)| (card, condition_of(card, *doubt, today)));
            let matching = match_want(want, conditions, today);
            let place = matching.certificate().and_then(|found| all.iter().position(|(_, card, _)| card.identifier == found.identifier));
            let met = matches!(matching, Matching::Held(_));
            best = place.map(|place| all.swap_remove(place));
            Ok(if met { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    Ok(best.map(|(mark, ..)| mark))
}
