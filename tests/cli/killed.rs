//! A library that is broken off at any moment, and on a disk that gets full.

use crate::archive::Archive;
use crate::library::counts;
use crate::office::{many_permits, permits, permits_of};
use crate::program::{kanhe, wait_for, word};
use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

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
