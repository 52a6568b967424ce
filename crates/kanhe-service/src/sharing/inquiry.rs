//! Who asks for what, by what right; and the paper on which that stands.

use super::calls;
use super::refusal::ShareError;
use crate::accounts::Caller;
use crate::accounts::paper::{Papers, Span, papers_of, place_of_one, written};
use crate::house::House;
use jiff::Timestamp;
use kanhe_core::certificate::Holder;
use kanhe_core::code::{CertificateId, HolderCode, Uscc};
use kanhe_core::wire;
use kanhe_issuer::sharing::{Basis, Purpose};
use kanhe_issuer::sight::{Sight, masked};
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};
use std::collections::BTreeMap;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ShareAct {
    /// The certificates of a holder.
    #[n(0)]
    Holder,
    /// One, by its identifier.
    #[n(1)]
    Identifier,
    /// One, by its QR code.
    #[n(2)]
    Qr,
    /// Whether what somebody says of a certificate is so.
    #[n(3)]
    Information,
    /// Whether a file is an agency's.
    #[n(4)]
    File,
    /// A link to a signed file.
    #[n(5)]
    Link,
    /// The signed file behind a link.
    #[n(6)]
    Download,
    /// Which of the certificates that a matter needs a holder has.
    #[n(7)]
    Matching,
}

impl ShareAct {
    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Identifier => "identifier",
            Self::Qr => "qr",
            Self::Information => "information",
            Self::File => "file",
            Self::Link => "link",
            Self::Download => "download",
            Self::Matching => "matching",
        }
    }
}

/// A question that somebody asks.
pub struct Inquiry<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// For what, and by what right.
    pub purpose: Purpose,
    /// What is asked.
    pub act: ShareAct,
    /// How much is to be seen.
    pub sight: Sight,
    /// Of whom or what: an identifier, or a holder's code as masks leave it.
    pub about: Option<String>,
    /// Who has agreed, as far as that is said: the holder who is asked for, and whom the consent names.
    agreed: Vec<HolderCode>,
}

impl<'a> Inquiry<'a> {
    /// A question, of a caller who may ask one more on this day; by duty alone nobody sees anything whole, nor puts together what somebody has.
    pub fn new(house: &House, caller: &'a Caller, purpose: Purpose, act: ShareAct, sight: Sight) -> Result<Self, ShareError> {
        match (purpose.basis(), act, sight) {
            (Basis::Duty { .. }, _, Sight::Whole) => return Err(ShareError::WholeNeedsConsent),
            (Basis::Duty { .. }, ShareAct::Matching, Sight::Masked) => return Err(ShareError::MatchingNeedsConsent),
            (Basis::Consent { .. }, _, _) | (Basis::Duty { .. }, _, Sight::Masked) => {}
        }
        calls::may_ask(house, caller, house.now())?;
        Ok(Self { caller, purpose, act, sight, about: None, agreed: Vec::new() })
    }

    /// The question, with the holders whom its consent names.
    #[must_use]
    pub fn agreed_by(mut self, holders: Vec<HolderCode>) -> Self {
        self.agreed.extend(holders);
        self
    }

    /// The question, about a holder: whose consent it is, if it rests on one.
    #[must_use]
    pub fn about_holder(mut self, code: &HolderCode) -> Self {
        self.agreed.push(code.clone());
        Self { about: Some(masked(code)), ..self }
    }

    /// The question, about a certificate.
    #[must_use]
    pub fn about_certificate(self, identifier: &CertificateId) -> Self {
        Self { about: Some(identifier.to_string()), ..self }
    }

    /// How much of one of the holders of a certificate is to be seen: consent shows the number of who gave it, and of nobody else.
    pub(super) fn sight_of(&self, holder: &Holder, holders: &[Holder]) -> Sight {
        if self.has_agreed(holder, holders) { self.sight } else { Sight::Masked }
    }

    /// Refuses to show whole what none of its holders agreed to have shown: the consent names somebody else, or nobody where several hold it.
    /// That it was tried is written down.
    pub(super) fn agreed_for(&self, house: &House, holders: &[Holder]) -> Result<(), ShareError> {
        // No number of an organisation is hidden, so it matters not which of several has agreed.
        let public = self.agreed.is_empty() && holders.iter().all(|holder| holder.code().kind().is_organisation());
        if self.sight == Sight::Masked || public || holders.iter().any(|holder| self.has_agreed(holder, holders)) {
            return Ok(());
        }
        self.finds_nothing(house)?;
        Err(ShareError::ConsentOfNobody)
    }

    /// The same for a signed file, in which the number of every holder stands.
    pub(super) fn agreed_for_file(&self, house: &House, holders: &[Holder]) -> Result<(), ShareError> {
        self.agreed_for(house, holders)?;
        let hidden = |holder: &Holder| !holder.code().kind().is_organisation() && !self.has_agreed(holder, holders);
        if holders.iter().any(hidden) {
            self.finds_nothing(house)?;
            return Err(ShareError::FileNeedsAll);
        }
        Ok(())
    }

    /// Who has agreed, as a paper has it: by duty nobody was asked.
    pub(super) fn agreed_as_told(&self) -> Vec<String> {
        match self.purpose.basis() {
            Basis::Consent { .. } => self.agreed.iter().map(masked).collect(),
            Basis::Duty { .. } => Vec::new(),
        }
    }

    /// A consent that names nobody is that of the one holder there is.
    fn has_agreed(&self, holder: &Holder, holders: &[Holder]) -> bool {
        if self.agreed.is_empty() { holders.len() == 1 } else { self.agreed.contains(holder.code()) }
    }

    /// Writes down, and counts, a question to which nothing is shown.
    pub fn finds_nothing(&self, house: &House) -> Result<(), ShareError> {
        self.note(house, &[], None)
    }

    /// Passes on what was found; that there is too much for an answer is written down as well.
    pub(super) fn or_too_many<T>(&self, house: &House, found: Result<T, ShareError>) -> Result<T, ShareError> {
        if let Err(ShareError::TooMany { .. }) = found {
            self.finds_nothing(house)?;
        }
        found
    }

    /// Writes down the question and what is about to be shown, and counts it: in one commit, and before anything is shown.
    pub(super) fn note(&self, house: &House, shown: &[CertificateId], result: Option<u8>) -> Result<(), ShareError> {
        self.note_with(house, shown, result, |_| Ok(()))
    }

    /// The same, with what else belongs into the commit.
    pub(super) fn note_with(
        &self,
        house: &House,
        shown: &[CertificateId],
        result: Option<u8>,
        more: impl FnOnce(&mut Pen<'_>) -> Result<(), ShareError>,
    ) -> Result<(), ShareError> {
        let now = house.now();
        let share = Share {
            at: now,
            agency: self.caller.agency,
            actor: self.caller.actor.clone(),
            act: self.act,
            purpose: self.purpose.clone(),
            whole: self.sight == Sight::Whole,
            about: self.about.clone(),
            certificates: shown.to_vec(),
            result,
            agreed: self.agreed_as_told(),
        };
        let alarm = house.library.commit(|pen| {
            let alarm = calls::count(pen, house, self.caller, now)?;
            share.put(pen, house)?;
            more(pen)?;
            Ok::<_, ShareError>(alarm)
        })?;
        if let Some(alarm) = alarm {
            calls::tell(&alarm, self.caller);
        }
        Ok(())
    }
}

/// The paper of a question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Share {
    /// When.
    #[n(0)]
    #[cbor(with = "wire::moment")]
    pub at: Timestamp,
    /// The agency that asked.
    #[n(1)]
    pub agency: Uscc,
    /// Who asked, as [`Caller::actor`] has it.
    #[n(2)]
    pub actor: String,
    /// What was asked.
    #[n(3)]
    pub act: ShareAct,
    /// For what, and by what right.
    #[n(4)]
    pub purpose: Purpose,
    /// Whether it was seen whole.
    #[n(5)]
    pub whole: bool,
    /// Of whom or what, as masks leave it.
    #[n(6)]
    pub about: Option<String>,
    /// The certificates that were shown or spoken of: all in the paper of who asked, its own in that of another agency.
    #[n(7)]
    pub certificates: Vec<CertificateId>,
    /// The standard's answer to information or a file.
    #[n(8)]
    pub result: Option<u8>,
    /// Who has agreed, as far as that was said: holders' codes as masks leave them.
    #[n(9)]
    #[cbor(default)]
    pub agreed: Vec<String>,
}

impl Share {
    /// Lays one paper under who asked, and one under each agency whose certificates it is about.
    pub(super) fn put(&self, pen: &mut Pen<'_>, house: &House) -> Result<(), StoreError> {
        self.put_under(&self.agency, pen, house)?;
        let mut owners: BTreeMap<Uscc, Vec<CertificateId>> = BTreeMap::new();
        for identifier in self.certificates.iter().filter(|identifier| *identifier.issuer() != self.agency) {
            owners.entry(*identifier.issuer()).or_default().push(identifier.clone());
        }
        for (owner, certificates) in owners {
            // Of whom was asked, another agency reads no more than its own certificates say.
            let about = self.about.clone().filter(|about| certificates.iter().any(|own| own.to_string() == *about));
            let agreed = if about.is_some() { self.agreed.clone() } else { Vec::new() };
            Self { certificates, about, agreed, ..self.clone() }.put_under(&owner, pen, house)?;
        }
        Ok(())
    }

    fn put_under(&self, agency: &Uscc, pen: &mut Pen<'_>, house: &House) -> Result<(), StoreError> {
        let key = place_of_one(agency, self.at, house.chance());
        pen.put_office(Drawer::Shares, &key, &written(self))
    }
}

/// What people of an agency asked of others, and others of it, in a time.
pub fn shares_of(library: &Library, agency: &Uscc, span: &Span) -> Result<Papers<Share>, StoreError> {
    papers_of(library, (Drawer::Shares, &[]), agency, span)
}
