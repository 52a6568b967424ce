//! What stands after a write has gone wrong: one table of faults, two stories, and the whole house checked after each.
//!
//! A child plays the story up to its nth write, which fails, fails though it stands, or is the last thing that the child ever did. Then
//! the library is opened again and looked into; the act that was not answered is asked for again, the story goes on, and ends as if
//! nothing had happened. `KANHE_SEEDS` and `KANHE_KILLS` make the stories of chance and the kills more: see `make torture`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    dead_code,
    reason = "a test stops where it fails, and uses of a shared fixture what it needs"
)]

#[path = "../backups.rs"]
mod backups;
mod child;
#[path = "../library/registry.rs"]
mod registry;
mod stage;
mod story;

use child::{Child, Ending, Play};
use kanhe_core::event;
use kanhe_store::faults::counted;
use stage::{Answer, Stage};
use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;
use story::{Act, Dice, Story};

/// Stories of chance break off before so many writes, if they have them.
const SOON: usize = 20;

#[test]
fn a_write_that_fails_leaves_what_was_before() {
    every_write_ends_in(Ending::Fails);
}

#[test]
fn a_write_that_fails_and_stands_is_found_and_not_repeated() {
    every_write_ends_in(Ending::FailsYetStands);
}

#[test]
fn a_process_that_is_killed_before_a_write_loses_nothing() {
    every_write_ends_in(Ending::KilledBefore);
}

#[test]
fn a_process_that_is_killed_after_a_write_loses_nothing() {
    every_write_ends_in(Ending::KilledAfter);
}

#[test]
fn a_batch_that_is_torn_by_a_power_cut_was_never_there() {
    every_write_ends_in(Ending::Torn);
}

/// What was written and not synced is gone after a power cut. No test cuts the power: RocksDB is asked for how many writes it waited.
#[test]
fn whatever_is_answered_was_synced_before() {
    for story in Story::CHAPTERS {
        let folder = tempfile::tempdir().unwrap();
        let (mut stage, mut before) = (Stage::set(folder.path(), 1), 0);
        for (number, act) in story.acts().iter().enumerate() {
            stage.play(number, act, &|_| {}).unwrap();
            let counted = counted(stage.library()).unwrap();
            assert_eq!(counted.syncs, counted.writes, "{act:?} was answered before it was on the disk");
            assert!(counted.syncs > before || !act.commits(), "{act:?} has written nothing");
            before = counted.syncs;
        }
    }
}

/// An act that no chapter has is broken off nowhere.
#[test]
fn the_chapters_have_every_act_that_the_log_knows() {
    let mut told = BTreeSet::new();
    for story in Story::CHAPTERS {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::set(folder.path(), 1);
        story.acts().iter().enumerate().for_each(|(number, act)| stage.play(number, act, &|_| {}).unwrap());
        let library = stage.library();
        told.extend((0..library.log_size().unwrap()).map(|index| library.event_at(index).unwrap().act));
    }
    assert_eq!(told, event::Act::ALL.into());
}

#[test]
fn stories_of_chance_end_well_whatever_goes_wrong() {
    for seed in 0..number("KANHE_SEEDS", 8) {
        let mut dice = Dice(seed);
        let ending = Ending::ALL[dice.below(Ending::ALL.len())];
        let play = Play { story: Story::Chance(seed), after: dice.below(SOON) as u64, ending };
        let folder = tempfile::tempdir().unwrap();
        goes_on(folder.path(), &play);
    }
}

#[test]
fn clerks_who_are_killed_at_any_moment_lose_nothing_that_was_answered() {
    /// More than the clerks of one sitting serve before they are killed.
    const PEOPLE: usize = 2_000;
    let (folder, mut dice) = (tempfile::tempdir().unwrap(), thrown());
    let kills = number("KANHE_KILLS", 20);
    let (mut killed_at_work, mut sittings) = (0, 0);
    while killed_at_work < kills {
        assert!(sittings < 2 * kills + 5, "of {sittings} sittings only {killed_at_work} were killed after an answer");
        let before = child::told(folder.path()).answers.len();
        // Other people at every sitting: every answer is to something that is written now.
        let people = sittings as usize * PEOPLE..(sittings as usize + 1) * PEOPLE;
        let mut child = Child::start_clerks(folder.path(), sittings + 1, people);
        let answered = || child::told(folder.path()).answers[before..].iter().any(|answer| matches!(answer, Answer::Stands(_)));
        let at_work = child.waits_for(answered);
        sleep(Duration::from_micros(dice.below(30_000) as u64));
        killed_at_work += u64::from(child.kill() && at_work);
        sittings += 1;
        let stage = Stage::set(folder.path(), 0);
        // Looking into every corner takes longer than the clerks had: not after each kill.
        if sittings % 4 == 0 {
            stage.stands(&child::told(folder.path()).answers);
        }
    }
    let (told, mut stage) = (child::told(folder.path()), Stage::set(folder.path(), sittings + 1));
    // The first people come once more: who had an answer and who had none.
    let again = Act::Together(0..64);
    stage.play(2, &again, &|_| {}).unwrap();
    stage.was_issued_once(&again);
    stage.stands(&told.answers);
    let answered: BTreeSet<_> = told.answers.iter().filter_map(Answer::identifier).collect();
    let (certificates, events) = (stage.library().certificates().unwrap(), stage.library().log_size().unwrap());
    assert!(answered.len() as u64 >= kills && certificates >= answered.len() as u64);
    assert_eq!(events, certificates + 1, "one event for each certificate, and one for the manifest: nothing was issued twice");
}

/// Chance of which a failing test says how to meet it again.
fn thrown() -> Dice {
    let seed = number("KANHE_SEED", RandomState::new().hash_one("kills"));
    eprintln!("KANHE_SEED={seed} kills at the same moments");
    Dice(seed)
}

fn every_write_ends_in(ending: Ending) {
    for story in Story::CHAPTERS {
        let folder = || tempfile::tempdir().unwrap();
        let writes = (0..).find(|after| !goes_on(folder().path(), &Play { story, after: *after, ending })).unwrap();
        // A seam that no longer sees the writes would make an empty table.
        let fewest = story.acts().iter().filter(|act| act.commits()).count() as u64;
        assert!(writes >= fewest, "{story:?} has {writes} writes, and {fewest} acts that write");
    }
}

/// Lets a child play, and plays on where it stopped; whether it met its fault.
fn goes_on(folder: &Path, play: &Play) -> bool {
    let acts = play.story.acts();
    let met = Child::play(folder, play);
    let told = child::told(folder);
    if play.ending == Ending::Torn && acts.get(told.done).is_some_and(Act::commits) {
        tear(&folder.join("db"), 1 + play.after % 60);
    }
    plays_to_the_end(folder, &acts);
    met
}

/// Opens the library again, asks for everything that was not answered, and looks into every corner.
fn plays_to_the_end(folder: &Path, acts: &[Act]) {
    let told = child::told(folder);
    let mut stage = Stage::set(folder, 1 << 20);
    assert!(stage.is_founded() || told.done == 0, "a library that was founded is gone");
    if told.done > 1 {
        stage.stands(&told.answers);
    }
    for (number, act) in acts.iter().enumerate().skip(told.done) {
        stage.play(number, act, &|_| {}).unwrap_or_else(|code| panic!("{act:?} when asked for again: {code}"));
    }
    stage.stands(&told.answers);
    acts.iter().for_each(|act| stage.was_issued_once(act));
    let sum = |count: fn(&Act) -> usize| acts.iter().map(count).sum::<usize>() as u64;
    assert_eq!(stage.library().certificates().unwrap(), sum(Act::certificates));
    assert_eq!(stage.library().log_size().unwrap(), sum(Act::events));
    // Where the story has not just taken a backup and restored it.
    if !acts.iter().skip(told.done).any(|act| matches!(act, Act::BackUp)) {
        stage.comes_back();
    }
}

/// Takes some bytes from the end of the newest write-ahead log, as a power cut in the middle of a write does. Only the last batch loses.
fn tear(library: &Path, bytes: u64) {
    let logs =
        fs::read_dir(library).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "log"));
    let log = fs::File::options().write(true).open(logs.max().unwrap()).unwrap();
    let length = log.metadata().unwrap().len();
    assert!(length > bytes, "the last batch is in the write-ahead log");
    log.set_len(length - bytes).unwrap();
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}
