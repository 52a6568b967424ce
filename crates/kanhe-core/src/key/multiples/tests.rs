use super::super::SigningKey;
use super::*;
use curve25519_dalek::constants::EIGHT_TORSION;
use proptest::prelude::*;

/// The order of the group that signatures stand in, least significant byte first (RFC 8032 §5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0x10,
];

/// What goes wrong with a signature before it is verified.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Bit(usize),
    Message,
    OtherKey,
    OtherMessage,
    SecondSpelling,
}

fn fault() -> impl Strategy<Value = Fault> {
    let faults = vec![Fault::Message, Fault::OtherKey, Fault::OtherMessage, Fault::SecondSpelling];
    prop_oneof![12 => Just(Fault::None), 2 => (0_usize..512).prop_map(Fault::Bit), 1 => proptest::sample::select(faults)]
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn made(number: usize, fault: Fault) -> (Vec<u8>, [u8; 64]) {
    let mut message = format!("certificate {number}").into_bytes();
    let mut signature = key().sign(&message);
    match fault {
        Fault::None => {}
        Fault::Bit(bit) => signature[bit / 8] ^= 1 << (bit % 8),
        Fault::Message => message[0] ^= 1,
        Fault::OtherKey => signature = SigningKey::from_seed(&[2; 32]).sign(&message),
        Fault::OtherMessage => signature = key().sign(b"another"),
        Fault::SecondSpelling => {
            let sum = signature[32..].iter().zip(ORDER).scan(0_u16, |carry, (byte, part)| {
                *carry = (*carry >> 8) + u16::from(*byte) + u16::from(part);
                Some(carry.to_le_bytes()[0])
            });
            let sum: Vec<u8> = sum.collect();
            signature[32..].copy_from_slice(&sum);
        }
    }
    (message, signature)
}

static MULTIPLES: LazyLock<Multiples> = LazyLock::new(|| Multiples::of(&key().verifying_key()));

proptest! {
    #[test]
    fn a_signature_is_told_of_as_without_multiples(number: usize, fault in fault()) {
        let (message, signature) = made(number, fault);
        prop_assert_eq!(MULTIPLES.verify(&message, &signature), MULTIPLES.key().verify(&message, &signature), "{:?}", fault);
    }

    #[test]
    fn signatures_hold_together_if_each_holds_by_itself(faults in [fault(), fault(), fault()]) {
        let made = [0, 1, 2].map(|number| made(number, faults[number]));
        let signed = made.each_ref().map(|(message, signature)| (message.as_slice(), signature));
        let each = signed.iter().all(|(message, signature)| MULTIPLES.key().verify(message, signature).is_ok());
        prop_assert_eq!(MULTIPLES.verify_all(signed).is_ok(), each, "{:?}", faults);
    }

    #[test]
    fn a_number_times_a_point_is_the_sum_of_its_digits(bytes: [u8; 32]) {
        let number = Scalar::from_bytes_mod_order(bytes);
        prop_assert_eq!(OF_BASE.parts(&number).iter().sum::<EdwardsPoint>(), EdwardsPoint::mul_base(&number));
    }
}

#[test]
fn the_ends_of_the_numbers_have_their_digits() {
    let lowest = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(128_u8), Scalar::from(129_u8), Scalar::from(0xff80_u16)];
    for number in lowest {
        assert_eq!(OF_BASE.parts(&number).iter().sum::<EdwardsPoint>(), EdwardsPoint::mul_base(&number), "{number:?}");
        assert!(digits(&number).all(|digit| (-127..=128).contains(&digit)));
    }
}

/// Signs as nobody does who wants to be believed: key and R each with something of small order in them.
fn signed_beside_the_group(number: u64, in_key: EdwardsPoint, in_nonce: EdwardsPoint) -> (VerifyingKey, Vec<u8>, [u8; 64]) {
    let (message, secret, nonce) = (format!("made on purpose {number}").into_bytes(), Scalar::from(77_u8), Scalar::from(number + 1_000));
    let point = (EdwardsPoint::mul_base(&nonce) + in_nonce).compress();
    let key = (EdwardsPoint::mul_base(&secret) + in_key).compress();
    let hash = Sha512::new().chain_update(point.as_bytes()).chain_update(key.as_bytes()).chain_update(&message).finalize();
    let response = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
    let signature = [point.to_bytes(), response.to_bytes()].concat();
    (VerifyingKey::from_ed25519(key.as_bytes()).unwrap(), message, *signature.first_chunk().unwrap())
}

/// Where verifiers differ from each other, this one does not differ from `verify_strict`: some of these hold, by both.
#[test]
fn what_is_made_to_tell_verifiers_apart_does_not_tell_these_apart() {
    let mut held = 0;
    for (place, in_key) in EIGHT_TORSION.into_iter().enumerate() {
        for number in 0..8 {
            for in_nonce in [EdwardsPoint::identity(), EIGHT_TORSION[place], -EIGHT_TORSION[place]] {
                let (key, message, signature) = signed_beside_the_group(number, in_key, in_nonce);
                let told = key.verify(&message, &signature);
                assert_eq!(Multiples::of(&key).verify(&message, &signature), told, "{place} {number}");
                held += u32::from(told.is_ok());
            }
        }
    }
    assert!(held > 24, "those without anything beside the group hold, and some of the others: {held}");
}
