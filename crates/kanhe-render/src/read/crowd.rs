//! Pictures made to keep a reader busy are known before they do.

use rxing::common::BitMatrix;

/// Every third row is looked through, as the library does: the core of a finder pattern is three modules high.
const ROW_STEP: usize = 3;
/// More crossings of finder patterns than this are a texture, not codes. One code in a close-up has a few hundred, a sheet of a
/// hundred codes a few thousand.
const MOST_CROSSINGS: usize = 5000;

/// Tells whether a view holds so many squares in squares that searching them for codes would take more than seconds.
pub(super) fn is_crowded(dark: &BitMatrix) -> bool {
    let mut crossings = 0;
    let rows = (0..dark.height()).skip(ROW_STEP - 1).step_by(ROW_STEP);
    for y in rows {
        crossings += cores(dark, y).filter(|(x, width)| is_ringed(dark, *x, y, *width)).count();
        if crossings > MOST_CROSSINGS {
            return true;
        }
    }
    false
}

/// Centre and width of each dark run in a row that has about the right neighbours for the core of a finder pattern: 1:1:3:1:1.
fn cores(dark: &BitMatrix, y: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut edges: Vec<u32> = Vec::new();
    let mut before = false;
    for x in 0..dark.width() {
        let now = dark.get(x, y);
        if now != before {
            edges.push(x);
            before = now;
        }
    }
    edges.push(dark.width());
    let windows: Vec<[u32; 6]> = edges.windows(6).step_by(2).filter_map(|window| window.try_into().ok()).collect();
    windows.into_iter().filter_map(|[a, b, c, d, e, f]| {
        let (core, ring, gap) = (d - c, (b - a).max(f - e), (c - b).max(e - d));
        (core >= 3 && core >= 2 * ring && core >= gap).then_some((c + core / 2, core))
    })
}

/// Tells whether a light and then a dark run follow the core both upwards and downwards, of about its own width at most.
fn is_ringed(dark: &BitMatrix, x: u32, y: u32, width: u32) -> bool {
    let upwards = (0..y).rev().map(|y| dark.get(x, y));
    let downwards = (y + 1..dark.height()).map(|y| dark.get(x, y));
    ends_in_ring(upwards, width) && ends_in_ring(downwards, width)
}

fn ends_in_ring(mut column: impl Iterator<Item = bool>, width: u32) -> bool {
    let most = 2 * width;
    let core = (0..=most).find(|_| column.next() != Some(true));
    let gap = (0..=most).find(|_| column.next() != Some(false));
    core.is_some() && gap.is_some() && column.next().is_some()
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use crate::{ReadError, read_luma};

    /// A picture tiled with finder patterns whose modules are `module` pixels wide.
    fn tiles(width: u32, height: u32, module: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let from_centre = |at: u32| (at / module % 9).abs_diff(4);
            let ring = from_centre(x).max(from_centre(y));
            Luma([if ring == 4 || ring == 2 { 255 } else { 0 }])
        })
    }

    #[test]
    fn a_picture_full_of_finder_patterns_does_not_keep_the_reader_busy() {
        for (side, module) in [(3000, 1), (3000, 2), (3000, 4), (2000, 12)] {
            let picture = tiles(side, side, module);
            let start = std::time::Instant::now();
            assert!(matches!(read_luma(side, side, picture.as_raw()), Err(ReadError::NoQrFound { .. })), "modules of {module}");
            assert!(start.elapsed().as_secs() < 60, "modules of {module}: {:?}", start.elapsed());
        }
    }
}
