//! Seeded dice (SplitMix64), so that the samples are the same everywhere.

use jiff::ToSpan;
use jiff::civil::Date;

pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`.
    pub(super) fn number(&mut self, least: u64, most: u64) -> u64 {
        least + self.roll() % (most - least + 1)
    }

    /// True once in `times`.
    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.number(1, times) == 1
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let place = self.number(0, u64::try_from(from.len()).unwrap_or(1) - 1);
        usize::try_from(place).ok().and_then(|place| from.get(place).copied()).expect("a place within") // safe: the number is below the length, and no list here is empty
    }

    /// Some of a list, in its order, at least one.
    pub(super) fn some<'a>(&mut self, from: &[&'a str], most: usize) -> Vec<&'a str> {
        let mut some: Vec<&str> = from.iter().copied().filter(|_| self.once_in(3)).take(most).collect();
        if some.is_empty() {
            some.push(self.pick(from));
        }
        some
    }

    /// A day from one to another, both included.
    pub(super) fn day(&mut self, first: Date, last: Date) -> Date {
        let days = first.until(last).map_or(0, |span| span.get_days());
        let ahead = self.number(0, u64::try_from(days).unwrap_or(0));
        first.saturating_add(i64::try_from(ahead).unwrap_or(0).days())
    }

    /// So many digits.
    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.number(0, 9).to_string()).collect()
    }
}
