//! Why a text is not that of a seal.

use crate::envelope::DocumentType;
use thiserror::Error;

/// Why a text is not that of a seal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QrError {
    /// Longer than any QR code of ours.
    #[error("a scanned text has at most {most} bytes, this one {length}")]
    TextTooLong {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// No digits, or those of something else: an address, a number of another system.
    #[error("this text holds no seal")]
    NoSeal,
    /// Two seals that are not the same.
    #[error("this text holds more than one seal")]
    SeveralSeals,
    /// Words or another code behind the seal.
    #[error("something else stands behind the seal")]
    TextBehind,
    /// No number of bytes is written with so many digits.
    #[error("{found} digits are no whole number of bytes: some are missing or too many")]
    DigitCount {
        /// Digits found.
        found: usize,
    },
    /// A group of digits stands for more than its bytes hold.
    #[error("a group of digits is out of range: one of them was misread")]
    GroupTooLarge,
    /// More bytes than a seal may have.
    #[error("a seal has at most {most} bytes, this one {length}")]
    TooLarge {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Fewer bytes than any seal.
    #[error("a seal has at least {least} bytes, this one {length}")]
    TooShort {
        /// Bytes found.
        length: usize,
        /// Bytes needed.
        least: usize,
    },
    /// A format that this version does not know.
    #[error("format {format} is not known here")]
    UnknownFormat {
        /// The first byte.
        format: u8,
    },
    /// Another signed document, presented as a seal.
    #[error("this is a {} and no seal", found.typ())]
    OtherDocument {
        /// What it is.
        found: DocumentType,
    },
}

impl QrError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TextTooLong { .. } => "qr_text_too_long",
            Self::NoSeal => "not_a_seal",
            Self::SeveralSeals => "qr_several",
            Self::TextBehind => "qr_text_behind",
            Self::DigitCount { .. } => "qr_digit_count",
            Self::GroupTooLarge => "qr_group_too_large",
            Self::TooLarge { .. } => "qr_too_large",
            Self::TooShort { .. } => "qr_too_short",
            Self::UnknownFormat { .. } => "qr_unknown_format",
            Self::OtherDocument { .. } => "qr_other_document",
        }
    }
}
