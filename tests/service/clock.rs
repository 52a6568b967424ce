//! A clock that was set back, or ahead: nothing is recorded behind what stands there, and nobody is locked out by what a clock said once.

use crate::agencies::*;
use crate::stage::Stage;
use jiff::{SignedDuration, Timestamp};
use kanhe_service::house::House;
use kanhe_service::measure::Recorder;
use kanhe_service::publish::publish;
use kanhe_service::recording::Recording;
use serde_json::{Value, json};

const DAYS: SignedDuration = SignedDuration::from_hours(24 * 10);

fn act(stage: &Stage, verb: &str, identifier: &str) -> (u16, Value) {
    let reply = stage.post_as(ZHOU, &format!("/v1/certificates/{identifier}/{verb}"), &grounds());
    (reply.status, reply.json())
}

/// The clock of a house whose configuration says that it was ahead up to a moment.
fn excusing(house: &House, ahead: Timestamp) -> Recording {
    Recording::excusing(&house.library, Some(ahead)).unwrap()
}

/// What `/readyz` says of the clock.
fn clock(stage: &Stage) -> Option<String> {
    let ready = stage.get("/readyz").json();
    let part = ready["parts"].as_array().unwrap().iter().find(|part| part["name"] == "clock").cloned();
    part.map(|part| part["code"].as_str().unwrap().to_owned())
}

/// When the newest of its lists was signed.
fn newest_list(stage: &Stage) -> Timestamp {
    stage.house.press.notices().values().map(|notice| notice.issued).max().unwrap()
}

/// The last line of a check.
fn checked(stage: &Stage) -> Value {
    let reply = stage.send("POST", "/v1/check", &[("authorization", &stage.bearer(WU))], &[]);
    serde_json::from_str(String::from_utf8(reply.bytes).unwrap().lines().last().unwrap()).unwrap()
}

fn indices(stage: &Stage, question: &str) -> Vec<u64> {
    let page = stage.get_as(WU, &format!("/v1/audit/events{question}")).json();
    page["events"].as_array().unwrap().iter().map(|event| event["index"].as_u64().unwrap()).collect()
}

#[test]
fn nothing_is_done_or_signed_by_a_clock_that_was_set_back() {
    let stage = Stage::new();
    let (first, second) = (stage.operator(WANG, 1), stage.operator(WANG, 2));
    assert_eq!(publish(&stage.house).failures().count(), 0);
    assert_eq!(act(&stage, "suspend", &first).0, 200);
    let size = stage.house.library.log_size().unwrap();

    stage.later(-DAYS);
    let (status, refused) = act(&stage, "suspend", &second);
    assert_eq!((status, refused["code"].as_str()), (503, Some("clock_set_back")));
    let detail = refused["detail"].as_str().unwrap();
    assert!(["2026-06-05", "2026-06-15"].iter().all(|day| detail.contains(day)), "both moments: {detail}");
    let report = publish(&stage.house);
    assert_eq!((report.lists, report.checkpoint), (Err("clock_set_back"), Ok(Some(size))), "a checkpoint bears no moment");
    assert_eq!(clock(&stage).as_deref(), Some("clock_set_back"));
    assert!(stage.beside(Recorder::install().unwrap().router(&stage.house, None), "/metrics").contains("kanhe_clock_behind 1"));
    assert_eq!(stage.house.library.log_size().unwrap(), size);

    // A clock that is corrected by seconds keeps nobody waiting, and nothing is dated before what stands there.
    stage.later(DAYS - SignedDuration::from_secs(60));
    assert_eq!(act(&stage, "suspend", &second).0, 200);
    let recorded = |index| stage.house.library.event_at(index).unwrap().recorded;
    assert_eq!(recorded(size), recorded(size - 1));
    assert_eq!((publish(&stage.house).lists, clock(&stage)), (Ok(1), None));
    let told = checked(&stage);
    assert_eq!((&told["findings"], &told["recorded_backwards"], &told["recorded_ahead"]), (&json!([]), &json!(0), &json!(0)));
}

#[test]
fn who_had_a_clock_ahead_goes_on_and_is_told_when_the_excuse_is_needed_no_more() {
    let stage = Stage::new();
    let (first, second) = (stage.operator(WANG, 1), stage.operator(WANG, 2));
    stage.later(DAYS);
    assert_eq!(act(&stage, "revoke", &first).0, 200);
    assert_eq!(publish(&stage.house).failures().count(), 0);
    let ahead: Timestamp = stage.house.now();
    stage.later(-DAYS);
    assert_eq!((act(&stage, "cancel", &first).0, clock(&stage).as_deref()), (503, Some("clock_set_back")));

    let stage = stage.restarted_with(|house| house.recording = excusing(house, ahead));
    assert_eq!(clock(&stage), None, "the library is still ahead, and that is known");
    assert_eq!(act(&stage, "suspend", &second).0, 200);
    let (then, held) = (stage.house.now(), |stage: &Stage, at: Timestamp| {
        let history = stage.get_as(WU, &format!("/v1/certificates/{first}/history?at={at}")).json();
        (history["at"]["condition"].as_str().unwrap().to_owned(), history["now"].as_str().unwrap().to_owned())
    });
    stage.later(SignedDuration::from_hours(1));
    assert_eq!(held(&stage, then), ("revoked".to_owned(), "revoked".to_owned()), "it was, by the time of what stands behind it");
    assert_eq!(act(&stage, "cancel", &first).0, 200);
    assert_eq!(publish(&stage.house).failures().count(), 0);
    assert!(newest_list(&stage) <= stage.house.now(), "lists that lay ahead are signed again");
    assert_eq!(clock(&stage).as_deref(), Some("clock_excuse_left"));
    assert_eq!(held(&stage, stage.house.now()), ("cancelled".to_owned(), "cancelled".to_owned()));

    // Without the excuse it goes on all the same: the last that was recorded is right.
    let stage = stage.restarted();
    assert_eq!((act(&stage, "reinstate", &second).0, clock(&stage)), (200, None));
    let told = checked(&stage);
    assert_eq!((&told["findings"], &told["recorded_backwards"], &told["recorded_ahead"]), (&json!([]), &json!(1), &json!(1)));
}

#[test]
fn what_stands_behind_a_moment_in_the_log_is_listed_since_then_whatever_it_bears() {
    let stage = Stage::new();
    let first = stage.operator(WANG, 1);
    stage.later(DAYS);
    assert_eq!(act(&stage, "suspend", &first).0, 200);
    let (suspended, ahead) = (stage.house.library.log_size().unwrap() - 1, stage.house.now());
    stage.later(-DAYS);
    let stage = stage.restarted_with(|house| house.recording = excusing(house, ahead));
    assert_eq!(act(&stage, "reinstate", &first).0, 200);
    assert_eq!(indices(&stage, &format!("?from={ahead}")), [suspended, suspended + 1]);
    assert_eq!(indices(&stage, &format!("?from={ahead}&after={}", suspended + 1)), [suspended + 1]);
    assert_eq!(indices(&stage, &format!("?from={ahead}&subject={first}")), [suspended, suspended + 1]);
    assert_eq!(indices(&stage, "?from=2026-07-01"), [0_u64; 0]);
}

#[test]
fn a_page_that_begins_behind_a_moment_is_listed_without_what_stands_before_it() {
    let stage = Stage::new();
    let since = stage.house.now();
    stage.operator(WANG, 1);
    stage.operator(WANG, 2);
    // What nobody reads may be lost.
    let stage = stage.restarted_without(0);
    assert_eq!(indices(&stage, &format!("?from={since}&after=2")), [2]);
}

#[test]
fn who_asks_again_while_the_clock_lies_behind_is_told_what_was_done_before() {
    let stage = Stage::new();
    let first = stage.operator(WANG, 1);
    let (suspend, amend) = (format!("/v1/certificates/{first}/suspend"), format!("/v1/certificates/{first}/amend"));
    let mut amended = issue(OPERATOR, operator(1));
    amended.as_object_mut().unwrap().remove("type");
    amended["application"]["request_id"] = json!("R-1-amended");
    let replaced = stage.post_as(WANG, &amend, &amended).json()["certificate"]["identifier"].clone();
    let second = stage.operator(WANG, 2);
    let suspend = suspend.replace(&first, &second);
    assert_eq!(stage.post_once(ZHOU, "K-1", &suspend, &grounds()).status, 200);
    let size = stage.house.library.log_size().unwrap();

    stage.later(-DAYS);
    let again = stage.post_once(ZHOU, "K-1", &suspend, &grounds());
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"), "also of another day");
    let again = stage.post_as(WANG, &amend, &amended);
    assert_eq!((again.status, &again.json()["certificate"]["identifier"]), (200, &replaced), "known by its request id");
    amended["application"]["training"] = json!(48);
    for (path, body) in [(&amend, &amended), (&"/v1/certificates".to_owned(), &issue(OPERATOR, operator(3)))] {
        assert_eq!(stage.post_as(WANG, path, body).code(), "clock_set_back", "{path}");
    }
    assert_eq!(stage.post_once(ZHOU, "K-2", &suspend, &grounds()).code(), "clock_set_back");
    assert_eq!(stage.house.library.log_size().unwrap(), size);
}

#[test]
fn an_excuse_that_nothing_needs_any_more_is_used_up_and_hides_no_clock_that_is_set_back() {
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    let stage = Stage::new();
    let (first, second) = (stage.operator(WANG, 1), stage.operator(WANG, 2));
    let ahead = stage.house.now() + HOUR;
    let stage = stage.restarted_with(|house| house.recording = excusing(house, ahead));
    assert_eq!(act(&stage, "suspend", &first).0, 200);
    assert_eq!(clock(&stage).as_deref(), Some("clock_excuse_left"), "also before its moment");
    stage.later(HOUR * 2);
    assert_eq!(clock(&stage).as_deref(), Some("clock_excuse_left"), "and after it");
    assert_eq!(publish(&stage.house).failures().count(), 0);
    stage.later(-HOUR * 3);
    assert_eq!((act(&stage, "suspend", &second).0, clock(&stage).as_deref()), (503, Some("clock_set_back")));
    // A service that starts by such a clock knows it too.
    let stage = stage.restarted_with(|house| house.recording = excusing(house, ahead));
    assert_eq!((act(&stage, "suspend", &second).0, clock(&stage).as_deref()), (503, Some("clock_set_back")));
    // Who means another mishap says another moment.
    let stage = stage.restarted_with(|house| house.recording = excusing(house, ahead + HOUR));
    assert_eq!((act(&stage, "suspend", &second).0, clock(&stage).as_deref()), (200, None));
}

/// A service whose clock was ahead while it did an act and signed, and is right again; and up to when it was ahead.
fn was_ahead() -> (Stage, Timestamp) {
    let stage = Stage::new();
    stage.operator(LI, 1);
    let identifier = stage.operator(WANG, 2);
    stage.later(DAYS);
    assert_eq!(act(&stage, "suspend", &identifier).0, 200);
    assert_eq!(publish(&stage.house).lists, Ok(2));
    let ahead = stage.house.now();
    stage.later(-DAYS);
    (stage, ahead)
}

#[test]
fn a_list_that_is_signed_here_no_more_keeps_no_excuse_alive() {
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    let gone = |house: &mut House, ahead| {
        house.keys.retain(|key| key.name() != "gz.example.cn");
        house.recording = excusing(house, ahead);
    };
    let (stage, ahead) = was_ahead();
    let stage = stage.restarted_with(|house| gone(house, ahead));
    let (first, second) = (stage.operator(WANG, 3), stage.operator(WANG, 4));
    assert_eq!((publish(&stage.house).lists, newest_list(&stage)), (Ok(1), ahead), "one of the two stays as it is");
    assert_eq!(clock(&stage).as_deref(), Some("clock_excuse_left"));
    stage.later(-HOUR);
    assert_eq!((act(&stage, "suspend", &first).0, clock(&stage).as_deref()), (503, Some("clock_set_back")));
    let stage = stage.restarted_with(|house| gone(house, ahead));
    assert_eq!((act(&stage, "suspend", &second).0, clock(&stage).as_deref()), (503, Some("clock_set_back")));
}

#[test]
fn an_excuse_ends_for_acts_when_the_last_event_is_right_though_lists_still_need_it() {
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    let (stage, ahead) = was_ahead();
    let stage = stage.restarted_with(|house| house.recording = excusing(house, ahead));
    let (first, second) = (stage.operator(WANG, 3), stage.operator(WANG, 4));
    assert_eq!(clock(&stage), None, "a list still needs it");
    stage.later(-HOUR);
    assert_eq!((act(&stage, "suspend", &first).0, clock(&stage).as_deref()), (503, Some("clock_set_back")));
    assert_eq!(publish(&stage.house).lists, Err("clock_set_back"), "and nothing is signed by such a clock");
    let stage = stage.restarted_with(|house| house.recording = excusing(house, ahead));
    assert_eq!((act(&stage, "suspend", &second).0, clock(&stage).as_deref()), (503, Some("clock_set_back")), "nor in the next process");
    stage.later(HOUR);
    assert_eq!((publish(&stage.house).lists, clock(&stage).as_deref()), (Ok(2), Some("clock_excuse_left")));
    assert_eq!(act(&stage, "suspend", &second).0, 200);
}

#[test]
fn within_the_minutes_of_a_corrected_clock_no_list_or_pack_is_dated_back() {
    let stage = Stage::new();
    let (first, second) = (stage.operator(WANG, 1), stage.operator(WANG, 2));
    let dated = |stage: &Stage| {
        let (signed, present) = (publish(&stage.house), stage.house.shelf.present().unwrap());
        assert_eq!((signed.lists, signed.pack), (Ok(1), Ok(Some(present.pack().epoch()))));
        (newest_list(stage), present.pack().issued())
    };
    assert_eq!(act(&stage, "suspend", &first).0, 200);
    let now = stage.house.now();
    assert_eq!(dated(&stage), (now, now));
    stage.later(-SignedDuration::from_secs(240));
    assert_eq!(act(&stage, "suspend", &second).0, 200);
    assert_eq!(dated(&stage), (now, now), "neither before the event that it tells of, nor before the one whose place it takes");
}
