//! Broken, hostile and merely unsuitable pictures: each is refused with the right code, in bounded time and memory, without a panic.
// Test code: a panic here is a failed test.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

// Only the ways of saving a picture are used here, not the photographs.
#[allow(dead_code)]
mod distort;

use std::time::{Duration, Instant};

use distort::{jpeg, png};
use image::{GrayImage, Luma};
use kanhe_render::{Fonts, Frame, Level, QrCode, ReadError, Scale, read_luma, read_picture};
use proptest::prelude::*;

const TEXT: &str = "https://example.gov.cn/#00123456789012345678901234567890";

fn drawn() -> Vec<u8> {
    QrCode::draw(TEXT, Level::M).unwrap().png(&Frame::default(), Scale::default(), &Fonts::none()).unwrap()
}

fn drawn_luma() -> GrayImage {
    image::load_from_memory(&drawn()).unwrap().into_luma8()
}

/// A PNG file of which only the header is true: its dimensions, colour type 2 (RGB) or 6 (RGBA), and bit depth.
fn png_header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([depth, colour, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(&chunk);
    file.extend(crc32(&chunk).to_be_bytes());
    file.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())))
}

#[test]
fn files_that_are_no_pictures_are_named_so() {
    let rows: [&[u8]; 6] = [b"", b"x", b"GIF89a\x01\0\x01\0", b"%PDF-1.7 ...", b"\x89PNG\r\n", &[0; 4096]];
    for bytes in rows {
        let error = read_picture(bytes).unwrap_err();
        assert_eq!(error.code(), "picture_unreadable", "{bytes:02x?}: {error}");
    }
}

#[test]
fn a_picture_of_another_kind_is_called_what_it_is() {
    let rows: [(&[u8], &str); 7] = [
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"GIF89a\x01\0\x01\0", "GIF"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0", "BMP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"%PDF-1.7", "PDF"),
    ];
    for (bytes, found) in rows {
        assert_eq!(read_picture(bytes).unwrap_err(), ReadError::OtherFormat { found });
    }
}

#[test]
fn a_picture_of_two_hundred_megapixels_is_refused_by_its_header() {
    let start = Instant::now();
    let error = read_picture(&png_header(16_000, 12_500, 8, 2)).unwrap_err();
    assert_eq!(error, ReadError::TooManyPixels { width: 16_000, height: 12_500, pixels: 50_000_000, side: 20_000 });
    assert_eq!(error.code(), "picture_too_large");
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
}

#[test]
fn what_exceeds_one_of_the_limits_is_too_large() {
    let files = [
        png_header(20_001, 1, 8, 2),
        png_header(1, 20_001, 8, 2),
        png_header(u32::MAX >> 1, u32::MAX >> 1, 8, 2),
        png_header(7000, 7000, 16, 6),
        vec![0; (64 << 20) + 1],
    ];
    for file in files {
        let error = read_picture(&file).unwrap_err();
        assert_eq!(error.code(), "picture_too_large", "{error}");
    }
}

#[test]
fn a_picture_cut_off_anywhere_is_truncated_and_never_a_panic() {
    for (name, whole) in [("PNG", drawn()), ("JPEG", jpeg(&drawn_luma(), 80))] {
        for length in (8..whole.len() - 1).step_by(whole.len() / 25) {
            match read_picture(&whole[..length]) {
                Ok(texts) => assert_eq!(texts, [TEXT], "a {name} cut after {length} bytes"),
                Err(error) => assert_eq!(error.code(), "picture_truncated", "a {name} cut after {length} bytes: {error}"),
            }
        }
    }
}

#[test]
fn a_changed_byte_in_the_pixels_of_a_png_is_damage() {
    let mut file = drawn();
    let middle = file.len() / 2;
    file[middle] ^= 0x10;
    let error = read_picture(&file).unwrap_err();
    assert_eq!(error.code(), "picture_damaged", "{error}");
}

#[test]
fn a_picture_without_a_code_is_looked_at_in_full_and_says_so() {
    let stripes = GrayImage::from_fn(640, 480, |x, _| Luma([if x / 40 % 2 == 0 { 200 } else { 60 }]));
    let error = read_picture(&png(&stripes)).unwrap_err();
    assert!(matches!(error, ReadError::NoQrFound { width: 640, height: 480, attempts } if attempts > 4), "{error}");
    assert_eq!(error.code(), "no_qr_found");
    assert_eq!(read_picture(&png(&GrayImage::new(1, 1))).unwrap_err().code(), "no_qr_found");
}

#[test]
fn samples_that_do_not_fill_the_frame_are_refused() {
    let error = read_luma(3, 2, &[0; 5]).unwrap_err();
    assert_eq!(error, ReadError::SamplesMismatch { width: 3, height: 2, samples: 5 });
    assert_eq!(error.code(), "picture_samples_mismatch");
    assert_eq!(read_luma(20_001, 1, &[0; 20_001]).unwrap_err().code(), "picture_too_large");
    assert_eq!(read_luma(0, 0, &[]).unwrap_err().code(), "no_qr_found");
}

#[test]
fn noise_is_searched_in_bounded_time() {
    let mut state = 1_u32;
    let noise = GrayImage::from_fn(2000, 1500, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Luma([(state >> 24) as u8])
    });
    let start = Instant::now();
    assert_eq!(read_luma(2000, 1500, noise.as_raw()).unwrap_err().code(), "no_qr_found");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_damaged_file_is_an_error_or_the_same_text(at in 0.0..1.0, bit in 0_u8..8, kind in any::<bool>()) {
        let mut file = if kind { drawn() } else { jpeg(&drawn_luma(), 80) };
        let place = (at * file.len() as f64) as usize;
        file[place] ^= 1 << bit;
        if let Ok(texts) = read_picture(&file) {
            prop_assert_eq!(texts, [TEXT]);
        }
    }
}
