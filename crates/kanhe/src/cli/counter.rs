//! The command line of the counter.

use super::TrustArg;
use clap::Args;
use std::path::PathBuf;

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
    /// A proof that the region's log has the certificate, for a key that was stolen later and a pack without its list of survivors
    #[arg(long, value_name = "FILE", requires = "log_key")]
    pub proof: Option<PathBuf>,
    /// The public key of the region's log: its line, or a file with it
    #[arg(long, value_name = "KEY|FILE", requires = "proof")]
    pub log_key: Option<String>,
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
