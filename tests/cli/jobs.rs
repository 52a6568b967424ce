//! A table handed in to a real `kanhe serve`, which is killed in the middle of it, and ended in the middle of it.

use crate::archive::Archive;
use crate::office::many_permits;
use crate::program::word;
use crate::service::Service;
use serde_json::Value;
use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Rows of the table, and those of them that are wrong.
const ROWS: usize = 5_000;
const WRONG: usize = 37;

/// 《食品安全法》 and 换证.
const GRANTED: &str = "basis=%E3%80%8A%E9%A3%9F%E5%93%81%E5%AE%89%E5%85%A8%E6%B3%95%E3%80%8B&reason=%E6%8D%A2%E8%AF%81";

/// Waits until so many rows of a job are done.
fn reaches(service: &Service, job: &str, rows: u64) -> Value {
    let begun = Instant::now();
    loop {
        let job = service.get(job).body;
        if job["done"].as_u64().unwrap() >= rows {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_secs(100), "{job}");
        sleep(Duration::from_millis(50));
    }
}

/// Every 135th row has two wrong cells.
fn table() -> String {
    let is_wrong = |place: usize| place.is_multiple_of(135) && place / 135 < WRONG;
    let break_it = |line: &str| line.replacen(",001,", ",999,", 1).replacen(",JY", ",XX", 1);
    let table = many_permits(ROWS);
    let (heading, rows) = table.split_once('\n').unwrap();
    let rows = rows.lines().enumerate().map(|(place, line)| if is_wrong(place) { break_it(line) } else { line.to_owned() });
    std::iter::once(heading.to_owned()).chain(rows).map(|line| line + "\n").collect()
}

#[test]
fn a_job_whose_service_is_killed_and_ended_answers_every_row_once() {
    let archive = Archive::open();
    let agencies = archive.told(&["agency", "list"]);
    let agency = agencies["agencies"].as_array().unwrap().iter().find(|agency| agency["code"] == "114400000069410121").unwrap();
    let added = archive.told(&[
        "api-key",
        "add",
        "--agency",
        word(agency, "/code"),
        "--name",
        "窗口系统",
        "--role",
        "clerk",
        "--days",
        "30",
        "--actor",
        "root",
    ]);
    let key = word(&added, "/key").to_owned();
    let config = archive.office.write(
        "kanhe.toml",
        "[listen]\naddress = \"127.0.0.1:0\"\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n[counter]\n\
         [[keys]]\nfile = \"gd-market.key\"\nidentity = \"identity.txt\"\n",
    );
    let start = || Service::start(&config, key.clone(), &[]);
    let service = start();
    let job = service.hand_in(&format!("/v1/jobs?type=food-operation-permit&{GRANTED}"), &table());
    let job = format!("/v1/jobs/{}", word(&job, "/id"));
    let first = reaches(&service, &job, 1);
    service.kill();
    let service = start();
    let second = reaches(&service, &job, first["done"].as_u64().unwrap() + 500);
    // Asked to end, it stops between two rows, and goes on by itself at the next start.
    service.end();
    let service = start();
    let again = reaches(&service, &job, second["done"].as_u64().unwrap() + 1);
    assert!(again["done"].as_u64() < Some(ROWS as u64), "the story ended before it was broken off: {again}");
    service.kill();
    let service = start();
    let done = reaches(&service, &job, ROWS as u64);
    let counts = ["issued", "before", "refused", "remaining"].map(|count| done[count].as_u64().unwrap());
    assert_eq!(counts, [(ROWS - WRONG) as u64, 0, WRONG as u64, 0], "{done}");
    let result = service.text(&format!("{job}/result"));
    let lines: Vec<Value> = result.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().map(|line| line["row"].as_u64().unwrap()).eq(1..=ROWS as u64), "every row, once, in order");
    let identifiers: BTreeSet<&str> = lines.iter().filter_map(|line| line["identifier"].as_str()).collect();
    assert_eq!(identifiers.len(), ROWS - WRONG);
    for line in lines.iter().filter(|line| line["result"] == "refused") {
        let columns: Vec<_> = line["faults"].as_array().unwrap().iter().map(|fault| fault["column"].as_str().unwrap()).collect();
        assert_eq!(columns, ["number", "holder_code_type"], "{line}");
    }
    assert_eq!(service.text(&format!("{job}/refused.csv")).lines().count(), WRONG + 1);
    service.end();
    let counted = archive.told(&["count"]);
    let total: u64 = counted["totals"].as_array().unwrap().iter().map(|total| total["count"].as_u64().unwrap()).sum();
    assert_eq!(total, (ROWS - WRONG) as u64, "the library has as many as the job has told of");
}
