//! `kanhe log publish`: the log as static files, and a signed checkpoint last of all.

use super::{CHECKPOINT, text};
use crate::failure::Failure;
use crate::files;
use crate::verbs::library::stored;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::keyring::NamedKey;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::entries::EntryBundle;
use kanhe_log::note::{LARGEST_NOTE, NoteSigner};
use kanhe_log::path::TilePath;
use kanhe_log::proof::verify_consistency;
use kanhe_log::tile::{FULL_WIDTH, TileId, Width};
use kanhe_store::{Library, StoreError};
use serde_json::json;
use std::path::Path;

/// Signs a checkpoint and writes what is not there yet.
pub fn publish(library: &Library, key: &NamedKey, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    let head = library.head().map_err(stored)?;
    let signer = NoteSigner::new(key.name(), key.key()).map_err(|error| Failure::new(error.code(), error))?;
    let beside = out.join(CHECKPOINT);
    let beside = if beside.exists() { Some(text(&beside, LARGEST_NOTE)?) } else { None };
    for earlier in library.checkpoint().map_err(stored)?.into_iter().chain(beside) {
        continues(library, &earlier, signer.public())?;
    }
    let signed = Checkpoint::new(library.origin(), head, &[]).and_then(|checkpoint| checkpoint.sign(&signer));
    let note = signed.map_err(|error| {
        let hint = Words::new(
            "日志密钥的名称须与建库时的 --origin 相同。",
            "The log's key bears the name that `kanhe init` was given as --origin.",
        );
        Failure::new(error.code(), error).hint(hint)
    })?;
    let written = write_tiles(library, head.size, out)?;
    files::make_folder(out)?;
    files::sync_all(out)?;
    // Last of all: a checkpoint never promises a tile that is not there.
    files::write(&out.join(CHECKPOINT), note.as_bytes())?;
    library
        .commit(|pen| -> Result<(), StoreError> {
            pen.put_checkpoint(&note);
            Ok(())
        })
        .map_err(stored)?;
    voice.say(&json!({ "size": head.size, "root": head.root.to_string(), "files": written, "out": out }), |language| match language {
        Language::Chinese => format!("日志已发布：{} 条事件，新写 {written} 个文件：{}", head.size, out.display()),
        Language::English => format!("log published: {} events, {written} files written: {}", head.size, out.display()),
    });
    Ok(Ended::Well)
}

/// Refuses to sign a log that does not begin with what was published of it: a library that was restored from an old backup would
/// contradict its own checkpoints, and every witness would see a fork.
fn continues(library: &Library, earlier: &str, key: &PublicKeyLine) -> Result<(), Failure> {
    let earlier = Checkpoint::open(earlier, key).map_err(|error| Failure::new(error.code(), error))?;
    let (old, new) = (earlier.head(), library.head().map_err(stored)?);
    let forked = |detail: String| {
        let hint = Words::new(
            "库比已发布的日志旧或不同：恢复更新的备份；切勿在此库上继续签发。",
            "The library is older than its published log, or another: restore a newer backup, and issue nothing from this one.",
        );
        Failure::new("log_fork", detail).hint(hint)
    };
    if old.size > new.size {
        return Err(forked(format!("{} events were published, the library has {}", old.size, new.size)));
    }
    let proof = library.prove_growth(old.size, new.size).map_err(stored)?;
    verify_consistency(old, &new, &proof).map_err(|error| forked(error.to_string()))
}

/// Writes every tile and bundle that is not there yet: a full one never changes, and a partial one bears its width in its name.
fn write_tiles(library: &Library, size: u64, out: &Path) -> Result<u64, Failure> {
    let mut written = 0;
    each_tile(library, size, |path, bytes| {
        let path = out.join(path.to_string());
        if !path.exists() {
            files::make_folder(path.parent().unwrap_or(out))?;
            files::write_unsynced(&path, &bytes()?)?;
            written += 1;
        }
        Ok(())
    })?;
    Ok(written)
}

/// The bytes of a tile or bundle, made only for who wants them.
type Bytes<'b> = &'b dyn Fn() -> Result<Vec<u8>, Failure>;

/// Every tile and bundle of the log of a size, with its name among the log's files.
pub fn each_tile(library: &Library, size: u64, mut put: impl FnMut(TilePath, Bytes<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
    for level in (0..8_u8).take_while(|level| size >> (8 * level) > 0) {
        for (index, width) in widths(size >> (8 * level)) {
            let tile = TileId::new(level, index).map_err(|error| Failure::new(error.code(), error))?;
            put(TilePath::Hashes { tile, width }, &|| {
                let mut bytes = library.tile(tile).map_err(stored)?;
                bytes.truncate(width.bytes());
                Ok(bytes)
            })?;
            if level == 0 {
                put(TilePath::Entries { index, width }, &|| {
                    let entries = library.entries(index * u64::from(FULL_WIDTH), u64::from(width.get())).map_err(stored)?;
                    let bundle = EntryBundle::new(entries.iter().map(<[u8; 32]>::as_slice).collect());
                    bundle.map(|bundle| bundle.encode()).map_err(|error| Failure::new(error.code(), error))
                })?;
            }
        }
    }
    Ok(())
}

/// The tiles that so many hashes fill: all but the last are full.
fn widths(hashes: u64) -> impl Iterator<Item = (u64, Width)> {
    let full = u64::from(FULL_WIDTH);
    (0..hashes.div_ceil(full)).filter_map(move |index| {
        let width = (hashes - index * full).min(full);
        u16::try_from(width).ok().and_then(|width| Width::new(width).ok()).map(|width| (index, width))
    })
}
