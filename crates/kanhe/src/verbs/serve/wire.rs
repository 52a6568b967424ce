//! From a configuration to a house: files are read, keys unlocked, the library opened.

mod check;

pub use check::check;

use super::credentials::Credentials;
use super::fetch::fetch;
use super::reread::{self, changed};
use crate::cli::{KeyArg, LibraryArg, LibraryLock, LockArg, TypesArg};
use crate::failure::Failure;
use crate::verbs::{clock, key, library, trust};
use crate::{files, shipped};
use check::{once_each, refused};
use jiff::Timestamp;
use kanhe_core::envelope::LARGEST_ENVELOPE;
use kanhe_core::key::VerifyingKey;
use kanhe_issuer::keyring::NamedKey;
use kanhe_log::note::LARGEST_NOTE;
use kanhe_render::{Artist, Fonts, Level};
use kanhe_service::backup::Backups;
use kanhe_service::config::{Config, KeyAt, LARGEST_CONFIG, LevelAt, PicturesAt, TokenAt};
use kanhe_service::counter::{Held, Shelf};
use kanhe_service::house::{Door, Edge, House, Pictures, Turns};
use kanhe_service::http::{Limits, Rate};
use kanhe_service::identity::Provider;
use kanhe_service::jobs::Queue;
use kanhe_service::proposals;
use kanhe_service::publish::{self, Keep, Press};
use kanhe_service::recording::Recording;
use kanhe_service::reread::{Refused, Reread};
use kanhe_service::serve::{Gate, SOCKET, Tls};
use kanhe_store::backup::Earlier;
use kanhe_token::{Address, TokenName};
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};
use zeroize::Zeroizing;

/// Who could open the library may ask by its socket.
const FOR_THE_OWNER: u32 = 0o600;
/// A file with a secret has at most so many bytes.
const LARGEST_SECRET: usize = 4_096;

/// A configuration, and the folder at which its paths begin.
pub struct Plan {
    pub config: Config,
    folder: PathBuf,
}

impl Plan {
    /// Reads a configuration file, and the variables over it.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let config = Config::parse(&text(path)?, std::env::vars()).map_err(|faults| refused(&faults, path))?;
        Ok(Self { config, folder: folder(path) })
    }

    /// Opens everything that it names.
    pub fn house(&self) -> Result<House, Failure> {
        let types =
            TypesArg { types: self.at(self.config.types.folder.as_ref()), dictionaries: self.at(self.config.types.dictionaries.as_ref()) };
        Failure::all(self.misplaced().into_iter().chain(self.homeless()))?;
        let (keys, trusted) = (self.keys()?, self.trusted()?);
        Failure::all(once_each(&keys))?;
        self.publishes(&keys, &trusted)?;
        let shelf = Shelf::new(trusted);
        if let Some(pack) = self.pack() {
            put(&shelf, &pack, Held::All)?;
        }
        let library = library::open(&self.library()).map_err(of_library)?;
        library.may_be_written().map_err(library::stored)?;
        let (catalogue, dictionaries) = (shipped::catalogue(&types)?, shipped::dictionaries(types.dictionaries.as_deref())?);
        proposals::open_types(&library, &catalogue, &dictionaries).map_err(|error| Failure::new(error.code(), &error))?;
        let press = Press::open(&library, self.config.publish.rules(), keep(self.pack())).map_err(library::stored)?;
        let press = match self.checkpoint_copy() {
            Some(_) if !keys.iter().any(|key| key.name() == library.origin()) => return Err(no_log_key(library.origin())),
            Some(file) => press.copying_to(copy(file)),
            None => press,
        };
        let recording = Recording::excusing(&library, self.config.library.clock_was_ahead).map_err(library::stored)?;
        let house = House {
            catalogue,
            dictionaries,
            keys,
            shelf,
            refused: Refused::default(),
            press,
            backups: self.backups(),
            library,
            pictures: self.pictures()?,
            turns: Turns::new(self.config.limits.pictures),
            sharing: self.config.sharing.rules(),
            jobs: Queue::new(self.config.jobs.rules()),
            proposals: self.config.proposals.rules(),
            edge: edge(),
            recording,
            door: Door::new(self.config.accounts.behind_tls || self.config.listen.certificate.is_some())
                .demanding(self.config.accounts.second_factor.clone()),
            identity: self.identity()?,
        };
        // Before the first caller comes in. A library that is set back still answers whoever asks, so the service starts all the same.
        let _ = publish::compare(&house);
        Ok(house)
    }

    /// Refuses a key for packs that is not there, has nowhere to write them, or signs what nobody believes.
    fn publishes(&self, keys: &[NamedKey], trusted: &[VerifyingKey]) -> Result<(), Failure> {
        let Some(name) = &self.config.publish.pack_key else { return Ok(()) };
        let Some(key) = keys.iter().find(|key| key.name() == name) else {
            return Err(Failure::new("publish_key_not_held", format!("publish.pack_key is {name}, and no key of that name is unlocked")));
        };
        if self.pack().is_none() {
            return Err(Failure::new("service_no_pack", "publish.pack_key renews a pack, and counter.pack names none"));
        }
        if !trusted.contains(&key.key().verifying_key()) {
            let detail = format!("publish.pack_key is {name}, and counter.trusted does not name this key: no counter would take the pack");
            return Err(Failure::new("publish_key_untrusted", detail));
        }
        Ok(())
    }

    /// Where and how connections come in.
    pub fn gate(&self, listener: TcpListener, tls: Option<&Arc<Tls>>) -> Gate {
        let gate = Gate::from(listener).behind(&self.config.listen.proxies);
        let gate = gate.at_most(usize::try_from(self.config.limits.connections).unwrap_or(usize::MAX));
        match tls {
            Some(tls) => gate.over(tls.clone()),
            None => gate,
        }
    }

    /// The socket in the library's folder, for verbs on this machine; a service without one is a service all the same.
    pub fn socket(&self) -> Option<Gate> {
        let path = self.library().library.join(SOCKET);
        // Whoever holds the library is the only one who may have made it.
        self.remove_socket();
        let open = || {
            let listener = UnixListener::bind(&path)?;
            std::fs::set_permissions(&path, Permissions::from_mode(FOR_THE_OWNER))?;
            let owner = std::fs::metadata(&path)?.uid();
            Ok::<_, std::io::Error>(Gate::beside(listener, owner))
        };
        open().inspect_err(|error| tracing::warn!(kind = %error.kind(), "no socket could be opened in the library's folder")).ok()
    }

    /// Takes the socket away.
    pub fn remove_socket(&self) {
        let _ = std::fs::remove_file(self.library().library.join(SOCKET));
    }

    /// The certificate that it shows, where TLS is on.
    pub fn credentials(&self) -> Option<Credentials> {
        let (certificate, key) = self.at(self.config.listen.certificate.as_ref()).zip(self.at(self.config.listen.key.as_ref()))?;
        Some(Credentials { certificate, key, authorities: self.at(self.config.listen.client_authorities.as_ref()) })
    }

    fn checkpoint_copy(&self) -> Option<PathBuf> {
        self.at(self.config.publish.checkpoint_copy.as_ref())
    }

    /// The identity service, which is not asked before somebody wants to sign in by it.
    fn identity(&self) -> Result<Option<Provider>, Failure> {
        let Some(oidc) = &self.config.accounts.oidc else { return Ok(None) };
        let secret = self.at(oidc.client_secret_file.as_ref()).map(|file| client_secret(&file)).transpose()?;
        Ok(Some(Provider::new(oidc.settings(secret), fetch())))
    }

    fn backups(&self) -> Backups {
        let Some(backup) = &self.config.backup else { return Backups::elsewhere() };
        let (from, to, keep) = (self.folder.join(&self.config.library.folder), self.folder.join(&backup.folder), backup.keep);
        // What cannot be listed cannot be added to either, and the next backup says why.
        let earlier = kanhe_store::backup::backups(&to).ok().and_then(|earlier| earlier.last().copied());
        let earlier = earlier.and_then(|backup| Timestamp::from_second(backup.taken).ok());
        let backups = Backups::by(Box::new(move |library| {
            let told = |failure: Failure| failure.cause();
            let keeper = library::keeper(library, &from, &to).map_err(told)?;
            let taken = library::back_up_to(library, &from, &keeper, Earlier::Begun, &mut |_, _| {}).map_err(told)?;
            kanhe_store::backup::thin(&keeper, keep)?;
            Ok(taken.number)
        }));
        backups.after(earlier)
    }

    /// How often it publishes.
    pub fn publishing(&self) -> Duration {
        Duration::from_secs(u64::from(self.config.publish.seconds))
    }

    fn pictures(&self) -> Result<Pictures, Failure> {
        let PicturesAt { page, caption, level } = &self.config.pictures;
        let level = match level {
            LevelAt::M => Level::M,
            LevelAt::Q => Level::Q,
        };
        let artist = if *caption { Artist::captioned(level, Fonts::installed()) } else { Artist::plain(level) };
        let artist = artist.map_err(|error| Failure::new(error.code(), error))?;
        Ok(Pictures { artist, page: page.clone() })
    }

    /// The file of the pack.
    pub fn pack(&self) -> Option<PathBuf> {
        self.at(self.config.counter.pack.as_ref())
    }

    /// Which parts of a pack that is laid down there are held against those of the one at hand.
    pub fn held(&self) -> Held {
        if self.config.publish.pack_key.is_some() { Held::OfOthers } else { Held::All }
    }

    /// What callers may take.
    pub fn limits(&self) -> Result<Limits, Failure> {
        let limits = &self.config.limits;
        let body_bytes = usize::try_from(limits.body_bytes).unwrap_or(usize::MAX);
        let rate = Rate { per_second: limits.requests_per_second, burst: limits.burst, at_once: limits.at_once };
        Ok(Limits {
            body_bytes,
            time: Duration::from_secs(u64::from(limits.seconds)),
            upload_time: Duration::from_secs(u64::from(self.config.jobs.upload_seconds)),
            origins: self.config.cors.origins.clone(),
            rate,
        })
    }

    fn at(&self, path: Option<&PathBuf>) -> Option<PathBuf> {
        path.map(|path| self.folder.join(path))
    }

    fn library(&self) -> LibraryArg {
        let library = &self.config.library;
        let lock = LibraryLock {
            library_identity: self.at(library.identity.as_ref()),
            library_passphrase_file: self.at(library.passphrase_file.as_ref()),
            library_cache: library.cache_megabytes,
        };
        LibraryArg { library: self.folder.join(&library.folder), lock }
    }

    fn keys(&self) -> Result<Vec<NamedKey>, Failure> {
        (1..).zip(&self.config.keys).map(|(number, named)| self.key(number, named)).collect()
    }

    /// A key by its number, from 1, by which it is named if it does not open.
    fn key(&self, number: usize, named: &KeyAt) -> Result<NamedKey, Failure> {
        self.opened(named).map_err(|failure| failure.within(format!("[[keys]] {number}")))
    }

    fn opened(&self, named: &KeyAt) -> Result<NamedKey, Failure> {
        if let Some(token) = &named.token {
            return self.in_token(token);
        }
        let file = named.file.as_ref().map(|file| self.folder.join(file)).unwrap_or_default();
        let lock = LockArg { identity: self.at(named.identity.as_ref()), passphrase_file: self.at(named.passphrase_file.as_ref()) };
        key::open(&KeyArg { key: file, lock })
    }

    fn in_token(&self, at: &TokenAt) -> Result<NamedKey, Failure> {
        let name = TokenName::new(at.label.clone(), at.serial.clone());
        let token = name.ok_or_else(|| Failure::new("config_key", "a token has a label or a serial number"))?;
        let address = Address { module: self.folder.join(&at.module), token, key: at.key.clone() };
        key::open_in_token(address, Some(&self.folder.join(&at.pin_file)))
    }

    fn trusted(&self) -> Result<Vec<VerifyingKey>, Failure> {
        self.each_trusted().collect()
    }

    fn each_trusted(&self) -> impl Iterator<Item = Result<VerifyingKey, Failure>> {
        let counter = &self.config.counter;
        let files = counter.trusted_files.iter().map(|file| self.folder.join(file).display().to_string());
        counter.trusted.iter().cloned().chain(files).map(|named| trust::line(&named).map(|line| *line.key()))
    }
}

/// A failure of the library, or of what opens it.
fn of_library(failure: Failure) -> Failure {
    failure.within("[library]")
}

/// What stands in a configuration file.
fn text(path: &Path) -> Result<String, Failure> {
    let malformed = |_| Failure::new("config_malformed", "the configuration is not UTF-8").within(path.display());
    String::from_utf8(files::read(path, LARGEST_CONFIG)?).map_err(malformed)
}

/// The folder in which a file is or will be: for a configuration the one at which its paths begin.
fn folder(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn client_secret(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let none = || Failure::new("config_identity", "the first line of the file is to be the secret");
    files::first_line(file, LARGEST_SECRET, none)
}

/// The clock and the dice of the machine.
pub fn edge() -> Edge {
    Edge { now: Box::new(Timestamp::now), chance: Box::new(clock::fill) }
}

/// Writes a pack that the service has made in the place of the one before, whole or not at all.
fn keep(pack: Option<PathBuf>) -> Box<Keep> {
    Box::new(move |bytes| match &pack {
        Some(pack) => files::write(pack, bytes).map_err(|failure| failure.cause()),
        None => Ok(()),
    })
}

/// The file in which checkpoints are kept a second time.
fn copy(file: PathBuf) -> publish::Copy {
    let from = file.clone();
    let read = move || if from.exists() { read_copy(&from).map(Some).map_err(|failure| failure.cause()) } else { Ok(None) };
    let write = move |note: &str| files::write_through(&file, note.as_bytes()).map_err(|failure| failure.cause());
    publish::Copy { read: Box::new(read), write: Box::new(write) }
}

fn read_copy(file: &Path) -> Result<String, Failure> {
    let damaged = |_| Failure::new("checkpoint_copy_damaged", "the copy of the checkpoint is not UTF-8").within(file.display());
    String::from_utf8(files::read(file, LARGEST_NOTE)?).map_err(damaged)
}

fn no_log_key(origin: &str) -> Failure {
    Failure::new(
        "publish_key_not_held",
        format!("publish.checkpoint_copy is kept by the key {origin}, and no key of that name is unlocked"),
    )
}

fn put(shelf: &Shelf, pack: &Path, held: Held) -> Result<bool, Failure> {
    let bytes = files::read(pack, LARGEST_ENVELOPE)?;
    shelf.put(bytes, held).map_err(|error| Failure::new(error.code(), error).within(pack.display()))
}

/// Takes the pack's file whenever it changes; a bad one, or one that takes back what the one at hand says, leaves that in its place.
pub async fn renew_pack(house: Arc<House>, pack: Option<PathBuf>, held: Held) {
    let Some(pack) = pack else { return };
    let (shelf, file) = (house.clone(), pack.clone());
    reread::keep_up(house, Reread::Pack, || changed(&pack), move || put(&shelf.shelf, &file, held)).await;
}
