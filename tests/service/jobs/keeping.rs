//! What is kept of a job, how, and how long.

use super::{QUEUE, counts, csv, path_of, rows, stage};
use crate::agencies::*;
use jiff::SignedDuration;
use kanhe_service::jobs::{JobId, round};
use kanhe_store::Drawer;
use serde_json::json;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

#[test]
fn tables_and_results_go_when_their_time_is_over() {
    let stage = stage();
    let jobs = || stage.house.library.office_page(Drawer::Jobs, &[], None, 1_000).unwrap().papers;
    let uploads = || jobs().iter().filter(|(key, _)| key[0] == 3).count();
    let mut table = rows(0..300);
    table[1][7] = "x".to_owned();
    let done = stage.job("", csv(&table));
    stage.ended(&done, "done");
    assert_eq!(uploads(), 0, "a job that is done needs its table no more");
    let paused = stage.job("", csv(&rows(300..1_300)));
    stage.post_as(WANG, &format!("{paused}/pause"), &json!({}));
    // A connection that breaks off leaves parts behind.
    let mut broken = TcpStream::connect(stage.address()).unwrap();
    let bearer = stage.bearer(WANG);
    write!(
        broken,
        "POST {} HTTP/1.1\r\nhost: kanhe\r\nauthorization: {bearer}\r\ncontent-type: text/csv\r\ncontent-length: 900000\r\n\r\n",
        path_of(OPERATOR, "")
    )
    .unwrap();
    broken.write_all(&vec![b'a'; 600_000]).unwrap();
    let begun = std::time::Instant::now();
    while uploads() < 3 && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(broken);
    while uploads() > 1 && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    stage.later(SignedDuration::from_hours(24 * 6));
    round(&stage.house).unwrap();
    assert_eq!((uploads(), stage.get_as(WANG, &paused).json()["condition"].as_str()), (1, Some("paused")));
    stage.later(SignedDuration::from_hours(24 * 2));
    round(&stage.house).unwrap();
    assert_eq!((uploads(), stage.get_as(WANG, &paused).json()["condition"].as_str()), (0, Some("cancelled")));
    assert_eq!(stage.lines(&done).len(), 300);
    stage.later(SignedDuration::from_hours(24 * 31));
    round(&stage.house).unwrap();
    assert_eq!((jobs().len(), stage.get_as(WANG, &done).code().as_str()), (0, "job_unknown"));
}

#[test]
fn nothing_of_a_person_is_on_the_disk_in_the_clear() {
    let stage = stage();
    let mut table = rows(0..500);
    table[1][7] = "x".to_owned();
    let path = stage.job("", csv(&table));
    stage.until(&path, |job| job["refused"].as_u64() == Some(1));
    stage.post_as(WANG, &format!("{path}/pause"), &json!({}));
    let (name, code) = (name_of(0), resident_id(0));
    let mut looked = 0;
    for entry in fs::read_dir(stage.folder().join("db")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
        looked += bytes.len();
        for secret in [name.as_bytes(), code.as_bytes(), resident_id(499).as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", String::from_utf8_lossy(secret));
        }
    }
    assert!(looked > 100_000, "{looked}");
}

#[test]
fn a_job_that_cannot_go_on_says_why_and_goes_on_when_that_is_mended() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..700)));
    stage.until(&path, |job| job["done"].as_u64() > Some(0));
    stage.post_as(WANG, &format!("{path}/pause"), &json!({}));
    while stage.house.jobs.at_work().is_some() {
        std::thread::sleep(Duration::from_millis(10));
    }
    // A part of the table is lost, as on a disk that fails.
    let part = stage.house.library.office_page(Drawer::Jobs, &[3], None, 1).unwrap().papers.remove(0);
    let put = |bytes: Option<&[u8]>| {
        stage.house.library.commit::<_, kanhe_store::StoreError>(|pen| match bytes {
            Some(bytes) => pen.put_office(Drawer::Jobs, &part.0, bytes),
            None => {
                pen.take_office(Drawer::Jobs, &part.0);
                Ok(())
            }
        })
    };
    put(None).unwrap();
    stage.post_as(WANG, &format!("{path}/resume"), &json!({}));
    let failed = stage.ended(&path, "failed");
    assert_eq!(failed["failure"], "table_unreadable");
    put(Some(&part.1)).unwrap();
    stage.post_as(WANG, &format!("{path}/resume"), &json!({}));
    assert_eq!(counts(&stage.ended(&path, "done")), [700, 700, 700, 0, 0, 0]);
    assert_eq!(stage.certificates(), 700);
}

#[test]
fn what_stands_in_the_queue_and_waits_no_more_keeps_nobody_waiting() {
    let stage = stage();
    let over = stage.job("", csv(&rows(0..2)));
    stage.ended(&over, "done");
    let id = JobId::parse(over.rsplit('/').next().unwrap()).unwrap();
    let put = |id: &[u8; 8]| {
        let place = [&[QUEUE], [0; 8].as_slice(), id].concat();
        stage.house.library.commit(|pen| pen.put_office(Drawer::Jobs, &place, id)).unwrap();
    };
    put(id.as_bytes());
    put(b"nobody's");
    let next = stage.job("", csv(&rows(2..4)));
    stage.ended(&next, "done");
    assert_eq!((stage.on_shelf(QUEUE), stage.get_as(WANG, &over).json()["done"].as_u64()), (0, Some(2)));
}

#[test]
fn a_job_that_is_let_go_on_in_the_moment_in_which_it_is_cancelled_is_one_or_the_other() {
    let stage = stage();
    for turn in 0..4 {
        let path = stage.job("", csv(&rows(200 * turn..200 * (turn + 1))));
        stage.post_as(WANG, &format!("{path}/pause"), &json!({}));
        stage.later(SignedDuration::from_hours(24 * 8));
        let resumed = std::thread::scope(|scope| {
            scope.spawn(|| round(&stage.house).unwrap());
            stage.post_as(WANG, &format!("{path}/resume"), &json!({})).status
        });
        let job = stage.until(&path, |job| job["condition"] == "done" || job["condition"] == "cancelled");
        assert!(resumed == 409 || job["condition"] == "done", "{resumed} {job}");
        assert_eq!(stage.on_shelf(QUEUE), 0);
    }
}
