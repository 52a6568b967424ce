//! kanhe: electronic licences and certificates, issued, sealed and verified.
//!
//! This is the one place that wires everything: it reads files, asks the clock and the dice, and speaks to people.

mod cli;
mod failure;
mod files;
mod lines;
mod pause;
mod shipped;
mod traces;
mod verbs;
mod web;
mod words;

use cli::{Cli, Misread, language_of_words};
use failure::Failure;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// A verdict and a certificate are many small pieces of memory each, taken and given back on every core at once.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    match Misread::parse(&words) {
        Ok(cli) => run(cli),
        Err(misread) => answer(&misread, &words),
    }
}

fn run(cli: Cli) -> ExitCode {
    let (language, json) = (cli.language(), cli.json);
    match verbs::run(cli) {
        Ok(ended) => ended.into(),
        Err(failure) => {
            if json {
                // Who closed the pipe did not want to know; the exit code tells.
                let _ = writeln!(std::io::stdout(), "{}", failure.json());
            }
            eprintln!("{}", failure.line(language));
            ExitCode::from(2)
        }
    }
}

/// Says what was asked for, help or version, or what is wrong with the words.
fn answer(misread: &Misread, words: &[OsString]) -> ExitCode {
    let printed = misread.print(language_of_words(words, |name| std::env::var(name).ok()));
    if misread.is_wrong() && words.iter().any(|word| word == "--json") {
        let _ = writeln!(std::io::stdout(), "{}", Failure::misread(&misread.sentence()).json());
    }
    if misread.is_wrong() || printed.is_err() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}
