//! What is wrong with a configuration beyond its form: all of it at once, each with the one who says so.

use super::{Plan, put};
use crate::cli::TypesArg;
use crate::failure::Failure;
use crate::shipped;
use crate::verbs::library;
use kanhe_issuer::keyring::NamedKey;
use kanhe_service::config::ConfigFault;
use kanhe_service::counter::Shelf;
use std::path::{Path, PathBuf};

impl Plan {
    /// Reads everything that it names, except the library: a service may be running on it. Says all that is wrong at once.
    pub fn check(&self) -> Result<(), Failure> {
        let types =
            TypesArg { types: self.at(self.config.types.folder.as_ref()), dictionaries: self.at(self.config.types.dictionaries.as_ref()) };
        let mut wrong = self.misplaced();
        wrong.extend(shipped::catalogue(&types).err());
        let keys: Vec<_> = self.config.keys.iter().map(|named| self.key(named)).collect();
        let (keys, refused): (Vec<_>, Vec<_>) = keys.into_iter().partition(Result::is_ok);
        let unlocked: Vec<NamedKey> = keys.into_iter().flatten().collect();
        wrong.extend(once_each(&unlocked));
        // Whether the keys that are wanted are held can be said only where all could be opened.
        wrong.extend(refused.is_empty().then(|| self.publishes(&unlocked).err()).flatten());
        wrong.extend(refused.into_iter().filter_map(Result::err));
        wrong.extend(self.pictures().err());
        wrong.extend(self.identity().err());
        wrong.extend(self.credentials().and_then(|credentials| credentials.read().err()));
        wrong.extend(library::unlock(&self.library().library, &self.library().lock).err());
        let packs = self.trusted().and_then(|trusted| {
            let shelf = Shelf::new(trusted);
            self.pack().map_or(Ok(()), |pack| put(&shelf, &pack).map(drop))
        });
        wrong.extend(packs.err());
        Failure::all(wrong)
    }

    /// What stands in the library's folder, and would be lost or go back with it.
    pub(super) fn misplaced(&self) -> Vec<Failure> {
        let library = real(&self.folder.join(&self.config.library.folder));
        let inside = |file: Option<PathBuf>| file.is_some_and(|file| real(&file).starts_with(&library));
        let backups = self.config.backup.as_ref().map(|backup| self.folder.join(&backup.folder));
        let copy = || Failure::new("checkpoint_copy_inside", "publish.checkpoint_copy is in the library, and would go back with it");
        let backup = || Failure::new("config_backup_inside", "backup.folder is in the library, and would be lost with it");
        inside(self.checkpoint_copy()).then(copy).into_iter().chain(inside(backups).then(backup)).collect()
    }
}

/// Everything that is wrong with the form, blamed on the file or on the variables over it.
pub(super) fn refused(faults: &[ConfigFault], path: &Path) -> Failure {
    let told = |fault: &ConfigFault| {
        let failure = Failure::new(fault.error.code(), &fault.error);
        if fault.variables.is_empty() { failure.within(path.display()) } else { failure.within(fault.variables.join(", ")) }
    };
    let none = || Failure::new("config_malformed", "the configuration is refused").within(path.display());
    Failure::all(faults.iter().map(told)).err().unwrap_or_else(none)
}

/// What is named under two paths and is one key all the same.
pub(super) fn once_each(keys: &[NamedKey]) -> Vec<Failure> {
    let one = |key: &NamedKey| key.key().verifying_key();
    let twice = keys.iter().enumerate().filter(|(place, key)| keys.iter().take(*place).any(|before| one(before) == one(key)));
    twice.map(|(_, key)| Failure::new("config_key_twice", format!("the key {} stands under [[keys]] more than once", key.name()))).collect()
}

/// A path without links and detours, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let known = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let found = known.and_then(|(above, real)| path.strip_prefix(above).ok().map(|rest| real.join(rest)));
    found.unwrap_or_else(|| path.to_owned())
}
