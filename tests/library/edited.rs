//! Single values that somebody has edited who does not have the library's secret: the check finds them, and nobody is led astray by them.

use crate::damage::{bare, write};
use crate::registry::{OPERATOR, Registry};
use crate::review::NOON;
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::manifest::{Contents, Manifest};
use kanhe_issuer::audit::{judge_under, manifest_of};
use kanhe_issuer::registrar::RegistrarError;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::NoteSigner;
use kanhe_store::check::Place;
use kanhe_store::{Library, Pen, SignedManifest, StoreError};
use kanhe_tests::world::{moment, test_key};

/// What becomes of a value on the disk.
type Edit<'e> = &'e dyn Fn(Vec<u8>) -> Option<Vec<u8>>;

fn edition(registry: &Registry, edition: u32, root: &str) -> SignedManifest {
    let manifest = Manifest::new(Contents { edition, ..Contents::clone(registry.house.manifest()) }).unwrap();
    let root = test_key(root);
    SignedManifest { envelope: sign_to_cose(Manifest::TYPE, &manifest.encode(), &root), root: root.verifying_key() }
}

fn take_up(registry: &Registry, manifest: &SignedManifest) -> Result<bool, &'static str> {
    let entry = registry.entry(moment(NOON), moment(NOON));
    registry.registrar().take_up(manifest, &entry).map_err(|error: RegistrarError| error.code())
}

/// A library with two manifests taken up, and a certificate.
fn under_two_manifests() -> Registry {
    let registry = Registry::new();
    assert_eq!(take_up(&registry, &edition(&registry, 1, "registry root")), Ok(true));
    registry.issued(OPERATOR, 1, "2026-03-01");
    assert_eq!(take_up(&registry, &edition(&registry, 2, "registry root")), Ok(true));
    registry
}

fn found(library: &Library) -> Vec<(Place, &'static str)> {
    let manifest = manifest_of(library);
    let findings = library.check(|whole| judge_under(whole, manifest.as_ref().map(|manifest| &***manifest)), |_, _| {}).unwrap();
    findings.iter().map(|finding| (finding.place, finding.defect.code())).collect()
}

/// The library after a word of `meta` was edited, or taken away.
fn after(registry: Registry, word: &str, edit: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Registry {
    registry.reopen_after(|path| {
        bare(path, |db| {
            let before = db.get_cf(db.cf_handle("meta").unwrap(), word).unwrap().unwrap_or_default();
            write(db, "meta", &[(word.as_bytes().to_vec(), edit(before))]);
        });
    })
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_library_that_has_lost_its_manifest_says_so_and_takes_up_the_very_one_again() {
    let new = Registry::new();
    assert_eq!((new.registrar().manifest().unwrap_err().code(), found(&new.library)), ("library_no_manifest", Vec::new()));
    let other_root = |bytes: Vec<u8>| {
        let (own, other) = (test_key("registry root").verifying_key(), test_key("another root").verifying_key());
        Some(replaced(&bytes, own.as_bytes(), other.as_bytes()))
    };
    let edits: [Edit<'_>; 3] = [&|_| None, &|_| Some(b"nonsense".to_vec()), &other_root];
    for edit in edits {
        let registry = after(under_two_manifests(), "manifest", edit);
        let events = registry.library.log_size();
        assert_eq!(found(&registry.library), [(Place::Event(2), "check_manifest")]);
        let said = registry.registrar().manifest().unwrap_err().code();
        assert!(["library_manifest_lost", "store_malformed"].contains(&said), "{said}");
        for other in [edition(&registry, 1, "registry root"), edition(&registry, 3, "registry root"), edition(&registry, 2, "another root")]
        {
            assert_eq!(take_up(&registry, &other), Err("library_manifest_lost"));
        }
        assert_eq!(take_up(&registry, &edition(&registry, 2, "registry root")), Ok(true));
        assert_eq!((found(&registry.library), registry.library.log_size()), (Vec::new(), events), "the log tells of it already");
    }
}

#[test]
fn a_word_that_a_library_keeps_of_itself_is_held_against_what_else_it_knows() {
    let published = || {
        let registry = under_two_manifests();
        let (origin, log) = (registry.library.origin().to_owned(), test_key("log"));
        let head = registry.library.head().unwrap();
        let note = Checkpoint::new(&origin, head, &[]).unwrap().sign(&NoteSigner::new(&origin, &log).unwrap()).unwrap();
        let publish = |pen: &mut Pen<'_>| -> Result<(), StoreError> {
            pen.put_checkpoint(&note);
            Ok(())
        };
        registry.library.commit(publish).unwrap();
        registry
    };
    assert_eq!(found(&published().library), []);
    let origin = published().library.origin().as_bytes().to_vec();
    let other = origin.iter().rev().copied().collect::<Vec<_>>();
    let edits: [(&str, Edit<'_>, &str); 3] = [
        ("founding", &|bytes| Some(replaced(&bytes, b"440000", b"330000")), "check_founding"),
        ("founding", &|bytes| Some(replaced(&bytes, &origin, &other)), "check_founding"),
        ("first paper", &|_| Some(b"1".to_vec()), "check_word"),
    ];
    for (word, edit, code) in edits {
        assert_eq!(found(&after(published(), word, edit).library), [(Place::Library, code)], "{word}");
    }
}

#[test]
fn a_page_that_was_left_out_is_told_to_be_by_the_words_of_the_library() {
    let registry = Registry::beside(2);
    registry.issued(OPERATOR, 1, "2026-03-01");
    assert_eq!(found(&registry.library), []);
    let registry = after(registry, "first page", |_| None);
    assert_eq!(found(&registry.library), [(Place::Library, "check_first_page")]);
}
