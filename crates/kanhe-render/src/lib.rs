//! QR pictures, drawn and read.
//!
//! Architecture invariant: this crate knows texts and pixels; it believes nothing, knows of a seal only how many digits it has, and opens no file or
//! connection of its own except the fonts installed on the machine.
//!
//! - [`QrCode`]: a text becomes a matrix of modules, in the smallest version that holds it.
//! - [`QrCode::png`], [`QrCode::svg`], [`QrCode::blocks`]: the matrix becomes a picture, with its quiet zone and maybe a [`Caption`].
//! - [`Artist`]: the seals of one library, all drawn alike.
//! - [`read_picture`], [`read_luma`]: a photograph or scan becomes the texts of the codes in it.
//! - [`read_seal`]: of these texts, the one that is a seal.

mod artist;
mod blocks;
mod canvas;
mod caption;
mod error;
mod fonts;
mod frame;
mod matrix;
mod png;
mod read;
mod segments;
mod svg;

pub use artist::{Artist, Drawing, MissingGlyph, Plate};
pub use caption::Caption;
pub use error::{DrawError, ReadError};
pub use fonts::Fonts;
pub use frame::{Frame, ModuleSize, Scale};
pub use matrix::{Level, QrCode, smallest_version};
pub use read::{MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE, picture_format, read_luma, read_picture, read_seal};
