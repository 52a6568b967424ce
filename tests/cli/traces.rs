//! Traces, as a collector gets them: a small HTTP server that decodes what it is sent.

use crate::archive::Archive;
use crate::office::permits;
use crate::program::word;
use crate::service::Service;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector on a free port, and everything that it was sent.
struct Collector {
    endpoint: String,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let bodies = Arc::<Mutex<Vec<String>>>::default();
        let taken = Arc::clone(&bodies);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, taken) = (stream.unwrap(), Arc::clone(&taken));
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some(body) = request(&mut reader) {
                        taken.lock().unwrap().push(body);
                        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
                        reader.get_mut().write_all(answer.as_bytes()).unwrap();
                    }
                });
            }
        });
        Self { endpoint, bodies }
    }

    /// The spans that were sent so far.
    fn spans(&self) -> Vec<Value> {
        let mut spans = Vec::new();
        for body in self.bodies.lock().unwrap().iter() {
            let sent: Value = serde_json::from_str(body).unwrap();
            for resource in sent["resourceSpans"].as_array().unwrap() {
                let service = json!({ "key": "service.name", "value": { "stringValue": "kanhe" } });
                assert!(resource["resource"]["attributes"].as_array().unwrap().contains(&service), "{resource}");
                spans
                    .extend(resource["scopeSpans"].as_array().unwrap().iter().flat_map(|scope| scope["spans"].as_array().unwrap().clone()));
            }
        }
        spans
    }
}

/// Reads one request, which must be a `POST` of JSON to the path that was named.
fn request(reader: &mut impl BufRead) -> Option<String> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_ascii_lowercase());
    }
    assert_eq!(head[0], "post /v1/traces http/1.1");
    assert!(head.contains(&"content-type: application/json".to_owned()), "{head:?}");
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some(String::from_utf8(body).unwrap())
}

/// An agency's service with traces, or without, and the text of a certificate in its pack.
fn serve(archive: &Archive, traces: &str) -> (Service, String) {
    let office = &archive.office;
    office.issue(permits(1)).ended(0);
    office.pack("1", &[]);
    let text = fs::read_to_string(&office.issued_with("txt")[0]).unwrap().trim().to_owned();
    let key = archive.told(&["api-key", "add", "--agency", "114400000069410121", "--name", "s", "--role", "clerk", "--actor", "root"]);
    let config = office.write(
        "kanhe.toml",
        format!(
            "[listen]\naddress = \"127.0.0.1:0\"\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n\
             [counter]\npack = \"1.pack\"\ntrusted_files = [\"root.pub\"]\n{traces}\
             [[keys]]\nfile = \"gd-market.key\"\nidentity = \"identity.txt\"\n"
        ),
    );
    (Service::start(&config, word(&key, "/key").to_owned(), &[]), text)
}

fn attribute<'s>(span: &'s Value, key: &str) -> &'s Value {
    let told = span["attributes"].as_array().unwrap().iter().find(|told| told["key"] == key);
    told.map_or(&Value::Null, |told| told["value"].as_object().unwrap().values().next().unwrap())
}

#[test]
fn a_collector_is_told_what_was_done_and_of_nobody() {
    let (archive, collector) = (Archive::open(), Collector::listen());
    let (service, text) = serve(&archive, &format!("[traces]\nendpoint = \"{}\"\n", collector.endpoint));
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let verified = service.send("/v1/verify", &[("traceparent", &parent), ("tracestate", "zhang=san")], Some(&json!({ "text": text })));
    assert_eq!((verified.status, verified.body["code"].as_str()), (200, Some("accepted")));
    let issued = service.issue(7);
    assert_eq!(issued.status, 201);
    let identifier = word(&issued.body, "/certificate/identifier").to_owned();
    assert_eq!(service.get(&format!("/v1/certificates/{identifier}")).status, 200);
    assert_eq!(service.get(&format!("/v1/certificates/{identifier}?name=zhangsan")).status, 400);
    assert_eq!(service.get("/440106199001011234").status, 404);
    let unrecorded = service.send("/v1/types", &[("traceparent", &format!("00-{}-{CALLER}-00", "a".repeat(32)))], None);
    assert_eq!((unrecorded.status, unrecorded.header("traceresponse")), (200, ""));
    let log = service.end();

    let spans = collector.spans();
    let of = |name: &str| spans.iter().filter(|span| span["name"] == name).collect::<Vec<_>>();
    let [request] = of("POST /v1/verify")[..] else { panic!("{spans:#?}") };
    assert_eq!((&request["traceId"], &request["parentSpanId"], &request["kind"]), (&json!(TRACE), &json!(CALLER), &json!(2)));
    let id = word(request, "/spanId");
    assert_eq!(verified.header("traceresponse"), format!("00-{TRACE}-{id}-01"));
    assert_eq!((attribute(request, "http.route"), attribute(request, "http.response.status_code")), (&json!("/v1/verify"), &json!("200")));
    let [verify] = of("verify")[..] else { panic!("{spans:#?}") };
    assert_eq!((&verify["traceId"], &verify["parentSpanId"], &verify["kind"]), (&json!(TRACE), &json!(id), &json!(1)));
    assert_eq!(attribute(verify, "kanhe.verdict"), "accepted");
    let times = |span: &Value| ["startTimeUnixNano", "endTimeUnixNano"].map(|end| span[end].as_str().unwrap().parse::<u128>().unwrap());
    let ([began, ended], [inner_began, inner_ended]) = (times(request), times(verify));
    assert!(began <= inner_began && inner_began <= inner_ended && inner_ended <= ended, "{request} {verify}");

    let issue = of("POST /v1/certificates")[0];
    let commits = of("commit").into_iter().filter(|commit| commit["traceId"] == issue["traceId"]).collect::<Vec<_>>();
    assert!(!commits.is_empty() && commits.iter().all(|commit| commit["parentSpanId"] == issue["spanId"]), "{spans:#?}");
    assert!(issue["parentSpanId"].is_null() && word(issue, "/traceId").len() == 32, "{issue}");
    let shown: Vec<_> = of("GET /v1/certificates/{identifier}").iter().map(|span| attribute(span, "http.response.status_code")).collect();
    assert_eq!(shown, ["200", "400"]);
    let lost = of("GET")[0];
    assert_eq!((attribute(lost, "kanhe.code"), attribute(lost, "http.response.status_code")), (&json!("route_unknown"), &json!("404")));
    assert!(of("GET /v1/types").is_empty(), "who says that a trace is not recorded is obeyed");

    // The rule of the log holds here too: nothing that a caller sent, and nobody of whom it spoke.
    let sent = collector.bodies.lock().unwrap().concat();
    let digits = text.rsplit('#').next().unwrap();
    for secret in ["440106", "zhang", "众和", "JY3440506", "R-7", "食品安全法", identifier.as_str(), digits, "kanhe_"] {
        assert!(!sent.contains(secret), "{secret} stands in a trace");
    }
    // And the log is as it is without traces.
    assert!(!log.contains("spans") && !log.contains(TRACE), "{log}");
}

#[test]
fn a_collector_that_is_away_keeps_nobody_waiting_and_is_named_once() {
    let archive = Archive::open();
    // This end of a connection keeps its port, and nobody listens there.
    let held = TcpStream::connect(TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()).unwrap();
    let nobody = held.local_addr().unwrap();
    let (service, text) = serve(&archive, &format!("[traces]\nendpoint = \"http://{nobody}/v1/traces\"\n"));
    for _ in 0..300 {
        assert_eq!(service.post("/v1/verify", &json!({ "text": text })).status, 200);
    }
    let log = service.end();
    assert_eq!(log.matches("the collector does not take traces").count(), 1, "{log}");
}

#[test]
fn without_a_collector_nothing_is_answered_about_traces() {
    let archive = Archive::open();
    let (service, _) = serve(&archive, "");
    let reply = service.send("/v1/types", &[("traceparent", &format!("00-{TRACE}-{CALLER}-01"))], None);
    assert_eq!((reply.status, reply.header("traceresponse")), (200, ""));
}
