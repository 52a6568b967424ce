//! `kanhe backup`, `restore`, `check`: keeping a library, and knowing that it is whole.

use super::bar::{BYTES, COUNTED, bar};
use super::door::door;
use super::{SECRET, alone, database, log, open, public_key, stored};
use crate::cli::{BackupArgs, CheckArgs, RestoreArgs};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use jiff::Timestamp;
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::keyring::LARGEST_KEY_FILE;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::LARGEST_NOTE;
use kanhe_service::shown::{Checked, ShownFinding};
use kanhe_store::backup::{Backup, Earlier, Progress, backups, chosen, restore_with};
use kanhe_store::docket::Docket;
use kanhe_store::{Library, StoreError};
use serde_json::{Value, json};
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
    let earlier = if args.anyway { Earlier::Forked } else { Earlier::Begun };
    let backup = back_up_to(&library, &args.library.library, &args.to, earlier, &mut |done, all| {
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
pub fn back_up_to(library: &Library, from: &Path, to: &Path, earlier: Earlier, progress: &mut Progress<'_>) -> Result<Backup, Failure> {
    if files::real(to).starts_with(files::real(from)) {
        return Err(Failure::new("backup_inside", "the folder of backups is in the library, and would be lost with it"));
    }
    library.owns(to).map_err(stored)?;
    let (secret, own) = (to.join(SECRET), files::read(&from.join(SECRET), LARGEST_KEY_FILE)?);
    // A backup beside the secret of another library would never open.
    if secret.exists() && files::read(&secret, LARGEST_KEY_FILE)? != own {
        return Err(stored(StoreError::OtherLibrary { folder: to.display().to_string() }));
    }
    files::make_folder(to)?;
    if !secret.exists() {
        files::write_secret(&secret, &own)?;
    }
    library.back_up_with(to, earlier, progress).map_err(stored)
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
    let known: Vec<_> = backups(&args.from).map_err(restoring)?.iter().map(|backup| Known::read(&args.from, backup)).collect();
    let (restored, others): (Vec<_>, Vec<_>) = known.into_iter().partition(|known| known.number == backup.number);
    let (row, rows) = (restored.first().map(Known::row), others.iter().map(Known::row).collect::<Vec<_>>());
    voice.say(&json!({ "library": args.into, "backup": row, "others": rows }), |language| {
        let lines = |of: &[Known]| of.iter().map(|known| known.line(language)).collect::<Vec<_>>().join("\n");
        let (whole, place) = (lines(&restored), args.into.display());
        let lost = LOST.of(language);
        let said = match language {
            Language::Chinese => format!("已恢复：{place}（随即运行 kanhe check，以确认 secret.age 能打开它）\n{whole}\n{lost}"),
            Language::English => {
                format!("restored: {place} (run `kanhe check` on it now: it tells whether `secret.age` opens it)\n{whole}\n{lost}")
            }
        };
        match language {
            _ if others.is_empty() => said,
            Language::Chinese => format!("{said}\n目录中的其他备份（--number）：\n{}", lines(&others)),
            Language::English => format!("{said}\nother backups in the folder (--number):\n{}", lines(&others)),
        }
    });
    Ok(Ended::Well)
}

/// What no library that was restored has, and what is to be done about it.
const LOST: Words = Words::new(
    "! 备份之后签发的证照、办理的事项都不在此库中。其后发出的二维码自下次签署状态列表起核验为“已被取代”：重新签发并换发；其后的吊销、暂扣等须重新办理，否则相关证照仍显示有效。备份之后已公布日志检查点的，不得用此库签发。",
    "! What was issued and done after the backup is not in this library. Codes handed out since read *superseded* from the next status lists on: issue their tables again, and hand out the new codes. Do every act since again, revocations first: until then what they ended reads *in force*. If a checkpoint was published after the backup, issue nothing from this library.",
);

/// What an operator is told of a backup.
struct Known {
    number: u32,
    taken: String,
    docket: Result<Option<Docket>, StoreError>,
}

impl Known {
    fn read(folder: &Path, backup: &Backup) -> Self {
        let taken = Timestamp::from_second(backup.taken).unwrap_or_default().to_string();
        Self { number: backup.number, taken, docket: Docket::read(folder, backup.number) }
    }

    /// What is not known is left out, an older kanhe wrote nothing beside a backup; what cannot be read is told by its code.
    fn row(&self) -> Value {
        let Self { number, taken, docket } = self;
        match docket {
            Ok(Some(Docket { region, origin, head, certificates, .. })) => json!({
                "number": number, "taken": taken, "region": region.as_str(), "origin": origin, "certificates": certificates, "events": head.size,
            }),
            Ok(None) => json!({ "number": number, "taken": taken }),
            Err(error) => json!({ "number": number, "taken": taken, "unreadable": error.code() }),
        }
    }

    fn line(&self, language: Language) -> String {
        let Self { number, taken, docket } = self;
        match (language, docket) {
            (Language::Chinese, Ok(Some(Docket { origin, head, certificates, .. }))) => {
                format!("备份 {number}  {taken}  {origin}  {certificates} 张证照  {} 条事件", head.size)
            }
            (Language::English, Ok(Some(Docket { origin, head, certificates, .. }))) => {
                format!("backup {number}  {taken}  {origin}  {certificates} certificates  {} events", head.size)
            }
            (Language::Chinese, Ok(None)) => format!("备份 {number}  {taken}"),
            (Language::English, Ok(None)) => format!("backup {number}  {taken}"),
            (Language::Chinese, Err(error)) => format!("备份 {number}  {taken}  备份说明无法读取（{}）", error.code()),
            (Language::English, Err(error)) => format!("backup {number}  {taken}  its docket cannot be read ({})", error.code()),
        }
    }
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
    let outside = outside(args)?;
    let bar = bar(voice, 1, COUNTED);
    let checked = door(&args.library).and_then(|door| {
        let astray = outside.as_ref().map(|(note, log_key)| door.astray(note, log_key)).transpose()?.flatten();
        let checked = door.check(&|seen, all| {
            bar.set_length(all);
            bar.set_position(seen);
        })?;
        Ok(checked.astray(astray))
    });
    bar.finish_and_clear();
    let checked = checked.map_err(unsound)?;
    let Checked { certificates, events, findings, broken_off, behind_cut_off, recorded_backwards, recorded_ahead, .. } = checked;
    let findings = findings.unwrap_or_default();
    let json = json!({
        "certificates": certificates, "events": events, "findings": findings, "broken_off": broken_off, "behind_cut_off": behind_cut_off,
        "recorded_backwards": recorded_backwards, "recorded_ahead": recorded_ahead,
    });
    voice.say(&json, |language| {
        let usable = |certificates: u64| match language {
            Language::Chinese => format!("（仍可用的证照 {certificates} 张）"),
            Language::English => format!(" (usable certificates: {certificates})"),
        };
        let line = |found: &ShownFinding| format!("{}  {}{}", found.code, found.place, found.certificates.map(usable).unwrap_or_default());
        let mut lines: Vec<String> = findings.iter().map(line).collect();
        lines.extend(behind_cut_off.filter(|behind| *behind > 0).map(|behind| match language {
            Language::Chinese => format!("! 失窃密钥在截止序号及以后签发 {behind} 张仍可用的证照，核验不予接受：kanhe log lost 列出"),
            Language::English => {
                format!("! a stolen key signed {behind} usable certificates behind its cut-off: `kanhe log lost` lists them")
            }
        }));
        lines.extend(misdated(recorded_backwards, recorded_ahead, language));
        let found = findings.len();
        lines.push(match (language, broken_off) {
            (Language::Chinese, false) => format!("已检查 {certificates} 张证照、{events} 条事件：发现 {found} 处问题"),
            (Language::English, false) => format!("checked {certificates} certificates and {events} events: {found} findings"),
            (Language::Chinese, true) => format!("! 发现 {found} 处问题后中止检查，其余未检查，可能还有更多问题：请恢复备份"),
            (Language::English, true) => {
                format!("! broken off at {found} findings: the rest was not checked, and there may be more; restore a backup")
            }
        });
        lines.join("\n")
    });
    Ok(if findings.is_empty() { Ended::Well } else { Ended::Refused })
}

/// What a wrong clock has recorded: it stays in the log for ever, and is no finding.
fn misdated(backwards: Option<u64>, ahead: Option<u64>, language: Language) -> impl Iterator<Item = String> {
    let some = |count: Option<u64>| count.filter(|count| *count > 0);
    let backwards = some(backwards).map(|count| match language {
        Language::Chinese => format!("! {count} 条事件的登记时间早于其前一条：当时时钟被拨回；kanhe log events 按日志顺序列出"),
        Language::English => {
            format!("! events recorded before the one before them, by a clock that was set back: {count}; `kanhe log events` lists all in their order")
        }
    });
    let ahead = some(ahead).map(|count| match language {
        Language::Chinese => format!("! {count} 条事件的登记时间晚于现在：当时时钟曾快，或现在的时钟偏慢"),
        Language::English => format!("! events recorded later than now, by a clock that was ahead, or now is behind: {count}"),
    });
    backwards.into_iter().chain(ahead)
}

/// The checkpoint from elsewhere that the library is held against, with the key that it is believed by.
fn outside(args: &CheckArgs) -> Result<Option<(String, PublicKeyLine)>, Failure> {
    let Some((file, log_key)) = args.checkpoint.as_ref().zip(args.log_key.as_deref()) else { return Ok(None) };
    let note = log::text(file, LARGEST_NOTE)?;
    let log_key = public_key(log_key)?;
    // Asked before the library is gone through: what is no checkpoint says nothing of it.
    Checkpoint::open(&note, &log_key).map_err(|error| Failure::new(error.code(), error).within(file.display()))?;
    Ok(Some((note, log_key)))
}
