//! `kanhe backup`, `restore`, `check`: keeping a library, and knowing that it is whole.

use super::bar::{BYTES, COUNTED, bar};
use super::door::door;
use super::{SECRET, alone, database, open, stored};
use crate::cli::{BackupArgs, CheckArgs, RestoreArgs};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use kanhe_issuer::keyring::LARGEST_KEY_FILE;
use kanhe_service::shown::Checked;
use kanhe_store::backup::{Backup, Progress, chosen, restore_with};
use kanhe_store::{Library, StoreError};
use serde_json::json;
use std::fs;
use std::path::Path;

/// Adds a backup.
pub fn back_up(args: &BackupArgs, voice: Voice) -> Result<Ended, Failure> {
    let instead = Words::new(
        "不必停止服务：systemctl kill --signal=USR1 kanhe 让它自行备份，或配置 [backup]。",
        "The service need not stop: `systemctl kill --signal=USR1 kanhe` lets it make the backup itself, and so does [backup] in its configuration.",
    );
    alone(&args.library.library, instead)?;
    let library = open(&args.library)?;
    let bar = bar(voice, 1, BYTES);
    let backup = back_up_to(&library, &args.library.library, &args.to, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let backup = backup.map_err(damaged)?;
    voice.say(&json!({ "backup": backup.number, "bytes": backup.bytes, "to": args.to }), |language| match language {
        Language::Chinese => format!("备份 {} 已完成并核对：{}", backup.number, args.to.display()),
        Language::English => format!("backup {} made and verified: {}", backup.number, args.to.display()),
    });
    Ok(Ended::Well)
}

/// Adds a backup of an open library, whose folder has its locked secret, to a folder of them.
pub fn back_up_to(library: &Library, from: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<Backup, Failure> {
    files::make_folder(to)?;
    let secret = to.join(SECRET);
    if !secret.exists() {
        files::write_secret(&secret, &files::read(&from.join(SECRET), LARGEST_KEY_FILE)?)?;
    }
    library.back_up_with(to, progress).map_err(stored)
}

/// What to do where no backup can be made: the earlier ones are as they were.
fn damaged(failure: Failure) -> Failure {
    match failure.code() {
        "store_corrupt" => failure.hint(Words::new(
            "证照库或备份目录已损坏，未产生可用的新备份，原有备份未动：检查磁盘，用 kanhe restore 恢复较早的备份，或换一个备份目录。",
            "The library or the folder of backups is damaged, and no backup was verified; earlier ones are as they were. Look at the disk, and restore an earlier backup with `kanhe restore`, or back up to another folder.",
        )),
        _ => failure,
    }
}

/// Restores a backup.
pub fn restore(args: &RestoreArgs, voice: Voice) -> Result<Ended, Failure> {
    let into = database(&args.into);
    let exists = || stored(StoreError::Exists { folder: args.into.display().to_string() });
    if into.exists() {
        return Err(exists());
    }
    // Nothing is written before all that can be refused was asked for.
    let backup = chosen(&args.from, args.number).map_err(restoring)?;
    let secret = files::read(&args.from.join(SECRET), LARGEST_KEY_FILE).map_err(|failure| {
        failure.hint(Words::new(
            "把另存的 secret.age 放入备份目录；没有它，备份无法打开。",
            "Put the copy of `secret.age` that you kept into the folder of backups: without it no backup opens.",
        ))
    })?;
    let place = args.into.join(SECRET);
    let (was_there, had_secret) = (args.into.exists(), place.exists());
    if had_secret && files::read(&place, LARGEST_KEY_FILE)? != secret {
        return Err(exists());
    }
    files::make_folder(&args.into)?;
    // The secret first: a restoration that is broken off leaves no database, and is run again.
    if !had_secret {
        files::write_secret(&place, &secret)?;
    }
    let bar = bar(voice, backup.bytes, BYTES);
    let restored = restore_with(&args.from, &backup, &into, &mut |done, _| bar.set_position(done));
    bar.finish_and_clear();
    if let Err(error) = restored {
        // What was refused leaves nothing behind; what cannot be taken away does no harm.
        if !had_secret {
            let _ = fs::remove_file(&place);
        }
        if !was_there {
            let _ = fs::remove_dir(&args.into);
        }
        return Err(restoring(error));
    }
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

/// What to do where the check itself fails: to run it again would say no more.
fn unsound(failure: Failure) -> Failure {
    match failure.code() {
        "store_database" | "store_broken" => failure.hint(Words::new(
            "检查磁盘；如有损坏，用 kanhe restore 恢复备份。",
            "Look at the disk; if it is damaged, bring a backup back with `kanhe restore`.",
        )),
        _ => failure,
    }
}

/// Checks a whole library.
pub fn check(args: &CheckArgs, voice: Voice) -> Result<Ended, Failure> {
    let bar = bar(voice, 1, COUNTED);
    let checked = door(&args.library).and_then(|door| {
        door.check(&|seen, all| {
            bar.set_length(all);
            bar.set_position(seen);
        })
    });
    bar.finish_and_clear();
    let Checked { certificates, events, findings, behind_cut_off, .. } = checked.map_err(unsound)?;
    let (findings, behind) = (findings.unwrap_or_default(), behind_cut_off.unwrap_or(0));
    let json = json!({ "certificates": certificates, "events": events, "findings": findings, "behind_cut_off": behind });
    voice.say(&json, |language| {
        let mut lines: Vec<String> = findings.iter().map(|finding| format!("{}  {}", finding.code, finding.place)).collect();
        lines.extend((behind > 0).then(|| match language {
            Language::Chinese => format!("! 失窃密钥在截止序号及以后签发 {behind} 张仍可用的证照，核验不予接受：kanhe log lost 列出"),
            Language::English => {
                format!("! a stolen key signed {behind} usable certificates behind its cut-off: `kanhe log lost` lists them")
            }
        }));
        lines.push(match language {
            Language::Chinese => format!("已检查 {certificates} 张证照、{events} 条事件：发现 {} 处问题", findings.len()),
            Language::English => format!("checked {certificates} certificates and {events} events: {} findings", findings.len()),
        });
        lines.join("\n")
    });
    Ok(if findings.is_empty() { Ended::Well } else { Ended::Refused })
}
