//! 转入: a certificate of another region goes on here as a first version, and what it was there is never lost or taken over twice.

use super::{Entered, Grant, Lineage, Registrar, RegistrarError, enter_one};
use crate::application::Draft;
use crate::catalogue::{CodeSet, Meaning};
use crate::desk::{Desk, Succession};
use crate::discretion::{of_people, tells_in_clear};
use crate::lifecycle::Condition;
use jiff::civil::Date;
use kanhe_core::certificate::Holder;
use kanhe_core::code::{Abroad, CertificateId, Lenient, RegionCode, Version, Warning};
use kanhe_core::event::{Act, Event};
use kanhe_core::status::State;
use kanhe_store::{Card, Library, Pen, Shelfmark, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Each version is entered after the one before it; links that say otherwise would never end.
const OUT_OF_ORDER: StoreError = StoreError::Malformed { family: "cards" };

/// Where a certificate comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    region: RegionCode,
    identifier: Lenient<CertificateId>,
}

impl Origin {
    /// Takes the region and the certificate's identifier there, and what that region says of it, if it says so in a code set of the type.
    ///
    /// # Errors
    ///
    /// The region is the library's own, or a place in it, or is none, or the other region's state is not that of a certificate that was given away:
    /// `transferred`, or `valid` in a code set that has no code for it.
    pub fn new(
        library: &Library,
        region: RegionCode,
        identifier: Lenient<CertificateId>,
        said: Option<(&CodeSet, Meaning)>,
    ) -> Result<Self, RegistrarError> {
        is_elsewhere(library, &region)?;
        if let Some((set, meaning)) = said {
            let wanted = if set.code_for(Condition::Transferred).is_some() { Condition::Transferred } else { Condition::InForce };
            if meaning != Meaning::Condition(wanted) {
                return Err(RegistrarError::NotGivenAway { said: meaning, wanted: Meaning::Condition(wanted) });
            }
        }
        Ok(Self { region, identifier })
    }

    /// Where an application comes from, of which all this was asked when it was lodged.
    pub(crate) fn of(lodged: &kanhe_store::Origin) -> Self {
        let kanhe_store::Origin { region, identifier } = lodged.clone();
        Self { region, identifier }
    }

    /// As an application keeps it.
    pub(crate) fn kept(&self) -> kanhe_store::Origin {
        kanhe_store::Origin { region: self.region, identifier: self.identifier.clone() }
    }

    /// What is odd about the identifier there.
    pub fn warnings(&self) -> &[Warning] {
        self.identifier.warnings()
    }

    /// The identifier there, if nothing but its spelling is wrong: then the new certificate cites it.
    pub(crate) fn cited(&self) -> Option<&CertificateId> {
        self.identifier.strict()
    }

    /// The identifier as one spelling: what is right is written as ours are, what is not as it came.
    fn spelled(&self) -> String {
        self.identifier.strict().map_or_else(|| self.identifier.written().trim().to_owned(), ToString::to_string)
    }

    /// Region and identifier, for the log.
    pub(crate) fn told(&self) -> String {
        format!("{} {}", self.region, self.spelled())
    }

    fn abroad(&self) -> Abroad {
        Abroad::new(&self.region, &self.identifier)
    }

    /// Asks whether it can come to holders for a term: it has not run out, its identifier tells nobody's number, it is not ours, and no version
    /// of it that was taken over before stands in its way.
    pub(crate) fn may_come(&self, pen: &Pen<'_>, holders: &[Holder], until: Option<Date>, today: Date) -> Result<(), RegistrarError> {
        if let Some(until) = until.filter(|until| *until < today) {
            return Err(RegistrarError::RunOutThere { until, today });
        }
        // It is an alias here, and lies in the clear as they do.
        if tells_in_clear(self.identifier.written(), of_people(holders), today) {
            return Err(RegistrarError::NumberInClear);
        }
        let abroad = self.abroad();
        if let Some(own) = abroad.meant().map(|meant| own_of(pen, meant)).transpose()?.flatten() {
            return Err(RegistrarError::OwnCertificate { identifier: own.to_string() });
        }
        // Before, it was entered under the spelling that was typed alone.
        let typed = pen.alias(self.region.as_str(), &self.spelled())?;
        none_goes_on(pen, takers(pen, &abroad, typed)?)
    }

    /// Whether the event of a certificate says that it came from there.
    pub(super) fn is_told_by(&self, event: &Event) -> bool {
        event.act == Act::TransferIn && event.other.as_deref().and_then(told_of).is_some_and(|told| told == self.abroad())
    }

    /// Lets the identifier there lead to the certificate here.
    pub(super) fn remember(&self, pen: &mut Pen<'_>, shelfmark: Shelfmark) {
        remember(pen, &self.abroad(), shelfmark);
    }
}

/// However its identifier is spelled, it is the same certificate.
impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.abroad() == other.abroad()
    }
}

/// Refuses the library's own region, a place in it, and what is in no province: nothing is transferred from or to them.
pub(super) fn is_elsewhere(library: &Library, region: &RegionCode) -> Result<(), RegistrarError> {
    if region.is_within(library.region()) {
        Err(RegistrarError::OwnRegion { region: *region })
    } else if region.has_province() {
        Ok(())
    } else {
        Err(RegistrarError::NoRegion { region: *region })
    }
}

/// What the log tells of an origin.
fn told_of(other: &str) -> Option<Abroad> {
    other.split_once(' ').and_then(|(region, identifier)| Abroad::parse(region, identifier))
}

/// The version of ours that is meant, or else the first of the same certificate.
fn own_of(pen: &Pen<'_>, meant: &CertificateId) -> Result<Option<CertificateId>, StoreError> {
    let first = CertificateId::new(*meant.type_code(), *meant.issuer(), meant.serial().clone(), Version::FIRST);
    for own in [meant.clone(), first] {
        if pen.find(&own)?.is_some() {
            return Ok(Some(own));
        }
    }
    Ok(None)
}

/// What a certificate has become: its last version.
pub(super) fn last_version(pen: &Pen<'_>, mut mark: Shelfmark) -> Result<(Shelfmark, Card), StoreError> {
    loop {
        let card = pen.card(mark)?;
        match card.successor {
            Some(successor) if successor > mark => mark = successor,
            Some(_) => return Err(OUT_OF_ORDER),
            None => return Ok((mark, card)),
        }
    }
}

/// Whether what has become so of a certificate lets another region's go on here anew: it should never have come, was given up, or went
/// away again. A punishment is not undone by coming once more.
fn may_come_again(pen: &Pen<'_>, mark: Shelfmark, card: &Card) -> Result<bool, StoreError> {
    match card.state {
        State::Annulled | State::Transferred => Ok(true),
        State::Cancelled => Ok(pen.history(mark)?.iter().all(|event| event.act != Act::Revoke)),
        State::Valid | State::Suspended | State::Revoked | State::Superseded => Ok(false),
    }
}

/// Every certificate here that came from one of another region, in whatever version, by its first version: those to which its identifiers
/// lead, and those that their holders have of it besides.
///
/// A transfer that was called off by older programs left the identifier where it was, with the one that had come in between.
fn takers(pen: &Pen<'_>, abroad: &Abroad, typed: Option<Shelfmark>) -> Result<BTreeSet<Shelfmark>, StoreError> {
    let known: BTreeSet<_> = pen.aliases_from(abroad.scheme(), abroad.line())?.into_iter().chain(typed).collect();
    let mut all = known.clone();
    for mark in known {
        let certificate = pen.record(mark)?.certificate()?;
        for holder in &certificate.holders {
            for held in pen.held_by(holder.code(), certificate.identifier.type_code())? {
                if arrived(pen, held)?.is_some_and(|from| (from.scheme(), from.line()) == (abroad.scheme(), abroad.line())) {
                    all.insert(held);
                }
            }
        }
    }
    Ok(all)
}

/// Refuses while one of these can be used by what it has become, or was revoked.
fn none_goes_on(pen: &Pen<'_>, takers: impl IntoIterator<Item = Shelfmark>) -> Result<(), RegistrarError> {
    for taker in takers {
        let (last, card) = last_version(pen, taker)?;
        if !may_come_again(pen, last, &card)? {
            return Err(RegistrarError::AliasTaken { identifier: card.identifier.to_string() });
        }
    }
    Ok(())
}

fn remember(pen: &mut Pen<'_>, abroad: &Abroad, shelfmark: Shelfmark) {
    pen.put_alias(abroad.scheme(), &abroad.value(), shelfmark);
}

/// The first version of a certificate.
fn first_version(pen: &Pen<'_>, mut mark: Shelfmark) -> Result<Shelfmark, StoreError> {
    while let Some(before) = pen.card(mark)?.predecessor {
        if before >= mark {
            return Err(OUT_OF_ORDER);
        }
        mark = before;
    }
    Ok(mark)
}

/// How a version came from another region, if it did.
fn came_so(pen: &Pen<'_>, mark: Shelfmark) -> Result<Option<Event>, StoreError> {
    Ok(pen.history(mark)?.into_iter().find(|event| event.act == Act::TransferIn))
}

/// What a version was in the region that it came from, if it did.
fn arrived(pen: &Pen<'_>, mark: Shelfmark) -> Result<Option<Abroad>, StoreError> {
    Ok(came_so(pen, mark)?.and_then(|event| told_of(event.other.as_deref()?)))
}

/// How a certificate came from another region, by its first version, if it did.
fn came(pen: &Pen<'_>, mark: Shelfmark) -> Result<Option<Event>, StoreError> {
    came_so(pen, first_version(pen, mark)?)
}

/// How a certificate went to another region last, if it did.
fn went(pen: &Pen<'_>, mark: Shelfmark) -> Result<Option<Event>, StoreError> {
    Ok(pen.history(mark)?.into_iter().rfind(|event| event.act == Act::TransferOut))
}

/// Whether something could have gone and come back as another: to and from one province, and in this order.
fn could_be_one(went: &Event, came: &Event) -> bool {
    let province = |event: &Event| {
        let region = event.other.as_deref()?.split(' ').next()?;
        Some(RegionCode::parse(region).ok()?.province())
    };
    went.recorded <= came.recorded && province(went).is_some_and(|region| province(came) == Some(region))
}

/// The holders' other certificates of the type that may be this one: it went to a region and they came from there since, or the other way round.
///
/// A region that gives what it takes over an identifier of its own tells nobody that it knows it by another, so this is no refusal.
fn may_be_same(pen: &Pen<'_>, mark: Shelfmark) -> Result<Vec<CertificateId>, StoreError> {
    let (here, out) = (pen.card(mark)?.predecessor.is_none().then(|| came(pen, mark)).transpose()?.flatten(), went(pen, mark)?);
    if here.is_none() && out.is_none() {
        return Ok(Vec::new());
    }
    let certificate = pen.record(mark)?.certificate()?;
    let mut found = BTreeMap::new();
    for holder in &certificate.holders {
        for other in pen.held_by(holder.code(), certificate.identifier.type_code())? {
            let card = pen.card(other)?;
            let same = match (&out, &here) {
                _ if other == mark => false,
                (Some(out), _) => card.can_be_used() && came(pen, other)?.is_some_and(|came| could_be_one(out, &came)),
                (None, Some(here)) => card.state == State::Transferred && went(pen, other)?.is_some_and(|went| could_be_one(&went, here)),
                (None, None) => false,
            };
            if same {
                found.insert(other, card.identifier);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// What a certificate that is given back was in another region, and its first version here.
pub(super) struct Returning {
    abroad: Abroad,
    first: Shelfmark,
}

impl Returning {
    /// Asks whether what is given back came from another region, and refuses if what it was there goes on here otherwise, or was revoked.
    pub(super) fn of(pen: &Pen<'_>, mark: Shelfmark) -> Result<Option<Self>, RegistrarError> {
        let first = first_version(pen, mark)?;
        let Some(abroad) = arrived(pen, first)? else { return Ok(None) };
        none_goes_on(pen, takers(pen, &abroad, None)?.into_iter().filter(|taker| *taker != first))?;
        Ok(Some(Self { abroad, first }))
    }

    /// Lets the identifier there lead to it again: another may have come in between.
    pub(super) fn remember(&self, pen: &mut Pen<'_>) {
        remember(pen, &self.abroad, self.first);
    }
}

impl Registrar<'_> {
    /// The holders' other certificates of the type that may be one and the same as this: one went to a region, and the other came from there since.
    pub fn may_be_same(&self, mark: Shelfmark) -> Result<Vec<CertificateId>, StoreError> {
        self.library.rehearse(|pen| may_be_same(pen, mark))?
    }

    /// Issues the first version here of a certificate of another region, of a type that needs no review, and enters it.
    ///
    /// # Errors
    ///
    /// The type wants a review; the desk refuses the draft; the certificate is ours, or came before and has not gone back; or its holder or its
    /// number has another that can be used.
    pub fn take_over(&self, desk: &Desk<'_>, origin: &Origin, draft: Draft, grant: Grant) -> Result<Entered, RegistrarError> {
        self.take_over_and(desk, origin, draft, grant, |_| Ok(()))
    }

    /// Issues it likewise, and writes beside it what is to stand in the same commit; if that is refused, so is it. What was issued for the
    /// request before is followed, and nothing is written.
    pub fn take_over_and<E: From<RegistrarError> + From<StoreError>>(
        &self,
        desk: &Desk<'_>,
        origin: &Origin,
        draft: Draft,
        grant: Grant,
        beside: impl FnOnce(&mut Pen<'_>) -> Result<(), E>,
    ) -> Result<Entered, E> {
        if let Some(before) = self.before(desk, &draft, |_| Ok(Lineage::From(origin)))? {
            return Ok(Entered::Before(before));
        }
        if desk.needs_review() {
            return Err(RegistrarError::NeedsReview.into());
        }
        let signed = self.sign_as(desk, draft, Succession::From(origin.cited()), grant)?;
        self.library.commit(|pen| {
            let entered = enter_one(pen, &signed, Lineage::From(origin))?;
            beside(pen).map(|()| entered)
        })
    }
}
