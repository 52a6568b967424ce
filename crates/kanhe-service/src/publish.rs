//! What the service publishes: while it holds the library nobody else can open it, so it signs by itself what counters need.
//!
//! Three parts, each by the keys that were unlocked for the service, and each without the others: a part that fails is named by its code and
//! tried again the next time.
//!
//! * `lists`: pages of status slots that have changed, and lists that grow old;
//! * `checkpoint`: the head of the log, when it has grown;
//! * `pack`: the pack that counters have, with the lists of today in it.
//!
//! Before any of them, [`compare`] asks whether the library is still the one that was published: if it is not, nothing is signed.

mod checkpoint;
mod copy;
mod error;
mod lists;
mod pack;

pub use copy::{Copy, compare};
pub use error::{PublishError, Stale};
pub(crate) use lists::newest as newest_list;
pub use lists::{Notice, Notices};
pub use pack::{Parts, rehearse};

use crate::cause::Cause;
use crate::house::{House, Shared};
use crate::measure;
use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::Uscc;
use kanhe_core::envelope::Authentic;
use kanhe_core::manifest::Manifest;
use kanhe_store::{Library, SignedManifest, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// When what is signed again, and for how long it speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long a list stands though nothing in it changed: shorter than any type waits before it turns amber.
    pub renew_after: SignedDuration,
    /// How long a list speaks.
    pub list_life: SignedDuration,
    /// How long a pack speaks.
    pub pack_life: SignedDuration,
    /// From which age on a list is named in `/readyz`.
    pub alarm_after: SignedDuration,
    /// The name of the key that signs packs; none: packs are made elsewhere.
    pub pack_key: Option<String>,
}

/// Keeps a new pack where the next start finds it, or says by its code why not.
pub type Keep = dyn Fn(&[u8]) -> Result<(), Cause> + Send + Sync;

/// What publishes, and what it has published.
pub struct Press {
    rules: Rules,
    keep: Box<Keep>,
    copy: Option<Copy>,
    at_work: Mutex<()>,
    notices: ArcSwap<Notices>,
    last: ArcSwapOption<Report>,
    log_known: ArcSwapOption<Timestamp>,
}

/// How it went, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When.
    pub at: Timestamp,
    /// How many lists were signed.
    pub lists: Result<usize, &'static str>,
    /// The size of a new checkpoint.
    pub checkpoint: Result<Option<u64>, &'static str>,
    /// The epoch of a new pack.
    pub pack: Result<Option<u64>, &'static str>,
}

impl Report {
    /// The parts that failed, each with its code.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let parts = [("lists", self.lists.err()), ("checkpoint", self.checkpoint.err()), ("pack", self.pack.err())];
        parts.into_iter().filter_map(|(part, code)| Some((part, code?)))
    }
}

impl Press {
    /// A press with what the library has kept of earlier days.
    pub fn open(library: &Library, rules: Rules, keep: Box<Keep>) -> Result<Self, StoreError> {
        let notices = ArcSwap::from_pointee(lists::kept(library)?);
        Ok(Self {
            rules,
            keep,
            copy: None,
            at_work: Mutex::new(()),
            notices,
            last: ArcSwapOption::const_empty(),
            log_known: ArcSwapOption::const_empty(),
        })
    }

    /// Keeps every checkpoint a second time, and signs nothing for a library that does not go on from it.
    #[must_use]
    pub fn copying_to(mut self, copy: Copy) -> Self {
        self.copy = Some(copy);
        self
    }

    /// A signed list.
    pub fn list(&self, agency: Uscc, number: u32) -> Option<Arc<Notice>> {
        self.notices.load().get(&(agency, number)).cloned()
    }

    /// All signed lists.
    pub fn notices(&self) -> Arc<Notices> {
        self.notices.load_full()
    }

    /// How it went the last time.
    pub fn last(&self) -> Option<Arc<Report>> {
        self.last.load_full()
    }

    /// When the list that is the oldest was signed; none where there are no lists.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.notices.load().values().map(|notice| notice.issued).min()
    }

    /// Whether packs are signed here, and not elsewhere.
    pub const fn signs_packs(&self) -> bool {
        self.rules.pack_key.is_some()
    }

    /// When the last checkpoint was known to be the whole log; none where this service signs none.
    pub fn log_known(&self) -> Option<Timestamp> {
        self.log_known.load().as_deref().copied()
    }

    /// Names lists that were not signed again in time.
    pub fn freshness(&self, now: Timestamp) -> Result<(), Stale> {
        let age = self.oldest().map_or(SignedDuration::ZERO, |issued| issued.duration_until(now));
        let most = self.rules.alarm_after;
        if age > most { Err(Stale { age, most }) } else { Ok(()) }
    }
}

/// Signs everything that is due, once.
pub fn publish(house: &House) -> Report {
    let press = &house.press;
    // One at a time: two packs of one epoch would be two truths.
    let _turn = press.at_work.lock().unwrap_or_else(PoisonError::into_inner);
    ask_keys(house);
    let (lists, checkpoint, pack) = match compare(house) {
        Ok(()) => (part("lists", lists::renew(house)), part("checkpoint", checkpoint::renew(house)), part("pack", pack::renew(house))),
        Err(code) => {
            // What is wrong has been said once for all three.
            let refused = |name| part_refused(name, code, "the library does not go on from the copy of its checkpoint");
            (Err(refused("lists")), Err(refused("checkpoint")), Err(refused("pack")))
        }
    };
    settle_excuse(house);
    let report = Report { at: house.now(), lists, checkpoint, pack };
    if (report.lists, report.checkpoint, report.pack) != (Ok(0), Ok(None), Ok(None)) {
        let (lists, size, epoch) = (lists.unwrap_or(0), checkpoint.unwrap_or(None), pack.unwrap_or(None));
        tracing::info!(lists, log.size = size, pack.epoch = epoch, "published");
    }
    press.last.store(Some(Arc::new(report.clone())));
    report
}

/// Signs what is due at once and then again and again, until it is dropped.
pub async fn keep_up(house: Shared, every: Duration) {
    loop {
        let house = Arc::clone(&house);
        if tokio::task::spawn_blocking(move || publish(&house)).await.is_err() {
            tracing::error!("publishing panicked");
        }
        tokio::time::sleep(every).await;
    }
}

/// A token that is gone is known before somebody needs it: nobody may issue for days.
fn ask_keys(house: &House) {
    for key in &house.keys {
        if let Err(error) = key.key().answers() {
            tracing::warn!(key.id = %key.key().verifying_key().id(), code = error.code(), "a key does not sign");
        }
    }
}

/// What is published may have been the last that needed an excuse for the clock.
fn settle_excuse(house: &House) {
    // In a library that was set back nothing is written.
    if house.library.astray().is_none()
        && let Err(error) = house.settle_excuse()
    {
        tracing::warn!(code = error.code(), "that an excuse for the clock is used up was not written down");
    }
}

fn part<T>(name: &'static str, done: Result<T, PublishError>) -> Result<T, &'static str> {
    done.map_err(|error| part_refused(name, error.code(), &error.to_string()))
}

fn part_refused(name: &'static str, code: &'static str, detail: &str) -> &'static str {
    measure::publish_failed(name, code);
    tracing::warn!(part = name, code, detail, "a part was not published");
    code
}

/// The manifest that the library works under, as it was signed and as it reads.
fn manifest(library: &Library) -> Result<(SignedManifest, Authentic<Manifest>), PublishError> {
    let Some(signed) = library.manifest()? else {
        library.never_had_manifest()?;
        return Err(PublishError::NoManifest);
    };
    let manifest = signed.open().map_err(StoreError::Manifest)?;
    Ok((signed, manifest))
}
