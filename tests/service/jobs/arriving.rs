//! A table on its way here takes a place, comes at a pace, and is a job's or nobody's.

use super::{ARRIVING, BURDENS, PARTS, Rows, csv, path_of, rows, stage, stage_with};
use crate::agencies::*;
use crate::stage::{Reply, Stage, code_of};
use jiff::SignedDuration;
use kanhe_service::jobs::{Burden, Pace, Rules, round};
use kanhe_store::Drawer;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any story takes.
const FOR_EVER: Duration = Duration::from_secs(600);

impl Stage {
    /// Begins to hand a table in, of which only the first bytes come.
    fn begin(&self, person: Person, come: usize) -> TcpStream {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let (bearer, path) = (self.bearer(person), path_of(OPERATOR, ""));
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: kanhe\r\nauthorization: {bearer}\r\ncontent-type: text/csv\r\ncontent-length: 9000000\r\n\r\n"
        )
        .unwrap();
        stream.write_all(&vec![b'a'; come]).unwrap();
        stream
    }

    /// Waits until so many papers lie on a shelf.
    fn fills(&self, shelf: u8, least: usize) {
        for _ in 0..1_000 {
            if self.on_shelf(shelf) >= least {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{} papers lie on shelf {shelf}", self.on_shelf(shelf));
    }

    fn tries(&self, person: Person, table: &Rows) -> Reply {
        self.hand_in(person, &path_of(OPERATOR, ""), &[], csv(table).as_bytes())
    }
}

fn told(reply: &Reply) -> (u16, String, String) {
    (reply.status, reply.code(), reply.header("retry-after").to_owned())
}

#[test]
fn a_table_whose_caller_hangs_up_is_gone_at_once() {
    let stage = stage();
    let broken = stage.begin(WANG, 600_000);
    stage.fills(PARTS, 2);
    assert_eq!(stage.on_shelf(ARRIVING), 1);
    drop(broken);
    stage.clears(PARTS, 0);
    stage.clears(ARRIVING, 0);
    assert_eq!(stage.get_as(WANG, "/v1/jobs").json()["jobs"], json!([]));
}

#[test]
fn what_a_service_that_was_killed_leaves_of_a_table_goes_with_the_next_start() {
    let stage = stage();
    let id = *b"gone-off";
    let papers = [[&[ARRIVING], id.as_slice()].concat(), [&[PARTS], id.as_slice(), &[0; 4]].concat()];
    stage.house.library.commit(|pen| papers.iter().try_for_each(|key| pen.put_office(Drawer::Jobs, key, &[]))).unwrap();
    let stage = stage.restarted();
    stage.clears(ARRIVING, 0);
    assert_eq!(stage.on_shelf(PARTS), 0);
}

#[test]
fn tables_that_are_on_their_way_take_places_and_give_them_back() {
    let stage = stage_with(|rules| Rules { uploads: 3, uploads_of_agency: 2, ..rules });
    let table = rows(0..2);
    let slow = [stage.begin(WANG, 10), stage.begin(WANG, 10)];
    stage.fills(ARRIVING, 2);
    assert_eq!(told(&stage.tries(WANG, &table)), (429, "job_uploads_of_agency".to_owned(), "10".to_owned()));
    let other = stage.begin(LI, 10);
    stage.fills(ARRIVING, 3);
    assert_eq!(told(&stage.tries(LI, &table)), (503, "job_uploads_full".to_owned(), "10".to_owned()));
    assert_eq!(stage.get_as(WANG, "/v1/jobs").status, 200, "everything else goes on");
    drop((slow, other));
    stage.clears(ARRIVING, 0);
    assert_eq!(stage.tries(WANG, &table).status, 201);
}

#[test]
fn a_table_that_drips_is_cut_and_leaves_nothing() {
    let stage = stage_with(|rules| Rules { pace: Pace { least: 1_000, within: Duration::from_millis(100) }, ..rules });
    let mut drips = stage.begin(WANG, 10);
    drips.set_read_timeout(Some(FOR_EVER)).unwrap();
    let mut answer = [0; 4_096];
    let read = drips.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("job_upload_slow"), "{answer}");
    stage.clears(ARRIVING, 0);
    assert_eq!(stage.tries(WANG, &rows(0..2)).status, 201, "who sends as people do is not cut");
}

#[test]
fn jobs_that_are_not_over_are_counted_whatever_has_stopped_them() {
    let stage = stage_with(|rules| Rules { most_jobs: 2, ..rules });
    let agency = code_of(WANG.office);
    let burden = || Burden::find(&stage.house.library, &agency).unwrap();
    let done = stage.job("", csv(&rows(0..2)));
    stage.ended(&done, "done");
    assert_eq!(burden(), Burden::default());
    stage.house.jobs.close();
    let table = csv(&rows(0..700));
    let paused = [stage.job("", &table), stage.job("", &table)];
    stage.post_as(WANG, &format!("{}/pause", paused[1]), &json!({}));
    let bytes = table.len() as u64;
    assert_eq!(burden(), Burden { jobs: 2, bytes: 2 * bytes });
    let refused = stage.tries(WANG, &rows(0..2));
    assert_eq!((refused.status, refused.code().as_str()), (409, "job_too_many"));
    assert_eq!(stage.tries(LI, &rows(0..2)).status, 201, "another agency has a count of its own");
    stage.post_as(WANG, &format!("{}/cancel", paused[0]), &json!({}));
    assert_eq!(burden().jobs, 1);
    // A job that nobody lets go on is over too.
    stage.later(SignedDuration::from_hours(24 * 8));
    round(&stage.house).unwrap();
    assert_eq!((burden(), stage.get_as(WANG, &paused[1]).json()["condition"].clone()), (Burden::default(), json!("cancelled")));
}

#[test]
fn tables_together_take_no_more_room_than_an_agency_has() {
    let size = csv(&rows(0..700)).len() as u64;
    let stage = stage_with(|rules| Rules { most_bytes: 2 * size, ..rules });
    stage.house.jobs.close();
    let path = stage.job("", csv(&rows(0..700)));
    let refused = stage.tries(WANG, &rows(0..701));
    assert_eq!((refused.status, refused.code().as_str()), (409, "job_too_large"));
    stage.clears(ARRIVING, 0);
    assert_eq!(stage.on_shelf(PARTS), 1);
    stage.post_as(WANG, &format!("{path}/cancel"), &json!({}));
    assert_eq!(stage.tries(WANG, &rows(0..701)).status, 201);
}

#[test]
fn of_many_tables_that_come_at_the_same_moment_only_as_many_are_taken_as_there_is_room_for() {
    let stage = stage_with(|rules| Rules { most_jobs: 2, uploads: 50, uploads_of_agency: 50, ..rules });
    // Nobody works: what is taken keeps its room.
    stage.house.jobs.close();
    let table = csv(&rows(0..20));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let ask = || stage.hand_in(WANG, &path_of(OPERATOR, ""), &[], table.as_bytes()).status;
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!((answers.iter().filter(|status| **status == 201).count(), answers.iter().filter(|status| **status == 409).count()), (2, 6));
}

#[test]
fn the_job_that_took_the_last_room_is_answered_again_and_no_other_is_taken() {
    let stage = stage_with(|rules| Rules { most_jobs: 1, ..rules });
    stage.house.jobs.close();
    let hand_in = |key: &str| stage.hand_in(WANG, &path_of(OPERATOR, ""), &[("idempotency-key", key)], csv(&rows(0..3)).as_bytes());
    let (first, again, other) = (hand_in("K-1"), hand_in("K-1"), hand_in("K-2"));
    assert_eq!((first.status, again.status, first.bytes == again.bytes), (201, 201, true));
    assert_eq!((other.status, other.code().as_str()), (409, "job_too_many"));
    stage.clears(ARRIVING, 0);
    assert_eq!(stage.on_shelf(PARTS), 1);
}

#[test]
fn a_caller_who_hangs_up_behind_his_last_byte_leaves_a_job_with_its_table_or_nothing() {
    let stage = stage_with(|rules| Rules { uploads: 50, uploads_of_agency: 50, ..rules });
    for turn in 0..24 {
        let mut stream = TcpStream::connect(stage.address()).unwrap();
        let (bearer, path, table) = (stage.bearer(WANG), path_of(OPERATOR, ""), csv(&rows(turn..turn + 1)));
        let head = format!("POST {path} HTTP/1.1\r\nhost: kanhe\r\nauthorization: {bearer}\r\ncontent-type: text/csv\r\n");
        write!(stream, "{head}content-length: {}\r\n\r\n{table}", table.len()).unwrap();
        // Some go while the table arrives, some while it is counted, some while the job is laid down.
        std::thread::sleep(Duration::from_micros(500 * turn as u64));
    }
    stage.clears(ARRIVING, 0);
    for job in stage.get_as(WANG, "/v1/jobs").json()["jobs"].as_array().unwrap() {
        stage.ended(&format!("/v1/jobs/{}", job["id"].as_str().unwrap()), "done");
    }
    stage.clears(PARTS, 0);
    stage.clears(BURDENS, 0);
}
