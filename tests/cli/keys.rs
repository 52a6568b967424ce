//! `kanhe key` and `kanhe trust`: who signs, and whom a verifier believes.

use crate::office::Office;
use crate::program::{Kanhe, kanhe, word};
use crate::stage::Stage;
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_locked_key_tells_its_public_line() {
    let office = Office::open();
    let public = kanhe(&["key", "public", &office.path("gd-market.key"), "--identity", &office.path("identity.txt")]).ended(0);
    assert_eq!(public.out, office.text("gd-market.pub"));
    assert!(public.out.starts_with("gd-market+"), "{public:?}");
}

#[test]
fn a_key_locked_with_a_passphrase_opens_with_it() {
    let office = Office::open();
    let (words, key) = (office.write("words", "correct horse battery\n"), office.path("by-word.key"));
    let made =
        kanhe(&["key", "new", "--name", "gd.example.cn/market", "--out", &key, "--passphrase-file", &words, "--json"]).ended(0).json();
    let public = kanhe(&["key", "public", &key, "--passphrase-file", &words, "--json"]).ended(0).json();
    assert_eq!(word(&public, "/public"), word(&made, "/public"));
}

#[test]
fn secrets_are_for_their_owner_only_and_nowhere_in_the_clear() {
    let office = Office::open();
    for name in ["gd-market.key", "identity.txt"] {
        let mode = fs::metadata(office.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
    let locked = fs::read(office.path("gd-market.key")).unwrap();
    assert!(locked.starts_with(b"age-encryption.org/v1"), "the key file is locked");
}

#[test]
fn two_keys_are_never_the_same() {
    let office = Office::open();
    assert_ne!(office.text("gd-market.pub").split_once('+').unwrap().1, office.text("gd-housing.pub").split_once('+').unwrap().1);
}

#[test]
fn a_key_that_was_added_is_listed_and_its_packs_are_believed() {
    let stage = Stage::get();
    let folder = tempfile::tempdir().unwrap();
    let trust = folder.path().join("trust");
    let pinned = |words: &[&str]| Kanhe::new(words).with("KANHE_TRUST", trust.to_str().unwrap()).run();
    let (pack, key) = (stage.path("guangdong.pack"), stage.path("keys/gd-root.pub"));
    assert_eq!(pinned(&["trust", "list"]).ended(0).out, "No key is trusted yet.\n");
    assert!(pinned(&["pack", "show", &pack]).ended(2).err.starts_with("error no_trusted_key: "));
    let added = pinned(&["trust", "add", &key]).ended(0);
    assert!(added.out.contains(&stage.text("keys/gd-root.pub")), "{added:?}");
    pinned(&["trust", "add", &stage.text("keys/zj-root.pub")]).ended(0);
    pinned(&["trust", "add", &key]).ended(0);
    let listed = pinned(&["trust", "list"]).ended(0).out;
    let mut lines: Vec<&str> = listed.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, [stage.text("keys/gd-root.pub"), stage.text("keys/zj-root.pub")], "each key once");
    pinned(&["pack", "show", &pack]).ended(0);
}

#[test]
fn what_is_no_key_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let trust = folder.path().join("trust");
    let file = folder.path().join("key.pub");
    for (line, code) in [("name+00000000+AAAA", "key_line_malformed"), ("nonsense", "key_line_malformed"), ("", "key_line_malformed")] {
        fs::write(&file, line).unwrap();
        let run = Kanhe::new(&["trust", "add", file.to_str().unwrap()]).with("KANHE_TRUST", trust.to_str().unwrap()).run().ended(2);
        assert!(run.err.starts_with(&format!("error {code}: ")), "{line}: {run:?}");
    }
    assert!(!trust.exists());
}
