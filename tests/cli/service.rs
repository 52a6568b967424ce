//! `kanhe serve` as a process of its own, and somebody who calls it.

use crate::log::Log;
use crate::office::permits;
use crate::program::word;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// A service that runs, and is ended however its story goes.
pub struct Service {
    process: Child,
    log: Log,
    url: String,
    key: String,
}

/// `kanhe serve`, not yet started.
pub fn serving(config: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kanhe"));
    command.args(["--json", "serve", "--config", config]).env("RUST_LOG", "info");
    command
}

/// Starts what serves, and waits until it listens. Returns the process with its address.
pub fn listening(command: &mut Command, log: &Log) -> (Child, String) {
    let mut process = command.stdout(Stdio::piped()).stderr(log.pipe()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?} {}", log.text()));
    (process, word(&told, "/listening").to_owned())
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub body: Value,
    headers: ureq::http::HeaderMap,
}

impl Reply {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Service {
    /// Starts it, and waits until it listens; who calls has this key.
    pub fn start(config: &str, key: String, settings: &[(&str, &str)]) -> Self {
        let log = Log::new();
        log.handed().hand(&key);
        let (process, address) = listening(serving(config).envs(settings.iter().copied()), &log);
        Self { process, log, url: format!("http://{address}"), key }
    }

    /// A request with headers, and with a body if it hands something in.
    pub fn send(&self, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        if let Some(body) = body {
            self.log.handed().hand_json(body.to_string().as_bytes());
        }
        let method = if body.is_some() { "POST" } else { "GET" };
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {}", self.key)).header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut reply = agent.run(request.body(body.map(ToString::to_string).unwrap_or_default()).unwrap()).unwrap();
        let text = reply.body_mut().read_to_string().unwrap();
        self.log.handed().hand_json(text.as_bytes());
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status: reply.status().as_u16(), body, headers: reply.headers().clone() }
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Reply {
        self.send(path, &[], None)
    }

    /// Hands in JSON.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(path, &[], Some(body))
    }

    /// Hands in a table. Returns what is told of its job.
    pub fn hand_in(&self, path: &str, table: &str) -> Value {
        let request = ureq::post(format!("{}{path}", self.url)).header("authorization", format!("Bearer {}", self.key));
        let mut reply = request.header("content-type", "text/csv").send(table).unwrap();
        serde_json::from_str(&reply.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// A file that may be long.
    pub fn text(&self, path: &str) -> String {
        let mut reply = ureq::get(format!("{}{path}", self.url)).header("authorization", format!("Bearer {}", self.key)).call().unwrap();
        reply.body_mut().with_config().limit(64 << 20).read_to_string().unwrap()
    }

    /// Asks to issue one permit, the first of the demo's table under another request and number.
    pub fn issue(&self, request: u32) -> Reply {
        let table = permits(1);
        let (heading, row) = table.trim_start_matches('\u{feff}').trim_end().split_once('\n').unwrap();
        let mut application: serde_json::Map<String, Value> =
            heading.trim_end().split(',').zip(row.split(',')).map(|(name, value)| (name.to_owned(), json!(value))).collect();
        application.insert("request_id".to_owned(), json!(format!("R-{request}")));
        application.insert("number".to_owned(), json!(format!("JY3440506{request:07}")));
        let grounds =
            json!({ "type": "food-operation-permit", "basis": "《食品安全法》", "reason": "符合条件", "application": application });
        self.post("/v1/certificates", &grounds)
    }

    /// The part of `/readyz` of a name that is not well, once there is one or once there is none any more.
    pub fn wait_for_part(&self, name: &str, there: bool) -> Value {
        for _ in 0..200 {
            let ready = self.get("/readyz").body;
            let part = ready["parts"].as_array().unwrap().iter().find(|part| part["name"] == name && part["ok"] == false).cloned();
            if part.is_some() == there {
                return part.unwrap_or(ready);
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{name}: {there}: {}", self.get("/readyz").body);
    }

    /// Kills it, as a machine without memory does: it hears nothing of it.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Ends it. Returns what it has written to its log.
    pub fn end(mut self) -> String {
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        assert!(self.process.wait().unwrap().success());
        self.log.text()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // One that was waited for is gone, and its number may be another's.
        if let Ok(None) = self.process.try_wait() {
            let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        }
        let _ = self.process.wait();
    }
}
