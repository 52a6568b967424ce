//! The one writer, by group commit: commits are planned one after the other, and those that wait at the same time reach the disk in one
//! synced batch.
//!
//! A commit is planned under a lock, over everything planned before it: that makes the total order. It belongs to the group that is open.
//! Whoever planned it waits for the group, or leaves a callback and goes. A thread of its own, the flusher, writes the group when somebody
//! waits for it and the one before is written; meanwhile the next group gathers. An answer is given only after the sync.
//! If a write fails, nobody knows whether it reached the disk, so nothing is written any more until the library is opened again: what
//! stands then is what stood in whole batches, and opening after a power cut is the same as opening on any morning.

use crate::error::StoreError;
use crate::family::Family;
use crate::faults;
use crate::layout;
use crate::papers::takes_up;
use crate::pen::Pen;
use crate::secret::Keys;
use crate::view::{View, handle};
use crate::writes::Writes;
use kanhe_core::wire;
use kanhe_log::edge::Edge;
use rocksdb::{DB, WriteBatch, WriteOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Where the counters stand in `meta`.
pub(crate) const COUNTERS: &[u8] = b"counters";

/// Plans commits and brings them to the disk.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    flusher: Option<JoinHandle<()>>,
}

/// The group of commits that reaches the disk together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group(u64);

/// What is called when a group is on the disk, or will never be.
pub(crate) type Callback = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What is called when a write has failed, and nothing is written any more.
type BrokenCallback = Box<dyn FnOnce(StoreError) + Send>;

/// The group that gathers, the one that is being written, and who waits for them.
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Where the flusher waits until somebody waits for a group.
    wanted: Condvar,
}

struct State {
    /// What is planned and not yet on its way.
    open: Writes,
    /// What is on its way to the disk.
    in_flight: Arc<Writes>,
    /// The log as it will be when `open` is written.
    edge: Edge,
    /// The next certificate's shelfmark.
    next: u64,
    /// The edition of the manifest that the next plan finds, once one has asked for it.
    edition: OnceLock<Option<u32>>,
    /// The group that is open, and the last that is on the disk.
    group: Group,
    durable: Group,
    /// Somebody waits for the open group.
    wanted: bool,
    /// What is called for which group.
    callbacks: Vec<(Group, Callback)>,
    /// The group that was not written, and why.
    failure: Option<(Group, StoreError)>,
    /// Who wants to know of the failure, if he was not told yet.
    on_broken: Option<BrokenCallback>,
    closing: bool,
}

impl State {
    /// What has become of a group; nothing as long as it gathers or is on its way.
    fn fate(&self, group: Group) -> Option<Result<(), StoreError>> {
        match &self.failure {
            _ if self.durable >= group => Some(Ok(())),
            Some((failure, error)) if *failure == group => Some(Err(error.clone())),
            Some(_) => Some(Err(StoreError::Broken)),
            None => None,
        }
    }

    /// What is to be called now that a write has failed, and with which error; none where none has, or it was called.
    fn take_on_broken(&mut self) -> Option<(BrokenCallback, StoreError)> {
        let (_, error) = self.failure.as_ref()?;
        Some((self.on_broken.take()?, error.clone()))
    }
}

impl Writer {
    pub(crate) fn begin(db: Arc<DB>, edge: Edge, next: u64) -> Result<Self, StoreError> {
        Self::flushed_by(edge, next, move |writes| write(&db, writes))
    }

    /// Plans commits, and lets this bring each group to the disk.
    fn flushed_by(edge: Edge, next: u64, write: impl Fn(&Writes) -> Result<(), StoreError> + Send + 'static) -> Result<Self, StoreError> {
        let (open, in_flight, group, durable) = (Writes::default(), Arc::default(), Group(1), Group(0));
        let (wanted, callbacks, failure, on_broken, closing) = (false, Vec::new(), None, None, false);
        let state = Mutex::new(State {
            open,
            in_flight,
            edge,
            next,
            edition: OnceLock::new(),
            group,
            durable,
            wanted,
            callbacks,
            failure,
            on_broken,
            closing,
        });
        let queue = Arc::new(Queue { state, wanted: Condvar::new() });
        let flusher = Flusher(Arc::clone(&queue));
        let flusher = Builder::new().name("kanhe-flusher".to_owned()).spawn(move || flusher.go(write));
        let flusher = flusher.map_err(|error| StoreError::Database { detail: error.to_string() })?;
        Ok(Self { queue, flusher: Some(flusher) })
    }

    /// Plans a commit, whose answer is worth nothing before its group is on the disk; a plan that is refused leaves nothing behind.
    pub(crate) fn plan<T, E: From<StoreError>>(
        &self,
        db: &DB,
        keys: &Keys,
        plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>,
    ) -> Result<(T, Group), E> {
        let mut state = self.queue.lock();
        if state.failure.is_some() {
            return Err(StoreError::Broken.into());
        }
        let in_flight = Arc::clone(&state.in_flight);
        let mut pen = Pen::new(db, keys, [&state.open, &in_flight], state.edge.size(), state.next, &state.edition);
        let answer = plan(&mut pen)?;
        let planned = pen.end();
        for leaf in planned.leaves {
            state.edge.append(leaf);
        }
        state.next = planned.next;
        if takes_up(&planned.writes) {
            state.edition = OnceLock::new();
        }
        state.open.extend(planned.writes);
        Ok((answer, state.group))
    }

    pub(crate) fn queue(&self) -> Arc<Queue> {
        Arc::clone(&self.queue)
    }

    /// Whether a write has failed, so that nothing is written any more.
    pub(crate) fn is_broken(&self) -> bool {
        self.queue.lock().failure.is_some()
    }

    /// Leaves the one callback for a write that fails; it is called at once if one has.
    pub(crate) fn when_broken(&self, callback: BrokenCallback) {
        let mut state = self.queue.lock();
        match &state.failure {
            None => state.on_broken = Some(callback),
            Some((_, error)) => {
                let error = error.clone();
                drop(state);
                callback(error);
            }
        }
    }
}

impl Drop for Writer {
    /// What nobody waits for was never answered, and is not written.
    fn drop(&mut self) {
        self.queue.lock().closing = true;
        self.queue.wanted.notify_one();
        if let Some(flusher) = self.flusher.take() {
            let _ = flusher.join();
        }
    }
}

/// What brings groups to the disk. However it ends, nobody is left waiting for it.
struct Flusher(Arc<Queue>);

impl Flusher {
    fn go(self, write: impl Fn(&Writes) -> Result<(), StoreError>) {
        while let Some((group, writes)) = self.0.take_group() {
            self.0.finish(group, write(&writes));
        }
    }
}

impl Drop for Flusher {
    /// Also where a write has panicked: who waits would wait for ever.
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Queue {
    /// Returns when a group is on the disk.
    ///
    /// Each who waits is woken by itself: a crowd that is woken together would stand in line for the lock that the next plans need.
    pub(crate) fn wait_for(&self, group: Group) -> Result<(), StoreError> {
        let (sender, heard) = sync_channel(1);
        self.tell(group, Box::new(move |fate| sender.send(fate).unwrap_or_default()));
        // The flusher leaves no callback uncalled.
        heard.recv().unwrap_or(Err(StoreError::Broken))
    }

    /// Calls back when a group is on the disk, or will never be; at once, if that is known.
    pub(crate) fn tell(&self, group: Group, callback: Callback) {
        let mut state = self.lock();
        match state.fate(group) {
            Some(fate) => {
                drop(state);
                callback(fate);
            }
            None => {
                state.callbacks.push((group, callback));
                self.want(&mut state, group);
            }
        }
    }

    fn want(&self, state: &mut State, group: Group) {
        if group == state.group && !state.wanted {
            state.wanted = true;
            self.wanted.notify_one();
        }
    }

    /// The group that somebody waits for, and what it writes; others plan the next one from now on. None when there is nothing more to do.
    fn take_group(&self) -> Option<(Group, Arc<Writes>)> {
        let mut state = self.lock();
        while !state.wanted && !state.closing {
            state = self.wanted.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.wanted || state.failure.is_some() {
            return None;
        }
        let tiles = state.edge.take_changed();
        let counters = wire::to_vec(&(state.next, state.edge.size()));
        for (tile, bytes) in tiles {
            state.open.put(Family::Tiles, layout::tile(tile), Some(bytes));
        }
        state.open.put(Family::Meta, COUNTERS.to_vec(), Some(counters));
        let group = state.group;
        let writes = Arc::new(std::mem::take(&mut state.open));
        state.in_flight = Arc::clone(&writes);
        state.group = Group(group.0 + 1);
        state.wanted = false;
        Some((group, writes))
    }

    fn finish(&self, group: Group, written: Result<(), StoreError>) {
        let mut state = self.lock();
        state.in_flight = Arc::default();
        match written {
            Ok(()) => state.durable = group,
            // What was planned over it counts on it: nothing more is written until the library is opened again.
            Err(error) => state.failure = Some((group, error)),
        }
        let (mut told, mut later) = (Vec::new(), Vec::new());
        for (of, callback) in std::mem::take(&mut state.callbacks) {
            match state.fate(of) {
                Some(fate) => told.push((callback, fate)),
                None => later.push((of, callback)),
            }
        }
        state.callbacks = later;
        let on_broken = state.take_on_broken();
        drop(state);
        told.into_iter().for_each(|(callback, fate)| call(|| callback(fate)));
        on_broken.into_iter().for_each(|(callback, error)| call(|| callback(error)));
    }

    /// Tells everybody who still waits, or ever will, that no group goes any more.
    fn close(&self) {
        let mut state = self.lock();
        let group = state.group;
        state.failure.get_or_insert((group, StoreError::Broken));
        let callbacks = std::mem::take(&mut state.callbacks);
        // A library that is shut is not broken.
        let on_broken = if state.closing { None } else { state.take_on_broken() };
        drop(state);
        callbacks.into_iter().for_each(|(_, callback)| call(|| callback(Err(StoreError::Broken))));
        on_broken.into_iter().for_each(|(callback, error)| call(|| callback(error)));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A plan that panicked has written nothing: its pen is gone with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls back on the flusher; a callback that panics takes neither the flusher nor the callbacks behind it along.
fn call(callback: impl FnOnce()) {
    // The panic was told where it happened, and what it has left half done is the caller's alone.
    let _ = catch_unwind(AssertUnwindSafe(callback));
}

/// Writes everything in one batch, and returns when it is on the disk.
pub(crate) fn write(db: &DB, writes: &Writes) -> Result<(), StoreError> {
    let mut batch = WriteBatch::with_capacity_bytes(writes.bytes());
    for (family, entries) in writes.by_family() {
        let family = handle(db, family)?;
        for (key, value) in entries {
            match value {
                Some(value) => batch.put_cf(family, key, value),
                None => batch.delete_cf(family, key),
            }
        }
    }
    let mut options = WriteOptions::default();
    options.set_sync(true);
    faults::pass(|| Ok(db.write_opt(batch, &options)?))
}

/// What stands on the disk: the next shelfmark and the size of the log.
pub(crate) fn counters(db: &DB) -> Result<(u64, u64), StoreError> {
    match View::of(db).get(Family::Meta, COUNTERS)? {
        Some(bytes) => crate::record::read(Family::Meta, &bytes),
        None => Ok((0, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::time::Duration;

    /// What a group is answered that is asked for while its write goes on: the one on its way, and the one behind it.
    fn answers(write: impl Fn() -> Result<(), StoreError> + Send + 'static) -> [Result<(), StoreError>; 2] {
        let (first, second) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (began, may_end) = (Arc::clone(&first), Arc::clone(&second));
        let writer = Writer::flushed_by(Edge::empty(), 0, move |_| {
            began.wait();
            may_end.wait();
            write()
        })
        .unwrap();
        let queue = writer.queue();
        let waits = |group| {
            let (queue, (sender, heard)) = (Arc::clone(&queue), sync_channel(1));
            queue.tell(Group(group), Box::new(move |fate| sender.send(fate).unwrap()));
            heard
        };
        let on_its_way = waits(1);
        first.wait();
        let behind = waits(2);
        second.wait();
        [on_its_way, behind].map(|heard| heard.recv_timeout(Duration::from_secs(10)).expect("somebody was left waiting"))
    }

    #[test]
    fn nobody_waits_for_ever_for_a_flusher_that_panics() {
        assert_eq!(answers(|| panic!("as a test has it")), [Err(StoreError::Broken), Err(StoreError::Broken)]);
    }

    #[test]
    fn a_write_that_fails_is_told_to_its_group_and_to_those_behind_it() {
        assert_eq!(answers(|| Err(StoreError::DiskFull)), [Err(StoreError::DiskFull), Err(StoreError::Broken)]);
    }

    #[test]
    fn who_wants_to_know_that_nothing_is_written_any_more_hears_it_once_and_why() {
        let (sender, heard) = sync_channel(2);
        let leave = |writer: &Writer| {
            let sender = sender.clone();
            writer.when_broken(Box::new(move |error| sender.send(error).unwrap()));
        };
        let writer = Writer::flushed_by(Edge::empty(), 0, |_| Err(StoreError::DiskFull)).unwrap();
        leave(&writer);
        assert!(!writer.is_broken());
        assert_eq!(writer.queue().wait_for(Group(1)), Err(StoreError::DiskFull));
        assert_eq!((heard.recv_timeout(Duration::from_secs(10)), writer.is_broken()), (Ok(StoreError::DiskFull), true));
        leave(&writer);
        assert_eq!(heard.try_recv(), Ok(StoreError::DiskFull), "who comes later is told at once");
        drop(writer);
        let panics = Writer::flushed_by(Edge::empty(), 0, |_| panic!("as a test has it")).unwrap();
        leave(&panics);
        assert_eq!(panics.queue().wait_for(Group(1)), Err(StoreError::Broken));
        assert_eq!(heard.recv_timeout(Duration::from_secs(10)), Ok(StoreError::Broken));
        drop(panics);
        let well = Writer::flushed_by(Edge::empty(), 0, |_| Ok(())).unwrap();
        leave(&well);
        drop(well);
        assert!(heard.try_recv().is_err(), "a library that is shut is not broken");
    }

    #[test]
    fn a_callback_that_panics_takes_no_other_along() {
        let writer = Writer::flushed_by(Edge::empty(), 0, |_| Ok(())).unwrap();
        let (queue, (sender, heard)) = (writer.queue(), sync_channel(1));
        queue.tell(Group(9), Box::new(|_| panic!("as a test has it")));
        queue.tell(Group(9), Box::new(move |fate| sender.send(fate).unwrap()));
        assert_eq!(queue.wait_for(Group(1)), Ok(()));
        drop(writer);
        assert_eq!(heard.recv().unwrap(), Err(StoreError::Broken));
    }
}
