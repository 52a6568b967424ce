//! What a seal says of a holder's code: all of an organisation's, of a person's only what the type's mask allows.

use crate::certificate::Holder;
use crate::code::{HolderCodeType, Uscc};
use crate::kind::Mask;
use minicbor::data::Type;
use minicbor::decode::Decoder;
use minicbor::encode::Encoder;
use sha2::{Digest, Sha256};
use std::fmt;

/// A check value has so many bits: of a million candidates about one fits, of the billions of numbers thousands do.
const CHECK_BITS: u32 = 20;

/// The characters of a resident id, in the order of their values.
const RESIDENT_ALPHABET: &[u8; 11] = b"0123456789X";

/// A holder as a seal names it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedHolder {
    /// The name as it is printed.
    pub name: String,
    /// What kind of code the holder has.
    pub code_type: HolderCodeType,
    /// As much of the code as the type allows.
    pub code: SealedCode,
}

impl fmt::Debug for SealedHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedHolder(…)")
    }
}

/// As much of a holder's code as a seal says.
#[derive(Clone, PartialEq, Eq)]
pub enum SealedCode {
    /// The whole code, of an organisation.
    Open(String),
    /// Its first and last characters, the rest `*`.
    Masked(String),
    /// A check value that the whole code must give with [`holder_check`].
    Check(u32),
}

/// The check value of a holder's code on one certificate: the first 20 bits of SHA-256 over a prefix, the seal's digest, the code type and the code.
pub fn holder_check(digest: &[u8; 16], code_type: HolderCodeType, code: &str) -> u32 {
    let hash = Sha256::new()
        .chain_update(b"kanhe holder check v1\n")
        .chain_update(digest)
        .chain_update(code_type.code().to_be_bytes())
        .chain_update(code)
        .finalize();
    let first = hash.iter().take(4).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
    first >> (u32::BITS - CHECK_BITS)
}

/// Writes a holder's code under a mask.
pub(super) fn write_code(holder: &Holder, mask: Mask, digest: &[u8; 16], e: &mut Encoder<&mut Vec<u8>>) -> Option<()> {
    let (kind, code) = (holder.code().kind(), holder.code().expose());
    let written = match (mask, kind) {
        (_, HolderCodeType::Uscc) => match holder.code().uscc().map(Uscc::pack) {
            Some(packed) => e.bytes(&packed),
            None => e.str(code),
        },
        (_, HolderCodeType::OtherOrganisation) | (Mask::Open, _) => e.str(code),
        (Mask::Keep { first, last }, HolderCodeType::ResidentId) => e.bytes(&pack_kept(code, first, last)?),
        (Mask::Keep { .. }, _) => e.str(&mask.apply_to(holder.code())),
        (Mask::Check, _) => e.u32(holder_check(digest, kind, code)),
    };
    written.ok().map(drop)
}

/// Reads what `write_code` wrote under the same mask.
pub(super) fn read_code(d: &mut Decoder<'_>, code_type: HolderCodeType, mask: Mask) -> Option<SealedCode> {
    let open = matches!(code_type, HolderCodeType::Uscc | HolderCodeType::OtherOrganisation) || mask == Mask::Open;
    match (d.datatype().ok()?, mask) {
        (Type::Bytes, _) if code_type == HolderCodeType::Uscc => {
            let packed = d.bytes().ok()?.try_into().ok()?;
            Uscc::unpack(packed).ok().map(|uscc| SealedCode::Open(uscc.as_str().to_owned()))
        }
        (Type::Bytes, Mask::Keep { first, last }) if code_type == HolderCodeType::ResidentId => {
            unpack_kept(d.bytes().ok()?, first, last).map(SealedCode::Masked)
        }
        (Type::String, _) if open => {
            // A USCC whose checks hold is packed: one code has one spelling.
            let code = d.str().ok().filter(|code| code_type != HolderCodeType::Uscc || Uscc::parse(code).is_err())?;
            Some(SealedCode::Open(code.to_owned()))
        }
        (Type::String, Mask::Keep { .. }) => d.str().ok().map(|code| SealedCode::Masked(code.to_owned())),
        (Type::U8 | Type::U16 | Type::U32, Mask::Check) => d.u32().ok().filter(|check| check >> CHECK_BITS == 0).map(SealedCode::Check),
        _ => None,
    }
}

/// The kept characters of a resident id as one number in base 11, in the fewest whole bytes that hold every such number.
fn pack_kept(code: &str, first: u8, last: u8) -> Option<Vec<u8>> {
    let length = code.chars().count();
    let kept = code.chars().enumerate().filter(|(place, _)| *place < usize::from(first) || place + usize::from(last) >= length);
    let number =
        kept.map(|(_, c)| RESIDENT_ALPHABET.iter().position(|known| char::from(*known) == c)).try_fold(0_u64, |number, value| {
            let value = u64::try_from(value?).ok()?;
            number.checked_mul(11)?.checked_add(value)
        })?;
    let bytes = number.to_be_bytes();
    let width = kept_width(first, last)?;
    bytes.get(bytes.len().checked_sub(width)?..).map(<[u8]>::to_vec)
}

fn unpack_kept(packed: &[u8], first: u8, last: u8) -> Option<String> {
    if packed.len() != kept_width(first, last)? {
        return None;
    }
    let mut number = packed.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut masked = [b'*'; 18];
    // The last character is the remainder: dividing by a constant upwards is multiplying, by a weight downwards is not.
    for (place, character) in (0..18_u8).zip(&mut masked).rev() {
        if place < first || place + last >= 18 {
            *character = *RESIDENT_ALPHABET.get(usize::try_from(number % 11).ok()?)?;
            number /= 11;
        }
    }
    if number == 0 { std::str::from_utf8(&masked).ok().map(str::to_owned) } else { None }
}

/// The bytes that any number of so many characters in base 11 fits: of 17 characters, the most, 59 bits.
fn kept_width(first: u8, last: u8) -> Option<usize> {
    let kept = u32::from(first) + u32::from(last);
    let last_number = 11_u64.checked_pow(kept).filter(|_| kept < 18)?.checked_sub(1)?;
    usize::try_from((u64::BITS - last_number.leading_zeros()).div_ceil(8)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_and_four_characters_of_a_resident_id_take_five_bytes() {
        for code in ["440524188001010014", "11010519491231002X"] {
            let packed = pack_kept(code, 6, 4).unwrap();
            assert_eq!(packed.len(), 5);
            assert_eq!(unpack_kept(&packed, 6, 4), Some(Mask::Keep { first: 6, last: 4 }.apply(code)));
        }
    }

    #[test]
    fn a_mask_that_keeps_everything_packs_nothing() {
        assert_eq!(pack_kept("440524188001010014", 9, 9), None);
        assert_eq!(unpack_kept(&[0xff; 5], 6, 4), None);
        assert_eq!(unpack_kept(&[0; 4], 6, 4), None);
    }

    #[test]
    fn a_check_value_has_twenty_bits_and_depends_on_the_certificate() {
        let one = holder_check(&[1; 16], HolderCodeType::ResidentId, "440524188001010014");
        let two = holder_check(&[2; 16], HolderCodeType::ResidentId, "440524188001010014");
        assert!(one < 1 << 20 && one != two);
    }
}
