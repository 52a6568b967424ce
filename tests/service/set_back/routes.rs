//! What every route does in a library that was set back: whatever would be lost with it is refused, and what may be lost is named here.

use super::Shelf;
use crate::asked::{Things, routes};
use crate::backups;
use crate::people::{Desk, PASSWORD};
use crate::stage::Stage;
use crate::webhooks::rounds;
use jiff::SignedDuration;
use kanhe_service::backup::back_up;
use kanhe_service::jobs::round;
use kanhe_service::proposals::work;
use kanhe_service::publish::{compare, publish};
use kanhe_service::webhooks::Miss;
use kanhe_service::webhooks::courier::Round;
use kanhe_tests::Office;
use serde_json::json;
use std::fs;
use std::path::Path;

/// Routes that take a method which changes things, and are answered all the same, each with its reason.
const ANSWERED: [(&str, &str); 18] = [
    ("verify_verify", "it reads"),
    ("verify_verify_batch", "it reads"),
    ("verify_verify_picture", "it reads"),
    ("verify_verify_file", "it reads"),
    ("certificates_search", "it reads"),
    ("applications_search", "it reads"),
    ("audit_check", "it reads, and says nothing of a certificate"),
    ("published_publish", "it signs nothing, and says why"),
    ("session_begin", "somebody must come in to see to it"),
    ("session_end", "it shuts a door"),
    ("session_ended_there", "it shuts a door"),
    ("session_password", "one's own account"),
    ("session_begin_second_factor", "one's own account"),
    ("session_confirm_second_factor", "one's own account"),
    ("officers_deactivate", "it shuts a door"),
    ("officers_unlink", "it shuts a door"),
    ("api_keys_revoke", "it shuts a door"),
    ("webhooks_remove", "it shuts a door"),
];

/// A library with one of everything, which was published, went on for an event, and was set back behind that.
fn set_back(shelf: &Shelf) -> (Stage, Things) {
    let before = shelf.service();
    let things = Things::of_housing(&before);
    publish(&before.house);
    backups::back_up(&before.house.library, &shelf.backups()).unwrap();
    let hong = before.sign_in("hong", PASSWORD, None);
    let path = format!("/v1/certificates/{}/suspend", things.certificate);
    assert_eq!(hong.post(&path, &crate::agencies::grounds()).status, 200);
    assert_eq!(publish(&before.house).failures().count(), 0);
    before.stop();
    (shelf.service_set_back(), things)
}

#[test]
fn in_a_library_that_was_set_back_no_route_writes_what_would_be_lost() {
    let shelf = Shelf::new();
    let (stage, things) = set_back(&shelf);
    let size = stage.house.library.log_size().unwrap();
    let ming = stage.sign_in("ming", PASSWORD, None);
    // A link is spent by fetching.
    let changing = routes().into_iter().filter(|route| route.method != "GET" || route.name == "sharing_download");
    let is_answered = |name: &str| ANSWERED.iter().any(|(answered, _)| *answered == name);
    let (answered, refused): (Vec<_>, Vec<_>) = changing.partition(|route| is_answered(&route.name));
    assert_eq!(answered.len(), ANSWERED.len(), "{answered:?}");
    assert!(refused.len() >= 40, "{}", refused.len());
    for route in refused {
        let reply = things.ask(&ming, &route);
        assert_eq!(reply.status, 503, "{route:?} {}", String::from_utf8_lossy(&reply.bytes));
        assert_eq!(reply.code(), "log_fork", "{route:?}");
    }
    for route in answered {
        // A session of its own: one of these ends it.
        let desk = stage.sign_in("ming", PASSWORD, None);
        let reply = things.ask(&desk, &route);
        assert_ne!(reply.status, 503, "{route:?} {}", String::from_utf8_lossy(&reply.bytes));
    }
    assert_eq!(stage.house.library.log_size().unwrap(), size);
}

fn revoked(desk: &Desk<'_>, key: &str) -> u16 {
    desk.send("DELETE", &format!("/v1/api-keys/{key}"), None).status
}

#[test]
fn in_a_library_that_was_set_back_doors_are_shut_and_none_is_opened() {
    let shelf = Shelf::new();
    let before = shelf.service();
    let things = Things::of_housing(&before);
    let key = before.sign_in("ming", PASSWORD, None).post("/v1/api-keys", &json!({ "name": "柜台", "roles": ["clerk"] })).json();
    publish(&before.house);
    backups::back_up(&before.house.library, &shelf.backups()).unwrap();
    crate::office::issue(&before, 7);
    publish(&before.house);
    before.stop();
    let stage = shelf.service_set_back();
    let (ming, hong) = (stage.sign_in("ming", PASSWORD, None), stage.sign_in("hong", PASSWORD, None));
    let text = key["key"].as_str().unwrap();
    let show = |by: &str| stage.call(by, "GET", &format!("/v1/certificates/{}", things.certificate), None).status;
    assert_eq!(show(text), 200, "who works here still reads, and that he did is written down");
    assert_eq!(revoked(&ming, key["id"].as_str().unwrap()), 200);
    assert_eq!(show(text), 401);
    assert_eq!(ming.post("/v1/api-keys", &json!({ "name": "新", "roles": ["clerk"] })).code(), "log_fork");
    // Somebody whose password is known to others chooses another, and somebody who is not to come in does not.
    let own = json!({ "old": PASSWORD, "new": "four quite different words" });
    assert_eq!(hong.send("PUT", "/v1/session/password", Some(&own)).status, 204);
    stage.later(SignedDuration::from_mins(2));
    assert_eq!(stage.try_sign_in("hong", "four quite different words", None).status, 201);
    let id = kanhe_service::accounts::OfficerId::of(&stage.house.library, "hong");
    assert_eq!(ming.post(&format!("/v1/officers/{id}/deactivation"), &json!({})).status, 200);
    assert_eq!(hong.get("/v1/session").code(), "session_over");
    assert_eq!(ming.post(&format!("/v1/officers/{id}/reactivation"), &json!({})).code(), "log_fork");
    let uses = ming.get("/v1/audit/uses").json().to_string();
    for act in ["key_revoked", "officer_deactivated", "shown"] {
        assert!(uses.contains(act), "{act}");
    }
}

#[test]
fn in_a_library_that_was_set_back_nobody_works_in_the_background_until_it_is_the_right_one_again() {
    let shelf = Shelf::new();
    let (stage, things) = set_back(&shelf);
    let told = |_: &str, _: &[(&str, String)], _: &[u8]| -> Result<u16, Miss> { panic!("nobody is told anything") };
    assert!(round(&stage.house).is_ok() && !work(&stage.house).unwrap());
    assert_eq!(rounds(&stage.house, &told), Round::default());
    assert_eq!(back_up(&stage.house).unwrap().number, Err("log_fork"), "a copy would push out one of the right library");
    // The copy that contradicts it is taken away, which OPERATING.md forbids: here it stands for a library that is the right one.
    fs::remove_file(shelf.copy()).unwrap();
    assert_eq!(compare(&stage.house), Ok(()));
    let hong = stage.sign_in("hong", PASSWORD, None);
    let path = format!("/v1/certificates/{}/suspend", things.certificate);
    assert_eq!(hong.post(&path, &crate::agencies::grounds()).status, 200);
    assert_eq!(back_up(&stage.house).unwrap().number, Ok(1));
    assert_eq!(stage.officer(Office::Housing, "new.comer", &[kanhe_service::accounts::Role::Clerk]).get("/v1/session").status, 200);
}

/// Whoever writes without asking is found here: the other ways to write ask by themselves.
#[test]
fn only_who_comes_in_and_what_is_named_in_a_list_is_written_even_then() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found: Vec<String> = Vec::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && fs::read_to_string(&path).unwrap().contains("_even_astray") {
                found.push(path.strip_prefix(&source).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    let accounts = |name: &str| format!("kanhe-service/src/accounts/{name}.rs");
    let [key, session, sign_in, tries, uses] = ["api_key", "session", "sign_in", "tries", "uses"].map(accounts);
    let (letters, library) = ("kanhe-service/src/webhooks/delivery.rs".to_owned(), "kanhe-store/src/library.rs".to_owned());
    assert_eq!(found, [key, session, sign_in, tries, uses, letters, library]);
}
