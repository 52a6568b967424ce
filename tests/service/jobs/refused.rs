//! What is no table, or too large a one, is refused.

use super::{ARRIVING, PARTS, csv, path_of, rows};
use crate::agencies::*;
use crate::stage::{Stage, house_with};
use crate::workbook::{parts, workbook, zip};
use kanhe_service::http::Limits;
use kanhe_service::jobs::{Queue, Rules};
use serde_json::json;

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
        ("no type", "king", rows_of(2), 422, "type_unknown"),
        (
            "JSON that breaks off",
            OPERATOR,
            json!([operator(1), operator(2)]).to_string().replace("}]", "}").into_bytes(),
            422,
            "table_json",
        ),
        ("a quotation mark that is never closed", OPERATOR, format!("{good}\"{good}").into_bytes(), 422, "table_quote_open"),
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
    // Of what was refused nothing is kept; the one that was not may be worked on still.
    stage.clears(PARTS, 1);
    stage.clears(ARRIVING, 0);
}
