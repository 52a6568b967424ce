//! The region code (行政区划代码, GB/T 2260): six digits that read from the province down.

use std::fmt;

use super::ascii::{Ascii, first_outside, length_of};
use super::error::RegionCodeError;

/// The code of a region, `440106`: two digits each for province, prefecture and county, zeros for "all of it".
///
/// Only the shape is checked. Which codes exist changes every year, and a code that was abolished stays in papers that are still in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(Ascii<LENGTH>);

const LENGTH: usize = 6;

/// The 34 provinces of GB/T 2260, which are older than any licence in force.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46", "50",
    "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
];

/// How far down a region code goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegionLevel {
    /// 省级, as `440000`.
    Province,
    /// 地级, as `440100`.
    Prefecture,
    /// 县级, as `440106`.
    County,
}

impl RegionCode {
    /// Reads six digits whose province part is not `00`.
    ///
    /// # Errors
    ///
    /// Another length, a character that is no digit, or province `00`.
    pub fn parse(text: &str) -> Result<Self, RegionCodeError> {
        let expected = LENGTH;
        match length_of(text) {
            LENGTH => {}
            found => return Err(RegionCodeError::Length { expected, found }),
        }
        if let Some((position, found)) = first_outside(text, |c| c.is_ascii_digit()) {
            return Err(RegionCodeError::Digit { position, found });
        }
        if text.starts_with("00") {
            return Err(RegionCodeError::Province);
        }
        Ok(Self(Ascii::new(text).expect("6 digits"))) // safe: length and digits were just checked
    }

    /// Shows the six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Tells how far down the code goes.
    #[must_use]
    pub fn level(&self) -> RegionLevel {
        match self.significant().len() {
            2 => RegionLevel::Province,
            4 => RegionLevel::Prefecture,
            _ => RegionLevel::County,
        }
    }

    /// Gives the province this region is in, `440000` for `440106`.
    #[must_use]
    pub fn province(&self) -> Self {
        self.padded(self.0.part(0..2))
    }

    /// Gives the prefecture this region is in, `440100` for `440106`; none for a whole province.
    #[must_use]
    pub fn prefecture(&self) -> Option<Self> {
        (self.level() != RegionLevel::Province).then(|| self.padded(self.0.part(0..4)))
    }

    /// Says whether there is such a province: a certificate can be moved to no other.
    #[must_use]
    pub fn has_province(&self) -> bool {
        PROVINCES.contains(&self.0.part(0..2))
    }

    /// Says whether this region is the other or lies in it: `440106` is within `440106`, `440100` and `440000`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.as_str().starts_with(other.significant())
    }

    fn significant(&self) -> &str {
        let text = self.as_str();
        text.strip_suffix("0000").or_else(|| text.strip_suffix("00")).unwrap_or(text)
    }

    fn padded(&self, head: &str) -> Self {
        Self(Ascii::new(&format!("{head:0<6}")).expect("6 digits")) // safe: at most four digits, filled with zeros to six
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn region(text: &str) -> RegionCode {
        RegionCode::parse(text).unwrap()
    }

    #[test]
    fn a_region_lies_within_itself_its_prefecture_and_its_province_only() {
        let rows = [
            ("440106", "440106", true),
            ("440106", "440100", true),
            ("440106", "440000", true),
            ("440100", "440106", false),
            ("440000", "440100", false),
            ("440106", "440300", false),
            ("440106", "330000", false),
            ("441000", "440000", true),
            ("440106", "441000", false),
            ("429004", "420000", true),
        ];
        for (inner, outer, expected) in rows {
            assert_eq!(region(inner).is_within(&region(outer)), expected, "{inner} in {outer}");
        }
    }

    #[test]
    fn a_code_splits_into_province_prefecture_and_county() {
        let county = region("440106");
        assert_eq!(county.level(), RegionLevel::County);
        assert_eq!(county.prefecture(), Some(region("440100")));
        assert_eq!(county.province(), region("440000"));
        assert_eq!(region("440100").level(), RegionLevel::Prefecture);
        assert_eq!(region("440000").level(), RegionLevel::Province);
        assert_eq!(region("440000").prefecture(), None);
        assert_eq!(region("500000").level(), RegionLevel::Province);
        assert_eq!(region("101000").level(), RegionLevel::Prefecture);
    }

    #[test]
    fn a_code_of_no_province_has_the_shape_only() {
        for (text, expected) in [("440106", true), ("820000", true), ("999999", false), ("100000", false)] {
            assert_eq!(region(text).has_province(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_region_code_is_refused_for_its_reason() {
        let rows = [
            ("44010", "region_code_length"),
            ("4401060", "region_code_length"),
            ("44O106", "region_code_digit"),
            ("４４０１０６", "region_code_digit"),
            ("000106", "region_code_province"),
            ("000000", "region_code_province"),
        ];
        for (text, code) in rows {
            assert_eq!(RegionCode::parse(text).unwrap_err().code(), code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_region_lies_within_its_own_upper_levels(text in "[1-9][0-9]{5}") {
            let code = region(&text);
            prop_assert!(code.is_within(&code.province()));
            prop_assert!(code.prefecture().is_none_or(|p| code.is_within(&p)));
            prop_assert_eq!(code.to_string(), text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,12}|[0-9é]{6}") {
            let _ = RegionCode::parse(&text);
        }
    }
}
