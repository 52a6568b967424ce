//! The desk at which a caller's agency issues, and the types that it has a right for.

use crate::accounts::{Account, Caller, Right};
use crate::house::House;
use crate::http::problem::Problem;
use axum::http::StatusCode;
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::envelope::Authentic;
use kanhe_core::event::Grounds;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::Desk;
use kanhe_issuer::registrar::{Intake, Registrar};
use kanhe_store::{Pen, StoreError};
use std::cmp::Reverse;
use std::sync::Arc;

/// The code of what was signed under a manifest that stands no more (`RegistrarError::ManifestMoved`): signed anew, it may be entered.
const SIGNED_BEFORE: &str = "manifest_moved";

impl House {
    /// A type that the caller has a right for, by its code or its file's name.
    pub fn kind_of(&self, caller: &Caller, right: Right, name: &str) -> Result<&CertificateKind, Problem> {
        caller.may(right)?;
        let kind = self.kind(name)?;
        caller.may_for(right, kind.code())?;
        Ok(kind)
    }

    /// The code of a type that a caller names; its rights are asked where something is done with it.
    pub fn type_code(&self, name: &str) -> Result<TypeCode, Problem> {
        self.kind(name).map(|kind| *kind.code())
    }

    /// A type by its code, for work that was ordered before.
    pub fn kind_coded(&self, code: &TypeCode) -> Result<&CertificateKind, Problem> {
        self.kind(code.as_str())
    }

    pub(super) fn kind(&self, name: &str) -> Result<&CertificateKind, Problem> {
        let unknown = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "type_unknown", "the service has no such type");
        self.catalogue.find(name).ok_or_else(unknown)
    }

    /// The manifest that the library works under.
    pub fn manifest(&self) -> Result<Arc<Authentic<Manifest>>, Problem> {
        Ok(Registrar::new(&self.library).manifest()?)
    }

    /// Refuses to begin in a library that was set back. It refuses to be written by itself; that nothing is even signed is promised too.
    pub fn is_the_published_one(&self) -> Result<(), Problem> {
        self.library.astray().map_or(Ok(()), |code| Err(StoreError::Astray { code }.into()))
    }

    /// Refuses, in the commit of an act, a caller whose account was closed since it asked, or who may not do it any more.
    pub fn may_still(&self, pen: &Pen<'_>, caller: &Caller, right: Right, kind: &CertificateKind) -> Result<(), Problem> {
        let account = Account::new(&self.library, &caller.actor);
        let found = account.caller_of(&caller.agency, pen, self.now())?.ok_or_else(|| account.closed())?;
        Ok(found.may_for(right, kind.code())?)
    }

    /// Signs and enters at a desk of the caller's agency under the manifest in force; and once more where another was taken up meanwhile, so
    /// that nobody has to ask again because a key was changed.
    pub fn at_desk<T>(
        &self,
        caller: &Caller,
        kind: &CertificateKind,
        mut act: impl FnMut(&Desk<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut once = || {
            let manifest = self.manifest()?;
            act(&self.desk_of(caller, &manifest, kind)?)
        };
        match once() {
            Err(problem) if problem.code() == SIGNED_BEFORE => once(),
            done => done,
        }
    }

    /// How rows of a type are read and signed at a desk; one that names no day is issued on the day of `now`.
    pub fn intake<'d>(&'d self, kind: &'d CertificateKind, desk: &'d Desk<'d>, grounds: &Grounds, now: Timestamp) -> Intake<'d> {
        Intake {
            kind,
            others: self.catalogue.other_editions(kind),
            desk,
            registrar: Registrar::new(&self.library),
            grounds: grounds.clone(),
            now,
            day: day_in_china(now),
        }
    }

    /// A desk for a type, with a key of the caller's agency: no other key ever signs for it.
    pub fn desk_of<'h>(&'h self, caller: &Caller, manifest: &'h Manifest, kind: &CertificateKind) -> Result<Desk<'h>, Problem> {
        self.desk_for(&caller.agency, manifest, kind)
    }

    /// The same for work that somebody of the agency has ordered before.
    pub fn desk_for<'h>(&'h self, agency: &Uscc, manifest: &'h Manifest, kind: &CertificateKind) -> Result<Desk<'h>, Problem> {
        self.is_the_published_one()?;
        let known = manifest.agencies.iter().filter(|known| known.code == *agency).flat_map(|known| &known.keys);
        let held = known.filter_map(|known| Some((known, self.keys.iter().find(|key| key.key().verifying_key() == known.key)?)));
        let mut held: Vec<_> = held.collect();
        // An old key stays unlocked beside the new one: the newest whose window is open signs.
        let today = day_in_china(self.now());
        held.sort_by_key(|(known, _)| Reverse((known.covers(today), known.from)));
        let mut refused = None;
        for (_, key) in held {
            match Desk::open(manifest, key.key(), kind, &self.dictionaries) {
                Ok(desk) => return Ok(desk.with(key.multiples())),
                Err(error) => drop(refused.get_or_insert(error)),
            }
        }
        let none = || Problem::new(StatusCode::CONFLICT, "key_not_held", "no key of your agency is unlocked here");
        Err(refused.map_or_else(none, Problem::from))
    }
}
