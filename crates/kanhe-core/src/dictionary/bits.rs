//! Bits into bytes and back, the first bit highest.

/// A string of at most 32 bits: `length` of them, the last one lowest in `value`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Word {
    pub(super) value: u32,
    pub(super) length: u32,
}

/// Reads bits through a window of 64.
pub(super) struct BitReader<'a> {
    rest: &'a [u8],
    /// The bits held, the next one highest; zero below them.
    window: u64,
    held: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> BitReader<'a> {
        BitReader { rest: bytes, window: 0, held: 0 }
    }

    /// Fills the window to 32 bits and more, or with all that is left, and returns how many bits it holds.
    #[inline]
    pub(super) fn refill(&mut self) -> u32 {
        if self.held >= 32 {
            return self.held;
        }
        if let Some((chunk, rest)) = self.rest.split_first_chunk::<4>() {
            self.window |= u64::from(u32::from_be_bytes(*chunk)) << (32 - self.held);
            self.held += 32;
            self.rest = rest;
            return self.held;
        }
        while let Some((byte, rest)) = self.rest.split_first() {
            self.window |= u64::from(*byte) << (56 - self.held);
            self.held += 8;
            self.rest = rest;
        }
        self.held
    }

    /// The next `length` bits, 1 to 32, without taking them; zeros stand for bits beyond those held.
    #[inline]
    pub(super) fn peek(&self, length: u32) -> u32 {
        u32::try_from(self.window >> (64 - length)).unwrap_or(u32::MAX)
    }

    /// Takes the next `length` bits: never more than are held, never all 64.
    #[inline]
    pub(super) fn skip(&mut self, length: u32) {
        self.window <<= length;
        self.held -= length;
    }

    /// Says whether all bits held are ones.
    #[inline]
    pub(super) fn holds_only_ones(&self) -> bool {
        self.window.leading_ones() == self.held
    }
}

/// Writes bits into bytes.
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits not yet written, fewer than 8, the last one lowest.
    pending: u64,
    held: u32,
}

impl BitWriter {
    pub(super) fn new() -> BitWriter {
        BitWriter { bytes: Vec::new(), pending: 0, held: 0 }
    }

    pub(super) fn write(&mut self, word: Word) {
        self.pending = (self.pending << word.length) | u64::from(word.value);
        self.held += word.length;
        while self.held >= 8 {
            self.held -= 8;
            let whole = self.pending >> self.held;
            self.bytes.push(u8::try_from(whole & 0xFF).unwrap_or(u8::MAX));
        }
        self.pending &= (1 << self.held) - 1;
    }

    /// Pads with ones to a whole byte, and returns the bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.held > 0 {
            let length = 8 - self.held;
            self.write(Word { value: (1 << length) - 1, length });
        }
        self.bytes
    }
}
