//! `kanhe log publish`: the log as static files, and a signed checkpoint last of all.

use super::audit::LARGEST_FILE;
use super::{CHECKPOINT, text};
use crate::failure::Failure;
use crate::files;
use crate::verbs::library::stored;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::publisher::{HeadError, SignedHead, continues, each_tile, sign_head};
use kanhe_log::entries::EntryBundle;
use kanhe_log::hash::HASH_LENGTH;
use kanhe_log::note::LARGEST_NOTE;
use kanhe_log::path::TilePath;
use kanhe_log::tile::TileId;
use kanhe_store::{Library, StoreError};
use serde_json::json;
use std::path::Path;

/// Bytes of an entry of ours in a bundle: a hash, and its length in front.
const BUNDLED: usize = 2 + HASH_LENGTH;

/// Signs a checkpoint and writes what does not stand there yet.
pub fn publish(library: &Library, key: &NamedKey, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    library.may_be_written().map_err(stored)?;
    goes_on_from(library, key, &out.join(CHECKPOINT))?;
    let SignedHead { head, note } = sign_head(library, key).map_err(|error| refused(&error))?;
    let Written { files: written, replaced } = write_tiles(library, head.size, out)?;
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
    let names: Vec<String> = replaced.iter().map(ToString::to_string).collect();
    let json = json!({ "size": head.size, "root": head.root.to_string(), "files": written, "replaced": names, "out": out });
    voice.say(&json, |language| {
        let said = match language {
            Language::Chinese => format!("日志已发布：{} 条事件，新写 {written} 个文件：{}", head.size, out.display()),
            Language::English => format!("log published: {} events, {written} files written: {}", head.size, out.display()),
        };
        let line = |path: &String| match language {
            Language::Chinese => format!("\n! {path} 已损坏或被改动，已重写：请检查磁盘，并查明谁能写入该目录"),
            Language::English => {
                format!("\n! {path} was damaged or altered, and is written again: look at the disk, and at who can write there")
            }
        };
        said + &names.iter().map(line).collect::<String>()
    });
    Ok(Ended::Well)
}

/// Refuses a folder whose checkpoint the library's log does not go on from.
fn goes_on_from(library: &Library, key: &NamedKey, file: &Path) -> Result<(), Failure> {
    if !file.exists() {
        return Ok(());
    }
    let note = text(file, LARGEST_NOTE).map_err(damaged)?;
    continues(library, key, &note).map_err(|error| match error {
        HeadError::Checkpoint(_) => damaged(refused(&error)).within(file.display()),
        other => refused(&other),
    })
}

/// What to do where the checkpoint of the folder cannot be believed.
fn damaged(failure: Failure) -> Failure {
    failure.hint(Words::new(
        "目录中的检查点已损坏，或不是此日志密钥所签：从镜像取回，或移到别处后重试；证照库自存的检查点仍会核对。",
        "The checkpoint in the folder is damaged, or another key's: fetch it from a mirror, or move it away and publish again; the library's own last checkpoint is held against the log all the same.",
    ))
}

fn refused(error: &HeadError) -> Failure {
    let failure = Failure::new(error.code(), error);
    match error {
        HeadError::Checkpoint(_) => failure.hint(Words::new(
            "日志密钥的名称须与建库时的 --origin 相同。",
            "The log's key bears the name that `kanhe init` was given as --origin.",
        )),
        HeadError::Behind { .. } | HeadError::OtherLog { .. } | HeadError::Fork(_) | HeadError::Key(_) | HeadError::Store(_) => failure,
    }
}

/// What was written.
#[derive(Default)]
struct Written {
    /// How many files.
    files: u64,
    /// Those of them that stood there with other bytes.
    replaced: Vec<TilePath>,
}

/// Writes every tile and bundle that does not stand there yet: a full one never changes, and a partial one bears its width in its name.
fn write_tiles(library: &Library, size: u64, out: &Path) -> Result<Written, Failure> {
    let mut written = Written::default();
    each_tile(library, size, |path, bytes| -> Result<(), Failure> {
        let file = out.join(path.to_string());
        let found = found(library, &path, &file)?;
        if found == Found::Right {
            return Ok(());
        }
        files::make_folder(file.parent().unwrap_or(out))?;
        files::write_unsynced(&file, &bytes().map_err(stored)?)?;
        written.files += 1;
        written.replaced.extend((found == Found::Other).then_some(path));
        Ok(())
    })?;
    Ok(written)
}

/// What stands in the place of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Nothing, or less than belongs there: a power cut before the sync can leave a name with fewer bytes.
    Less,
    /// What belongs there.
    Right,
    /// Something else: over it every auditor would accuse us.
    Other,
}

/// Reads what stands there. A bundle is held against the hashes of its entries, for to read the entries again takes ten times as long.
fn found(library: &Library, path: &TilePath, file: &Path) -> Result<Found, Failure> {
    let Ok(bytes) = files::read(file, LARGEST_FILE) else { return Ok(if file.exists() { Found::Other } else { Found::Less }) };
    let (tile, width, length) = match *path {
        TilePath::Hashes { tile, width } => (tile, width, width.bytes()),
        TilePath::Entries { index, width } => {
            let tile = TileId::new(0, index).map_err(|error| Failure::new(error.code(), error))?;
            (tile, width, usize::from(width.get()) * BUNDLED)
        }
    };
    let mut hashes = library.tile(tile).map_err(stored)?;
    hashes.truncate(width.bytes());
    let is_right = match path {
        TilePath::Hashes { .. } => bytes == hashes,
        TilePath::Entries { .. } => EntryBundle::decode(&bytes).is_ok_and(|bundle| {
            let leaves: Vec<u8> = bundle.leaf_hashes().flat_map(|leaf| *leaf.as_bytes()).collect();
            leaves == hashes
        }),
    };
    let other = if bytes.len() < length { Found::Less } else { Found::Other };
    Ok(if is_right { Found::Right } else { other })
}
