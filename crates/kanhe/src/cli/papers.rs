//! The command line of what regions sign: manifests, status lists, recognition, packs, and whom a verifier trusts.

use super::{ClockArg, KeyArg, LibraryLock, TypesArg};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `kanhe manifest …`
#[derive(Debug, Subcommand)]
pub enum ManifestVerb {
    /// Sign a region's description with its root key
    Sign {
        /// The description (TOML)
        #[arg(long = "in", value_name = "FILE")]
        input: PathBuf,
        /// Where the manifest goes
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        key: KeyArg,
        #[command(flatten)]
        types: TypesArg,
        /// The moment of signing: RFC 3339, or a day, whose noon in China is meant [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
}

/// `kanhe status …`
#[derive(Debug, Subcommand)]
pub enum StatusVerb {
    /// Sign the status lists of an agency
    Sign {
        /// The signed manifest of the region; a library has its own, and with this none is used
        #[arg(long, value_name = "FILE", required_unless_present = "library")]
        manifest: Option<PathBuf>,
        /// Reports of what was issued (report.jsonl), which know the slots
        #[arg(long, value_name = "FILE", required_unless_present = "library")]
        report: Vec<PathBuf>,
        /// The library, which knows slots and states; only lists that have changed are signed again
        #[arg(long, value_name = "DIR", env = "KANHE_LIBRARY")]
        library: Option<PathBuf>,
        #[command(flatten)]
        library_lock: LibraryLock,
        /// Sign also the lists of the library that have not changed, for they grow old
        #[arg(long, requires = "library")]
        all: bool,
        /// States: a CSV with the columns identifier, state; all others are valid
        #[arg(long, value_name = "FILE")]
        states: Option<PathBuf>,
        /// Where the lists go
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Days after which the lists say nothing any more
        #[arg(long, default_value_t = 30)]
        days: u16,
        #[command(flatten)]
        key: KeyArg,
        /// The moment of signing: RFC 3339, or a day, whose noon in China is meant, and today is now; not in the future [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        #[command(flatten)]
        clock: ClockArg,
    },
}

/// `kanhe recognition …`
#[derive(Debug, Subcommand)]
pub enum RecognitionVerb {
    /// Sign a region's table of recognition with its root key
    Sign {
        /// The table (TOML)
        #[arg(long = "in", value_name = "FILE")]
        input: PathBuf,
        /// Where the recognition goes
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        key: KeyArg,
        /// The moment of signing: RFC 3339, or a day, whose noon in China is meant [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
}

/// `kanhe pack …`
#[derive(Debug, Subcommand)]
pub enum PackVerb {
    /// Build and sign a pack
    Build(Box<PackBuildArgs>),
    /// Show a pack, or what changed between two
    Show {
        /// The pack
        pack: PathBuf,
        /// An older pack to compare with
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
        #[command(flatten)]
        trust: TrustArg,
    },
}

/// `kanhe pack build …`
#[derive(Debug, Args)]
pub struct PackBuildArgs {
    /// The region whose verifiers the pack is for, such as 440000
    #[arg(long)]
    pub region: String,
    /// Its number; each pack has a higher one
    #[arg(long)]
    pub epoch: u64,
    /// Days after which the pack vouches for nothing
    #[arg(long, default_value_t = 30)]
    pub days: u16,
    /// Whose word to take about a region: CODE=FILE.pub, for each region
    #[arg(long, value_name = "CODE=FILE", required = true)]
    pub root: Vec<String>,
    /// Signed manifests
    #[arg(long, value_name = "FILE", required = true)]
    pub manifest: Vec<PathBuf>,
    /// The region's signed recognition
    #[arg(long, value_name = "FILE")]
    pub recognition: Option<PathBuf>,
    /// Signed status lists, or folders of them
    #[arg(long, value_name = "FILE|DIR")]
    pub status: Vec<PathBuf>,
    /// Signed lists of the survivors of stolen keys, by `kanhe log survivors`
    #[arg(long, value_name = "FILE")]
    pub survivors: Vec<PathBuf>,
    /// A folder of dictionaries (*.cbor) [default: the one that kanhe ships]
    #[arg(long, value_name = "DIR")]
    pub dictionaries: Option<PathBuf>,
    /// Where the pack goes
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The pack before, where it does not lie at --out: no part may be older than in it, or gone
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// Also where a part is older than in the pack before, or gone, or what lies at --out does not open: somebody means it
    #[arg(long)]
    pub anyway: bool,
    #[command(flatten)]
    pub key: KeyArg,
    /// The moment of making: RFC 3339, or a day, whose noon in China is meant [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    #[command(flatten)]
    pub clock: ClockArg,
}

/// Whom a verifier trusts.
#[derive(Clone, Debug, Args)]
pub struct TrustArg {
    /// A public key whose packs to trust: its line, or a file with it [default: those of `kanhe trust add`]
    #[arg(long, value_name = "KEY|FILE")]
    pub trust: Vec<String>,
}

/// `kanhe trust …`
#[derive(Debug, Subcommand)]
pub enum TrustVerb {
    /// Trust the packs that a key signs; compare its hash with what the region told you
    Add {
        /// A public key line, or a file with it
        key: String,
    },
    /// List the trusted keys
    List,
}
