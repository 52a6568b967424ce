//! A region with a library of so many certificates, and the service that holds it: made by the public verbs, as an officer would.

use super::load::{Ask, got, posted};
use super::process::Process;
use jiff::Timestamp;
use kanhe_core::code::{HolderCode, HolderCodeType};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::pack::Pack;
use kanhe_core::verify::{Occasion, verify};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const KANHE: &str = env!("CARGO_BIN_EXE_kanhe");

/// The agency whose certificates they are, and its key in the demo.
const AGENCY: &str = "11440000006942023C";
const KEY: &str = "gd-housing-2";
const KIND: &str = "special-work-operator";
const BASIS: &str = "《安全生产法》第三十条";

/// Rows of one table.
const TABLE: u64 = 100_000;

/// People of whom no table knows: they come over HTTP.
const FIRST_AT_THE_DOOR: u64 = 50_000_000;

/// Certificates of the library in which rates in the process are measured.
const INSIDE: &str = "10000";

/// A folder with everything that a service needs.
pub struct Site {
    folder: TempDir,
    published: PathBuf,
    socket: TcpListener,
    key: String,
    identifiers: Arc<Vec<String>>,
    next: Arc<AtomicU64>,
}

impl Site {
    /// Plays the demo, and issues to so many people more.
    pub fn set(certificates: u64) -> Self {
        let folder = tempfile::Builder::new().prefix("kanhe-bench-").tempdir().unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let published = folder.path().join("published");
        let mut site = Self { published, folder, socket, key: String::new(), identifiers: Arc::default(), next: Arc::default() };
        site.next.store(FIRST_AT_THE_DOOR, Ordering::Relaxed);
        run(&["demo", "--out", &site.path("demo")]);
        site.issue_tables(certificates);
        let library = site.library();
        let system = ["api-key", "add", "--name", "bench", "--agency", AGENCY, "--actor", "bench", "--role", "clerk"];
        let told = run(&[&system[..], &library.each_ref().map(String::as_str)[..]].concat());
        site.key = told["key"].as_str().unwrap().to_owned();
        fs::write(site.path("serve.toml"), site.config()).unwrap();
        fs::create_dir(&site.published).unwrap();
        fs::copy(site.path("demo/guangdong.pack"), site.published.join("pack")).unwrap();
        site
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn library(&self) -> [String; 4] {
        ["--library".to_owned(), self.path("demo/gd-library"), "--library-identity".to_owned(), self.path("demo/keys/identity.txt")]
    }

    fn issue_tables(&mut self, certificates: u64) {
        let (library, mut identifiers) = (self.library(), Vec::new());
        let (table, report) = (self.path("table.csv"), self.path("report.jsonl"));
        let (key, identity) = (self.path(&format!("demo/keys/{KEY}.key")), self.path("demo/keys/identity.txt"));
        let mut first = 0;
        while first < certificates {
            let people = first..(first + TABLE).min(certificates);
            first = people.end;
            let mut rows =
                "request_id,number,holder_name,holder_code_type,holder_code,trade,first_issued_on,sex,employer,training\n".to_owned();
            for person in people {
                let Person { request, number, code } = Person::of(person);
                writeln!(rows, "{request},{number},李㛃,111,{code},10,2018-04-01,男,广州市万家建筑工程有限公司,47").unwrap();
            }
            fs::write(&table, rows).unwrap();
            let issue = ["issue", "--type", KIND, "--basis", BASIS, "--actor", "bench", "--in", &table, "--report", &report];
            let signed = ["--key", &key, "--identity", &identity];
            run(&[&issue[..], &signed[..], &library.each_ref().map(String::as_str)[..]].concat());
            let lines = BufReader::new(File::open(&report).unwrap()).lines();
            identifiers.extend(
                lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["identifier"].as_str().unwrap().to_owned()),
            );
            fs::remove_file(&report).unwrap();
        }
        self.identifiers = Arc::new(identifiers);
    }

    fn config(&self) -> String {
        let keys: String = [KEY, "gd-market", "gd-log", "gd-root"]
            .iter()
            .map(|key| format!("\n[[keys]]\nfile = \"demo/keys/{key}.key\"\nidentity = \"demo/keys/identity.txt\"\n"))
            .collect();
        format!(
            "[listen]\naddress = \"127.0.0.1:0\"\n\n[library]\nfolder = \"demo/gd-library\"\nidentity = \"demo/keys/identity.txt\"\n\n\
             [counter]\npack = \"demo/guangdong.pack\"\ntrusted_files = [\"demo/keys/gd-root.pub\"]\n\n\
             [limits]\nrequests_per_second = 1000000\nburst = 1000000\n{keys}"
        )
    }

    /// The text of a genuine certificate's QR code.
    pub fn text(&self) -> String {
        let folder = fs::read_dir(self.path("demo/gd-market")).unwrap();
        let mut texts: Vec<PathBuf> =
            folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
        texts.sort();
        let pack = self.pack();
        let text = |path: PathBuf| fs::read_to_string(path).unwrap().trim().to_owned();
        texts.into_iter().map(text).find(|text| verify(text, &pack, Occasion { at: Timestamp::now(), scene: None }).is_ok()).unwrap()
    }

    fn pack(&self) -> kanhe_core::envelope::Authentic<Pack> {
        let line = fs::read_to_string(self.path("demo/keys/gd-root.pub")).unwrap();
        let root = *PublicKeyLine::parse(line.trim()).unwrap().key();
        Pack::open(&fs::read(self.path("demo/guangdong.pack")).unwrap(), &[root]).unwrap()
    }

    /// What the process can do without HTTP: rates of one thread or of 64 clerks, and a half of all questions.
    pub fn in_process(&self) -> String {
        let (text, pack) = (self.text(), self.pack());
        let (start, mut verified) = (Instant::now(), 0_u32);
        while start.elapsed() < Duration::from_secs(2) {
            black_box(verify(black_box(&text), &pack, Occasion { at: Timestamp::now(), scene: None })).unwrap();
            verified += 1;
        }
        let verified = f64::from(verified) / start.elapsed().as_secs_f64();
        let told = run(&["bench", "--certificates", INSIDE]);
        format!("verify {verified:.0} a second on one core; {told}")
    }

    pub fn verify(&self) -> Ask {
        Ask::post("/v1/verify", &json!({ "text": self.text() }).to_string())
    }

    /// What the bare process is asked in the place of [`Self::verify`].
    pub fn echo(&self) -> Ask {
        Ask::post("/echo", &json!({ "text": self.text() }).to_string())
    }

    /// Another certificate each time.
    pub fn find(&self) -> Ask {
        let (identifiers, key) = (Arc::clone(&self.identifiers), self.key.clone());
        self.about_somebody(move |place| got(&format!("/v1/certificates/{}", identifiers[place as usize]), Some(&key)))
    }

    /// The certificate of another printed number each time.
    pub fn find_by_number(&self) -> Ask {
        let key = self.key.clone();
        self.about_somebody(move |place| {
            posted("/v1/certificates/search", Some(&key), &json!({ "by": { "number": Person::of(place).number } }).to_string())
        })
    }

    /// The first page of all that are valid.
    pub fn list(&self) -> Ask {
        let body = json!({ "by": { "shelf": { "state": "valid" } } }).to_string();
        let request = posted("/v1/certificates/search", Some(&self.key), &body);
        Ask::new(move || request.clone())
    }

    /// A question about somebody whom the tables know, and about another each time.
    fn about_somebody(&self, ask: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static) -> Ask {
        let (people, next) = (self.identifiers.len() as u64, AtomicU64::new(0));
        Ask::new(move || ask(next.fetch_add(7_919, Ordering::Relaxed) % people))
    }

    /// Another person each time.
    pub fn issue(&self) -> Ask {
        let (key, next) = (self.key.clone(), Arc::clone(&self.next));
        Ask::new(move || {
            let Person { request, number, code } = Person::of(next.fetch_add(1, Ordering::Relaxed));
            let application = json!({
                "request_id": request, "number": number, "holder_name": "李㛃", "holder_code_type": "111", "holder_code": code,
                "trade": "10", "first_issued_on": "2018-04-01", "sex": "男", "employer": "广州市万家建筑工程有限公司", "training": 47,
            });
            let body = json!({ "type": KIND, "basis": BASIS, "reason": "考核合格", "application": application }).to_string();
            posted("/v1/certificates", Some(&key), &body)
        })
    }

    /// Signed files by name, with path and length; the bare process has the same bytes.
    pub fn published(&self, _service: &Service) -> Vec<(&'static str, String, u64)> {
        vec![("pack", "/v1/pack".to_owned(), fs::metadata(self.published.join("pack")).unwrap().len())]
    }

    /// The folder of the files that a bare process hands out.
    pub fn folder(&self) -> &Path {
        &self.published
    }

    /// Starts the service on a socket that stays here: whoever comes while there is none waits (sd_listen_fds(3)).
    pub fn serve(&self) -> Service {
        self.start(&[])
    }

    /// Starts it on some of the machine's cores alone, named as in taskset(1).
    pub fn serve_on(&self, cores: &str) -> Service {
        self.start(&["taskset", "--cpu-list", cores])
    }

    fn start(&self, before: &[&str]) -> Service {
        let log = File::options().create(true).append(true).open(self.path("log.jsonl")).unwrap();
        let socket: OwnedFd = self.socket.try_clone().unwrap().into();
        // The number of the process must be known to itself, and the third file must be the socket.
        let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"";
        let mut child = Command::new("sh")
            .args(["-c", script, "sh"])
            .args(before)
            .args([KANHE, "--json", "serve", "--config", &self.path("serve.toml")])
            .stdin(Stdio::from(socket))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("listening"), "the service did not start; its log is {}", self.path("log.jsonl"));
        Service { process: Process::new(child), address: self.socket.local_addr().unwrap() }
    }
}

/// Somebody who applies.
struct Person {
    request: String,
    number: String,
    code: String,
}

impl Person {
    /// A made-up person, whose code has a valid check character.
    fn of(person: u64) -> Self {
        let (year, month, day) = (1950 + person / 336 % 50, person / 28 % 12 + 1, person % 28 + 1);
        let body = format!("44{:04}{year:04}{month:02}{day:02}{:03}", 101 + person / 16_800_000 % 9_000, person / 16_800 % 1_000);
        let code = "0123456789X".chars().map(|check| format!("{body}{check}"));
        let code = code.into_iter().find(|code| HolderCode::new(HolderCodeType::ResidentId, code).is_ok()).unwrap();
        Self { request: format!("R-{person}"), number: format!("粤A0220{person:08}"), code }
    }
}

/// A service that runs.
pub struct Service {
    process: Process,
    address: SocketAddr,
}

impl Service {
    pub const fn process(&self) -> &Process {
        &self.process
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Megabytes.
    pub fn memory(&self) -> f64 {
        self.process.memory()
    }

    /// Asks it to stop, and starts another in its place.
    pub fn replaced(self, site: &Site) -> Self {
        self.stop();
        site.serve()
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(self) {
        self.process.stop();
    }
}

fn run(words: &[&str]) -> Value {
    let ran = Command::new(KANHE).arg("--json").args(words).output().unwrap();
    assert!(ran.status.success(), "kanhe {} failed: {}", words.join(" "), String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).unwrap_or_default()
}
