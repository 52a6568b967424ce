//! Signed files behind links.

use super::{Asker, code, consent, shares};
use crate::office::issue;
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::json;

#[test]
fn a_link_is_good_once_and_for_ten_minutes() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let body = json!({ "purpose": consent(), "identifier": certificate.identifier.to_string() });
    let give = || {
        let reply = asker.ask("links", &body);
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()["url"].as_str().unwrap().to_owned()
    };
    let url = give();
    assert_eq!(stage.send("HEAD", &url, &[], b"").status, 405);
    let file = stage.get(&url);
    let library = &stage.house.library;
    let signed = library.record(library.find(&certificate.identifier).unwrap().unwrap()).unwrap().envelope;
    assert_eq!((file.status, file.bytes == signed, file.header("cache-control")), (200, true, "no-store"));
    let name = format!("attachment; filename=\"{}.cose\"", certificate.identifier.without_root());
    assert_eq!(file.header("content-disposition"), name);
    assert_eq!(code(&stage.get(&url)), (410, "download_spent".to_owned()));

    let (in_time, late) = (give(), give());
    stage.later(SignedDuration::from_mins(9));
    assert_eq!(stage.get(&in_time).status, 200);
    stage.later(SignedDuration::from_mins(2));
    assert_eq!(code(&stage.get(&late)), (410, "download_expired".to_owned()));
    for nothing in ["/v1/downloads/x", "/v1/downloads/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(code(&stage.get(nothing)), (404, "download_unknown".to_owned()));
    }
    let acts = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    let acts = acts.iter().filter(|share| share["act"] == "download" && share["consent"]["reference"] == "SQ-2026-1");
    assert_eq!(acts.count(), 2);
}
