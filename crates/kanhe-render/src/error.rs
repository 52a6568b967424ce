//! What can go wrong when a picture is drawn or read.

/// Why a QR picture cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// There is nothing to draw.
    #[error("the text is empty, a QR code needs at least one character")]
    TextEmpty,
    /// No QR version holds the text at the level asked for.
    #[error("the text needs {bits} bits, the largest QR code at level {level} holds {limit}")]
    TextTooLong {
        /// Bits that the text's segments need in version 40.
        bits: usize,
        /// Bits that version 40 holds at the level.
        limit: usize,
        /// The error correction level, `M` or `Q`.
        level: char,
    },
    /// The printed modules would be too small for a phone, or absurdly large.
    #[error("modules of {micrometres} µm were asked for, from {least} to {most} µm are allowed")]
    ModuleSize {
        /// The side of a module that was asked for, in micrometres.
        micrometres: u32,
        /// The smallest side allowed.
        least: u32,
        /// The largest side allowed.
        most: u32,
    },
    /// The picture would have no pixels, or too many of them.
    #[error("{pixels} pixels a module were asked for, from {least} to {most} are allowed")]
    Scale {
        /// Pixels a module that were asked for.
        pixels: u32,
        /// The smallest number allowed.
        least: u32,
        /// The largest number allowed.
        most: u32,
    },
    /// The caption has nothing to show.
    #[error("the caption is empty, leave it out instead")]
    CaptionEmpty,
    /// The caption holds a character that no printer shows and XML forbids.
    #[error("the caption holds the unprintable character U+{:04X} as character {position}", u32::from(*.character))]
    CaptionUnprintable {
        /// The first such character.
        character: char,
        /// Its place, counted from 1.
        position: usize,
    },
    /// The caption has more characters than any code has room for.
    #[error("the caption has {characters} characters, at most {limit} are set")]
    CaptionCharacters {
        /// Characters in the caption.
        characters: usize,
        /// The limit.
        limit: usize,
    },
    /// The caption does not fit in two lines that can still be read.
    #[error("the caption is {width} thousandths of an em wide in two lines, {limit} fit under this code")]
    CaptionTooLong {
        /// Width of the longer of the two lines, in thousandths of the letter size.
        width: u32,
        /// What fits at the smallest letter size, in the same unit.
        limit: u32,
    },
    /// No font at hand has a glyph for a character of the caption.
    #[error("none of {fonts} fonts shows {character} (U+{:04X}); on Debian: apt-get install {}", u32::from(*.character), DrawError::FONT_PACKAGE)]
    CaptionFontMissing {
        /// The first character that no font covers.
        character: char,
        /// How many font faces were looked through.
        fonts: usize,
    },
    /// The bytes given as a font are not one.
    #[error("{bytes} bytes were given as a font, they hold no TrueType or OpenType face")]
    FontUnreadable {
        /// Length of what was given.
        bytes: usize,
    },
}

impl DrawError {
    /// The Debian package that brings a font for Chinese captions, for use in hints.
    pub const FONT_PACKAGE: &'static str = "fonts-noto-cjk";

    /// The stable code of this error, listed in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TextEmpty => "qr_text_empty",
            Self::TextTooLong { .. } => "qr_text_too_long",
            Self::ModuleSize { .. } => "module_size_out_of_range",
            Self::Scale { .. } => "picture_scale_out_of_range",
            Self::CaptionEmpty => "caption_empty",
            Self::CaptionUnprintable { .. } => "caption_unprintable",
            Self::CaptionCharacters { .. } | Self::CaptionTooLong { .. } => "caption_too_long",
            Self::CaptionFontMissing { .. } => "caption_font_missing",
            Self::FontUnreadable { .. } => "font_unreadable",
        }
    }
}

/// Why no text could be read from a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file begins like neither a PNG nor a JPEG.
    #[error("the picture begins with {start:02x?}, that is neither PNG nor JPEG")]
    Unreadable {
        /// The first bytes of the file, at most eight.
        start: Vec<u8>,
    },
    /// The file ends before its picture does.
    #[error("the {format} picture ends after {bytes} bytes, before its end is reached")]
    Truncated {
        /// `PNG` or `JPEG`.
        format: &'static str,
        /// Length of the file.
        bytes: usize,
    },
    /// A picture, but of a kind that is not read here.
    #[error("this is a {found} file; PNG and JPEG are read")]
    OtherFormat {
        /// What its first bytes say it is.
        found: &'static str,
    },
    /// The file is of the right kind and complete, but its contents contradict each other.
    #[error("the {format} picture is damaged: {reason}")]
    Damaged {
        /// `PNG` or `JPEG`.
        format: &'static str,
        /// What the decoder says.
        reason: String,
    },
    /// The file has more bytes than we are ready to look at.
    #[error("the picture has {bytes} bytes, at most {limit} are read")]
    FileTooLarge {
        /// Length of the file.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The header announces more pixels, or a longer side, than we are ready to unpack.
    #[error("the picture is {width} × {height} pixels, at most {pixels} pixels and {side} a side are read")]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// The limit on the number of pixels.
        pixels: u64,
        /// The limit on one side.
        side: u32,
    },
    /// The samples of the unpacked picture would need more memory than we are ready to give.
    #[error("the picture unpacks to {bytes} bytes, at most {limit} are unpacked")]
    UnpacksTooLarge {
        /// Bytes that the unpacked samples need.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The number of brightness samples is not width times height.
    #[error("{samples} samples were given for {width} × {height} pixels")]
    SamplesMismatch {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Samples given.
        samples: usize,
    },
    /// The picture was seen in full, and no QR code could be read from it.
    #[error("no QR code could be read in {width} × {height} pixels, after {attempts} attempts")]
    NoQrFound {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// How many ways of looking were tried.
        attempts: usize,
    },
    /// The picture shows more than one seal, and nobody but a person can tell which is meant.
    #[error("the picture shows {seals} different seals, at most {limit} can be looked at")]
    SeveralSeals {
        /// Different seals in the picture.
        seals: usize,
        /// The limit.
        limit: usize,
    },
}

impl ReadError {
    /// The stable code of this error, listed in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } | Self::OtherFormat { .. } => "picture_unreadable",
            Self::Truncated { .. } => "picture_truncated",
            Self::Damaged { .. } => "picture_damaged",
            Self::FileTooLarge { .. } | Self::TooManyPixels { .. } | Self::UnpacksTooLarge { .. } => "picture_too_large",
            Self::SamplesMismatch { .. } => "picture_samples_mismatch",
            Self::NoQrFound { .. } => "no_qr_found",
            Self::SeveralSeals { .. } => "picture_several",
        }
    }
}
