//! The command line of issuing, and how the pictures of a certificate are drawn.

use super::{AccountArg, ClockArg, LibraryLock, SignArg, TypesArg};
use clap::Args;
use std::path::PathBuf;

/// `kanhe issue …`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("keeps").multiple(true).args(["library", "service"])))]
pub struct IssueArgs {
    /// The type: its code, or its file's name without .json
    #[arg(long = "type", value_name = "T")]
    pub kind: String,
    /// Applications: CSV (UTF-8 or GB18030), XLSX or JSON, of any size; - for standard input
    #[arg(long = "in", value_name = "FILE|-")]
    pub input: PathBuf,
    /// The signed manifest of the region, which knows the agency of the key; a library has its own, and with this none is used
    #[arg(long, value_name = "FILE", required_unless_present = "keeps")]
    pub manifest: Option<PathBuf>,
    /// Where certificates and their pictures go; without a library, the same folder again issues nothing twice
    #[arg(long, value_name = "DIR", required_unless_present = "keeps")]
    pub out: Option<PathBuf>,
    /// The library that the certificates come into: it issues nothing twice, and knows every certificate's state
    #[arg(long, value_name = "DIR", env = "KANHE_LIBRARY")]
    pub library: Option<PathBuf>,
    #[command(flatten)]
    pub library_lock: LibraryLock,
    #[command(flatten)]
    pub account: AccountArg,
    /// The legal basis, for the library
    #[arg(long, value_name = "LAW")]
    pub basis: Option<String>,
    /// The reason, for the library
    #[arg(long, value_name = "WORDS", default_value = "依申请颁发")]
    pub reason: String,
    /// Who issues, for the library
    #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
    pub actor: Option<String>,
    /// One line for each row goes here; the report of a run before is kept beside it [default: the table's name with .report.jsonl, or report.jsonl in --out]
    #[arg(long, value_name = "FILE", requires = "keeps")]
    pub report: Option<PathBuf>,
    /// Check every row as if it were issued, and write nothing
    #[arg(long, requires = "keeps")]
    pub dry_run: bool,
    #[command(flatten)]
    pub picture: PictureArg,
    #[command(flatten)]
    pub key: SignArg,
    #[command(flatten)]
    pub types: TypesArg,
    /// The moment of issue: RFC 3339, or a day, whose noon in China is meant, and today is now; into a library, not in the future [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    #[command(flatten)]
    pub clock: ClockArg,
}

/// How a certificate's QR code is drawn.
#[derive(Clone, Debug, Args)]
pub struct PictureArg {
    /// Address of the page behind the QR code; the part up to the #
    #[arg(long, value_name = "URL")]
    pub page: Option<String>,
    /// Draw the number under the QR code
    #[arg(long)]
    pub caption: bool,
    /// Error correction of the QR code
    #[arg(long, value_enum, default_value_t = LevelArg::M)]
    pub level: LevelArg,
}

/// Error correction levels that kanhe prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LevelArg {
    /// 15 %
    M,
    /// 25 %
    Q,
}
