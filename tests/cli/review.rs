//! Applications under review, as clerks, departments and the head of an office work with them on the command line.

use crate::archive::Archive;
use crate::program::word;
use crate::through::applications::leads_to_the_application;
use serde_json::Value;

const PERMITS: &str = include_str!("../../crates/kanhe/demo/construction-permit.csv");

/// The grounds of an act, by somebody.
fn by(actor: &str) -> [&str; 6] {
    ["--basis", "《建筑法》第七条", "--reason", "材料齐全，符合规定", "--actor", actor]
}

/// An archive with the applications of the demo's table in it, and their codes.
pub fn lodged() -> (Archive, Vec<String>) {
    let archive = Archive::open();
    let table = archive.office.write("permits.csv", PERMITS);
    let told = archive.ask(&["apply", "--type", "construction-permit", "--in", &table]).and(&by("clerk-1")).run().ended(0).json();
    let codes = told["applications"].as_array().unwrap().iter().map(|line| line["code"].as_str().unwrap().to_owned()).collect();
    (archive, codes)
}

impl Archive {
    /// What a department says of an application.
    pub fn reviewed(&self, code: &str, department: &str, opinion: &str, actor: &str) -> Value {
        self.ask(&["review", code, "--department", department, opinion]).and(&by(actor)).run().ended(0).json()
    }

    /// The head of the office approves, or tries to.
    pub fn approving(&self, code: &str, actor: &str) -> crate::program::Run {
        let (key, identity) = (self.path("gd-housing.key"), self.path("identity.txt"));
        self.ask(&["approve", code, "--key", &key, "--identity", &identity]).and(&by(actor)).run()
    }

    fn standing(&self, code: &str) -> Value {
        self.ask(&["application", "show", code]).run().ended(0).json()
    }
}

#[test]
fn an_application_goes_from_arrival_over_three_departments_to_a_certificate() {
    let (archive, codes) = lodged();
    let [code, ..] = codes.as_slice() else { panic!("{codes:?}") };
    assert_eq!(codes.len(), 3);
    let standing = archive.standing(code);
    assert_eq!((&standing["stage"], &standing["departments"][1]["waited_for"]), (&"in_review".into(), &true.into()));
    for (department, actor) in [("fire", "fire-3"), ("planning", "plan-1")] {
        assert_eq!(archive.reviewed(code, department, "--agree", actor)["stage"], "in_review");
    }
    let refused = |actor: &str| archive.approving(code, actor).ended(2).json()["error"].clone();
    let (early, zh) = (refused("head-1"), "尚未全部同意（待：civil-defence；不同意：无）");
    assert_eq!((word(&early, "/code"), word(&early, "/message/zh")), ("review_not_agreed", zh));
    assert_eq!(archive.reviewed(code, "civil-defence", "--agree", "cd-1")["stage"], "for_decision");
    let (same, zh) = (refused("clerk-1"), "clerk-1 经手过此申请（本人或其密钥），须由另一人决定");
    assert_eq!((word(&same, "/code"), word(&same, "/message/zh")), ("review_same_person", zh));
    assert!(word(&same, "/hint/zh").contains("另一人"), "{same}");
    let issued = archive.approving(code, "head-1").ended(0).json();
    let identifier = issued["identifier"].as_str().unwrap();
    assert_eq!(archive.approving(code, "head-1").ended(0).json()["result"], "before");
    std::fs::remove_file(archive.path("gd-housing.key")).unwrap();
    assert_eq!(archive.approving(code, "head-1").ended(0).json()["result"], "before", "nothing is signed for it");
    let history = archive.ask(&["history", identifier]).run().ended(0).json();
    assert_eq!(
        (&history["events"][0]["approval"]["project"], &history["events"][0]["approval"]["approver"]),
        (&Value::from(code.as_str()), &"head-1".into())
    );
    let standing = archive.standing(code);
    assert_eq!((&standing["stage"], &standing["certificate"]), (&"approved".into(), &Value::from(identifier)));
    assert_eq!(archive.ask(&["check"]).run().ended(0).json()["findings"], serde_json::json!([]));
}

#[test]
fn the_applicant_sees_where_it_stands_and_nothing_of_people_or_contents() {
    let (archive, codes) = lodged();
    archive.reviewed(&codes[2], "fire", "--object", "fire-3");
    let run = archive.ask(&["application", "show", &codes[2]]).run().ended(0);
    let told = run.json();
    assert_eq!((&told["stage"], &told["departments"][1]["opinion"]), (&"for_decision".into(), &"objects".into()));
    for secret in ["fire-3", "龘源", "陈㛃", "GD-SGXK"] {
        assert!(!run.out.contains(secret), "{secret}");
    }
    let full = archive.ask(&["application", "show", &codes[2], "--full"]).run().ended(0).json();
    assert_eq!((&full["application"]["project_manager"], &full["events"][1]["actor"]), (&"陈㛃".into(), &"fire-3".into()));
    for (language, said) in [("zh", "fire：不同意"), ("en", "fire objects")] {
        for words in [&["application", "show", &codes[2], "--full"][..], &["log", "events", "--act", "review"]] {
            let told = archive.ask(words).and(&["--lang", language]).for_people().run().ended(0).out;
            assert!(told.contains(said) && !told.contains("fire=objects"), "{told}");
        }
    }
}

#[test]
fn departments_and_heads_see_what_waits_for_them() {
    let (archive, codes) = lodged();
    archive.reviewed(&codes[0], "fire", "--agree", "fire-3");
    let listed = |words: &[&str]| -> Vec<String> {
        let told = archive.ask(&[&["application", "list"], words].concat()).run().ended(0).json();
        told["applications"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
    };
    let mut others = codes[1..].to_vec();
    others.sort();
    assert_eq!(listed(&["--department", "fire"]), others);
    assert_eq!(listed(&["--department", "planning"]).len(), 3);
    assert_eq!(listed(&["--department", "fire", "--stage", "in_review"]), others);
    let decided = archive.ask(&["application", "list", "--department", "fire", "--stage", "for_decision"]).run().ended(2).json();
    assert_eq!(word(&decided, "/error/code"), "usage");
    for language in ["zh", "en"] {
        assert!(word(&decided, &format!("/error/message/{language}")).contains("in_review"), "{decided}");
    }
    assert_eq!(listed(&["--stage", "for_decision"]), Vec::<String>::new());
    let lost = archive.ask(&["application", "list", "--stage", "decided"]).run().ended(2).json();
    let (_, stages) = word(&lost, "/error/message/zh").split_once('：').unwrap();
    let found: Vec<usize> = stages.split(", ").map(|stage| listed(&["--stage", stage]).len()).collect();
    assert_eq!((found.len(), found.iter().sum::<usize>()), (5, 3), "what {stages} names can be typed");
    let first = archive.ask(&["application", "list", "--most", "2"]).run().ended(0).json();
    assert_eq!(listed(&["--after", first["next"].as_str().unwrap()]).len(), 1);
}

#[test]
fn what_a_reviewed_type_refuses_says_which_way_to_go() {
    let (archive, codes) = lodged();
    let (table, key, identity) = (archive.path("permits.csv"), archive.path("gd-housing.key"), archive.path("identity.txt"));
    let issue = ["issue", "--type", "construction-permit", "--in", &table, "--key", &key, "--identity", &identity];
    let told = archive.ask(&issue).and(&by("clerk-1")).run().ended(1).json();
    assert_eq!(told["faults"][0]["code"], "review_needed");
    let again = archive.ask(&["apply", "--type", "construction-permit", "--in", &table]).and(&by("clerk-1")).run().ended(0).json();
    assert_eq!((&again["lodged"], &again["before"]), (&0.into(), &3.into()));
    let wrong = [
        (vec!["review", &codes[0], "--department", "health", "--agree"], "review_unknown_department"),
        (vec!["review", "440000-20260615-7M3J9PW2ZS-8", "--department", "fire", "--agree"], "project_not_found"),
        (vec!["review", "440000-20260615-7M3J9PW2ZS-9", "--department", "fire", "--agree"], "project_code_check"),
        (vec!["apply", "--type", "food-operation-permit", "--in", &table], "table_of_another_type"),
    ];
    for (words, code) in wrong {
        assert_eq!(archive.ask(&words).and(&by("clerk-2")).run().ended(2).json()["error"]["code"], code, "{words:?}");
    }
    archive.ask(&["reject", &codes[0]]).and(&by("head-1")).run().ended(0);
    archive.ask(&["withdraw", &codes[1]]).and(&by("clerk-1")).run().ended(0);
    assert_eq!(archive.approving(&codes[0], "head-1").ended(2).json()["error"]["code"], "project_decided");
    let again = archive.ask(&["apply", "--type", "construction-permit", "--in", &table]).and(&by("clerk-1")).run().ended(0).json();
    assert_eq!(again["before"], 3, "{again}");
    let stages: Vec<_> = again["applications"].as_array().unwrap().iter().map(|row| row["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["rejected", "withdrawn", "in_review"]);
}

#[test]
fn a_row_that_is_refused_whole_says_what_to_do_about_it() {
    let (archive, codes) = lodged();
    let changed = archive.office.write("changed.csv", PERMITS.replacen("18650.00", "18651.00", 1));
    let applying = |table: &str, more: &[&str]| {
        let apply = archive.ask(&["apply", "--type", "construction-permit", "--in", table]).and(more).and(&by("clerk-1"));
        apply.run().ended(1).json()["faults"].take()
    };
    let faults = applying(&changed, &[]);
    leads_to_the_application(&faults[0], &codes[0]);
    let report = archive.office.text("changed.report.jsonl");
    let line: Value = serde_json::from_str(report.lines().next().unwrap()).unwrap();
    assert_eq!(line["faults"][0]["hint"], faults[0]["hint"]);
    let other = archive.office.write("other.csv", PERMITS.replace("2026-000", "2026-001"));
    let early = applying(&other, &["--effective", "2026-01-05"]);
    assert_eq!(early[0]["code"], "review_other_day", "{early}");
    assert!(early[0]["hint"]["en"].is_string() && early[0]["hint"]["zh"].is_string(), "{early}");
}

#[test]
fn a_row_with_faults_is_reported_and_the_rest_are_lodged() {
    let archive = Archive::open();
    let broken = PERMITS.replacen("18650.00", "many", 1);
    let table = archive.office.write("permits.csv", broken);
    let told = archive.ask(&["apply", "--type", "construction-permit", "--in", &table]).and(&by("clerk-1")).run().ended(1).json();
    assert_eq!((&told["lodged"], &told["refused"], &told["faults"][0]["column"]), (&2.into(), &1.into(), &"contract_price".into()));
    let report = archive.office.text("permits.report.jsonl");
    assert_eq!(report.lines().count(), 3);
    let again = archive.ask(&["apply", "--type", "construction-permit", "--in", &table]).and(&by("clerk-1")).run().ended(1).json();
    assert_eq!((&again["before"], again["report_before"].as_str().unwrap()), (&2.into(), &*archive.path("permits.report.1.jsonl")));
    assert_eq!(archive.office.text("permits.report.1.jsonl"), report, "the report of the run before is whole");
}
