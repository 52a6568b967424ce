//! Keys in PKCS#11 tokens, with a real token: SoftHSM2, which Debian has.

use crate::archive::GROUNDS;
use crate::office::permits;
use crate::program::{Kanhe, Run, word};
use crate::service::Service;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "480265";
const GUANGDONG: &str = include_str!("../../crates/kanhe/demo/guangdong.toml");
const AGENCY: &str = "114400000069410121";

/// An agency whose keys are in a token, and never were anywhere else.
struct Agency {
    folder: TempDir,
}

impl Agency {
    /// An empty token, and a file with its PIN.
    fn new() -> Self {
        let agency = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(agency.path("tokens")).unwrap();
        agency.write("softhsm2.conf", &format!("directories.tokendir = {}\nlog.level = ERROR\n", agency.path("tokens")));
        agency.write("pin", &format!("{PIN}\n"));
        agency.softhsm(&["--init-token", "--free", "--label", "agency", "--so-pin", "87654321", "--pin", PIN]);
        agency
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn softhsm(&self, words: &[&str]) {
        let run = Command::new("softhsm2-util").args(words).env("SOFTHSM2_CONF", self.path("softhsm2.conf")).output();
        let run = run.expect("softhsm2 is installed by .ci/install test");
        assert!(run.status.success(), "{run:?}");
    }

    /// The URI of a key in the token, or of the token alone.
    fn uri(&self, key: &str) -> String {
        let object = if key.is_empty() { String::new() } else { format!(";object={key};type=private") };
        format!("pkcs11:token=agency{object}?module-path={MODULE}&pin-source=file:{}", self.path("pin"))
    }

    fn ask(&self, words: &[&str]) -> Kanhe {
        Kanhe::new(&[words, &["--json"]].concat()).with("SOFTHSM2_CONF", &self.path("softhsm2.conf"))
    }

    fn told(&self, words: &[&str]) -> Value {
        self.ask(words).run().ended(0).json()
    }

    fn code(&self, words: &[&str]) -> String {
        word(&self.ask(words).run().ended(2).json(), "/error/code").to_owned()
    }

    /// Makes a key in the token. Returns its public line.
    fn make(&self, name: &str) -> String {
        let out = self.path(&format!("{name}.key"));
        word(&self.told(&["key", "new", "--name", name, "--token", &self.uri(""), "--out", &out]), "/public").to_owned()
    }

    /// Everything that an agency has: keys, a manifest, a library, a pack.
    fn founded() -> Self {
        let agency = Self::new();
        let mut description =
            GUANGDONG.replace("https://status.gd.example.cn/market", "https://gd.example.cn/v1/status/114400000069410121");
        for name in ["root", "gd-market", "gd-housing", "log"] {
            description = description.replace(&format!("@{name}@"), &agency.make(name));
        }
        let (input, manifest, pack) = (agency.write("guangdong.toml", &description), agency.path("manifest"), agency.path("gd.pack"));
        agency.told(&["manifest", "sign", "--in", &input, "--out", &manifest, "--key", &agency.uri("root")]);
        let (library, identity) = (agency.path("library"), agency.path("identity.txt"));
        agency.told(&["init", &library, "--region", "440000", "--origin", "log", "--library-identity", &identity, "--new-identity"]);
        let root = agency.path("root.pub");
        agency.library(&["agency", "add", "--manifest", &manifest, "--root", &root], &GROUNDS).ended(0);
        let named = format!("440000={root}");
        let build = ["pack", "build", "--region", "440000", "--epoch", "1", "--root", &named, "--manifest", &manifest];
        agency.told(&[&build[..], &["--out", &pack, "--key", &agency.uri("root")]].concat());
        agency
    }

    /// A verb on the library.
    fn library(&self, words: &[&str], more: &[&str]) -> Run {
        let (library, identity) = (self.path("library"), self.path("identity.txt"));
        self.ask(&[words, &["--library", &library, "--library-identity", &identity], more].concat()).run()
    }

    /// Where the token's files are.
    fn token(&self) -> PathBuf {
        fs::read_dir(self.path("tokens")).unwrap().next().unwrap().unwrap().path()
    }

    /// Starts a service that signs with the token.
    fn serve(&self) -> Service {
        let token = |key: &str| {
            let place = format!("module = \"{MODULE}\", label = \"agency\", key = \"{key}\", pin_file = \"pin\"");
            format!("[[keys]]\ntoken = {{ {place} }}\n")
        };
        let keys: String = ["gd-market", "log", "root"].map(token).concat();
        let config = self.write(
            "kanhe.toml",
            &format!(
                "[listen]\naddress = \"127.0.0.1:0\"\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n\
                 [counter]\npack = \"gd.pack\"\ntrusted_files = [\"root.pub\"]\n\
                 [publish]\nseconds = 1\npack_key = \"root\"\ncheckpoint_copy = \"checkpoint\"\n{keys}"
            ),
        );
        let key = self.library(&["api-key", "add", "--agency", AGENCY, "--name", "counter"], &["--role", "clerk", "--actor", "root"]);
        let key = word(&key.ended(0).json(), "/key").to_owned();
        Service::start(&config, key, &[("SOFTHSM2_CONF", &self.path("softhsm2.conf"))])
    }
}

#[test]
fn an_agency_whose_keys_never_left_their_token_issues_and_is_believed() {
    let agency = Agency::founded();
    let table = agency.write("applications.csv", &permits(2));
    let issue = ["issue", "--type", "food-operation-permit", "--in", &table, "--key", &agency.uri("gd-market")];
    let out = agency.path("issued");
    agency.library(&issue, &[&GROUNDS[..], &["--out", &out]].concat()).ended(0);
    // The same again is followed: the requests are known, and nothing is signed.
    agency.library(&issue, &[&GROUNDS[..], &["--out", &out]].concat()).ended(0);

    let service = agency.serve();
    let issued = service.issue(7);
    assert_eq!(issued.status, 201, "{}", issued.body);
    assert_eq!(service.issue(7).status, 200, "the same request, and nothing is signed twice");
    service.wait_for_part("publish_pack", false);
    let seal = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|end| end == "txt"));
    let text = fs::read_to_string(seal.unwrap()).unwrap();
    let accepted = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(100));
        service.post("/v1/verify", &json!({ "text": text.trim() })).body["code"] == "accepted"
    });
    assert!(accepted, "lists and the pack are signed in the token too");
    let checkpoint = service.get("/v1/log/checkpoint");
    assert_eq!(checkpoint.status, 200);
    assert_eq!(fs::read_to_string(agency.path("checkpoint")).unwrap().lines().next(), checkpoint.body.as_str().unwrap().lines().next());
    let log = service.end();
    assert!(!log.contains(PIN), "{log}");
    // What the service signed, somebody else believes without it.
    let verified = ["verify", text.trim(), "--pack", &agency.path("gd.pack"), "--trust", &agency.path("root.pub")];
    assert_eq!(agency.told(&verified)["code"], "accepted");
}

#[test]
fn a_key_in_a_token_cannot_be_taken_out_or_made_twice() {
    let agency = Agency::new();
    let public = agency.make("gd-market");
    assert_eq!(fs::read_to_string(agency.path("gd-market.pub")).unwrap().trim(), public);
    assert!(!fs::exists(agency.path("gd-market.key")).unwrap(), "there is nothing to lock");
    assert_eq!(word(&agency.told(&["key", "public", &agency.uri("gd-market")]), "/public"), public);
    assert_eq!(agency.code(&["key", "new", "--name", "gd-market", "--token", &agency.uri("")]), "token_key_exists");
    let dumped: Vec<String> = fs::read_dir(agency.token())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "object"))
        .map(|path| String::from_utf8_lossy(&Command::new("softhsm2-dump-file").arg(path).output().unwrap().stdout).into_owned())
        .collect();
    let private = dumped.iter().find(|object| object.contains("CKO_PRIVATE_KEY")).unwrap();
    let says = |name: &str| private.split(name).nth(1).unwrap().split("CKA_").next().unwrap().contains("TRUE");
    assert_eq!(["CKA_SENSITIVE", "CKA_EXTRACTABLE", "CKA_TOKEN", "CKA_PRIVATE"].map(says), [true, false, true, true], "{private}");
}

#[test]
fn a_wrong_pin_is_named_and_never_shown() {
    let agency = Agency::new();
    agency.make("gd-market");
    for (pin, code) in [("111111\n", "token_pin_wrong"), ("", "token_pin_missing"), ("1", "token_pin_wrong")] {
        agency.write("pin", pin);
        let run = agency.ask(&["key", "public", &agency.uri("gd-market")]).run().ended(2);
        assert_eq!(word(&run.json(), "/error/code"), code);
        assert!(pin.len() < 3 || !format!("{run:?}").contains(pin.trim()), "{run:?}");
    }
    // A service does not start with it either.
    let keys = format!("[[keys]]\ntoken = {{ module = \"{MODULE}\", label = \"agency\", key = \"gd-market\", pin_file = \"pin\" }}\n");
    let sections = "[listen]\naddress = \"127.0.0.1:0\"\n[library]\nfolder = \"library\"\n[counter]\n";
    let config = agency.write("kanhe.toml", &format!("{sections}{keys}"));
    assert_eq!(agency.code(&["config", "check", "--config", &config]), "token_pin_wrong");
}

#[test]
fn what_is_not_there_or_of_another_kind_is_named() {
    let agency = Agency::new();
    agency.make("gd-market");
    let key = agency.path("other.pem");
    let made = Command::new("openssl").args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &key]).output();
    assert!(made.unwrap().status.success());
    agency.softhsm(&["--import", &key, "--token", "agency", "--label", "other", "--id", "0b", "--pin", PIN]);
    let (pin, market) = (agency.path("pin"), agency.uri("gd-market"));
    let rows = [
        (agency.uri("nobody"), "token_key_absent"),
        (agency.uri("other"), "token_key_kind"),
        (market.replace("token=agency", "token=elsewhere"), "token_absent"),
        (market.replace("token=agency", "token=agency;serial=00"), "token_absent"),
        (market.replace("libsofthsm2.so", "nothing.so"), "token_module"),
        (market.replace(MODULE, &pin), "token_module"),
        (market.replace(&pin, &agency.path("no-pin")), "file_not_found"),
        (agency.uri(""), "token_address_incomplete"),
        (market.replace("pin-source=", "pin-value=4802&pin-source="), "token_address_pin"),
    ];
    for (uri, code) in rows {
        assert_eq!(agency.code(&["key", "public", &uri]), code, "{uri}");
    }
    agency.softhsm(&["--init-token", "--free", "--label", "agency", "--so-pin", "87654321", "--pin", PIN]);
    assert_eq!(agency.code(&["key", "public", &market]), "token_several");
}

#[test]
fn a_token_that_is_taken_away_is_missed_at_once_and_found_again() {
    let agency = Agency::founded();
    let service = agency.serve();
    assert_eq!(service.issue(1).status, 201);
    let (token, away) = (agency.token(), agency.folder.path().join("away"));
    fs::rename(&token, &away).unwrap();
    let part = service.wait_for_part("keys", true);
    assert!(word(&part, "/code").starts_with("token_") && part["hint"].is_string(), "{part}");
    let refused = service.issue(2);
    assert_eq!((refused.status, word(&refused.body, "/code").starts_with("token_")), (503, true), "{}", refused.body);
    assert_eq!(service.post("/v1/verify", &json!({ "text": "12345678901234567" })).status, 200, "who only reads is answered");
    fs::rename(&away, &token).unwrap();
    service.wait_for_part("keys", false);
    assert_eq!(service.issue(2).status, 201);
    let log = service.end();
    assert!(log.contains("a key does not sign") && !log.contains(PIN), "{log}");
}
