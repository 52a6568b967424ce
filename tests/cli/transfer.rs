//! Certificates that go to another region and come from one, on the command line.

use crate::archive::{Archive, GROUNDS};
use crate::export::{lines, read};
use crate::program::{Kanhe, Run, word};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

const STAFF: &str = include_str!("../../crates/kanhe/demo/safety-staff.csv");
const PERMITS: &str = include_str!("../../crates/kanhe/demo/construction-permit.csv");

/// An identifier of Zhejiang's housing department; its check character is wrong, as such things are.
const THERE: &str = "1.2.156.3005.2.11100000000013338W011.11330000002473039X.ZJAQ20230000403.001.K";

impl Archive {
    fn taking_over(&self, row: usize, said: &str) -> Run {
        self.of_staff(&["transfer", "in", THERE, "--from", "330000", "--said", said], staff(row)).run()
    }

    /// A verb about a row of the staff's table.
    fn of_staff(&self, words: &[&str], row: impl AsRef<str>) -> Kanhe {
        let input = self.office.write("staff.csv", format!("{}\n{}\n", staff(0), row.as_ref()));
        let (key, identity) = (self.path("gd-housing.key"), self.path("identity.txt"));
        self.ask(words).and(&["--type", "safety-staff", "--in", &input, "--key", &key, "--identity", &identity]).and(&GROUNDS)
    }

    /// Applies for rows of the demo's permits, whose type is reviewed; these words say where they come from.
    fn applying_from(&self, rows: &[usize], words: &[&str]) -> Run {
        let lines: Vec<_> = PERMITS.lines().collect();
        let rows: String = rows.iter().map(|row| format!("{}\n", lines[*row])).collect();
        let input = self.office.write("permits.csv", format!("{}\n{rows}", lines[0]));
        self.ask(&[&["apply", "--type", "construction-permit", "--in", &input], words].concat()).and(&GROUNDS).run()
    }
}

#[test]
fn a_certificate_comes_from_another_region_when_that_has_given_it_away() {
    let archive = Archive::open();
    let refused = archive.taking_over(20, "safety-staff:01").ended(2).json();
    assert_eq!(refused["error"]["code"], "transfer_not_given_away");
    assert_eq!(archive.taking_over(20, "safety-staff:77").ended(2).json()["error"]["code"], "state_code_unknown");
    let told = archive.taking_over(20, "safety-staff:06").ended(0).json();
    let here = told["identifier"].as_str().unwrap();
    assert_eq!(archive.taking_over(20, "safety-staff:06").ended(0).json()["result"], "before");
    assert_eq!(archive.taking_over(21, "safety-staff:06").ended(2).json()["error"]["code"], "alias_taken");
    let found = archive.told(&["find", "--alias", &format!("330000:{THERE}")]);
    assert_eq!(found["certificates"][0]["identifier"], here);
    let found = archive.told(&["find", "--alias", &format!("330100:{}", THERE.to_lowercase())]);
    assert_eq!(found["certificates"][0]["identifier"], here, "however it is spelled");
    assert_eq!(archive.told(&["history", here])["events"][0]["act"], "transfer_in");
    assert_eq!(archive.told(&["show", here])["state_codes"]["safety-staff"], "01");
    archive.is_whole();
}

/// A line of the staff's table, of somebody whose certificate of three years was issued last year; the first has the headings.
fn staff(row: usize) -> String {
    let line = STAFF.lines().nth(row).unwrap();
    let cells = line.split(',').enumerate().map(|(place, cell)| if place == 5 && row > 0 { last_june() } else { cell.to_owned() });
    cells.collect::<Vec<_>>().join(",")
}

/// A day of last year, as tables have days.
fn last_june() -> String {
    format!("{}0601", Timestamp::now().to_zoned(TimeZone::UTC).year() - 1)
}

#[test]
fn what_has_run_out_elsewhere_is_not_taken_over() {
    let archive = Archive::open();
    let over = staff(20).replace(&last_june(), "20200101");
    let refused = archive.of_staff(&["transfer", "in", THERE, "--from", "330000"], over).run().ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "transfer_run_out", "{refused}");
    assert!(word(&refused, "/error/message/en").contains("2022-12-31"), "{refused}");
}

#[test]
fn an_identifier_of_another_region_that_tells_a_person_s_number_is_not_taken_over() {
    let archive = Archive::open();
    let told = THERE.replace("ZJAQ20230000403", "ZJ650199199608294879");
    let refused = |run: Run| word(&run.ended(2).json(), "/error/code").to_owned();
    assert_eq!(refused(archive.of_staff(&["transfer", "in", &told, "--from", "330000"], staff(20)).run()), "id_number_in_clear");
    let told = THERE.replace("ZJAQ20230000403", "11010519491231002X");
    let applied = archive.applying_from(&[1], &["--origin", &told, "--from", "330000"]).ended(1).json();
    assert_eq!(word(&applied, "/faults/0/code"), "id_number_in_clear");
}

#[test]
fn who_takes_over_and_who_calls_off_are_told_what_may_be_one_certificate() {
    let archive = Archive::open();
    let own = staff(20).replace("GD-AQSC-2026-00020", "R-own").replace("0010623", "0010999");
    let other = own.replace("R-own", "R-other").replace("0010999", "0010998");
    archive.of_staff(&["issue", "--report", &archive.path("rows.jsonl")], format!("{own}\n{other}")).run().ended(0);
    let (own, other) = (archive.identifiers().remove(0), archive.identifiers().remove(1));
    archive.told(&[&["transfer", "out", &other, "--to", "350000"], &GROUNDS[..]].concat());
    archive.told(&[&["transfer", "out", &own, "--to", "330100"], &GROUNDS[..]].concat());
    let told = archive.taking_over(20, "safety-staff:06").ended(0).json();
    assert_eq!((&told["warnings"], &told["compare"]), (&json!(["certificate_id_check", "may_have_come_back"]), &json!([own])));
    let again = |language: &str| {
        let words = ["transfer", "in", THERE, "--from", "330000", "--lang", language];
        archive.of_staff(&words, staff(20)).for_people().run().ended(0).out
    };
    let (zh, en) = (again("zh"), again("en"));
    assert!(en.contains(&format!("({own})")) && en.contains("do not call that move off"), "{en}");
    assert!(en.contains("the check character should be '") && zh.contains("校验码应为 '"), "{zh}{en}");
    assert!(!en.contains("certificate_id_check") && !zh.contains("certificate_id_check"), "{zh}{en}");
    let undone = archive.told(&[&["transfer", "undo", &own], &GROUNDS[..]].concat());
    assert_eq!((&undone["warnings"], &undone["compare"]), (&json!(["may_have_come_back"]), &json!([told["identifier"]])));
    archive.is_whole();
}

#[test]
fn certificates_are_found_by_the_state_codes_of_other_systems() {
    let archive = Archive::open();
    let here = archive.taking_over(20, "safety-staff:06").ended(0).json()["identifier"].as_str().unwrap().to_owned();
    let count = |state: &str| archive.told(&["find", "--state", state])["certificates"].as_array().unwrap().len();
    assert_eq!((count("safety-staff:01"), count("safety-staff:06")), (1, 0));
    let nowhere = archive.ask(&[&["transfer", "out", &here, "--to", "999999"], &GROUNDS[..]].concat()).run().ended(2);
    assert_eq!(nowhere.json()["error"]["code"], "transfer_no_region");
    let gone = archive.told(&[&["transfer", "out", &here, "--to", "350000"], &GROUNDS[..]].concat());
    assert_eq!((word(&gone, "/state"), word(&gone, "/to")), ("transferred", "350000"));
    assert_eq!((count("safety-staff:01"), count("safety-staff:06")), (0, 1));
    assert_eq!(count("safety-staff:05"), 0, "no term has run out");
    archive.told(&[&["transfer", "undo", &here], &GROUNDS[..]].concat());
    assert_eq!(count("safety-staff:01"), 1);
}

#[test]
fn what_is_reviewed_is_taken_over_by_an_application() {
    let archive = Archive::open();
    let origin = ["--origin", THERE, "--from", "330000"];
    let told = archive.applying_from(&[1], &origin).ended(0).json();
    let code = word(&told, "/applications/0/code").to_owned();
    assert_eq!((&told["lodged"], &told["warnings"]), (&json!(1), &json!(["certificate_id_check"])));
    assert_eq!(archive.applying_from(&[1], &origin).ended(0).json()["before"], 1);
    let shown = archive.told(&["application", "show", &code]);
    assert_eq!(shown["origin"], json!({ "from": "330000", "identifier": THERE, "warnings": ["certificate_id_check"] }));
    for (department, actor) in [("fire", "fire-3"), ("planning", "plan-1"), ("civil-defence", "cd-1")] {
        archive.reviewed(&code, department, "--agree", actor);
    }
    let approved = archive.approving(&code, "head-1").ended(0).json();
    assert_eq!((word(&approved, "/from"), word(&approved, "/origin"), &approved["predecessor"]), ("330000", THERE, &Value::Null));
    let here = word(&approved, "/identifier").to_owned();
    let history = archive.told(&["history", &here]);
    assert_eq!((word(&history, "/events/0/act"), word(&history, "/events/0/approval/approver")), ("transfer_in", "head-1"));
    let found = archive.told(&["find", "--alias", &format!("330000:{}", THERE.to_lowercase())]);
    assert_eq!(word(&found, "/certificates/0/identifier"), here);
    let whole = archive.path("library.tar");
    archive.told(&["export", "--out", &whole]);
    read(&archive, &whole);
    assert_eq!(lines(&whole, "applications.jsonl")[0]["origin"], json!({ "from": "330000", "identifier": THERE }));
    let refused = |words: &[&str]| word(&archive.applying_from(&[2], words).ended(1).json(), "/faults/0/code").to_owned();
    assert_eq!(refused(&["--origin", &THERE.to_lowercase(), "--from", "330100"]), "alias_taken", "however it is spelled");
    assert_eq!(refused(&["--origin", THERE, "--from", "440100"]), "transfer_own_region");
    assert_eq!(refused(&["--origin", &here, "--from", "330000"]), "transfer_own_certificate");
    archive.is_whole();
}

#[test]
fn who_applies_for_what_is_taken_over_names_one_certificate_and_its_region() {
    let archive = Archive::open();
    let wrong = [
        (&[2, 3][..], &["--origin", THERE, "--from", "330000"][..], "usage"),
        (&[2], &["--origin", THERE], "usage"),
        (&[2], &["--from", "330000"], "usage"),
        (&[2], &["--origin", THERE, "--from", "330000", "--renews", THERE], "usage"),
        (&[2], &["--origin", THERE, "--from", "330000", "--said", "safety-staff:06"], "state_code_unknown"),
        (&[2], &["--origin", "1.2.156", "--from", "330000"], "certificate_id_parts"),
        (&[2], &["--origin", THERE, "--from", "33"], "region_code_length"),
    ];
    for (rows, words, code) in wrong {
        let told = archive.applying_from(rows, words).ended(2).json();
        assert_eq!(word(&told, "/error/code"), code, "{words:?}: {told}");
    }
    let told = archive.applying_from(&[2], &["--origin", THERE, "--from", "330000"]).ended(0).json();
    let code = word(&told, "/applications/0/code").to_owned();
    let told = archive.ask(&["application", "show", &code]).for_people().run().ended(0).out;
    assert!(told.contains(&format!("330000  {THERE}\n")) && told.contains("⚠ ") && !told.contains("certificate_id_check"), "{told}");
    let (key, identity, input) = (archive.path("gd-housing.key"), archive.path("identity.txt"), archive.path("permits.csv"));
    let at_once = ["transfer", "in", THERE, "--from", "330000", "--type", "construction-permit", "--in", &input];
    let told: Value = archive.ask(&at_once).and(&["--key", &key, "--identity", &identity]).and(&GROUNDS).run().ended(2).json();
    assert_eq!(word(&told, "/error/code"), "review_needed");
    assert!(word(&told, "/error/hint/en").contains("--origin"), "{told}");
    archive.is_whole();
}
