//! The command line of a library's log.

use super::{CheckArgs, DoorArg, KeyArg, LibraryArg};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `kanhe log …`
#[derive(Debug, Subcommand)]
pub enum LogVerb {
    /// Sign a checkpoint and write the log as static files (tlog-tiles)
    Publish {
        #[command(flatten)]
        library: LibraryArg,
        #[command(flatten)]
        key: KeyArg,
        /// Where the files go; what is there already is not written again
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Hold the log against every record and event of the library
    Verify(CheckArgs),
    /// List what happened, in the order of the log
    Events(LogEventsArgs),
    /// Prove that the issue of a certificate, the last act upon an application, or any event, stands in the published log
    Prove {
        /// The identifier of a certificate, or the code of an application
        #[arg(required_unless_present = "event")]
        subject: Option<String>,
        /// The newest act upon the certificate, and not its issue: after a theft of its key that saves it from nothing
        #[arg(long, conflicts_with = "event")]
        last: bool,
        /// The event at this index of the log, as `kanhe history` and `kanhe log events` number them
        #[arg(long, value_name = "INDEX", conflicts_with = "subject")]
        event: Option<u64>,
        #[command(flatten)]
        library: DoorArg,
        /// Where the proof goes (tlog-proof)
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sign the list of what a stolen key had signed before, for packs
    Survivors {
        #[command(flatten)]
        library: LibraryArg,
        /// The stolen key's public line, or a file with it
        #[arg(long, value_name = "KEY|FILE")]
        stolen: String,
        /// The index of the log from which on the key counts no more [default: the `counts_before` of the manifest, or the size of the log]
        #[arg(long, value_name = "INDEX")]
        before: Option<u64>,
        /// Where the list goes
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        key: KeyArg,
        /// The moment of signing [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// List what a stolen key signed at its cut-off or behind it: issued, renewed, amended or taken over
    Lost {
        #[command(flatten)]
        library: LibraryArg,
        /// The stolen key's public line, or a file with it
        #[arg(long, value_name = "KEY|FILE")]
        stolen: String,
        /// The index of the log from which on the key counts no more [default: the `counts_before` of the manifest]
        #[arg(long, value_name = "INDEX")]
        before: Option<u64>,
    },
    /// Check a proof, without library and network
    Check {
        /// The proof
        proof: PathBuf,
        /// The signed certificate that it is about
        #[arg(long, value_name = "FILE")]
        cose: Option<PathBuf>,
        /// The log's public key: its line, or a file with it
        #[arg(long, value_name = "KEY|FILE")]
        log_key: String,
    },
    /// Check that a later checkpoint keeps everything that an earlier one had
    Audit {
        /// The earlier checkpoint
        old: PathBuf,
        /// The later checkpoint
        new: PathBuf,
        /// The log's public key: its line, or a file with it
        #[arg(long, value_name = "KEY|FILE")]
        log_key: String,
        /// The published files of the log
        #[arg(long, value_name = "DIR")]
        tiles: PathBuf,
    },
}

/// `kanhe log events …`
#[derive(Debug, Args)]
pub struct LogEventsArgs {
    #[command(flatten)]
    pub library: DoorArg,
    /// Only what this officer did
    #[arg(long, value_name = "OFFICER")]
    pub by: Option<String>,
    /// Only this act: issue, revoke, lodge, review …
    #[arg(long)]
    pub act: Option<String>,
    /// From the first event on that was recorded at this moment or later (RFC 3339 or a day), whatever moments those behind it bear
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only what was recorded before this moment, or up to the end of a day
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// From this index of the log on
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    pub from: u64,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = super::at_least_one())]
    pub most: usize,
}
