//! A hundred licences whose names no dictionary has seen: the sample applications of five types, with held-out names put into them.

use super::bench::{Bench, Size, slot_of};
use super::{chance, plain, read};
use kanhe_core::certificate::{Certificate, Contents, Holder, Value};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::qr::{Scanned, sign_seal};
use kanhe_core::seal::{digest_of, write};
use kanhe_issuer::application::{Draft, Minting};
use kanhe_issuer::catalogue::CertificateKind;

/// The types that the demo has sample applications of, twenty licences each.
const TYPES: [&str; 5] = ["business-licence", "food-operation-permit", "road-transport-permit", "safety-staff", "special-work-operator"];

/// Fields of these types in which a name stands, and which list it comes from.
const NAMED: [(&str, &str); 6] = [
    ("legal_representative", "person"),
    ("employer", "organisation"),
    ("premises", "address"),
    ("residence", "address"),
    ("address", "address"),
    ("location", "address"),
];

/// What was reached of the goals.
pub struct Goals {
    /// Licences of 100 that fit version 10 at level M in the bare form.
    pub bare_10: usize,
    /// Licences of 100 that fit version 11 at level M behind an address of 24 characters.
    pub url_11: usize,
    /// The greatest version that one of them needs in the bare form.
    pub greatest_version: u8,
    sealed: usize,
    plain: usize,
}

impl Goals {
    /// Writes and measures the hundred.
    pub fn measure(bench: &Bench) -> Self {
        let mut goals = Self { bare_10: 0, url_11: 0, greatest_version: 0, sealed: 0, plain: 0 };
        let mut names = Names::read();
        for kind in TYPES.map(|file| bench.catalogue().find(file).unwrap()) {
            for draft in bench.drafts(kind).into_iter().take(20) {
                let (bytes, plain) = sealed(bench, kind, draft, &mut names);
                let size = Size::of_bytes(bytes);
                goals.bare_10 += usize::from(size.version <= 10);
                goals.url_11 += usize::from(size.url_version <= 11);
                goals.greatest_version = goals.greatest_version.max(size.version);
                goals.sealed += bytes;
                goals.plain += plain;
            }
        }
        goals
    }

    /// Bytes of all seals to those of the same claims as plain COSE under zlib.
    pub fn ratio(&self) -> f64 {
        self.sealed as f64 / self.plain as f64
    }

    /// What the specification says of it.
    pub fn sentence(&self) -> String {
        format!(
            "Of 100 licences of five types, twenty each, with names of people, organisations and places that the dictionary has never seen, {} fit version 10 in the bare form and {} fit version 11 behind an address of 24 characters; the largest needs version {} bare. Together they have {:.2} of the bytes of the same claims as plain COSE and zlib.\n",
            self.bare_10,
            self.url_11,
            self.greatest_version,
            self.ratio(),
        )
    }
}

/// The held-out names, each list in turn from its beginning.
struct Names {
    lists: Vec<(String, Vec<String>, usize)>,
}

impl Names {
    fn read() -> Self {
        let mut lists: Vec<(String, Vec<String>, usize)> = Vec::new();
        for (kind, text) in read("tests/vectors/dictionary/heldout.tsv").lines().filter_map(|line| line.split_once('\t')) {
            match lists.iter_mut().find(|(name, ..)| name == kind) {
                Some((_, texts, _)) => texts.push(text.to_owned()),
                None => lists.push((kind.to_owned(), vec![text.to_owned()], 0)),
            }
        }
        Self { lists }
    }

    fn next(&mut self, kind: &str) -> String {
        let (_, texts, used) = self.lists.iter_mut().find(|(name, ..)| name == kind).unwrap_or_else(|| panic!("no held-out {kind}"));
        *used += 1;
        texts[(*used - 1) % texts.len()].clone()
    }
}

/// Bytes of a draft's seal with held-out names in it, and of the same claims as plain COSE.
fn sealed(bench: &Bench, kind: &CertificateKind, draft: Draft, names: &mut Names) -> (usize, usize) {
    let (desk, published) = (bench.desk(kind), bench.kind_of(kind));
    let minting = Minting {
        identifier: desk.identifier(&draft).unwrap(),
        issuer_names: desk.agency().names.clone(),
        region: kanhe_core::code::RegionCode::parse("440000").unwrap(),
        predecessor: None,
        slot: slot_of(draft.request_id()),
        salt: chance(draft.request_id()),
    };
    let mut contents = draft.into_contents(minting);
    rename(&mut contents, names);
    let certificate = Certificate::new(contents).unwrap();
    let envelope = sign_to_cose(Certificate::TYPE, &certificate.encode(), bench.key());
    let payload = write(&certificate, &published, bench.dictionary(), &digest_of(&envelope))
        .unwrap_or_else(|error| panic!("{}: {error}", kind.file()));
    let bytes = Scanned::parse(&sign_seal(&payload, bench.key()).unwrap()).unwrap().bytes().len();
    (bytes, plain::length(&certificate, &envelope, &published, bench.key()))
}

fn rename(contents: &mut Contents, names: &mut Names) {
    for holder in &mut contents.holders {
        let list = if holder.code().kind().is_organisation() { "organisation" } else { "person" };
        *holder = Holder::new(&names.next(list), holder.code().clone()).unwrap();
    }
    for (field, value) in &mut contents.fields {
        if let Some((_, list)) = NAMED.iter().find(|(named, _)| named == field) {
            *value = Value::Text(names.next(list));
        }
    }
}
