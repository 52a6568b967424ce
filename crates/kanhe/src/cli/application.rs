//! The command line of applications under review: its arguments, as clap reads them.

use super::{DoorArg, GroundsArg, PicturesArg, SignArg, TodayArg, TypesArg};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `kanhe apply …`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("replaces").multiple(false).args(["renews", "amends", "origin"])))]
pub struct ApplyArgs {
    /// The type: its code, or its file's name without .json
    #[arg(long = "type", value_name = "T")]
    pub kind: String,
    /// Applications: CSV (UTF-8 or GB18030), XLSX or JSON, of any size; - for standard input
    #[arg(long = "in", value_name = "FILE|-")]
    pub input: PathBuf,
    /// The agency that decides, by its USCC [default: the only one that issues the type]
    #[arg(long, value_name = "USCC")]
    pub agency: Option<String>,
    /// The certificate that is to be renewed: the table has one row
    #[arg(long, value_name = "IDENTIFIER")]
    pub renews: Option<String>,
    /// The certificate that is to be amended: the table has one row
    #[arg(long, value_name = "IDENTIFIER")]
    pub amends: Option<String>,
    /// The certificate of another region that is to be taken over, by its identifier there: the table has one row
    #[arg(long, value_name = "IDENTIFIER", requires = "from")]
    pub origin: Option<String>,
    /// The region that it comes from, such as 330000
    #[arg(long, value_name = "REGION", requires = "origin")]
    pub from: Option<String>,
    /// What that region says of it, by a code set of the type: it must have given the certificate away
    #[arg(long, value_name = "SET:CODE", requires = "origin")]
    pub said: Option<String>,
    /// One line for each row goes here; the report of a run before is kept beside it [default: the table's name with .report.jsonl]
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub types: TypesArg,
    #[command(flatten)]
    pub grounds: TodayArg,
}

/// `kanhe review …`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("opinion").required(true).multiple(false).args(["agree", "object"])))]
pub struct ReviewArgs {
    /// The code of the application
    pub code: String,
    /// The department that gives its opinion, by its id in the type's review
    #[arg(long, value_name = "ID")]
    pub department: String,
    /// It agrees (同意)
    #[arg(long)]
    pub agree: bool,
    /// It objects (不同意)
    #[arg(long)]
    pub object: bool,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub types: TypesArg,
    #[command(flatten)]
    pub grounds: GroundsArg,
}

/// `kanhe approve …`
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// The code of the application
    pub code: String,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub key: SignArg,
    #[command(flatten)]
    pub pictures: PicturesArg,
    #[command(flatten)]
    pub types: TypesArg,
    #[command(flatten)]
    pub grounds: TodayArg,
}

/// `kanhe reject …`, `kanhe withdraw …`
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// The code of the application
    pub code: String,
    #[command(flatten)]
    pub library: DoorArg,
    #[command(flatten)]
    pub types: TypesArg,
    #[command(flatten)]
    pub grounds: GroundsArg,
}

/// `kanhe application …`
#[derive(Debug, Subcommand)]
pub enum ApplicationVerb {
    /// Where an application stands: what its applicant may ask with the code
    Show {
        /// The code of the application
        code: String,
        #[command(flatten)]
        library: DoorArg,
        /// Show the application itself, and who did what for which reason
        #[arg(long)]
        full: bool,
        #[command(flatten)]
        types: TypesArg,
    },
    /// List applications: what waits for whom
    List(ApplicationListArgs),
}

/// `kanhe application list …`
#[derive(Debug, Args)]
pub struct ApplicationListArgs {
    #[command(flatten)]
    pub library: DoorArg,
    /// Only of this type: its code, or its file's name without .json
    #[arg(long = "type", value_name = "T")]
    pub kind: Option<String>,
    /// Only for this agency, by its USCC
    #[arg(long, value_name = "USCC")]
    pub agency: Option<String>,
    /// Only at this stage: `in_review`, `for_decision`, approved, rejected, withdrawn
    #[arg(long)]
    pub stage: Option<String>,
    /// Only those that wait for the opinion of this department
    #[arg(long, value_name = "ID")]
    pub department: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = super::at_least_one())]
    pub most: usize,
    /// Where the page before ended
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    #[command(flatten)]
    pub types: TypesArg,
}
