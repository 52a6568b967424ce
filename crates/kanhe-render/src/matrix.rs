//! A text as a square of dark and light modules.

use std::iter;

use qrcode::EcLevel;
use qrcode::bits::Bits;
use qrcode::types::Version;

use crate::error::DrawError;
use crate::segments::Segments;

/// The largest QR version: 177 × 177 modules.
const LARGEST_VERSION: u8 = 40;

/// How much of a code may be lost before it can no longer be read; the two levels fit for paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// About 15 % may be lost: the level of every certificate.
    #[default]
    M,
    /// About 25 % may be lost: for rough surfaces, at the price of a denser code.
    Q,
}

impl Level {
    fn letter(self) -> char {
        match self {
            Self::M => 'M',
            Self::Q => 'Q',
        }
    }

    fn ec(self) -> EcLevel {
        match self {
            Self::M => EcLevel::M,
            Self::Q => EcLevel::Q,
        }
    }
}

/// A QR code: a square of modules in the smallest version that holds its text.
///
/// Texts that end in digits, such as `https://example.gov.cn/#0012345`, are written as one byte segment and one numeric segment.
///
/// ```
/// use kanhe_render::{Level, QrCode};
/// let code = QrCode::draw("https://example.gov.cn/#00123456789012345", Level::M)?;
/// assert_eq!((code.version(), code.modules()), (3, 29));
/// # Ok::<(), kanhe_render::DrawError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct QrCode {
    version: u8,
    dark: Vec<bool>,
}

// A QR text may hold a person's data, so neither the text nor the modules that spell it are printed.
impl std::fmt::Debug for QrCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QrCode(version {})", self.version)
    }
}

impl QrCode {
    /// Draws `text` at `level` in the smallest version that holds it.
    ///
    /// # Errors
    /// [`DrawError::TextEmpty`], or [`DrawError::TextTooLong`] when version 40 does not hold it.
    pub fn draw(text: &str, level: Level) -> Result<Self, DrawError> {
        let version = smallest_version(text, level)?;
        let drawn = Segments::new(text).write(version).and_then(|mut bits| {
            bits.push_terminator(level.ec())?;
            qrcode::QrCode::with_bits(bits, level.ec())
        });
        let dark = drawn
            .expect("a version that holds the bits draws them") // safe: `smallest_version` counts the very bits that are written, a test compares the two
            .into_colors()
            .into_iter()
            .map(|colour| colour == qrcode::Color::Dark)
            .collect();
        Ok(Self { version, dark })
    }

    /// Returns the version, from 1 (21 × 21 modules) to 40 (177 × 177).
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Returns the number of modules on one side, without the quiet zone.
    #[must_use]
    pub fn modules(&self) -> u32 {
        17 + 4 * u32::from(self.version)
    }

    /// Tells whether the module in column `x`, row `y` is dark; everything outside the code is light.
    #[must_use]
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        let side = self.modules();
        let inside = x < side && y < side;
        inside && usize::try_from(y * side + x).ok().and_then(|at| self.dark.get(at)).is_some_and(|dark| *dark)
    }

    /// Returns the rows of the code from the top, each as its modules from the left; `true` is dark.
    pub fn rows(&self) -> impl Iterator<Item = &[bool]> {
        let side = 17 + 4 * usize::from(self.version);
        self.dark.chunks(side)
    }

    /// Returns the rows with `quiet` light modules on each of the four sides.
    pub(crate) fn quiet_rows(&self, quiet: usize) -> impl Iterator<Item = Vec<bool>> {
        let side = 17 + 4 * usize::from(self.version) + 2 * quiet;
        let blank = move || iter::repeat_with(move || vec![false; side]).take(quiet);
        let padded = self.rows().map(move |row| [&vec![false; quiet], row, &vec![false; quiet]].concat());
        blank().chain(padded).chain(blank())
    }
}

/// Returns the smallest version that holds `text` at `level`, without drawing it.
///
/// This costs well under a microsecond, where drawing costs milliseconds: it is the question that issuing asks of every seal.
///
/// # Errors
/// [`DrawError::TextEmpty`], or [`DrawError::TextTooLong`] when version 40 does not hold it.
pub fn smallest_version(text: &str, level: Level) -> Result<u8, DrawError> {
    if text.is_empty() {
        return Err(DrawError::TextEmpty);
    }
    let segments = Segments::new(text);
    (1..=LARGEST_VERSION).find(|version| segments.bits(*version) <= capacity(*version, level)).ok_or_else(|| DrawError::TextTooLong {
        bits: segments.bits(LARGEST_VERSION),
        limit: capacity(LARGEST_VERSION, level),
        level: level.letter(),
    })
}

/// The number of data bits that a version holds at a level (ISO/IEC 18004 table 7).
fn capacity(version: u8, level: Level) -> usize {
    Bits::new(Version::Normal(version.into())).max_len(level.ec()).expect("versions 1 to 40 have a capacity") // safe: both callers stay within 1..=LARGEST_VERSION
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_texts_of_the_standard_fit_and_one_digit_more_does_not() {
        // ISO/IEC 18004 table 7, numeric mode.
        let rows = [
            (Level::M, 1, 34),
            (Level::Q, 1, 27),
            (Level::M, 10, 513),
            (Level::Q, 10, 364),
            (Level::M, 15, 991),
            (Level::M, 40, 5596),
            (Level::Q, 40, 3993),
        ];
        for (level, version, digits) in rows {
            assert_eq!(smallest_version(&"7".repeat(digits), level), Ok(version), "{level:?} {digits}");
            assert_ne!(smallest_version(&"7".repeat(digits + 1), level), Ok(version), "{level:?} {digits}");
        }
    }

    #[test]
    fn a_text_too_long_for_version_40_is_refused_with_both_sides() {
        let error = QrCode::draw(&"7".repeat(5597), Level::M).unwrap_err();
        assert_eq!(error, DrawError::TextTooLong { bits: 18_675, limit: 18_672, level: 'M' });
        assert_eq!(error.code(), "qr_text_too_long");
    }

    #[test]
    fn an_empty_text_is_refused() {
        assert_eq!(QrCode::draw("", Level::M), Err(DrawError::TextEmpty));
        assert_eq!(DrawError::TextEmpty.code(), "qr_text_empty");
    }

    #[test]
    fn digits_behind_a_url_cost_a_third_of_their_bytes() {
        let url = |digits, end| format!("https://example.gov.cn/#{}{end}", "7".repeat(digits));
        assert_eq!(smallest_version(&url(450, ""), Level::M), Ok(10));
        assert_eq!(smallest_version(&url(451, ""), Level::M), Ok(11));
        assert_eq!(smallest_version(&url(450, "x"), Level::M), Ok(17));
    }

    #[test]
    fn modules_outside_the_code_are_light() {
        let code = QrCode::draw("12345", Level::M).unwrap();
        assert!(code.is_dark(0, 0), "the corner of the finder pattern");
        assert!(!code.is_dark(21, 0) && !code.is_dark(0, 21) && !code.is_dark(u32::MAX, u32::MAX));
    }

    #[test]
    fn a_code_does_not_print_what_it_spells() {
        assert_eq!(format!("{:?}", QrCode::draw("12345", Level::M).unwrap()), "QrCode(version 1)");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_version_foretold_is_the_version_drawn(text in "(https://[a-z]{1,30}/#)?[0-9]{1,900}|.{1,80}", q in any::<bool>()) {
            let level = if q { Level::Q } else { Level::M };
            let code = QrCode::draw(&text, level).unwrap();
            prop_assert_eq!(code.version(), smallest_version(&text, level).unwrap());
            prop_assert_eq!(code.rows().count(), usize::try_from(code.modules()).unwrap());
        }
    }
}
