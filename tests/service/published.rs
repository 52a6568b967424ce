//! Signed files that anybody may keep.

use crate::stage::Stage;
use kanhe_core::pack::Pack;
use kanhe_tests::Province;

#[test]
fn the_pack_is_served_with_a_tag_and_opens() {
    let stage = Stage::new();
    let reply = stage.get("/v1/pack");
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/cose; cose-type=\"cose-sign1\""));
    assert_eq!(Pack::open(&reply.bytes, &[Province::Guangdong.root_key().verifying_key()]).unwrap().epoch(), 1);
    assert_eq!(reply.header("content-disposition"), format!("attachment; filename=\"{}.pack\"", Province::Guangdong.code()));
    let tag = reply.header("etag").to_owned();
    assert_eq!(reply.header("cache-control"), "public, max-age=60, must-revalidate");
    assert_eq!(reply.header("vary"), "origin", "a cache holds it once, whatever language is asked for");
    for (asked, status) in [(tag.as_str(), 304), ("\"other\"", 200), ("*", 304), (&format!("\"other\", W/{tag}"), 304)] {
        let again = stage.send("GET", "/v1/pack", &[("if-none-match", asked)], b"");
        assert_eq!((again.status, again.header("etag")), (status, tag.as_str()), "{asked}");
    }
}

#[test]
fn the_log_serves_only_what_its_checkpoint_vouches_for() {
    let stage = Stage::new();
    assert_eq!(stage.get("/v1/log/checkpoint").code(), "file_not_published");
    for path in ["0/000", "0/000.p/1", "entries/000.p/1", "0/x", "9/000", "../secret"] {
        assert_eq!(stage.get(&format!("/v1/log/tile/{path}")).code(), "file_not_published", "{path}");
    }
}

#[test]
fn the_manifest_is_the_one_that_the_library_works_under() {
    let stage = Stage::new();
    assert_eq!(stage.get("/v1/manifest").bytes, stage.house.library.manifest().unwrap().unwrap().envelope);
}

#[test]
fn readiness_names_what_is_wrong() {
    let stage = Stage::new();
    assert_eq!(stage.get("/readyz").status, 200);
    stage.later(jiff::SignedDuration::from_hours(24 * 31));
    let reply = stage.get("/readyz");
    assert_eq!(reply.status, 503);
    let parts = reply.json();
    let failing: Vec<_> = parts["parts"].as_array().unwrap().iter().filter(|part| part["ok"] == false).collect();
    assert_eq!(failing.len(), 1);
    assert_eq!((failing[0]["name"].as_str(), failing[0]["code"].as_str()), (Some("pack"), Some("pack_stale")));
    assert_eq!(stage.get("/healthz").status, 200);
}
