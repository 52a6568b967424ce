//! Measures the seals of every shipped type, and keeps the table under *Sizes* in `docs/spec/seal.md` true.
//!
//! Typical is the median over the demo's sample applications, or over the five in this folder where the demo has none. The worst
//! case is what the catalogue measures when it loads a type. `KANHE_BLESS=1` writes the table anew.

#![allow(clippy::as_conversions, clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod bench;
mod heldout;
mod plain;

use bench::{Bench, Size, modules_of};
use heldout::Goals;
use kanhe_issuer::catalogue::{Catalogue, CertificateKind, TypeDefect};
use kanhe_tests::world::hex;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Of 100 licences so many must fit version 10 at level M in the bare form, and version 11 behind an address.
const FIT: usize = 95;

/// The table stands between this heading and the end of the document.
const HEADING: &str = "## Sizes\n";

#[test]
fn the_table_of_sizes_is_true() {
    let page = root().join("docs/spec/seal.md");
    let text = fs::read_to_string(&page).unwrap();
    let (above, committed) = text.split_once(HEADING).expect("docs/spec/seal.md has a heading Sizes");
    let bench = Bench::set();
    let measured = section(&bench);
    if std::env::var_os("KANHE_BLESS").is_some() {
        fs::write(&page, format!("{above}{HEADING}{measured}")).unwrap();
    } else {
        assert!(
            committed == measured,
            "docs/spec/seal.md has other sizes; KANHE_BLESS=1 cargo test -p kanhe-tests --test sizes writes:\n{measured}"
        );
    }
}

#[test]
fn ninety_five_of_a_hundred_licences_with_unknown_names_fit_version_10() {
    let goals = Goals::measure(&Bench::set());
    assert!(goals.bare_10 >= FIT, "{} of 100 fit version 10-M in the bare form", goals.bare_10);
    assert!(goals.url_11 >= FIT, "{} of 100 fit version 11-M behind a URL", goals.url_11);
    assert!(goals.greatest_version <= 14, "version {} is needed", goals.greatest_version);
    assert!(goals.ratio() <= 0.45, "{:.3} of plain COSE and zlib", goals.ratio());
}

#[test]
fn no_type_needs_more_than_version_14_in_its_worst_case() {
    let bench = Bench::set();
    for kind in bench.catalogue().kinds() {
        let version = Size::of_bytes(worst_bytes(&bench, kind)).version;
        assert!(version <= 14, "{} needs version {version}", kind.file());
    }
}

/// The text below the heading.
fn section(bench: &Bench) -> String {
    let mut rows = String::new();
    for kind in bench.catalogue().kinds() {
        let typical = Typical::of(bench, kind);
        let worst = worst_bytes(bench, kind);
        let (at, most) = (typical.size, Size::of_bytes(worst));
        rows.push_str(&format!(
            "| {} | {} | {} ({}) | {} ({}) | {:.2} | {} | {} ({}) | {} ({}) |\n",
            kind.names().en,
            at.bytes,
            at.version,
            at.modules(),
            at.url_version,
            modules_of(at.url_version),
            typical.ratio,
            most.bytes,
            most.version,
            most.modules(),
            most.url_version,
            modules_of(most.url_version),
        ));
    }
    let goals = Goals::measure(bench);
    format!("{INTRODUCTION}\n{HEAD}{rows}\n{}", goals.sentence())
}

const INTRODUCTION: &str = "
Bytes of a seal; the QR version at level M that its bare form needs, and that its URL form with an address of 24 characters needs, each with the modules on a side. *Typical* is the median of the sample applications, *worst* what the catalogue measures when it loads the type: the most holders, the longest texts, in the dearest characters of the dictionary. The ratio is that of a typical seal to the same claims as a `COSE_Sign1` of a map with field names and ISO dates, compressed with zlib.

A test of the repository (`tests/sizes`) measures this table and fails when it is not true.
";

const HEAD: &str = "| type | typical bytes | bare | URL | ratio | worst bytes | bare | URL |\n|---|---|---|---|---|---|---|---|\n";

/// The median of a type's samples.
struct Typical {
    size: Size,
    ratio: f64,
}

impl Typical {
    fn of(bench: &Bench, kind: &CertificateKind) -> Self {
        let mut seals = bench.samples(kind);
        seals.sort_by_key(|seal| seal.bytes.len());
        let middle = &seals[seals.len() / 2];
        let mut ratios: Vec<f64> = seals.iter().map(|seal| seal.bytes.len() as f64 / seal.plain as f64).collect();
        ratios.sort_by(f64::total_cmp);
        Self { size: Size::of_bytes(middle.bytes.len()), ratio: ratios[ratios.len() / 2] }
    }
}

/// Asks the catalogue for what it measured: a type that allows itself version 1 is refused with the number.
fn worst_bytes(bench: &Bench, kind: &CertificateKind) -> usize {
    let text = read(&format!("schemas/types/{}.json", kind.file()));
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["seal"]["budget"]["version"] = 1.into();
    let refused = Catalogue::load([(kind.file(), json.to_string())], &[bench.dictionary()]).expect_err("version 1 holds no seal");
    refused
        .iter()
        .find_map(|error| if let TypeDefect::OverBudget { bytes, .. } = error.defect { Some(bytes) } else { None })
        .expect("a measured worst case")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Sixteen bytes of no meaning that are the same on every machine, in place of chance.
fn chance(what: &str) -> [u8; 16] {
    let digest = Sha256::digest(what);
    digest[..16].try_into().unwrap_or_else(|_| panic!("{}", hex(&digest)))
}
