//! What stands in a table, and what comes of its rows.

use super::{counts, csv, path_of, rows, stage};
use crate::agencies::*;
use crate::stage::{Stage, house_with, key_of};
use crate::workbook::workbook;
use encoding_rs::GB18030;
use kanhe_issuer::keyring::NamedKey;
use kanhe_service::http::{Limits, Rate};
use kanhe_tests::Office;
use kanhe_tests::world::FaultyKey;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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
fn a_number_that_is_typed_for_a_request_is_told_by_no_result() {
    let stage = stage();
    let mut table = rows(0..4);
    table[1][0] = "440524188001010014".to_owned();
    // The holder of the second cannot be read, and the number of the third was mistyped.
    for (cell, text) in [(0, "GD-E12345678-2"), (2, ""), (3, "414"), (4, "E12345678")] {
        table[2][cell] = text.to_owned();
    }
    (table[3][0], table[3][4]) = ("GD-440524188001010015".to_owned(), "440524188001010015".to_owned());
    let path = stage.job("", csv(&table).into_bytes());
    stage.ended(&path, "done");
    let lines = stage.lines(&path);
    for line in &lines[..3] {
        assert_eq!((&line["result"], &line["request_id"]), (&json!("refused"), &json!(null)), "{line}");
        assert!(!line.to_string().contains("12345678") && !line.to_string().contains("4405241880"), "{line}");
    }
    assert_eq!(lines[0]["faults"][0]["code"], "id_number_in_clear");
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
    table[2][2] = "\"=王,\"\"大\"\"伟\"".to_owned();
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
    assert!(lines[1].starts_with("R-1,粤A022000000001,\"'=王,\"\"大\"\"伟\",111,") && lines[1].contains("sex not_in_table"), "{english}");
    assert_eq!(lines.len(), 2);
    let mended = fetch("zh").replace(",x,", ",男,");
    assert!(mended.starts_with("\u{feff}申请编号,证照编号,"), "{mended}");
    let again = stage.job("", mended);
    assert_eq!(counts(&stage.ended(&again, "done")), [1, 1, 1, 0, 0, 0]);
    let issued = stage.lines(&again)[0]["identifier"].as_str().unwrap().to_owned();
    let holder = stage.get_as(WU, &format!("/v1/certificates/{issued}?whole=true")).json()["holders"][0]["name"].clone();
    assert_eq!(holder, "=王,\"大\"伟", "what protects a spreadsheet is no part of a name");
    let uses = stage.get_as(WU, "/v1/audit/uses").json();
    assert!(uses["uses"].as_array().unwrap().iter().any(|line| line["act"] == "job_rows_fetched"), "codes of persons were shown whole");
}

#[test]
fn of_two_rows_of_one_request_the_second_is_judged_by_itself_where_the_first_is_faulty() {
    let stage = stage();
    let mut table = rows([0, 0, 1, 1, 2, 2]);
    table[1][8] = "many".to_owned();
    table[3][0] = "R 1".to_owned();
    let told = |more: &str| {
        let path = stage.job(more, csv(&table));
        stage.ended(&path, "done");
        let result = |line: &Value| line["result"].as_str().unwrap().replace("could_be_", "");
        stage.lines(&path).iter().map(result).collect::<Vec<_>>()
    };
    let dry = told("&dry_run=true");
    assert_eq!(dry, ["refused", "issued", "refused", "issued", "issued", "before"]);
    assert_eq!(told(""), dry);
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
    assert_eq!((result(3), &lines[3]["faults"][0]["code"]), ("refused", &json!("number_taken")), "a row before has its number");
    assert_eq!(counts(&job)[1..], [301, 297, 1, 3, 0]);
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
    let told = |lines: &str| -> Vec<(Value, Value, Value)> {
        let line = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        lines.lines().map(line).map(|line| (line["line"].clone(), line["result"].clone(), line["faults"][0]["code"].clone())).collect()
    };
    assert_eq!(told(&dry), told(&real));
    assert_eq!(told(&dry)[1], (json!(3), json!("refused"), json!("holder_has_one")));
    assert!(dry.lines().nth(1).unwrap().contains("第 2 行的持证主体与此相同"), "{dry}");
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
fn a_row_whose_signature_is_wrong_is_refused_and_the_others_of_its_batch_are_issued() {
    let number = operator(64)["number"].as_str().unwrap().to_owned();
    // Once, as a fault of the machine: over the certificate that names the number in full.
    let once = AtomicBool::new(true);
    let errs =
        move |message: &[u8]| message.windows(number.len()).any(|words| words == number.as_bytes()) && once.swap(false, Ordering::Relaxed);
    let faulty = Box::new(FaultyKey::new(key_of(Office::Housing), errs));
    let house = house_with(|house| house.keys[1] = NamedKey::elsewhere("housing.example.cn", faulty).unwrap());
    let stage = Stage::of(house, Limits { rate: Rate { per_second: 1_000_000, burst: 1_000_000, at_once: 100 }, ..Limits::default() });
    let table = csv(&rows(0..128));
    let path = stage.job("", &table);
    assert_eq!(counts(&stage.ended(&path, "done")), [128, 128, 127, 0, 1, 0]);
    let lines = stage.lines(&path);
    let refused: Vec<_> = lines.iter().filter(|line| line["result"] == "refused").collect();
    assert_eq!(
        (refused.len(), &refused[0]["request_id"], &refused[0]["faults"][0]["code"]),
        (1, &json!("R-64"), &json!("signature_wrong"))
    );
    let again = stage.job("", &table);
    assert_eq!(counts(&stage.ended(&again, "done")), [128, 128, 1, 127, 0, 0]);
}
