//! The desk at which a draft becomes a certificate: minted, signed, sealed, and proofread before anybody sees it.

use crate::application::{Draft, Minting};
use crate::catalogue::{CertificateKind, qr_version_of};
use kanhe_core::certificate::{Certificate, CertificateError};
use kanhe_core::code::{CertificateId, Serial, Uscc, Version};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::{Authentic, Document, Envelope, EnvelopeError, sign_by, sign_to_cose_by};
use kanhe_core::key::{KeyId, SignError, Signer, VerifyingKey};
use kanhe_core::kind::Kind;
use kanhe_core::manifest::{Agency, AgencyKey, Manifest, Uses};
use kanhe_core::qr::{QrError, Scanned, seal_digits, sealed_length};
use kanhe_core::seal::{Claims, ClaimsError, Seal, SealError, SealedCode, digest_of, write};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// An agency ready to issue one type: its key, its right, and the words for its seals.
pub struct Desk<'a> {
    manifest: &'a Manifest,
    agency: &'a Agency,
    agency_key: &'a AgencyKey,
    key: &'a dyn Signer,
    kind: &'a Kind,
    budget: u8,
    dictionary: &'a Dictionary,
    needs_review: bool,
    one_valid_per_holder: bool,
}

/// Which version a certificate is, and of which it takes the place.
struct Lineage {
    identifier: CertificateId,
    predecessor: Option<CertificateId>,
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
        let published = manifest.kinds.iter().find(|published| published.code == *kind.code());
        let published = published.ok_or_else(|| DeskError::TypeUnknown { code: kind.code().to_string() })?;
        if published.file_digest != *kind.file_digest() {
            return Err(DeskError::TypeDiffers { code: kind.code().to_string() });
        }
        if !agency.kinds.contains(&published.index) {
            return Err(DeskError::OutOfScope { agency: agency.names.en.clone(), code: kind.code().to_string() });
        }
        let dictionary = dictionaries.iter().find(|dictionary| dictionary.id() == published.dictionary);
        let dictionary = dictionary.ok_or(DeskError::DictionaryUnknown { dictionary: published.dictionary })?;
        Ok(Self {
            manifest,
            agency,
            agency_key,
            key,
            kind: published,
            budget: kind.budget().version,
            dictionary,
            needs_review: kind.review().is_some(),
            one_valid_per_holder: kind.one_valid_per_holder(),
        })
    }

    /// The agency that issues.
    pub const fn agency(&self) -> &Agency {
        self.agency
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

    /// A value that tells whether two requests ask for the same; without the key nobody can guess from it what they ask for.
    pub fn fingerprint(&self, draft: &Draft) -> Result<[u8; 16], IssueError> {
        let hash = self.keyed(b"kanhe request fingerprint v1\n").chain_update(self.contents(draft)?).finalize();
        Ok(hash.first_chunk().copied().unwrap_or_default())
    }

    /// All that a draft asks for, as bytes: two requests ask for the same if these are the same.
    pub fn contents(&self, draft: &Draft) -> Result<Vec<u8>, IssueError> {
        let lineage = Lineage { identifier: self.identifier(draft)?, predecessor: None };
        Ok(self.mint(draft.clone(), lineage, 0, [0; 16])?.encode())
    }

    /// Issues a first version: nothing leaves the desk that our own verifiers would not believe and understand.
    pub fn issue(&self, draft: Draft, slot: u32, salt: [u8; 16]) -> Result<Issued, IssueError> {
        let identifier = self.identifier(&draft)?;
        self.sign(draft, Lineage { identifier, predecessor: None }, slot, salt)
    }

    /// Issues a first version that goes on where a certificate of another region ended.
    pub fn issue_from(&self, draft: Draft, origin: Option<&CertificateId>, slot: u32, salt: [u8; 16]) -> Result<Issued, IssueError> {
        let identifier = self.identifier(&draft)?;
        self.sign(draft, Lineage { identifier, predecessor: origin.cloned() }, slot, salt)
    }

    /// Issues the version that takes the place of another: its identifier, and the next version number.
    pub fn issue_next(&self, draft: Draft, predecessor: &CertificateId, slot: u32, salt: [u8; 16]) -> Result<Issued, IssueError> {
        let identifier = predecessor.next_version().map_err(|_| IssueError::LastVersion)?;
        if draft.serial().is_some_and(|serial| serial != identifier.serial()) {
            return Err(IssueError::OtherSerial);
        }
        self.sign(draft, Lineage { identifier, predecessor: Some(predecessor.clone()) }, slot, salt)
    }

    /// The first version that a draft would become, with everything that could be wrong with it and its seal found out, and no signature.
    pub fn proof(&self, draft: Draft) -> Result<Certificate, IssueError> {
        self.covers(&draft)?;
        let identifier = self.identifier(&draft)?;
        // The slot that takes the most bytes: the one that it would be given may take as many.
        let certificate = self.mint(draft, Lineage { identifier, predecessor: None }, u32::MAX, [0; 16])?;
        let payload = write(&certificate, self.kind, self.dictionary, &digest_of(&[])).map_err(IssueError::Seal)?;
        self.within_budget(sealed_length(&payload)).map(|_| certificate)
    }

    fn covers(&self, draft: &Draft) -> Result<(), IssueError> {
        if self.agency_key.covers(draft.issued()) {
            Ok(())
        } else {
            Err(IssueError::OutsideKeyWindow { issued: draft.issued().to_string() })
        }
    }

    /// The QR version that a seal of so many bytes needs.
    fn within_budget(&self, bytes: usize) -> Result<u8, IssueError> {
        let version = qr_version_of(bytes).unwrap_or(u8::MAX);
        if version > self.budget { Err(IssueError::OverBudget { bytes, version, budget: self.budget }) } else { Ok(version) }
    }

    fn sign(&self, draft: Draft, lineage: Lineage, slot: u32, salt: [u8; 16]) -> Result<Issued, IssueError> {
        self.covers(&draft)?;
        let certificate = self.mint(draft, lineage, slot, salt)?;
        let envelope = sign_to_cose_by(self.key, Certificate::TYPE, &certificate.encode())?; // the only call in the project that signs a certificate
        let payload = write(&certificate, self.kind, self.dictionary, &digest_of(&envelope)).map_err(IssueError::Seal)?;
        let signature = sign_by(self.key, Seal::TYPE, &payload)?;
        let digits = seal_digits(&payload, &self.agency_key.key, &signature).map_err(IssueError::Qr)?;
        let (seal, qr_version) = self.proofread(&certificate, &envelope, &digits)?;
        Ok(Issued { certificate, envelope, digits, seal, qr_version })
    }

    fn mint(&self, draft: Draft, lineage: Lineage, slot: u32, salt: [u8; 16]) -> Result<Certificate, IssueError> {
        let Lineage { identifier, predecessor } = lineage;
        let (issuer_names, region) = (self.agency.names.clone(), self.manifest.region);
        let minting = Minting { identifier, issuer_names, region, predecessor, slot, salt };
        Certificate::new(draft.into_contents(minting)).map_err(IssueError::Certificate)
    }

    /// Opens the exact bytes with the public key of the manifest and compares what a counter would read with what was minted.
    fn proofread(&self, certificate: &Certificate, envelope: &[u8], digits: &str) -> Result<(Vec<u8>, u8), IssueError> {
        let public = &self.agency_key.key;
        let opened: Authentic<Certificate> =
            Envelope::decode(envelope).and_then(|envelope| envelope.authenticate(public)).map_err(IssueError::Envelope)?;
        let scanned = Scanned::parse(digits).map_err(IssueError::Qr)?;
        let scanned_envelope = scanned.envelope();
        let seal: Authentic<Seal<'_>> = scanned_envelope.authenticate(public).map_err(IssueError::Envelope)?;
        let claims = Claims::read(&seal, self.kind, &self.agency.code, self.dictionary).map_err(IssueError::Claims)?;
        let same = *opened == *certificate && says_the_same(&claims, certificate) && *seal.digest() == digest_of(envelope);
        if !same {
            return Err(IssueError::Proof);
        }
        let version = self.within_budget(scanned.bytes().len())?;
        Ok((scanned.bytes().to_vec(), version))
    }

    /// Eighteen digits from a hash of agency, type and request: 60 bits, so two of a million requests agree once in a million libraries.
    fn serial_of_request(&self, request: &str) -> String {
        let scope =
            Sha256::new().chain_update(b"kanhe serial v1\n").chain_update(self.agency.code.as_str()).chain_update(self.kind.code.as_str());
        let hash = scope.chain_update(request).finalize();
        let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:018}", number % 1_000_000_000_000_000_000)
    }

    fn keyed(&self, purpose: &[u8]) -> Sha256 {
        Sha256::new().chain_update(self.key.secret_for(purpose))
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

/// Whether a seal states the certificate: same identifier, number, term, holders and fields, and no whole code of a person.
fn says_the_same(claims: &Claims<'_>, certificate: &Certificate) -> bool {
    let holders = claims.holders.len() == certificate.holders.len()
        && claims.holders.iter().zip(&certificate.holders).all(|(sealed, holder)| {
            let hidden = holder.code().kind().is_organisation() || claims.kind.holder_mask == kanhe_core::kind::Mask::Open;
            sealed.name == holder.name()
                && sealed.code_type == holder.code().kind()
                && (hidden || sealed.code != SealedCode::Open(holder.code().expose().to_owned()))
        });
    let fields = claims.fields.iter().all(|claim| claim.value.as_ref() == certificate.field(&claim.field.name));
    claims.identifier == certificate.identifier
        && claims.number == certificate.number
        && claims.validity == certificate.validity()
        && claims.issued == certificate.issued
        && holders
        && fields
}

/// Why a desk is not opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DeskError {
    /// No agency of the manifest has this key.
    #[error("no agency of the manifest has key {key_id}")]
    KeyUnknown {
        /// The key.
        key_id: KeyId,
    },
    /// The key was stolen: nothing that it signs now is believed.
    #[error("key {key_id} was stolen and counts only before index {before} of the log: use the agency's new key")]
    KeyStolen {
        /// The key.
        key_id: KeyId,
        /// From which index of the log on it counts no more.
        before: u64,
    },
    /// The key may not sign both seals and certificates.
    #[error("key {key_id} may not sign both seals and certificates")]
    KeyUse {
        /// The key.
        key_id: KeyId,
    },
    /// The manifest does not have the type.
    #[error("the manifest does not have type {code}")]
    TypeUnknown {
        /// The type's code.
        code: String,
    },
    /// The manifest was signed with another edition of the type file.
    #[error("the manifest has another edition of type {code} than the file at hand")]
    TypeDiffers {
        /// The type's code.
        code: String,
    },
    /// The agency has no right to the type.
    #[error("{agency} may not issue type {code}")]
    OutOfScope {
        /// The agency.
        agency: String,
        /// The type's code.
        code: String,
    },
    /// The dictionary is not at hand.
    #[error("dictionary {dictionary} is not at hand")]
    DictionaryUnknown {
        /// The dictionary's id.
        dictionary: u32,
    },
}

impl DeskError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyUnknown { .. } => "desk_key_unknown",
            Self::KeyStolen { .. } => "desk_key_stolen",
            Self::KeyUse { .. } => "desk_key_use",
            Self::TypeUnknown { .. } => "desk_type_unknown",
            Self::TypeDiffers { .. } => "desk_type_differs",
            Self::OutOfScope { .. } => "desk_out_of_scope",
            Self::DictionaryUnknown { .. } => "desk_dictionary_unknown",
        }
    }
}

/// Why a draft does not become a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IssueError {
    /// The key's window does not cover the day of issue.
    #[error("the agency's key may not sign for {issued}")]
    OutsideKeyWindow {
        /// The day of issue.
        issued: String,
    },
    /// The version after 999.
    #[error("the certificate has had its last version: apply for a new one")]
    LastVersion,
    /// The printed number is the serial of the identifier, and a new version keeps the identifier.
    #[error("a new version keeps the printed number, which is its serial")]
    OtherSerial,
    /// Whoever has the key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// No serial could be made.
    #[error("no serial could be made for the request")]
    Serial,
    /// The parts do not agree.
    #[error(transparent)]
    Certificate(CertificateError),
    /// The certificate has no seal.
    #[error(transparent)]
    Seal(SealError),
    /// The seal has no QR text.
    #[error(transparent)]
    Qr(QrError),
    /// The signed bytes do not open again.
    #[error(transparent)]
    Envelope(EnvelopeError),
    /// The seal's words cannot be read again.
    #[error(transparent)]
    Claims(ClaimsError),
    /// What a counter would read is not what was minted.
    #[error("the seal would not say the same as the certificate")]
    Proof,
    /// The QR code would be denser than the type allows.
    #[error("{bytes} bytes need QR version {version}, the type allows {budget}")]
    OverBudget {
        /// Bytes of the seal.
        bytes: usize,
        /// The version that they need at level M.
        version: u8,
        /// The version that the type allows.
        budget: u8,
    },
}

impl IssueError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutsideKeyWindow { .. } => "outside_key_window",
            Self::LastVersion => "last_version",
            Self::OtherSerial => "other_serial",
            Self::Sign(error) => error.code(),
            Self::Serial => "serial",
            Self::Certificate(error) => error.code(),
            Self::Seal(error) => error.code(),
            Self::Qr(error) => error.code(),
            Self::Envelope(error) => error.code(),
            Self::Claims(error) => error.code(),
            Self::Proof => "proof_differs",
            Self::OverBudget { .. } => "qr_over_budget",
        }
    }
}
