//! A table of a type that is reviewed: each row is taken in as an application.

use super::{csv, path_of, stage};
use crate::agencies::*;
use crate::applications::{agreed, decide, one_a_holder};
use crate::stage::Stage;
use serde_json::{Value, json};

const HEADINGS: [&str; 15] = [
    "request_id",
    "number",
    "holder_name",
    "holder_code_type",
    "holder_code",
    "project",
    "site",
    "scale",
    "contract_price",
    "contract_days",
    "surveyor",
    "designer",
    "contractor",
    "supervisor",
    "project_manager",
];

/// A table of construction projects.
fn projects(numbers: impl IntoIterator<Item = usize>) -> Vec<Vec<String>> {
    let row = |number: usize| {
        let cells = construction(number);
        HEADINGS.map(|heading| cells[heading].as_str().map_or_else(|| cells[heading].to_string(), str::to_owned)).to_vec()
    };
    std::iter::once(HEADINGS.map(str::to_owned).to_vec()).chain(numbers.into_iter().map(row)).collect()
}

impl Stage {
    fn job_of_projects(&self, more: &str, table: &[Vec<String>]) -> (String, Value) {
        let reply = self.hand_in(WANG, &path_of(CONSTRUCTION, more), &[], csv(table).as_bytes());
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
        let path = reply.header("location").to_owned();
        let job = self.ended(&path, "done");
        (path, job)
    }
}

fn lodged(job: &Value) -> [u64; 5] {
    ["rows", "issued", "lodged", "before", "refused"].map(|count| job[count].as_u64().unwrap())
}

#[test]
fn rows_of_a_reviewed_type_are_taken_in_and_decided_as_any_application() {
    let stage = stage();
    let already = stage.lodged(WANG, 2);
    let mut table = projects((0..300).chain([7]));
    table[5][9] = "soon".to_owned();
    table[301][5] = "别的项目".to_owned();
    let (path, job) = stage.job_of_projects("", &table);
    assert_eq!((lodged(&job), &job["task"]), ([301, 0, 298, 1, 2], &json!("lodge")));
    let lines = stage.lines(&path);
    let told = |place: usize| (lines[place]["result"].as_str().unwrap(), &lines[place]["code"]);
    assert_eq!((told(2), &lines[0]["identifier"]), (("before", &json!(already)), &Value::Null));
    assert_eq!((told(4).0, &lines[4]["faults"][0]["column"]), ("refused", &json!("contract_days")));
    assert_eq!((told(300).0, &lines[300]["faults"][0]["code"]), ("refused", &json!("request_reused")));
    let code = told(0).1.as_str().unwrap().to_owned();
    assert_eq!(told(0).0, "lodged");
    let application = stage.get_as(ZHAO, &format!("/v1/applications/{code}")).json();
    assert_eq!((&application["stage"], &application["type"]), (&json!("in_review"), &job["type"]));
    assert_eq!(stage.certificates(), 0);
    agreed(&stage, &code);
    assert_eq!(decide(&stage, ZHOU, &code, "approval").status, 201);
    assert_eq!(stage.certificates(), 1);
    // The same table again takes nothing in twice.
    let (_, again) = stage.job_of_projects("", &projects(0..4));
    assert_eq!(lodged(&again), [4, 0, 0, 4, 0]);
}

#[test]
fn a_dry_run_of_a_reviewed_type_says_what_would_happen_and_takes_nothing_in() {
    let stage = stage();
    let mut table = projects((0..200).chain([7, 9]));
    table[3][9] = "soon".to_owned();
    table[202][5] = "别的项目".to_owned();
    let size = stage.house.library.log_size().unwrap();
    let (path, dry) = stage.job_of_projects("&dry_run=true", &table);
    assert_eq!(stage.house.library.log_size().unwrap(), size);
    let lines = stage.lines(&path);
    assert_eq!((&lines[0]["result"], &lines[0]["code"]), (&json!("could_be_lodged"), &Value::Null));
    assert_eq!((&lines[200]["result"], &lines[201]["result"]), (&json!("before"), &json!("refused")));
    let (_, real) = stage.job_of_projects("", &table);
    assert_eq!(lodged(&dry), lodged(&real), "and what it said comes about");
}

#[test]
fn a_row_of_a_holder_who_has_one_already_is_refused_and_the_others_are_taken_in() {
    let stage = stage();
    one_a_holder(&stage);
    let code = stage.lodged(WANG, 1);
    agreed(&stage, &code);
    assert_eq!(decide(&stage, ZHOU, &code, "approval").status, 201);
    let mut table = projects(2..4);
    let place = |heading: &str| HEADINGS.iter().position(|other| *other == heading).unwrap();
    (table[2][place("holder_name")], table[2][place("holder_code")]) =
        ("深圳市南山区建筑工务署".to_owned(), "11440305MA5001017Y".to_owned());
    for (more, result) in [("&dry_run=true", "could_be_lodged"), ("", "lodged")] {
        let (path, job) = stage.job_of_projects(more, &table);
        assert_eq!(lodged(&job), [2, 0, 1, 0, 1]);
        let lines = stage.lines(&path);
        assert_eq!((&lines[0]["faults"][0]["code"], &lines[1]["result"]), (&json!("holder_has_one"), &json!(result)));
    }
}

#[test]
fn of_two_rows_for_one_holder_the_second_is_refused_where_he_may_have_one_also_in_a_dry_run() {
    let stage = stage();
    one_a_holder(&stage);
    let mut table = projects(2..5);
    let place = |heading: &str| HEADINGS.iter().position(|other| *other == heading).unwrap();
    (table[3][place("holder_name")], table[3][place("holder_code")]) =
        ("深圳市南山区建筑工务署".to_owned(), "11440305MA5001017Y".to_owned());
    for more in ["&dry_run=true", ""] {
        let (path, job) = stage.job_of_projects(more, &table);
        assert_eq!(lodged(&job), [3, 0, 2, 0, 1], "{more}");
        assert_eq!(stage.lines(&path)[1]["faults"][0]["code"], "application_open");
    }
}

#[test]
fn an_agency_takes_in_only_what_it_decides() {
    let stage = stage();
    let reply = stage.hand_in(LI, &path_of(CONSTRUCTION, ""), &[], csv(&projects(0..2)).as_bytes());
    assert_eq!((reply.status, reply.code().as_str()), (403, "review_out_of_scope"));
}
