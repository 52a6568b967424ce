//! The log as static files, of which the checkpoint is the last.

use crate::archive::Archive;
use crate::office::permits;
use crate::program::{kanhe, word};
use std::fs;

#[test]
fn a_checkpoint_never_promises_what_was_not_written() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    archive.publish();
    let before = archive.office.text("log/checkpoint");
    archive.issuing(permits(5)).run().ended(0);
    let (key, identity, out) = (archive.path("log.key"), archive.path("identity.txt"), archive.path("log"));
    let publish = || archive.ask(&["log", "publish", "--key", &key, "--identity", &identity, "--out", &out]).run();
    // One event for the manifest, and one for each certificate; where a file of theirs is to be stands a folder.
    for file in ["log/tile/0/000.p/6", "log/tile/entries/000.p/6"] {
        let _ = fs::remove_file(archive.path(file));
        fs::create_dir(archive.path(file)).unwrap();
        let refused = publish().ended(2).json();
        assert!(!word(&refused, "/error/code").is_empty(), "{refused}");
        assert_eq!(archive.office.text("log/checkpoint"), before, "the checkpoint promises {file}");
        fs::remove_dir(archive.path(file)).unwrap();
    }
    publish().ended(0);
    let old = archive.office.write("old.checkpoint", before);
    let audit = ["log", "audit", &old, &archive.path("log/checkpoint"), "--log-key", &archive.path("log.pub"), "--tiles", &out];
    kanhe(&audit).ended(0);
}
