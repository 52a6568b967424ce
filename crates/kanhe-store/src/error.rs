//! Why the library cannot be read or written.

use kanhe_core::envelope::EnvelopeError;
use kanhe_log::edge::LoadError;
use kanhe_log::prove::ProveError;
use kanhe_log::tile::ReadError;
use thiserror::Error;

/// Why the library cannot be opened, read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The folder holds no library of ours.
    #[error("{folder} holds no library")]
    NoLibrary {
        /// The folder.
        folder: String,
    },
    /// There is a database, and the secret that opens it is gone.
    #[error("{folder} has a database and no secret.age")]
    NoSecret {
        /// The folder.
        folder: String,
    },
    /// A restoration was broken off.
    #[error("a restoration into {folder} was broken off")]
    HalfRestored {
        /// The folder.
        folder: String,
    },
    /// Another process makes a library there.
    #[error("another process is founding a library in {folder}, or restoring one into it")]
    BeingMade {
        /// The folder.
        folder: String,
    },
    /// Another process is at work in a folder of backups.
    #[error("another process adds a backup to {folder}, or restores one from there")]
    BackupBeingMade {
        /// The folder.
        folder: String,
    },
    /// The folder holds no such backup.
    #[error("{folder} holds no such backup ({})", if .known.is_empty() { "it has none".to_owned() } else { format!("it has {known:?}") })]
    NoBackup {
        /// The folder.
        folder: String,
        /// The numbers of those it has.
        known: Vec<u32>,
    },
    /// A backup is there, and not whole.
    #[error("backup {number} is damaged: {file} is gone, or is not what was copied; {}", if .without.is_empty() { "every backup there needs it".to_owned() } else { format!("backups that do not need it: {without:?}") })]
    BackupDamaged {
        /// Its number.
        number: u32,
        /// The file of the folder, by its name there.
        file: String,
        /// The numbers of the backups there that have no use for it.
        without: Vec<u32>,
    },
    /// What stands beside a backup cannot be read.
    #[error("{file} in the folder of backups is damaged, and nobody knows of which library backup {number} is; the library is not meant")]
    DocketDamaged {
        /// The number of the backup.
        number: u32,
        /// The file of the folder, by its name there.
        file: String,
    },
    /// The folder has the backups of another library.
    #[error("{folder} has the backups of another library")]
    OtherLibrary {
        /// The folder.
        folder: String,
    },
    /// The last backup has events that this library has not: it was set back, or its log went another way.
    #[error("backup {number} has {size} events, and the {found} of this library do not begin with them")]
    OtherHistory {
        /// The number of the backup.
        number: u32,
        /// The events of the backup.
        size: u64,
        /// The events of the library.
        found: u64,
    },
    /// The checkpoint that tells what was lost is that of another log.
    #[error("the checkpoint is not one of the log {origin} of this backup, by the key of that log")]
    OtherLog {
        /// The name of the backup's log.
        origin: String,
    },
    /// The checkpoint has fewer events than the backup, and the backup's log does not begin with them.
    #[error("the checkpoint has {size} events, and the {found} of this backup do not begin with them")]
    OtherCheckpoint {
        /// The events of the checkpoint.
        size: u64,
        /// The events of the backup.
        found: u64,
    },
    /// So much cannot have been lost: there are no lists for it.
    #[error("with {lost} certificates lost of each agency, {lists} status lists would be needed, and a pack has {most}")]
    TooMuchLost {
        /// Certificates of each agency.
        lost: u64,
        /// Lists of all agencies.
        lists: u64,
        /// Lists of a pack.
        most: usize,
    },
    /// There is a library already.
    #[error("{folder} holds a library already")]
    Exists {
        /// The folder.
        folder: String,
    },
    /// A database, and not of ours.
    #[error("the database is not one of kanhe's")]
    Foreign,
    /// A format that a later kanhe wrote.
    #[error("the library has format {found}, this kanhe knows formats up to {known}")]
    Newer {
        /// The format of the library.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// The secret at hand is not the one that the library was made with.
    #[error("the secret at hand is not that of this library")]
    OtherSecret,
    /// Another process has it open.
    #[error("another process has the library open")]
    InUse,
    /// The library was restored only to be read.
    #[error("the library was restored only to be read: it issues, records and publishes nothing")]
    ToRead,
    /// The library lies where nothing can be written.
    #[error("the library lies where nothing can be written")]
    ReadOnly,
    /// A file is closed to whoever runs the program.
    #[error("this user may not read or write what is needed: {detail}")]
    Permission {
        /// What the system says, without keys or values.
        detail: String,
    },
    /// No room on the disk.
    #[error("no space is left on the disk")]
    DiskFull,
    /// A checksum does not hold.
    #[error("the database is damaged: {detail}")]
    Corrupt {
        /// What RocksDB says, without keys or values.
        detail: String,
    },
    /// RocksDB failed in another way.
    #[error("the database failed: {detail}")]
    Database {
        /// What RocksDB says, without keys or values.
        detail: String,
    },
    /// A value does not open under the library's secret at its place.
    #[error("a value of {family} does not open at its place")]
    Sealed {
        /// The column family.
        family: &'static str,
    },
    /// A value could not be encrypted.
    #[error("a value of {family} could not be encrypted")]
    Unsealable {
        /// The column family.
        family: &'static str,
    },
    /// The library's manifest is not what its root key signed.
    #[error("the library's own manifest is damaged: {0}")]
    Manifest(EnvelopeError),
    /// The log tells of a manifest, and the library has none.
    #[error("the library's own manifest is gone: its log tells that one was taken up")]
    ManifestGone,
    /// A value is not what its family holds.
    #[error("a value of {family} is not what stands there")]
    Malformed {
        /// The column family.
        family: &'static str,
    },
    /// The library was set back behind what was published of it, or nobody knows: what is written would be lost with it.
    #[error("the library does not go on from what was published of it ({code}), and nothing is written that would be lost with it")]
    Astray {
        /// How that was found out, by its stable code.
        code: &'static str,
    },
    /// An earlier write failed, and nobody knows how much of it reached the disk.
    #[error("an earlier write failed: the library must be opened again before it is written")]
    Broken,
    /// The tiles do not belong together.
    #[error("the log does not stand: {detail}")]
    Log {
        /// What is wrong with it.
        detail: String,
    },
    /// All the status slots that an agency can have are given out.
    #[error("the agency has no status slot left")]
    NoSlot,
    /// A cursor that no library has given out.
    #[error("this is no cursor")]
    Cursor,
    /// A cursor of another list, or of another question.
    #[error("the cursor belongs to another list, or to another question")]
    CursorElsewhere,
}

impl StoreError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoLibrary { .. } => "store_no_library",
            Self::NoSecret { .. } => "store_secret_missing",
            Self::HalfRestored { .. } => "store_half_restored",
            Self::BeingMade { .. } => "store_being_made",
            Self::BackupBeingMade { .. } => "backup_being_made",
            Self::NoBackup { .. } => "store_no_backup",
            Self::BackupDamaged { .. } | Self::DocketDamaged { .. } => "backup_damaged",
            Self::OtherLibrary { .. } => "backup_other_library",
            Self::OtherHistory { .. } => "backup_other_history",
            Self::OtherLog { .. } => "restore_other_log",
            Self::OtherCheckpoint { .. } => "restore_other_history",
            Self::TooMuchLost { .. } => "restore_too_much_lost",
            Self::Exists { .. } => "store_exists",
            Self::Foreign => "store_foreign",
            Self::Newer { .. } => "store_newer",
            Self::OtherSecret => "store_other_secret",
            Self::InUse => "store_in_use",
            Self::ReadOnly => "store_read_only",
            Self::ToRead => "store_to_read",
            Self::Permission { .. } => "store_permission",
            Self::DiskFull => "store_disk_full",
            Self::Corrupt { .. } => "store_corrupt",
            Self::Database { .. } => "store_database",
            Self::Sealed { .. } => "store_sealed",
            Self::Unsealable { .. } => "store_unsealable",
            Self::Manifest(_) | Self::ManifestGone => "library_manifest_lost",
            Self::Malformed { .. } => "store_malformed",
            Self::Astray { code } => code,
            Self::Broken => "store_broken",
            Self::Log { .. } => "store_log",
            Self::NoSlot => "store_no_slot",
            Self::Cursor => "store_cursor",
            Self::CursorElsewhere => "store_cursor_elsewhere",
        }
    }
}

/// A tile that the store does not give is told in the store's own words: a disk that errs is no log that does not stand.
impl From<ReadError<Self>> for StoreError {
    fn from(error: ReadError<Self>) -> Self {
        match error {
            ReadError::Store { source, .. } => source,
            ReadError::Length { .. } => Self::Log { detail: error.to_string() },
        }
    }
}

impl From<LoadError<Self>> for StoreError {
    fn from(error: LoadError<Self>) -> Self {
        match error {
            LoadError::Tile(error) => error.into(),
            LoadError::TooLarge { .. } => Self::Log { detail: error.to_string() },
        }
    }
}

impl From<ProveError<Self>> for StoreError {
    fn from(error: ProveError<Self>) -> Self {
        match error {
            ProveError::Tile(error) => error.into(),
            ProveError::BeyondEnd { .. } | ProveError::Backwards { .. } | ProveError::FromNothing { .. } => {
                Self::Log { detail: error.to_string() }
            }
        }
    }
}

impl From<rocksdb::Error> for StoreError {
    fn from(error: rocksdb::Error) -> Self {
        use rocksdb::ErrorKind;
        let detail = error.as_ref().to_owned();
        // As the system says it: the disk, somebody's part of it, or what a file may have.
        let full = ["No space left", "quota exceeded", "File too large"].iter().any(|said| detail.contains(said));
        let read_only = detail.contains("Read-only file system");
        // Whoever owns the file can read it: nothing in it is damaged, and nobody else need have the library open.
        let closed = ["Permission denied", "Operation not permitted"].iter().any(|said| detail.contains(said));
        // Without it nobody knows which files are the database's.
        let headless = detail.contains("MANIFEST") && detail.contains("No such file");
        let locked = detail.contains("lock") && (detail.contains("LOCK") || detail.contains("held by"));
        match error.kind() {
            _ if full => Self::DiskFull,
            _ if read_only => Self::ReadOnly,
            _ if closed => Self::Permission { detail },
            _ if headless => Self::Corrupt { detail },
            ErrorKind::IOError if locked => Self::InUse,
            ErrorKind::Corruption => Self::Corrupt { detail },
            _ => Self::Database { detail },
        }
    }
}
