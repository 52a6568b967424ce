//! The command line, as clap reads it.

mod application;
mod chinese;
mod library;
mod misread;

pub use application::{ApplicationListArgs, ApplicationVerb, ApplyArgs, ApproveArgs, CloseArgs, ReviewArgs};
pub use library::{
    AgencyVerb, AliasArgs, BackupArgs, ChangeArgs, CheckArgs, CountArgs, DrawArgs, ExportArgs, FindArgs, GroundsArg, HistoryArgs, InitArgs,
    LibraryArg, LibraryLock, LogEventsArgs, LogVerb, PicturesArg, ReplaceArgs, RestoreArgs, ShowArgs, TransferInArgs, TransferVerb,
};
pub use misread::Misread;

use crate::words::Language;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Electronic licences and certificates: issue, seal, verify. 电子证照：签发、制码、核验。
#[derive(Debug, Parser)]
#[command(name = "kanhe", version, propagate_version = true)]
pub struct Cli {
    /// Print one JSON object (or one a line) instead of words
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of words [default: from the locale]
    #[arg(long, global = true, value_enum, env = "KANHE_LANG")]
    lang: Option<Language>,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

impl Cli {
    /// The reader's language: as asked for, or the locale's.
    pub fn language(&self) -> Language {
        self.lang.unwrap_or_else(|| Language::of_setting(|name| std::env::var(name).ok()))
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Certificate types: list, show, check
    #[command(subcommand)]
    Type(TypeVerb),
    /// Agency and region keys: new, public
    #[command(subcommand)]
    Key(KeyVerb),
    /// Issue certificates from a table of applications, into a library or a folder
    Issue(Box<IssueArgs>),
    /// Found a library
    Init(InitArgs),
    /// The agencies of a library: add, list
    #[command(subcommand)]
    Agency(AgencyVerb),
    /// Take applications in that are reviewed before anything is issued (受理)
    Apply(Box<ApplyArgs>),
    /// Write down what a department says of an application (审查)
    Review(ReviewArgs),
    /// Approve an application and issue the certificate (准予许可)
    Approve(Box<ApproveArgs>),
    /// Refuse an application (不予许可)
    Reject(CloseArgs),
    /// Close an application that its applicant took back (撤回)
    Withdraw(CloseArgs),
    /// Applications under review: show, list
    #[command(subcommand)]
    Application(ApplicationVerb),
    /// Find certificates in a library
    Find(Box<FindArgs>),
    /// Show one certificate of a library
    Show(ShowArgs),
    /// Write the files of a certificate again: the signed file, the seal's text and its pictures
    Draw(DrawArgs),
    /// Let an identifier of another scheme stand for a certificate
    Alias(AliasArgs),
    /// What happened to a certificate, and what held at a moment
    History(HistoryArgs),
    /// How many certificates there are, by type, state and month
    Count(CountArgs),
    /// Issue the next version with a new term (延续)
    Renew(Box<ReplaceArgs>),
    /// Issue the next version with other words (变更)
    Amend(Box<ReplaceArgs>),
    /// Hold a certificate for a time (暂扣)
    Suspend(ChangeArgs),
    /// Give a suspended certificate back (暂扣发还)
    Reinstate(ChangeArgs),
    /// Take a certificate as a punishment (吊销)
    Revoke(ChangeArgs),
    /// Annul a certificate that should never have been issued (撤销)
    Annul(ChangeArgs),
    /// Deregister a certificate (注销)
    Cancel(ChangeArgs),
    /// Move a certificate to another region (转出), or call that off
    #[command(subcommand)]
    Transfer(TransferVerb),
    /// The library's log: publish, verify, prove, check, audit
    #[command(subcommand)]
    Log(LogVerb),
    /// Back a library up: each backup adds only what the others do not have
    Backup(BackupArgs),
    /// Restore a library from a backup
    Restore(RestoreArgs),
    /// Hold everything in a library against everything else
    Check(CheckArgs),
    /// Write a whole library, or all that it keeps of one holder, in an open form
    Export(ExportArgs),
    /// A region's agencies, keys and types: sign
    #[command(subcommand)]
    Manifest(ManifestVerb),
    /// Status lists: sign
    #[command(subcommand)]
    Status(StatusVerb),
    /// What a region recognises of others: sign
    #[command(subcommand)]
    Recognition(RecognitionVerb),
    /// Packs for verifiers: build, show
    #[command(subcommand)]
    Pack(PackVerb),
    /// Keys that this verifier trusts: add, list
    #[command(subcommand)]
    Trust(TrustVerb),
    /// Verify a certificate from its QR text or picture
    Verify(VerifyArgs),
    /// Show what a text or file claims, without checking it
    Inspect(InspectArgs),
    /// Two regions, over three hundred certificates, a stolen key, sixteen scenes at the counter
    Demo(DemoArgs),
    /// Measure a whole library on this machine, beside what its disk and its cores can do at best
    Bench(BenchArgs),
}

/// Where certificate types come from.
#[derive(Clone, Debug, Args)]
pub struct TypesArg {
    /// A folder of type files [default: the types that kanhe ships]
    #[arg(long, value_name = "DIR")]
    pub types: Option<PathBuf>,
    /// A folder of dictionaries (*.cbor) [default: the one that kanhe ships]
    #[arg(long, value_name = "DIR")]
    pub dictionaries: Option<PathBuf>,
}

/// `kanhe type …`
#[derive(Debug, Subcommand)]
pub enum TypeVerb {
    /// List the types
    List {
        #[command(flatten)]
        types: TypesArg,
    },
    /// Show one type: its form, its seal, its sizes
    Show {
        /// The type's code, or its file's name without .json
        name: String,
        #[command(flatten)]
        types: TypesArg,
    },
    /// Check type files: everything wrong with them, and whether their worst case fits its QR budget
    Check {
        /// Type files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// A folder of dictionaries (*.cbor) [default: the one that kanhe ships]
        #[arg(long, value_name = "DIR")]
        dictionaries: Option<PathBuf>,
    },
}

/// How a key file is locked.
#[derive(Clone, Debug, Args)]
pub struct LockArg {
    /// An age identity file instead of a passphrase
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// A file whose first line is the passphrase [default: ask]
    #[arg(long, value_name = "FILE", conflicts_with = "identity")]
    pub passphrase_file: Option<PathBuf>,
}

/// `kanhe key …`
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// Make a new key: OUT is the locked private key, OUT with .pub the public line
    New {
        /// The owner's name, such as gd.example.cn/market
        #[arg(long)]
        name: String,
        /// Where the locked key goes
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        lock: LockArg,
        /// Make a new age identity at the place of --identity
        #[arg(long, requires = "identity")]
        new_identity: bool,
    },
    /// Print the public line of a locked key
    Public {
        /// The key file
        key: PathBuf,
        #[command(flatten)]
        lock: LockArg,
    },
}

/// A locked key and what opens it.
#[derive(Clone, Debug, Args)]
pub struct KeyArg {
    /// The locked key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub lock: LockArg,
}

/// `kanhe issue …`
#[derive(Debug, Args)]
pub struct IssueArgs {
    /// The type: its code, or its file's name without .json
    #[arg(long = "type", value_name = "T")]
    pub kind: String,
    /// Applications: CSV (UTF-8 or GB18030) or JSON, of any size; - for standard input
    #[arg(long = "in", value_name = "FILE|-")]
    pub input: PathBuf,
    /// The signed manifest of the region, which knows the agency of the key; a library has its own, and with this none is used
    #[arg(long, value_name = "FILE", required_unless_present = "library")]
    pub manifest: Option<PathBuf>,
    /// Where certificates and their pictures go; without a library, the same folder again issues nothing twice
    #[arg(long, value_name = "DIR", required_unless_present = "library")]
    pub out: Option<PathBuf>,
    /// The library that the certificates come into: it issues nothing twice, and knows every certificate's state
    #[arg(long, value_name = "DIR", env = "KANHE_LIBRARY")]
    pub library: Option<PathBuf>,
    #[command(flatten)]
    pub library_lock: LibraryLock,
    /// The legal basis, for the library
    #[arg(long, value_name = "LAW")]
    pub basis: Option<String>,
    /// The reason, for the library
    #[arg(long, value_name = "WORDS", default_value = "依申请颁发")]
    pub reason: String,
    /// Who issues, for the library
    #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
    pub actor: Option<String>,
    /// One line for each row goes here [default: the table's name with .report.jsonl, or report.jsonl in --out]
    #[arg(long, value_name = "FILE", requires = "library")]
    pub report: Option<PathBuf>,
    /// Check every row as if it were issued, and write nothing
    #[arg(long, requires = "library")]
    pub dry_run: bool,
    #[command(flatten)]
    pub picture: PictureArg,
    #[command(flatten)]
    pub key: KeyArg,
    #[command(flatten)]
    pub types: TypesArg,
    /// The moment of issue: RFC 3339, or a day, whose noon in China is meant [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// How a certificate's QR code is drawn.
#[derive(Clone, Debug, Args)]
pub struct PictureArg {
    /// Address of the page behind the QR code; the part up to the #
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
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
        /// The moment of signing: RFC 3339, or a day, whose noon in China is meant [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
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
    #[command(flatten)]
    pub key: KeyArg,
    /// The moment of making: RFC 3339, or a day, whose noon in China is meant [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
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

/// `kanhe verify …`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The scanner's text, a PNG or JPEG picture, a file with the text, or - for standard input
    pub input: String,
    /// The pack; must be named here or in KANHE_PACK
    #[arg(long, value_name = "FILE", env = "KANHE_PACK")]
    pub pack: Option<PathBuf>,
    #[command(flatten)]
    pub trust: TrustArg,
    /// The moment to judge for: RFC 3339, or a day, whose noon in China is meant [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The use scene, in the words of the region's recognition
    #[arg(long, value_name = "S")]
    pub scene: Option<String>,
}

/// `kanhe inspect …`
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The scanner's text, a picture, a signed file, or - for standard input
    pub input: String,
    /// Write the seal as a standard COSE_Sign1 file, for other programs
    #[arg(long, value_name = "FILE")]
    pub cose: Option<PathBuf>,
}

/// `kanhe demo …`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where the demo's files go
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub out: PathBuf,
}

/// `kanhe bench`
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// How many certificates the library grows to
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1_000..=20_000_000))]
    pub certificates: u64,
    /// The folder in which a temporary library is made: the disk that is measured [default: the system's folder for such]
    #[arg(long, value_name = "DIR")]
    pub at: Option<PathBuf>,
}
