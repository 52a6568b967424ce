//! What an officer is answered who does one thing at a time.

use crate::archive::{Archive, GROUNDS};
use crate::office::permits;
use crate::program::{Kanhe, word};
use serde_json::Value;

/// An archive with one permit in it, issued on 1 September 2025.
fn with_one() -> (Archive, String) {
    let archive = Archive::open();
    archive.issuing(permits(1)).and(&["--at", "2025-09-01"]).run().ended(0);
    let identifier = archive.identifiers().remove(0);
    (archive, identifier)
}

impl Archive {
    /// A new version of a permit, by a row that differs from its own in these words.
    pub fn next(&self, verb: &str, identifier: &str, changes: &[(&str, &str)]) -> Kanhe {
        let row = changes.iter().fold(permits(1), |row, (was, is)| row.replace(was, is));
        let input = self.office.write("next.csv", row);
        let (key, identity) = (self.path("gd-market.key"), self.path("identity.txt"));
        self.ask(&[verb, identifier, "--in", &input, "--key", &key, "--identity", &identity]).and(&GROUNDS)
    }
}

#[test]
fn what_is_wrong_with_one_application_is_told_in_both_languages_by_its_columns() {
    let (archive, identifier) = with_one();
    let faulty = [("GD-SPJY-2026-00001", "R-2"), ("20250816", "no day"), (",3,", ",9,")];
    for verb in ["renew", "amend"] {
        let told = archive.next(verb, &identifier, &faulty).run().ended(2).json();
        let (zh, en) = (word(&told, "/error/message/zh"), word(&told, "/error/message/en"));
        assert_eq!(word(&told, "/error/code"), "rows_refused");
        assert!(zh.starts_with("issued：不是日期：应写作") && zh.contains("；business_form：不在代码表中："), "{zh}");
        assert!(en.starts_with("issued: no day: wanted is") && en.contains("; business_form: not in the code table: "), "{en}");
        assert!(word(&told, "/error/hint/zh").contains("改正"), "{told}");
        let codes: Vec<&str> = told["faults"].as_array().unwrap().iter().map(|fault| word(fault, "/code")).collect();
        assert_eq!(codes, ["day", "not_in_table"], "{told}");
        let said = archive.next(verb, &identifier, &faulty).and(&["--lang", "zh"]).for_people().run().ended(2).err;
        assert!(said.contains(zh), "{said}");
    }
    let reused = archive.next("renew", &identifier, &[]).run().ended(2).json();
    assert!(word(&reused, "/error/hint/en").contains("--request-id"), "{reused}");
    let two = archive.office.write("two.csv", permits(2));
    let two = archive.next("amend", &identifier, &[]).but("--in", &two).run().ended(2).json();
    assert_eq!(word(&two, "/error/message/zh"), "申请表应恰有一份申请");
}

#[test]
fn nobody_is_told_what_will_hold() {
    let (archive, identifier) = with_one();
    let asked = |words: &[&str]| archive.ask(&["history", &identifier]).and(words).run();
    for words in [&["--at", "2999-06-01"][..], &["--at", "2025-10-01", "--known", "2999-01-01"]] {
        assert_eq!(word(&asked(words).ended(2).json(), "/error/code"), "time_in_future", "{words:?}");
    }
    assert_eq!(word(&asked(&["--at", "2025-10-01"]).ended(0).json(), "/at/condition"), "in_force");
    let today = kanhe_core::calendar::day_in_china(jiff::Timestamp::now()).to_string();
    let told = asked(&["--at", &today, "--known", &today]).ended(0).json();
    assert_eq!((word(&told, "/at/condition"), &told["at"]["moment"]), ("in_force", &told["at"]["known"]), "today is now");
}

#[test]
fn a_day_is_read_as_it_is_in_tables_and_one_that_is_none_is_told_by_its_option() {
    let (archive, identifier) = with_one();
    let found = |day: &str| archive.told(&["find", "--ending-by", day])["certificates"].as_array().unwrap().len();
    for day in ["2099年12月31日", "2099-12-31", "20991231", "2099/12/31", "2099.12.31", "２０９９年１２月３１日"] {
        assert_eq!(found(day), 1, "{day}");
    }
    for (verb, day) in [("suspend", "2026年1月5日"), ("reinstate", "2026/1/6")] {
        archive.ask(&[verb, &identifier, "--effective", day]).and(&GROUNDS).run().ended(0);
    }
    assert_eq!(word(&archive.told(&["history", &identifier, "--at", "2026年1月5日"]), "/at/condition"), "suspended");
    let rows: [(&[&str], &str); 5] = [
        (&["find", "--ending-by", "soon"], "--ending-by"),
        (&["find", "--ending-by", "2099-12-31", "--ending-from", "2026-13-01"], "--ending-from"),
        (&["history", &identifier, "--at", "2026-01-05T10:00"], "--at"),
        (&["log", "events", "--since", "yesterday"], "--since"),
        (&["suspend", &identifier, "--effective", "now", "--basis", "b", "--reason", "r", "--actor", "a"], "--effective"),
    ];
    for (words, option) in rows {
        let told = archive.ask(words).run().ended(2).json();
        for language in ["zh", "en"] {
            let message = word(&told, &format!("/error/message/{language}"));
            assert!(message.starts_with(&format!("{option} ")), "{message}");
        }
    }
}

#[test]
fn who_looks_for_what_ends_hears_of_what_has_ended_only_where_he_asks_for_days_before_today() {
    let archive = Archive::open();
    archive.issuing(permits(1).replace("20250816", "20200101")).and(&["--at", "2020-01-01"]).run().ended(0);
    let found = |words: &[&str]| archive.told(&[&["find", "--ending-by", "2099-12-31"], words].concat())["certificates"].clone();
    assert_eq!(found(&[]), serde_json::json!([]));
    let expired = found(&["--ending-from", "2020-01-01"]);
    assert_eq!((word(&expired, "/0/state"), word(&expired, "/0/condition")), ("valid", "expired"));
    let help = Kanhe::new(&["find", "--help", "--lang", "en"]).run().ended(0).out;
    assert!(help.contains("before today stand those that have expired") && !help.contains("can still be used"), "{help}");
}

#[test]
fn an_identifier_of_another_scheme_leads_to_the_version_that_stands() {
    let (archive, first) = with_one();
    archive.told(&[&["alias", &first, "gd:4401-0001"], &GROUNDS[..]].concat());
    let found = || archive.told(&["find", "--alias", "gd:4401-0001"]);
    assert_eq!(found()["certificates"][0]["last_version"], Value::Null);
    let amended = |of: &str, request: &str, house: &str| {
        let changes = [("GD-SPJY-2026-00001", request), ("584号", house), ("20250816", "")];
        word(&archive.next("amend", of, &changes).run().ended(0).json(), "/identifier").to_owned()
    };
    let second = amended(&first, "R-2", "585号");
    let third = amended(&second, "R-3", "586号");
    let row = &found()["certificates"][0];
    assert_eq!((word(row, "/identifier"), word(row, "/last_version")), (first.as_str(), third.as_str()));
    let said = archive.ask(&["find", "--alias", "gd:4401-0001"]).for_people().run().ended(0).out;
    assert!(said.contains(&format!("{first} → {third}")), "{said}");
}

#[test]
fn a_state_that_an_act_began_is_told_with_its_moment_and_one_that_the_term_began_is_not() {
    let archive = Archive::open();
    archive.issuing(permits(1).replace("20250816", "20150816")).and(&["--at", "2015-09-01"]).run().ended(0);
    let identifier = archive.identifiers().remove(0);
    let state = |language: &str| {
        let shown = archive.ask(&["show", &identifier]).and(&["--lang", language]).for_people().run().ended(0).out;
        shown.lines().nth(3).unwrap().to_owned()
    };
    assert!(state("en").ends_with("expired") && state("zh").ends_with("失效"), "{} {}", state("en"), state("zh"));
    archive.change("cancel", &identifier).ended(0);
    assert!(state("en").contains("cancelled (20") && state("zh").contains("注销（北京时间 20"), "{} {}", state("en"), state("zh"));
}
