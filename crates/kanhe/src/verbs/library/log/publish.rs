//! `kanhe log publish`: the log as static files, and a signed checkpoint last of all.

use super::{CHECKPOINT, text};
use crate::failure::Failure;
use crate::files;
use crate::verbs::library::stored;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::publisher::{HeadError, SignedHead, each_tile, sign_head};
use kanhe_log::hash::HASH_LENGTH;
use kanhe_log::note::LARGEST_NOTE;
use kanhe_log::path::TilePath;
use kanhe_store::{Library, StoreError};
use serde_json::json;
use std::path::Path;

/// Bytes of an entry of ours in a bundle: a hash, and its length in front.
const BUNDLED: usize = 2 + HASH_LENGTH;

/// Signs a checkpoint and writes what does not stand there yet.
pub fn publish(library: &Library, key: &NamedKey, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    let beside = out.join(CHECKPOINT);
    let beside = if beside.exists() { Some(text(&beside, LARGEST_NOTE)?) } else { None };
    let SignedHead { head, note } = sign_head(library, key, beside.as_deref()).map_err(|error| refused(&error))?;
    let written = write_tiles(library, head.size, out)?;
    files::make_folder(out)?;
    files::sync_all(out)?;
    // Last of all: a checkpoint never promises a tile that is not there.
    files::write_through(&out.join(CHECKPOINT), note.as_bytes())?;
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

fn refused(error: &HeadError) -> Failure {
    let failure = Failure::new(error.code(), error);
    match error {
        HeadError::Checkpoint(_) => failure.hint(Words::new(
            "日志密钥的名称须与建库时的 --origin 相同。",
            "The log's key bears the name that `kanhe init` was given as --origin.",
        )),
        HeadError::Behind { .. } | HeadError::Fork(_) | HeadError::Key(_) | HeadError::Store(_) => failure,
    }
}

/// Writes every tile and bundle that does not stand there yet: a full one never changes, and a partial one bears its width in its name.
fn write_tiles(library: &Library, size: u64, out: &Path) -> Result<u64, Failure> {
    let mut written = 0;
    each_tile(library, size, |path, bytes| -> Result<(), Failure> {
        let (length, path) = (length_of(&path), out.join(path.to_string()));
        if !stands(&path, length) {
            files::make_folder(path.parent().unwrap_or(out))?;
            files::write_unsynced(&path, &bytes().map_err(stored)?)?;
            written += 1;
        }
        Ok(())
    })?;
    Ok(written)
}

/// Whether a file is as long as what belongs there: a power cut before the sync can leave a name with fewer bytes, or none.
fn stands(path: &Path, length: usize) -> bool {
    path.metadata().is_ok_and(|file| file.is_file() && usize::try_from(file.len()) == Ok(length))
}

fn length_of(path: &TilePath) -> usize {
    match path {
        TilePath::Hashes { width, .. } => width.bytes(),
        TilePath::Entries { width, .. } => usize::from(width.get()) * BUNDLED,
    }
}
