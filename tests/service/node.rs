//! Node and what npm has, as `.ci/install test` puts them into its cache: no other Node is asked.

use std::path::PathBuf;
use std::process::{Command, Output};

/// The folder of what was installed.
pub fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
    let cache = std::env::var_os("KANHE_CACHE").map(PathBuf::from);
    cache.unwrap_or_else(|| std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("kanhe"))
}

/// Where `import` finds its packages.
pub fn packages() -> PathBuf {
    cache().join("node/node_modules")
}

/// Node, before it is told what to run.
pub fn node() -> Command {
    Command::new(cache().join("readers/bin/node"))
}

/// Waits for a program that has to succeed.
pub fn succeed(command: &mut Command) -> Output {
    let ended = command.output().unwrap_or_else(|error| panic!("`.ci/install test` has installed Node: {error}"));
    let said = || String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{command:?}\n{}", said());
    ended
}
