//! Where in a picture there is anything to see.
//!
//! A sheet that was scanned whole is mostly blank. Every view of it would cost as much as a sheet full of print, and show nothing more.

use image::{GrayImage, imageops};

/// Contrast is looked for within squares of so many pixels, and between one and the next.
const SQUARE: usize = 16;
/// What differs by less is paper: even the most faded print differs from it by more.
const LEAST_CONTRAST: u8 = 8;
/// What differs by less than this part of the greatest contrast is paper too, beside what is printed on it.
const PART: u8 = 8;
/// So much paper is left around what is printed: more than the quiet zone of a code with the largest modules that are printed.
const MARGIN: u32 = 64;

/// The darkest and the lightest of some pixels.
#[derive(Clone, Copy)]
struct Tones {
    darkest: u8,
    lightest: u8,
}

impl Tones {
    const NONE: Self = Self { darkest: u8::MAX, lightest: 0 };

    fn of(pixels: &[u8]) -> Self {
        let tones = |tones: Self, pixel: &u8| Self { darkest: tones.darkest.min(*pixel), lightest: tones.lightest.max(*pixel) };
        pixels.iter().fold(Self::NONE, tones)
    }

    fn and(self, other: Self) -> Self {
        Self { darkest: self.darkest.min(other.darkest), lightest: self.lightest.max(other.lightest) }
    }

    const fn contrast(self) -> u8 {
        self.lightest.saturating_sub(self.darkest)
    }
}

/// The part of a picture in which something is printed, with paper around it; the whole, where that is most of it, and none of a blank one.
pub(super) fn printed(luma: GrayImage) -> Option<GrayImage> {
    let (width, height) = luma.dimensions();
    let squares = squares(&luma);
    let whole = squares.iter().flatten().fold(Tones::NONE, |one, other| one.and(*other));
    if whole.contrast() < LEAST_CONTRAST {
        return None;
    }
    let least = (whole.contrast() / PART).max(LEAST_CONTRAST);
    let (mut columns, mut rows) = (Span::default(), Span::default());
    for (row, line) in squares.iter().enumerate() {
        let below = squares.get(row + 1).unwrap_or(line);
        let right = line.iter().skip(1).chain(line.last());
        for (column, ((one, right), below)) in line.iter().zip(right).zip(below).enumerate() {
            if one.and(*right).and(*below).contrast() >= least {
                columns.take(column);
                rows.take(row);
            }
        }
    }
    let ((left, across), (top, down)) = (columns.pixels(width)?, rows.pixels(height)?);
    let is_most = 2 * u64::from(across) * u64::from(down) > u64::from(width) * u64::from(height);
    Some(if is_most { luma } else { imageops::crop_imm(&luma, left, top, across, down).to_image() })
}

/// The tones of each square, row by row.
fn squares(luma: &GrayImage) -> Vec<Vec<Tones>> {
    let width = usize::try_from(luma.width()).unwrap_or(usize::MAX).max(1);
    let band = |band: &[u8]| {
        let mut tones = vec![Tones::NONE; width.div_ceil(SQUARE)];
        for row in band.chunks(width) {
            for (tones, pixels) in tones.iter_mut().zip(row.chunks(SQUARE)) {
                *tones = tones.and(Tones::of(pixels));
            }
        }
        tones
    };
    luma.as_raw().chunks(width.saturating_mul(SQUARE)).map(band).collect()
}

/// From the first to the last of some squares of a row or column.
#[derive(Clone, Copy, Default)]
struct Span {
    found: Option<(usize, usize)>,
}

impl Span {
    fn take(&mut self, place: usize) {
        let (first, last) = self.found.unwrap_or((place, place));
        self.found = Some((first.min(place), last.max(place)));
    }

    /// Where it begins in a side of so many pixels, and how long it is, with its margins. The last square reaches into the next.
    fn pixels(self, side: u32) -> Option<(u32, u32)> {
        let (first, last) = self.found?;
        let pixel = |square: usize| u32::try_from(square.saturating_mul(SQUARE)).unwrap_or(u32::MAX);
        let (from, until) = (pixel(first).saturating_sub(MARGIN), pixel(last + 2).saturating_add(MARGIN).min(side));
        Some((from, until.saturating_sub(from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Paper of a tone that changes a little, with a dark square on it.
    fn sheet(side: u32, square: Option<(u32, u32)>) -> GrayImage {
        let inside = |at: u32, from: u32| (from..from + 160).contains(&at);
        GrayImage::from_fn(side, side, |x, y| match square {
            Some((left, top)) if inside(x, left) && inside(y, top) => Luma([40]),
            _ => Luma([u8::try_from(240 + (x * 7 + y * 3) % 5).unwrap()]),
        })
    }

    #[test]
    fn on_blank_paper_there_is_nothing_to_see() {
        assert!(printed(sheet(1000, None)).is_none());
        assert!(printed(GrayImage::from_pixel(700, 3, Luma([0]))).is_none());
        assert!(printed(GrayImage::new(0, 0)).is_none());
    }

    #[test]
    fn of_a_large_sheet_what_is_printed_is_left_wherever_it_stands() {
        // Also where the edges of squares are the edges of what is printed.
        for place in [(0, 0), (320, 640), (333, 641), (840, 840)] {
            let left = printed(sheet(1000, Some(place))).unwrap();
            assert!(left.width() < 400 && left.height() < 400, "{place:?}: {:?}", left.dimensions());
            let dark = left.pixels().filter(|pixel| pixel.0 == [40]).count();
            assert_eq!(dark, 160 * 160, "{place:?}");
        }
    }

    #[test]
    fn what_is_printed_all_over_stays_whole() {
        assert_eq!(printed(sheet(300, Some((70, 70)))).unwrap().dimensions(), (300, 300));
    }
}
