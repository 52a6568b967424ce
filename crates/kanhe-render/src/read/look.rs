//! One look at one view of a picture.

use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::common::{BitMatrix, DetectorRXingResult, GlobalHistogramBinarizer, HybridBinarizer};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, FinderPatternSet, GenerateFinderPatternSets, SampleQR};
use rxing::{Binarizer, Luma8Source};

use super::crowd;

/// So many finder patterns are looked at, the largest first: three for each of a hundred codes on one sheet.
const MOST_PATTERNS: usize = 300;
/// So many groups of three finder patterns are tried, the most plausible first.
const MOST_GROUPS: usize = 2000;

/// How brightness becomes black and white.
#[derive(Debug, Clone, Copy)]
pub(super) enum Binarizing {
    /// A threshold for each block of pixels: for uneven light. It reads 95 of the 97 zxing photographs.
    Local,
    /// One threshold for the whole picture: for codes with pictures in them. It reads 91 of them, one of which the other does not.
    Global,
}

/// Returns the texts of all QR codes that can be read in this view, in the order found, each once; none if the library panics.
pub(super) fn look(view: &GrayImage, binarizing: Binarizing) -> Vec<String> {
    catch_unwind(AssertUnwindSafe(|| texts(view, binarizing))).unwrap_or_default()
}

fn texts(view: &GrayImage, binarizing: Binarizing) -> Vec<String> {
    let Ok(source) = Luma8Source::new_with_slice(view.as_raw(), view.width(), view.height()) else {
        return Vec::new();
    };
    match binarizing {
        Binarizing::Local => HybridBinarizer::new(source).get_black_matrix().map(decode).unwrap_or_default(),
        Binarizing::Global => GlobalHistogramBinarizer::new(source).get_black_matrix().map(decode).unwrap_or_default(),
    }
}

fn decode(dark: &BitMatrix) -> Vec<String> {
    // The library compares every finder pattern with every other, and tries every group of three: without bounds a picture full of
    // finder patterns, small enough to be sent by mail, would keep it busy for hours.
    if crowd::is_crowded(dark) {
        return Vec::new();
    }
    let mut patterns = FindFinderPatterns(dark, true, 0);
    patterns.sort_by_key(|pattern| Reverse(pattern.size));
    patterns.truncate(MOST_PATTERNS);

    let mut used: Vec<ConcentricPattern> = Vec::new();
    let mut texts = Vec::new();
    for group in GenerateFinderPatternSets(&mut patterns).iter().take(MOST_GROUPS) {
        let corners = [group.bl, group.tl, group.tr];
        if corners.iter().any(|corner| used.contains(corner)) {
            continue;
        }
        if let Some(text) = decode_group(dark, group) {
            used.extend(corners);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

fn decode_group(dark: &BitMatrix, group: &FinderPatternSet) -> Option<String> {
    let sampled = SampleQR(dark, group).ok()?;
    let decoded = Decode(sampled.getBits()).ok()?;
    decoded.isValid().then(|| decoded.text())
}
