//! An open library.

use crate::error::StoreError;
use crate::open::Founding;
use crate::papers::ReadManifest;
use crate::pen::Pen;
use crate::reader::Reader;
use crate::reserved::{Giving, Reserved};
use crate::secret::Keys;
use crate::view::View;
use crate::writer::{Group, Queue, Writer};
use kanhe_core::code::{RegionCode, Uscc};
use kanhe_core::hex::Hex;
use rocksdb::DB;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tracing::Span;

/// What a library may use of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of blocks kept in memory.
    pub cache_bytes: usize,
    /// Bytes of writes kept in memory before they are written out in order.
    pub write_buffer_bytes: usize,
}

impl Default for Settings {
    /// What a small machine can spare: 64 MB to read, 64 MB to write.
    fn default() -> Self {
        Self { cache_bytes: 64 << 20, write_buffer_bytes: 64 << 20 }
    }
}

/// The store of all certificates that a region's agencies have issued (电子证照库), open for reading and writing.
pub struct Library {
    pub(crate) db: Arc<DB>,
    pub(crate) keys: Keys,
    pub(crate) writer: Writer,
    pub(crate) founding: Founding,
    /// The slots that are given out.
    pub(crate) giving: Arc<Giving>,
    /// Why the library is not the one that was published.
    pub(crate) astray: Mutex<Option<&'static str>>,
    /// It was restored only to be read.
    pub(crate) to_read: bool,
    /// What kept applications that are not decided from being found by their holders, when the library was opened.
    pub(crate) misses_open_projects: OnceLock<StoreError>,
    /// The manifest as it was read last.
    pub(crate) read_manifest: Mutex<Option<ReadManifest>>,
}

/// A change that is planned. Nobody may hear of it before it stands.
#[must_use = "what was planned reaches the disk when somebody waits for it"]
pub struct Begun {
    queue: Arc<Queue>,
    group: Group,
    span: Span,
}

impl Begun {
    /// Returns when it is on the disk.
    pub fn stands(self) -> Result<(), StoreError> {
        let Self { queue, group, span } = self;
        let stands = queue.wait_for(group);
        drop(span);
        stands
    }

    /// Leaves word, which is said when it is on the disk, or will never be. It is said by the thread that everybody's writing waits for,
    /// and should be short.
    pub fn tell(self, word: impl FnOnce(Result<(), StoreError>) + Send + 'static) {
        let Self { queue, group, span } = self;
        let word = move |stands| {
            drop(span);
            word(stands);
        };
        queue.tell(group, Box::new(word));
    }
}

impl Library {
    /// The region whose library it is.
    pub const fn region(&self) -> &RegionCode {
        &self.founding.region
    }

    /// The name of its log, with which checkpoints begin.
    pub fn origin(&self) -> &str {
        &self.founding.origin
    }

    /// A value that tells its secret from another, and nothing about it.
    pub(crate) fn fingerprint(&self) -> String {
        Hex(&self.founding.secret).to_string()
    }

    /// Gives out a status slot. One under which nothing is entered is given out again; where the process ends first, after the library was
    /// opened anew, or never if a later one was committed.
    pub fn reserve_slot(&self, agency: &Uscc) -> Result<Reserved, StoreError> {
        self.giving.reserve(agency, &self.keys, || self.next_slot(agency))
    }

    /// A value that tells whether two things are the same; without the library's secret nobody can guess from it what they are.
    pub fn veil(&self, bytes: &[u8]) -> [u8; 16] {
        self.keys.veil(bytes)
    }

    /// Says by its code why the library does not go on from what was published of it, or that it does.
    pub fn hold_astray(&self, code: Option<&'static str>) {
        *self.astray.lock().unwrap_or_else(PoisonError::into_inner) = code;
    }

    /// Why the library does not go on from what was published of it; none where it does, or nobody has looked.
    pub fn astray(&self) -> Option<&'static str> {
        *self.astray.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a write has failed, so that nothing is written any more until the library is opened again.
    pub fn is_broken(&self) -> bool {
        self.writer.is_broken()
    }

    /// Leaves the one word that is said, with the reason, when a write fails and nothing is written any more; at once, if it is so.
    pub fn when_broken(&self, word: impl FnOnce(StoreError) + Send + 'static) {
        self.writer.when_broken(Box::new(word));
    }

    /// Commits one whole change, and returns when it is on the disk. In a library that is astray nothing is: it would be lost.
    ///
    /// The plan reads and writes with a pen, under the writer's lock and over every change that was planned before: it should do nothing
    /// that takes time. If it returns an error, nothing of it is written.
    ///
    /// # Errors
    ///
    /// That of the plan; or the library is astray, or this write or one before it has failed: then nobody knows whether it stands.
    pub fn commit<T, E: From<StoreError>>(&self, plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>) -> Result<T, E> {
        let (answer, begun) = self.begin(plan)?;
        begun.stands()?;
        Ok(answer)
    }

    /// Commits a change likewise, also in a library that is astray: for papers of the office that may be lost with it, and for nothing else.
    ///
    /// Certificates, applications and the log are refused here too while the library is astray.
    pub fn commit_even_astray<T, E: From<StoreError>>(&self, plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>) -> Result<T, E> {
        let (answer, begun) = self.begin_even_astray(plan)?;
        begun.stands()?;
        Ok(answer)
    }

    /// Plans a change as [`Self::commit`] does, for who has something to do until it is on the disk.
    ///
    /// # Errors
    ///
    /// That of the plan; or the library is astray, or a write before it has failed. Whether this one stands, [`Begun`] tells.
    pub fn begin<T, E: From<StoreError>>(&self, plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>) -> Result<(T, Begun), E> {
        self.plan(|pen| {
            self.goes_on()?;
            plan(pen)
        })
    }

    /// Plans a change as [`Self::commit_even_astray`] does, likewise.
    pub fn begin_even_astray<T, E: From<StoreError>>(&self, plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>) -> Result<(T, Begun), E> {
        self.plan(|pen| {
            let done = plan(pen)?;
            if !pen.writes_papers_alone() {
                self.goes_on()?;
            }
            Ok(done)
        })
    }

    /// Refuses a library that is astray. Asked under the writer's lock: whoever waited for it may have waited until it was found out.
    fn goes_on(&self) -> Result<(), StoreError> {
        self.astray().map_or(Ok(()), |code| Err(StoreError::Astray { code }))
    }

    fn plan<T, E: From<StoreError>>(&self, plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>) -> Result<(T, Begun), E> {
        self.may_be_written()?;
        // Followed only where somebody has asked for traces, and nothing but its length is told.
        let span = tracing::trace_span!(target: "kanhe_trace", "commit");
        let (answer, group) = self.writer.plan(&self.db, &self.keys, plan)?;
        Ok((answer, Begun { queue: self.writer.queue(), group, span }))
    }

    /// Plans a change over the library as it stands, and drops the plan.
    pub fn rehearse<T>(&self, plan: impl FnOnce(&mut Pen<'_>) -> T) -> Result<T, StoreError> {
        let (next, size) = crate::writer::counters(&self.db)?;
        let (nothing, edition) = (crate::writes::Writes::default(), OnceLock::new());
        Ok(plan(&mut Pen::new(&self.db, &self.keys, [&nothing, &nothing], size, next, &edition)))
    }

    pub(crate) fn view(&self) -> View<'_> {
        View::of(&self.db)
    }

    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { view: self.view(), keys: &self.keys }
    }
}
