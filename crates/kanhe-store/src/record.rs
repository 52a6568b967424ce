//! What stands in the library for each certificate: a record that never changes, and a card that every act writes anew.

use crate::error::StoreError;
use crate::family::Family;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::{CertificateId, TypeCode, Uscc};
use kanhe_core::envelope::Envelope;
use kanhe_core::qr::encode_digits;
use kanhe_core::status::State;
use kanhe_core::wire;
use minicbor::{Decode, Encode};

/// Where a certificate stands in the library: the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Shelfmark(#[n(0)] pub(crate) u64);

impl Shelfmark {
    /// Its number, from 0.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What is kept of one version of one certificate: never changed once written.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Record {
    /// The signed certificate: a tagged `COSE_Sign1`.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub envelope: Vec<u8>,
    /// The bytes of its QR code.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub seal: Vec<u8>,
    /// The request that it was issued for.
    #[n(2)]
    pub request: String,
}

impl Record {
    /// What the certificate says. The library's own bytes are taken at their word here; `kanhe check` verifies every signature.
    pub fn certificate(&self) -> Result<Certificate, StoreError> {
        let read = Envelope::decode(&self.envelope).and_then(|envelope| envelope.read_unchecked::<Certificate>());
        read.map_err(|_| StoreError::Malformed { family: Family::Certificates.name() })
    }

    /// The text of its QR code, in the bare form.
    pub fn digits(&self) -> String {
        encode_digits(&self.seal)
    }
}

/// A certificate's catalogue card: what is asked for most, and nothing about a person.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Card {
    /// The lifelong identifier of this version.
    #[n(0)]
    pub identifier: CertificateId,
    /// The day of issue.
    #[n(1)]
    #[cbor(with = "wire::day")]
    pub issued: Date,
    /// The first day in force.
    #[n(2)]
    #[cbor(with = "wire::day")]
    pub from: Date,
    /// The last day in force; none for 长期.
    #[n(3)]
    #[cbor(with = "optional_day")]
    pub until: Option<Date>,
    /// Its place in the agency's status lists.
    #[n(4)]
    pub slot: u32,
    /// What has become of it.
    #[n(5)]
    #[cbor(with = "state")]
    pub state: State,
    /// From when on that holds.
    #[n(6)]
    #[cbor(with = "wire::moment")]
    pub effective: Timestamp,
    /// When the library learnt of it.
    #[n(7)]
    #[cbor(with = "wire::moment")]
    pub recorded: Timestamp,
    /// The version before.
    #[n(8)]
    pub predecessor: Option<Shelfmark>,
    /// The version that took its place.
    #[n(9)]
    pub successor: Option<Shelfmark>,
    /// Whether its type allowed a holder no other beside it when it was issued.
    #[n(10)]
    #[cbor(default)]
    pub alone: bool,
}

impl Card {
    /// Of which type.
    pub fn type_code(&self) -> &TypeCode {
        self.identifier.type_code()
    }

    /// Issued by whom.
    pub fn agency(&self) -> &Uscc {
        self.identifier.issuer()
    }

    /// Whether it can be used on some day, now or when it is given back: only such ones come to an end.
    pub const fn can_be_used(&self) -> bool {
        matches!(self.state, State::Valid | State::Suspended)
    }
}

/// Bytes of the library as one of its values.
pub(crate) fn read<T: for<'b> Decode<'b, ()>>(family: Family, bytes: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::Malformed { family: family.name() })
}

/// A state as its four bits in a status list.
mod state {
    use super::State;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self, Encoder, Write};

    pub(super) fn encode<C, W: Write>(state: &State, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.u8(state.bits())?.ok()
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<State, Error> {
        let at = d.position();
        State::of_bits(d.u8()?).ok_or_else(|| Error::message("state").at(at))
    }
}

/// A day or null: a card is an array, so what is not there must have a place.
mod optional_day {
    use super::{Date, wire};
    use minicbor::data::Type;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self, Encoder, Write};

    pub(super) fn encode<C, W: Write>(day: &Option<Date>, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        match day {
            Some(day) => wire::day::encode(day, e, ctx),
            None => e.null()?.ok(),
        }
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, ctx: &mut C) -> Result<Option<Date>, Error> {
        if d.datatype()? == Type::Null { d.null().map(|()| None) } else { wire::day::decode(d, ctx).map(Some) }
    }
}
