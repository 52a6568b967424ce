//! The program as a stranger to the tests: words in, words and an exit code out.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Seconds after which a run counts as hanging; far more than any takes, for the machine may be busy.
const PATIENCE: u32 = 100;

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    /// The exit code; what a signal killed has none.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The program, its words, and the bounds that it runs in.
pub struct Kanhe {
    words: Vec<String>,
    settings: Vec<(&'static str, String)>,
    limits: String,
    stdin: Vec<u8>,
    launcher: Vec<&'static str>,
}

/// Runs `kanhe` with these words.
pub fn kanhe(words: &[&str]) -> Run {
    Kanhe::new(words).run()
}

impl Kanhe {
    /// The program with its words, not yet started.
    pub fn new(words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Self { words, settings: Vec::new(), limits: String::new(), stdin: Vec::new(), launcher: Vec::new() }
    }

    /// With one environment variable more; of the tests' own environment only the path is handed on.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    /// With so many megabytes of address space.
    pub fn in_memory(self, megabytes: u32) -> Self {
        self.limited(&format!("ulimit -v {}", megabytes << 10))
    }

    /// With no file growing beyond so many blocks of 512 bytes; a write past that fails as on a full disk.
    pub fn in_blocks(self, blocks: u32) -> Self {
        // The signal that comes first would kill the program; a full disk sends none.
        self.limited(&format!("trap '' XFSZ; ulimit -f {blocks}"))
    }

    /// In another folder.
    pub fn in_folder(self, folder: &Path) -> Self {
        self.limited(&format!("cd '{}'", folder.display()))
    }

    fn limited(mut self, limit: &str) -> Self {
        self.limits.push_str(limit);
        self.limits.push_str(" && ");
        self
    }

    /// Started by another program.
    pub fn under(mut self, launcher: &[&'static str]) -> Self {
        self.launcher = launcher.to_vec();
        self
    }

    /// With these bytes on standard input.
    pub fn reading(mut self, bytes: &[u8]) -> Self {
        self.stdin = bytes.to_vec();
        self
    }

    /// With more words.
    pub fn and(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// With another value of an option that it already has.
    pub fn but(mut self, option: &str, value: &str) -> Self {
        let place = self.words.iter().position(|word| word == option).unwrap_or_else(|| panic!("{option} in {:?}", self.words));
        value.clone_into(&mut self.words[place + 1]);
        self
    }

    /// Without an option that it has, and without its value.
    pub fn without(mut self, option: &str) -> Self {
        let place = self.words.iter().position(|word| word == option).unwrap_or_else(|| panic!("{option} in {:?}", self.words));
        self.words.drain(place..place + 2);
        self
    }

    /// Without `--json`, for people.
    pub fn for_people(mut self) -> Self {
        self.words.retain(|word| word != "--json");
        self
    }

    /// Starts it without any bounds, for a test that ends it.
    pub fn start(self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kanhe"));
        command.args(&self.words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    /// Starts it likewise, for a test that signals to it and hears what it says.
    pub fn start_heard(self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kanhe"));
        command.args(&self.words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// Runs it to its end.
    pub fn run(self) -> Run {
        let stdin = self.stdin.clone();
        let mut child = self.command().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sh starts");
        // Who does not read its standard input closes it, and that is no failure.
        let _ = child.stdin.take().unwrap().write_all(&stdin);
        Run::of(&child.wait_with_output().unwrap())
    }

    fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{}exec timeout --signal KILL {PATIENCE} \"$@\"", self.limits), "sh"]);
        command.args(&self.launcher).arg(env!("CARGO_BIN_EXE_kanhe")).args(&self.words);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("KANHE_TRUST", "/nonexistent");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Run {
    /// What a finished process leaves.
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program writes UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The same run, which must have ended so.
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// The one JSON value on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Waits until something is so; whether it came to be before the process ended.
pub fn wait_for(child: &mut Child, so: impl Fn() -> bool) -> bool {
    for _ in 0..30_000 {
        if so() {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return so();
        }
        sleep(Duration::from_millis(1));
    }
    panic!("nothing came of a run for a whole minute")
}

/// A member of a JSON object that is a text.
pub fn word<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} is no text in {value}"))
}
