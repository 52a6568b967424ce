//! What belongs to another agency is not there: not forbidden, not found, on every route and for every role.

use crate::agencies::*;
use crate::asked::{Route, Things, patient, routes};
use crate::people::{Desk, PASSWORD};
use crate::proposals::next_manifest;
use crate::stage::{Reply, Stage, take_up};
use kanhe_core::manifest::Contents;
use kanhe_service::accounts::Role;
use kanhe_service::house::House;
use kanhe_tests::Office;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Routes with a name in their path that are not an agency's own, each with its reason.
const NOBODYS_OWN: [(&str, &str); 8] = [
    ("applications_standing", "the applicant has the code, whoever he is, and hears of nothing but where it stands"),
    ("sharing_download", "the token is the right to fetch"),
    ("published_list", "signed for everybody"),
    ("published_tile", "signed for everybody"),
    ("types_one", "the types of the region are everybody's"),
    ("types_fields", "the types of the region are everybody's"),
    ("types_file", "the types of the region are everybody's"),
    ("matters_put", "the same code is another matter of each agency"),
];

/// The routes about one thing, as the description of the interface has them: one that is added is tried too.
fn routes_about_one() -> Vec<Route> {
    let named: Vec<Route> = routes().into_iter().filter(|route| route.path.contains('{')).collect();
    for (exception, _) in NOBODYS_OWN {
        assert!(named.iter().any(|route| route.name == exception), "{exception}");
    }
    named.into_iter().filter(|route| NOBODYS_OWN.iter().all(|(exception, _)| route.name != *exception)).collect()
}

/// An agency with one of each kind of thing, and who is at work there.
struct Side<'s> {
    things: Things,
    /// Who has made the things, and may do everything.
    own: Desk<'s>,
    /// Somebody else who may.
    all: Desk<'s>,
    /// One officer of each role.
    each: [(Role, Desk<'s>); 7],
}

impl<'s> Side<'s> {
    fn new(stage: &'s Stage, office: Office, logins: [&'static str; 2]) -> Self {
        let things = Things::of(stage, office, logins);
        let officer = |word: &str, roles: &[Role]| stage.officer(office, &format!("{}.{}", logins[0], word.replace('_', "-")), roles);
        Self {
            things,
            own: stage.sign_in(logins[0], PASSWORD, None),
            all: officer("all", &Role::ALL),
            each: Role::ALL.map(|role| (role, officer(role.word(), &[role]))),
        }
    }
}

/// Lets every agency of a house issue every type, so that each has things of every kind.
fn all_alike(house: &mut House) {
    let every_type = |contents: &mut Contents| {
        let kinds: Vec<u16> = contents.kinds.iter().map(|kind| kind.index).collect();
        contents.agencies.iter_mut().for_each(|agency| agency.kinds.clone_from(&kinds));
    };
    take_up(&house.library, next_manifest(2, every_type), house.now());
}

#[test]
fn every_route_answers_another_agency_as_if_nothing_were_there() {
    let stage = patient(all_alike);
    let (housing, guangzhou) = (Side::new(&stage, Office::Housing, ["ming", "hong"]), Side::new(&stage, Office::Guangzhou, ["an", "bo"]));
    let size = stage.house.library.log_size().unwrap();
    for (theirs, asking) in [(&housing, &guangzhou), (&guangzhou, &housing)] {
        let (things, nowhere) = (&theirs.things, theirs.things.of_nobody());
        for route in routes_about_one() {
            let said = |reply: Reply| (reply.status, reply.code(), reply.json()["detail"].clone());
            let other = said(things.ask(&asking.all, &route));
            assert_eq!(other.0, 404, "{route:?}: {other:?}");
            assert_eq!(other, said(nowhere.ask(&theirs.own, &route)), "{route:?}");
            for (role, officer) in &asking.each {
                assert!(matches!(things.ask(officer, &route).status, 403 | 404), "{} {route:?}", role.word());
            }
            let nobody = things.ask_as_nobody(&stage, &route);
            assert_eq!((nobody.status, nobody.code().as_str()), (401, "caller_unknown"), "{route:?}");
            // Whose it is finds it there: what nobody finds would be no proof.
            if route.method == "GET" {
                assert_ne!(things.ask(&theirs.own, &route).status, 404, "{route:?}");
            }
        }
    }
    assert_eq!(stage.house.library.log_size().unwrap(), size);
}

#[test]
fn a_caller_for_some_types_hears_of_no_other() {
    let stage = Stage::new();
    let identifier = stage.operator(WANG, 1);
    let only = Person { types: &[CONSTRUCTION], ..ALL_OF_HOUSING };
    let shown = stage.get_as(only, &format!("/v1/certificates/{identifier}"));
    assert_eq!((shown.status, shown.code().as_str()), (403, "caller_lacks_type"));
    let found = |by: Value| stage.post_as(only, "/v1/certificates/search", &json!({ "by": by })).json();
    for by in [json!({ "shelf": {} }), json!({ "name": name_of(1) }), json!({ "number": operator(1)["number"] })] {
        assert_eq!(found(by.clone()), json!({ "certificates": [], "next": null }), "{by}");
    }
    // Asked for by name, another is refused: that there is none would not be true.
    let named = [
        stage.post_as(only, "/v1/certificates/search", &json!({ "by": { "shelf": {} }, "type": OPERATOR })),
        stage.post_as(only, "/v1/applications/search", &json!({ "type": OPERATOR })),
        stage.get_as(only, &format!("/v1/audit/events?type={OPERATOR}")),
    ];
    for refused in named {
        assert_eq!((refused.status, refused.code().as_str()), (403, "caller_lacks_type"));
    }
    assert_eq!(stage.get_as(only, "/v1/certificates/count").json()["totals"], json!([]));
    assert_eq!(stage.post_as(only, "/v1/certificates", &issue(OPERATOR, operator(2))).status, 403);
}

#[test]
fn a_key_of_another_agency_never_signs() {
    let stage = Stage::new();
    // Guangzhou issues no construction permits, and Housing no accountants.
    let reply = stage.post_as(WANG, "/v1/certificates", &issue(ACCOUNTING, accountant(1)));
    assert_eq!((reply.status, reply.code().as_str()), (403, "desk_out_of_scope"));
    let hangzhou = Person { office: Office::Hangzhou, ..ALL_OF_HOUSING };
    let reply = stage.post_as(hangzhou, "/v1/certificates", &issue(OPERATOR, operator(1)));
    assert_eq!((reply.status, reply.code().as_str()), (409, "key_not_held"));
    let identifier = stage.operator(LI, 3);
    assert!(identifier.contains(Office::Guangzhou.code().as_str()), "{identifier}");
}

/// Names of few letters, so that every search meets certificates of both agencies.
fn searches() -> impl Strategy<Value = Value> {
    let by = prop_oneof![
        (0..24_usize).prop_map(|number| json!({ "name": name_of(number) })),
        (0..24_usize).prop_map(|number| json!({ "name": name_of(number).chars().skip(1).collect::<String>() })),
        (0..24_usize).prop_map(|number| json!({ "number": operator(number)["number"] })),
        (0..24_usize).prop_map(|number| json!({ "holder": { "code_type": "111", "code": resident_id(number) } })),
        Just(json!({ "shelf": {} })),
        Just(json!({ "shelf": { "state": "valid" } })),
        Just(json!({ "ending": { "until": "2030-01-01" } })),
    ];
    (by, 1..9_u16).prop_map(|(by, most)| json!({ "by": by, "limit": most }))
}

#[test]
fn no_search_finds_what_is_another_agencys() {
    let stage = Stage::new();
    let clerk = |number: usize| if number.is_multiple_of(3) { LI } else { WANG };
    let owned: Vec<(String, Person)> = (0..24).map(|number| (stage.operator(clerk(number), number), clerk(number))).collect();
    let all_pages = |person: Person, search: &Value| {
        let (mut search, mut found) = (search.clone(), Vec::new());
        loop {
            let json = stage.post_as(person, "/v1/certificates/search", &search).json();
            let rows = json["certificates"].as_array().unwrap_or_else(|| panic!("{json}"));
            found.extend(rows.iter().map(|row| row["identifier"].as_str().unwrap().to_owned()));
            // A page that promises another has a row behind it: an empty one would tell that there is somebody else's.
            assert!(!rows.is_empty() || search["after"].is_null(), "{search}");
            if json["next"].is_null() {
                return found;
            }
            search["after"] = json["next"].clone();
        }
    };
    let of = |person: Person| -> BTreeSet<&String> {
        owned.iter().filter(|(_, clerk)| clerk.login == person.login).map(|(identifier, _)| identifier).collect()
    };
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(40) });
    runner
        .run(&searches(), |search| {
            for person in [LI, WANG] {
                let found = all_pages(person, &search);
                let (set, own) = (found.iter().collect::<BTreeSet<_>>(), of(person));
                prop_assert!(set.is_subset(&own), "{} {search}", person.login);
                prop_assert_eq!(set.len(), found.len());
                if search["by"]["shelf"].is_object() || search["by"]["ending"].is_object() {
                    prop_assert_eq!(set, own);
                }
            }
            Ok(())
        })
        .unwrap();
    let total = |person| stage.get_as(person, "/v1/certificates/count").json()["totals"][0]["count"].as_u64();
    assert_eq!((total(LI), total(WANG)), (Some(8), Some(16)));
}

#[test]
fn a_refusal_never_names_what_is_another_agencys() {
    let stage = Stage::new();
    let (theirs, ours) = (stage.operator(LI, 1), stage.operator(WANG, 2));
    let alias = |person: Person, identifier: &str| {
        let mut body = grounds();
        body["scheme"] = json!("mohurd");
        body["value"] = json!("X-1");
        stage.post_as(person, &format!("/v1/certificates/{identifier}/alias"), &body)
    };
    assert_eq!(alias(CHEN, &theirs).status, 200);
    let taken = alias(ZHOU, &ours);
    assert_eq!((taken.status, taken.code().as_str()), (409, "alias_taken"));
    assert!(!String::from_utf8_lossy(&taken.bytes).contains(&theirs));
    assert_eq!(taken.json()["detail"], "该标识已对应本地区另一机构的证照");
    let own = alias(CHEN, &stage.operator(LI, 3));
    assert_eq!(own.json()["detail"], format!("已对应 {theirs}"), "it is his own agency's");
}

/// The source of every handler, by its path.
fn handlers(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files =
        entries.flat_map(|path| if path.is_dir() { handlers(&path) } else { vec![(path.clone(), fs::read_to_string(path).unwrap())] });
    files.collect()
}

/// The handlers ask `own.rs`, which asks the library: whoever forgets it is found here.
#[test]
fn no_handler_asks_the_library_for_what_may_be_anothers() {
    let forbidden = [
        "library.find(",
        "library.ask",
        "library.project",
        "library.counts(",
        "library.repeat_of(",
        "library.shelfmarks(",
        "library.history(",
        "library.event(",
        "library.event_at(",
        "library.office",
        "uses_of(&house.library",
        "shares_of(&house.library",
        "find_job(",
        "all_proposals().find(",
        "all_proposals().list(",
        "Desk::open(",
        "Examiner::new(",
        "Proposals::new(",
        "Wanted {",
    ];
    let handlers = handlers(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/kanhe-service/src/http/routes"));
    assert!(handlers.len() > 40, "{}", handlers.len());
    for (path, text) in handlers {
        // Lists of applications and events are confined by `applications_of` and `events_of`.
        let text = text.replace("let wanted = Wanted {", "").replace("let wanted = EventsWanted {", "");
        let text = text.replace("pub struct DeliveriesWanted {", "");
        for word in forbidden {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}
