//! What is wrong with a configuration beyond its form: all of it at once, each with the one who says so.

use super::{Plan, folder, of_library, put, text};
use crate::cli::TypesArg;
use crate::failure::Failure;
use crate::verbs::library;
use crate::verbs::serve::credentials::Credentials;
use crate::{files, shipped};
use kanhe_core::envelope::LARGEST_ENVELOPE;
use kanhe_issuer::keyring::NamedKey;
use kanhe_service::config::{Config, ConfigError, ConfigFault, Draft, is_somewhere};
use kanhe_service::counter::{Held, Shelf};
use std::path::{Path, PathBuf};

/// Says everything that is wrong with a configuration at once: its settings, and the files that they name, except the library, on which a
/// service may be running.
pub fn check(path: &Path) -> Result<(), Failure> {
    let draft = Config::draft(&text(path)?, std::env::vars()).map_err(|faults| refused(&faults, path))?;
    let plan = Plan { config: draft.config.clone(), folder: folder(path) };
    Failure::all(told(&draft.faults, path).into_iter().chain(plan.wrong(&draft)))
}

impl Plan {
    /// What is wrong with what it names. Of a section that could not be read nothing is said twice.
    fn wrong(&self, draft: &Draft) -> Vec<Failure> {
        let types =
            TypesArg { types: self.at(self.config.types.folder.as_ref()), dictionaries: self.at(self.config.types.dictionaries.as_ref()) };
        let mut wrong = if draft.has("library") { self.misplaced() } else { Vec::new() };
        wrong.extend(self.homeless());
        wrong.extend(shipped::catalogue(&types).err());
        wrong.extend(self.wrong_keys(draft));
        wrong.extend(self.pictures().err());
        wrong.extend(self.identity().err());
        wrong.extend(self.credentials().iter().flat_map(Credentials::wrong));
        if draft.has("library") {
            wrong.extend(library::unlock(&self.library().library, &self.library().lock).err().map(of_library));
        }
        wrong.extend(self.wrong_packs());
        wrong
    }

    fn wrong_keys(&self, draft: &Draft) -> Vec<Failure> {
        let places = (1..).zip(&self.config.keys).filter(|(_, named)| is_somewhere(named));
        let (keys, refused): (Vec<_>, Vec<_>) = places.map(|(number, named)| self.key(number, named)).partition(Result::is_ok);
        let unlocked: Vec<NamedKey> = keys.into_iter().flatten().collect();
        let told_before = draft.faults.iter().any(|fault| matches!(fault.error, ConfigError::KeyTwice { .. }));
        let mut wrong = if told_before { Vec::new() } else { once_each(&unlocked) };
        // Whether the keys that are wanted are held can be said only where all could be opened.
        if refused.is_empty() && draft.has("keys") && draft.has("counter") {
            // Of trusted keys that cannot be read it is said below.
            wrong.extend(self.trusted().ok().and_then(|trusted| self.publishes(&unlocked, &trusted).err()));
        }
        wrong.extend(refused.into_iter().filter_map(Result::err));
        wrong
    }

    /// What is wrong with the pack, and with the keys that may sign it. Without all of those nobody could say whether it is signed.
    fn wrong_packs(&self) -> Vec<Failure> {
        let (trusted, mut wrong): (Vec<_>, Vec<_>) = self.each_trusted().partition(Result::is_ok);
        let Some(pack) = self.pack() else { return wrong.into_iter().filter_map(Result::err).collect() };
        if wrong.is_empty() {
            let shelf = Shelf::new(trusted.into_iter().flatten().collect());
            return put(&shelf, &pack, Held::All).err().into_iter().collect();
        }
        wrong.extend(files::read(&pack, LARGEST_ENVELOPE).err().map(Err));
        wrong.into_iter().filter_map(Result::err).collect()
    }

    /// What stands in the library's folder, and would be lost or go back with it.
    pub(super) fn misplaced(&self) -> Vec<Failure> {
        let library = files::real(&self.folder.join(&self.config.library.folder));
        let inside = |file: Option<PathBuf>| file.is_some_and(|file| files::real(&file).starts_with(&library));
        let copy = || Failure::new("checkpoint_copy_inside", "publish.checkpoint_copy is in the library, and would go back with it");
        let backup = || Failure::new("config_backup_inside", "backup.folder is in the library, and would be lost with it");
        inside(self.checkpoint_copy()).then(copy).into_iter().chain(inside(self.backup_folder()).then(backup)).collect()
    }

    /// What is to be written where there is no folder, a disk that is not mounted most often, or where nothing can be written.
    pub(super) fn homeless(&self) -> Vec<Failure> {
        let made_before = |made: PathBuf| if made.exists() { made } else { folder(&made) };
        let named = [
            ("publish.checkpoint_copy", self.checkpoint_copy().map(|file| folder(&file))),
            ("backup.folder", self.backup_folder().map(made_before)),
        ];
        let wrong = |(setting, into): (&str, Option<PathBuf>)| {
            let into = into?;
            if !into.is_dir() {
                let detail = format!("{setting} is to be written into a folder that is not there");
                return Some(Failure::new("config_folder_missing", detail).within(into.display()));
            }
            files::try_folder(&into).err().map(|failure| failure.within(setting))
        };
        named.into_iter().filter_map(wrong).collect()
    }

    fn backup_folder(&self) -> Option<PathBuf> {
        self.config.backup.as_ref().map(|backup| self.folder.join(&backup.folder))
    }
}

/// Everything that is wrong with the form, as one failure.
pub(super) fn refused(faults: &[ConfigFault], path: &Path) -> Failure {
    let none = || Failure::new("config_malformed", "the configuration is refused").within(path.display());
    Failure::all(told(faults, path)).err().unwrap_or_else(none)
}

/// What is wrong with the form, blamed on the file or on the variables over it.
fn told(faults: &[ConfigFault], path: &Path) -> Vec<Failure> {
    let told = |fault: &ConfigFault| {
        let failure = Failure::new(fault.error.code(), &fault.error);
        if fault.variables.is_empty() { failure.within(path.display()) } else { failure.within(fault.variables.join(", ")) }
    };
    faults.iter().map(told).collect()
}

/// What is named under two paths and is one key all the same.
pub(super) fn once_each(keys: &[NamedKey]) -> Vec<Failure> {
    let one = |key: &NamedKey| key.key().verifying_key();
    let twice = keys.iter().enumerate().filter(|(place, key)| keys.iter().take(*place).any(|before| one(before) == one(key)));
    twice.map(|(_, key)| Failure::new("config_key_twice", format!("the key {} stands under [[keys]] more than once", key.name()))).collect()
}
