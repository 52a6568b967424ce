//! The demo's tables are what their generator writes, and every row of them is admitted.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

#[path = "../examples/sample-applications/samples/mod.rs"]
mod samples;

use jiff::civil::Date;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::{CertificateId, HolderCodeType, RegionCode, Serial, Uscc, Version};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::seal;
use kanhe_issuer::application::{Application, Draft, Fault, Minting, Table};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind, qr_version_of};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const TODAY: Date = Date::constant(2026, 11, 22);

fn house(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn dictionary() -> Dictionary {
    Dictionary::decode(&fs::read(house("schemas/dictionaries/1.cbor")).unwrap()).unwrap()
}

fn catalogue() -> Catalogue {
    let mut files: Vec<PathBuf> = fs::read_dir(house("schemas/types")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let files = files.iter().map(|file| (file.file_name().unwrap().to_string_lossy().into_owned(), fs::read(file).unwrap()));
    Catalogue::load(files, &[&dictionary()]).unwrap()
}

fn drafts(kind: &CertificateKind, bytes: &[u8]) -> Vec<Draft> {
    let admit = |application: Application| {
        kind.admit(&application, TODAY).unwrap_or_else(|faults| {
            let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
            panic!("{} line {}: {}", kind.file(), application.line(), faults.join("; "))
        })
    };
    Table::read(bytes, kind).unwrap().map(|application| admit(application.unwrap())).collect()
}

fn all_drafts() -> Vec<Draft> {
    let catalogue = catalogue();
    let tables = samples::tables();
    tables.iter().flat_map(|table| drafts(catalogue.find(table.name.trim_end_matches(".csv")).unwrap(), &table.bytes)).collect()
}

#[test]
fn the_committed_tables_are_what_the_generator_writes() {
    for table in samples::tables() {
        let committed = fs::read(house("crates/kanhe/demo").join(table.name)).unwrap();
        assert!(
            committed == table.bytes,
            "{}: run `cargo run -p kanhe-issuer --example sample-applications -- crates/kanhe/demo`",
            table.name
        );
    }
}

#[test]
fn every_row_of_every_table_is_admitted_once() {
    let drafts = all_drafts();
    assert!(drafts.len() >= 300, "{}", drafts.len());
    let requests: BTreeSet<&str> = drafts.iter().map(Draft::request_id).collect();
    assert_eq!(requests.len(), drafts.len());
    let numbers: BTreeSet<(String, &str)> = drafts.iter().map(|draft| (draft.type_code().to_string(), draft.number())).collect();
    assert_eq!(numbers.len(), drafts.len());
    let types: BTreeSet<String> = drafts.iter().map(|draft| draft.type_code().to_string()).collect();
    assert_eq!(types.len(), 5);
}

#[test]
fn the_odd_ones_are_there() {
    let drafts = all_drafts();
    let names: Vec<&str> = drafts.iter().flat_map(Draft::holders).map(|holder| holder.name()).collect();
    for rare in ['㛃', '𠮷', '龘', '·', ',', 'Ü'] {
        assert!(names.iter().any(|name| name.contains(rare)), "{rare}");
    }
    assert!(names.iter().any(|name| name.chars().count() == 60));
    let passports =
        drafts.iter().flat_map(Draft::holders).filter(|holder| holder.code().kind() == HolderCodeType::OrdinaryPassport).count();
    assert_eq!(passports, 12);
    assert_eq!(drafts.iter().filter(|draft| !draft.warnings().is_empty()).count(), 1);
    let ended = drafts.iter().filter(|draft| draft.validity().until().is_some_and(|until| until < Date::constant(2024, 1, 1))).count();
    let to_come = drafts.iter().filter(|draft| draft.validity().from() > Date::constant(2040, 1, 1)).count();
    assert_eq!((ended, to_come), (5, 1));
}

#[test]
fn one_table_is_as_a_spreadsheet_program_in_china_saves_it() {
    let tables = samples::tables();
    let road = tables.iter().find(|table| table.name == "road-transport-permit.csv").unwrap();
    assert!(std::str::from_utf8(&road.bytes).is_err());
    assert!(road.bytes.ends_with(b"\r\n"));
}

/// Bytes of the seal of a draft, envelope and all.
fn sealed_bytes(draft: Draft, kind: &CertificateKind, dictionary: &Dictionary) -> usize {
    let serial = draft.serial().cloned().unwrap_or_else(|| Serial::parse("123456789012345678").unwrap());
    let identifier = CertificateId::new(*kind.code(), Uscc::parse("11430000006122244L").unwrap(), serial, Version::FIRST);
    let minting = Minting {
        identifier,
        issuer_names: kind.names().clone(),
        region: RegionCode::parse("440000").unwrap(),
        predecessor: None,
        slot: 70_000,
        salt: [0; 16],
    };
    let certificate = Certificate::new(draft.into_contents(minting)).unwrap();
    1 + 8 + 64 + seal::write(&certificate, &kind.to_kind(3), dictionary, &[0; 16]).unwrap().len()
}

#[test]
fn nineteen_of_twenty_seals_fit_qr_version_10() {
    let (catalogue, dictionary) = (catalogue(), dictionary());
    let (mut small, mut all) = (0, 0);
    for table in samples::tables() {
        let kind = catalogue.find(table.name.trim_end_matches(".csv")).unwrap();
        let mut sizes: Vec<usize> = drafts(kind, &table.bytes).into_iter().map(|draft| sealed_bytes(draft, kind, &dictionary)).collect();
        sizes.sort_unstable();
        println!("{:24} median {} bytes, greatest {}", kind.file(), sizes[sizes.len() / 2], sizes[sizes.len() - 1]);
        assert!(sizes.iter().all(|bytes| qr_version_of(*bytes).unwrap() <= kind.budget().version), "{}", kind.file());
        small += sizes.iter().filter(|bytes| qr_version_of(**bytes).unwrap() <= 10).count();
        all += sizes.len();
    }
    assert!(small * 20 >= all * 19, "{small} of {all}");
}
