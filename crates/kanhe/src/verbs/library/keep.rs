//! `kanhe backup`, `restore`, `check`: keeping a library, and knowing that it is whole.

use super::door::door;
use super::{SECRET, database, open, stored};
use crate::cli::{BackupArgs, CheckArgs, RestoreArgs};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use indicatif::{ProgressBar, ProgressStyle};
use kanhe_issuer::keyring::LARGEST_KEY_FILE;
use kanhe_service::shown::Checked;
use kanhe_store::backup::Backup;
use kanhe_store::{Library, StoreError};
use serde_json::json;
use std::path::Path;

/// Adds a backup.
pub fn back_up(args: &BackupArgs, voice: Voice) -> Result<Ended, Failure> {
    let backup = back_up_to(&open(&args.library)?, &args.library.library, &args.to)?;
    voice.say(&json!({ "backup": backup.number, "bytes": backup.bytes, "to": args.to }), |language| match language {
        Language::Chinese => format!("备份 {} 已完成并核对：{}", backup.number, args.to.display()),
        Language::English => format!("backup {} made and verified: {}", backup.number, args.to.display()),
    });
    Ok(Ended::Well)
}

/// Adds a backup of an open library, whose folder has its locked secret, to a folder of them.
pub fn back_up_to(library: &Library, from: &Path, to: &Path) -> Result<Backup, Failure> {
    files::make_folder(to)?;
    let secret = to.join(SECRET);
    if !secret.exists() {
        files::write_secret(&secret, &files::read(&from.join(SECRET), LARGEST_KEY_FILE)?)?;
    }
    library.back_up(to).map_err(stored)
}

/// Restores a backup.
pub fn restore(args: &RestoreArgs, voice: Voice) -> Result<Ended, Failure> {
    let into = database(&args.into);
    let exists = || stored(StoreError::Exists { folder: args.into.display().to_string() });
    if into.exists() {
        return Err(exists());
    }
    kanhe_store::backup::backups(&args.from).map_err(restoring)?;
    let secret = files::read(&args.from.join(SECRET), LARGEST_KEY_FILE).map_err(|failure| {
        failure.hint(Words::new(
            "把另存的 secret.age 放入备份目录；没有它，备份无法打开。",
            "Put the copy of `secret.age` that you kept into the folder of backups: without it no backup opens.",
        ))
    })?;
    files::make_folder(&args.into)?;
    // The secret first: a restoration that is broken off leaves no database, and is run again.
    let place = args.into.join(SECRET);
    match place.exists() {
        true if files::read(&place, LARGEST_KEY_FILE)? != secret => return Err(exists()),
        true => {}
        false => files::write_secret(&place, &secret)?,
    }
    kanhe_store::backup::restore(&args.from, args.number, &into).map_err(restoring)?;
    voice.say(&json!({ "library": args.into }), |language| match language {
        Language::Chinese => format!("已恢复：{}（建议随即运行 kanhe check）", args.into.display()),
        Language::English => format!("restored: {} (run `kanhe check` on it now)", args.into.display()),
    });
    Ok(Ended::Well)
}

/// What to do where a backup cannot be restored: there may be another.
fn restoring(error: StoreError) -> Failure {
    let failure = stored(error);
    match failure.code() {
        "store_corrupt" | "store_database" => failure.hint(Words::new(
            "此备份已损坏：用 --number 恢复更早的一份，或从另一处备份恢复。",
            "This backup is damaged: restore an earlier one with --number, or from another folder of backups.",
        )),
        _ => failure,
    }
}

/// Checks a whole library.
pub fn check(args: &CheckArgs, voice: Voice) -> Result<Ended, Failure> {
    let bar = if voice.json || voice.quiet { ProgressBar::hidden() } else { ProgressBar::new(1) };
    let left = match voice.language {
        Language::Chinese => "{bar:40} {pos}/{len}  剩余 {eta}",
        Language::English => "{bar:40} {pos}/{len}  {eta} left",
    };
    let bar = bar.with_style(ProgressStyle::with_template(left).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let checked = door(&args.library)?.check(&|seen, all| {
        bar.set_length(all);
        bar.set_position(seen);
    });
    bar.finish_and_clear();
    let Checked { certificates, events, findings, .. } = checked?;
    let findings = findings.unwrap_or_default();
    voice.say(&json!({ "certificates": certificates, "events": events, "findings": findings }), |language| {
        let mut lines: Vec<String> = findings.iter().map(|finding| format!("{}  {}", finding.code, finding.place)).collect();
        lines.push(match language {
            Language::Chinese => format!("已检查 {certificates} 张证照、{events} 条事件：发现 {} 处问题", findings.len()),
            Language::English => format!("checked {certificates} certificates and {events} events: {} findings", findings.len()),
        });
        lines.join("\n")
    });
    Ok(if findings.is_empty() { Ended::Well } else { Ended::Refused })
}
