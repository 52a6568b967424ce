//! Ed25519 by the rules of `verify_strict`: Wycheproof, and the edge cases of *Taming the Many EdDSAs*.

use super::{json, words};
use kanhe_core::key::{KeyError, Multiples, SIGNATURE_LENGTH, VerifyingKey};
use kanhe_tests::world::unhex;
use serde_json::Value;

/// A key that is no key, or a signature of another length, is a refusal like any other. By its multiples a key says the same.
fn accepts(key: &str, message: &str, signature: &str) -> bool {
    let key = VerifyingKey::from_ed25519(&unhex(key).try_into().expect("a public key has 32 bytes"));
    let signature: Result<[u8; SIGNATURE_LENGTH], _> = unhex(signature).try_into();
    let (Ok(key), Ok(signature)) = (key, signature) else { return false };
    let told = key.verify(&unhex(message), &signature);
    assert_eq!(Multiples::of(&key).verify(&unhex(message), &signature), told, "{message}");
    told.is_ok()
}

#[test]
fn wycheproof_agrees_in_every_case() {
    let vectors = json("wycheproof/ed25519_test.json");
    let mut agreed = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = words(group, "/publicKey/pk");
        for case in group["tests"].as_array().unwrap() {
            let valid = match words(case, "/result") {
                "valid" => true,
                "invalid" => false,
                other => panic!("case {} is {other}", case["tcId"]),
            };
            assert_eq!(accepts(key, words(case, "/msg"), words(case, "/sig")), valid, "case {}: {}", case["tcId"], words(case, "/comment"));
            agreed += 1;
        }
    }
    assert_eq!(agreed, 151);
}

/// No case of Wycheproof is refused for its key: the 151 are all judged by their signature.
#[test]
fn wycheproof_has_no_key_that_we_refuse() {
    let vectors = json("wycheproof/ed25519_test.json");
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = unhex(words(group, "/publicKey/pk")).try_into().unwrap();
        assert!(VerifyingKey::from_ed25519(&key).is_ok(), "{}", words(group, "/publicKey/pk"));
    }
}

#[test]
fn the_speccheck_row_is_that_of_strict_verification() {
    let cases = json("ed25519-speccheck/cases.json");
    let row = |case: &Value| if accepts(words(case, "/pub_key"), words(case, "/message"), words(case, "/signature")) { 'V' } else { 'X' };
    let found: String = cases.as_array().unwrap().iter().map(row).collect();
    assert_eq!(found, "XXXVXXXXXXXX");
}

/// Cases 0, 1, 10 and 11 do not even come to a signature: their keys are points of small order.
#[test]
fn the_weak_keys_of_speccheck_are_no_keys() {
    let cases = json("ed25519-speccheck/cases.json");
    let weak = |case: &Value| {
        let key = unhex(words(case, "/pub_key")).try_into().unwrap();
        VerifyingKey::from_ed25519(&key).err() == Some(KeyError::Weak)
    };
    let weak: Vec<_> = cases.as_array().unwrap().iter().enumerate().filter(|(_, case)| weak(case)).map(|(place, _)| place).collect();
    assert_eq!(weak, [0, 1, 10, 11]);
}
