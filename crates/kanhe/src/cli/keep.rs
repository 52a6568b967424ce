//! The command line of keeping a library: backups, the check, and exports.

use super::{DoorArg, LibraryArg, TypesArg};
use clap::Args;
use std::path::PathBuf;

/// `kanhe backup …`
#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    pub library: LibraryArg,
    /// The folder of backups: each adds only what the others do not have
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// Also where the last backup there is of another history of this library: it was set back, and somebody knows
    #[arg(long)]
    pub anyway: bool,
}

/// `kanhe restore …`
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The folder of backups
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// Which backup [default: the last]
    #[arg(long)]
    pub number: Option<u32>,
    /// Where the library goes: a folder that does not hold one
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// Only to be read, for an audit or an export: nothing is ever written into it, and it gives up no status slots
    #[arg(long, conflicts_with_all = ["checkpoint", "log_key", "lost"])]
    pub to_read: bool,
    /// The checkpoint of the log that was published last: it tells how much was lost since the backup
    #[arg(long, value_name = "FILE", requires = "log_key")]
    pub checkpoint: Option<PathBuf>,
    /// The log's public key: its line, or a file with it
    #[arg(long, value_name = "KEY|FILE", requires = "checkpoint")]
    pub log_key: Option<String>,
    /// How many certificates of one agency may be lost since the backup, at most [default: 100000]
    #[arg(long, value_name = "N", conflicts_with = "checkpoint")]
    pub lost: Option<u64>,
}

/// `kanhe check …`
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub library: DoorArg,
    /// A checkpoint from elsewhere, the published one or its copy: what was cut off at the end of the library is found by nothing else
    #[arg(long, value_name = "FILE", requires = "log_key")]
    pub checkpoint: Option<PathBuf>,
    /// The log's public key: its line, or a file with it
    #[arg(long, value_name = "KEY|FILE", requires = "checkpoint")]
    pub log_key: Option<String>,
}

/// `kanhe export …`
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    pub library: DoorArg,
    /// Only what the library keeps of this holder; - reads the code from standard input
    #[arg(long, value_name = "CODE|-")]
    pub holder: Option<String>,
    /// What kind of code --holder is (GB/T 36903 annex A): 111 resident id, 001 USCC …
    #[arg(long, value_name = "TYPE", default_value = "111", requires = "holder")]
    pub holder_type: String,
    /// Where the export goes: one tar file, for its owner only
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub types: TypesArg,
}
