//! What a manifest must say for counters to take a certificate: of its agency, its key, its type and its dictionary.
//!
//! A verifier asks its pack (`kanhe_core::verify`); here the library's own certificates are held against the library's own manifest, so that
//! whoever asks the library hears of a certificate what a counter would say.

use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::key::KeyId;
use kanhe_core::manifest::{Agency, Manifest, Uses};
use kanhe_core::qr::Scanned;
use kanhe_core::seal::Seal;
use kanhe_store::check::Defect;
use kanhe_store::{Card, Record};

/// Something that a manifest lacks for a certificate: counters refuse it or cannot tell of it, whatever its state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The agency.
    Agency {
        /// Its code.
        agency: Uscc,
    },
    /// The key, among those of the agency.
    Key {
        /// The key.
        key: KeyId,
        /// The agency.
        agency: Uscc,
    },
    /// The key's right to sign seals.
    SealUse {
        /// The key.
        key: KeyId,
        /// The agency.
        agency: Uscc,
    },
    /// The key's right to sign certificates: only the file is refused.
    CertificateUse {
        /// The key.
        key: KeyId,
        /// The agency.
        agency: Uscc,
    },
    /// A window of the key that has the day of issue.
    Window {
        /// The key.
        key: KeyId,
        /// The agency.
        agency: Uscc,
    },
    /// The type under the index by which the seal names it, among those that the agency may issue.
    Type {
        /// The type.
        type_code: TypeCode,
        /// The agency.
        agency: Uscc,
        /// Whether another agency might issue what has this index.
        listed: bool,
    },
    /// The dictionary that the seal's words are packed with.
    Dictionary {
        /// Its id.
        dictionary: u32,
    },
}

impl Lack {
    /// The code with which a counter answers the QR code; none where it accepts that, and only the file is refused.
    pub const fn verdict(&self) -> Option<&'static str> {
        match self {
            Self::Agency { .. } | Self::Key { .. } => Some("issuer_unknown"),
            Self::SealUse { .. } => Some("key_not_for_seals"),
            Self::CertificateUse { .. } => None,
            Self::Window { .. } => Some("outside_key_window"),
            Self::Type { listed: true, .. } => Some("out_of_scope"),
            Self::Type { listed: false, .. } => Some("type_unknown"),
            Self::Dictionary { .. } => Some("dictionary_unknown"),
        }
    }

    /// Whether nobody can tell of what was signed, not even of what has ended.
    pub const fn hides_the_signer(&self) -> bool {
        matches!(self, Self::Agency { .. } | Self::Key { .. })
    }

    /// The same as a check of the library tells it.
    pub const fn defect(self) -> Defect {
        match self {
            Self::Agency { agency } => Defect::AgencyUnknown { agency },
            Self::Key { key, agency } => Defect::KeyUnknown { key, agency },
            Self::SealUse { key, agency } | Self::CertificateUse { key, agency } => Defect::KeyUse { key, agency },
            Self::Window { key, agency } => Defect::OutsideWindow { key, agency },
            Self::Type { type_code, agency, .. } => Defect::TypeTaken { type_code, agency },
            Self::Dictionary { dictionary } => Defect::DictionaryUnknown { dictionary },
        }
    }
}

/// The dictionary that a certificate's seal is packed with.
pub(crate) fn dictionary_of(record: &Record) -> Option<u32> {
    let scanned = Scanned::of_bytes(&record.seal).ok()?;
    scanned.envelope().read_unchecked::<Seal<'_>>().ok().map(|seal| seal.dictionary())
}

/// Everything that a manifest lacks for a certificate, in the order in which a counter looks for it; nothing of a seal that does not open.
pub fn lacks(card: &Card, record: &Record, manifest: &Manifest) -> Vec<Lack> {
    let (scanned, code) = (Scanned::of_bytes(&record.seal), *card.agency());
    let Ok(scanned) = scanned else { return Vec::new() };
    let envelope = scanned.envelope();
    let Ok(seal) = envelope.read_unchecked::<Seal<'_>>() else { return Vec::new() };
    let Some(agency) = manifest.agencies.iter().find(|agency| agency.code == code) else { return vec![Lack::Agency { agency: code }] };
    let dictionary = seal.dictionary();
    let known = manifest.dictionaries.iter().any(|listed| listed.id == dictionary);
    let dictionary = (!known).then_some(Lack::Dictionary { dictionary });
    of_key(agency, envelope.key_id(), card).into_iter().chain(of_type(manifest, agency, seal.kind(), card)).chain(dictionary).collect()
}

fn of_key(agency: &Agency, key: KeyId, card: &Card) -> Option<Lack> {
    let code = agency.code;
    let Some(named) = agency.keys.iter().find(|named| named.key.id() == key) else { return Some(Lack::Key { key, agency: code }) };
    if !named.uses.include(Uses::SEAL) {
        Some(Lack::SealUse { key, agency: code })
    } else if !named.covers(card.issued) {
        Some(Lack::Window { key, agency: code })
    } else if !named.uses.include(Uses::CERTIFICATE) {
        Some(Lack::CertificateUse { key, agency: code })
    } else {
        None
    }
}

fn of_type(manifest: &Manifest, agency: &Agency, index: u16, card: &Card) -> Option<Lack> {
    let kind = manifest.kind(index);
    let issues = kind.is_some_and(|kind| kind.code == *card.type_code()) && agency.kinds.contains(&index);
    (!issues).then(|| Lack::Type { type_code: *card.type_code(), agency: agency.code, listed: kind.is_some() })
}
