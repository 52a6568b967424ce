//! The samples of `docs/operating`: what they say, the service takes.

use kanhe_service::config::{Config, ConfigFault, LimitsAt};
use proptest::prelude::*;
use proptest::test_runner::{Config as RunnerConfig, TestRunner};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

#[test]
fn every_sample_configuration_is_taken() {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let samples: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    assert!(samples.len() >= 2);
    for path in samples {
        let config =
            Config::parse(&fs::read_to_string(&path).unwrap(), []).unwrap_or_else(|faults| panic!("{}: {faults:?}", path.display()));
        assert!(config.listen.metrics.unwrap().ip().is_loopback(), "{}: strangers would reach the metrics", path.display());
        assert!(config.publish.checkpoint_copy.is_some(), "{}: a library from an old backup would fork its log unnoticed", path.display());
        assert!(config.backup.is_some(), "{}: nobody is shown a service without backups", path.display());
    }
}

/// A sample in which some pieces were taken away, doubled or written over.
fn garbled() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("= "),
        Just("[["),
        Just("]\n"),
        Just("\""),
        Just("\n"),
        Just("{ a = "),
        Just("-1"),
        Just("99999999999999999999"),
        Just("25:61"),
        Just("https://"),
        Just("甲"),
        Just("\0"),
    ];
    let wounds = proptest::collection::vec((any::<prop::sample::Index>(), 0..40_usize, piece), 1..6);
    (prop::sample::select(vec!["kanhe.toml", "token.toml", "behind-proxy.toml"]), wounds).prop_map(|(name, wounds)| {
        let mut letters: Vec<char> = read(name).chars().collect();
        for (place, taken, piece) in wounds {
            let place = place.index(letters.len());
            letters.splice(place..(place + taken).min(letters.len()), piece.chars());
        }
        letters.into_iter().collect()
    })
}

#[test]
fn whatever_is_written_into_a_configuration_is_taken_or_refused_by_its_code() {
    let mut runner = TestRunner::new(RunnerConfig { failure_persistence: None, ..RunnerConfig::with_cases(2_000) });
    let run = runner.run(&(garbled(), "[A-Z_]{0,12}", "\\PC{0,12}"), |(text, name, value)| {
        let variable = (format!("KANHE_SERVE_{name}"), value);
        for variables in [vec![], vec![variable]] {
            if let Err(faults) = Config::parse(&text, variables) {
                let told = |fault: &ConfigFault| fault.error.code().starts_with("config_") && !fault.error.to_string().is_empty();
                prop_assert!(!faults.is_empty() && faults.iter().all(told));
            }
        }
        Ok(())
    });
    run.unwrap();
}

#[test]
fn the_socket_stands_where_the_service_would_listen() {
    let (socket, config) = (read("kanhe.socket"), Config::parse(&read("kanhe.toml"), []).unwrap());
    assert!(socket.contains(&format!("\nListenStream={}\n", config.listen.address)));
}

#[test]
fn the_units_are_ones_that_systemd_takes() {
    let unit = read("kanhe.service");
    let value = |name: &str| unit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap().to_owned();
    assert_eq!(value("ExecStart"), "/usr/bin/kanhe serve --config /etc/kanhe/kanhe.toml");
    let patience: u32 = value("TimeoutStopSec").parse().unwrap();
    assert!(patience > LimitsAt::default().stop_seconds, "systemd would kill what is still being answered");
    let Ok(found) = Command::new("systemd-analyze").arg("--version").output() else { return };
    assert!(found.status.success());
    // Nothing is installed on this machine: the unit's words are judged, with a program that is there.
    let scratch = tempfile::tempdir().unwrap();
    let (copy, socket) = (scratch.path().join("kanhe.service"), scratch.path().join("kanhe.socket"));
    fs::write(&copy, unit.replace("/usr/bin/kanhe", "/bin/true")).unwrap();
    fs::write(&socket, read("kanhe.socket")).unwrap();
    let judged = Command::new("systemd-analyze").arg("verify").arg("--man=no").args([&copy, &socket]).output().unwrap();
    assert!(judged.status.success() && judged.stderr.is_empty(), "{}", String::from_utf8_lossy(&judged.stderr));
}

#[test]
fn the_image_runs_as_nobody_special_and_stops_as_the_service_expects() {
    let image = read("Dockerfile");
    let words: BTreeSet<&str> = image.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(["FROM", "COPY", "USER", "ENTRYPOINT", "CMD", "STOPSIGNAL"].iter().all(|word| words.contains(word)), "{words:?}");
    assert!(image.contains("\nUSER 8470\n") && image.contains("\nSTOPSIGNAL SIGTERM\n"));
    assert!(image.contains(r#"CMD ["serve", "--config", "/etc/kanhe/kanhe.toml"]"#));
    let copied = image.lines().find(|line| line.starts_with("COPY")).unwrap();
    assert_eq!(copied, "COPY target/release/kanhe /usr/bin/kanhe", "no key, no configuration and no source goes into the image");
}
