//! Another edition of a type, while applications wait: who is heard is what the manifest's edition says, and whoever waits is decided.

use crate::registry::{ACCOUNTING, House};
use crate::review::{Bureau, NOON, PARALLEL, SERIAL};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::manifest::Manifest;
use kanhe_issuer::examiner::{Closing, Opinion, Standing};
use kanhe_store::{SignedManifest, Stage};
use kanhe_tests::world::{day, moment, test_key};

/// A rule that somebody has written for himself.
const OWN: &str = r#"{ "order": "parallel", "departments": [ { "id": "mine", "zh": "自家", "en": "Mine" } ] }"#;

impl Bureau {
    /// Lets the library work under the manifest of its house.
    fn takes_up_its_manifest(&self) {
        let (root, now) = (test_key("registry root"), moment(NOON));
        let envelope = sign_to_cose(Manifest::TYPE, &self.registry.house.manifest().encode(), &root);
        let manifest = SignedManifest { envelope, root: root.verifying_key() };
        self.registry.registrar().take_up(&manifest, &self.registry.entry(now, now)).unwrap();
    }
}

#[test]
fn who_is_heard_is_said_by_the_manifests_edition_and_not_by_the_file_at_hand() {
    let mut bureau = Bureau::of(ACCOUNTING, SERIAL);
    bureau.takes_up_its_manifest();
    let code = bureau.lodged(1);
    let before = bureau.registry.library.log_size().unwrap();
    for rule in [PARALLEL, OWN] {
        bureau.registry.house = House::reviewing(ACCOUNTING, rule);
        for department in ["planning", "mine"] {
            let said = bureau.says(&code, department, Opinion::Agrees, "planning-1");
            assert!(matches!(said.map_err(|error| error.code()), Err("desk_type_differs" | "review_unknown_department")), "{department}");
        }
        assert_eq!(bureau.lodge_as(2, "P-2", None, NOON).unwrap_err().code(), "desk_type_differs");
        assert_eq!(bureau.approve(&code, "head-1", NOON).unwrap_err().code(), "desk_type_differs");
        assert_eq!(bureau.close(&code, Closing::Reject, "head-1").unwrap_err().code(), "desk_type_differs");
    }
    assert_eq!(bureau.registry.library.log_size().unwrap(), before);
    // Who has handed in may take it back, whatever file the clerk has.
    let withdrawn = bureau.close(&code, Closing::Withdraw, "clerk-1");
    assert_eq!((withdrawn, bureau.project(&code).stage), (Ok(()), Stage::Withdrawn));
}

#[test]
fn what_waits_when_its_type_is_reviewed_no_more_is_decided_and_by_no_other_door() {
    let mut bureau = Bureau::of(ACCOUNTING, PARALLEL);
    let (agreed, objected) = (bureau.lodged(1), bureau.lodged(2));
    bureau.says(&agreed, "fire", Opinion::Agrees, "fire-1").unwrap();
    bureau.says(&objected, "fire", Opinion::Objects, "fire-1").unwrap();
    bureau.registry.house = House::new();
    // The row as it was handed in, which names no day of issue.
    let issue = |bureau: &Bureau, person: usize| {
        let registry = &bureau.registry;
        let row = registry.house.application(ACCOUNTING, person, &format!("P-{person}"), "");
        let draft = registry.house.kind(ACCOUNTING).admit(&row, day("2026-03-02")).unwrap();
        let signed = registry.registrar().sign(&registry.house.desk(ACCOUNTING), draft, registry.grant(moment(NOON), moment(NOON)));
        registry.registrar().enter(&[signed.unwrap()]).unwrap().pop().unwrap()
    };
    let told = |bureau: &Bureau, person| issue(bureau, person).unwrap_err().to_string();
    assert_eq!(told(&bureau, 1), format!("the request was lodged as application {agreed}, whose stage is in_review"));
    assert_eq!(bureau.says(&agreed, "planning", Opinion::Agrees, "planning-1").unwrap_err().code(), "review_not_needed");
    for actor in ["clerk-1", "fire-1"] {
        assert_eq!(bureau.approve(&agreed, actor, NOON).unwrap_err().code(), "review_same_person", "{actor}");
        assert_eq!(bureau.close(&objected, Closing::Reject, actor).unwrap_err().code(), "review_same_person", "{actor}");
    }
    bureau.close(&objected, Closing::Reject, "head-1").unwrap();
    assert_eq!(told(&bureau, 2), format!("the request was lodged as application {objected}, whose stage is rejected"));
    let approved = bureau.approve(&agreed, "head-1", NOON).unwrap().shelfmark();
    assert_eq!(issue(&bureau, 1).unwrap().shelfmark(), approved);
    assert_eq!((bureau.project(&agreed).stage, bureau.project(&agreed).issued), (Stage::Approved, Some(approved)));
    bureau.is_sound();
}

#[test]
fn what_a_department_said_that_is_asked_no_more_is_seen_and_binds_nobody() {
    let bureau = Bureau::of(ACCOUNTING, PARALLEL);
    let code = bureau.lodged(1);
    bureau.says(&code, "fire", Opinion::Objects, "fire-1").unwrap();
    let library = &bureau.registry.library;
    let history: Vec<_> = library.history_of(&bureau.project(&code)).unwrap().into_iter().map(|(_, event)| event).collect();
    let own = House::reviewing(ACCOUNTING, OWN);
    for (rule, stage) in [(None, Stage::ForDecision), (own.kind(ACCOUNTING).review(), Stage::InReview)] {
        let standing = Standing::of(rule, &history);
        let said: Vec<_> = standing.unasked().iter().map(|(id, (opinion, _))| (id.as_str(), *opinion)).collect();
        assert_eq!((said, standing.stage(), standing.objecting()), (vec![("fire", Opinion::Objects)], stage, Vec::new()));
    }
}
