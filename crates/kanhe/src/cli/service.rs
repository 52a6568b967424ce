//! The arguments of the service.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `kanhe serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The configuration: one TOML file
    #[arg(long, value_name = "FILE", env = "KANHE_CONFIG")]
    pub config: PathBuf,
    /// Stop when standard input ends, as it does when whoever started the service is gone
    #[arg(long, hide = true, env = "KANHE_UNTIL_STDIN_ENDS")]
    pub until_stdin_ends: bool,
}

/// `kanhe config …`
#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Say everything that is wrong with a configuration and the files that it names
    Check {
        /// The configuration: one TOML file
        #[arg(long, value_name = "FILE", env = "KANHE_CONFIG")]
        config: PathBuf,
    },
}
