//! The description of the interface: kept in `schemas/http`, served, and true.

use crate::agencies::WANG;
use crate::chromium;
use crate::node::cache;
use crate::stage::Stage;
use kanhe_words::{hint, hint_in_sharing};
use std::fs;
use std::path::Path;
use std::process::Command;

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

/// What a validator by other hands says of a description.
fn held_against_openapi(description: &serde_json::Value) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    fs::write(&file, description.to_string()).unwrap();
    let validator = cache().join("readers/bin/openapi-spec-validator");
    let said = Command::new(validator).args(["--validation-errors", "all"]).arg(&file).output();
    let said = said.expect("`.ci/install test` has installed openapi-spec-validator");
    (said.status.success(), String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr))
}

#[test]
fn the_description_is_openapi_in_the_eyes_of_others() {
    let mut document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let (is_good, said) = held_against_openapi(&document);
    assert!(is_good, "{said}");
    document["paths"]["/healthz"]["get"]["responses"]["200"].as_object_mut().unwrap().remove("description");
    let (is_good, said) = held_against_openapi(&document);
    assert!(!is_good && said.contains("is a required property"), "{said}");
}

/// A generator of clients leaves out an operation with a body of which it does not know what to hand in.
#[test]
fn every_body_is_typed_and_files_are_bytes() {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let methods = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let bodies = methods.flat_map(|operation| {
        let answers = operation["responses"].as_object().unwrap().values();
        answers.chain(operation.get("requestBody")).filter_map(|body| body.get("content")?.as_object()).flatten()
    });
    let mut files = 0;
    for (media_type, body) in bodies {
        assert!(body["schema"].is_object(), "{media_type}: {body}");
        let is_file = ["application/cose", "application/octet-stream", "image/png"].contains(&media_type.as_str());
        assert!(!is_file || body["schema"] == serde_json::json!({ "type": "string", "format": "binary" }), "{media_type}: {body}");
        files += u32::from(is_file);
    }
    assert!(files > 10, "{files}");
}

#[test]
fn whatever_a_hint_sends_a_caller_to_is_there() {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let (page, mut sent_to) = (include_str!("../../docs/errors.md"), 0);
    let codes = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(code, _)| code);
    for (code, words) in codes.flat_map(|code| [hint(code), hint_in_sharing(code)].map(|words| (code, words))) {
        for text in words.iter().flat_map(|words| [words.zh, words.en]) {
            for (place, _) in text.match_indices("/v1/") {
                let is_of_path = |c: char| c.is_ascii_alphanumeric() || "/{}_-".contains(c);
                let path = text[place..].split(|c| !is_of_path(c)).next().unwrap();
                let method = text[..place].split_whitespace().next_back().unwrap_or_default().trim_start_matches(|c: char| !c.is_ascii());
                let method = method.trim_start_matches(|c: char| !c.is_ascii_uppercase()).to_ascii_lowercase();
                assert!(is_operation(&document, path, &method), "{code}: {method} {path}: {text}");
                sent_to += 1;
            }
        }
    }
    assert!(sent_to > 80, "{sent_to}");
}

/// Whether the interface has an operation of this method at a path, whatever the pieces of it are called that stand for something.
fn is_operation(document: &serde_json::Value, path: &str, method: &str) -> bool {
    let bare = |path: &str| path.split('/').map(|piece| if piece.starts_with('{') { "{}" } else { piece }).collect::<Vec<_>>().join("/");
    document["paths"].as_object().unwrap().iter().any(|(known, item)| bare(known) == bare(path) && item[method].is_object())
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
    let initializer = String::from_utf8(stage.get("/docs/swagger-initializer.js").bytes).unwrap();
    // What is left out here is a validator on the internet, which is shown the description of every service that is not on this machine.
    assert!(initializer.contains(r#""validatorUrl": "none""#), "{initializer}");
    assert!(page.header("content-security-policy").contains("script-src 'self'"), "{}", page.header("content-security-policy"));
}

/// Scripts do in a browser what nobody reads in them: under a name other than `localhost` the page had once shown its description to others.
#[test]
fn a_browser_that_opens_the_pages_under_another_name_shows_every_operation_and_asks_the_service_alone() {
    let stage = Stage::new();
    let visit = chromium::open(&stage, "licences.example.cn", "/docs/");
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(visit.page.contains(&format!("data-path=\"{path}\"")), "{path} is not shown: {:?}", visit.console);
    }
    let own = format!("http://licences.example.cn:{}/", stage.address().port());
    assert!(visit.asked.contains(&format!("{own}v1/openapi.json")), "{:?}", visit.asked);
    let others: Vec<_> = visit.asked.iter().filter(|url| !url.starts_with(&own) && !url.starts_with("data:")).collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(visit.console.is_empty(), "{:?}", visit.console);
}

#[test]
fn the_description_and_its_pages_are_kept_by_caches_and_the_front_door_leads_to_them() {
    let stage = Stage::new();
    for path in ["/v1/openapi.json", "/docs/", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/favicon-32x32.png"] {
        let first = stage.get(path);
        assert_eq!((first.status, first.header("cache-control")), (200, "public, max-age=60, must-revalidate"), "{path}");
        let again = stage.send("GET", path, &[("if-none-match", first.header("etag"))], b"");
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{path}");
    }
    for path in ["/", "/docs"] {
        let reply = stage.get(path);
        assert_eq!((reply.status, reply.header("location")), (303, "/docs/"), "{path}");
    }
    assert_eq!(stage.get("/docs/nothing.js").code(), "route_unknown");
}

/// OpenAPI 3.1 has a word for what the service itself sends.
#[test]
fn a_letter_is_as_the_description_has_it() {
    let stage = Stage::new();
    stage.operator(WANG, 1);
    let event = stage.house.library.event(1).unwrap().unwrap();
    let letter = serde_json::to_value(kanhe_service::webhooks::letter_of(1, &event)).unwrap();
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let told = &document["webhooks"]["event"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(told["schema"]["$ref"], "#/components/schemas/Letter");
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&letter), names(&told["example"]));
    assert_eq!(names(&letter["data"]), names(&told["example"]["data"]));
    let described = &document["components"]["schemas"]["Letter"]["properties"];
    for name in names(&letter["data"]) {
        assert!(described["data"]["allOf"][0]["properties"][&name].is_object(), "{name}");
    }
}
