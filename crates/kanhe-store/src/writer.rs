//! The one writer: commits are planned one after the other, and those that wait at the same time reach the disk in one synced batch.
//!
//! A commit is planned under a lock, over everything planned before it: that makes the total order. Then its caller waits for the group
//! that it belongs to; whoever finds no group on its way to the disk takes the open one there. An answer is given only after the sync.
//! If a write fails, nobody knows whether it reached the disk, so nothing is written any more until the library is opened again: what
//! stands then is what stood in whole batches, and opening after a power cut is the same as opening on any morning.

use crate::error::StoreError;
use crate::family::Family;
use crate::faults;
use crate::layout;
use crate::pen::Pen;
use crate::secret::Keys;
use crate::view::{View, Writes, handle};
use kanhe_log::edge::Edge;
use rocksdb::{DB, WriteBatch, WriteOptions};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Where the counters stand in `meta`.
pub(crate) const COUNTERS: &[u8] = b"counters";

/// Plans commits and brings them to the disk.
pub(crate) struct Writer {
    state: Mutex<State>,
    /// Where those wait whose group has an even number, and those whose has an odd one: a group that has come to the disk wakes its own
    /// people, and of the next one only whoever takes it there.
    quays: [Condvar; 2],
}

/// The group of commits that reaches the disk together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group(u64);

struct State {
    /// What is planned and not yet on its way.
    open: Writes,
    /// What is on its way to the disk.
    in_flight: Arc<Writes>,
    /// The log as it will be when `open` is written.
    edge: Edge,
    /// The next certificate's shelfmark.
    next: u64,
    /// The group that is open, and the last that is on the disk.
    group: Group,
    durable: Group,
    flying: bool,
    broken: bool,
}

impl Writer {
    pub(crate) fn new(edge: Edge, next: u64) -> Self {
        let (open, in_flight, group, durable) = (Writes::new(), Arc::default(), Group(1), Group(0));
        let state = State { open, in_flight, edge, next, group, durable, flying: false, broken: false };
        Self { state: Mutex::new(state), quays: [Condvar::new(), Condvar::new()] }
    }

    /// Plans a commit, whose answer is worth nothing before its group is on the disk; a plan that is refused leaves nothing behind.
    pub(crate) fn plan<T, E: From<StoreError>>(
        &self,
        db: &DB,
        keys: &Keys,
        plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>,
    ) -> Result<(T, Group), E> {
        let mut state = self.lock();
        if state.broken {
            return Err(StoreError::Broken.into());
        }
        let in_flight = Arc::clone(&state.in_flight);
        let mut pen = Pen::new(db, keys, [&state.open, &in_flight], state.edge.size(), state.next);
        let answer = plan(&mut pen)?;
        let planned = pen.end();
        for leaf in planned.leaves {
            state.edge.append(leaf);
        }
        state.next = planned.next;
        state.open.extend(planned.writes);
        Ok((answer, state.group))
    }

    /// Returns when a group is on the disk. Whoever finds none on its way takes the open one there.
    pub(crate) fn wait_for(&self, group: Group, db: &DB) -> Result<(), StoreError> {
        let mut state = self.lock();
        loop {
            if state.durable >= group {
                return Ok(());
            }
            if state.broken {
                return Err(StoreError::Broken);
            }
            state = if state.flying { self.quay(group).wait(state).unwrap_or_else(PoisonError::into_inner) } else { self.fly(state, db)? };
        }
    }

    /// Takes the open group to the disk, while others plan the next one.
    fn fly<'s>(&'s self, mut state: MutexGuard<'s, State>, db: &DB) -> Result<MutexGuard<'s, State>, StoreError> {
        let tiles = state.edge.take_changed();
        let counters = minicbor::to_vec((state.next, state.edge.size())).unwrap_or_default();
        state.open.extend(tiles.into_iter().map(|(tile, bytes)| ((Family::Tiles, layout::tile(tile)), Some(bytes))));
        state.open.insert((Family::Meta, COUNTERS.to_vec()), Some(counters));
        let (group, next) = (state.group, Group(state.group.0 + 1));
        let writes = Arc::new(std::mem::take(&mut state.open));
        state.in_flight = Arc::clone(&writes);
        state.group = next;
        state.flying = true;
        drop(state);

        let written = write(db, &writes);

        let mut state = self.lock();
        state.flying = false;
        state.in_flight = Arc::default();
        match written {
            Ok(()) => state.durable = group,
            // What was planned over it counts on it: nothing more is written until the library is opened again.
            Err(_) => state.broken = true,
        }
        self.quay(group).notify_all();
        if state.broken {
            self.quay(next).notify_all();
        } else {
            self.quay(next).notify_one();
        }
        written.map(|()| state)
    }

    fn quay(&self, group: Group) -> &Condvar {
        let [even, odd] = &self.quays;
        if group.0.is_multiple_of(2) { even } else { odd }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A plan that panicked has written nothing: its pen is gone with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes everything in one batch, and returns when it is on the disk.
pub(crate) fn write(db: &DB, writes: &Writes) -> Result<(), StoreError> {
    let mut batch = WriteBatch::default();
    for ((family, key), value) in writes {
        match value {
            Some(value) => batch.put_cf(handle(db, *family)?, key, value),
            None => batch.delete_cf(handle(db, *family)?, key),
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
