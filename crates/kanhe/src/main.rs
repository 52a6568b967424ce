//! kanhe: electronic licences and certificates, issued, sealed and verified.
//!
//! This is the one place that wires everything: it reads files, asks the clock and the dice, and speaks to people.

mod cli;
mod failure;
mod files;
mod pause;
mod shipped;
mod verbs;
mod words;

use clap::Parser;
use cli::Cli;
use failure::Failure;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints its own message and hint; help and version are no failure.
            let wrong = error.use_stderr();
            let printed = error.print();
            if wrong && std::env::args_os().any(|word| word == "--json") {
                let first = error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let _ = writeln!(std::io::stdout(), "{}", Failure::new("usage", first).json());
            }
            return if wrong || printed.is_err() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
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
