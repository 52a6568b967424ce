//! `kanhe log audit`: whether published files are what a later checkpoint covers, and keep everything that an earlier one had.

use super::text;
use crate::failure::Failure;
use crate::files;
use crate::verbs::library::bar::{COUNTED, bar};
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words, in_chinese, meaning, remedy};
use kanhe_core::key::PublicKeyLine;
use kanhe_log::audit::{AuditError, audit as hash_again};
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::entries::LONGEST_ENTRY;
use kanhe_log::note::LARGEST_NOTE;
use kanhe_log::path::TilePath;
use serde_json::json;
use std::path::Path;

/// A bundle of 256 entries of the longest kind, each with its length; no tile is larger.
pub const LARGEST_FILE: usize = 256 * (LONGEST_ENTRY + 2);

/// Hashes every file that the later checkpoint covers, and compares both.
pub fn audit(old: &Path, new: &Path, log_key: &PublicKeyLine, tiles: &Path, voice: Voice) -> Result<Ended, Failure> {
    let (old, new) = (checkpoint(old, log_key)?, checkpoint(new, log_key)?);
    let (old_head, new_head) = (old.head(), new.head());
    let bar = bar(voice, new_head.size, COUNTED);
    let read = |path: TilePath| {
        let file = tiles.join(path.to_string());
        if file.exists() { files::read(&file, LARGEST_FILE).map(Some) } else { Ok(None) }
    };
    let judged = hash_again(old_head, new_head, read, |seen| bar.set_position(seen));
    bar.finish_and_clear();
    let refused = match judged {
        Ok(()) => None,
        Err(AuditError::Read { source, .. }) => return Err(source),
        Err(error @ AuditError::Missing { .. }) => return Err(Failure::new(error.code(), error)),
        Err(error @ AuditError::Backwards { .. }) => {
            let hint = Words::new("先写较早的检查点，再写较晚的。", "Name the earlier checkpoint first, then the later one.");
            return Err(Failure::new(error.code(), error).hint(hint));
        }
        Err(error @ (AuditError::Altered { .. } | AuditError::Apart { .. } | AuditError::Root { .. })) => Some(error),
    };
    let json = json!({
        "consistent": refused.is_none(), "old": old_head.size, "new": new_head.size, "code": refused.as_ref().map(AuditError::code),
        "detail": refused.as_ref().map(ToString::to_string),
    });
    voice.say(&json, |language| match (&refused, language) {
        (None, Language::Chinese) => {
            format!("✔ 全部文件与后一检查点相符，保留了前一日志的全部 {} 条，并增加 {} 条", old_head.size, new_head.size - old_head.size)
        }
        (None, Language::English) => {
            let added = new_head.size - old_head.size;
            format!("✔ every file is what the later checkpoint covers: it keeps all {} events and adds {added}", old_head.size)
        }
        (Some(error), language) => refusal(error, language),
    });
    Ok(if refused.is_none() { Ended::Well } else { Ended::Refused })
}

/// A file that is damaged says nothing of who signed the log: only a root that differs does.
fn refusal(error: &AuditError<Failure>, language: Language) -> String {
    let code = error.code();
    let next = remedy(code).map(|remedy| format!("\n{}", remedy.of(language))).unwrap_or_default();
    match (error, language) {
        (AuditError::Root { .. }, Language::English) => format!("✘ the log was rewritten: {error} ({code}){next}"),
        (_, Language::English) => format!("✘ a file is damaged or was altered: {error} ({code}){next}"),
        (_, Language::Chinese) => {
            let meant = meaning(code).map_or_else(String::new, |meaning| meaning.zh.to_owned());
            let place = in_chinese(&error.to_string()).map(|place| format!("：{place}")).unwrap_or_default();
            format!("✘ {meant}{place}（{code}）{next}")
        }
    }
}

/// Opens a checkpoint that a file has.
pub fn checkpoint(path: &Path, log_key: &PublicKeyLine) -> Result<AuthenticCheckpoint, Failure> {
    let note = text(path, LARGEST_NOTE)?;
    Checkpoint::open(&note, log_key).map_err(|error| Failure::new(error.code(), error).within(path.display()))
}
