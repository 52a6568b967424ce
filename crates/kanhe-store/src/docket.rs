//! What stands beside a backup: of which library it is, and how far its log had come.
//!
//! ```text
//! gd.example.cn/log                                   the name of the log
//! 7                                                   events
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=        root of the log
//! region 440000
//! certificates 5
//! secret 00112233445566778899aabbccddeeff             the fingerprint of the library's secret
//! ```
//!
//! The first three lines are those of a checkpoint (`c2sp.org/tlog-checkpoint`), which nobody has signed. Events and certificates are those
//! of the moment when the backup was begun: a service that writes meanwhile may have brought a few more into it.

use crate::beside::{failed, named};
use crate::error::StoreError;
use crate::faults;
use crate::library::Library;
use kanhe_core::code::RegionCode;
use kanhe_log::checkpoint::{Checkpoint, LARGEST_TEXT};
use kanhe_log::hash::TreeHead;
use kanhe_log::prove::root_of;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The folder of dockets among the backups.
pub(crate) const DOCKETS: &str = "dockets";

/// How the lines begin that a checkpoint has not.
const REGION: &str = "region ";
const CERTIFICATES: &str = "certificates ";
const SECRET: &str = "secret ";

/// Of which library a backup is, and how far its log had come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docket {
    /// The region whose library it is.
    pub region: RegionCode,
    /// The name of its log.
    pub origin: String,
    /// Its log.
    pub head: TreeHead,
    /// How many certificates it had.
    pub certificates: u64,
    secret: String,
}

impl Docket {
    /// Of the library as it stands on the disk now.
    pub(crate) fn of(library: &Library) -> Result<Self, StoreError> {
        // Certificates first: each of them has its event before the head is read.
        let certificates = library.certificates()?;
        let (region, origin, secret) = (*library.region(), library.origin().to_owned(), library.fingerprint());
        Ok(Self { region, origin, head: library.head()?, certificates, secret })
    }

    /// What stands beside a backup; none where nothing does, as an older kanhe left it, or one that was killed.
    ///
    /// # Errors
    ///
    /// Something does that cannot be read: nobody knows then of which library the backup is.
    pub fn read(folder: &Path, number: u32) -> Result<Option<Self>, StoreError> {
        let file = match File::open(place(folder, number)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|error| unread(number, error))?,
        };
        let mut text = Vec::new();
        let most = u64::try_from(LARGEST_TEXT).unwrap_or(u64::MAX).saturating_add(1);
        file.take(most).read_to_end(&mut text).map_err(|error| unread(number, error))?;
        std::str::from_utf8(&text).ok().and_then(Self::parse).map(Some).ok_or_else(|| damaged(number))
    }

    fn parse(text: &str) -> Option<Self> {
        let said = Checkpoint::parse(text).ok()?;
        let [region, certificates, secret] = said.extensions() else { return None };
        Some(Self {
            region: RegionCode::parse(region.strip_prefix(REGION)?).ok()?,
            origin: said.origin().to_owned(),
            head: *said.head(),
            certificates: certificates.strip_prefix(CERTIFICATES)?.parse().ok()?,
            secret: secret.strip_prefix(SECRET)?.to_owned(),
        })
    }

    fn text(&self) -> Result<String, StoreError> {
        let Self { region, origin, head, certificates, secret } = self;
        let lines = [format!("{REGION}{region}"), format!("{CERTIFICATES}{certificates}"), format!("{SECRET}{secret}")];
        let said = Checkpoint::new(origin, *head, &lines.each_ref().map(String::as_str));
        said.map(|said| said.to_string()).map_err(|error| StoreError::Log { detail: error.to_string() })
    }

    /// Puts it beside a backup, whole or not at all.
    pub(crate) fn write(&self, folder: &Path, number: u32) -> Result<(), StoreError> {
        let (text, place) = (self.text()?, place(folder, number));
        let beside = named(&place, ".unfinished");
        faults::pass(|| {
            fs::create_dir_all(folder.join(DOCKETS))
                .and_then(|()| File::create(&beside))
                .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
                .and_then(|()| fs::rename(&beside, &place))
                .and_then(|()| File::open(folder.join(DOCKETS))?.sync_all())
                .map_err(failed)
        })
    }

    /// Refuses a library that this is not of.
    pub(crate) fn is_of(&self, library: &Library, folder: &Path) -> Result<(), StoreError> {
        if self.region == *library.region() && self.origin == library.origin() && self.secret == library.fingerprint() {
            return Ok(());
        }
        Err(StoreError::OtherLibrary { folder: folder.display().to_string() })
    }

    /// Refuses a library whose log does not begin with this one.
    pub(crate) fn goes_on_in(&self, library: &Library, number: u32) -> Result<(), StoreError> {
        let (size, found) = (self.head.size, library.log_size()?);
        if size <= found && root_of(size, |tile| library.tile(tile))? == self.head.root {
            return Ok(());
        }
        Err(StoreError::OtherHistory { number, size, found })
    }
}

/// The newest docket of a folder of backups, with the number of its backup.
pub(crate) fn newest(folder: &Path, numbers: impl DoubleEndedIterator<Item = u32>) -> Result<Option<(u32, Docket)>, StoreError> {
    let found = numbers.rev().find_map(|number| Docket::read(folder, number).map(|docket| Some((number, docket?))).transpose());
    found.transpose()
}

/// Takes away the docket of a backup that is gone.
pub(crate) fn forget(folder: &Path, number: u32) -> Result<(), StoreError> {
    match fs::remove_file(place(folder, number)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

fn damaged(number: u32) -> StoreError {
    StoreError::DocketDamaged { number, file: format!("{DOCKETS}/{number}") }
}

/// It is the folder of backups in which something is wrong, and not the library.
fn unread(number: u32, error: io::Error) -> StoreError {
    match failed(error) {
        StoreError::Database { .. } => damaged(number),
        known => known,
    }
}

fn place(folder: &Path, number: u32) -> PathBuf {
    folder.join(DOCKETS).join(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_log::hash::Hash;

    #[test]
    fn a_docket_is_read_as_it_was_written_and_what_is_none_is_nothing() {
        let docket = Docket {
            region: RegionCode::parse("440000").unwrap(),
            origin: "gd.example.cn/log".to_owned(),
            head: TreeHead { size: 0, root: Hash::EMPTY_ROOT },
            certificates: 0,
            secret: "00".repeat(16),
        };
        let text = docket.text().unwrap();
        assert_eq!(Docket::parse(&text), Some(docket));
        for other in ["", "gd.example.cn/log\n", &text.replace("region", "place"), &text.replace("certificates 0", "certificates x")] {
            assert_eq!(Docket::parse(other), None, "{other}");
        }
    }
}
