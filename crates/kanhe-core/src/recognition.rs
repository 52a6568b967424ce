//! Recognition: which certificates of other regions a region accepts, for which use scenes, from when to when.
//!
//! ```cddl
//! recognition = { 0 => region, 1 => edition, 2 => issued, 3 => expires, 4 => [ *row ] }
//! row         = { 0 => region, 1 => type-code, 2 => scenes, 3 => from, ? 4 => until }
//! scenes      = [ *tstr ]                         ; none means all
//! from        = day
//! until       = day                               ; left out where there is no end
//! ```
//!
//! A row without scenes holds for every scene. Keys 5 (conditions) and 6 (field and code maps) of a row are kept for later.

use crate::code::{RegionCode, TypeCode};
use crate::envelope::{Document, DocumentType};
use crate::spelling::folded;
use crate::wire;
use jiff::Timestamp;
use jiff::civil::Date;
use minicbor::{Decode, Encode, decode::Error};
use std::ops::Deref;
use thiserror::Error as ThisError;

/// One line of the table: a type of a region, in some scenes, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Row {
    /// Whose certificates.
    #[n(0)]
    pub region: RegionCode,
    /// Of which type.
    #[n(1)]
    pub type_code: TypeCode,
    /// For which use scenes; none named means all.
    #[n(2)]
    pub scenes: Vec<String>,
    /// The first day.
    #[n(3)]
    #[cbor(with = "wire::day")]
    pub from: Date,
    /// The last day, if there is one.
    #[n(4)]
    #[cbor(with = "wire::day_or_never")]
    pub until: Option<Date>,
}

impl Row {
    /// Whether the row is of this region and type.
    pub fn is_of(&self, region: &RegionCode, type_code: &TypeCode) -> bool {
        self.region == *region && self.type_code == *type_code
    }

    /// Whether the row holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// Whether the row holds for a scene, however that is typed; for no scene named, only a row without scenes does.
    pub fn holds_for(&self, scene: Option<&str>) -> bool {
        let named = |scene: &str| self.scenes.iter().any(|named| named == scene || folded(named) == folded(scene));
        self.scenes.is_empty() || scene.is_some_and(named)
    }
}

/// The parts of a recognition; [`Recognition::new`] makes them one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contents {
    /// The region that recognises.
    #[n(0)]
    pub region: RegionCode,
    /// Rises with every change.
    #[n(1)]
    pub edition: u32,
    /// When it was signed.
    #[n(2)]
    #[cbor(with = "wire::moment")]
    pub issued: Timestamp,
    /// From when on it must be replaced.
    #[n(3)]
    #[cbor(with = "wire::moment")]
    pub expires: Timestamp,
    /// What is recognised.
    #[n(4)]
    pub rows: Vec<Row>,
}

/// What one region recognises of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition(Contents);

impl Recognition {
    /// Accepts the parts if they agree with each other.
    pub fn new(contents: Contents) -> Result<Self, RecognitionError> {
        if contents.expires <= contents.issued {
            return Err(RecognitionError::Term);
        }
        if contents.rows.iter().any(|row| row.region == contents.region) {
            return Err(RecognitionError::OwnRegion { region: contents.region.to_string() });
        }
        if let Some(row) = contents.rows.iter().find(|row| row.until.is_some_and(|until| until < row.from)) {
            return Err(RecognitionError::RowTerm { region: row.region.to_string(), type_code: row.type_code.to_string() });
        }
        Ok(Self(contents))
    }

    /// The rows about a type of a region.
    pub fn rows_of(&self, region: &RegionCode, type_code: &TypeCode) -> impl Iterator<Item = &Row> {
        self.0.rows.iter().filter(move |row| row.is_of(region, type_code))
    }

    /// The deterministic CBOR that is signed.
    pub fn encode(&self) -> Vec<u8> {
        wire::to_vec(&self.0)
    }
}

impl Deref for Recognition {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.0
    }
}

impl<'b> Document<'b> for Recognition {
    const TYPE: DocumentType = DocumentType::Recognition;

    fn decode(payload: &'b [u8]) -> Result<Self, Error> {
        Self::new(minicbor::decode(payload)?).map_err(|_| Error::message("recognition"))
    }
}

/// Why parts do not make a recognition.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum RecognitionError {
    /// It would expire before it was signed.
    #[error("a recognition expires after it was signed")]
    Term,
    /// A region needs no recognition of its own certificates.
    #[error("region {region} lists itself")]
    OwnRegion {
        /// The region.
        region: String,
    },
    /// A row ends before it begins.
    #[error("the row of {region} {type_code} ends before it begins")]
    RowTerm {
        /// The row's region.
        region: String,
        /// The row's type.
        type_code: String,
    },
}

impl RecognitionError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Term => "recognition_term",
            Self::OwnRegion { .. } => "recognition_own_region",
            Self::RowTerm { .. } => "recognition_row_term",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_is_one_however_it_is_typed() {
        let row = Row {
            region: RegionCode::parse("330000").unwrap(),
            type_code: TypeCode::parse("11100000000013338W011").unwrap(),
            scenes: vec!["government-service".to_owned(), "银行开户".to_owned()],
            from: Date::MIN,
            until: None,
        };
        for scene in ["government-service", " Government-Service ", "ＧＯＶＥＲＮＭＥＮＴ－ｓｅｒｖｉｃｅ", "银行开户\u{3000}"]
        {
            assert!(row.holds_for(Some(scene)), "{scene:?}");
        }
        for scene in [None, Some(""), Some(" "), Some("government"), Some("government service")] {
            assert!(!row.holds_for(scene), "{scene:?}");
        }
    }
}
