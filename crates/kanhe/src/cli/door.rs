//! Where a verb finds the library: in a folder of this machine, or in a service that has it open.

use super::{LibraryLock, LockArg};
use clap::Args;
use std::path::PathBuf;

/// A library, or the service that holds one.
#[derive(Clone, Debug, Args)]
pub struct DoorArg {
    /// The library's folder; where a service holds it, the verb goes through the service
    #[arg(long, value_name = "DIR", env = "KANHE_LIBRARY", required_unless_present = "service")]
    pub library: Option<PathBuf>,
    #[command(flatten)]
    pub lock: LibraryLock,
    #[command(flatten)]
    pub account: AccountArg,
}

/// A service, and by which account it is asked.
#[derive(Clone, Debug, Args)]
pub struct AccountArg {
    /// The service that holds the library, such as `https://kanhe.gd.example.cn`; --url is the same; one on this machine is found by itself
    #[arg(long, alias = "url", value_name = "URL", env = "KANHE_SERVICE")]
    pub service: Option<String>,
    /// A file with the API key of who asks the service
    #[arg(long, value_name = "FILE", env = "KANHE_KEY_FILE")]
    pub key_file: Option<PathBuf>,
}

/// The agency's key, where a library of one's own signs with it.
#[derive(Clone, Debug, Args)]
pub struct SignArg {
    /// The agency's locked key, or the pkcs11: URI of one in a token; a service signs with its own
    #[arg(long, value_name = "FILE|URI")]
    pub key: Option<PathBuf>,
    #[command(flatten)]
    pub lock: LockArg,
}
