//! Acts that take two people, from the proposal to what comes of it.

use super::{Stage, by_root};
use crate::registry::{everybody_in_office, nobody_behind};
use crate::story::Matter;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::RegionCode;
use kanhe_core::envelope::Document;
use kanhe_core::recognition::{Contents, Recognition};
use kanhe_issuer::proposal::{Decision, Deed, Motion, Phase, Proposal, ProposalError, Proposals, Proposing, Step};
use kanhe_tests::Office;
use kanhe_tests::world::moment;

/// A type that the registry does not issue.
const TAX_PAYMENT: &[u8] = include_bytes!("../../../schemas/types/tax-payment.json");

/// Certificates that are changed in one commit, few enough that a proposal has several.
const STRETCH: usize = 2;

impl Stage {
    /// Says it once: what was not answered, and stands, is found among the agency's proposals.
    pub(super) fn propose(&self, matter: &Matter, now: Timestamp) -> Result<(), ProposalError> {
        if self.proposed(matter.deed)?.is_some() {
            return Ok(());
        }
        let term = SignedDuration::from_hours(24 * 7);
        let proposing = Proposing { agency: Office::Guangzhou.code(), term, chance: [matter.deed as u8; 10] };
        let motion = self.motion(matter, now)?;
        self.proposals().propose_and(&proposing, &motion, &self.by("clerk-1", now), |_, _| Ok(())).map(drop)
    }

    /// Approves it, and changes all that it is about. It was not answered, and had happened: then only what is left is done.
    pub(super) fn agree(&self, matter: &Matter, now: Timestamp) -> Result<(), ProposalError> {
        let Proposal { code, digest, .. } = self.proposed(matter.deed)?.unwrap();
        let decision = Decision { by: "head-1", now, reason: "如此" };
        match self.proposals().approve_and(&code, &digest, &decision, self.salt(), |_, _| Ok(())) {
            Err(ProposalError::Decided { phase: Phase::Approved }) => {}
            other => drop(other?),
        }
        let step = Step { most: STRETCH, now, salt: &|| self.salt() };
        while self.proposals().at_work()?.contains(&code) {
            self.proposals().go_on(&code, &step)?;
        }
        assert_eq!(self.proposals().left_out(&self.proposals().find(&code)?)?, [""; 0]);
        Ok(())
    }

    fn proposals(&self) -> Proposals<'_> {
        Proposals::new(self.library(), nobody_behind, everybody_in_office)
    }

    /// The proposal of a deed: a story has each once.
    fn proposed(&self, deed: Deed) -> Result<Option<Proposal>, ProposalError> {
        let page = self.proposals().list(&Office::Guangzhou.code(), None, 100)?;
        Ok(page.proposals.into_iter().find(|proposal| proposal.deed == deed))
    }

    fn motion(&self, matter: &Matter, now: Timestamp) -> Result<Motion, ProposalError> {
        match matter.deed {
            Deed::Type => Motion::of_type(self.house.catalogue(), &self.house.dictionaries(), TAX_PAYMENT.to_vec()),
            Deed::Recognition => Motion::of_recognition(self.library(), recognition()),
            deed => {
                let identifiers: Vec<_> = matter.people.clone().map(|person| self.identifier(person, 0)).collect();
                Motion::of_certificates(self.library(), deed, &identifiers, now)
            }
        }
    }
}

/// The region recognises nothing, and says so.
fn recognition() -> Vec<u8> {
    let contents = Contents {
        region: RegionCode::parse("440000").unwrap(),
        edition: 1,
        issued: moment("2026-01-01T00:00:00Z"),
        expires: moment("2027-01-01T00:00:00Z"),
        rows: Vec::new(),
    };
    by_root(Recognition::TYPE, &Recognition::new(contents).unwrap().encode())
}
