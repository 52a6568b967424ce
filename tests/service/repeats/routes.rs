//! Every route that takes POST, with a key: what it makes is made once, or it says that it takes no key.

use crate::agencies::*;
use crate::applications::agreed;
use crate::asked::{Route, Things, patient, routes};
use crate::people::{Desk, PASSWORD};
use crate::proposals::{a_file, next_manifest};
use crate::stage::{Reply, Stage};
use jiff::SignedDuration;
use kanhe_store::Drawer;
use kanhe_tests::Office;
use serde_json::json;
use std::collections::BTreeSet;

/// Routes that refuse a key, each with its reason; one that is added is refused by itself.
const REFUSING: [(&str, &str); 5] = [
    ("session_begin", "nobody has signed in yet whose key it could be"),
    ("session_begin_second_factor", "each time it begins anew"),
    ("session_confirm_second_factor", "a code is good once"),
    ("session_ended_there", "a logout token is good once"),
    ("officers_reset", "each time there is another password"),
];

/// Routes whose requests stand on more than one thing of each kind; their own stories repeat them.
const ELSEWHERE: [(&str, &str); 3] = [
    ("certificates_renew", "the request of the application is known from the certificate"),
    ("certificates_amend", "likewise"),
    ("certificates_take_over", "the type says no state code of another region"),
];

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What stands in a library, but for who looked and asked.
fn standing(stage: &Stage) -> (u64, Vec<usize>) {
    const LASTING: [Drawer; 7] =
        [Drawer::ApiKeys, Drawer::Officers, Drawer::Hooks, Drawer::Matters, Drawer::Links, Drawer::Proposals, Drawer::Taken];
    let library = &stage.house.library;
    let papers = |drawer| library.office_page(drawer, &[], None, 1_000).unwrap().papers.len();
    (library.log_size().unwrap(), LASTING.map(papers).to_vec())
}

/// Things of which a route has not been asked yet, in the condition in which it takes them.
fn fresh(stage: &Stage, things: &Things, route: &Route, number: usize) -> Things {
    let post = |who: Person, path: &str, body: &serde_json::Value| assert_eq!(stage.post_as(who, path, body).status, 200, "{path}");
    let mut fresh = things.clone();
    if route.name.starts_with("certificates_") {
        fresh.certificate = stage.operator(WANG, number);
        let path = format!("/v1/certificates/{}", fresh.certificate);
        let mut away = grounds();
        away["to"] = json!("330000");
        match route.name.as_str() {
            "certificates_reinstate" => post(ZHOU, &format!("{path}/suspend"), &grounds()),
            "certificates_undo_transfer" => post(ZHOU, &format!("{path}/transfer-out"), &away),
            _ => {}
        }
    }
    if route.path.contains("/applications/{code}") {
        fresh.application = stage.lodged(WANG, number);
        if route.name == "applications_approve" {
            agreed(stage, &fresh.application);
        }
    }
    if matches!(route.name.as_str(), "proposals_reject" | "proposals_withdraw") {
        let author = stage.sign_in(if route.name == "proposals_reject" { "hong" } else { "ming" }, PASSWORD, None);
        let made = author.post("/v1/manifest", &a_file(&next_manifest(u32::try_from(number).unwrap(), |_| {})));
        fresh.proposal = made.json()["code"].as_str().unwrap().to_owned();
    }
    fresh
}

/// Whether an answer says that its request was done before, and shows no secret of the first.
fn is_of_before(first: &Reply, second: &Reply) -> bool {
    let shown = first.json();
    let secrets = ["key", "secret", "url", "one_time_password"].map(|name| shown[name].as_str().unwrap_or("no secret").to_owned());
    let text = String::from_utf8_lossy(&second.bytes);
    match second.status {
        409 => second.code() == "idempotency_shown_once" && secrets.iter().all(|secret| !text.contains(secret)),
        // A certificate or an application that a request is known by says so itself, and what is the same twice says nothing.
        200 | 201 => second.bytes == first.bytes || second.json()["result"] == "before" || second.json()["before"] == 1,
        _ => false,
    }
}

/// Asks three times with one key; the third time for something else.
fn repeat(stage: &Stage, desk: &Desk<'_>, things: &Things, route: &Route) -> bool {
    let key = format!("K-{}", route.name);
    let first = things.ask_once(desk, &key, route, b"");
    if first.status >= 300 {
        return false;
    }
    let stood = standing(stage);
    let second = things.ask_once(desk, &key, route, b"");
    assert!(is_of_before(&first, &second), "{route:?} {}", String::from_utf8_lossy(&second.bytes));
    // A clock that was set back since hides from nobody that it was done, and writes nothing.
    stage.later(-HOUR);
    let third = things.ask_once(desk, &key, route, b"");
    stage.later(HOUR);
    assert!(is_of_before(&first, &third), "{route:?} {}", String::from_utf8_lossy(&third.bytes));
    let other = things.ask_once(desk, &key, route, b"\n");
    let is_known = other.status < 300 && other.json()["result"] == "before";
    assert!(is_known || other.code() == "idempotency_key_reused", "{route:?} {}", String::from_utf8_lossy(&other.bytes));
    assert_eq!(standing(stage), stood, "{route:?}");
    true
}

#[test]
fn what_a_route_makes_is_made_once_for_a_key_or_the_key_is_refused() {
    let stage = patient(|_| {});
    let things = Things::of_housing(&stage);
    let desk = stage.sign_in("ming", PASSWORD, None);
    let takers = takers();
    let names = |rows: &[(&'static str, &str)]| rows.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let (mut refusing, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for (number, route) in (20..).zip(routes().into_iter().filter(|route| route.method == "POST")) {
        let fresh = fresh(&stage, &things, &route, number);
        if takers.contains(&route.name) {
            if !repeat(&stage, &desk, &fresh, &route) {
                elsewhere.insert(route.name);
            }
            continue;
        }
        let before = standing(&stage);
        let reply = fresh.ask_once(&desk, "K", &route, b"");
        if reply.status == 400 && reply.code() == "idempotency_key_not_taken" {
            assert_eq!(standing(&stage), before, "{route:?}");
            refusing.insert(route.name);
            continue;
        }
        let stood = standing(&stage);
        fresh.ask_once(&desk, "K", &route, b"");
        assert_eq!(standing(&stage), stood, "{route:?} is not the same twice");
    }
    assert_eq!((refusing, elsewhere), (names(&REFUSING), names(&ELSEWHERE)));
    assert!(takers.len() > 25, "{takers:?}");
}

/// The routes that take a key, as the interface's document has them.
fn takers() -> BTreeSet<String> {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let posts = document["paths"].as_object().unwrap().values().map(|methods| &methods["post"]);
    let takes = |operation: &&serde_json::Value| {
        operation["parameters"].as_array().is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "Idempotency-Key"))
    };
    posts.filter(takes).map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_key_that_a_certificate_proves_has_no_secret_and_is_answered_again() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Housing, "ming", &[kanhe_service::accounts::Role::Administrator]);
    let body = json!({ "name": "窗口", "roles": ["clerk"], "certificate": "ab".repeat(32) });
    let link = || admin.send_once("K-1", "POST", "/v1/api-keys", &body);
    let (first, again) = (link(), link());
    assert_eq!((first.status, again.status, again.header("idempotent-replayed")), (201, 201, "true"));
    assert_eq!(first.bytes, again.bytes);
    let made = admin.send_once("K-2", "POST", "/v1/api-keys", &json!({ "name": "柜台", "roles": ["clerk"] }));
    let told = admin.send_once("K-2", "POST", "/v1/api-keys", &json!({ "name": "柜台", "roles": ["clerk"] }));
    assert_eq!((made.status, told.status, told.code().as_str()), (201, 409, "idempotency_shown_once"));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert!(told.json()["detail"].as_str().unwrap().contains(&id), "it says which key was made: {told:?}");
    assert_eq!(admin.get("/v1/api-keys").json()["keys"].as_array().unwrap().len(), 2);
}
