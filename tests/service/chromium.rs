//! A real browser without a window, Debian's headless Chromium: what it makes of a page, and whom it asks meanwhile.

use crate::stage::Stage;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// What a browser has made of a page.
pub struct Visit {
    /// The document, after its scripts.
    pub page: String,
    /// Every address that was asked for: by the page, by its scripts and styles, and by the browser itself.
    pub asked: BTreeSet<String>,
    /// What its console says: what the page's policy has kept it from stands here too.
    pub console: Vec<String>,
}

/// Opens a page of a service under a host name that only this browser knows, and waits until its scripts have nothing more to do.
pub fn open(stage: &Stage, host: &str, path: &str) -> Visit {
    let (folder, port) = (TempDir::new().unwrap(), stage.address().port());
    let (profile, log) = (folder.path().join("profile"), folder.path().join("net.json"));
    let mut browser = Command::new("chromium-headless-shell");
    // Whoever runs as root has no sandbox, and the page is ours.
    browser.args(["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-logging=stderr"]);
    browser.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    // Any other host is asked for in vain, whether or not this machine has an internet: that it was asked for stands in the log.
    browser.arg(format!("--host-resolver-rules=MAP {host} 127.0.0.1, MAP * ~NOTFOUND"));
    browser.arg(format!("--user-data-dir={}", profile.display())).arg(format!("--log-net-log={}", log.display()));
    browser.args(["--virtual-time-budget=20000", "--dump-dom"]).arg(format!("http://{host}:{port}{path}"));
    let ended = browser.output().unwrap_or_else(|error| panic!("`.ci/install test` has installed Chromium: {error}"));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{browser:?}\n{said}");
    Visit {
        page: String::from_utf8(ended.stdout).unwrap(),
        asked: asked(&serde_json::from_slice(&fs::read(&log).unwrap()).unwrap()),
        console: said.lines().filter(|line| line.contains(":CONSOLE")).map(ToOwned::to_owned).collect(),
    }
}

/// The addresses of all requests in Chromium's own log of its network, by whatever part of it they were made.
fn asked(log: &Value) -> BTreeSet<String> {
    let kinds: BTreeMap<&str, &Value> =
        log["constants"]["logEventTypes"].as_object().unwrap().iter().map(|(name, number)| (name.as_str(), number)).collect();
    let starts = |event: &&Value| event["type"] == *kinds["URL_REQUEST_START_JOB"] || event["type"] == *kinds["CORS_REQUEST"];
    let events = log["events"].as_array().unwrap().iter().filter(starts);
    events.filter_map(|event| event["params"]["url"].as_str()).map(ToOwned::to_owned).collect()
}
