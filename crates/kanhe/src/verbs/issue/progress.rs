//! How far a table was looked through, and worked through: its bytes, the rows, their rate, and the time left.

use crate::failure::Failure;
use crate::verbs::Voice;
use crate::words::Language;
use indicatif::{ProgressBar, ProgressStyle};
use kanhe_issuer::application::Table;
use kanhe_issuer::catalogue::CertificateKind;
use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// Opens a table. One that does not say in which characters it is written is read to its end first, which of a very large one takes a while.
pub fn open<'k>(input: impl Read + Seek + 'k, kind: &'k CertificateKind, voice: Voice) -> Result<Table<'k>, Failure> {
    let mut input = input;
    let size = input.seek(SeekFrom::End(0)).unwrap_or(0);
    let bar = bar(size, voice, "{bar:40} {percent:>3} %  {msg}").with_message(match voice.language {
        Language::Chinese => "初次通读",
        Language::English => "first look",
    });
    let looking = Rc::new(Cell::new(true));
    let watched = Watched { input, bar: bar.clone(), looking: Rc::clone(&looking) };
    let table = Table::open(watched, kind).map_err(|error| Failure::new(error.code(), error));
    looking.set(false);
    bar.finish_and_clear();
    table
}

/// A table whose first look is followed.
struct Watched<R> {
    input: R,
    bar: ProgressBar,
    looking: Rc<Cell<bool>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(bytes)?;
        if self.looking.get() {
            self.bar.inc(u64::try_from(read).unwrap_or(0));
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.input.seek(place)
    }
}

/// A bar over the bytes of a table; hidden where nobody looks at it.
fn bar(size: u64, voice: Voice, template: &str) -> ProgressBar {
    let bar = if voice.json || voice.quiet { ProgressBar::hidden() } else { ProgressBar::new(size) };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A bar over the bytes of a table: how many rows it has, nobody knows before its end.
pub struct Progress {
    bar: ProgressBar,
    language: Language,
    rows: u64,
}

impl Progress {
    /// A bar for a table of so many bytes.
    pub fn new(size: u64, voice: Voice) -> Self {
        let left = match voice.language {
            Language::Chinese => "{bar:40} {percent:>3} %  {msg}  剩余 {eta}",
            Language::English => "{bar:40} {percent:>3} %  {msg}  {eta} left",
        };
        Self { bar: bar(size, voice, left), language: voice.language, rows: 0 }
    }

    /// So many rows more are done, up to a byte of the table.
    pub fn advance(&mut self, rows: usize, position: u64) {
        self.rows = self.rows.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
        let milliseconds = u64::try_from(self.bar.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = self.rows.saturating_mul(1_000) / milliseconds;
        self.bar.set_message(match self.language {
            Language::Chinese => format!("{} 行，每秒 {rate} 行", self.rows),
            Language::English => format!("{} rows, {rate}/s", self.rows),
        });
        self.bar.set_position(position);
    }
}

impl Drop for Progress {
    /// A failure leaves no half of a bar behind.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_counted_until_the_first_look_is_over() {
        let (bar, looking) = (ProgressBar::hidden(), Rc::new(Cell::new(true)));
        let mut watched = Watched { input: io::Cursor::new([7; 10]), bar: bar.clone(), looking: Rc::clone(&looking) };
        watched.read_exact(&mut [0; 6]).unwrap();
        assert_eq!(bar.position(), 6);
        looking.set(false);
        watched.rewind().unwrap();
        watched.read_exact(&mut [0; 10]).unwrap();
        assert_eq!(bar.position(), 6);
    }
}
