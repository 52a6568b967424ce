//! Making, opening and closing a library.

use crate::beside::{failed, is_half_restored, whole};
use crate::closing::{Closed, Closing, Lost};
use crate::error::StoreError;
use crate::family::Family;
use crate::first_pages::FirstPages;
use crate::library::{Library, Settings};
use crate::plot::Plot;
use crate::record::read;
use crate::restorations::Restorations;
use crate::secret::{Keys, LibrarySecret};
use crate::view::View;
use crate::writer::{self, Writer};
use crate::{layout, still, to_read};
use kanhe_core::code::RegionCode;
use kanhe_core::wire;
use kanhe_log::edge::Edge;
use minicbor::{Decode, Encode};
use rocksdb::{Cache, DB, DBRecoveryMode, LogLevel, Options};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

/// The format that this kanhe reads and writes. It rises with every change that an older one could not live with.
pub const FORMAT: u32 = 3;

/// Where the founding stands in `meta`.
pub(crate) const FOUNDING: &[u8] = b"founding";

/// What marks a database as ours.
const MAGIC: &str = "kanhe library";

/// What is written once, when a library is founded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Founding {
    #[n(0)]
    magic: String,
    #[n(1)]
    pub(crate) format: u32,
    #[n(2)]
    pub(crate) region: RegionCode,
    #[n(3)]
    pub(crate) origin: String,
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) secret: [u8; 16],
}

impl Founding {
    /// What stands for the same founding in a library of the format of today.
    pub(crate) fn of_today(&self) -> Vec<u8> {
        wire::to_vec(&Self { format: FORMAT, ..self.clone() })
    }
}

impl Library {
    /// Refuses a folder that holds a library, or was to hold one of a backup: founded there, it would be empty, under the other's secret.
    pub fn can_be_founded(folder: &Path) -> Result<(), StoreError> {
        let name = || folder.display().to_string();
        match () {
            () if folder.join("CURRENT").exists() => Err(StoreError::Exists { folder: name() }),
            () if is_half_restored(folder) => Err(StoreError::HalfRestored { folder: name() }),
            () => Ok(()),
        }
    }

    /// Why a folder does not hold a library that could be opened.
    pub fn missing(folder: &Path) -> StoreError {
        let name = || folder.display().to_string();
        if let Some(closed) = closed(folder) {
            return closed;
        }
        match () {
            () if has_lost_its_beginning(folder) => StoreError::Corrupt { detail: "the file CURRENT is gone".to_owned() },
            () if is_half_restored(folder) => StoreError::HalfRestored { folder: name() },
            () => StoreError::NoLibrary { folder: name() },
        }
    }

    /// Founds a library in a folder that does not hold one.
    pub fn create(folder: &Path, region: RegionCode, origin: &str, secret: &LibrarySecret, settings: Settings) -> Result<(), StoreError> {
        Self::create_beside(&Plot::take(folder)?, region, origin, secret, settings, 0)
    }

    /// Founds one beside another of the same agencies, which has given out all pages of slots before `first_page` and signs their lists: of two
    /// certificates with one slot, who revokes the one would revoke the other.
    pub fn create_beside(
        plot: &Plot,
        region: RegionCode,
        origin: &str,
        secret: &LibrarySecret,
        settings: Settings,
        first_page: u32,
    ) -> Result<(), StoreError> {
        Self::can_be_founded(plot.place())?;
        let founding =
            Founding { magic: MAGIC.to_owned(), format: FORMAT, region, origin: origin.to_owned(), secret: secret.fingerprint() };
        let founding = wire::to_vec(&founding);
        whole(plot, |folder| {
            let db = database(folder, settings, Way::Create)?;
            let mut writes = FirstPages::beside(first_page).founding();
            writes.put(Family::Meta, FOUNDING.to_vec(), Some(founding));
            writer::write(&db, &writes)
        })
    }

    /// Opens a library, after a power cut as on any morning.
    pub fn open(folder: &Path, secret: &LibrarySecret, settings: Settings) -> Result<Self, StoreError> {
        if !folder.join("CURRENT").exists() {
            return Err(Self::missing(folder));
        }
        if let Some(closed) = closed(folder) {
            return Err(closed);
        }
        if has_lost_its_last_writes(folder) {
            return Err(StoreError::Corrupt { detail: "the log of the last writes (*.log) is gone".to_owned() });
        }
        let mut library = Self::open_with(folder, Keys::of(secret), settings, Way::Open)?;
        if library.founding.secret != secret.fingerprint() {
            return Err(StoreError::OtherSecret);
        }
        still::sweep(folder)?;
        library.bring_up_to_date()?;
        library.enter_open_projects()?;
        // What is brought up to date was written by an older kanhe, and is the same in today's form.
        library.to_read = to_read::is_marked(&library.db)?;
        Ok(library)
    }

    /// Opens a database with keys that are at hand.
    pub(crate) fn open_with(folder: &Path, keys: Keys, settings: Settings, way: Way) -> Result<Self, StoreError> {
        let db = database(folder, settings, way)?;
        let founding = founding(&db)?;
        let (next, size) = writer::counters(&db)?;
        let edge = Edge::load(size, |tile| {
            let found = View::of(&db).get(Family::Tiles, &layout::tile(tile))?;
            found.ok_or_else(|| StoreError::Log { detail: format!("tile {tile} is missing") })
        })?;
        let db = Arc::new(db);
        let writer = Writer::begin(Arc::clone(&db), edge, next)?;
        Ok(Self {
            keys,
            writer,
            db,
            founding,
            giving: Arc::default(),
            astray: Mutex::new(None),
            to_read: false,
            misses_open_projects: OnceLock::new(),
            read_manifest: Mutex::new(None),
        })
    }
}

/// Writes into a library that a backup brought back, and that nobody has opened yet, that it is one; and among the backups that it was restored.
pub(crate) fn mark_restored(folder: &Path, backups: &Path, lost: Lost<'_>) -> Result<Closed, StoreError> {
    let db = database(folder, Settings::default(), Way::Open)?;
    let founding = founding(&db)?;
    // Held until the next one would read it: two that are restored at the same time do not begin on the same page.
    let restorations = Restorations::of(backups, &founding);
    let Closing { writes, pages, closed } = Closing::of(&db, &founding, &restorations, lost)?;
    writer::write(&db, &writes)?;
    Ok(Closed { number: restorations.add(&founding, &pages), ..closed })
}

/// Writes into a library that a backup brought back, and that nobody has opened yet, that it is only to be read.
pub(crate) fn mark_to_read(folder: &Path) -> Result<(), StoreError> {
    to_read::mark(&database(folder, Settings::default(), Way::Open)?)
}

/// Why nobody can tell what a folder has: it is closed to this user. What he does not see is not gone.
fn closed(folder: &Path) -> Option<StoreError> {
    let seen = fs::read_dir(folder).map(drop).and_then(|()| fs::metadata(folder.join("CURRENT")).map(drop));
    seen.err().map(failed).filter(|error| matches!(error, StoreError::Permission { .. }))
}

/// A database that was made has a manifest and, some day, tables: without `CURRENT` it has lost a file.
fn has_lost_its_beginning(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.into_iter().any(|name| name.starts_with("MANIFEST-") || name.ends_with(".sst"))
}

/// From its founding on a database always has a log of writes, however little is in it: RocksDB begins a new one before it puts an old one away,
/// and opens without any as if nothing had been written last.
fn has_lost_its_last_writes(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    !entries.map(|entry| entry.file_name()).any(|name| Path::new(&name).extension().is_some_and(|extension| extension == "log"))
}

fn founding(db: &DB) -> Result<Founding, StoreError> {
    let bytes = View::of(db).get(Family::Meta, FOUNDING)?.ok_or(StoreError::Foreign)?;
    // The format is asked before anything else of it is believed: a later one may have other words behind it.
    let mut head = minicbor::Decoder::new(&bytes);
    let magic = head.array().and_then(|_| head.str()).map_err(|_| StoreError::Foreign)?;
    let format = if magic == MAGIC { head.u32().map_err(|_| StoreError::Foreign)? } else { return Err(StoreError::Foreign) };
    if format > FORMAT { Err(StoreError::Newer { found: format, known: FORMAT }) } else { read(Family::Meta, &bytes) }
}

/// How a database is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// There is none yet.
    Create,
    /// To read and write, and by nobody else.
    Open,
    /// To read, and nothing is written.
    Look,
}

fn database(folder: &Path, settings: Settings, way: Way) -> Result<DB, StoreError> {
    let create = way == Way::Create;
    let cache = Cache::new_lru_cache(settings.cache_bytes);
    let mut options = Options::default();
    options.create_if_missing(create);
    options.create_missing_column_families(create);
    options.set_paranoid_checks(true);
    // A batch that a power cut left half-written at the end was never acknowledged; damage before the end is an error.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    // A whole file of writes that is gone, or cut off, before the last one is an error too, and no gap in what was acknowledged.
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_recycle_log_file_num(0);
    options.set_db_write_buffer_size(settings.write_buffer_bytes);
    options.set_max_total_wal_size(256 << 20);
    options.set_bytes_per_sync(1 << 20);
    options.set_max_background_jobs(2);
    options.set_keep_log_file_num(4);
    options.set_log_level(LogLevel::Warn);
    let families = Family::ALL.map(|family| family.descriptor(&cache));
    let named = if create { Ok(Vec::new()) } else { DB::list_cf(&options, folder) };
    // A later kanhe may have more families; RocksDB would refuse to open them unnamed, without saying why.
    let known = |name: &String| name == "default" || Family::ALL.iter().any(|family| family.name() == name);
    if let Ok(named) = named
        && !named.is_empty()
    {
        if named.iter().any(|name| !known(name)) || lacks_families(&named) {
            return Err(foreign(&options, folder, named));
        }
        options.create_missing_column_families(true);
    }
    Ok(match way {
        Way::Create | Way::Open => DB::open_cf_descriptors(&options, folder, families)?,
        Way::Look => DB::open_cf_descriptors_read_only(&options, folder, families, false)?,
    })
}

/// Whether the newest options of a database name the families of ours: a manifest that was cut off names some of them, or none.
fn was_ours(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let number = |name: &str| name.strip_prefix("OPTIONS-")?.parse::<u64>().ok();
    let newest = entries.filter_map(|entry| Some((number(entry.file_name().to_str()?)?, entry.path()))).max();
    let name = |family: &Family| format!("[CFOptions \"{}\"]", family.name());
    newest
        .and_then(|(_, path)| fs::read_to_string(path).ok())
        .is_some_and(|text| Family::ALL.iter().filter(|family| !family.came_later()).all(|family| text.contains(&name(family))))
}

/// Whether families are missing that every library has had from the beginning.
fn lacks_families(named: &[String]) -> bool {
    Family::ALL.iter().filter(|family| !family.came_later()).any(|family| !named.iter().any(|name| name == family.name()))
}

/// Tells a newer library, and one of ours that is damaged, from a database that was never ours.
fn foreign(options: &Options, folder: &Path, named: Vec<String>) -> StoreError {
    let has_meta = named.iter().any(|name| name == Family::Meta.name());
    let cut_off = lacks_families(&named) && was_ours(folder);
    let opened = has_meta.then(|| DB::open_cf_for_read_only(options, folder, named, false).ok()).flatten();
    match opened.map(|db| founding(&db)) {
        Some(Err(newer @ StoreError::Newer { .. })) => newer,
        _ if cut_off => StoreError::Corrupt { detail: "its MANIFEST has lost families that its OPTIONS name".to_owned() },
        _ => StoreError::Foreign,
    }
}
