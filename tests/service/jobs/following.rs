//! A job is followed by server-sent events.

use super::{counts, csv, rows, stage};
use crate::agencies::WANG;
use crate::stage::Stage;
use kanhe_service::accounts::{OfficerId, Role};
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Server-sent events as a browser reads them: name, id and data, up to the end of the stream or so many.
fn events(stage: &Stage, path: &str, last: Option<&str>, most: usize) -> (String, Vec<(String, String, Value)>) {
    let mut stream = TcpStream::connect(stage.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let last = last.map_or_else(String::new, |last| format!("last-event-id: {last}\r\n"));
    let bearer = stage.bearer(WANG);
    write!(stream, "GET {path}/events HTTP/1.1\r\nhost: kanhe\r\nauthorization: {bearer}\r\n{last}connection: close\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let status = lines.next().unwrap();
    let (mut told, mut event) = (Vec::new(), (String::new(), String::new(), Value::Null));
    // Sizes of chunks and headers are no fields of an event.
    for line in lines {
        match line.split_once(": ") {
            Some(("event", name)) => event.0 = name.to_owned(),
            Some(("id", id)) => event.1 = id.to_owned(),
            Some(("data", data)) => event.2 = serde_json::from_str(data).unwrap(),
            _ if line.is_empty() && !event.0.is_empty() => told.push(std::mem::take(&mut event)),
            _ => {}
        }
        if told.len() == most {
            break;
        }
    }
    (status, told)
}

#[test]
fn a_job_is_followed_by_events_and_who_comes_again_goes_on_where_it_was() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..600)));
    let (status, first) = events(&stage, &path, None, 2);
    assert_eq!((status.as_str(), first.len()), ("HTTP/1.1 200 OK", 2));
    assert!(first.iter().all(|(name, id, job)| name == "progress" && id.parse() == Ok(job["edition"].as_u64().unwrap())), "{first:?}");
    let last = &first[1].1;
    let (_, rest) = events(&stage, &path, Some(last), usize::MAX);
    let editions: Vec<u64> = rest.iter().map(|(_, id, _)| id.parse().unwrap()).collect();
    assert!(editions.is_sorted() && editions[0] > last.parse().unwrap(), "{last} {editions:?}");
    let (name, id, job) = rest.last().unwrap();
    assert_eq!((name.as_str(), counts(job)), ("end", [600, 600, 600, 0, 0, 0]));
    assert_eq!(rest.iter().filter(|(name, ..)| name == "end").count(), 1);
    assert_eq!(events(&stage, &path, Some(id), usize::MAX).0, "HTTP/1.1 204 No Content", "nobody comes again for ever");
    assert_eq!(events(&stage, &path, None, usize::MAX).1.len(), 1, "who has heard nothing hears the end");
}

#[test]
fn who_may_not_hear_of_a_job_any_more_is_told_nothing_of_what_comes() {
    let stage = stage();
    let admin = stage.officer(Office::Housing, "ming.admin", &[Role::Administrator]);
    let path = stage.job("", csv(&rows(0..600)));
    stage.post_as(WANG, &format!("{path}/pause"), &json!({}));
    let follow = |header: &str| {
        let mut stream = TcpStream::connect(stage.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET {path}/events HTTP/1.1\r\nhost: kanhe\r\n{header}\r\nconnection: close\r\n\r\n").unwrap();
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while !line.starts_with("data: ") {
            line.clear();
            assert_ne!(reader.read_line(&mut line).unwrap(), 0, "nothing was told");
        }
        assert!(line.contains("paused"), "{line}");
        reader
    };
    let hears_no_more = |mut reader: BufReader<TcpStream>, how: &str| {
        for act in ["resume", "pause"] {
            stage.post_as(WANG, &format!("{path}/{act}"), &json!({}));
        }
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert!(!rest.contains("data: "), "{how}: {rest}");
    };
    let officer = |login: &str| {
        let desk = stage.officer(Office::Housing, login, &[Role::Clerk]);
        let reader = follow(&format!("cookie: {}", desk.cookie));
        (desk, reader)
    };
    let (_, reader) = officer("zheng.min");
    let zheng = format!("/v1/officers/{}/deactivation", OfficerId::of(&stage.house.library, "zheng.min"));
    assert_eq!(admin.post(&zheng, &json!({})).status, 200);
    hears_no_more(reader, "deactivated");
    let (desk, reader) = officer("feng.min");
    assert_eq!(desk.send("DELETE", "/v1/session", None).status, 204);
    hears_no_more(reader, "signed out");
    let made = admin.post("/v1/api-keys", &json!({ "name": "窗口系统", "roles": ["clerk"] })).json();
    let reader = follow(&format!("authorization: Bearer {}", made["key"].as_str().unwrap()));
    assert_eq!(admin.send("DELETE", &format!("/v1/api-keys/{}", made["id"].as_str().unwrap()), None).status, 200);
    hears_no_more(reader, "revoked");
}

#[test]
fn a_service_that_stops_lets_go_of_who_listens() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..600)));
    stage.post_as(WANG, &format!("{path}/pause"), &json!({}));
    let mut stream = TcpStream::connect(stage.address()).unwrap();
    write!(stream, "GET {path}/events HTTP/1.1\r\nhost: kanhe\r\nauthorization: {}\r\n\r\n", stage.bearer(WANG)).unwrap();
    let mut start = [0; 512];
    assert!(stream.read(&mut start).unwrap() > 0);
    let begun = std::time::Instant::now();
    stage.stop();
    assert!(begun.elapsed() < Duration::from_secs(4), "the service waited for a listener to its patience's end");
}
