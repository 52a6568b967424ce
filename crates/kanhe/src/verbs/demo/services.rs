//! Two services, one for each region, with the libraries of the demo: started by the public verbs, as anybody would.

use super::stage::Stage;
use crate::failure::Failure;
use crate::files;
use crate::pause::Pause;
use crate::verbs::Voice;
use crate::words::{Language, Words};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How often it is looked whether somebody wants to stop.
const LOOK: Duration = Duration::from_millis(200);

/// A region's service: its library, where it listens if nobody else does, its keys, and the key that makes its packs.
struct Plan {
    region: &'static str,
    names: Words,
    port: u16,
    pack: &'static str,
    keys: &'static [&'static str],
    root: &'static str,
    agencies: &'static [Agency],
}

/// An agency with somebody who manages its accounts, and a system that calls.
struct Agency {
    code: &'static str,
    login: &'static str,
    names: Words,
}

static PLANS: [Plan; 2] = [
    Plan {
        region: "gd",
        names: Words::new("广东", "Guangdong"),
        port: 8470,
        pack: "guangdong.pack",
        // The housing department's first key is stolen; a service that signed with it would be refused at every counter.
        keys: &["gd-market", "gd-housing-2", "gd-log", "gd-root"],
        root: "gd-root",
        agencies: &[
            Agency {
                code: "114400000069410121",
                login: "market.admin",
                names: Words::new("广东省市场监督管理局", "Guangdong market regulation"),
            },
            Agency {
                code: "11440000006942023C", login: "housing.admin", names: Words::new("广东省住房和城乡建设厅", "Guangdong housing")
            },
        ],
    },
    Plan {
        region: "zj",
        names: Words::new("浙江", "Zhejiang"),
        port: 8471,
        pack: "zhejiang.pack",
        keys: &["zj-transport", "zj-log", "zj-root"],
        root: "zj-root",
        agencies: &[Agency {
            code: "11330000002473039X",
            login: "transport.admin",
            names: Words::new("浙江省交通运输厅", "Zhejiang transport"),
        }],
    },
];

/// What a system of the demo is in its agency.
const ROLES: [&str; 12] =
    ["--role", "clerk", "--role", "reviewer", "--role", "approver", "--role", "key_holder", "--role", "auditor", "--role", "relying_party"];

/// A service that runs until the demo ends.
pub struct Service {
    process: Child,
    plan: &'static Plan,
    address: String,
    accounts: Vec<Account>,
}

struct Account {
    agency: &'static Agency,
    password: String,
    key: String,
}

/// Makes accounts, and starts both.
pub fn start(stage: &Stage, voice: Voice) -> Result<Vec<Service>, Failure> {
    PLANS.iter().map(|plan| plan.start(stage, voice)).collect()
}

impl Plan {
    fn start(&'static self, stage: &Stage, voice: Voice) -> Result<Service, Failure> {
        let accounts = self.agencies.iter().map(|agency| self.account(stage, agency, voice)).collect::<Result<_, _>>()?;
        let config = stage.path(&format!("{}-service.toml", self.region));
        // Another demo may be running, or take the port between our look and the start: then any free port will do.
        let ours = TcpListener::bind(("127.0.0.1", self.port)).map_or(0, |_| self.port);
        for port in [ours, 0] {
            files::write(Path::new(&config), self.config(port).as_bytes())?;
            let mut process = kanhe(&["serve", "--config", &config], voice)?;
            let listening = process.stdout.take().map(first_line).unwrap_or_default();
            if let Some(address) = listening.get("listening").and_then(Value::as_str) {
                return Ok(Service { address: address.to_owned(), process, plan: self, accounts });
            }
            let _ = process.wait();
        }
        Err(Failure::new("service_listen", format!("the service of {} did not start; its log stands above", self.region)))
    }

    fn config(&self, port: u16) -> String {
        let Self { region, pack, root, .. } = self;
        let keys: String =
            self.keys.iter().map(|key| format!("\n[[keys]]\nfile = \"keys/{key}.key\"\nidentity = \"keys/identity.txt\"\n")).collect();
        format!(
            "# A service of the demo. Its key files are opened by one identity beside them; nobody keeps real ones like that.\n\
             [listen]\naddress = \"127.0.0.1:{port}\"\n\n\
             [library]\nfolder = \"{region}-library\"\nidentity = \"keys/identity.txt\"\n\n\
             [counter]\npack = \"{pack}\"\ntrusted_files = [\"keys/{root}.pub\"]\n\n\
             [publish]\nseconds = 5\npack_key = \"{root}.example.cn\"\ncheckpoint_copy = \"{region}-checkpoint\"\n{keys}"
        )
    }

    fn account(&self, stage: &Stage, agency: &'static Agency, voice: Voice) -> Result<Account, Failure> {
        let (library, identity) = (stage.path(&format!("{}-library", self.region)), stage.path("keys/identity.txt"));
        let at = ["--library", &library, "--library-identity", &identity, "--agency", agency.code, "--actor", "demo"];
        let officer = ["officer", "add", "--login", agency.login, "--name", agency.names.zh, "--role", "administrator"];
        let system = ["api-key", "add", "--name", "demo"];
        let asked = |words: &[&str], member: &str| -> Result<String, Failure> {
            let told = kanhe(words, voice)?.wait_with_output().map_err(|error| Failure::new("demo_differs", error))?;
            let told: Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
            let found = told.get(member).and_then(Value::as_str).map(str::to_owned);
            found.ok_or_else(|| Failure::new("demo_differs", format!("no account of {} was made", agency.login)))
        };
        Ok(Account {
            agency,
            password: asked(&[&officer[..], &at[..]].concat(), "one_time_password")?,
            key: asked(&[&system[..], &ROLES[..], &at[..]].concat(), "key")?,
        })
    }
}

/// Runs this program once more, and shows what is typed.
fn kanhe(words: &[&str], voice: Voice) -> Result<Child, Failure> {
    if !voice.json {
        voice.print(format_args!("$ kanhe {}", words.join(" ")));
    }
    let failed = |error: std::io::Error| Failure::new("demo_differs", error);
    let program = std::env::current_exe().map_err(failed)?;
    // Both logs at once would bury what a newcomer came to read.
    let log = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
    let mut command = Command::new(program);
    command.arg("--json").args(words).env("RUST_LOG", log).stdin(Stdio::piped()).stdout(Stdio::piped());
    // Its standard input ends with us: a demo that is killed leaves no service behind.
    command.env("KANHE_UNTIL_STDIN_ENDS", "true").spawn().map_err(failed)
}

fn first_line(out: impl std::io::Read) -> Value {
    let mut line = String::new();
    let _ = BufReader::new(out).read_line(&mut line);
    serde_json::from_str(&line).unwrap_or_default()
}

impl Service {
    /// For machines: where it listens, and who may come in.
    pub fn json(&self) -> Value {
        let accounts = self.accounts.iter().map(|account| {
            json!({ "agency": account.agency.code, "login": account.agency.login, "one_time_password": account.password, "key": account.key })
        });
        json!({ "region": self.plan.region, "url": self.url(), "accounts": accounts.collect::<Vec<_>>() })
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens, and who may come in.
    pub fn words(&self, language: Language) -> String {
        let mut lines = vec![format!("  {}  {}  {}/docs", self.plan.names.of(language), self.url(), self.url())];
        for account in &self.accounts {
            let (name, login, password) = (account.agency.names.of(language), account.agency.login, &account.password);
            lines.push(match language {
                Language::Chinese => format!("    {name}：登录名 {login}，一次性密码 {password}\n      接口密钥 {}", account.key),
                Language::English => format!("    {name}: login {login}, one-time password {password}\n      API key {}", account.key),
            });
        }
        lines.join("\n")
    }

    /// Three lines to copy: issue, show, verify.
    pub fn lines(&self, stage: &Stage) -> Option<String> {
        let (url, key) = (self.url(), &self.accounts.last()?.key);
        let application = json!({
            "request_id": "DEMO-1", "number": "粤A052026000003", "holder_name": "李㛃", "holder_code_type": "111",
            "holder_code": "440599198411210190", "trade": "10", "first_issued_on": "2018-04-01", "sex": "男",
            "employer": "广州市万家建筑工程有限公司", "training": 47,
        });
        let issue = json!({
            "type": "special-work-operator", "basis": "《行政许可法》第三十八条", "reason": "符合法定条件", "application": application,
        });
        let shown = stage.identifier("special-work-operator", 0).ok()?;
        let verify = json!({ "text": stage.genuine_text().ok()? });
        let json = "-H 'Content-Type: application/json'";
        Some(format!(
            "  curl -s {url}/v1/certificates -H 'Authorization: Bearer {key}' {json} -d '{issue}'\n\n\
             \u{20} curl -s {url}/v1/certificates/{shown} -H 'Authorization: Bearer {key}'\n\n\
             \u{20} curl -s {url}/v1/verify {json} -d '{verify}'"
        ))
    }
}

/// Waits until all have stopped. Ctrl-C reaches them as it reaches the demo; who asks the demo alone is passed on.
pub fn wait(mut services: Vec<Service>, pause: &Pause) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new("demo_differs", error);
    let mut told = false;
    while !services.is_empty() {
        std::thread::sleep(LOOK);
        if pause.asked() && !told {
            told = true;
            for service in &services {
                // One that has just ended by itself is not there any more.
                let _ = kill_process(Pid::from_child(&service.process), Signal::TERM);
            }
        }
        let mut running = Vec::new();
        for mut service in services {
            if service.process.try_wait().map_err(failed)?.is_none() {
                running.push(service);
            }
        }
        services = running;
    }
    Ok(())
}
