//! A proof: what requests would come to, asked row by row. Nothing is signed, written, or given out.

use super::enter::{Lineage, followed, is_not_lodged};
use super::usable::{may_come, meet};
use super::{Registrar, RegistrarError};
use crate::application::Draft;
use crate::desk::Desk;
use kanhe_core::certificate::{Certificate, Holder, Validity};
use kanhe_core::code::CertificateId;
use kanhe_core::spelling::folded;
use kanhe_core::status::State;
use kanhe_store::Shelfmark;
use std::collections::{HashMap, HashSet};

/// What a request would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proved {
    /// It was answered before: this is what was issued then.
    Before(Shelfmark),
    /// A row before this one would be answered for the same request.
    Repeated(CertificateId),
    /// It would be a new certificate.
    Could(CertificateId),
}

/// A certificate of a row before, and its term.
type Earlier = (CertificateId, Validity);

/// A table that is proved: the rows before count as if they had been issued.
pub struct Proof<'l> {
    registrar: Registrar<'l>,
    /// What each request asks for, and what it would be called.
    requests: HashMap<String, ([u8; 16], CertificateId)>,
    identifiers: HashSet<CertificateId>,
    /// Certificates of which a holder may have one, with their terms, by a hash of who would hold them.
    held: HashMap<[u8; 16], Vec<Earlier>>,
    /// Those of a printed number.
    numbered: HashMap<String, Vec<Earlier>>,
}

impl<'l> Proof<'l> {
    /// A proof over a library as it stands.
    pub fn new(registrar: Registrar<'l>) -> Self {
        Self { registrar, requests: HashMap::new(), identifiers: HashSet::new(), held: HashMap::new(), numbered: HashMap::new() }
    }

    /// Says what a request would come to, after those that were asked before.
    pub fn ask(&mut self, desk: &Desk<'_>, draft: Draft) -> Result<Proved, RegistrarError> {
        if desk.needs_review() {
            return Err(RegistrarError::NeedsReview);
        }
        let library = self.registrar.library;
        let (request, type_code, asked) = (draft.request_id().to_owned(), *draft.type_code(), desk.ask(draft)?);
        let fingerprint = library.veil(&asked.contents());
        if let Some(repeat) = library.repeat_of(&desk.agency().code, &type_code, &request)? {
            return library.rehearse(|pen| followed(pen, repeat, fingerprint, Lineage::First))?.map(Proved::Before);
        }
        if let Some((before, identifier)) = self.requests.get(&request) {
            let same = *before == fingerprint;
            return if same { Ok(Proved::Repeated(identifier.clone())) } else { Err(RegistrarError::RowDiffers) };
        }
        let certificate = desk.proof(self.registrar.anew(asked)?)?;
        let one_valid = desk.one_valid_per_holder();
        library.rehearse(|pen| {
            is_not_lodged(pen, &certificate.identifier, &request)?;
            may_come(pen, &certificate, None, one_valid)
        })??;
        let identifier = certificate.identifier.clone();
        if self.identifiers.contains(&identifier) {
            return Err(RegistrarError::IdentifierTaken { identifier: identifier.to_string() });
        }
        if let Some(earlier) =
            self.numbered.get(&folded(&certificate.number)).into_iter().flatten().find(|other| meets(other, &certificate))
        {
            return Err(RegistrarError::NumberTaken { identifier: earlier.0.to_string() });
        }
        if one_valid {
            self.hold(&certificate)?;
        }
        self.numbered.entry(folded(&certificate.number)).or_default().push((identifier.clone(), certificate.validity()));
        self.identifiers.insert(identifier.clone());
        self.requests.insert(request, (fingerprint, identifier.clone()));
        Ok(Proved::Could(identifier))
    }

    fn hold(&mut self, certificate: &Certificate) -> Result<(), RegistrarError> {
        let veil = |holder: &Holder| {
            let code = holder.code();
            self.registrar.library.veil(&[code.kind().as_str().as_bytes(), code.expose().as_bytes()].concat())
        };
        let (holders, term): (Vec<[u8; 16]>, _) = (certificate.holders.iter().map(veil).collect(), certificate.validity());
        let mut earlier = holders.iter().filter_map(|holder| self.held.get(holder)).flatten();
        if let Some((identifier, _)) = earlier.find(|other| meets(other, certificate)) {
            return Err(RegistrarError::HolderHasOne { identifier: identifier.to_string(), state: State::Valid });
        }
        for holder in holders {
            self.held.entry(holder).or_default().push((certificate.identifier.clone(), term));
        }
        Ok(())
    }
}

fn meets((_, earlier): &Earlier, certificate: &Certificate) -> bool {
    meet((earlier.from(), earlier.until()), (certificate.from, certificate.until))
}
