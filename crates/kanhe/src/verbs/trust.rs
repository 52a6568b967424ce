//! `kanhe trust`: the keys whose packs this verifier believes. A URL in a QR code proves nothing; a pinned key does.

use super::{Ended, Voice};
use crate::cli::{TrustArg, TrustVerb};
use crate::failure::Failure;
use crate::files;
use crate::words::{Language, Words};
use kanhe_core::key::{PublicKeyLine, VerifyingKey};
use std::path::{Path, PathBuf};

/// A public key file is one line.
const LARGEST_LINE: usize = 4 << 10;

/// Does what the verb asks for.
pub fn run(verb: TrustVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        TrustVerb::Add { key } => add(&key, voice),
        TrustVerb::List => {
            let lines = pinned()?;
            if lines.is_empty() && !voice.json {
                voice.print(Words::new("尚未信任任何公钥。", "No key is trusted yet.").of(voice.language));
            }
            for line in lines {
                voice.say(&serde_json::json!({ "public": line.to_string(), "key_id": line.key().id().to_string() }), |_| line.to_string());
            }
            Ok(Ended::Well)
        }
    }
}

/// The keys that the command line names, or else the pinned ones.
pub fn trusted(arg: &TrustArg) -> Result<Vec<VerifyingKey>, Failure> {
    let lines = if arg.trust.is_empty() { pinned()? } else { arg.trust.iter().map(|named| line(named)).collect::<Result<_, _>>()? };
    if lines.is_empty() {
        let hint = Words::new(
            "先运行 kanhe trust add <公钥文件>，或用 --trust 指定。",
            "Run `kanhe trust add FILE.pub` once, or name a key with --trust.",
        );
        return Err(Failure::new("no_trusted_key", "no key is trusted yet, so no pack can be").hint(hint));
    }
    Ok(lines.iter().map(|line| *line.key()).collect())
}

/// Reads a public key line, or the file that holds it.
pub fn line(named: &str) -> Result<PublicKeyLine, Failure> {
    if let Ok(line) = PublicKeyLine::parse(named) {
        return Ok(line);
    }
    let path = Path::new(named);
    let text = files::read(path, LARGEST_LINE)?;
    let text = String::from_utf8_lossy(&text);
    PublicKeyLine::parse(&text).map_err(|error| Failure::new(error.code(), error).within(path.display()))
}

fn add(named: &str, voice: Voice) -> Result<Ended, Failure> {
    let line = line(named)?;
    let folder = folder()?;
    files::make_folder(&folder)?;
    let path = folder.join(format!("{}.pub", line.key().id()));
    files::write(&path, format!("{line}\n").as_bytes())?;
    let json = serde_json::json!({ "trusted": line.to_string(), "key_id": line.key().id().to_string(), "file": path });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("已信任 {line}\n请与该地区公布的公钥逐字核对。"),
        Language::English => format!("trusted: {line}\nCompare it with what the region publishes, letter by letter."),
    });
    Ok(Ended::Well)
}

fn pinned() -> Result<Vec<PublicKeyLine>, Failure> {
    let folder = folder()?;
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ending| ending == "pub")).collect();
    paths.sort();
    paths.iter().map(|path| line(&path.to_string_lossy())).collect()
}

/// `$KANHE_TRUST`, or `kanhe/trust` in the folder of settings (XDG Base Directory Specification).
fn folder() -> Result<PathBuf, Failure> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let settings =
        || set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config"))).map(|folder| folder.join("kanhe/trust"));
    set("KANHE_TRUST")
        .or_else(settings)
        .ok_or_else(|| Failure::new("no_settings_folder", "neither KANHE_TRUST, XDG_CONFIG_HOME nor HOME is set"))
}
