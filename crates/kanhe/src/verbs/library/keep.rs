//! `kanhe backup`, `check`: keeping a library, and knowing that it is whole.

mod told;

use super::bar::{BYTES, COUNTED, bar};
use super::door::door;
use super::{SECRET, alone, log, open, public_key, stored};
use crate::cli::{BackupArgs, CheckArgs};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words, remedy, remedy_of_finding};
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::keyring::LARGEST_KEY_FILE;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::LARGEST_NOTE;
use kanhe_service::shown::{Hearer, ShownFinding};
use kanhe_store::backup::{Backup, Earlier, FOLDERS, Progress};
use kanhe_store::{Keeper, Library, StoreError};
use serde_json::json;
use std::path::Path;

/// Whoever has the library hears of everything in it, and what its verbs can do.
pub const AT_THE_MACHINE: Hearer<'static> = Hearer { cure: remedy_of_finding, within: None };

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
    let backup = keeper(&library, &args.library.library, &args.to).and_then(|keeper| {
        back_up_to(&library, &args.library.library, &keeper, earlier, &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })
    });
    bar.finish_and_clear();
    let backup = backup.map_err(damaged)?;
    voice.say(&json!({ "backup": backup.number, "bytes": backup.bytes, "to": args.to }), |language| match language {
        Language::Chinese => format!("备份 {} 已完成并核对：{}", backup.number, args.to.display()),
        Language::English => format!("backup {} made and verified: {}", backup.number, args.to.display()),
    });
    Ok(Ended::Well)
}

/// Takes a folder of backups for an open library, in which nobody else is at work.
pub fn keeper(library: &Library, from: &Path, to: &Path) -> Result<Keeper, Failure> {
    if files::real(to).starts_with(files::real(from)) {
        return Err(Failure::new("backup_inside", "the folder of backups is in the library, and would be lost with it"));
    }
    FOLDERS.iter().try_for_each(|part| files::is_no_file(&to.join(part)))?;
    library.may_be_written().and_then(|()| library.owns(to)).map_err(stored)?;
    files::make_folder(to)?;
    Keeper::of(to).map_err(stored)
}

/// Adds a backup of an open library, whose folder has its locked secret, to a folder of them.
pub fn back_up_to(
    library: &Library,
    from: &Path,
    keeper: &Keeper,
    earlier: Earlier,
    progress: &mut Progress<'_>,
) -> Result<Backup, Failure> {
    let to = keeper.folder();
    let (secret, own) = (to.join(SECRET), files::read(&from.join(SECRET), LARGEST_KEY_FILE)?);
    // A backup beside the secret of another library would never open.
    if secret.exists() && files::read(&secret, LARGEST_KEY_FILE)? != own {
        return Err(stored(StoreError::OtherLibrary { folder: to.display().to_string() }));
    }
    if !secret.exists() {
        files::write_private(&secret, &own)?;
    }
    library.back_up(keeper, earlier, progress).map_err(stored)
}

/// What to do where no backup can be made: the earlier ones are as they were.
fn damaged(failure: Failure) -> Failure {
    match failure.code() {
        "store_corrupt" => failure.hint(Words::new(
            "证照库或备份目录已损坏，未产生可用的新备份，原有备份未动：检查磁盘，用 kanhe restore 恢复较早的备份，或换一个备份目录。",
            "The library or the folder of backups is damaged, and no backup was verified; earlier ones are as they were. Look at the disk, and restore an earlier backup with `kanhe restore`, or back up to another folder.",
        )),
        "backup_damaged" => failure.hint(Words::new(
            "未产生新备份；损坏的是备份目录中的文件，证照库未受影响：检查该目录所在的磁盘，把该文件从另一份副本放回，或换一个备份目录。备份说明（dockets 下的文件）也可以移走：没有说明的备份会重新核对，同样可用。",
            "No backup was made. The file of the folder of backups is damaged, and the library is as it was: look at the disk of the folder, and put the file back from another copy of it, or back up to another folder. A docket (a file of `dockets`) may also be taken away: its backup is read back, and is as good without.",
        )),
        "store_database" => failure.hint(Words::new(
            "未产生新备份：检查证照库与备份目录所在的磁盘和权限；kanhe check 可查明证照库是否完好。",
            "No backup was made. Look at the disks and the rights of the library and of the folder of backups; `kanhe check` tells whether the library is whole.",
        )),
        _ => failure,
    }
}

/// What to do where the check itself fails: to run it again would say no more.
fn unsound(failure: Failure) -> Failure {
    let code = failure.code();
    match remedy_of_finding(code).filter(|hint| remedy(code).as_ref() != Some(hint)) {
        Some(hint) => failure.hint(hint),
        None => failure,
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
        Ok(checked.and(astray.map(|code| ShownFinding::astray(code, AT_THE_MACHINE))))
    });
    bar.finish_and_clear();
    let checked = checked.map_err(unsound)?;
    voice.say(&told::json(&checked), |language| told::lines(&checked, language));
    Ok(if checked.findings.iter().flatten().next().is_none() { Ended::Well } else { Ended::Refused })
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
