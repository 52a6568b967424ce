//! `kanhe log audit`: whether a later checkpoint keeps everything that an earlier one had, from published files alone.

use super::text;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use kanhe_core::key::PublicKeyLine;
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::note::LARGEST_NOTE;
use kanhe_log::path::TilePath;
use kanhe_log::proof::verify_consistency;
use kanhe_log::prove::consistency_proof;
use kanhe_log::tile::{FULL_BYTES, TileId};
use serde_json::json;
use std::path::Path;

/// Compares two checkpoints.
pub fn audit(old: &Path, new: &Path, log_key: &PublicKeyLine, tiles: &Path, voice: Voice) -> Result<Ended, Failure> {
    let (old, new) = (checkpoint(old, log_key)?, checkpoint(new, log_key)?);
    let (old_head, new_head) = (old.head(), new.head());
    if old_head.size > new_head.size {
        let hint = Words::new("先写较早的检查点，再写较晚的。", "Name the earlier checkpoint first, then the later one.");
        let detail = format!("the earlier checkpoint has {} events, the later one {}", old_head.size, new_head.size);
        return Err(Failure::new("log_backwards", detail).hint(hint));
    }
    let read = |tile: TileId| {
        let width = tile.width_in(new_head.size).ok_or_else(|| Failure::new("log_tile_missing", "the log has no such tile"))?;
        let path = tiles.join(TilePath::Hashes { tile, width }.to_string());
        files::read(&path, FULL_BYTES)
    };
    let failed = |error: &dyn std::fmt::Display| Failure::new("log_tile_missing", error);
    let judged = if old_head.size == 0 {
        Ok(())
    } else {
        let proof = consistency_proof(old_head.size, new_head.size, |tile| read(tile).map_err(|failure| failure.line(voice.language)));
        verify_consistency(old_head, new_head, &proof.map_err(|error| failed(&error))?)
    };
    let json = json!({ "consistent": judged.is_ok(), "old": old_head.size, "new": new_head.size, "code": judged.as_ref().err().map(|error| error.code()) });
    voice.say(&json, |language| match (&judged, language) {
        (Ok(()), Language::Chinese) => {
            format!("✔ 后一日志保留了前一日志的全部 {} 条，并增加 {} 条", old_head.size, new_head.size - old_head.size)
        }
        (Ok(()), Language::English) => {
            format!("✔ the later log keeps all {} events and adds {}", old_head.size, new_head.size - old_head.size)
        }
        (Err(error), Language::Chinese) => format!("✘ 日志被改写过（{}）", error.code()),
        (Err(error), Language::English) => format!("✘ the log was rewritten: {error} ({})", error.code()),
    });
    Ok(if judged.is_ok() { Ended::Well } else { Ended::Refused })
}

fn checkpoint(path: &Path, log_key: &PublicKeyLine) -> Result<AuthenticCheckpoint, Failure> {
    let note = text(path, LARGEST_NOTE)?;
    Checkpoint::open(&note, log_key).map_err(|error| Failure::new(error.code(), format!("{}: {error}", path.display())))
}
