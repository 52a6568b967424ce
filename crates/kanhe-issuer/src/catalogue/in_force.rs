//! Which edition of a type is in force: the one that the manifest names, so that a new edition stops nobody before the region says so.

use super::{Catalogue, CertificateKind};
use kanhe_core::code::TypeCode;
use kanhe_core::manifest::Manifest;
use std::iter::successors;
use std::sync::{OnceLock, PoisonError};

/// Types that were taken up later: the list only grows, so whoever is at work with a type keeps it.
#[derive(Debug, Default)]
pub(super) struct Later(OnceLock<Box<(CertificateKind, Later)>>);

impl Later {
    fn iter(&self) -> impl Iterator<Item = &CertificateKind> {
        successors(self.0.get(), |link| link.1.0.get()).map(|link| &link.0)
    }

    fn push(&self, kind: CertificateKind) {
        let (mut place, mut link) = (self, Box::new((kind, Self::default())));
        // Somebody else may have taken the place between the two questions.
        while let Err(back) = place.0.set(link) {
            link = back;
            place = place.0.get().map_or(place, |taken| &taken.1);
        }
    }
}

impl Catalogue {
    /// The types in force, in the order in which they came.
    pub fn kinds(&self) -> Vec<&CertificateKind> {
        let places = self.in_force.read().unwrap_or_else(PoisonError::into_inner).clone();
        places.into_iter().filter_map(|place| self.at(place)).collect()
    }

    /// The type in force with a code, or with a file of this name (without `.json`).
    pub fn find(&self, name: &str) -> Option<&CertificateKind> {
        let places = self.in_force.read().unwrap_or_else(PoisonError::into_inner);
        let mut kinds = places.iter().filter_map(|place| self.at(*place));
        kinds.find(|kind| kind.code().as_str() == name || kind.file() == name)
    }

    /// The edition of a type that a manifest names, whether or not it has come into force here; none, where it is not here.
    pub fn named_by(&self, manifest: &Manifest, code: &TypeCode) -> Option<&CertificateKind> {
        let published = manifest.kinds.iter().find(|published| published.code == *code)?;
        self.every_edition().find(|kind| kind.code() == code && *kind.file_digest() == published.file_digest)
    }

    /// The newest edition of a type, whether or not it is in force yet.
    pub fn newest(&self, code: &TypeCode) -> Option<&CertificateKind> {
        self.every_edition().filter(|kind| kind.code() == code).max_by_key(|kind| kind.edition())
    }

    /// Takes up a type, or a new edition of one. It comes into force with [`Catalogue::settle`]; the same file once more changes nothing.
    pub fn take_up(&self, kind: CertificateKind) {
        if !self.every_edition().any(|known| known.code() == kind.code() && known.file_digest() == kind.file_digest()) {
            self.later.push(kind);
        }
    }

    /// Remembers an edition of a type by which certificates were issued: rows are read by it, and it comes into force no more.
    pub fn remember(&self, kind: CertificateKind) {
        self.former.push(kind);
    }

    /// Whether a type file is here, in force or not.
    pub fn has_file(&self, file: &[u8]) -> bool {
        self.known().any(|known| known.source() == file)
    }

    /// The other editions of a type: a request may have been read by one of them when it came first.
    pub fn other_editions(&self, kind: &CertificateKind) -> Vec<&CertificateKind> {
        self.known().filter(|known| known.code() == kind.code() && known.file_digest() != kind.file_digest()).collect()
    }

    /// Puts of each type the edition into force that the manifest names; of a type that it names in no edition that is here, the newest.
    pub fn settle(&self, manifest: Option<&Manifest>) {
        let named = |kind: &CertificateKind| {
            let published = manifest.and_then(|manifest| manifest.kinds.iter().find(|published| published.code == *kind.code()));
            published.is_some_and(|published| published.file_digest == *kind.file_digest())
        };
        let mut chosen: Vec<(usize, &CertificateKind)> = Vec::new();
        for (place, kind) in self.every_edition().enumerate() {
            match chosen.iter_mut().find(|(_, other)| other.code() == kind.code()) {
                Some(other) if (named(kind), kind.edition()) > (named(other.1), other.1.edition()) => *other = (place, kind),
                Some(_) => {}
                None => chosen.push((place, kind)),
            }
        }
        *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = chosen.into_iter().map(|(place, _)| place).collect();
    }

    fn every_edition(&self) -> impl Iterator<Item = &CertificateKind> {
        self.kinds.iter().chain(self.later.iter())
    }

    fn known(&self) -> impl Iterator<Item = &CertificateKind> {
        self.every_edition().chain(self.former.iter())
    }

    fn at(&self, place: usize) -> Option<&CertificateKind> {
        self.every_edition().nth(place)
    }
}
