//! The envelope of everything signed: `COSE_Sign1` (RFC 9052 §4.2), of which nothing is believed until a key has checked it.
//!
//! ```cddl
//! envelope  = #6.18([ protected: bstr .cbor header, unprotected: {}, payload: bstr, signature: bstr .size 64 ])
//! header    = { 1 => -8, 4 => bstr .size 8, 16 => typ }   ; alg EdDSA, kid (a hint), typ (RFC 9596)
//! ```

use crate::cbor::{self, CborError};
use crate::key::{Algorithm, KeyId, SIGNATURE_LENGTH, SignError, Signer, SigningKey, Verifier, VerifyingKey};
use minicbor::data::Tag;
use minicbor::decode::Decoder;
use minicbor::encode::{Encoder, Write, write::Cursor};
use std::convert::Infallible;
use std::ops::Deref;
use thiserror::Error;

/// No signed document is larger: a pack of a nation's lists stays below it, and a reader's memory with it.
pub const LARGEST_ENVELOPE: usize = 64 << 20;

/// Messages up to this many bytes are put together on the stack: every seal is, so verifying one allocates nothing.
const ON_STACK: usize = 1024;

/// What a signed document is; stands in its protected header, so none can be read as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentType {
    /// The part of a certificate that fits a QR code.
    Seal,
    /// Everything about one version of one certificate.
    Certificate,
    /// A Token Status List in CWT form.
    StatusList,
    /// A region's agencies, keys and types.
    Manifest,
    /// What one region recognises of others.
    Recognition,
    /// One file with all that a verifier needs.
    Pack,
    /// The honest seals of a key that was stolen.
    Survivors,
}

impl DocumentType {
    /// Every type of document.
    pub const ALL: [Self; 7] =
        [Self::Seal, Self::Certificate, Self::StatusList, Self::Manifest, Self::Recognition, Self::Pack, Self::Survivors];

    /// The media type in the `typ` header parameter (RFC 9596).
    pub const fn typ(self) -> &'static str {
        match self {
            Self::Seal => "application/vnd.kanhe.seal.v1+cbor",
            Self::Certificate => "application/vnd.kanhe.certificate.v1+cbor",
            Self::StatusList => "application/statuslist+cwt",
            Self::Manifest => "application/vnd.kanhe.manifest.v1+cbor",
            Self::Recognition => "application/vnd.kanhe.recognition.v1+cbor",
            Self::Pack => "application/vnd.kanhe.pack.v1+cbor",
            Self::Survivors => "application/vnd.kanhe.survivors.v1+cbor",
        }
    }

    fn of_typ(typ: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.typ() == typ)
    }
}

/// A document that can be signed: what `authenticate` makes of a payload.
pub trait Document<'b>: Sized {
    /// What its envelope must say it is.
    const TYPE: DocumentType;

    /// Reads a payload that is deterministic CBOR already.
    fn decode(payload: &'b [u8]) -> Result<Self, minicbor::decode::Error>;
}

/// A document whose signature was checked. Only `Envelope::authenticate` makes one.
#[derive(Clone, Debug)]
pub struct Authentic<T>(T);

impl<T> Authentic<T> {
    /// Reshapes a believed document into another value that is believed for the same reason.
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Authentic<U> {
        Authentic(f(self.0))
    }
}

impl<T> Deref for Authentic<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A stranger's bytes in the right shape: it shows who is said to have signed what kind of thing, and no word of it.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'b> {
    header: Header,
    payload: &'b [u8],
    signature: &'b [u8; SIGNATURE_LENGTH],
}

impl<'b> Envelope<'b> {
    /// Reads a tagged `COSE_Sign1`; anything but its one deterministic spelling is refused.
    pub fn decode(bytes: &'b [u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > LARGEST_ENVELOPE {
            return Err(EnvelopeError::TooLarge { length: bytes.len(), most: LARGEST_ENVELOPE });
        }
        let untagged = bytes.strip_prefix(&[0xd2]).ok_or(EnvelopeError::NotCoseSign1)?;
        cbor::require_deterministic(untagged).map_err(EnvelopeError::Cbor)?;
        let (protected, payload, signature) = parts(untagged).ok_or(EnvelopeError::NotCoseSign1)?;
        let header = Header::decode(protected)?;
        let signature =
            signature.try_into().map_err(|_| EnvelopeError::SignatureLength { found: signature.len(), expected: SIGNATURE_LENGTH })?;
        Ok(Self { header, payload, signature })
    }

    /// Puts an envelope together from parts that came without their constant bytes, as a QR code carries them.
    pub fn new(
        document: DocumentType,
        algorithm: Algorithm,
        key_id: KeyId,
        payload: &'b [u8],
        signature: &'b [u8; SIGNATURE_LENGTH],
    ) -> Self {
        Self { header: Header { algorithm, key_id, document }, payload, signature }
    }

    /// Which key is said to have signed.
    pub const fn key_id(&self) -> KeyId {
        self.header.key_id
    }

    /// What the document is said to be.
    pub const fn document(&self) -> DocumentType {
        self.header.document
    }

    /// Believes the document if a key signed it as a `T`: a [`VerifyingKey`], or one whose [`Multiples`](crate::key::Multiples) are at hand.
    pub fn authenticate<'k, T: Document<'b>>(&self, by: impl Into<Verifier<'k>>) -> Result<Authentic<T>, EnvelopeError> {
        if self.header.document != T::TYPE {
            return Err(EnvelopeError::WrongDocument { found: self.header.document, wanted: T::TYPE });
        }
        self.is_signed_by(by.into())?;
        read_payload(self.payload).map(Authentic)
    }

    fn is_signed_by(&self, by: Verifier<'_>) -> Result<(), EnvelopeError> {
        self.is_of_algorithm(by)?;
        let checked = with_signed_bytes(&self.header, self.payload, |message| by.verify(message, self.signature));
        checked.map_err(|_| EnvelopeError::SignatureInvalid { key_id: self.header.key_id })
    }

    /// Checks the signatures of two documents together, and believes nothing by it: for whoever wrote the documents himself, and wants to
    /// know that nothing went wrong.
    pub fn are_signed_by([one, other]: [&Self; 2], by: Verifier<'_>) -> Result<(), EnvelopeError> {
        one.is_of_algorithm(by).and_then(|()| other.is_of_algorithm(by))?;
        let checked = with_signed_bytes(&one.header, one.payload, |first| {
            with_signed_bytes(&other.header, other.payload, |second| by.verify_all([(first, one.signature), (second, other.signature)]))
        });
        checked.map_err(|_| EnvelopeError::SignatureInvalid { key_id: one.header.key_id })
    }

    fn is_of_algorithm(&self, by: Verifier<'_>) -> Result<(), EnvelopeError> {
        let (found, key) = (self.header.algorithm, by.key().algorithm());
        if found == key { Ok(()) } else { Err(EnvelopeError::WrongAlgorithm { found, key }) }
    }

    /// Reads the payload *without* checking who signed it. For showing what a document claims, marked as unchecked, and for nothing else.
    pub fn read_unchecked<T: Document<'b>>(&self) -> Result<T, EnvelopeError> {
        if self.header.document != T::TYPE {
            return Err(EnvelopeError::WrongDocument { found: self.header.document, wanted: T::TYPE });
        }
        read_payload(self.payload)
    }

    /// Writes the tagged `COSE_Sign1`, as any COSE library reads it.
    pub fn to_cose(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.payload.len() + 160);
        let mut cose = Encoder::new(&mut bytes);
        let written = cose
            .tag(Tag::new(18))
            .and_then(|e| e.array(4))
            .and_then(|e| e.bytes(self.header.encode().bytes()))
            .and_then(|e| e.map(0))
            .and_then(|e| e.bytes(self.payload))
            .and_then(|e| e.bytes(self.signature));
        written.expect("the envelope is written"); // safe: a Vec takes every byte
        bytes
    }
}

/// Reads a payload that is not signed yet, by the rules that a signed one is read by: what it says is what it would say.
pub fn read_payload<'b, T: Document<'b>>(payload: &'b [u8]) -> Result<T, EnvelopeError> {
    cbor::require_deterministic(payload).map_err(EnvelopeError::Cbor)?;
    T::decode(payload).map_err(|error| EnvelopeError::Payload { document: T::TYPE, at: error.position().unwrap_or(0) })
}

/// Signs the bytes of a document as what it is; the caller has made `payload` from a complete value.
pub fn sign(document: DocumentType, payload: &[u8], key: &SigningKey) -> [u8; SIGNATURE_LENGTH] {
    with_signed_bytes(&Header::of(document, &key.verifying_key()), payload, |message| key.sign(message))
}

/// Signs the bytes of a document by whoever has the key.
pub fn sign_by(signer: &dyn Signer, document: DocumentType, payload: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], SignError> {
    with_signed_bytes(&Header::of(document, &signer.verifying_key()), payload, |message| signer.try_sign(message))
}

/// Signs a document with a key in memory and writes its whole envelope, for tests: whoever keeps a key signs by [`sign_to_cose_by`].
pub fn sign_to_cose(document: DocumentType, payload: &[u8], key: &SigningKey) -> Vec<u8> {
    to_cose(document, payload, &key.verifying_key(), &sign(document, payload, key))
}

/// Lets a document be signed by whoever has the key, and writes its whole envelope.
pub fn sign_to_cose_by(signer: &dyn Signer, document: DocumentType, payload: &[u8]) -> Result<Vec<u8>, SignError> {
    Ok(to_cose(document, payload, &signer.verifying_key(), &sign_by(signer, document, payload)?))
}

fn to_cose(document: DocumentType, payload: &[u8], public: &VerifyingKey, signature: &[u8; SIGNATURE_LENGTH]) -> Vec<u8> {
    Envelope::new(document, public.algorithm(), public.id(), payload, signature).to_cose()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    algorithm: Algorithm,
    key_id: KeyId,
    document: DocumentType,
}

impl Header {
    fn of(document: DocumentType, key: &VerifyingKey) -> Self {
        Self { algorithm: key.algorithm(), key_id: key.id(), document }
    }

    /// A header is believed to be what it says only if writing it again gives the same bytes.
    fn decode(protected: &[u8]) -> Result<Self, EnvelopeError> {
        let (alg, kid, typ) = header_fields(protected).ok_or(EnvelopeError::Header)?;
        let header = Self {
            algorithm: Algorithm::of_cose_number(alg).ok_or(EnvelopeError::UnknownAlgorithm { number: alg })?,
            key_id: KeyId::new(kid.try_into().map_err(|_| EnvelopeError::Header)?),
            document: DocumentType::of_typ(typ).ok_or(EnvelopeError::UnknownDocument)?,
        };
        if header.encode().bytes() == protected { Ok(header) } else { Err(EnvelopeError::Header) }
    }

    fn encode(&self) -> HeaderBytes {
        let mut header = Encoder::new(Cursor::new([0; 80]));
        let written = header
            .map(3)
            .and_then(|e| e.u8(1)?.i64(self.algorithm.cose_number()))
            .and_then(|e| e.u8(4)?.bytes(self.key_id.as_bytes()))
            .and_then(|e| e.u8(16)?.str(self.document.typ()));
        written.expect("the header is written"); // safe: the longest typ leaves some of the 80 bytes free
        HeaderBytes(header.into_writer())
    }
}

struct HeaderBytes(Cursor<[u8; 80]>);

impl HeaderBytes {
    fn bytes(&self) -> &[u8] {
        self.0.get_ref().get(..self.0.position()).unwrap_or_default()
    }
}

fn parts(untagged: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut decoder = Decoder::new(untagged);
    let four = decoder.array().ok()? == Some(4);
    let protected = decoder.bytes().ok()?;
    let no_unprotected = decoder.map().ok()? == Some(0);
    let payload = decoder.bytes().ok()?;
    let signature = decoder.bytes().ok()?;
    (four && no_unprotected).then_some((protected, payload, signature))
}

fn header_fields(protected: &[u8]) -> Option<(i64, &[u8], &str)> {
    let mut decoder = Decoder::new(protected);
    let three = decoder.map().ok()? == Some(3);
    let alg = (decoder.u8().ok()? == 1).then(|| decoder.i64().ok())??;
    let kid = (decoder.u8().ok()? == 4).then(|| decoder.bytes().ok())??;
    let typ = (decoder.u8().ok()? == 16).then(|| decoder.str().ok())??;
    three.then_some((alg, kid, typ))
}

/// Hands the `Sig_structure` of RFC 9052 §4.4 to `f`.
fn with_signed_bytes<R>(header: &Header, payload: &[u8], f: impl FnOnce(&[u8]) -> R) -> R {
    let header = header.encode();
    let mut stack = Cursor::new([0; ON_STACK]);
    if write_signed_bytes(&mut stack, header.bytes(), payload).is_ok() {
        return f(stack.get_ref().get(..stack.position()).unwrap_or_default());
    }
    let mut heap = Vec::with_capacity(payload.len() + 128);
    let written: Result<(), minicbor::encode::Error<Infallible>> = write_signed_bytes(&mut heap, header.bytes(), payload);
    written.expect("what is signed is written"); // safe: a Vec takes every byte
    f(&heap)
}

fn write_signed_bytes<W: Write>(writer: W, protected: &[u8], payload: &[u8]) -> Result<(), minicbor::encode::Error<W::Error>> {
    Encoder::new(writer).array(4)?.str("Signature1")?.bytes(protected)?.bytes(&[])?.bytes(payload)?.ok()
}

/// Why an envelope is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// Larger than any document of ours.
    #[error("a signed document has at most {most} bytes, this one {length}")]
    TooLarge {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Not a tagged `COSE_Sign1` with an empty unprotected header.
    #[error("this is no COSE_Sign1 document")]
    NotCoseSign1,
    /// Not deterministic CBOR.
    #[error(transparent)]
    Cbor(CborError),
    /// The protected header is not exactly alg, kid and typ.
    #[error("the protected header is not exactly alg, kid and typ")]
    Header,
    /// An algorithm that this version does not know.
    #[error("COSE algorithm {number} is not known here")]
    UnknownAlgorithm {
        /// The COSE number found.
        number: i64,
    },
    /// A document type that this version does not know.
    #[error("the document is of a type that is not known here")]
    UnknownDocument,
    /// A signature of another length than the algorithm's.
    #[error("the signature has {found} bytes instead of {expected}")]
    SignatureLength {
        /// Bytes found.
        found: usize,
        /// Bytes of the algorithm.
        expected: usize,
    },
    /// One kind of document given where another is wanted.
    #[error("this is a {} where a {} is wanted", found.typ(), wanted.typ())]
    WrongDocument {
        /// What the document is said to be.
        found: DocumentType,
        /// What was asked for.
        wanted: DocumentType,
    },
    /// The header names another algorithm than the key's own.
    #[error("the document says {found:?}, its key signs with {key:?}")]
    WrongAlgorithm {
        /// The algorithm in the header.
        found: Algorithm,
        /// The algorithm of the key.
        key: Algorithm,
    },
    /// The signature does not belong to these bytes and this key.
    #[error("the signature does not match key {key_id}")]
    SignatureInvalid {
        /// The key that the header names.
        key_id: KeyId,
    },
    /// The payload is not what its type says, though it was signed.
    #[error("the payload of the {} is malformed at byte {at}", document.typ())]
    Payload {
        /// What the document is.
        document: DocumentType,
        /// Offset in the payload, where known.
        at: usize,
    },
}

impl EnvelopeError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "envelope_too_large",
            Self::NotCoseSign1 => "envelope_not_cose_sign1",
            Self::Cbor(error) => error.code(),
            Self::Header => "envelope_header",
            Self::UnknownAlgorithm { .. } => "envelope_unknown_algorithm",
            Self::UnknownDocument => "envelope_unknown_document",
            Self::SignatureLength { .. } => "envelope_signature_length",
            Self::WrongDocument { .. } => "wrong_document",
            Self::WrongAlgorithm { .. } => "wrong_algorithm",
            Self::SignatureInvalid { .. } => "signature_invalid",
            Self::Payload { .. } => "payload_malformed",
        }
    }
}
