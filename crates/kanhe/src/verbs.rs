//! The verbs of the command line: each reads, calls the floors below, and says what came of it.

mod bench;
mod clock;
mod demo;
mod inspect;
mod issue;
mod key;
mod library;
mod manifest;
mod pack;
mod recognition;
mod report;
mod serve;
mod status;
mod trust;
mod types;
mod verify;
mod what;

use crate::cli::{Cli, Verb};
use crate::failure::Failure;
use crate::files;
use crate::pause::PAUSED;
use crate::words::Language;
use kanhe_core::verdict::Verdict;
use kanhe_issuer::examiner::Closing;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::Replacement;
use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

/// How a verb ended that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Done, or accepted: exit code 0.
    Well,
    /// Do not accept, or some rows were refused: exit code 1.
    Refused,
    /// Cannot tell here: exit code 3.
    Unknown,
    /// Stopped where nothing is half done, because somebody asked for it: exit code 130.
    Paused,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Well => Self::SUCCESS,
            Ended::Refused => Self::from(1),
            Ended::Unknown => Self::from(3),
            Ended::Paused => Self::from(PAUSED),
        }
    }
}

impl From<Verdict> for Ended {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Accept => Self::Well,
            Verdict::Refuse => Self::Refused,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

/// To whom a verb speaks.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// The reader's language.
    pub language: Language,
    /// JSON instead of words.
    pub json: bool,
    /// Nothing at all: somebody else speaks.
    pub quiet: bool,
}

impl Voice {
    /// Prints a value as JSON, or words made from it.
    pub fn say(self, json: &serde_json::Value, words: impl FnOnce(Language) -> String) {
        match (self.quiet, self.json) {
            (true, _) => {}
            (false, true) => self.print(json),
            (false, false) => self.print(words(self.language)),
        }
    }

    /// The same of work that is done, although something failed after it: both are said, to machines in one object.
    pub fn say_done(
        self,
        json: &serde_json::Value,
        after: Result<(), Failure>,
        words: impl FnOnce(Language) -> String,
    ) -> Result<Ended, Failure> {
        if after.is_ok() || !self.json {
            self.say(json, words);
        }
        after.map(|()| Ended::Well).map_err(|failure| failure.after(json))
    }

    /// Prints a line. A reader who has heard enough closes the pipe, and that changes nothing about how the verb ended; any other
    /// fault of standard output does, for the answer is lost.
    pub fn print(self, line: impl Display) {
        match writeln!(std::io::stdout().lock(), "{line}") {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                eprintln!("{}", Failure::file(Path::new("-"), &error).line(self.language));
                std::process::exit(2)
            }
            Ok(()) | Err(_) => {}
        }
    }
}

/// Does what the command line asks for.
pub fn run(cli: Cli) -> Result<Ended, Failure> {
    let voice = Voice { language: cli.language(), json: cli.json, quiet: false };
    if let Some(out) = &cli.files.out {
        library::is_outside(out)?;
        cli.files.input.as_deref().map_or(Ok(()), |input| files::is_other(out, input))?;
    }
    run_as(cli, voice)
}

/// Does it, and speaks as somebody else wants it.
pub fn run_as(cli: Cli, voice: Voice) -> Result<Ended, Failure> {
    match cli.verb {
        Verb::Type(verb) => types::run(verb, voice),
        Verb::Key(verb) => key::run(verb, voice),
        // A library may be named by the environment for all verbs; who names a manifest means none of it.
        Verb::Issue(args) => match &args.manifest {
            None => library::issue(&args, voice),
            Some(_) => issue::run(&args, voice),
        },
        Verb::Init(args) => library::init(&args, voice),
        Verb::Agency(verb) => library::agency(&verb, voice),
        Verb::Officer(verb) => library::officer(&verb, voice),
        Verb::ApiKey(verb) => library::api_key(&verb, voice),
        Verb::Apply(args) => library::apply(&args, voice),
        Verb::Review(args) => library::review(&args, voice),
        Verb::Approve(args) => library::approve(&args, voice),
        Verb::Reject(args) => library::close(&args, Closing::Reject, voice),
        Verb::Withdraw(args) => library::close(&args, Closing::Withdraw, voice),
        Verb::Application(verb) => library::application(&verb, voice),
        Verb::Find(args) => library::find(&args, voice),
        Verb::Show(args) => library::show(&args, voice),
        Verb::Draw(args) => library::draw(&args, voice),
        Verb::Alias(args) => library::alias(&args, voice),
        Verb::History(args) => library::history(&args, voice),
        Verb::Count(args) => library::count(&args, voice),
        Verb::Renew(args) => library::replace(&args, Replacement::Renew, voice),
        Verb::Amend(args) => library::replace(&args, Replacement::Amend, voice),
        Verb::Suspend(args) => library::change(&args, Change::Suspend, voice),
        Verb::Reinstate(args) => library::change(&args, Change::Reinstate, voice),
        Verb::Revoke(args) => library::change(&args, Change::Revoke, voice),
        Verb::Annul(args) => library::change(&args, Change::Annul, voice),
        Verb::Cancel(args) => library::change(&args, Change::Cancel, voice),
        Verb::Transfer(verb) => library::transfer(&verb, voice),
        Verb::Log(verb) => library::log(&verb, voice),
        Verb::Backup(args) => library::back_up(&args, voice),
        Verb::Restore(args) => library::restore(&args, voice),
        Verb::Check(args) => library::check(&args, voice),
        Verb::Export(args) => library::export(&args, voice),
        Verb::Manifest(verb) => manifest::run(verb, voice),
        Verb::Status(verb) => status::run(verb, voice),
        Verb::Recognition(verb) => recognition::run(verb, voice),
        Verb::Pack(verb) => pack::run(verb, voice),
        Verb::Trust(verb) => trust::run(verb, voice),
        Verb::Verify(args) => verify::run(&args, voice),
        Verb::Inspect(args) => inspect::run(&args, voice),
        Verb::Serve(args) => serve::run(&args, voice),
        Verb::Config(verb) => serve::check(&verb, voice),
        Verb::Demo(args) => demo::run(&args, voice),
        Verb::Bench(args) => bench::run(&args, voice),
    }
}
