//! A service for the stories: Guangdong with two agencies, a listener on a free port, and a clock that moves when it is told to.

use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::Uscc;
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::{Document, DocumentType, sign_to_cose};
use kanhe_core::event::Grounds;
use kanhe_core::key::SigningKey;
use kanhe_core::manifest::{Agency, AgencyKey, Contents, DictionaryDigest, Manifest, Uses};
use kanhe_core::pack;
use kanhe_core::status::{StatusList, Statuses};
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::registrar::{Entry, Registrar};
use kanhe_render::{Artist, Level};
use kanhe_service::backup::Backups;
use kanhe_service::config::{JobsAt, ProposalsWith, PublishAt, SharingAt};
use kanhe_service::counter::Shelf;
use kanhe_service::house::{Door, Edge, House, Pictures, Shared, Turns};
use kanhe_service::http::{Limits, router};
use kanhe_service::jobs::{self, Queue};
use kanhe_service::proposals;
use kanhe_service::publish::{Press, Rules};
use kanhe_service::serve::{Gate, Tls, serve};
use kanhe_store::{Library, LibrarySecret, Settings, SignedManifest};
use kanhe_tests::world::{day, moment, test_key};
use kanhe_tests::{Office, Province};
use minicbor::bytes::ByteVec;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// The types of the stories: one without review and with one certificate a holder, one open, and one that three departments review.
pub const TYPES: [&str; 3] = ["accounting-qualification", "special-work-operator", "construction-permit"];

/// The log's name, and its key's.
pub const ORIGIN: &str = "gd.example.cn/log";

/// Which types each agency issues, by their index in the manifest.
const AGENCIES: [(Office, &[u16]); 2] = [(Office::Guangzhou, &[1, 2]), (Office::Housing, &[2, 3])];

/// A service that runs.
pub struct Stage {
    /// What it holds; stories look behind the counter with it.
    pub house: Shared,
    clock: Arc<AtomicI64>,
    /// The keys of those who have called, by who they are.
    pub badges: Mutex<BTreeMap<String, String>>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<Runtime>,
    served: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    headers: ureq::http::HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// What is answered to a request, wherever it leads.
    pub fn of(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = agent.run(request.body(body.to_vec()).unwrap()).unwrap();
        let bytes = response.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
        Self { status: response.status().as_u16(), headers: response.headers().clone(), bytes }
    }

    /// Every value of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        self.json()["code"].as_str().unwrap().to_owned()
    }
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
        let house = Arc::new(house);
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
        Self { house, clock, badges: Mutex::default(), address, stop: Some(stop), runtime: Some(runtime), served: Some(served), folder }
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
        self.clock.fetch_add(by.as_secs(), Ordering::SeqCst);
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
        Reply::of(method, &self.url(path), headers, body)
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
    pub fn restarted(mut self) -> Self {
        self.end();
        let (folder, clock) = (std::mem::replace(&mut self.folder, TempDir::new().unwrap()), Arc::clone(&self.clock));
        drop(self);
        let house = house(folder.path(), &clock);
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
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end();
    }
}

/// The dictionary that is shipped.
pub fn dictionary() -> Dictionary {
    Dictionary::decode(&fs::read(shipped("dictionaries/1.cbor")).unwrap()).unwrap()
}

/// The three types of the stories.
pub fn catalogue() -> Catalogue {
    let files = TYPES.map(|name| (name.to_owned(), fs::read(shipped(&format!("types/{name}.json"))).unwrap()));
    Catalogue::load(files, &[&dictionary()]).unwrap()
}

/// The agency's key, which signs everything of its.
pub fn key_of(office: Office) -> SigningKey {
    office.key()
}

/// A file under `schemas/`.
pub fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(path)
}

/// A house before anybody listens at it.
pub struct Made {
    house: House,
    folder: TempDir,
    clock: Arc<AtomicI64>,
}

/// A house at noon on 15 June 2026 with an empty library and a pack, changed as a story wants it.
pub fn house_with(change: impl FnOnce(&mut House)) -> Made {
    let folder = TempDir::new().unwrap();
    let clock = Arc::new(AtomicI64::new(moment("2026-06-15T04:00:00Z").as_second()));
    let mut house = house(folder.path(), &clock);
    change(&mut house);
    Made { house, folder, clock }
}

fn house(folder: &Path, clock: &Arc<AtomicI64>) -> House {
    let (catalogue, dictionary) = (catalogue(), dictionary());
    let (database, file) = (folder.join("db"), folder.join("gd.pack"));
    let secret = LibrarySecret::new(Zeroizing::new(*b"kanhe test library secret 000000"));
    let is_new = !database.exists();
    if is_new {
        Library::create(&database, Province::Guangdong.code(), ORIGIN, &secret, Settings::default()).unwrap();
    }
    let library = Library::open(&database, &secret, Settings::default()).unwrap();
    let root = Province::Guangdong.root_key();
    let manifest = signed_manifest(manifest(&catalogue, &dictionary));
    let signed = SignedManifest { envelope: manifest.clone(), root: root.verifying_key() };
    let now = Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
    if is_new {
        let grounds = Grounds::new("《行政许可法》", "登记机构名录", "registrar").unwrap();
        Registrar::new(&library).take_up(&signed, &Entry { grounds, effective: now, now, salt: [7; 16] }).unwrap();
    }
    proposals::open_types(&library, &catalogue, std::slice::from_ref(&dictionary)).unwrap();
    let shelf = Shelf::new(vec![root.verifying_key()]);
    shelf.put(fs::read(&file).unwrap_or_else(|_| pack(&manifest, &dictionary, now))).unwrap();
    let named = |name: &str, key: &SigningKey| NamedKey::new(name, &Zeroizing::new(*key.expose_seed())).unwrap();
    let rules = Rules { pack_key: Some("gd-root.example.cn".to_owned()), ..PublishAt::default().rules() };
    let keep = Box::new(move |bytes: &[u8]| fs::write(&file, bytes).map_err(|_| "file_io"));
    House {
        backups: Backups::elsewhere(),
        press: Press::open(&library, rules, keep).unwrap(),
        library,
        catalogue,
        dictionaries: vec![dictionary],
        keys: vec![
            named("gz.example.cn", &key_of(Office::Guangzhou)),
            named("housing.example.cn", &key_of(Office::Housing)),
            named(ORIGIN, &test_key("log")),
            named("gd-root.example.cn", &root),
        ],
        shelf,
        pictures: Pictures { artist: Artist::plain(Level::M).unwrap(), page: Some("https://gd.example.cn/".to_owned()) },
        turns: Turns::new(1),
        sharing: SharingAt::default().rules(),
        jobs: Queue::new(JobsAt::default().rules()),
        proposals: ProposalsWith::default().rules(),
        edge: edge(clock),
        door: Door::new(false),
        identity: None,
    }
}

fn edge(clock: &Arc<AtomicI64>) -> Edge {
    let (clock, counter) = (Arc::clone(clock), Mutex::new(0_u64));
    Edge {
        now: Box::new(move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap()),
        // Chance that is another every time, and the same in every run.
        chance: Box::new(move |bytes| {
            let mut counter = counter.lock().unwrap();
            *counter += 1;
            let seed = *counter;
            for (block, chunk) in (0_u64..).zip(bytes.chunks_mut(32)) {
                let drawn = Sha256::digest([seed.to_be_bytes(), block.to_be_bytes()].concat());
                chunk.copy_from_slice(&drawn[..chunk.len()]);
            }
        }),
    }
}

/// The parts of the region's first manifest.
pub fn manifest(catalogue: &Catalogue, dictionary: &Dictionary) -> Contents {
    let agency = |(office, kinds): (Office, &[u16])| Agency {
        code: code_of(office),
        names: office.names(),
        keys: vec![AgencyKey {
            key: key_of(office).verifying_key(),
            uses: Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS),
            from: day("2020-01-01"),
            until: None,
            counts_before: None,
        }],
        status_uri: format!("{}/{}", "https://gd.example.cn/v1/status", office.code()),
        kinds: kinds.to_vec(),
    };
    Contents {
        region: Province::Guangdong.code(),
        names: Province::Guangdong.names(),
        edition: 1,
        issued: moment("2026-01-01T00:00:00Z"),
        expires: moment("2027-01-01T00:00:00Z"),
        agencies: AGENCIES.map(agency).to_vec(),
        kinds: (1..).zip(TYPES).map(|(index, name)| catalogue.find(name).unwrap().to_kind(index)).collect(),
        dictionaries: vec![DictionaryDigest { id: dictionary.id(), digest: dictionary.digest() }],
    }
}

/// A manifest, signed by the region's root key.
pub fn signed_manifest(contents: Contents) -> Vec<u8> {
    sign_to_cose(DocumentType::Manifest, &Manifest::new(contents).unwrap().encode(), &Province::Guangdong.root_key())
}

/// The USCC of an agency.
pub fn code_of(office: Office) -> Uscc {
    office.code()
}

/// A pack in which every certificate is valid.
fn pack(manifest: &[u8], dictionary: &Dictionary, now: Timestamp) -> Vec<u8> {
    let list = |office: Office| {
        let statuses = Statuses::new(4, 131_072).unwrap();
        let uri = format!("https://gd.example.cn/v1/status/{}/0", office.code());
        let list = StatusList::new(&uri, now, now + SignedDuration::from_hours(24 * 30), 86_400, statuses).unwrap();
        ByteVec::from(sign_to_cose(StatusList::TYPE, &list.encode(), &key_of(office)))
    };
    let root = Province::Guangdong.root_key();
    let contents = pack::Contents {
        region: Province::Guangdong.code(),
        epoch: 1,
        issued: now,
        expires: now + SignedDuration::from_hours(24 * 30),
        roots: vec![pack::Root { region: Province::Guangdong.code(), key: root.verifying_key() }],
        manifests: vec![ByteVec::from(manifest.to_vec())],
        recognitions: Vec::new(),
        status_lists: AGENCIES.map(|(office, _)| list(office)).to_vec(),
        dictionaries: vec![ByteVec::from(dictionary.encode())],
        survivors: None,
    };
    sign_to_cose(pack::Contents::TYPE, &contents.encode(), &root)
}
