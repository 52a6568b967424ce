//! RFC 8949 appendix A: what our one form of CBOR reads, and what it refuses by which name.

use super::{json, read, words};
use kanhe_core::cbor::require_deterministic;
use kanhe_tests::world::unhex;
use std::fmt::Write;

/// Set to write the list anew after a change that is meant.
const REWRITE: &str = "KANHE_REWRITE";

#[test]
fn what_is_refused_of_appendix_a_is_listed() {
    let rows = json("cbor-appendix-a/appendix_a.json");
    let mut list = String::from("# Rows of RFC 8949 appendix A that kanhe refuses, and why. All other rows are read.\n");
    for row in rows.as_array().unwrap() {
        let hex = words(row, "/hex");
        if let Err(error) = require_deterministic(&unhex(hex)) {
            writeln!(list, "{:<20} {hex}", error.code()).unwrap();
        }
    }
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(super::path("cbor-refused.txt"), &list).unwrap();
    }
    assert_eq!(list, read("cbor-refused.txt"));
}

#[test]
fn what_appendix_a_calls_another_spelling_is_refused() {
    let rows = json("cbor-appendix-a/appendix_a.json");
    let (mut read, mut total) = (0, 0);
    for row in rows.as_array().unwrap() {
        let accepted = require_deterministic(&unhex(words(row, "/hex"))).is_ok();
        assert!(!accepted || row["roundtrip"] == true, "{}", words(row, "/hex"));
        read += usize::from(accepted);
        total += 1;
    }
    assert_eq!((read, total), (37, 82));
}
