//! What belongs to another agency is not there: not forbidden, not found, on every route and for every role.

use crate::agencies::*;
use crate::stage::Stage;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a route takes as its body; none is a GET.
fn body_of(method: &str, path: &str) -> Option<Value> {
    let mut body = grounds();
    match path.rsplit('/').next().unwrap() {
        _ if method == "get" => return None,
        "renew" | "amend" => body["application"] = operator(1),
        "alias" => {
            body["scheme"] = json!("x");
            body["value"] = json!("1");
        }
        "transfer-out" => body["to"] = json!("330000"),
        "reviews" => {
            body["department"] = json!("fire");
            body["opinion"] = json!("agrees");
        }
        _ => {}
    }
    Some(body)
}

/// The routes about one certificate or application, as the description of the interface has them: one that is added is tried too.
fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let of_one = path.starts_with("/v1/certificates/{identifier}") || path.starts_with("/v1/applications/{code}");
        for method in methods.as_object().unwrap().keys().filter(|_| of_one && !path.ends_with("/standing")) {
            routes.push((method.clone(), path.clone()));
        }
    }
    assert!(routes.len() >= 20, "{routes:?}");
    routes
}

#[test]
fn every_route_answers_another_agency_as_if_nothing_were_there() {
    let stage = Stage::new();
    let (identifier, code) = (stage.operator(WANG, 1), stage.lodged(WANG, 1));
    let size = stage.house.library.log_size().unwrap();
    for (method, route) in routes() {
        let ask = |person: Person, identifier: &str, code: &str| {
            let path = route.replace("{identifier}", identifier).replace("{code}", code);
            let reply = match body_of(&method, &route) {
                Some(body) => stage.post_as(person, &path, &body),
                None => stage.get_as(person, &path),
            };
            (reply.status, reply.code(), reply.json()["detail"].clone())
        };
        // The same certificate as Guangzhou's, which never was; and a code of nobody.
        let other = ask(ALL_OF_GUANGZHOU, &identifier, &code);
        assert_eq!(other.0, 404, "{method} {route}: {other:?}");
        let nowhere = identifier_of_nobody(&identifier);
        assert_eq!(other, ask(ALL_OF_HOUSING, &nowhere, "440000-20260615-7M3J9PW2ZS-8"), "{method} {route}");
        for role in ALL_ROLES {
            let roles: &'static [Role] = Box::leak(Box::new([role]));
            let person = Person { roles, ..ALL_OF_GUANGZHOU };
            assert!(matches!(ask(person, &identifier, &code).0, 403 | 404), "{} {method} {route}", role.word());
        }
        let nobody = match body_of(&method, &route) {
            Some(body) => stage.post(&route.replace("{identifier}", &identifier).replace("{code}", &code), &body),
            None => stage.get(&route.replace("{identifier}", &identifier).replace("{code}", &code)),
        };
        assert_eq!((nobody.status, nobody.code().as_str()), (401, "caller_unknown"), "{method} {route}");
    }
    assert_eq!(stage.house.library.log_size().unwrap(), size);
}

/// The third version of a certificate that has one.
fn identifier_of_nobody(identifier: &str) -> String {
    let identifier = kanhe_core::code::CertificateId::parse(identifier).unwrap();
    identifier.next_version().unwrap().next_version().unwrap().to_string()
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
}

/// The handlers ask `own.rs`, which asks the library: whoever forgets it is found here.
#[test]
fn no_handler_asks_the_library_for_what_may_be_anothers() {
    let routes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/kanhe-service/src/http/routes");
    let forbidden = [
        "library.find(",
        "library.ask",
        "library.project",
        "library.counts(",
        "library.repeat_of(",
        "library.shelfmarks(",
        "Desk::open(",
        "Wanted {",
    ];
    for folder in ["certificates", "applications", "sharing"] {
        for entry in fs::read_dir(routes.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            // A `Wanted` of a list is confined by `applications_of`.
            let text = text.replace("..Wanted::default() }", "").replace("let wanted = Wanted {", "");
            for word in forbidden {
                assert!(!text.contains(word), "{}: {word}", path.display());
            }
        }
    }
}
