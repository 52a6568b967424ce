//! Where things lie in the drawer of what two people have taken up: the rules lay them there, and the check looks whether they still do.

use kanhe_core::key::VerifyingKey;

/// What all keys of type files begin with, each edition under its own.
pub const TYPES: &[u8] = &[1];

/// What all keys of lists of survivors begin with.
pub const SURVIVORS: &[u8] = &[3];

/// What all keys of type files begin with by which certificates were issued.
pub const ISSUED_BY: &[u8] = &[4];

/// Where the newest file of a type lies.
pub fn newest_type(code: &str) -> Vec<u8> {
    [&[0], code.as_bytes()].concat()
}

/// Where the file of an edition of a type lies.
pub fn type_file(code: &str, edition: u32) -> Vec<u8> {
    [TYPES, code.as_bytes(), &edition.to_be_bytes()].concat()
}

/// Where a type file with this digest lies by which certificates were issued.
pub fn issued_by(code: &str, file_digest: &[u8; 32]) -> Vec<u8> {
    [&files_of(code), file_digest.as_slice()].concat()
}

/// What the keys of all type files begin with by which certificates of a type were issued.
pub fn files_of(code: &str) -> Vec<u8> {
    [ISSUED_BY, code.as_bytes()].concat()
}

/// Where the recognition lies.
pub fn recognition() -> Vec<u8> {
    vec![2]
}

/// Where the list of survivors of a stolen key lies.
pub fn survivors(key: &VerifyingKey) -> Vec<u8> {
    [SURVIVORS, key.as_bytes()].concat()
}
