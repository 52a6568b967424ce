//! `kanhe restore`: a library is brought back, and what it has lost is told.

mod given_up;

use super::bar::{BYTES, bar};
use super::log::open_checkpoint;
use super::{SECRET, database, public_key, stored};
use crate::cli::RestoreArgs;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use given_up::{GivenUp, Told};
use jiff::Timestamp;
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::keyring::{LARGEST_KEY_FILE, Wants};
use kanhe_log::checkpoint::AuthenticCheckpoint;
use kanhe_store::backup::{self, Backup, Closed, Lost, backups, chosen};
use kanhe_store::docket::Docket;
use kanhe_store::{Plot, Restorer, StoreError};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What is so of a library that was restored only to be read.
const TO_READ: Words = Words::new(
    "! 此库仅供查阅：不签发，不登记，不公布，也不留出状态位。其中有个人信息，用完即删除整个目录。",
    "! This library is only to be read: it issues, records and publishes nothing, and leaves out no status slots. It holds personal data: delete the whole folder when you are done.",
);

/// Restores a backup.
pub fn restore(args: &RestoreArgs, voice: Voice) -> Result<Ended, Failure> {
    let into = database(&args.into);
    if into.exists() {
        return Err(stored(StoreError::Exists { folder: args.into.display().to_string() }));
    }
    if files::real(&args.into).starts_with(files::real(&args.from)) {
        let hint = Words::new("恢复到备份目录以外的目录。", "Restore into a folder outside of the backups.");
        return Err(Failure::new("backup_inside", "the library would stand in the folder of its backups, and be lost with them").hint(hint));
    }
    // Nothing is written before all that can be refused was asked for.
    let published = published(args)?;
    let lost = match (&published, args.lost) {
        (Some((checkpoint, key)), _) => Lost::Published { checkpoint, key },
        (None, Some(most)) => Lost::AtMost(most),
        (None, None) => Lost::Untold,
    };
    let restorer = Restorer::of(&args.from).map_err(restoring)?;
    let backup = chosen(&restorer, args.number).map_err(restoring)?;
    let closed = on_a_plot(args, &into, |plot| bring_back(args, (&restorer, &backup), (plot, lost), voice))?;
    let given_up = closed.map(|closed| GivenUp { closed, told: Told::by(lost) });
    let known: Vec<_> = backups(&args.from).map_err(restoring)?.iter().map(|backup| Known::read(&args.from, backup)).collect();
    let (restored, others): (Vec<_>, Vec<_>) = known.into_iter().partition(|known| known.number == backup.number);
    let (row, rows) = (restored.first().map(Known::row), others.iter().map(Known::row).collect::<Vec<_>>());
    voice.say(
        &json!({
            "library": args.into, "backup": row, "others": rows, "to_read": args.to_read,
            "lost": given_up.as_ref().map(GivenUp::row), "restoration": given_up.as_ref().map(GivenUp::restoration),
        }),
        |language| {
            let lines = |of: &[Known]| of.iter().map(|known| known.line(language)).collect::<Vec<_>>().join("\n");
            let (whole, place) = (lines(&restored), args.into.display());
            let lost = given_up.as_ref().map_or_else(|| TO_READ.of(language).to_owned(), |given_up| given_up.lines(language));
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
        },
    );
    Ok(Ended::Well)
}

/// The checkpoint that was published last, believed by the key of the log.
fn published(args: &RestoreArgs) -> Result<Option<(AuthenticCheckpoint, PublicKeyLine)>, Failure> {
    let Some((checkpoint, key)) = args.checkpoint.as_deref().zip(args.log_key.as_deref()) else { return Ok(None) };
    let key = public_key(key)?;
    Ok(Some((open_checkpoint(checkpoint, &key)?, key)))
}

/// Works where no other process founds or restores a library meanwhile. What was refused leaves no folder that was not there.
fn on_a_plot<T>(args: &RestoreArgs, into: &Path, work: impl FnOnce(Plot) -> Result<T, Failure>) -> Result<T, Failure> {
    let was_there = args.into.exists();
    files::make_folder(&args.into)?;
    let worked = Plot::take(into).map_err(stored).and_then(work);
    if worked.is_err() && !was_there {
        // One in which another process is at work is not empty, and stays.
        let _ = fs::remove_dir(&args.into);
    }
    worked
}

/// Puts the secret and the database into their places, or leaves nothing. What the library gives up; nothing, where it is only to be read.
fn bring_back(
    args: &RestoreArgs,
    (restorer, backup): (&Restorer, &Backup),
    (plot, lost): (Plot, Lost<'_>),
    voice: Voice,
) -> Result<Option<Closed>, Failure> {
    let secret = secret(&args.from)?;
    let place = args.into.join(SECRET);
    let had_secret = place.exists();
    if had_secret && files::read(&place, LARGEST_KEY_FILE)? != secret {
        return Err(
            Failure::new("restore_other_secret", "there is a secret.age of another library, and no library").within(args.into.display())
        );
    }
    // The secret first: a restoration that is broken off leaves no database, and is run again.
    if !had_secret {
        files::write_private(&place, &secret)?;
    }
    let bar = bar(voice, backup.bytes, BYTES);
    let mut progress = |done, _| bar.set_position(done);
    let restored = if args.to_read {
        backup::restore_to_read(restorer, backup, &plot, &mut progress).map(|()| None)
    } else {
        backup::restore(restorer, backup, &plot, lost, &mut progress).map(Some)
    };
    bar.finish_and_clear();
    restored.map_err(|error| {
        // What was refused leaves nothing behind; what cannot be taken away does no harm.
        if !had_secret {
            let _ = fs::remove_file(&place);
        }
        restoring(error)
    })
}

/// The secret beside the backups, which none of them opens without: a file that is none is not restored.
fn secret(folder: &Path) -> Result<Vec<u8>, Failure> {
    let place = folder.join(SECRET);
    let read = files::read(&place, LARGEST_KEY_FILE).and_then(|secret| match Wants::decode(&secret) {
        Ok(_) => Ok(secret),
        Err(error) => Err(Failure::new(error.code(), error).within(place.display())),
    });
    read.map_err(|failure| {
        failure.hint(Words::new(
            "把另存的 secret.age 放入备份目录；没有它，备份无法打开。",
            "Put the copy of `secret.age` that you kept apart into the folder of backups: without it no backup opens.",
        ))
    })
}

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

/// What to do where it is not the backup that is damaged, as far as its files can be read.
fn restoring(error: StoreError) -> Failure {
    let failure = stored(error);
    match failure.code() {
        "store_malformed" => failure.hint(Words::new(
            "此备份已损坏：用 --number 恢复更早的一份，或从另一处备份恢复。",
            "This backup is damaged: restore an earlier one with --number, or from another folder of backups.",
        )),
        "store_corrupt" | "store_database" => failure.hint(Words::new(
            "未发现备份的文件有损坏：检查两处磁盘及权限，恢复到另一目录，或从另一处备份恢复。",
            "No file of the backup was found to be damaged: look at both disks and the rights there, and restore into another folder, or from another folder of backups.",
        )),
        _ => failure,
    }
}
