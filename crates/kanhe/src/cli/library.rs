//! The command line of the library: its arguments, as clap reads them.

use super::{DoorArg, PictureArg, SignArg, TypesArg};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// A library and what opens its secret.
#[derive(Clone, Debug, Args)]
pub struct LibraryArg {
    /// The library's folder
    #[arg(long, value_name = "DIR", env = "KANHE_LIBRARY")]
    pub library: PathBuf,
    #[command(flatten)]
    pub lock: LibraryLock,
}

/// What opens the secret of a library.
#[derive(Clone, Debug, Args)]
pub struct LibraryLock {
    /// The age identity that opens the library's secret
    #[arg(long, value_name = "FILE", env = "KANHE_LIBRARY_IDENTITY")]
    pub library_identity: Option<PathBuf>,
    /// A file whose first line is the passphrase of the library's secret [default: ask]
    #[arg(long, value_name = "FILE", env = "KANHE_LIBRARY_PASSPHRASE_FILE", conflicts_with = "library_identity")]
    pub library_passphrase_file: Option<PathBuf>,
    /// Megabytes of memory for what is read often; a library of a million certificates is quicker with 256 or more
    #[arg(long, value_name = "MB", env = "KANHE_LIBRARY_CACHE", default_value_t = 64, value_parser = clap::value_parser!(u32).range(8..=1_048_576))]
    pub library_cache: u32,
}

/// `kanhe init …`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where the library goes: a folder that does not hold one
    pub folder: PathBuf,
    /// The region whose certificates it holds, such as 440000
    #[arg(long)]
    pub region: String,
    /// The name of its log, such as gd.example.cn/log; the key that signs its checkpoints bears the same
    #[arg(long)]
    pub origin: String,
    #[command(flatten)]
    pub lock: LibraryLock,
    /// Make a new age identity at the place of --library-identity
    #[arg(long, requires = "library_identity")]
    pub new_identity: bool,
    /// Beside another library of the same agencies: the first page of slots that it has not begun. Their lists before it are the other's to sign
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=2047))]
    pub first_page: u32,
}

/// `kanhe agency …`
#[derive(Debug, Subcommand)]
pub enum AgencyVerb {
    /// Take up the region's signed manifest: its agencies, their keys and their types
    Add {
        #[command(flatten)]
        library: LibraryArg,
        /// The signed manifest
        #[arg(long, value_name = "FILE")]
        manifest: PathBuf,
        /// The region's root key: its line, or a file with it
        #[arg(long, value_name = "KEY|FILE")]
        root: String,
        /// Signed lists of the survivors of keys that it calls stolen, by `kanhe log survivors`
        #[arg(long, value_name = "FILE")]
        survivors: Vec<PathBuf>,
        #[command(flatten)]
        grounds: GroundsArg,
    },
    /// List the agencies of the library
    List {
        #[command(flatten)]
        library: DoorArg,
    },
}

/// Why something is done, and by whom.
#[derive(Clone, Debug, Args)]
pub struct GroundsArg {
    /// The legal basis
    #[arg(long, value_name = "LAW")]
    pub basis: String,
    /// The reason
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
    /// Who does it, as the agency calls its officers; a service knows who asks it
    #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
    pub actor: Option<String>,
    /// From when on it holds: RFC 3339, or a day, which begins behind what was done last on it, and today is now; not in the future [default: now]
    #[arg(long, value_name = "TIME")]
    pub effective: Option<String>,
    #[command(flatten)]
    pub clock: ClockArg,
}

/// What a library has recorded by a clock that was ahead
#[derive(Clone, Copy, Debug, Args)]
pub struct ClockArg {
    /// What is dated later than now was so by a clock that was ahead, and keeps nothing back: for who has looked at the clock
    #[arg(long)]
    pub clock_was_ahead: bool,
}

/// Why something is done that is dated by the day on which it is written down, and by whom.
#[derive(Clone, Debug, Args)]
pub struct TodayArg {
    /// The legal basis
    #[arg(long, value_name = "LAW")]
    pub basis: String,
    /// The reason
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
    /// Who does it, as the agency calls its officers; a service knows who asks it
    #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
    pub actor: Option<String>,
    /// At which moment of today: RFC 3339, not in the future; another day is refused, for it is dated by the day on which it is written down [default: now]
    #[arg(long, value_name = "TIME")]
    pub effective: Option<String>,
    #[command(flatten)]
    pub clock: ClockArg,
}

impl TodayArg {
    /// As what may be dated otherwise.
    pub fn grounds(&self) -> GroundsArg {
        let Self { basis, reason, actor, effective, clock } = self.clone();
        GroundsArg { basis, reason, actor, effective, clock }
    }
}

/// `kanhe suspend …` and its sisters
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// The identifier of the certificate, one at a time; many at once are proposed to a service (POST /v1/certificates/changes)
    pub identifier: String,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub grounds: GroundsArg,
}

/// `kanhe renew …`, `kanhe amend …`
#[derive(Debug, Args)]
pub struct ReplaceArgs {
    /// The identifier of the certificate whose place is taken
    pub identifier: String,
    /// The application, one row: CSV, XLSX or JSON
    #[arg(long = "in", value_name = "FILE")]
    pub input: PathBuf,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub key: SignArg,
    #[command(flatten)]
    pub types: TypesArg,
    #[command(flatten)]
    pub pictures: PicturesArg,
    #[command(flatten)]
    pub grounds: GroundsArg,
}

/// Where the files of one new certificate go, and how its QR code is drawn.
#[derive(Clone, Debug, Args)]
pub struct PicturesArg {
    /// Where the certificate and its pictures go; `kanhe draw` writes them at any later time
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub picture: PictureArg,
}

/// `kanhe draw …`
#[derive(Debug, Args)]
pub struct DrawArgs {
    /// The identifier of the certificate
    pub identifier: String,
    /// Where the files go
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub picture: PictureArg,
    #[command(flatten)]
    pub types: TypesArg,
}

/// `kanhe transfer …`
#[derive(Debug, Subcommand)]
pub enum TransferVerb {
    /// Move a certificate to another region
    Out {
        #[command(flatten)]
        change: ChangeArgs,
        /// The region that it moves to, such as 330000
        #[arg(long, value_name = "REGION")]
        to: String,
    },
    /// Take a certificate of another region over, as a first version here
    In(Box<TransferInArgs>),
    /// Call the move off
    Undo {
        #[command(flatten)]
        change: ChangeArgs,
    },
}

/// `kanhe transfer in …`
#[derive(Debug, Args)]
pub struct TransferInArgs {
    /// The identifier of the certificate in the other region, as it stands there
    pub identifier: String,
    /// The region that it comes from, such as 330000
    #[arg(long, value_name = "REGION")]
    pub from: String,
    /// What that region says of it, by a code set of the type: it must have given the certificate away
    #[arg(long, value_name = "SET:CODE")]
    pub said: Option<String>,
    /// The type: its code, or its file's name without .json
    #[arg(long = "type", value_name = "T")]
    pub kind: String,
    /// The application, one row: CSV, XLSX or JSON
    #[arg(long = "in", value_name = "FILE")]
    pub input: PathBuf,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub key: SignArg,
    #[command(flatten)]
    pub types: TypesArg,
    #[command(flatten)]
    pub pictures: PicturesArg,
    #[command(flatten)]
    pub grounds: GroundsArg,
}

/// `kanhe find …`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("question").multiple(false).args(["number", "holder", "name", "alias", "request_id"])))]
pub struct FindArgs {
    #[command(flatten)]
    pub library: DoorArg,
    /// By printed number
    #[arg(long)]
    pub number: Option<String>,
    /// By the holder's code; - reads it from standard input
    #[arg(long, value_name = "CODE")]
    pub holder: Option<String>,
    /// What kind of code --holder is (GB/T 36903 annex A): 111 resident id, 001 USCC …
    // What is required is not asked for beside what it could not stand with: so that is refused by name, here and at --ending-from.
    #[arg(long, value_name = "TYPE", default_value = "111", requires = "holder", conflicts_with_all = ["number", "name", "alias", "request_id", "state", "ending_by"])]
    pub holder_type: String,
    /// By two or more neighbouring letters of a holder's name; - reads them from standard input
    #[arg(long)]
    pub name: Option<String>,
    /// By an identifier of another scheme
    #[arg(long, value_name = "SCHEME:VALUE")]
    pub alias: Option<String>,
    /// By the id of the request that it was issued for
    #[arg(long, value_name = "ID")]
    pub request_id: Option<String>,
    /// Only of this type: its code, or its file's name without .json
    #[arg(long = "type", value_name = "T")]
    pub kind: Option<String>,
    /// Only of this agency, by its USCC
    #[arg(long, value_name = "USCC")]
    pub agency: Option<String>,
    /// Only in this state: valid, suspended …, expired or in_force today, or SET:CODE of a code set
    #[arg(long, conflicts_with_all = ["question", "ending_by"])]
    pub state: Option<String>,
    /// Those whose last day is this or earlier, and that are valid or suspended
    #[arg(long, value_name = "DAY", conflicts_with = "question")]
    pub ending_by: Option<String>,
    /// … and this or later; before today stand those that have expired [default: today]
    #[arg(long, value_name = "DAY", requires = "ending_by", conflicts_with_all = ["question", "state"])]
    pub ending_from: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = super::at_least_one())]
    pub most: usize,
    /// Where the page before ended
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    #[command(flatten)]
    pub types: TypesArg,
}

/// `kanhe alias …`
#[derive(Debug, Args)]
pub struct AliasArgs {
    /// The identifier of the certificate
    pub identifier: String,
    /// The identifier of the other scheme, such as gd:4401-0001
    #[arg(value_name = "SCHEME:VALUE")]
    pub alias: String,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub grounds: GroundsArg,
}

/// `kanhe show …`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The identifier of the certificate
    pub identifier: String,
    #[command(flatten)]
    pub library: DoorArg,
    /// Show holders' codes and masked fields whole
    #[arg(long)]
    pub full: bool,
    /// Write the signed certificate to this file
    #[arg(long, value_name = "FILE")]
    pub cose: Option<PathBuf>,
    #[command(flatten)]
    pub types: TypesArg,
}

/// `kanhe history …`
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The identifier of the certificate
    pub identifier: String,
    #[command(flatten)]
    pub library: DoorArg,
    /// What held at this moment: RFC 3339, or a day, whose noon in China is meant, and today is now; not in the future
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// … as far as the library knew at this one, or at the end of this day [default: now]
    #[arg(long, value_name = "TIME", requires = "at")]
    pub known: Option<String>,
}

/// `kanhe count …`
#[derive(Debug, Args)]
pub struct CountArgs {
    #[command(flatten)]
    pub library: DoorArg,
    /// Also those that are valid or suspended and end from today up to this day, by the month in which they end
    #[arg(long, value_name = "DAY")]
    pub ending_by: Option<String>,
    #[command(flatten)]
    pub types: TypesArg,
}
