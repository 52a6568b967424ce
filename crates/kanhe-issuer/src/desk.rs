//! The desk at which a draft becomes a certificate: minted, read back, signed, sealed, and proofread before anybody sees it.
//!
//! What is to be signed is read before it is signed, as a counter would read it. Afterwards the exact bytes are opened again and their
//! signatures verified: memory that flips a bit, a token that lies or a fault in the arithmetic issues nothing (`docs/decisions/0021`).

mod error;
mod proofread;

pub use error::{DeskError, IssueError};

use crate::application::{Draft, Minting};
use crate::catalogue::{CertificateKind, qr_version_of};
use crate::discretion::Words;
use jiff::civil::Date;
use kanhe_core::certificate::{Certificate, Contents};
use kanhe_core::code::{CertificateId, Serial, TypeCode, Uscc, Version};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::key::{Multiples, Signer, Verifier, VerifyingKey};
use kanhe_core::kind::Kind;
use kanhe_core::manifest::{Agency, AgencyKey, Manifest, Uses};
use kanhe_core::qr::{Scanned, seal_digits, sealed_length};
use kanhe_core::seal::{digest_of, write};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// An agency ready to issue one type: its key, its right, and the words for its seals.
pub struct Desk<'a> {
    manifest: &'a Manifest,
    agency: &'a Agency,
    agency_key: &'a AgencyKey,
    key: &'a dyn Signer,
    verifier: Verifier<'a>,
    kind: &'a Kind,
    file: Arc<[u8]>,
    budget: u8,
    dictionary: &'a Dictionary,
    needs_review: bool,
    one_valid_per_holder: bool,
}

/// What a certificate is signed as.
#[derive(Clone, Copy)]
pub enum Succession<'a> {
    /// A first version.
    First,
    /// A first version that goes on where a certificate of another region ended, and cites it if it can.
    From(Option<&'a CertificateId>),
    /// The version that takes the place of another: its identifier, and the next version number.
    Next(&'a CertificateId),
}

/// What a draft asks for, minted but for what is given to one certificate alone: as a first version, without a slot and without salt.
pub struct Asked {
    certificate: Certificate,
    /// The serial, if the draft gives it.
    serial: Option<Serial>,
}

impl Asked {
    /// All of it as bytes.
    pub fn contents(&self) -> Vec<u8> {
        self.certificate.encode()
    }

    /// Whether its number is its serial: another request may have had it.
    pub(crate) const fn is_numbered(&self) -> bool {
        self.serial.is_some()
    }

    /// The certificate as far as it is minted.
    pub(crate) const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The same under a later version: a number that has ended is issued anew.
    pub(crate) fn under(self, version: Version) -> Result<Self, IssueError> {
        let before = &self.certificate.identifier;
        let identifier = CertificateId::new(*before.type_code(), *before.issuer(), before.serial().clone(), version);
        let contents = Contents { identifier, ..self.certificate.into_contents() };
        Ok(Self { certificate: Certificate::new(contents).map_err(IssueError::Certificate)?, ..self })
    }
}

/// A certificate as it leaves the desk.
pub struct Issued {
    certificate: Certificate,
    envelope: Vec<u8>,
    digits: String,
    seal: Vec<u8>,
    qr_version: u8,
}

impl Issued {
    /// What it says.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The signed file: a tagged `COSE_Sign1`.
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// The text of its QR code, in the bare form.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The bytes of its QR code.
    pub fn seal(&self) -> &[u8] {
        &self.seal
    }

    /// The QR version that the bare form needs at level M.
    pub const fn qr_version(&self) -> u8 {
        self.qr_version
    }
}

impl<'a> Desk<'a> {
    /// Opens a desk, if the manifest gives this key the right to issue this type.
    pub fn open(
        manifest: &'a Manifest,
        key: &'a dyn Signer,
        kind: &CertificateKind,
        dictionaries: &'a [Dictionary],
    ) -> Result<Self, DeskError> {
        let public = key.verifying_key();
        let (agency, agency_key) = owner(manifest, &public).ok_or_else(|| DeskError::KeyUnknown { key_id: public.id() })?;
        if let Some(before) = agency_key.counts_before {
            return Err(DeskError::KeyStolen { key_id: public.id(), before });
        }
        if !agency_key.uses.include(Uses::SEAL.and(Uses::CERTIFICATE)) {
            return Err(DeskError::KeyUse { key_id: public.id() });
        }
        let published = published(manifest, kind.code(), kind.file_digest())?;
        if !agency.kinds.contains(&published.index) {
            return Err(DeskError::OutOfScope { agency: agency.code.to_string(), code: kind.code().to_string() });
        }
        let dictionary = dictionaries.iter().find(|dictionary| dictionary.id() == published.dictionary);
        let dictionary = dictionary.ok_or(DeskError::DictionaryUnknown { dictionary: published.dictionary })?;
        Ok(Self {
            manifest,
            agency,
            agency_key,
            key,
            verifier: Verifier::Key(&agency_key.key),
            kind: published,
            file: kind.shared_source(),
            budget: kind.budget().version,
            dictionary,
            needs_review: kind.review().is_some(),
            one_valid_per_holder: kind.one_valid_per_holder(),
        })
    }

    /// The same desk with the multiples of its key at hand, for more than a few certificates; those of another key are no use to it.
    #[must_use]
    pub fn with(self, multiples: &'a Multiples) -> Self {
        if *multiples.key() == self.agency_key.key { Self { verifier: Verifier::Multiples(multiples), ..self } } else { self }
    }

    /// The agency that issues.
    pub const fn agency(&self) -> &Agency {
        self.agency
    }

    /// The edition of the manifest that the desk was opened on.
    pub(crate) fn edition(&self) -> u32 {
        self.manifest.edition
    }

    /// The type file by which it issues.
    pub(crate) fn file(&self) -> Arc<[u8]> {
        Arc::clone(&self.file)
    }

    /// Its SHA-256.
    pub(crate) const fn file_digest(&self) -> [u8; 32] {
        self.kind.file_digest
    }

    /// Whether applications for the type are reviewed before anything is minted.
    pub const fn needs_review(&self) -> bool {
        self.needs_review
    }

    /// Whether a holder may have only one valid certificate of the type.
    pub const fn one_valid_per_holder(&self) -> bool {
        self.one_valid_per_holder
    }

    /// The identifier that a draft will have: its serial is the printed number where the type says so, else it is drawn from the request.
    ///
    /// The same request always has the same identifier, in every folder and on every day.
    pub fn identifier(&self, draft: &Draft) -> Result<CertificateId, IssueError> {
        let serial = match draft.serial() {
            Some(serial) => serial.clone(),
            None => Serial::parse(&self.serial_of_request(draft.request_id())).map_err(|_| IssueError::Serial)?,
        };
        Ok(CertificateId::new(self.kind.code, self.agency.code, serial, Version::FIRST))
    }

    /// A value that tells whether two applications ask for the same; without the key nobody can guess from it what they ask for.
    pub fn fingerprint(&self, asked: &[u8]) -> [u8; 16] {
        self.keyed_hash(b"kanhe request fingerprint v2\n", asked)
    }

    /// The value that was kept before, of the minted contents: the day of issue and the names of type and agency were in it.
    pub fn fingerprint_of_contents(&self, draft: &Draft) -> Result<[u8; 16], IssueError> {
        Ok(self.keyed_hash(b"kanhe request fingerprint v1\n", &self.ask(draft.clone())?.contents()))
    }

    /// Mints what a draft asks for.
    pub fn ask(&self, draft: Draft) -> Result<Asked, IssueError> {
        let (identifier, serial) = (self.identifier(&draft)?, draft.serial().cloned());
        let (issuer_names, region) = (self.agency.names.clone(), self.manifest.region);
        let minting = Minting { identifier, issuer_names, region, predecessor: None, slot: 0, salt: [0; 16] };
        let certificate = Certificate::new(draft.into_contents(minting)).map_err(IssueError::Certificate)?;
        Ok(Asked { certificate, serial })
    }

    /// Issues a first version: nothing leaves the desk that our own verifiers would not believe and understand.
    pub fn issue(&self, draft: Draft, slot: u32, salt: [u8; 16]) -> Result<Issued, IssueError> {
        self.sign(self.ask(draft)?, Succession::First, slot, salt)
    }

    /// Gives a certificate its place, signs what reads as it was minted, and finds out whether the signatures hold.
    pub fn sign(&self, asked: Asked, succession: Succession<'_>, slot: u32, salt: [u8; 16]) -> Result<Issued, IssueError> {
        let certificate = self.place(asked, succession, slot, salt)?;
        let payload = certificate.encode();
        let envelope = self.certificate_reads(&payload, &certificate)?.file_signed_by(self.key)?; // the only one that signs a certificate
        let words = write(&certificate, self.kind, self.dictionary, &digest_of(&envelope)).map_err(IssueError::Seal)?;
        let qr_version = self.within_budget(sealed_length(&words))?;
        let signature = self.seal_reads(&words, &certificate, &envelope)?.signed_by(self.key)?;
        let digits = seal_digits(&words, &self.agency_key.key, &signature).map_err(IssueError::Qr)?;
        let seal = Scanned::parse(&digits).map_err(IssueError::Qr)?;
        self.signatures_hold(&envelope, &seal)?;
        Ok(Issued { certificate, envelope, digits, seal: seal.bytes().to_vec(), qr_version })
    }

    /// The first version that would be issued, with everything that could be wrong with it and its seal found out, and no signature.
    pub fn proof(&self, asked: Asked) -> Result<Certificate, IssueError> {
        // The slot that takes the most bytes: the one that it would be given may take as many.
        let certificate = self.place(asked, Succession::First, u32::MAX, [0; 16])?;
        let payload = write(&certificate, self.kind, self.dictionary, &digest_of(&[])).map_err(IssueError::Seal)?;
        self.within_budget(sealed_length(&payload)).map(|_| certificate)
    }

    /// Gives a certificate what is its own alone: its version, the one before, its slot and its salt.
    fn place(&self, asked: Asked, succession: Succession<'_>, slot: u32, salt: [u8; 16]) -> Result<Certificate, IssueError> {
        let Asked { certificate, serial } = asked;
        if !self.agency_key.covers(certificate.issued) {
            return Err(self.outside_window(certificate.issued));
        }
        let minted = Contents { slot, salt, ..certificate.into_contents() };
        let placed = match succession {
            Succession::First => minted,
            Succession::From(origin) => Contents { predecessor: origin.cloned(), ..minted },
            Succession::Next(predecessor) => {
                let identifier = predecessor.next_version().map_err(|_| IssueError::LastVersion)?;
                if serial.is_some_and(|serial| serial != *identifier.serial()) {
                    return Err(IssueError::OtherSerial { identifier: predecessor.to_string() });
                }
                Contents { identifier, predecessor: Some(predecessor.clone()), ..minted }
            }
        };
        let certificate = Certificate::new(placed).map_err(IssueError::Certificate)?;
        let told = Words::of(self.kind, &certificate.number, &certificate.holders).tell_all(|name| certificate.field(name));
        match told.first() {
            Some(place) => Err(IssueError::WholeNumber { place: (*place).to_owned() }),
            None => Ok(certificate),
        }
    }

    fn outside_window(&self, issued: Date) -> IssueError {
        let AgencyKey { key, from, until, .. } = self.agency_key;
        let until = until.map_or_else(|| "..".to_owned(), |until| until.to_string());
        IssueError::OutsideKeyWindow { key_id: key.id(), window: format!("{from}/{until}"), issued: issued.to_string() }
    }

    /// The QR version that a seal of so many bytes needs.
    fn within_budget(&self, bytes: usize) -> Result<u8, IssueError> {
        let version = qr_version_of(bytes).unwrap_or(u8::MAX);
        if version > self.budget { Err(IssueError::OverBudget { bytes, version, budget: self.budget }) } else { Ok(version) }
    }

    /// Eighteen digits from a hash of agency, type and request: 60 bits, so two of a million requests agree once in a million libraries.
    fn serial_of_request(&self, request: &str) -> String {
        let scope =
            Sha256::new().chain_update(b"kanhe serial v1\n").chain_update(self.agency.code.as_str()).chain_update(self.kind.code.as_str());
        let hash = scope.chain_update(request).finalize();
        let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:018}", number % 1_000_000_000_000_000_000)
    }

    fn keyed_hash(&self, purpose: &[u8], bytes: &[u8]) -> [u8; 16] {
        let hash = Sha256::new().chain_update(self.key.secret_for(purpose)).chain_update(bytes).finalize();
        *hash.first_chunk().expect("a hash begins with a fingerprint") // safe: SHA-256 has 32 bytes, a fingerprint 16
    }
}

/// The type as a manifest publishes it, if it was signed with this file.
pub(crate) fn published<'m>(manifest: &'m Manifest, code: &TypeCode, file_digest: &[u8; 32]) -> Result<&'m Kind, DeskError> {
    match manifest.kinds.iter().find(|published| published.code == *code) {
        None => Err(DeskError::TypeUnknown { code: code.to_string() }),
        Some(published) if published.file_digest != *file_digest => Err(DeskError::TypeDiffers { code: code.to_string() }),
        Some(published) => Ok(published),
    }
}

/// The agencies that issue a type under a manifest.
pub fn agencies_for(manifest: &Manifest, kind: &CertificateKind) -> Vec<Uscc> {
    let index = manifest.kinds.iter().find(|published| published.code == *kind.code()).map(|published| published.index);
    let issues = |agency: &&Agency| index.is_some_and(|index| agency.kinds.contains(&index));
    manifest.agencies.iter().filter(issues).map(|agency| agency.code).collect()
}

fn owner<'m>(manifest: &'m Manifest, key: &VerifyingKey) -> Option<(&'m Agency, &'m AgencyKey)> {
    let mut owned = manifest.agencies.iter().flat_map(|agency| agency.keys.iter().map(move |key| (agency, key)));
    owned.find(|(_, known)| known.key == *key)
}
