//! The command line, as clap reads it.

mod application;
mod chinese;
mod counter;
mod door;
mod issue;
mod keep;
mod language;
mod library;
mod log;
mod misread;
mod officer;
mod papers;
mod service;

pub use application::{ApplicationListArgs, ApplicationVerb, ApplyArgs, ApproveArgs, CloseArgs, ReviewArgs};
pub use counter::{InspectArgs, VerifyArgs};
pub use door::{AccountArg, DoorArg, SignArg};
pub use issue::{IssueArgs, LevelArg, PictureArg};
pub use keep::{BackupArgs, CheckArgs, ExportArgs, RestoreArgs};
pub use language::language_of_words;
pub use library::{
    AgencyVerb, AliasArgs, ChangeArgs, ClockArg, CountArgs, DrawArgs, FindArgs, GroundsArg, HistoryArgs, InitArgs, LibraryArg, LibraryLock,
    PicturesArg, ReplaceArgs, ShowArgs, TodayArg, TransferInArgs, TransferVerb,
};
pub use log::{LogEventsArgs, LogVerb};
pub use misread::Misread;
pub use officer::{ApiKeyVerb, OfficerAddArgs, OfficerVerb};
pub use papers::{ManifestVerb, PackBuildArgs, PackVerb, RecognitionVerb, StatusVerb, TrustArg, TrustVerb};
pub use service::{ConfigVerb, ServeArgs};

use crate::words::Language;
use clap::builder::RangedU64ValueParser;
use clap::{ArgMatches, Args, Parser, Subcommand};
use language::{Tongue, language_of_setting};
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
    lang: Option<Tongue>,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
    /// What it reads and writes, whichever verb it is
    #[arg(skip)]
    pub files: Files,
}

/// What a verb reads and writes, by `--in` and `--out`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// What is read.
    pub input: Option<PathBuf>,
    /// Where what it makes goes.
    pub out: Option<PathBuf>,
}

impl Files {
    /// What the words of the verb name, however deep it stands: no verb is forgotten.
    fn of(matches: &ArgMatches) -> Self {
        let verb = std::iter::successors(Some(matches), |matches| matches.subcommand().map(|(_, deeper)| deeper)).last();
        let named = |id| verb.and_then(|verb| verb.try_get_one::<PathBuf>(id).ok().flatten().cloned());
        Self { input: named("input"), out: named("out") }
    }
}

impl Cli {
    /// The reader's language: as asked for, or the locale's.
    pub fn language(&self) -> Language {
        self.lang.map_or_else(|| language_of_setting(|name| std::env::var(name).ok()), |Tongue(language)| language)
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
    /// The officers who sign in to the service: add, reset, link, unlink, list
    #[command(subcommand)]
    Officer(OfficerVerb),
    /// The keys by which systems call the service: add, list
    #[command(subcommand)]
    ApiKey(ApiKeyVerb),
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
    /// Issue the next version with a new term (延续); what else it changes is named
    Renew(Box<ReplaceArgs>),
    /// Issue the next version with other words and the same term (变更)
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
    /// The library's log: publish, verify, events, prove, survivors, lost, check, audit
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
    /// Run the service: the interface over HTTP for one library
    Serve(ServeArgs),
    /// The service's configuration: check
    #[command(subcommand)]
    Config(ConfigVerb),
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
    /// Make a new key: OUT is the locked private key, OUT with .pub the public line; or make it in a token, which keeps it
    New {
        /// The owner's name, such as gd.example.cn/market
        #[arg(long)]
        name: String,
        /// Where the locked key goes; a key in a token has only the public line, OUT with .pub
        #[arg(long, value_name = "FILE", required_unless_present = "token")]
        out: Option<PathBuf>,
        /// Make it in this PKCS#11 token (pkcs11:token=LABEL?module-path=FILE), from which nobody can take it out
        #[arg(long, value_name = "URI", conflicts_with_all = ["identity", "passphrase_file", "new_identity"])]
        token: Option<String>,
        #[command(flatten)]
        lock: LockArg,
        /// Make a new age identity at the place of --identity
        #[arg(long, requires = "identity")]
        new_identity: bool,
    },
    /// Print the public line of a locked key
    Public {
        /// The key file, or the pkcs11: URI of a key in a token
        key: PathBuf,
        #[command(flatten)]
        lock: LockArg,
    },
}

/// A locked key and what opens it.
#[derive(Clone, Debug, Args)]
pub struct KeyArg {
    /// The locked key, or the pkcs11: URI of a key in a token
    #[arg(long, value_name = "FILE|URI")]
    pub key: PathBuf,
    #[command(flatten)]
    pub lock: LockArg,
}

/// `kanhe demo …`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where the demo's files go
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub out: PathBuf,
    /// Then open both regions to callers over HTTP, until Ctrl-C
    #[arg(long)]
    pub serve: bool,
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

/// A number of rows: of a page without any nobody could ask for the next.
fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}
