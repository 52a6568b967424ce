//! A file becomes brightness samples, within bounds.

use std::io::{Cursor, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits, Luma};

use crate::error::ReadError;

/// The largest file that is looked at: the largest JPEG photographs of today's phones have 30 MB.
pub const MAX_PICTURE_BYTES: usize = 64 << 20;
/// The largest number of pixels that is unpacked: today's phones take up to 50 megapixels.
pub const MAX_PICTURE_PIXELS: u64 = 50_000_000;
/// The longest side, so that a picture of one line cannot be endless.
pub const MAX_PICTURE_SIDE: u32 = 20_000;
/// The most memory that one unpacked picture may take: fifty megapixels of red, green, blue and alpha.
const MAX_UNPACKED: u64 = 4 * MAX_PICTURE_PIXELS;

/// An unpacked picture.
pub(super) struct Picture {
    pub(super) luma: GrayImage,
    /// The file ended before the picture did, and the decoder filled up the rest.
    pub(super) cut_off: bool,
}

/// Unpacks a PNG or JPEG file into brightness; what is transparent becomes white.
pub(super) fn open(bytes: &[u8]) -> Result<Picture, ReadError> {
    if bytes.len() > MAX_PICTURE_BYTES {
        return Err(ReadError::FileTooLarge { bytes: bytes.len(), limit: MAX_PICTURE_BYTES });
    }
    let (format, name) = match image::guess_format(bytes) {
        Ok(format @ ImageFormat::Png) => (format, "PNG"),
        Ok(format @ ImageFormat::Jpeg) => (format, "JPEG"),
        _ if let Some(found) = picture_format(bytes) => return Err(ReadError::OtherFormat { found }),
        _ => return Err(ReadError::Unreadable { start: bytes.iter().take(8).copied().collect() }),
    };
    let cut_off = format == ImageFormat::Jpeg && !reaches_end_of_jpeg(bytes);
    let unpacked = catch_unwind(AssertUnwindSafe(|| unpack(bytes, format, name)));
    let image = unpacked.unwrap_or_else(|_| Err(ReadError::Damaged { format: name, reason: "its decoder gave up".to_owned() }));
    match image {
        Ok(image) => Ok(Picture { luma: brightness(image), cut_off }),
        Err(ReadError::Damaged { .. }) if cut_off => Err(ReadError::Truncated { format: name, bytes: bytes.len() }),
        Err(error) => Err(error),
    }
}

/// What kind of picture a file is by its first bytes, whether it is read here or not.
#[must_use]
pub fn picture_format(bytes: &[u8]) -> Option<&'static str> {
    let (head, brand) = (|magic: &[u8]| bytes.starts_with(magic), bytes.get(8..12).unwrap_or_default());
    match bytes.get(4..8).unwrap_or_default() {
        b"ftyp" if matches!(brand, b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => return Some("HEIC"),
        b"ftyp" if matches!(brand, b"avif" | b"avis") => return Some("AVIF"),
        _ => {}
    }
    match () {
        () if head(b"\x89PNG") => Some("PNG"),
        () if head(&[0xff, 0xd8]) => Some("JPEG"),
        () if head(b"RIFF") && brand == b"WEBP" => Some("WebP"),
        () if head(b"GIF8") => Some("GIF"),
        // The size of the file stands between, and is followed by four zeros: words may begin with these letters too.
        () if head(b"BM") && bytes.get(6..10) == Some(&[0; 4]) => Some("BMP"),
        () if head(b"II*\0") || head(b"MM\0*") => Some("TIFF"),
        () if head(b"%PDF-") => Some("PDF"),
        () => None,
    }
}

/// Refuses a picture by its dimensions alone.
pub(super) fn bound(width: u32, height: u32) -> Result<(), ReadError> {
    let too_many = u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS;
    if too_many || width.max(height) > MAX_PICTURE_SIDE {
        return Err(ReadError::TooManyPixels { width, height, pixels: MAX_PICTURE_PIXELS, side: MAX_PICTURE_SIDE });
    }
    Ok(())
}

fn unpack(bytes: &[u8], format: ImageFormat, name: &'static str) -> Result<DynamicImage, ReadError> {
    let defect = |error| defect(error, name, bytes.len());
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_UNPACKED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);

    let decoder = reader.into_decoder().map_err(defect)?;
    let (width, height) = decoder.dimensions();
    bound(width, height)?;
    if decoder.total_bytes() > MAX_UNPACKED {
        return Err(ReadError::UnpacksTooLarge { bytes: decoder.total_bytes(), limit: MAX_UNPACKED });
    }
    DynamicImage::from_decoder(decoder).map_err(defect)
}

fn defect(error: ImageError, format: &'static str, bytes: usize) -> ReadError {
    match error {
        ImageError::IoError(cause) if cause.kind() == ErrorKind::UnexpectedEof => ReadError::Truncated { format, bytes },
        ImageError::Limits(limit) if matches!(limit.kind(), LimitErrorKind::InsufficientMemory) => {
            ReadError::UnpacksTooLarge { bytes: MAX_UNPACKED + 1, limit: MAX_UNPACKED }
        }
        other => ReadError::Damaged { format, reason: other.to_string() },
    }
}

/// Tells whether an end-of-image marker follows the last start-of-scan marker; inside a scan no marker can occur by chance.
fn reaches_end_of_jpeg(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|pair| pair == marker);
    match (last([0xFF, 0xDA]), last([0xFF, 0xD9])) {
        (Some(scan), Some(end)) => scan < end,
        _ => false,
    }
}

fn brightness(image: DynamicImage) -> GrayImage {
    if !image.color().has_alpha() {
        return image.into_luma8();
    }
    let layered = image.into_luma_alpha8();
    GrayImage::from_fn(layered.width(), layered.height(), |x, y| {
        let [shade, alpha] = layered.get_pixel(x, y).0.map(u16::from);
        let on_white = (shade * alpha + 255 * (255 - alpha)) / 255;
        Luma([u8::try_from(on_white).unwrap_or(u8::MAX)])
    })
}
