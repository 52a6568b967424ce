//! The framework and nothing of ours: an echo, and routes that have files in memory.

use super::process::Process;
use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How this program is told to answer bare: a folder, whose files are served by name.
const BARE: &str = "KANHE_BENCH_BARE";

/// A second process of this program.
pub struct Bare {
    process: Process,
    address: SocketAddr,
}

impl Bare {
    /// Starts one that serves the files of a folder.
    pub fn start(folder: &Path) -> Self {
        Self::started_by(Command::new(std::env::current_exe().unwrap()), folder)
    }

    /// Starts one on some of the machine's cores alone, named as in taskset(1).
    pub fn start_on(cores: &str, folder: &Path) -> Self {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", cores]).arg(std::env::current_exe().unwrap());
        Self::started_by(command, folder)
    }

    fn started_by(mut command: Command, folder: &Path) -> Self {
        let mut child = command.env(BARE, folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process: Process::new(child), address: line.trim().parse().unwrap() }
    }

    pub const fn process(&self) -> &Process {
        &self.process
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The folder, if this process is to answer bare.
pub fn asked_to_serve() -> Option<PathBuf> {
    std::env::var_os(BARE).map(PathBuf::from)
}

/// Answers until it is killed.
pub fn serve(folder: &Path) {
    let mut routes = Router::new().route("/echo", post(|body: Bytes| async move { body }));
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let bytes = Bytes::from(fs::read(entry.path()).unwrap());
        let path = format!("/{}", entry.file_name().into_string().unwrap());
        routes = routes.route(&path, get(|| async move { bytes.clone() }));
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        axum::serve(listener, routes).await.unwrap();
    });
}
