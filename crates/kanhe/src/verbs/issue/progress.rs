//! How far a table was worked through: its bytes, the rows, their rate, and the time left.

use crate::verbs::Voice;
use crate::words::Language;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of a table: how many rows it has, nobody knows before its end.
pub struct Progress {
    bar: ProgressBar,
    language: Language,
    rows: u64,
}

impl Progress {
    /// A bar for a table of so many bytes; hidden where nobody looks at it.
    pub fn new(size: u64, voice: Voice) -> Self {
        let bar = if voice.json || voice.quiet { ProgressBar::hidden() } else { ProgressBar::new(size) };
        let left = match voice.language {
            Language::Chinese => "{bar:40} {percent:>3} %  {msg}  剩余 {eta}",
            Language::English => "{bar:40} {percent:>3} %  {msg}  {eta} left",
        };
        let style = ProgressStyle::with_template(left).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: bar.with_style(style), language: voice.language, rows: 0 }
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
