//! Where lines wait for one another.
//!
//! Of a process that is killed, those are lost that waited: the lines of some milliseconds, none of them a warning or an error. What has to
//! outlive the process does not stand in a log.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// So long a line waits.
const PATIENCE: Duration = Duration::from_millis(20);

/// When so many bytes wait, nobody waits for more.
const ENOUGH: usize = 64 << 10;

/// Whether a line may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    AtOnce,
    Soon,
}

/// Lines that wait, in their order, for the file that they go to.
pub struct Spool {
    waiting: Mutex<Waiting>,
    /// There is a line again.
    come: Condvar,
}

struct Waiting {
    lines: Vec<u8>,
    file: Box<dyn Write + Send>,
    /// Nobody looks after it any more: from now on lines are written as they come.
    left: bool,
}

impl Waiting {
    fn write(&mut self) {
        // Whoever has closed the other end wants no log.
        let _ = self.file.write_all(&self.lines);
        self.lines.clear();
    }
}

/// A spool that is looked after; when this is dropped, everything is written.
pub struct Kept {
    spool: Arc<Spool>,
    keeper: Option<JoinHandle<()>>,
}

impl Spool {
    /// Begins to bring lines to a file.
    pub fn begin(file: Box<dyn Write + Send>) -> io::Result<Kept> {
        let waiting = Waiting { lines: Vec::with_capacity(ENOUGH), file, left: false };
        let spool = Arc::new(Self { waiting: Mutex::new(waiting), come: Condvar::new() });
        let kept = spool.clone();
        let keeper = Builder::new().name("log".to_owned()).spawn(move || kept.keep())?;
        Ok(Kept { spool, keeper: Some(keeper) })
    }

    pub(super) fn put(&self, line: &[u8], haste: Haste) {
        let mut waiting = self.lock();
        let first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        if haste == Haste::AtOnce || waiting.left || waiting.lines.len() >= ENOUGH {
            // A file that takes no more keeps whoever writes waiting, so that nothing is lost, and memory has a bound.
            waiting.write();
        } else if first {
            self.come.notify_one();
        }
    }

    fn keep(&self) {
        loop {
            let mut waiting = self.lock();
            while waiting.lines.is_empty() && !waiting.left {
                waiting = self.come.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            if waiting.left {
                return;
            }
            drop(waiting);
            std::thread::sleep(PATIENCE);
            self.lock().write();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Where lines are put.
    pub fn spool(&self) -> Arc<Spool> {
        self.spool.clone()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut waiting = self.spool.lock();
        waiting.left = true;
        waiting.write();
        drop(waiting);
        self.spool.come.notify_one();
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file that can be read while it is written.
    #[derive(Clone, Default)]
    pub struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Paper {
        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_in_haste_takes_along_what_waits_before_it() {
        let paper = Paper::default();
        let kept = Spool::begin(Box::new(paper.clone())).unwrap();
        let spool = kept.spool();
        spool.put(b"one\n", Haste::Soon);
        spool.put(b"two\n", Haste::AtOnce);
        assert_eq!(paper.text(), "one\ntwo\n");
    }

    #[test]
    fn a_line_that_may_wait_is_written_by_itself() {
        let paper = Paper::default();
        let kept = Spool::begin(Box::new(paper.clone())).unwrap();
        kept.spool().put(b"one\n", Haste::Soon);
        let written = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            paper.text() == "one\n"
        });
        assert!(written);
    }

    #[test]
    fn nothing_is_lost_when_nobody_looks_after_it_any_more() {
        let paper = Paper::default();
        let kept = Spool::begin(Box::new(paper.clone())).unwrap();
        let spool = kept.spool();
        spool.put(b"before\n", Haste::Soon);
        drop(kept);
        assert_eq!(paper.text(), "before\n");
        spool.put(b"after\n", Haste::Soon);
        assert_eq!(paper.text(), "before\nafter\n");
    }

    #[test]
    fn no_more_waits_than_has_room() {
        let paper = Paper::default();
        let kept = Spool::begin(Box::new(paper.clone())).unwrap();
        let (line, count) = ([b'x'; 1_024], 3 * ENOUGH / 1_024);
        (0..count).for_each(|_| kept.spool().put(&line, Haste::Soon));
        assert!(paper.text().len() >= 2 * ENOUGH);
    }
}
