//! Jobs over HTTP: a table is handed in, followed, stopped, let go on, and answered row by row.

mod arriving;
mod clock;
mod following;
mod ground;
mod keeping;
mod others;
mod refused;
mod reviewed;
mod rotated;
mod tables;
mod turns;

use crate::agencies::*;
use crate::stage::{Reply, Stage, house_with};
use kanhe_service::http::{Limits, Rate};
use kanhe_service::jobs::{Queue, Rules};
use kanhe_store::Drawer;
use serde_json::Value;
use std::time::Duration;

/// The shelves of jobs that wait, of parts of tables, of tables that arrive, and of what jobs take that are not over.
const QUEUE: u8 = 2;
const PARTS: u8 = 3;
const ARRIVING: u8 = 4;
const BURDENS: u8 = 7;

const HEADINGS: [&str; 9] =
    ["request_id", "number", "holder_name", "holder_code_type", "holder_code", "trade", "first_issued_on", "sex", "training"];

/// An operator's row, by the headings.
fn row(number: usize) -> Vec<String> {
    let cells = operator(number);
    HEADINGS.map(|heading| cells[heading].as_str().map_or_else(|| cells[heading].to_string(), str::to_owned)).to_vec()
}

/// The cells of a table, with its headings.
type Rows = Vec<Vec<String>>;

/// A table of operators.
fn rows(numbers: impl IntoIterator<Item = usize>) -> Rows {
    std::iter::once(HEADINGS.map(str::to_owned).to_vec()).chain(numbers.into_iter().map(row)).collect()
}

fn csv(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.join(",") + "\r\n").collect()
}

fn path_of(kind: &str, more: &str) -> String {
    // 《行政许可法》第三十八条, 符合法定条件
    let basis = "%E3%80%8A%E8%A1%8C%E6%94%BF%E8%AE%B8%E5%8F%AF%E6%B3%95%E3%80%8B%E7%AC%AC%E4%B8%89%E5%8D%81%E5%85%AB%E6%9D%A1";
    format!("/v1/jobs?type={kind}&basis={basis}&reason=%E7%AC%A6%E5%90%88%E6%B3%95%E5%AE%9A%E6%9D%A1%E4%BB%B6{more}")
}

/// A service whose caller may look as often as it likes: its clock stands still, so tokens never come back.
fn stage() -> Stage {
    stage_with(|rules| rules)
}

/// The same with other rules for jobs.
fn stage_with(rules: impl FnOnce(Rules) -> Rules) -> Stage {
    let limits = Limits { rate: Rate { per_second: 1_000_000, burst: 1_000_000, at_once: 100 }, ..Limits::default() };
    Stage::of(house_with(|house| house.jobs = Queue::new(rules(house.jobs.rules))), limits)
}

impl Stage {
    fn hand_in(&self, person: Person, path: &str, headers: &[(&str, &str)], table: &[u8]) -> Reply {
        let bearer = self.bearer(person);
        let sent = [("authorization", bearer.as_str()), ("content-type", "application/octet-stream")];
        self.send("POST", path, &[&sent[..], headers].concat(), table)
    }

    /// Hands operators in, and returns the job's path.
    fn job(&self, more: &str, table: impl AsRef<[u8]>) -> String {
        let reply = self.hand_in(WANG, &path_of(OPERATOR, more), &[], table.as_ref());
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
        let path = format!("/v1/jobs/{}", reply.json()["id"].as_str().unwrap());
        assert_eq!(reply.header("location"), path);
        path
    }

    /// Waits until something is true of a job.
    fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..4_000 {
            let job = self.get_as(WANG, path).json();
            if is_so(&job) {
                return job;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{}", self.get_as(WANG, path).json());
    }

    /// Hands operators in that make more than one batch, and returns when the first is done.
    fn job_at_work(&self, count: usize) -> String {
        let path = self.job("", csv(&rows(0..count)));
        self.until(&path, |job| job["done"].as_u64() > Some(0));
        path
    }

    fn ended(&self, path: &str, condition: &str) -> Value {
        self.until(path, |job| job["condition"] == condition)
    }

    fn lines(&self, path: &str) -> Vec<Value> {
        let reply = self.get_as(WANG, &format!("{path}/result"));
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/jsonl"));
        String::from_utf8(reply.bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Papers that lie on a shelf of the drawer.
    fn on_shelf(&self, shelf: u8) -> usize {
        self.house.library.office_page(Drawer::Jobs, &[shelf], None, 1_000).unwrap().papers.len()
    }

    /// Waits until so many papers at most lie on a shelf: what nobody brings any more goes by itself, and soon.
    fn clears(&self, shelf: u8, most: usize) {
        for _ in 0..1_000 {
            if self.on_shelf(shelf) <= most {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{} papers lie on shelf {shelf}", self.on_shelf(shelf));
    }

    fn certificates(&self) -> u64 {
        self.house.library.certificates().unwrap()
    }
}

fn counts(job: &Value) -> [u64; 6] {
    ["rows", "done", "issued", "before", "refused", "remaining"].map(|count| job[count].as_u64().unwrap())
}
