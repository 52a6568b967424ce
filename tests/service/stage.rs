//! A service for the stories: Guangdong with two agencies, a listener on a free port, and a clock that moves when it is told to.

mod house;
mod log;
mod region;
mod reply;

pub use house::{Made, house_with, take_up};
pub use log::listen;
pub use region::{ORIGIN, catalogue, code_of, dictionary, key_of, manifest, shipped, signed_manifest};
pub use reply::Reply;

use crate::silence::Handed;
use house::house;
use jiff::SignedDuration;
use kanhe_service::house::{Door, House, Shared};
use kanhe_service::http::{Limits, router};
use kanhe_service::jobs;
use kanhe_service::serve::{Gate, Tls, serve};
use log::Pad;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tracing_subscriber::filter::LevelFilter;

/// A service that runs.
pub struct Stage {
    /// What it holds; stories look behind the counter with it.
    pub house: Shared,
    clock: Arc<AtomicI64>,
    /// The keys of those who have called, by who they are.
    pub badges: Mutex<BTreeMap<String, String>>,
    /// What its log may not have.
    handed: Handed,
    log: Pad,
    /// In which language callers want to be answered who say nothing else.
    tongue: Option<&'static str>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<Runtime>,
    served: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    folder: TempDir,
}

impl Stage {
    /// A service at noon on 15 June 2026, with an empty library and a pack.
    pub fn new() -> Self {
        Self::with(Limits {
            body_bytes: 1 << 20,
            time: Duration::from_secs(20),
            origins: vec!["https://app.example.cn".to_owned()],
            ..Limits::default()
        })
    }

    /// A service that gives callers so much.
    pub fn with(limits: Limits) -> Self {
        Self::of(house_with(|_| {}), limits)
    }

    /// The same service, of which callers want English.
    pub fn in_english(mut self) -> Self {
        self.tongue = Some("en");
        self
    }

    /// A service in a house that was made before.
    pub fn of(made: Made, limits: Limits) -> Self {
        Self::behind_gate(made, limits, Gate::from)
    }

    /// A service that lets nobody in but over TLS.
    pub fn over(tls: Arc<Tls>, limits: Limits) -> Self {
        Self::behind_gate(house_with(|_| {}), limits, |listener| Gate::from(listener).over(tls))
    }

    /// A service that believes proxies.
    pub fn behind(proxies: &[IpAddr], limits: Limits) -> Self {
        Self::behind_gate(house_with(|_| {}), limits, |listener| Gate::from(listener).behind(proxies))
    }

    /// A service that browsers come to by TLS, which something in front of it ends.
    pub fn behind_tls() -> Self {
        Self::of(house_with(|house| house.door = Door::new(true)), Limits::default())
    }

    /// A service in which a relying party may ask so often.
    pub fn with_sharing(sharing: kanhe_service::sharing::Rules) -> Self {
        Self::of(house_with(|house| house.sharing = sharing), Limits::default())
    }

    /// A service behind a gate of its own.
    pub fn behind_gate(Made { house, folder, clock }: Made, limits: Limits, gate: impl FnOnce(TcpListener) -> Gate) -> Self {
        let (house, log) = (Arc::new(house), listen(LevelFilter::INFO));
        house.watch_library();
        let runtime = Runtime::new().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let routes = router(&house, &limits);
        runtime.spawn(jobs::keep_up(house.clone()));
        let closing = house.clone();
        let stopped = async move {
            drop(stopped.await);
            closing.jobs.close();
        };
        let served = runtime.spawn(serve(gate(listener), routes, stopped, Duration::from_secs(5)));
        let handed = Handed::default();
        Self {
            house,
            clock,
            badges: Mutex::default(),
            handed,
            log,
            tongue: None,
            address,
            stop: Some(stop),
            runtime: Some(runtime),
            served: Some(served),
            folder,
        }
    }

    /// The same house with a second door, without TLS, to which everything goes from now on; and the port of the first.
    pub fn with_back_door(mut self) -> (Self, u16) {
        let runtime = self.runtime.as_ref().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, router(&self.house, &Limits::default()), std::future::pending(), Duration::ZERO));
        let first = std::mem::replace(&mut self.address, address);
        (self, first.port())
    }

    /// What a second listener of the service answers.
    pub fn beside(&self, routes: axum::Router, path: &str) -> String {
        let runtime = self.runtime.as_ref().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, routes, std::future::pending(), Duration::ZERO));
        ureq::get(&format!("http://{address}{path}")).call().unwrap().body_mut().read_to_string().unwrap()
    }

    /// Lets something run beside the requests.
    pub fn runs(&self, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
        self.runtime.as_ref().unwrap().spawn(work)
    }

    /// What its log has said so far.
    pub fn log_lines(&self) -> Vec<Value> {
        self.log.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Where everything of the library is on the disk.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Moves the clock.
    pub fn later(&self, by: SignedDuration) {
        self.clock.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// The file in which the pack is kept.
    pub fn pack_file(&self) -> PathBuf {
        self.folder.path().join("gd.pack")
    }

    /// Where it listens.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request with a body and headers.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.handed.hand_json(body);
        for (name, value) in headers {
            if matches!(*name, "authorization" | "cookie" | "x-csrf-token") {
                self.handed.hand(value);
            }
        }
        let mut headers = headers.to_vec();
        headers.extend(self.tongue.map(|tongue| ("accept-language", tongue)));
        let reply = Reply::of(method, &self.url(path), &headers, body);
        told_in_chinese(&reply);
        told_what_to_do(&reply);
        // The description of the interface has examples, and they are nobody's.
        if path != "/v1/openapi.json" {
            self.handed.hand_json(&reply.bytes);
        }
        reply
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], &[])
    }

    /// Hands in JSON.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// Ends the service, and starts another on the same folder.
    pub fn restarted(self) -> Self {
        self.restarted_with(|_| {})
    }

    /// The same, of a house changed as a story wants it.
    pub fn restarted_with(self, change: impl FnOnce(&mut House)) -> Self {
        self.begun_again(|_| {}, change)
    }

    /// The same, after an event of the log was lost on the disk.
    pub fn restarted_without(self, event: u64) -> Self {
        let lose = |folder: &Path| {
            let (options, path) = (rocksdb::Options::default(), folder.join("db"));
            let db = rocksdb::DB::open_cf(&options, &path, rocksdb::DB::list_cf(&options, &path).unwrap()).unwrap();
            db.delete_cf(db.cf_handle("events").unwrap(), event.to_be_bytes()).unwrap();
        };
        self.begun_again(lose, |_| {})
    }

    /// The same, after the pages of slots were set back by one change.
    pub fn restarted_with_pages_set_back(self) -> Self {
        let set_back = |folder: &Path| {
            let (options, path) = (rocksdb::Options::default(), folder.join("db"));
            let db = rocksdb::DB::open_cf(&options, &path, rocksdb::DB::list_cf(&options, &path).unwrap()).unwrap();
            let pages = db.cf_handle("pages").unwrap();
            for row in db.iterator_cf(pages, rocksdb::IteratorMode::Start) {
                let (key, value) = row.unwrap();
                // What has eight bytes is the ordinal of the next slot.
                if let [0x81, changes] = *value {
                    db.put_cf(pages, key, [0x81, changes - 1]).unwrap();
                }
            }
        };
        self.begun_again(set_back, |_| {})
    }

    fn begun_again(mut self, meanwhile: impl FnOnce(&Path), change: impl FnOnce(&mut House)) -> Self {
        self.end();
        let (folder, clock) = (std::mem::replace(&mut self.folder, TempDir::new().unwrap()), Arc::clone(&self.clock));
        drop(self);
        meanwhile(folder.path());
        let mut house = house(folder.path(), &clock);
        change(&mut house);
        Self::of(Made { house, folder, clock }, Limits::default())
    }

    /// Tells the service to stop, and waits until it has.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some((runtime, served)) = self.runtime.take().zip(self.served.take()) {
            let _ = runtime.block_on(served);
            runtime.shutdown_timeout(Duration::from_secs(5));
            self.handed.hold_against(&self.log.text());
        }
    }
}

/// What stops a request is told to a reader of Chinese in Chinese: a sentence without a twin is noticed in the first story that meets it.
fn told_in_chinese(reply: &Reply) {
    // HEAD is answered with the headers of a problem, and without the problem.
    let is_told = !reply.bytes.is_empty() && reply.header("content-type") == "application/problem+json";
    if is_told && reply.header("content-language") == "zh-CN" {
        let detail = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(!detail.is_ascii(), "kanhe-words/src/detail knows no twin of: {detail}");
    }
}

/// What stops a request comes with what to do about it, as is who asks what of the service is not well.
fn told_what_to_do(reply: &Reply) {
    let is_hinted = |told: &Value| told["hint"].as_str().is_some_and(|hint| !hint.is_empty());
    // A `HEAD` is told nothing but its headers.
    if reply.header("content-type") == "application/problem+json" && !reply.bytes.is_empty() {
        let problem = reply.json();
        assert!(is_hinted(&problem), "kanhe-words/src/hint has nothing for: {}", problem["code"]);
    }
    if let Some(parts) = serde_json::from_slice::<Value>(&reply.bytes).ok().as_ref().and_then(|body| body["parts"].as_array()) {
        let without: Vec<_> = parts.iter().filter(|part| part["ok"] == false && !is_hinted(part)).collect();
        assert!(without.is_empty(), "kanhe-words/src/hint has nothing for: {without:?}");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end();
    }
}
