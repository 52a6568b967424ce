//! The verbs of the library: each opens it, asks it or changes it through the registrar, and says what came of it.

mod application;
mod bar;
mod bulk;
mod change;
mod door;
mod doubt;
mod draw;
mod events;
mod export;
mod find;
mod found;
mod issue;
mod keep;
mod lists;
mod log;
mod moments;
mod officer;
mod renewed;
mod restore;
mod show;
mod survivors;
mod through;

pub use application::{application, apply, approve, close, review};
pub use change::{alias, change, replace, transfer};
pub use draw::draw;
pub use export::export;
pub use find::{count, find};
pub use found::{agency, init};
pub use issue::run as issue;
pub use keep::{back_up, back_up_to, check, keeper};
pub use lists::sign_lists;
pub use log::{log, logged};
pub use officer::{api_key, officer};
pub use restore::restore;
pub use show::{history, show};

use super::key::{self, Locked};
use super::{clock, trust};
use crate::cli::{ClockArg, GroundsArg, KeyArg, LibraryArg, LibraryLock, LockArg, SignArg, TypesArg};
use crate::failure::Failure;
use crate::verbs::issue::fault_json;
use crate::verbs::issue::refused::refused_alone;
use crate::words::{Sentence, Words};
use crate::{files, shipped};
use jiff::Timestamp;
use kanhe_core::code::CertificateId;
use kanhe_core::envelope::Authentic;
use kanhe_core::event::Grounds;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::examiner::ExaminerError;
use kanhe_issuer::keyring::{KeyringError, LARGEST_KEY_FILE};
use kanhe_issuer::recorded::{self, Excused};
use kanhe_issuer::registrar::{Entry, Registrar, RegistrarError};
use kanhe_service::proposals::open_types;
use kanhe_store::{Library, LibrarySecret, Settings, StoreError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The database in a library's folder.
const DATABASE: &str = "db";

/// The library's secret, locked.
const SECRET: &str = "secret.age";

/// Refuses a place in the folder of a library: what is written there would be taken for a part of it, or go back with it.
pub fn is_outside(out: &Path) -> Result<(), Failure> {
    let inside = files::real(out).ancestors().any(|folder| folder.join(SECRET).is_file() && folder.join(DATABASE).is_dir());
    let refused = || Failure::new("output_inside_library", "what is made would stand in the folder of a library").within(out.display());
    if inside { Err(refused()) } else { Ok(()) }
}

/// What a service does that holds a library, and what makes it do so at once.
const BY_ITSELF: Words = Words::new(
    "服务自行签署状态表并公布日志；要立即办理，用 POST /v1/publish。",
    "The service signs lists and publishes its log by itself, and at once with POST /v1/publish.",
);

/// Opens a library with its secret.
pub fn open(arg: &LibraryArg) -> Result<Library, Failure> {
    let secret = unlock(&arg.library, &arg.lock)?;
    Library::open(&database(&arg.library), &secret, settings(&arg.lock)).map_err(stored)
}

/// Refuses a verb that must have the library for itself while a service holds it, and says how the service does the same: before anything
/// else is asked for, such as the library's secret.
fn alone(folder: &Path, instead: Words) -> Result<(), Failure> {
    match door::held(folder) {
        Some(_) => Err(Failure::new("store_in_use", "a service holds the library").hint(instead)),
        None => Ok(()),
    }
}

/// The types that a library works with: those at hand, and those that two people have taken up in its service.
pub fn catalogue(library: &Library, types: &TypesArg) -> Result<Catalogue, Failure> {
    let (catalogue, dictionaries) = (shipped::catalogue(types)?, shipped::dictionaries(types.dictionaries.as_deref())?);
    open_types(library, &catalogue, &dictionaries).map_err(|error| Failure::new(error.code(), &error))?;
    Ok(catalogue)
}

/// What a library may use of the machine, as the command line says.
fn settings(lock: &LibraryLock) -> Settings {
    let megabytes = usize::try_from(lock.library_cache).unwrap_or(64);
    Settings { cache_bytes: megabytes << 20, ..Settings::default() }
}

fn database(folder: &Path) -> PathBuf {
    folder.join(DATABASE)
}

/// Opens the secret of the library in a folder.
pub fn unlock(folder: &Path, lock: &LibraryLock) -> Result<LibrarySecret, Failure> {
    let path = folder.join(SECRET);
    if !path.exists() {
        let (database, name) = (database(folder), folder.display().to_string());
        return Err(stored(match Library::missing(&database) {
            // What was left of a database is one: it opens with its secret, or says what it has lost.
            StoreError::Corrupt { .. } => StoreError::NoSecret { folder: name },
            StoreError::NoLibrary { .. } if database.join("CURRENT").exists() => StoreError::NoSecret { folder: name },
            StoreError::NoLibrary { .. } => StoreError::NoLibrary { folder: name },
            other => other,
        }));
    }
    let file = files::read(&path, LARGEST_KEY_FILE)?;
    secret(&file, lock).map_err(|failure| failure.within(path.display()))
}

fn secret(file: &[u8], lock: &LibraryLock) -> Result<LibrarySecret, Failure> {
    let refused = |error| Locked::Library.refused(error);
    let opened = key::opener(file, &lock_arg(lock), Locked::Library)?.open(file).map_err(refused)?;
    let bytes = opened.as_slice().try_into().map(Zeroizing::new);
    bytes.map(LibrarySecret::new).map_err(|_| refused(KeyringError::Damaged))
}

fn lock_arg(lock: &LibraryLock) -> LockArg {
    LockArg { identity: lock.library_identity.clone(), passphrase_file: lock.library_passphrase_file.clone() }
}

/// The manifest that the library works under.
fn manifest(library: &Library) -> Result<Arc<Authentic<Manifest>>, Failure> {
    Registrar::new(library).manifest().map_err(|error| registered(&error))
}

/// The identifier of a certificate, as somebody typed it.
fn identifier(text: &str) -> Result<CertificateId, Failure> {
    CertificateId::parse(text.trim()).map_err(|error| {
        let hint = Words::new("kanhe find 可按编号、持证主体或名称查找。", "`kanhe find` finds certificates by number, holder or name.");
        Failure::new(error.code(), error).hint(hint)
    })
}

/// What goes into the log about an act, as the command line says it.
fn entry(library: &Library, arg: &GroundsArg) -> Result<Entry, Failure> {
    entry_after(library, arg, None)
}

/// The same of an act behind another: a day may mean the moment of that one.
fn entry_after(library: &Library, arg: &GroundsArg, last: Option<Timestamp>) -> Result<Entry, Failure> {
    let now = recorded_now(library, arg.clock)?;
    let effective = arg.effective.as_deref().map(|named| clock::effective(named, last, now)).transpose()?.unwrap_or(now);
    let actor = arg.actor.as_deref().ok_or_else(|| missing("--actor <经办人>", "--actor <OFFICER>"))?;
    Ok(Entry { grounds: grounds(&arg.basis, &arg.reason, actor)?, effective, now, salt: *clock::chance()? })
}

/// The moment at which an act is recorded.
fn recorded_now(library: &Library, clock: ClockArg) -> Result<Timestamp, Failure> {
    // The library writes down what its own clock says: who could name another moment could lie to the auditor.
    recorded::moment(library, clock::moment(None)?, clock.excused()).map_err(|error| Failure::new(error.code(), &error))
}

/// That a library of one's own needs an argument that a service does not.
fn missing(zh: &str, en: &str) -> Failure {
    let en = format!("the following required arguments were not provided: {en}");
    Failure::misread(&Sentence::new(format!("缺少必需的参数：{zh}"), en))
}

fn grounds(basis: &str, reason: &str, actor: &str) -> Result<Grounds, Failure> {
    Grounds::new(basis, reason, actor).map_err(|error| Failure::new(error.code(), error))
}

/// A public key, from its line or a file with it.
fn public_key(named: &str) -> Result<kanhe_core::key::PublicKeyLine, Failure> {
    trust::line(named)
}

/// A failure of the library, told at the edge.
pub fn stored(error: StoreError) -> Failure {
    Failure::new(error.code(), &error)
}

fn registered(error: &RegistrarError) -> Failure {
    Failure::new(error.code(), error)
}

fn examined(error: &ExaminerError) -> Failure {
    match error {
        ExaminerError::Faults(faults) => refused_alone(error.code(), &faults.iter().map(fault_json).collect::<Vec<_>>()),
        _ => Failure::new(error.code(), error),
    }
}

impl ClockArg {
    /// Up to when what lies ahead of the clock is not held against it.
    pub fn excused(self) -> Excused {
        self.clock_was_ahead.then_some(Timestamp::MAX)
    }

    /// Refuses it where a service has the library: who asks a service does not overrule its clock.
    pub fn of_ones_own(self) -> Result<(), Failure> {
        if self.clock_was_ahead { Err(Failure::new("not_through_service", "--clock-was-ahead")) } else { Ok(()) }
    }
}

impl SignArg {
    /// The key that a library of one's own signs with.
    pub fn of_ones_own(&self) -> Result<KeyArg, Failure> {
        let key = self.key.clone().ok_or_else(|| missing("--key <文件>", "--key <FILE>"))?;
        Ok(KeyArg { key, lock: self.lock.clone() })
    }
}
