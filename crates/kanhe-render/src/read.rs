//! Pictures in, texts out.

mod crowd;
mod look;
mod open;
mod printed;
mod seal;
mod views;

use image::GrayImage;

use crate::error::ReadError;
pub use open::{MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE, picture_format};
pub use seal::read_seal;

/// Reads the texts of all QR codes in a PNG or JPEG file, each text once.
///
/// The file is bounded by its header before it is unpacked, and the picture is looked at in a bounded number of ways; the first way
/// that shows a code ends the search. A broken picture is an error, never a panic: if the reading library panics, that way of
/// looking counts as having shown nothing (its message still goes to standard error, because the panic hook belongs to the process).
///
/// # Errors
/// [`ReadError`]; `picture_too_large` is decided before memory is taken for the pixels.
pub fn read_picture(bytes: &[u8]) -> Result<Vec<String>, ReadError> {
    let picture = open::open(bytes)?;
    search(picture.luma).map_err(|missed| match missed {
        // A JPEG that was cut off unpacks with its rest in grey. It is to blame only if nothing could be read from what is there.
        ReadError::NoQrFound { .. } if picture.cut_off => ReadError::Truncated { format: "JPEG", bytes: bytes.len() },
        other => other,
    })
}

/// Reads the texts of all QR codes in a frame of brightness samples, such as a camera gives; each text once.
///
/// `luma` holds one byte a pixel, 0 black and 255 white, in rows of `width` from the top.
///
/// # Errors
/// [`ReadError::SamplesMismatch`] when `luma` does not hold width × height samples, [`ReadError::TooManyPixels`],
/// [`ReadError::NoQrFound`].
pub fn read_luma(width: u32, height: u32, luma: &[u8]) -> Result<Vec<String>, ReadError> {
    open::bound(width, height)?;
    let mismatch = ReadError::SamplesMismatch { width, height, samples: luma.len() };
    if u64::try_from(luma.len()).ok() != Some(u64::from(width) * u64::from(height)) {
        return Err(mismatch);
    }
    search(GrayImage::from_raw(width, height, luma.to_vec()).ok_or(mismatch)?)
}

/// Looks at what is printed on the picture in one way after the other, until one shows a code; a blank one is not looked at.
fn search(luma: GrayImage) -> Result<Vec<String>, ReadError> {
    let (width, height) = luma.dimensions();
    let mut attempts = 0;
    for (view, binarizing) in printed::printed(luma).into_iter().flat_map(views::of) {
        attempts += 1;
        let texts = look::look(&view, binarizing);
        if !texts.is_empty() {
            return Ok(texts);
        }
    }
    Err(ReadError::NoQrFound { width, height, attempts })
}
