//! Status lists: signed when a page has changed and before they grow old, kept in the library, and read back when the service starts.

use super::{PublishError, manifest};
use crate::house::House;
use crate::signed_file::SignedFile;
use jiff::Timestamp;
use kanhe_core::code::Uscc;
use kanhe_core::envelope::Envelope;
use kanhe_core::key::{KeyId, Signer};
use kanhe_core::manifest::Agency;
use kanhe_core::status::StatusList;
use kanhe_issuer::publisher::{ListError, Term, list_of, sign_list};
use kanhe_issuer::recorded::is_ahead;
use kanhe_store::{Drawer, KeptList, Library, Page, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Papers of a drawer that are asked for at a time.
const PAGE: usize = 100;

/// The signed lists, by agency and number.
pub type Notices = BTreeMap<(Uscc, u32), Arc<Notice>>;

/// A signed list, as anybody may have it.
#[derive(Debug)]
pub struct Notice {
    /// The envelope.
    pub file: SignedFile,
    /// Where it says that it is published.
    pub uri: String,
    /// Which key signed it.
    pub key_id: KeyId,
    /// When it was signed.
    pub issued: Timestamp,
    /// From when on it says nothing any more.
    pub expires: Timestamp,
    /// How often its page had been changed when the states in it were read.
    changes: u64,
    /// Set once its states are known to be those that it was signed after so many changes for: that number lies in the clear.
    held: OnceLock<()>,
}

impl Notice {
    fn decode(paper: &[u8]) -> Option<Self> {
        let kept = KeptList::decode(paper)?;
        let (key_id, list) = (Envelope::decode(&kept.list).ok()?.key_id(), kept.read()?);
        let (uri, issued, expires) = (list.uri().to_owned(), list.issued(), list.expires());
        Some(Self { file: SignedFile::new(kept.list), uri, key_id, issued, expires, changes: kept.changes, held: OnceLock::new() })
    }

    /// Whether it says what stands in its page; asked once of each that an earlier day has kept, as long as the page is the same.
    fn agrees(&self, library: &Library, agency: &Uscc, page: u32) -> Result<bool, StoreError> {
        if self.held.get().is_some() {
            return Ok(true);
        }
        let list = Envelope::decode(self.file.bytes().as_ref()).ok().and_then(|envelope| envelope.read_unchecked::<StatusList>().ok());
        let agrees = list.map_or(Ok(false), |list| library.agrees_with(&list, agency, page))?;
        if agrees {
            self.held.get_or_init(|| ());
        }
        Ok(agrees)
    }
}

/// The lists that were signed on earlier days.
pub(super) fn kept(library: &Library) -> Result<Notices, StoreError> {
    let (mut notices, mut after) = (Notices::new(), None);
    loop {
        let page = library.office_page(Drawer::Lists, &[], after.as_ref(), PAGE)?;
        for (key, paper) in page.papers {
            // What cannot be read is signed anew: the page's states are the truth, not the list.
            notices.extend(KeptList::page_of(&key).zip(Notice::decode(&paper).map(Arc::new)));
        }
        after = page.next;
        if after.is_none() {
            return Ok(notices);
        }
    }
}

/// Signs the lists that are due. Returns how many.
pub(super) fn renew(house: &House) -> Result<usize, PublishError> {
    let (_, manifest) = manifest(&house.library)?;
    let (mut signed, mut failure) = (0, None);
    for agency in &manifest.agencies {
        let Some(key) = listing_key(house, agency) else { continue };
        // One agency's trouble does not keep the lists of another back.
        match renew_of(house, agency, key) {
            Ok(count) => signed += count,
            Err(error) => {
                tracing::warn!(agency = %agency.code, code = error.code(), "the lists of an agency were not signed");
                failure = Some(error);
            }
        }
    }
    failure.map_or(Ok(signed), Err)
}

/// When the newest list was signed of those that are signed again here; none where there are none. One of an agency that has left the manifest,
/// or whose key is not unlocked for us, stays as it is.
pub fn newest(house: &House) -> Result<Option<Timestamp>, PublishError> {
    let (_, manifest) = match manifest(&house.library) {
        Err(PublishError::NoManifest) => return Ok(None),
        read => read?,
    };
    let (notices, ours) = (house.press.notices(), |agency: &&Agency| listing_key(house, agency).is_some());
    let ours: BTreeSet<_> = manifest.agencies.iter().filter(ours).map(|agency| agency.code).collect();
    Ok(notices.iter().filter(|((agency, _), _)| ours.contains(agency)).map(|(_, notice)| notice.issued).max())
}

/// The newest key with which an agency signs its lists and that was unlocked for us.
fn listing_key<'h>(house: &'h House, agency: &Agency) -> Option<&'h dyn Signer> {
    let listing = agency.keys.iter().filter(|key| key.signs_lists());
    let held = listing.filter_map(|known| {
        let key = house.keys.iter().map(kanhe_issuer::keyring::NamedKey::key).find(|key| key.verifying_key() == known.key)?;
        Some((known.from, key))
    });
    held.max_by_key(|(from, _)| *from).map(|(_, key)| key)
}

fn renew_of(house: &House, agency: &Agency, key: &dyn Signer) -> Result<usize, PublishError> {
    let mut signed = 0;
    for (number, page) in house.library.pages(&agency.code)? {
        let before = house.press.list(agency.code, number);
        if let Some(before) = &before
            && stands(house, before, page, (agency, number), key)
            && before.agrees(&house.library, &agency.code, number)?
        {
            continue;
        }
        // An older list never takes the place of a newer one: what it does not know of was revoked since.
        let issued = house.moment_after(before.map(|before| before.issued))?;
        let notice = sign(house, (agency, number), page, key, issued)?;
        house.press.notices.rcu(|notices| {
            let mut notices = Notices::clone(notices);
            notices.insert((agency.code, number), Arc::clone(&notice));
            notices
        });
        signed += 1;
    }
    Ok(signed)
}

/// Whether a list says what the library says, by the right key, and will for a while.
fn stands(house: &House, list: &Notice, page: Page, (agency, number): (&Agency, u32), key: &dyn Signer) -> bool {
    let (now, half) = (house.now(), list.issued.duration_until(list.expires) / 2);
    // One that lies ahead, as no clock does that is right, is signed again as soon as it can be.
    let young = list.issued.duration_until(now) < half.min(house.press.rules.renew_after) && !is_ahead(list.issued, now);
    page.changes == list.changes && young && list.key_id == key.verifying_key().id() && list.uri == agency.list_uri(number)
}

fn sign(
    house: &House,
    (agency, number): (&Agency, u32),
    page: Page,
    key: &dyn Signer,
    issued: Timestamp,
) -> Result<Arc<Notice>, ListError> {
    let expires = issued.checked_add(house.press.rules.list_life).unwrap_or(Timestamp::MAX);
    let statuses = list_of(house.library.states(&agency.code, number)?, house.library.unheld(&agency.code, number)?)?;
    let list = sign_list(agency, number, Term { issued, expires }, statuses, key)?;
    // The changes were counted before the states were read: what changed meanwhile is signed the next time.
    let kept = KeptList { changes: page.changes, list };
    let (place, paper) = (KeptList::key(&agency.code, number), kept.encode());
    house.library.commit(|pen| -> Result<(), StoreError> { pen.put_office(Drawer::Lists, &place, &paper) })?;
    let (uri, key_id, held) = (agency.list_uri(number), key.verifying_key().id(), OnceLock::from(()));
    Ok(Arc::new(Notice { file: SignedFile::new(kept.list), uri, key_id, issued, expires, changes: kept.changes, held }))
}
