//! Text of a fixed length in ASCII: what most codes of the field are.

use std::fmt;
use std::ops::Range;

/// Counting stops here, so that a megabyte in a code's column costs no more than a line of it; it exceeds every length we expect.
const COUNTED: usize = 128;

/// Counts the characters of a text, no further than 128.
pub(super) fn length_of(text: &str) -> usize {
    text.chars().take(COUNTED).count()
}

/// Finds the first character that `allowed` refuses, with its place counted from 1.
pub(super) fn first_outside(text: &str, allowed: impl Fn(char) -> bool) -> Option<(usize, char)> {
    (1..).zip(text.chars()).find(|&(_, c)| !allowed(c))
}

/// Says whether a character is one of `0-9A-Z`.
pub(super) fn is_upper_alphanumeric(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase()
}

/// Exactly `N` ASCII characters, held in place: a code is copied, compared and hashed without touching the heap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    pub(super) fn new(text: &str) -> Option<Self> {
        let bytes = <[u8; N]>::try_from(text.as_bytes()).ok()?;
        bytes.is_ascii().then_some(Self(bytes))
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII is UTF-8") // safe: `new` admits ASCII only
    }

    /// Shows the characters of a range that lies within `N`.
    pub(super) fn part(&self, range: Range<usize>) -> &str {
        self.as_str().get(range).expect("within N") // safe: every caller names its range by constants of the standard, all within N
    }
}

impl<const N: usize> fmt::Debug for Ascii<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
