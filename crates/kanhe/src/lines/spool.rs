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

/// So many bytes may wait while the file takes others: what a busy service says in a second. Whoever has one more to say waits too.
const MOST: usize = 4 << 20;

/// Whether a line may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    AtOnce,
    Soon,
}

/// Lines that wait, in their order, for the file that they go to.
pub struct Spool {
    /// Whoever has the file takes what waits and writes it; nobody who only adds a line waits for the disk.
    file: Mutex<Box<dyn Write + Send>>,
    waiting: Mutex<Waiting>,
    /// There is a line again.
    come: Condvar,
}

struct Waiting {
    lines: Vec<u8>,
    /// Nobody looks after it any more: from now on lines are written as they come.
    left: bool,
}

/// A spool that is looked after; when this is dropped, everything is written.
pub struct Kept {
    spool: Arc<Spool>,
    keeper: Option<JoinHandle<()>>,
}

impl Spool {
    /// Begins to bring lines to a file.
    pub fn begin(file: Box<dyn Write + Send>) -> io::Result<Kept> {
        let waiting = Waiting { lines: Vec::new(), left: false };
        let spool = Arc::new(Self { file: Mutex::new(file), waiting: Mutex::new(waiting), come: Condvar::new() });
        let kept = spool.clone();
        let keeper = Builder::new().name("log".to_owned()).spawn(move || kept.keep())?;
        Ok(Kept { spool, keeper: Some(keeper) })
    }

    pub(super) fn put(&self, line: &[u8], haste: Haste) {
        let mut waiting = self.waiting();
        let first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        // A file that takes no more keeps whoever writes waiting, so that nothing is lost, and memory has a bound.
        let now = haste == Haste::AtOnce || waiting.left || waiting.lines.len() >= MOST;
        drop(waiting);
        if now {
            self.write();
        } else if first {
            self.come.notify_one();
        }
    }

    /// Writes everything that waits, and returns when the file has it.
    fn write(&self) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut self.waiting().lines);
        // Whoever has closed the other end wants no log.
        let _ = file.write_all(&lines);
    }

    fn keep(&self) {
        loop {
            let mut waiting = self.waiting();
            while waiting.lines.is_empty() && !waiting.left {
                waiting = self.come.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            if waiting.left {
                return;
            }
            drop(waiting);
            std::thread::sleep(PATIENCE);
            self.write();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
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
        self.spool.waiting().left = true;
        self.spool.write();
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
        let (line, count) = ([b'x'; 1_024], 3 * MOST / 1_024);
        (0..count).for_each(|_| kept.spool().put(&line, Haste::Soon));
        assert!(paper.text().len() >= 2 * MOST);
    }

    /// A file whose disk is busy until somebody lets it go on.
    struct Busy(Arc<Mutex<()>>, Paper);

    impl Write for Busy {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            drop(self.0.lock());
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_adds_a_line_does_not_wait_for_a_busy_disk() {
        let (disk, paper) = (Arc::new(Mutex::new(())), Paper::default());
        let kept = Spool::begin(Box::new(Busy(disk.clone(), paper.clone()))).unwrap();
        let busy = disk.lock().unwrap();
        for line in [b"one\n", b"two\n"] {
            kept.spool().put(line, Haste::Soon);
            // By then the first is on its way, and its file is held.
            std::thread::sleep(2 * PATIENCE);
        }
        assert_eq!(paper.text(), "");
        drop(busy);
        drop(kept);
        assert_eq!(paper.text(), "one\ntwo\n");
    }
}
