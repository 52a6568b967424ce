use super::super::{SigningKey, VerifyingKey};
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

/// What is said of signatures together, and of each alone.
fn told(key: &VerifyingKey, made: &[(Vec<u8>, [u8; 64])]) -> (Vec<bool>, Vec<bool>) {
    let signed: Vec<_> = made.iter().map(|(message, signature)| (message, signature)).collect();
    let together = key.verify_each(&signed).iter().map(Result::is_ok).collect();
    (together, made.iter().map(|(message, signature)| key.verify(message, signature).is_ok()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn signatures_are_told_of_together_as_each_is_alone(faults in proptest::collection::vec(fault(), 0..40)) {
        let made: Vec<_> = faults.iter().enumerate().map(|(number, fault)| made(number, *fault)).collect();
        let (together, alone) = told(&key().verifying_key(), &made);
        prop_assert_eq!(&together, &alone);
        prop_assert_eq!(together, faults.iter().map(|fault| matches!(fault, Fault::None)).collect::<Vec<_>>());
    }
}

#[test]
fn one_equation_holds_for_hundreds_and_for_none_of_which_one_is_wrong() {
    let key = key().verifying_key();
    let holds = |made: &[(Vec<u8>, [u8; 64])]| {
        let signed: Vec<_> = made.iter().map(|(message, signature)| (message, signature)).collect();
        all_hold(&key.0, &signed)
    };
    let mut made: Vec<_> = (0..256).map(|number| made(number, Fault::None)).collect();
    assert!(holds(&made));
    for place in [0, 1, 127, 255] {
        made[place].1[33] ^= 1;
        assert!(!holds(&made), "{place}");
        made[place].1[33] ^= 1;
    }
    // Two that are wrong by the same, in opposite directions, do not make up for each other.
    let (one, other) = (made[3].1, made[4].1);
    made[3].1[32..].copy_from_slice(&(scalar(&one) + Scalar::ONE).to_bytes());
    made[4].1[32..].copy_from_slice(&(scalar(&other) - Scalar::ONE).to_bytes());
    assert!(!holds(&made));
}

fn scalar(signature: &[u8; 64]) -> Scalar {
    Scalar::from_bytes_mod_order(*signature[32..].first_chunk().unwrap())
}

/// The private half of `key()` (RFC 8032 §5.1.5).
fn secret() -> Scalar {
    let hash: [u8; 64] = Sha512::digest([1; 32]).into();
    Scalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(*hash.first_chunk().unwrap()))
}

/// Signs as nobody does who wants to be believed: with something of small order in R.
fn signed_beside_the_group(key: &VerifyingKey, number: u64, torsion: EdwardsPoint) -> (Vec<u8>, [u8; 64]) {
    let (message, nonce) = (format!("forged on purpose {number}").into_bytes(), Scalar::from(number + 1_000));
    let point = (EdwardsPoint::mul_base(&nonce) + torsion).compress();
    let hash = Sha512::new().chain_update(point.as_bytes()).chain_update(key.as_bytes()).chain_update(&message).finalize();
    let response = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret();
    let signature = [point.to_bytes(), response.to_bytes()].concat();
    (message, *signature.first_chunk().unwrap())
}

/// A known limit, listed so that it is not forgotten: `docs/decisions/0019` says why it does not matter to who checks his own signatures.
#[test]
fn who_has_the_key_can_make_on_purpose_what_holds_in_some_batches_and_never_alone() {
    let key = key().verifying_key();
    assert!(told(&key, &[signed_beside_the_group(&key, 0, EdwardsPoint::default())]).1[0], "without it, this is how one signs");
    let outcomes: Vec<_> = (0..32)
        .map(|number| {
            let mut made: Vec<_> = (0..FEW_AND_ONE).map(|number| made(number, Fault::None)).collect();
            made.push(signed_beside_the_group(&key, number, EIGHT_TORSION[4]));
            let (together, alone) = told(&key, &made);
            assert!(!alone[FEW_AND_ONE] && alone[..FEW_AND_ONE].iter().all(|held| *held));
            together[FEW_AND_ONE]
        })
        .collect();
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "it holds by chance: {outcomes:?}");
}

const FEW_AND_ONE: usize = super::super::FEW + 1;

#[test]
fn a_key_outside_the_group_of_prime_order_is_verified_signature_by_signature() {
    let beside = (key().verifying_key().0.to_edwards() + EIGHT_TORSION[4]).compress();
    let key = VerifyingKey::from_ed25519(beside.as_bytes()).unwrap();
    let made: Vec<_> = (0..32).map(|number| signed_beside_the_group(&key, number, EdwardsPoint::default())).collect();
    let (together, alone) = told(&key, &made);
    assert_eq!(together, alone);
    assert!(alone.contains(&true) && alone.contains(&false), "which of them hold depends on the message: {alone:?}");
}
