//! A verb that is refused leaves no file: the same command would stop at it.

use crate::archive::Archive;
use crate::office::permits;
use crate::program::{kanhe, word};
use kanhe_core::envelope::{Document, sign_to_cose_by};
use kanhe_core::manifest::Manifest;
use kanhe_issuer::keyring::{Lock, NamedKey};
use kanhe_store::{SignedManifest, StoreError};
use std::fs;

#[test]
fn what_is_shown_is_written_behind_all_that_could_be_refused() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let (identifier, cose) = (archive.identifiers().remove(0), archive.path("certificate.cose"));
    let manifest = archive.opened().manifest().unwrap().unwrap();
    let unread = SignedManifest { envelope: b"nothing".to_vec(), ..manifest.clone() };
    let put = |manifest| {
        let put = archive.opened().commit(|pen| {
            pen.put_manifest(manifest);
            Ok::<_, StoreError>(())
        });
        put.unwrap();
    };
    put(&unread);
    archive.ask(&["show", &identifier, "--cose", &cose]).run().ended(2);
    assert!(!fs::exists(&cose).unwrap(), "nothing was shown, and nothing is left");
    put(&manifest);
    archive.told(&["show", &identifier, "--cose", &cose]);
    assert_eq!(word(&archive.ask(&["show", &identifier, "--cose", &cose]).run().ended(2).json(), "/error/code"), "file_exists");
}

#[test]
fn what_is_inspected_is_written_when_it_could_be_read() {
    let archive = Archive::open();
    let lock = Lock::identity(&archive.office.text("identity.txt")).unwrap();
    let key = NamedKey::unlock(&fs::read(archive.path("root.key")).unwrap(), &lock).unwrap();
    let empty = archive.office.write("empty.manifest", sign_to_cose_by(key.key(), Manifest::TYPE, b"").unwrap());
    let cose = archive.path("inspected.cose");
    kanhe(&["inspect", &empty, "--cose", &cose]).ended(2);
    assert!(!fs::exists(&cose).unwrap());
    let manifest = archive.path("manifest");
    kanhe(&["inspect", &manifest, "--cose", &cose]).ended(0);
    assert_eq!(fs::read(cose).unwrap(), fs::read(manifest).unwrap());
}
