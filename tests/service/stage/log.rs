//! The log of every service of the stories: one for the process, as a program has one.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};
use tracing_subscriber::filter::LevelFilter;

/// Everything that is logged; where tests share a process, that of neighbours too, and it may not have anybody's words either.
#[derive(Clone, Default)]
pub struct Pad(Arc<Mutex<Vec<u8>>>);

impl Pad {
    /// The lines so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Pad {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Listens from now on, with as much as whoever came first wants to hear.
pub fn listen(level: LevelFilter) -> Pad {
    static PAD: OnceLock<Pad> = OnceLock::new();
    let begin = || {
        let pad = Pad::default();
        let writer = pad.clone();
        let log = tracing_subscriber::fmt().json().with_max_level(level).with_writer(move || writer.clone()).finish();
        tracing::subscriber::set_global_default(log).unwrap();
        pad
    };
    PAD.get_or_init(begin).clone()
}
