//! The arguments of the service.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `kanhe serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The configuration: one TOML file
    #[arg(long, value_name = "FILE", env = "KANHE_CONFIG")]
    pub config: PathBuf,
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
