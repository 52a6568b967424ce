//! One look at one view of a picture.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8Source};

/// How brightness becomes black and white.
#[derive(Debug, Clone, Copy)]
pub(super) enum Binarizing {
    /// A threshold for each block of pixels: for uneven light.
    Local,
    /// One threshold for the whole picture: for codes with pictures in them and for noise.
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
        Binarizing::Local => decode(HybridBinarizer::new(source)),
        Binarizing::Global => decode(GlobalHistogramBinarizer::new(source)),
    }
}

fn decode<B: Binarizer>(binarizer: B) -> Vec<String> {
    let hints =
        DecodeHints { TryHarder: Some(true), PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])), ..DecodeHints::default() };
    let found = QrReader.decode_multiple_with_hints(&mut BinaryBitmap::new(binarizer), &hints).unwrap_or_default();
    let mut seen = HashSet::new();
    found.iter().map(|code| code.getText().to_owned()).filter(|text| seen.insert(text.clone())).collect()
}
