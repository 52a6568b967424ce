//! `kanhe key` and `kanhe trust`: who signs, and whom a verifier believes.

use crate::office::Office;
use crate::program::{Kanhe, kanhe, word};
use crate::stage::Stage;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

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

#[test]
fn of_a_new_key_its_public_line_and_its_identity_none_is_written_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let (path, names) = (|name: &str| folder.path().join(name), || names_in(folder.path()));
    fs::create_dir(path("there")).unwrap();
    symlink("there", path("link")).unwrap();
    let new = |words: &[&str]| Kanhe::new(&["key", "new", "--name", "x", "--json"]).and(words).in_folder(folder.path()).run();
    let apart: [&[&str]; 5] = [
        &["--out", "foo.pub", "--identity", "identity", "--new-identity"],
        &["--out", "k2", "--identity", "k2.pub", "--new-identity"],
        &["--out", "k2", "--identity", "./there/../k2", "--new-identity"],
        &["--out", "there/k2", "--identity", "link/k2.pub", "--new-identity"],
        &["--out", "./there/k2.pub", "--identity", "identity", "--new-identity"],
    ];
    for words in apart {
        let told = new(words).ended(2).json();
        assert_eq!(word(&told, "/error/code"), "output_twice", "{words:?}");
        assert!(word(&told, "/error/hint/zh").contains("各占一处") && word(&told, "/error/hint/en").contains(".pub"), "{told}");
        assert_eq!((names(), names_in(&path("there"))), (vec!["link".into(), "there".into()], vec![]), "{words:?}: nothing was made");
    }
    // A name that no key can bear is refused before there is an identity for it.
    let nameless = ["key", "new", "--name", "", "--out", "k", "--identity", "id", "--new-identity"];
    Kanhe::new(&nameless).in_folder(folder.path()).run().ended(2);
    assert_eq!(names(), ["link", "there"]);
    fs::write(path("k2.pub"), "another's").unwrap();
    assert_eq!(word(&new(&["--out", "k2", "--identity", "id", "--new-identity"]).ended(2).json(), "/error/code"), "file_exists");
    assert_eq!((names(), fs::read(path("k2.pub")).unwrap()), (vec!["k2.pub".into(), "link".into(), "there".into()], b"another's".to_vec()));
    new(&["--out", "k3", "--identity", "id", "--new-identity"]).ended(0);
    let public = Kanhe::new(&["key", "public", "k3", "--identity", "id"]).in_folder(folder.path()).run().ended(0);
    assert_eq!(public.out, fs::read_to_string(path("k3.pub")).unwrap());
}

#[test]
fn of_a_key_that_cannot_be_written_no_identity_is_left_and_the_same_command_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let new = ["key", "new", "--name", "x", "--json", "--out", "nodir/k.key", "--identity", "id.txt", "--new-identity"];
    let told = Kanhe::new(&new).in_folder(folder.path()).run().ended(2).json();
    assert_eq!(word(&told, "/error/code"), "file_not_found");
    assert!(word(&told, "/error/message/en").starts_with("nodir/k.key: "), "{told}");
    assert!(names_in(folder.path()).is_empty(), "nothing was made");
    fs::create_dir(folder.path().join("nodir")).unwrap();
    Kanhe::new(&new).in_folder(folder.path()).run().ended(0);
    Kanhe::new(&["key", "public", "nodir/k.key", "--identity", "id.txt"]).in_folder(folder.path()).run().ended(0);
    // A token forgets nothing by itself: where the public line cannot be written, it is not asked for a key.
    let token = ["key", "new", "--name", "x", "--json", "--out", "nowhere/k", "--token", "pkcs11:token=t?module-path=/nowhere.so"];
    let told = Kanhe::new(&token).in_folder(folder.path()).run().ended(2).json();
    assert_eq!(word(&told, "/error/code"), "file_not_found", "{told}");
}

#[test]
fn of_a_library_whose_secret_cannot_be_written_no_identity_is_left() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("library")).unwrap();
    symlink("nowhere", folder.path().join("library/secret.age")).unwrap();
    let init = ["init", "library", "--region", "440000", "--origin", "log", "--new-identity", "--json", "--library-identity", "id.txt"];
    let init = || Kanhe::new(&init).in_folder(folder.path()).run();
    assert_eq!(word(&init().ended(2).json(), "/error/code"), "file_exists");
    assert_eq!(names_in(folder.path()), ["library"]);
    fs::remove_file(folder.path().join("library/secret.age")).unwrap();
    init().ended(0);
}

#[test]
fn the_identity_of_a_new_library_is_not_written_in_the_place_of_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    for identity in ["library/secret.age", "library/../library/db"] {
        let init = ["init", "library", "--region", "440000", "--origin", "log", "--new-identity", "--json", "--library-identity", identity];
        let told = Kanhe::new(&init).in_folder(folder.path()).run().ended(2).json();
        assert_eq!(word(&told, "/error/code"), "output_twice", "{identity}");
        assert!(names_in(folder.path()).is_empty(), "{identity}: nothing was made");
    }
}

/// What stands in a folder, in order.
fn names_in(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}
