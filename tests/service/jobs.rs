//! Jobs over HTTP: a table is handed in, followed, stopped, let go on, and answered row by row.

use crate::agencies::*;
use crate::stage::{Reply, Stage, house_with};
use crate::workbook::{parts, workbook, zip};
use encoding_rs::GB18030;
use jiff::SignedDuration;
use kanhe_service::http::{Limits, Rate};
use kanhe_service::jobs::{Queue, Rules, round};
use kanhe_store::Drawer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

const HEADINGS: [&str; 9] =
    ["request_id", "number", "holder_name", "holder_code_type", "holder_code", "trade", "first_issued_on", "sex", "training"];

/// An operator's row, by the headings.
fn row(number: usize) -> Vec<String> {
    let cells = operator(number);
    HEADINGS.map(|heading| cells[heading].as_str().map_or_else(|| cells[heading].to_string(), str::to_owned)).to_vec()
}

/// A table of operators.
fn rows(numbers: impl IntoIterator<Item = usize>) -> Vec<Vec<String>> {
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
    Stage::with(Limits { rate: Rate { per_second: 1_000_000, burst: 1_000_000, at_once: 100 }, ..Limits::default() })
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

    fn ended(&self, path: &str, condition: &str) -> Value {
        self.until(path, |job| job["condition"] == condition)
    }

    fn lines(&self, path: &str) -> Vec<Value> {
        let reply = self.get_as(WANG, &format!("{path}/result"));
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/jsonl"));
        String::from_utf8(reply.bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn certificates(&self) -> u64 {
        self.house.library.certificates().unwrap()
    }
}

fn counts(job: &Value) -> [u64; 6] {
    ["rows", "done", "issued", "before", "refused", "remaining"].map(|count| job[count].as_u64().unwrap())
}

#[test]
fn a_table_in_gb18030_with_its_mark_is_issued_row_by_row() {
    let stage = stage();
    let mut table = rows(0..7);
    table[3][7] = "x".to_owned();
    table[3][8] = "many".to_owned();
    table[6] = table[2].clone();
    let table = [b"\x84\x31\x95\x33".as_slice(), &GB18030.encode(&csv(&table)).0].concat();
    let path = stage.job("", table);
    let job = stage.ended(&path, "done");
    assert_eq!(counts(&job), [7, 7, 5, 1, 1, 0]);
    assert_eq!((job["actor"].as_str(), job["failure"].is_null()), (Some(stage.actor(WANG).as_str()), true));
    let lines = stage.lines(&path);
    let results: Vec<_> = lines.iter().map(|line| line["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["issued", "issued", "refused", "issued", "issued", "before", "issued"]);
    assert_eq!((&lines[5]["identifier"], &lines[5]["row"], &lines[5]["line"]), (&lines[1]["identifier"], &json!(6), &json!(7)));
    let faults = lines[2]["faults"].as_array().unwrap();
    let columns: Vec<_> = faults.iter().map(|fault| fault["column"].as_str().unwrap()).collect();
    assert_eq!(columns, ["training", "sex"], "all faults of a row at once");
    assert_eq!(faults[0]["message"]["en"], "a whole number in digits is wanted");
    assert!(faults[0]["message"]["zh"].as_str().unwrap().contains('数'), "{faults:?}");
    let shown = stage.get_as(WANG, &format!("/v1/certificates/{}", lines[0]["identifier"].as_str().unwrap())).json();
    assert_eq!((&shown["number"], &shown["request_id"]), (&json!("粤A022000000000"), &json!("R-0")));
    let uses = stage.get_as(WU, "/v1/audit/uses").json();
    assert!(
        uses["uses"].as_array().unwrap().iter().any(|line| line["act"] == "job_added" && path.ends_with(line["subject"].as_str().unwrap()))
    );
}

#[test]
fn workbooks_of_three_makers_are_read_and_a_row_without_a_request_is_one_of_its_job() {
    let stage = stage();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/workbooks");
    let by_others = ["openpyxl.xlsx", "xlsxwriter.xlsx"].map(|name| fs::read(vectors.join(name)).unwrap());
    let ours = workbook(&rows(20..23).iter().map(|row| row[1..].to_vec()).collect::<Vec<_>>());
    for book in [by_others[0].clone(), by_others[1].clone(), ours] {
        let path = stage.job("", book);
        let lines = stage.lines(&{
            stage.ended(&path, "done");
            path.clone()
        });
        let results: Vec<_> = lines.iter().map(|line| (line["line"].as_u64().unwrap(), line["result"].as_str().unwrap())).collect();
        assert_eq!(results, [(2, "issued"), (3, "issued"), (4, "issued")], "{lines:?}");
        let request = lines[2]["request_id"].as_str().unwrap();
        assert_eq!(request, format!("job-{}-3", path.rsplit('/').next().unwrap()));
        let shown = stage.get_as(WU, &format!("/v1/certificates/{}?whole=true", lines[0]["identifier"].as_str().unwrap())).json();
        let field = |name: &str| shown["fields"][name].clone();
        assert_eq!((field("first_issued_on"), field("training")), (json!("2018-04-01"), json!(47)), "{shown}");
    }
    assert_eq!(stage.certificates(), 9);
}

#[test]
fn what_is_refused_is_fetched_mended_and_handed_in_again() {
    let stage = stage();
    let mut table = rows(0..3);
    table[2][7] = "x".to_owned();
    table[2][2] = "\"王,\"\"大\"\"伟\"".to_owned();
    let path = stage.job("", csv(&table));
    stage.ended(&path, "done");
    let bearer = stage.bearer(WANG);
    let fetch = |language: &str| {
        let headers = [("authorization", bearer.as_str()), ("accept-language", language)];
        let reply = stage.send("GET", &format!("{path}/refused.csv"), &headers, &[]);
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/csv; charset=utf-8"));
        String::from_utf8(reply.bytes).unwrap()
    };
    let english = fetch("en");
    let lines: Vec<_> = english.lines().collect();
    assert!(lines[0].starts_with("\u{feff}request_id,number,holder_name,") && lines[0].ends_with(",faults"), "{english}");
    assert!(lines[1].starts_with("R-1,粤A022000000001,\"王,\"\"大\"\"伟\",111,") && lines[1].contains("sex not_in_table"), "{english}");
    assert_eq!(lines.len(), 2);
    let mended = fetch("zh").replace(",x,", ",男,");
    assert!(mended.starts_with("\u{feff}申请编号,证照编号,"), "{mended}");
    let again = stage.job("", mended);
    assert_eq!(counts(&stage.ended(&again, "done")), [1, 1, 1, 0, 0, 0]);
    let uses = stage.get_as(WU, "/v1/audit/uses").json();
    assert!(uses["uses"].as_array().unwrap().iter().any(|line| line["act"] == "job_rows_fetched"), "codes of persons were shown whole");
}

#[test]
fn a_dry_run_says_what_would_happen_and_signs_nothing() {
    let stage = stage();
    stage.operator(WANG, 1);
    let before = stage.house.library.log_size().unwrap();
    let mut table = rows((0..300).chain([7]));
    table[4][1] = table[3][1].clone();
    table[5][8] = "-".to_owned();
    table[301][8] = "48".to_owned();
    let path = stage.job("&dry_run=true", csv(&table));
    let job = stage.ended(&path, "done");
    assert_eq!(stage.house.library.log_size().unwrap(), before, "nothing was issued");
    let lines = stage.lines(&path);
    let result = |place: usize| lines[place]["result"].as_str().unwrap();
    assert_eq!([result(0), result(1), result(4)], ["could_be_issued", "before", "refused"]);
    assert_eq!((result(300), &lines[300]["faults"][0]["code"]), ("refused", &json!("request_reused")), "rows far apart are held together");
    assert_eq!(counts(&job)[1..], [301, 298, 1, 2, 0]);
    let path = stage.job("", csv(&table));
    let issued = stage.ended(&path, "done");
    assert_eq!(counts(&issued), counts(&job), "and what it said comes about");
    let identifiers = |lines: &[Value]| lines.iter().map(|line| line["identifier"].clone()).collect::<Vec<_>>();
    assert_eq!(identifiers(&lines), identifiers(&stage.lines(&path)));
}

#[test]
fn a_dry_run_knows_who_may_have_one_certificate() {
    let stage = stage();
    let headings = ["request_id", "number", "holder_name", "holder_code_type", "holder_code", "qualified_on", "title", "sex"];
    let cells = |number: usize, request: &str| {
        let mut row = accountant(number);
        row["request_id"] = json!(request);
        row["number"] = json!(format!("{:012}", request.len()));
        headings.map(|heading| row[heading].as_str().unwrap().to_owned()).join(",")
    };
    let table = [headings.join(","), cells(1, "A"), cells(1, "AB"), cells(2, "ABC")].join("\n");
    let hand_in = |more: &str| {
        let reply = stage.hand_in(LI, &path_of(ACCOUNTING, more), &[], table.as_bytes()).json();
        let path = format!("/v1/jobs/{}", reply["id"].as_str().unwrap());
        (0..1_000).find(|_| {
            std::thread::sleep(Duration::from_millis(10));
            stage.get_as(LI, &path).json()["condition"] == "done"
        });
        String::from_utf8(stage.get_as(LI, &format!("{path}/result")).bytes).unwrap().replace("could_be_issued", "issued")
    };
    let (dry, real) = (hand_in("&dry_run=true"), hand_in(""));
    assert_eq!(dry, real);
    assert!(dry.lines().nth(1).unwrap().contains("holder_has_one"), "{dry}");
}

#[test]
fn a_job_is_paused_between_two_rows_goes_on_and_is_ended() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..700)));
    stage.until(&path, |job| job["done"].as_u64() > Some(0));
    let turn = |act: &str| stage.post_as(WANG, &format!("{path}/{act}"), &json!({}));
    let paused = turn("pause").json();
    let issued = stage.certificates();
    assert_eq!((paused["condition"].as_str(), paused["issued"].as_u64()), (Some("paused"), Some(issued)));
    assert!((1..700).contains(&issued), "{issued}");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(turn("pause").json(), paused, "doing so twice is doing it once, and nothing more is issued");
    assert_eq!(stage.certificates(), issued);
    turn("resume");
    stage.until(&path, |job| job["done"].as_u64() > Some(issued));
    let cancelled = turn("cancel").json();
    assert_eq!((&cancelled["condition"], cancelled["issued"].as_u64()), (&json!("cancelled"), Some(stage.certificates())));
    assert_eq!(stage.lines(&path).len() as u64, stage.certificates());
    let over = turn("resume");
    assert_eq!((over.status, over.code().as_str()), (409, "job_not_now"));
    assert_eq!(turn("cancel").status, 200);
    let uses = stage.get_as(WU, "/v1/audit/uses").json();
    let acts: Vec<_> = uses["uses"].as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap().to_owned()).collect();
    let told: BTreeSet<_> = acts.iter().map(String::as_str).collect();
    assert!(told.is_superset(&["job_added", "job_paused", "job_resumed", "job_cancelled"].into()), "{acts:?}");
    assert_eq!(acts.iter().filter(|act| *act == "job_paused").count(), 1, "{acts:?}");
}

#[test]
fn jobs_wait_for_each_other_and_are_listed_with_the_newest_first() {
    let stage = stage();
    let first = stage.job("", csv(&rows(0..400)));
    stage.later(SignedDuration::from_secs(1));
    let second = stage.job("", csv(&rows(400..402)));
    stage.later(SignedDuration::from_secs(1));
    assert_eq!(stage.get_as(WANG, &second).json()["condition"], "waiting");
    assert_eq!(kanhe_service::jobs::queue_depth(&stage.house.library).unwrap(), 2);
    stage.ended(&second, "done");
    assert_eq!(stage.get_as(WANG, &first).json()["condition"], "done");
    let third = stage.job("&dry_run=true", csv(&rows(0..1)));
    let (mut page, mut ids) = (String::new(), Vec::new());
    loop {
        let json = stage.get_as(WANG, &format!("/v1/jobs?limit=2{page}")).json();
        ids.extend(json["jobs"].as_array().unwrap().iter().map(|job| format!("/v1/jobs/{}", job["id"].as_str().unwrap())));
        match json["next"].as_str() {
            Some(next) => page = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(ids, [third, second, first]);
    assert_eq!(stage.get_as(LI, "/v1/jobs").json(), json!({ "jobs": [], "next": null }), "another agency has none");
    let other = Person { types: &[CONSTRUCTION], ..WANG };
    assert_eq!(stage.get_as(other, "/v1/jobs").json()["jobs"], json!([]));
}

/// Server-sent events as a browser reads them: name, id and data, up to the end of the stream or so many.
fn events(stage: &Stage, path: &str, last: Option<&str>, most: usize) -> (String, Vec<(String, String, Value)>) {
    let mut stream = TcpStream::connect(stage.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let last = last.map_or_else(String::new, |last| format!("last-event-id: {last}\r\n"));
    let bearer = stage.bearer(WANG);
    write!(stream, "GET {path}/events HTTP/1.1\r\nhost: kanhe\r\nauthorization: {bearer}\r\n{last}connection: close\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let status = lines.next().unwrap();
    let (mut told, mut event) = (Vec::new(), (String::new(), String::new(), Value::Null));
    // Sizes of chunks and headers are no fields of an event.
    for line in lines {
        match line.split_once(": ") {
            Some(("event", name)) => event.0 = name.to_owned(),
            Some(("id", id)) => event.1 = id.to_owned(),
            Some(("data", data)) => event.2 = serde_json::from_str(data).unwrap(),
            _ if line.is_empty() && !event.0.is_empty() => told.push(std::mem::take(&mut event)),
            _ => {}
        }
        if told.len() == most {
            break;
        }
    }
    (status, told)
}

#[test]
fn a_job_is_followed_by_events_and_who_comes_again_goes_on_where_it_was() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..600)));
    let (status, first) = events(&stage, &path, None, 2);
    assert_eq!((status.as_str(), first.len()), ("HTTP/1.1 200 OK", 2));
    assert!(first.iter().all(|(name, id, job)| name == "progress" && id.parse() == Ok(job["edition"].as_u64().unwrap())), "{first:?}");
    let last = &first[1].1;
    let (_, rest) = events(&stage, &path, Some(last), usize::MAX);
    let editions: Vec<u64> = rest.iter().map(|(_, id, _)| id.parse().unwrap()).collect();
    assert!(editions.is_sorted() && editions[0] > last.parse().unwrap(), "{last} {editions:?}");
    let (name, id, job) = rest.last().unwrap();
    assert_eq!((name.as_str(), counts(job)), ("end", [600, 600, 600, 0, 0, 0]));
    assert_eq!(rest.iter().filter(|(name, ..)| name == "end").count(), 1);
    assert_eq!(events(&stage, &path, Some(id), usize::MAX).0, "HTTP/1.1 204 No Content", "nobody comes again for ever");
    assert_eq!(events(&stage, &path, None, usize::MAX).1.len(), 1, "who has heard nothing hears the end");
}

#[test]
fn a_service_that_stops_lets_go_of_who_listens() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..600)));
    stage.post_as(WANG, &format!("{path}/pause"), &json!({}));
    let mut stream = TcpStream::connect(stage.address()).unwrap();
    write!(stream, "GET {path}/events HTTP/1.1\r\nhost: kanhe\r\nauthorization: {}\r\n\r\n", stage.bearer(WANG)).unwrap();
    let mut start = [0; 512];
    assert!(stream.read(&mut start).unwrap() > 0);
    let begun = std::time::Instant::now();
    stage.stop();
    assert!(begun.elapsed() < Duration::from_secs(4), "the service waited for a listener to its patience's end");
}

/// Everything about one job, by the description of the interface: what is added is tried too.
fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let of_one = |(path, methods): (&String, &Value)| -> Vec<(String, String)> {
        let methods = methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone()));
        methods.filter(|(_, path)| path.starts_with("/v1/jobs/{id}")).collect()
    };
    document["paths"].as_object().unwrap().iter().flat_map(of_one).collect()
}

#[test]
fn a_job_of_another_agency_is_not_there() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..1)));
    let done = stage.ended(&path, "done");
    assert_eq!(routes().len(), 7);
    for (method, route) in routes() {
        let ask = |person: Person, id: &str| {
            let path = route.replace("{id}", id);
            let reply = if method == "get" { stage.get_as(person, &path) } else { stage.post_as(person, &path, &json!({})) };
            (reply.status, reply.code(), reply.json()["detail"].clone())
        };
        let id = path.rsplit('/').next().unwrap();
        let other = ask(ALL_OF_GUANGZHOU, id);
        assert_eq!((other.0, other.1.as_str()), (404, "job_unknown"), "{method} {route}");
        assert_eq!(other, ask(ALL_OF_HOUSING, "0123456789abcdef"), "{method} {route}");
        assert_eq!(other, ask(ALL_OF_HOUSING, "%E7%8E%8B"), "{method} {route}");
        assert_eq!(ask(WU, id).1, "caller_lacks_right", "{method} {route}");
        assert_eq!(ask(Person { types: &[CONSTRUCTION], ..WANG }, id).1, "caller_lacks_type", "{method} {route}");
    }
    assert_eq!(stage.get_as(WANG, &path).json(), done);
}

#[test]
fn what_is_no_table_is_refused_before_anything_is_done() {
    let rules = |rules: Rules| Rules { upload_bytes: 100_000, most_rows: 20, ..rules };
    let made = house_with(|house| house.jobs = Queue::new(rules(house.jobs.rules)));
    let stage = Stage::of(made, Limits { body_bytes: 1_000, ..Limits::default() });
    let good = csv(&rows(0..2));
    let endless = [b"<worksheet><sheetData><row><c><v>".to_vec(), vec![b'1'; 20 << 20]].concat();
    let huge = zip(&parts(b"<worksheet/>"), |_| u32::MAX);
    let cut = workbook(&rows(0..2));
    let rows_of = |count: usize| csv(&rows(0..count)).into_bytes();
    let cases: [(&str, &str, Vec<u8>, u16, &str); 13] = [
        ("larger than a request may be, and not than a table", OPERATOR, rows_of(20), 201, ""),
        ("too many rows", OPERATOR, rows_of(21), 422, "job_too_many_rows"),
        ("too large", OPERATOR, vec![b'a'; 100_001], 413, "body_too_large"),
        ("nothing", OPERATOR, Vec::new(), 422, "table_empty"),
        ("headings alone", OPERATOR, rows_of(0), 422, "table_empty"),
        ("another type", ACCOUNTING, rows_of(2), 403, "desk_out_of_scope"),
        ("a type that is reviewed", CONSTRUCTION, rows_of(2), 409, "review_needed"),
        ("no type", "king", rows_of(2), 422, "type_unknown"),
        (
            "JSON that breaks off",
            OPERATOR,
            json!([operator(1), operator(2)]).to_string().replace("}]", "}").into_bytes(),
            422,
            "table_json",
        ),
        ("a bomb by its own word", OPERATOR, huge, 422, "table_workbook_too_large"),
        ("a bomb in one cell", OPERATOR, zip(&parts(&endless), |_| 100), 422, "table_workbook_broken"),
        ("a workbook that breaks off", OPERATOR, cut[..cut.len() - 30].to_vec(), 422, "table_workbook_broken"),
        ("a workbook of old", OPERATOR, b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec(), 422, "table_is_workbook"),
    ];
    for (case, kind, table, status, code) in cases {
        let reply = stage.hand_in(WANG, &path_of(kind, ""), &[], &table);
        assert_eq!(reply.status, status, "{case}: {}", String::from_utf8_lossy(&reply.bytes));
        assert!(status == 201 || reply.code() == code, "{case}: {}", reply.code());
    }
    let odd = stage.send("POST", &path_of(OPERATOR, ""), &[("authorization", &stage.bearer(WANG)), ("content-type", "text/html")], b"x");
    assert_eq!((odd.status, odd.code().as_str()), (415, "media_type_unknown"));
    assert_eq!(stage.hand_in(WU, &path_of(OPERATOR, ""), &[], good.as_bytes()).code(), "caller_lacks_right");
    assert_eq!(stage.hand_in(WANG, "/v1/jobs?type=x", &[], good.as_bytes()).code(), "request_malformed");
    let flipped = {
        let mut book = workbook(&rows(0..2));
        let place = book.len() / 2;
        book[place] ^= 0x40;
        book
    };
    let reply = stage.hand_in(WANG, &path_of(OPERATOR, ""), &[], &flipped);
    assert_eq!((reply.status, reply.code().starts_with("table_")), (422, true));
    let papers = stage.house.library.office_page(Drawer::Jobs, &[3], None, 100).unwrap().papers;
    assert!(papers.len() <= 1, "of what was refused nothing is kept");
}

#[test]
fn the_same_table_with_the_same_key_is_the_same_job() {
    let stage = stage();
    let table = csv(&rows(0..3));
    let hand_in = |key: &str, table: &str| stage.hand_in(WANG, &path_of(OPERATOR, ""), &[("idempotency-key", key)], table.as_bytes());
    let (first, again, other) = (hand_in("K-1", &table), hand_in("K-1", &table), hand_in("K-2", &table));
    assert_eq!((first.status, again.status, again.header("idempotent-replayed")), (201, 201, "true"));
    assert_eq!((first.bytes == again.bytes, first.header("location")), (true, again.header("location")));
    assert_ne!(other.json()["id"], first.json()["id"]);
    assert_eq!(hand_in("K-1", &csv(&rows(0..2))).code(), "idempotency_key_reused");
    let path = other.header("location").to_owned();
    assert_eq!(counts(&stage.ended(&path, "done")), [3, 3, 0, 3, 0, 0], "the rows' own requests were answered by the other job");
    assert_eq!(stage.get_as(WANG, "/v1/jobs").json()["jobs"].as_array().unwrap().len(), 2);
}

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
    std::thread::sleep(Duration::from_millis(300));
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
