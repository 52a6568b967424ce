//! Reads every row of `tests/vectors/codes` through the public doors.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a row that cannot be read fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kanhe_core::code::{
    CertificateId, HolderCode, HolderCodeType, OrganisationCode, RegionCode, ResidentId, Serial, TypeCode, Uscc, Version, Warning,
};
use serde_json::Value;

/// What a door said: the codes of its warnings, or the code of its error.
type Outcome = Result<Vec<&'static str>, &'static str>;

/// Every code of an error or warning that a text alone can cause; a code without a row is a promise that nobody checks.
const CODES: [&str; 40] = [
    "certificate_id_check",
    "certificate_id_check_length",
    "certificate_id_check_miscounted",
    "certificate_id_compact_length",
    "certificate_id_issuer",
    "certificate_id_length",
    "certificate_id_parts",
    "certificate_id_serial",
    "certificate_id_type",
    "certificate_id_version",
    "holder_code_character",
    "holder_code_empty",
    "holder_code_length",
    "holder_code_type_unknown",
    "issuer_is_region",
    "lower_case",
    "organisation_check",
    "organisation_code_character",
    "organisation_code_check",
    "organisation_code_length",
    "region_code_digit",
    "region_code_length",
    "region_code_province",
    "resident_id_birth_date",
    "resident_id_check",
    "resident_id_digit",
    "resident_id_length",
    "serial_character",
    "serial_empty",
    "serial_length",
    "serial_underscore",
    "type_code_authority",
    "type_code_character",
    "type_code_length",
    "uscc_character",
    "uscc_check",
    "uscc_length",
    "uscc_organisation_check",
    "version_digits",
    "version_range",
];

#[test]
fn every_row_of_the_vectors_is_answered_as_it_says() {
    let rows = rows();
    assert!(rows.len() > 100, "only {} rows were found", rows.len());
    for row in &rows {
        assert_eq!(answer(row), expected(row), "{row}");
    }
}

#[test]
fn every_code_has_a_row() {
    let rows = rows();
    let seen: BTreeSet<_> = rows
        .iter()
        .flat_map(|row| {
            let warnings = row["warnings"].as_array().into_iter().flatten();
            warnings.chain(row.get("code")).filter_map(Value::as_str)
        })
        .collect();
    assert_eq!(seen, BTreeSet::from(CODES));
}

fn rows() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/codes");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            serde_json::from_str::<Vec<Value>>(&text).unwrap()
        })
        .collect()
}

fn expected(row: &Value) -> Result<Vec<&str>, &str> {
    match row["outcome"].as_str().unwrap() {
        "accept" => Ok(row["warnings"].as_array().into_iter().flatten().map(|code| code.as_str().unwrap()).collect()),
        "refuse" => Err(row["code"].as_str().unwrap()),
        other => panic!("no such outcome: {other}"),
    }
}

fn answer(row: &Value) -> Outcome {
    let text = row["text"].as_str().unwrap();
    let kind = row["kind"].as_str().unwrap();
    if let Some(digits) = kind.strip_prefix("holder_code:") {
        return holder_code(digits, row["door"].as_str().unwrap(), text);
    }
    match (row["door"].as_str().unwrap(), kind) {
        ("strict", "certificate_id") => strict(CertificateId::parse(text), |e| e.code()),
        ("strict", "certificate_id_compact") => strict(CertificateId::parse_compact(text), |e| e.code()),
        ("strict", "type_code") => strict(TypeCode::parse(text), |e| e.code()),
        ("strict", "uscc") => strict(Uscc::parse(text), |e| e.code()),
        ("strict", "organisation_code") => strict(OrganisationCode::parse(text), |e| e.code()),
        ("strict", "resident_id") => strict(ResidentId::parse(text), |e| e.code()),
        ("strict", "region_code") => strict(RegionCode::parse(text), |e| e.code()),
        ("strict", "serial") => strict(Serial::parse(text), |e| e.code()),
        ("strict", "version") => strict(Version::parse(text), |e| e.code()),
        ("foreign", "certificate_id") => foreign(CertificateId::parse_foreign(text).map(|read| read.warnings().to_vec()), |e| e.code()),
        ("foreign", "type_code") => foreign(TypeCode::parse_foreign(text).map(|read| read.warnings().to_vec()), |e| e.code()),
        ("foreign", "uscc") => foreign(Uscc::parse_foreign(text).map(|read| read.warnings().to_vec()), |e| e.code()),
        ("foreign", "resident_id") => foreign(ResidentId::parse_foreign(text).map(|read| read.warnings().to_vec()), |e| e.code()),
        other => panic!("no such door: {other:?}"),
    }
}

fn holder_code(digits: &str, door: &str, text: &str) -> Outcome {
    let kind = HolderCodeType::parse(digits).map_err(|e| e.code())?;
    match door {
        "strict" => strict(HolderCode::new(kind, text), |e| e.code()),
        "foreign" => foreign(HolderCode::new_foreign(kind, text).map(|(_, warnings)| warnings), |e| e.code()),
        other => panic!("no such door: {other}"),
    }
}

fn strict<T, E>(outcome: Result<T, E>, code: fn(&E) -> &'static str) -> Outcome {
    outcome.map(|_| Vec::new()).map_err(|e| code(&e))
}

fn foreign<E>(outcome: Result<Vec<Warning>, E>, code: fn(&E) -> &'static str) -> Outcome {
    outcome.map(|warnings| warnings.iter().map(Warning::code).collect()).map_err(|e| code(&e))
}
