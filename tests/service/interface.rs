//! The description of the interface: kept in `schemas/http`, served, and true.

use crate::stage::Stage;
use std::fs;
use std::path::Path;

fn kept() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/http/openapi.json")
}

/// With `KANHE_BLESS=1` the document is written anew.
#[test]
fn the_kept_description_is_the_one_that_the_handlers_make() {
    let made = serde_json::to_string_pretty(&kanhe_service::http::openapi()).unwrap() + "\n";
    if std::env::var_os("KANHE_BLESS").is_some() {
        fs::create_dir_all(kept().parent().unwrap()).unwrap();
        fs::write(kept(), &made).unwrap();
    }
    let found = fs::read_to_string(kept()).unwrap_or_default();
    assert!(
        found == made,
        "schemas/http/openapi.json is not what the handlers say; run again with KANHE_BLESS=1 and look at the difference"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let methods = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut names: Vec<&str> = methods.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(twice.is_empty() && names.len() > 60, "{twice:?}");
}

#[test]
fn the_description_is_served_and_can_be_browsed_without_the_internet() {
    let stage = Stage::new();
    let served = stage.get("/v1/openapi.json").json();
    assert_eq!(served["openapi"].as_str().unwrap().split('.').next(), Some("3"));
    assert!(served["paths"]["/v1/verify"]["post"].is_object());
    let page = stage.get("/docs/");
    let text = String::from_utf8(page.bytes.clone()).unwrap();
    assert_eq!(page.status, 200);
    assert!(!text.contains("https://"), "{text}");
    assert!(page.header("content-security-policy").contains("script-src 'self'"), "{}", page.header("content-security-policy"));
}
