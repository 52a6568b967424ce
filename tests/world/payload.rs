//! The payload of a seal taken apart, so that a defective issuer can be played: one item changed, and signed all the same.

use minicbor::Decoder;
use minicbor::encode::{Encode, Encoder};

/// The items of a seal, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the CDDL of the seal")]
pub enum Item {
    Kind,
    Dictionary,
    Serial,
    Version,
    Number,
    Holders,
    From,
    Lead,
    Until,
    Slot,
    Digest,
    Fields,
}

/// The encoded items of a seal's payload.
#[derive(Clone, Debug)]
pub struct Payload(Vec<Vec<u8>>);

impl Payload {
    /// Takes a payload apart.
    pub fn of(bytes: &[u8]) -> Self {
        let mut decoder = Decoder::new(bytes);
        let items = decoder.array().unwrap().expect("a seal has a definite length");
        let items = (0..items).map(|_| {
            let start = decoder.position();
            decoder.skip().unwrap();
            bytes[start..decoder.position()].to_vec()
        });
        Self(items.collect())
    }

    /// Puts a value in the place of an item.
    pub fn with(self, item: Item, value: impl Encode<()>) -> Self {
        self.with_bytes(item, &encoded(value))
    }

    /// Puts any bytes in the place of an item.
    pub fn with_bytes(mut self, item: Item, bytes: &[u8]) -> Self {
        self.0[item as usize] = bytes.to_vec();
        self
    }

    /// Puts any bytes in the place of one item of an item that is an array itself.
    pub fn with_inner(self, item: Item, place: usize, bytes: &[u8]) -> Self {
        let mut inner = Self::of(self.item(item));
        inner.0[place] = bytes.to_vec();
        self.with_bytes(item, &inner.bytes())
    }

    /// The bytes of an item.
    pub fn item(&self, item: Item) -> &[u8] {
        &self.0[item as usize]
    }

    /// Appends one item more than a seal has.
    pub fn and(mut self, value: impl Encode<()>) -> Self {
        self.0.push(encoded(value));
        self
    }

    /// Drops the last item.
    pub fn cut(mut self) -> Self {
        self.0.pop();
        self
    }

    /// The payload, put together again.
    pub fn bytes(&self) -> Vec<u8> {
        array_of(&self.0)
    }
}

/// An array of items that are encoded already.
pub fn array_of(items: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes).array(items.len() as u64).unwrap();
    items.iter().for_each(|item| bytes.extend_from_slice(item));
    bytes
}

/// A value as CBOR.
pub fn encoded(value: impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value).unwrap()
}

/// The payload of an envelope: the third item behind the tag.
pub fn payload_of(envelope: &[u8]) -> Vec<u8> {
    let mut decoder = Decoder::new(&envelope[1..]);
    decoder.array().unwrap();
    decoder.skip().unwrap();
    decoder.skip().unwrap();
    decoder.bytes().unwrap().to_vec()
}

/// The protected header of an envelope: the first item behind the tag.
pub fn protected_of(envelope: &[u8]) -> Vec<u8> {
    let mut decoder = Decoder::new(&envelope[1..]);
    decoder.array().unwrap();
    decoder.bytes().unwrap().to_vec()
}
