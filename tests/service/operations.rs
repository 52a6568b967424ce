//! How the service is run: limits, monitoring, backups, TLS.

mod heard;

use crate::backups;
use crate::office::{issue, revoke};
use crate::stage::{Stage, house_with};
use heard::Heard;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::RegionCode;
use kanhe_service::accounts::Role;
use kanhe_service::backup::{Backups, back_up};
use kanhe_service::cause::Cause;
use kanhe_service::http::{Limits, Rate};
use kanhe_service::measure::Recorder;
use kanhe_service::publish::publish;
use kanhe_service::serve::{Shown, Tls};
use kanhe_store::Keeper;
use kanhe_tests::Office;
use rcgen::{CertificateParams, CertifiedIssuer, DistinguishedName, IsCa, KeyPair};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

fn limited(rate: Rate) -> Stage {
    Stage::with(Limits { rate, ..Limits::default() })
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let stage = limited(Rate { per_second: 1, burst: 3, at_once: 100 });
    let statuses: Vec<_> = (0..5).map(|_| stage.get("/v1/types").status).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    let refused = stage.get("/v1/types");
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("rate_exceeded", "2"));
    stage.later(SignedDuration::from_secs(1));
    assert_eq!(stage.get("/v1/types").status, 200);
    assert_eq!(stage.get("/v1/types").status, 429);
}

#[test]
fn who_tries_wrong_keys_is_counted_and_keeps_no_right_one_away() {
    let stage = limited(Rate { per_second: 1, burst: 3, at_once: 100 });
    let right = stage.key(Office::Housing, &[Role::Clerk], None);
    let with = |key: &str| stage.call(key, "GET", "/v1/session", None);
    let tried: Vec<_> = (0..5).map(|_| with("kanhe_0123456789abcdef_wrong").status).collect();
    assert_eq!(tried, [401, 401, 401, 429, 429]);
    assert_eq!(with("kanhe_0123456789abcdef_wrong").code(), "rate_exceeded");
    assert_eq!(with(&right).status, 200, "an account is counted as one, wherever it calls from");
}

#[test]
fn more_work_than_the_service_takes_at_once_is_refused_and_not_queued() {
    let stage = limited(Rate { per_second: 1_000, burst: 1_000, at_once: 1 });
    // A request whose body has not come yet is being worked on.
    let mut slow = TcpStream::connect(stage.address()).unwrap();
    slow.write_all(b"POST /v1/verify HTTP/1.1\r\nhost: kanhe\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n").unwrap();
    // A machine under load takes a while to see it.
    let look = |_| {
        std::thread::sleep(Duration::from_millis(50));
        stage.get("/v1/types")
    };
    let busy = (0..400).map(look).find(|reply| reply.status != 200).expect("one place is taken");
    assert_eq!((busy.status, busy.code().as_str(), busy.header("retry-after")), (503, "service_busy", "1"));
    assert_eq!(["/healthz", "/readyz"].map(|path| stage.get(path).status), [200, 200], "it is busy, and not dead");
    slow.write_all(b"{\"text\":\"abc\"}").unwrap();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    assert_eq!(stage.get("/v1/types").status, 200);
}

#[test]
fn one_network_that_never_ends_its_requests_leaves_places_for_the_others() {
    let limits = Limits { rate: Rate { per_second: 1_000, burst: 1_000, at_once: 8 }, ..Limits::default() };
    let stage = Stage::behind(&["127.0.0.1".parse().unwrap()], limits);
    let unended = |_| {
        let mut slow = TcpStream::connect(stage.address()).unwrap();
        let head = "POST /v1/verify HTTP/1.1\r\nhost: kanhe\r\nx-forwarded-for: 192.0.2.1\r\ncontent-type: application/json\r\n";
        slow.write_all(format!("{head}content-length: 14\r\n\r\n").as_bytes()).unwrap();
        slow
    };
    let _slow: Vec<TcpStream> = (0..2).map(unended).collect();
    let from = |address: &str| stage.send("GET", "/v1/types", &[("x-forwarded-for", address)], b"");
    // A machine under load takes a while to see them.
    let look = |_| {
        std::thread::sleep(Duration::from_millis(50));
        from("192.0.2.1")
    };
    let crowded = (0..400).map(look).find(|reply| reply.status != 200).expect("two places are its share");
    assert_eq!((crowded.status, crowded.code().as_str(), crowded.header("retry-after")), (429, "rate_exceeded", "1"));
    assert_eq!(from("192.0.2.2").status, 200);
}

#[test]
fn a_connection_that_has_not_asked_yet_when_the_service_stops_is_answered() {
    let stage = Stage::new();
    let mut fresh = TcpStream::connect(stage.address()).unwrap();
    assert_eq!(stage.get("/healthz").status, 200, "who came before has been taken");
    let asked = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        fresh.write_all(b"GET /healthz HTTP/1.1\r\nhost: kanhe\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        fresh.read_exact(&mut answer).map(|()| answer)
    });
    stage.stop();
    assert_eq!(&asked.join().unwrap().unwrap(), b"HTTP/1.1 200");
}

#[test]
fn a_manifest_that_has_run_out_is_named() {
    let stage = Stage::new();
    assert_eq!(stage.get("/readyz").status, 200);
    stage.later(SignedDuration::from_hours(24 * 3_650));
    let ready = stage.send("GET", "/readyz", &[("accept-language", "en")], b"");
    let part = ready.json()["parts"].as_array().unwrap().iter().find(|part| part["name"] == "manifest").unwrap().clone();
    assert_eq!((ready.status, part["code"].as_str()), (503, Some("manifest_stale")));
    assert!(part["hint"].as_str().unwrap().contains("next edition"), "{part}");
}

#[test]
fn a_probe_is_answered_however_much_its_address_has_asked_and_is_bounded_by_itself() {
    let stage = limited(Rate { per_second: 1, burst: 3, at_once: 100 });
    let statuses = |path: &str, times: usize| (0..times).map(|_| stage.get(path).status).collect::<Vec<_>>();
    assert_eq!(statuses("/v1/types", 4), [200, 200, 200, 429]);
    assert_eq!((statuses("/healthz", 1), statuses("/readyz", 2)), (vec![200], vec![200, 200]));
    assert_eq!(stage.get("/healthz").code(), "rate_exceeded");
    stage.later(SignedDuration::from_secs(1));
    assert_eq!((statuses("/healthz", 2), statuses("/v1/types", 2)), (vec![200, 429], vec![200, 429]));
}

#[test]
fn a_proxy_is_believed_only_where_the_configuration_names_it() {
    let ask = |stage: &Stage, from: &str| stage.send("GET", "/v1/types", &[("x-forwarded-for", from)], b"").status;
    let rate = Rate { per_second: 1, burst: 1, at_once: 100 };
    let behind = Stage::behind(&["127.0.0.1".parse().unwrap()], Limits { rate, ..Limits::default() });
    // What stands before the last address is the caller's own word.
    assert_eq!([ask(&behind, "192.0.2.1"), ask(&behind, "192.0.2.2"), ask(&behind, "192.0.2.9, 192.0.2.1")], [200, 200, 429]);
    let alone = limited(rate);
    assert_eq!([ask(&alone, "192.0.2.1"), ask(&alone, "192.0.2.2")], [200, 429]);
}

#[test]
fn the_answer_to_a_body_that_is_too_large_arrives_though_the_body_was_not_read() {
    let stage = Stage::new();
    for _ in 0..8 {
        let reply = stage.send("POST", "/v1/verify", &[("content-type", "application/json")], &[b' '; 8 << 20]);
        assert_eq!(reply.code(), "body_too_large");
    }
}

/// A service that has met everything that it counts, and what it then says.
fn counted() -> (Stage, String) {
    let recorder = Recorder::install().unwrap();
    let made = house_with(|house| {
        house.backups = Backups::by(Box::new(|_| Ok(1)));
        house.sharing.alarm_from = 5;
    });
    let stage = Stage::of(made, Limits::default());
    let certificate = issue(&stage, 1);
    publish(&stage.house);
    back_up(&stage.house);
    assert_eq!(stage.post("/v1/verify", &json!({ "text": certificate.text })).status, 200);
    std::fs::remove_file(stage.pack_file()).unwrap();
    std::fs::create_dir(stage.pack_file()).unwrap();
    revoke(&stage, &certificate);
    publish(&stage.house);
    // More searches than on other days, of which there are none.
    let clerk = stage.officer(Office::Housing, "clerk", &[Role::Clerk]);
    for _ in 0..stage.house.sharing.alarm_from {
        assert_eq!(clerk.post("/v1/certificates/search", &json!({ "by": { "shelf": {} } })).status, 200);
    }
    let authority = Authority::new();
    let (chain, key) = authority.certify();
    let tls = Arc::new(Tls::decode(shown(&chain, &key)).unwrap());
    assert_eq!(tls.ends().unwrap().to_string(), "4096-01-01T00:00:00Z");
    let text = stage.beside(recorder.router(&stage.house, Some(&tls)), "/metrics");
    (stage, text)
}

#[test]
fn monitoring_hears_numbers_and_nothing_about_anybody() {
    let (stage, text) = counted();
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}\n{text}")).to_owned();
    assert_eq!(line("kanhe_log_events "), "kanhe_log_events 3");
    assert_eq!(line("kanhe_verdicts_total"), "kanhe_verdicts_total{code=\"accepted\"} 1");
    assert_eq!(line("kanhe_publish_failures_total"), "kanhe_publish_failures_total{part=\"pack\",code=\"file_io\"} 1");
    assert!(
        text.lines().any(|line| line.starts_with("kanhe_http_request_seconds_count") && line.contains("route=\"/v1/verify\"")),
        "{text}"
    );
    assert_eq!(line("kanhe_status_list_age_seconds"), "kanhe_status_list_age_seconds 0");
    assert!(text.contains("kanhe_file_refused{file=\"pack\"} 0") && text.contains("kanhe_file_refused{file=\"tls\"} 0"), "{text}");
    assert_eq!(line("kanhe_alarms_total{noticed=\"searches\"}"), "kanhe_alarms_total{noticed=\"searches\"} 1");
    assert_eq!(line("kanhe_webhook_letters{fate=\"dead\"}"), "kanhe_webhook_letters{fate=\"dead\"} 0");
    assert!(line("kanhe_tls_left_seconds ").len() > "kanhe_tls_left_seconds 1000000000".len(), "two thousand years: {text}");
    assert_eq!(line("kanhe_api_keys_ending"), "kanhe_api_keys_ending 0");
    assert!(line("kanhe_key_left_seconds{").ends_with(" inf"), "the manifest names no last day: {text}");
    for secret in ["张", "440106", "粤A", "R-1", "gd.example.cn"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(stage.get("/metrics").status, 404, "strangers do not reach it");
}

#[test]
fn a_method_that_a_caller_made_up_is_counted_as_any_other() {
    let recorder = Recorder::install().unwrap();
    let stage = Stage::new();
    let mut caller = TcpStream::connect(stage.address()).unwrap();
    caller.write_all(b"ZHANGSAN /v1/types HTTP/1.1\r\nhost: kanhe\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    caller.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 405");
    let text = stage.beside(recorder.router(&stage.house, None), "/metrics");
    assert!(text.contains("method=\"_OTHER\"") && !text.contains("ZHANGSAN"), "{text}");
}

/// A sample of how the service is watched.
fn sample(file: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating").join(file)).unwrap()
}

/// The questions of the sample dashboard and of the alert rules.
fn questions() -> Vec<String> {
    let board: serde_json::Value = serde_json::from_str(&sample("grafana.json")).unwrap();
    let panels = board["panels"].as_array().unwrap();
    assert!(panels.len() >= 8);
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut questions: Vec<_> = targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect();
    let rules = sample("alerts.yaml");
    let asked: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).map(str::to_owned).collect();
    assert_eq!(asked.len(), rules.matches("- alert: ").count());
    questions.extend(asked);
    questions
}

#[test]
fn the_sample_dashboard_and_alerts_ask_for_what_the_service_says_in_a_way_that_can_be_answered() {
    let (_, text) = counted();
    // Certificates are issued over HTTP elsewhere.
    let heard = Heard::read(&text).and_histogram("kanhe_issue_seconds");
    let questions = questions();
    assert!(questions.len() > 40, "{}", questions.len());
    let faults: Vec<_> = questions.iter().filter_map(|question| Some((question, heard.fault_of(question).err()?))).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{text}");
}

#[test]
fn what_an_alert_sees_grow_stands_at_nought_before() {
    let recorder = Recorder::install().unwrap();
    let stage = Stage::new();
    let text = stage.beside(recorder.router(&stage.house, None), "/metrics");
    // Prometheus sees no growth in a series that begins with one.
    for series in [
        "alarms_total{noticed=\"calls\"}",
        "alarms_total{noticed=\"taken_alone\"}",
        "webhook_letters_dead_total",
        "job_rows_total{result=\"lodged\"}",
    ] {
        assert!(text.lines().any(|line| line == format!("kanhe_{series} 0")), "{series}: {text}");
    }
}

#[test]
fn a_backup_of_a_running_service_restores_to_what_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backups");
    let copy = to.clone();
    let take = move |library: &kanhe_store::Library| backups::back_up(library, &copy).map(|backup| backup.number).map_err(Cause::from);
    let stage = Stage::of(house_with(|house| house.backups = Backups::by(Box::new(take))), Limits::default());
    issue(&stage, 1);
    assert_eq!(back_up(&stage.house).unwrap().number, Ok(1));
    issue(&stage, 2);
    assert_eq!(back_up(&stage.house).unwrap().number, Ok(2));
    kanhe_store::backup::thin(&Keeper::of(&to).unwrap(), 1).unwrap();
    assert_eq!(kanhe_store::backup::backups(&to).unwrap().iter().map(|backup| backup.number).collect::<Vec<_>>(), [2]);
    let into = folder.path().join("db");
    backups::restore(&to, None, &into).unwrap();
    let secret = kanhe_store::LibrarySecret::new(zeroize::Zeroizing::new(*b"kanhe test library secret 000000"));
    let restored = kanhe_store::Library::open(&into, &secret, kanhe_store::Settings::default()).unwrap();
    assert_eq!((restored.certificates().unwrap(), restored.region()), (2, &RegionCode::parse("440000").unwrap()));
}

#[test]
fn a_backup_that_another_process_makes_at_the_same_time_is_named_and_keeps_none_of_later() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backups");
    let copy = to.clone();
    let take = move |library: &kanhe_store::Library| backups::back_up(library, &copy).map(|backup| backup.number).map_err(Cause::from);
    let stage = Stage::of(house_with(|house| house.backups = Backups::by(Box::new(take))), Limits::default());
    let other = Keeper::of(&to).unwrap();
    assert_eq!(back_up(&stage.house).unwrap().number, Err("backup_being_made"));
    let ready = stage.get("/readyz").json();
    let part = ready["parts"].as_array().unwrap().iter().find(|part| part["name"] == "backup").unwrap();
    assert_eq!((&part["ok"], &part["code"]), (&json!(false), &json!("backup_being_made")), "{ready}");
    assert!(part["hint"].as_str().is_some_and(|hint| hint.contains("待其结束")), "{ready}");
    drop(other);
    assert_eq!(back_up(&stage.house).unwrap().number, Ok(1));
}

#[test]
fn a_backup_that_fails_is_named() {
    let full = || Cause { code: "disk_full", detail: "/mnt/backups: No space left on device (os error 28)".to_owned() };
    let stage = Stage::of(house_with(|house| house.backups = Backups::by(Box::new(move |_| Err(full())))), Limits::default());
    back_up(&stage.house);
    let ready = stage.get("/readyz").json();
    assert_eq!(ready["status"], "degraded");
    assert!(ready["parts"].as_array().unwrap().iter().any(|part| part["name"] == "backup" && part["code"] == "disk_full"), "{ready}");
    // Whoever asks hears the code; where it happened is for who runs the service.
    assert!(!ready.to_string().contains("/mnt/backups"), "{ready}");
    let lines = stage.log_lines();
    let told = lines.iter().map(|line| &line["fields"]).find(|fields| fields["message"] == "the backup failed").unwrap();
    assert_eq!((&told["code"], &told["detail"]), (&json!("disk_full"), &json!(full().detail)));
}

fn shown<'a>(chain: &'a str, key: &'a str) -> Shown<'a> {
    Shown { chain: chain.as_bytes(), key: key.as_bytes(), authorities: None }
}

/// An authority for the stories.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "kanhe test authority");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A chain and a key for `localhost`, PEM.
    fn certify(&self) -> (String, String) {
        self.certify_as(|_| {})
    }

    fn certify_as(&self, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        change(&mut params);
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    /// A client that believes this authority and no other.
    fn client(&self) -> ureq::Agent {
        let root = ureq::tls::Certificate::from_pem(self.0.pem().as_bytes()).unwrap();
        kanhe_service::serve::name_provider();
        let tls = ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::new_with_certs(&[root])).build();
        ureq::Agent::config_builder().tls_config(tls).timeout_global(Some(Duration::from_secs(20))).build().into()
    }
}

#[test]
fn tls_is_built_in_and_a_renewed_certificate_is_shown_without_a_restart() {
    let (old, new) = (Authority::new(), Authority::new());
    let (chain, key) = old.certify();
    let tls = Arc::new(Tls::decode(shown(&chain, &key)).unwrap());
    let stage = Stage::over(Arc::clone(&tls), Limits::default());
    let url = format!("https://localhost:{}/healthz", stage.address().port());
    let reply = old.client().get(&url).call().unwrap();
    assert_eq!(reply.headers()["strict-transport-security"], "max-age=63072000");
    assert!(new.client().get(&url).call().is_err());
    let (chain, key) = new.certify();
    tls.put(shown(&chain, &key), Timestamp::now()).unwrap();
    assert!(old.client().get(&url).call().is_err());
    assert_eq!(new.client().get(&url).call().unwrap().status(), 200);
    assert!(ureq::get(&url.replacen("https", "http", 1)).call().is_err(), "nothing is said in the clear");
}

#[test]
fn a_certificate_that_cannot_be_shown_leaves_the_present_one() {
    let authority = Authority::new();
    let ((chain, key), (_, other)) = (authority.certify(), authority.certify());
    let tls = Tls::decode(shown(&chain, &key)).unwrap();
    let rows =
        [("", &*key, "tls_certificate"), ("hello", &*key, "tls_certificate"), (&*chain, "", "tls_key"), (&*chain, &*other, "tls_refused")];
    for (chain, key, code) in rows {
        assert_eq!(tls.put(shown(chain, key), Timestamp::now()).unwrap_err().code(), code);
    }
    let (chain, key) = authority.certify_as(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let ended = tls.put(shown(&chain, &key), Timestamp::now()).unwrap_err();
    assert_eq!(ended.code(), "tls_ended", "whoever calls would be shown what does not hold");
}

#[test]
fn without_tls_no_browser_is_told_to_come_over_tls() {
    assert_eq!(Stage::new().get("/healthz").header("strict-transport-security"), "");
}
