//! A library that is backed up, set back, broken off at any moment, and on a disk that is full.

use crate::archive::{Archive, GROUNDS};
use crate::library::counts;
use crate::office::{many_permits, permits, permits_of};
use crate::program::{Run, kanhe, wait_for, word};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

#[test]
fn a_backup_brings_back_everything_that_was_acknowledged() {
    let archive = Archive::open();
    archive.issuing(permits(5)).run().ended(0);
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    archive.change("revoke", &archive.identifiers()[0]).ended(0);
    archive.told(&["backup", "--to", &backups]);
    // A bit flips on the disk, in a file that holds certificates.
    let library = archive.path("library/db");
    let tables: Vec<_> = fs::read_dir(&library)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sst"))
        .collect();
    assert!(!tables.is_empty(), "a backup flushes what was only in memory");
    for table in &tables {
        let mut bytes = fs::read(table).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle..middle + 8].iter_mut().for_each(|byte| *byte ^= 0xff);
        fs::write(table, bytes).unwrap();
    }
    let damaged = archive.ask(&["check"]).run();
    assert!(damaged.code == Some(1) || damaged.code == Some(2), "{damaged:?}");
    assert!(damaged.out.contains("store_corrupt") || damaged.out.contains("store_sealed"), "{damaged:?}");
    assert!(!damaged.out.contains("kanhe check"), "who has checked is not sent to check: {damaged:?}");
    let before = files(&backups);
    let none = archive.ask(&["backup", "--to", &backups]).run().ended(2);
    assert_eq!(word(&none.json(), "/error/code"), "store_corrupt");
    assert_eq!(files(&backups), before, "earlier backups are as they were");
    fs::rename(archive.path("library"), archive.path("damaged")).unwrap();
    kanhe(&["restore", "--from", &backups, "--into", &archive.path("library")]).ended(0);
    let told = archive.is_whole();
    assert_eq!((told["certificates"].as_u64(), told["events"].as_u64()), (Some(5), Some(7)));
    let again = kanhe(&["restore", "--from", &backups, "--into", &archive.path("library")]).ended(2);
    assert!(again.err.contains("store_exists"), "{again:?}");
}

/// Every file of a folder with its bytes.
fn files(folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(
            |path| if path.is_dir() { files(path.to_str().unwrap()) } else { BTreeMap::from([(path.clone(), fs::read(path).unwrap())]) },
        )
        .collect()
}

#[test]
fn what_is_refused_to_be_restored_leaves_nothing_and_a_damaged_backup_is_never_called_verified() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let (backups, into) = (archive.path("backups"), archive.path("into"));
    archive.told(&["backup", "--to", &backups]);
    let restore = ["restore", "--from", &backups, "--into", &into, "--json"];
    let refused = kanhe(&[&restore[..], &["--number", "9"]].concat()).ended(2);
    assert_eq!(word(&refused.json(), "/error/code"), "store_no_backup");
    assert!(!fs::exists(&into).unwrap(), "a refused restoration has written something");
    // The largest of its files has bytes enough that nobody would miss one by its size.
    let copied = files(&backups).into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "sst"));
    let (table, mut bytes) = copied.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&table, bytes).unwrap();
    let again = archive.ask(&["backup", "--to", &backups]).run().ended(2);
    assert_eq!(word(&again.json(), "/error/code"), "store_corrupt", "a file of the backup before is damaged, and would be shared");
    let refused = kanhe(&restore).ended(2);
    assert_eq!(word(&refused.json(), "/error/code"), "store_corrupt");
    assert!(!fs::exists(&into).unwrap(), "a refused restoration has written something");
    let elsewhere = archive.path("elsewhere");
    archive.told(&["backup", "--to", &elsewhere]);
    kanhe(&["restore", "--from", &elsewhere, "--into", &into]).ended(0);
    archive.ask(&["check"]).but("--library", &into).run().ended(0);
}

#[test]
fn a_backup_of_which_a_file_is_gone_is_named_and_no_older_one_is_taken_for_it() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let (backups, into) = (archive.path("backups"), archive.path("into"));
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(3)).run().ended(0);
    archive.told(&["backup", "--to", &backups]);
    let restore = ["restore", "--from", &backups, "--into", &into, "--json"];
    let refused = |file: &str| {
        let refused = kanhe(&restore).ended(2).json();
        assert_eq!(word(&refused, "/error/code"), "backup_damaged");
        let said = word(&refused, "/error/message/en");
        assert!(said.contains("backup 2") && said.contains(file), "{refused}");
        assert!(word(&refused, "/error/hint/zh").contains("--number"), "{refused}");
        assert!(!fs::exists(&into).unwrap(), "a refused restoration has written something");
    };
    let of = |number: &str| -> BTreeSet<String> {
        let contents = fs::read_to_string(format!("{backups}/meta/{number}")).unwrap();
        contents.lines().filter_map(|line| line.split_once(" crc32 ").map(|(name, _)| name.to_owned())).collect()
    };
    let own = of("2").difference(&of("1")).find(|name| name.ends_with(".sst")).unwrap().clone();
    let (place, aside) = (format!("{backups}/{own}"), archive.path("aside"));
    fs::rename(&place, &aside).unwrap();
    refused(&own);
    fs::rename(&aside, &place).unwrap();
    let contents = format!("{backups}/meta/2");
    let whole = fs::read(&contents).unwrap();
    fs::write(&contents, &whole[..10]).unwrap();
    refused("meta/2");
    let told = kanhe(&[&restore[..], &["--number", "1"]].concat()).ended(0).json();
    assert_eq!(told["backup"]["number"], 1, "who asks for the older one gets it");
    fs::remove_dir_all(&into).unwrap();
    fs::write(&contents, whole).unwrap();
    assert_eq!(kanhe(&restore).ended(0).json()["backup"]["number"], 2);
}

#[test]
fn a_library_without_its_last_writes_or_with_half_a_manifest_is_called_damaged() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let folder = archive.path("library/db");
    let named = |begins: &str, ends: &str| -> Vec<PathBuf> {
        let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let is = |path: &PathBuf| path.file_name().unwrap().to_str().is_some_and(|name| name.starts_with(begins) && name.ends_with(ends));
        paths.filter(is).collect()
    };
    let damaged = || {
        for verb in [&["check"][..], &["backup", "--to", &archive.path("backups")], &["find"]] {
            assert_eq!(word(&archive.ask(verb).run().ended(2).json(), "/error/code"), "store_corrupt", "{verb:?}");
        }
    };
    let logs: Vec<_> = named("", ".log").into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
    assert!(!logs.is_empty());
    logs.iter().for_each(|(_, path)| fs::remove_file(path).unwrap());
    damaged();
    logs.iter().for_each(|(bytes, path)| fs::write(path, bytes).unwrap());
    let manifest = named("MANIFEST-", "").pop().unwrap();
    let whole = fs::read(&manifest).unwrap();
    fs::write(&manifest, b"").unwrap();
    damaged();
    fs::remove_file(&manifest).unwrap();
    damaged();
    fs::write(&manifest, whole).unwrap();
    assert_eq!(archive.is_whole()["certificates"], 2);
}

#[test]
fn damage_in_the_log_of_the_last_writes_is_not_taken_for_a_power_cut() {
    let archive = Archive::open();
    archive.issuing(permits(5)).run().ended(0);
    let paths = fs::read_dir(archive.path("library/db")).unwrap().map(|entry| entry.unwrap().path());
    let logs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "log"));
    let log = logs.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let whole = fs::read(&log).unwrap();
    assert!(whole.len() > 1_000, "what was issued stands in the log of the last writes");
    let flipped = |percent: usize| {
        let mut bytes = whole.clone();
        bytes[whole.len() * percent / 100] ^= 0xff;
        bytes
    };
    let mut half = whole.clone();
    half[whole.len() / 2..].fill(0);
    for (what, bytes) in [("a byte at the beginning", flipped(10)), ("a byte near the end", flipped(90)), ("the second half", half)] {
        fs::write(&log, bytes).unwrap();
        let told = archive.ask(&["check"]).run().ended(2).json();
        assert_eq!(word(&told, "/error/code"), "store_corrupt", "{what}");
        for language in ["zh", "en"] {
            assert!(word(&told, &format!("/error/hint/{language}")).contains("kanhe restore"), "{what}: {told}");
        }
    }
    fs::write(&log, whole).unwrap();
    assert_eq!(archive.is_whole()["certificates"], 5);
}

#[test]
fn a_check_on_a_full_disk_says_to_free_some_space() {
    let archive = Archive::open();
    for verb in [&["check"][..], &["backup", "--to", &archive.path("backups")]] {
        let full = archive.ask(verb).in_blocks(0).run().ended(2).json();
        assert!(["disk_full", "store_disk_full"].contains(&word(&full, "/error/code")), "{full}");
        assert!(word(&full, "/error/hint/en").starts_with("Free some space"), "{full}");
        assert!(word(&full, "/error/hint/zh").contains("腾出磁盘空间"), "{full}");
    }
}

#[test]
fn a_founding_or_restoration_that_was_broken_off_is_run_again() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    let (library, second) = (archive.path("restored"), archive.path("second"));
    let restore = ["restore", "--from", &backups, "--into", &library];
    let (identity, found) = (archive.path("second.txt"), ["init", &second, "--region", "440000", "--origin", "gd.example.cn/log"]);
    let found = [&found[..], &["--library-identity", &identity, "--new-identity"]].concat();
    for (folder, again) in [(&library, &restore[..]), (&second, &found)] {
        kanhe(again).ended(0);
        // The secret was there already when the machine stopped, and the database was not.
        let left = format!("{folder}/{}", if folder == &library { "db.restoring" } else { "db.unfinished" });
        fs::rename(format!("{folder}/db"), &left).unwrap();
        if folder == &library {
            let told = archive.ask(&["check"]).but("--library", folder).run().ended(2);
            assert!(told.out.contains("store_half_restored"), "{told:?}");
            let lock = ["--region", "440000", "--origin", "gd.example.cn/log", "--library-identity", &archive.path("identity.txt")];
            let empty = kanhe(&[&["init", folder][..], &lock].concat()).ended(2);
            assert!(empty.err.contains("store_half_restored"), "an empty library would stand where the restored one was to be: {empty:?}");
        }
        kanhe(again).ended(0);
        assert!(!fs::exists(&left).unwrap());
        assert!(kanhe(again).ended(2).err.contains("store_exists"));
    }
    archive.ask(&["check"]).but("--library", &library).run().ended(0);
    let kept = fs::read(archive.path("second/secret.age")).unwrap();
    fs::remove_dir_all(archive.path("second/db")).unwrap();
    let other = kanhe(&["restore", "--from", &backups, "--into", &second]).ended(2);
    assert!(other.err.contains("store_exists"), "the secret of another library is never written over: {other:?}");
    assert_eq!(fs::read(archive.path("second/secret.age")).unwrap(), kept);
}

#[test]
fn a_folder_of_backups_has_one_library_and_one_history() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let (backups, second, identity) = (archive.path("backups"), archive.path("second"), archive.path("second.txt"));
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(3)).run().ended(0);
    archive.told(&["backup", "--to", &backups]);
    let before = files(&backups);
    let refused = |run: Run, code: &str| {
        assert_eq!(word(&run.ended(2).json(), "/error/code"), code);
        assert_eq!(files(&backups), before, "{code}: the folder is as it was");
    };
    // Another library, under a secret of its own and under this one.
    kanhe(&["init", &second, "--region", "440000", "--origin", "gd.example.cn/log", "--library-identity", &identity, "--new-identity"])
        .ended(0);
    let other = ["backup", "--to", &backups, "--library", &second, "--json", "--library-identity"];
    refused(kanhe(&[&other[..], &[&identity]].concat()), "backup_other_library");
    fs::remove_dir_all(archive.path("second/db")).unwrap();
    fs::copy(archive.path("library/secret.age"), archive.path("second/secret.age")).unwrap();
    let identity = archive.path("identity.txt");
    kanhe(&["init", &second, "--region", "440000", "--origin", "gd.example.cn/other", "--library-identity", &identity]).ended(0);
    refused(kanhe(&[&other[..], &[&identity]].concat()), "backup_other_library");
    // This library, set back, and grown again otherwise.
    let older = archive.path("older");
    let told = kanhe(&["restore", "--from", &backups, "--number", "1", "--into", &older, "--json"]).ended(0).json();
    assert_eq!((&told["backup"]["certificates"], &told["backup"]["events"]), (&json!(1), &json!(2)), "{told}");
    assert_eq!((&told["others"][0]["number"], &told["others"][0]["certificates"]), (&json!(2), &json!(3)), "{told}");
    let back_up = || archive.ask(&["backup", "--to", &backups]).but("--library", &older);
    refused(back_up().run(), "backup_other_history");
    archive.issuing(many_permits(5)).but("--library", &older).run().ended(0);
    refused(back_up().run(), "backup_other_history");
    // What is kept in the library would be lost with it.
    refused(archive.ask(&["backup", "--to", &archive.path("library/backups")]).run(), "backup_inside");
    back_up().and(&["--anyway"]).run().ended(0);
    let shown = kanhe(&["restore", "--from", &backups, "--into", &archive.path("newest")]).ended(0);
    assert!(shown.out.contains("backup 1") && shown.out.contains("3 certificates"), "{shown:?}");
}

#[test]
fn who_has_lost_a_part_of_a_library_is_not_sent_to_found_another() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    archive.told(&["backup", "--to", &archive.path("backups")]);
    let told = |file: &str, code: &str| {
        let (place, aside) = (archive.path(file), archive.path("aside"));
        fs::rename(&place, &aside).unwrap();
        let run = archive.ask(&["check"]).run().ended(2).json();
        assert_eq!(word(&run, "/error/code"), code);
        assert!(!word(&run, "/error/hint/en").contains("kanhe init"), "{run}");
        fs::rename(&aside, &place).unwrap();
    };
    told("library/secret.age", "store_secret_missing");
    told("library/db/CURRENT", "store_corrupt");
    archive.is_whole();
}

/// Kills in one run: enough to meet every step, and 200 and more in `make torture`.
fn kills() -> u32 {
    std::env::var("KANHE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20)
}

/// Rows of one sitting: batches of 16, 32, 64 and 128, so a kill that comes behind the first may meet the next at any step.
const SITTING: usize = 240;

#[test]
fn a_library_that_is_killed_at_any_moment_loses_nothing_that_was_acknowledged() {
    let archive = Archive::open();
    let (mut acknowledged, mut witness) = (BTreeSet::new(), Witness::of(&archive));
    let mut dice = Dice::thrown();
    let (mut killed_at_work, mut sittings) = (0, 0);
    while killed_at_work < kills() {
        assert!(sittings < 3 * kills() + 10, "of {sittings} sittings only {killed_at_work} were killed at work");
        // Other people at every sitting: nobody is answered who was answered before.
        let table = permits_of(sittings as usize * SITTING..(sittings as usize + 1) * SITTING);
        let report = archive.path("rows.jsonl");
        let _ = fs::remove_file(&report);
        let mut child = archive.issuing(table).start();
        let wrote = wait_for(&mut child, || fs::read(&report).is_ok_and(|rows| rows.contains(&b'\n')));
        sleep(Duration::from_micros(dice.below(40_000)));
        child.kill().unwrap();
        let killed = !child.wait().unwrap().success();
        killed_at_work += u32::from(wrote && killed);
        if wrote {
            acknowledged.extend(archive.identifiers());
        }
        sittings += 1;
        witness.sees_a_publication_killed(Duration::from_micros(dice.below(20_000)));
        if sittings.is_multiple_of(7) {
            archive.is_whole();
        }
    }
    let people = sittings as usize * SITTING;
    archive.issuing(permits_of(0..people)).run().ended(0);
    let all = archive.identifiers();
    let unique: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!((all.len(), unique.len()), (people, people));
    assert!(acknowledged.is_subset(&unique), "an acknowledged certificate was lost");
    assert!(acknowledged.len() >= killed_at_work as usize * 16, "every kill met a run that had answered a batch");
    let told = archive.is_whole();
    // One event for each certificate, and one for the manifest: nothing was issued twice.
    assert_eq!((told["certificates"].as_u64(), told["events"].as_u64()), (Some(people as u64), Some(people as u64 + 1)));
    archive.publish();
    witness.holds_everything_against_the_last();
}

/// Keeps every checkpoint that stood where anybody could fetch it.
struct Witness<'a> {
    archive: &'a Archive,
    seen: Vec<String>,
}

impl<'a> Witness<'a> {
    fn of(archive: &'a Archive) -> Self {
        Self { archive, seen: Vec::new() }
    }

    /// A publication that is killed leaves the checkpoint of before or the next, and in both cases every tile that it promises.
    fn sees_a_publication_killed(&mut self, after: Duration) {
        let archive = self.archive;
        let (key, identity, out) = (archive.path("log.key"), archive.path("identity.txt"), archive.path("log"));
        let stand = || count_of(Path::new(&out));
        let before = stand();
        let mut child = archive.ask(&["log", "publish", "--key", &key, "--identity", &identity, "--out", &out]).start();
        wait_for(&mut child, || stand() != before);
        sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
        let Ok(stands) = fs::read_to_string(format!("{out}/checkpoint")) else { return };
        let name = format!("{}.checkpoint", self.seen.len());
        let seen = archive.office.write(&name, stands);
        self.audit(self.seen.last().unwrap_or(&seen), &seen);
        self.seen.push(seen);
    }

    fn holds_everything_against_the_last(&self) {
        let last = self.archive.path("log/checkpoint");
        assert!(!self.seen.is_empty());
        self.seen.iter().for_each(|seen| self.audit(seen, &last));
    }

    fn audit(&self, old: &str, new: &str) {
        let (key, tiles) = (self.archive.path("log.pub"), self.archive.path("log"));
        kanhe(&["log", "audit", old, new, "--log-key", &key, "--tiles", &tiles]).ended(0);
    }
}

/// How many files stand in a folder, as far as somebody sees who looks while they are written.
fn count_of(folder: &Path) -> usize {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.map(|path| if path.is_dir() { count_of(&path) } else { 1 }).sum()
}

/// Chance of which a failing test says how to meet it again (SplitMix64).
struct Dice(u64);

impl Dice {
    fn thrown() -> Self {
        let given = std::env::var("KANHE_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one("kills"));
        eprintln!("KANHE_SEED={seed} kills at the same moments");
        Self(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }
}

#[test]
fn a_full_disk_is_said_and_what_was_acknowledged_stays() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let before = archive.is_whole();
    let mut certificates = before["certificates"].as_u64();
    // One disk in `make test`, ten in `make torture`, each a little larger than the one before.
    for disk in 0..kills() / 20 {
        let full = archive.issuing(many_permits(2_000)).in_blocks(2_000 + disk * 37).run();
        // Each run goes on where the one before met the end of the disk, so one of them may come to its own.
        if disk > 0 && full.code == Some(0) {
            break;
        }
        assert_eq!(full.code, Some(2), "{full:?}");
        assert!(["disk_full", "store_disk_full"].contains(&word(&full.json(), "/error/code")), "{full:?}");
        let after = archive.is_whole()["certificates"].as_u64();
        let issued = full.json()["error"]["issued"].as_u64().unwrap_or(0);
        assert!(after >= certificates.map(|before| before + issued), "what it says that it has issued stands: {full:?}");
        certificates = after;
    }
    assert_eq!(counts(&archive.issuing(many_permits(2_000)).run().ended(0).json()).2, 0);
}

#[test]
fn a_library_from_an_old_backup_does_not_contradict_what_was_published() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    archive.told(&["backup", "--to", &archive.path("backups")]);
    archive.issuing(permits(3)).run().ended(0);
    archive.publish();
    kanhe(&["restore", "--from", &archive.path("backups"), "--into", &archive.path("older")]).ended(0);
    let (older, identity, key, log) = (archive.path("older"), archive.path("identity.txt"), archive.path("log.key"), archive.path("log"));
    let publish = ["log", "publish", "--library", &older, "--library-identity", &identity, "--key", &key, "--identity", &identity];
    let publish = [&publish[..], &["--out", &log, "--json"]].concat();
    assert_eq!(word(&kanhe(&publish).ended(2).json(), "/error/code"), "log_fork");
    // Nor when it has grown again, otherwise than before.
    let table = archive.office.write("others", many_permits(5));
    let market = archive.path("gd-market.key");
    let issue = ["issue", "--type", "food-operation-permit", "--in", &table, "--library", &older, "--library-identity", &identity];
    kanhe(&[&issue[..], &["--key", &market, "--identity", &identity], &GROUNDS].concat()).ended(0);
    assert_eq!(word(&kanhe(&publish).ended(2).json(), "/error/code"), "log_fork");
}
