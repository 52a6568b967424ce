//! A dry run through a service is a job there, and says what a library of one's own says.

use super::MARKET;
use super::held::{Held, Twins, alike};
use crate::archive::Archive;
use crate::office::{many_permits, permits};
use crate::program::{Kanhe, Run, wait_for, word};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::fs;
use std::thread::sleep;
use std::time::Duration;

/// Rows of every kind: such as were issued before, such as could be, and such as are refused for themselves or for a row before them.
fn table() -> String {
    let rows = permits(8);
    let rows: Vec<&str> = rows.trim_end().split('\n').collect();
    let (request, number) = ("GD-SPJY-2026-00005", rows[5].split(',').nth(1).unwrap());
    let more = [
        rows[5].to_owned(),
        rows[6].replace("GD-SPJY-2026-00006", request),
        rows[5].replace(request, "GD-SPJY-OTHER"),
        rows[7].replace("GD-SPJY-2026-00007", ""),
        rows[8].replacen(",001,", ",999,", 1).replacen(",JY", ",XX", 1),
        "GD-X,,,,".to_owned(),
    ];
    assert!(more[2].contains(number) && more[3].starts_with(','), "{more:?}");
    rows[..7].iter().map(|row| (*row).to_owned()).chain(more).map(|row| row.trim_end().to_owned() + "\n").collect()
}

/// The jobs that the service knows of.
fn jobs(held: &Held, account: &str) -> Vec<Value> {
    let key = held.archive.office.text(account);
    let mut reply = ureq::get(format!("{}/v1/jobs", held.url)).header("authorization", format!("Bearer {}", key.trim())).call().unwrap();
    let told: Value = serde_json::from_str(&reply.body_mut().read_to_string().unwrap()).unwrap();
    told["jobs"].as_array().unwrap().clone()
}

#[test]
fn a_dry_run_says_the_same_in_both_ways_and_issues_nothing() {
    let twins = Twins::open();
    let issued = twins.issued().len();
    // Where the report of the run before is kept is told as well, and differs.
    for archive in [&twins.own, &twins.held.archive] {
        fs::remove_file(archive.path("rows.jsonl")).unwrap();
    }
    let (table, key) = (table(), twins.held.archive.path("market"));
    let run = |archive: &Archive, more: &[&str]| -> Kanhe {
        archive.issuing(&table).and(&["--dry-run", "--out", &archive.path("drawn")]).and(more)
    };
    let own = run(&twins.own, &[]).run().ended(1).json();
    let held = run(&twins.held.archive, &["--key-file", &key]).run().ended(1).json();
    assert_eq!((alike(&own), &held["dry_run"], &held["issued"]), (alike(&held), &json!(true), &json!(3)));
    let [ours, theirs] = [&twins.own, &twins.held.archive].map(Archive::rows);
    assert_eq!(ours.iter().map(alike).collect::<Vec<_>>(), theirs.iter().map(alike).collect::<Vec<_>>());
    let results: Vec<&str> = theirs.iter().map(|row| word(row, "/result")).collect();
    let (before, could, refused) = ("before", "could_be_issued", "refused");
    assert_eq!(results, [before, before, before, could, could, could, before, refused, refused, refused, refused, refused], "{theirs:?}");
    assert_eq!([7, 8].map(|row| word(&theirs[row], "/faults/0/code")), ["request_reused", "identifier_taken"]);
    let said = |archive: &Archive, more: &[&str]| {
        let run = run(archive, more).and(&["--lang", "zh"]).for_people().run().ended(1);
        run.out.lines().filter(|line| !line.contains("jsonl")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(said(&twins.own, &[]), said(&twins.held.archive, &["--key-file", &key]));
    let counted = twins.both(0, &["count"]);
    assert_eq!(counted["totals"][0]["count"], issued, "{counted}");
    let jobs = jobs(&twins.held, "market");
    assert!(jobs.len() == 2 && jobs.iter().all(|job| job["dry_run"] == true && job["condition"] == "done"), "{jobs:?}");
    let none = |archive: &Archive, more: &[&str]| {
        let ended = archive.issuing(permits(0)).and(&["--dry-run", "--lang", "en"]).and(more).for_people().run().ended(0);
        ended.out.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(none(&twins.own, &[]), none(&twins.held.archive, &["--key-file", &key]));
    let without_end = format!("{}\"{}", permits(3), "x".repeat(9 << 20));
    let broken = twins.held.archive.issuing(without_end).and(&["--dry-run", "--key-file", &key]).run().ended(2).json();
    assert_eq!(word(&broken, "/error/code"), "table_row_too_long");
}

#[test]
fn ctrl_c_ends_the_job_of_a_dry_run() {
    let held = Held::open(&[("clerk", MARKET, &["clerk"])]);
    let key = held.archive.path("clerk");
    let mut child = held.archive.issuing(many_permits(20_000)).and(&["--dry-run", "--key-file", &key]).start_heard();
    let under_way = || {
        // Who asks all the time is told to wait.
        sleep(Duration::from_millis(200));
        jobs(&held, "clerk").first().is_some_and(|job| job["done"].as_u64() > Some(0))
    };
    assert!(wait_for(&mut child, under_way), "the run has ended: {:?}", Run::of(&child.wait_with_output().unwrap()));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let told = Run::of(&child.wait_with_output().unwrap()).ended(130).json();
    let job = jobs(&held, "clerk").remove(0);
    assert_eq!((word(&job, "/condition"), &told["paused"], &told["issued"]), ("cancelled", &json!(true), &job["done"]));
    assert_eq!(held.archive.rows().len() as u64, job["done"].as_u64().unwrap());
    assert!(job["done"].as_u64() < Some(20_000), "{job}");
}

#[test]
fn a_type_that_is_reviewed_and_an_account_that_issues_nothing_hand_in_no_job() {
    let held = Held::open(&[("clerk", MARKET, &["clerk"]), ("auditor", MARKET, &["auditor"])]);
    let dry = |account: &str| held.archive.issuing(permits(1)).and(&["--dry-run", "--key-file", &held.archive.path(account)]);
    let code = |run: Kanhe| word(&run.run().ended(2).json(), "/error/code").to_owned();
    assert_eq!(code(dry("auditor")), "caller_lacks_right");
    assert_eq!(code(dry("clerk").but("--type", "construction-permit")), "review_needed");
    assert!(jobs(&held, "clerk").is_empty());
    assert_eq!(fs::read_to_string(held.archive.path("rows.jsonl")).unwrap(), "");
}
