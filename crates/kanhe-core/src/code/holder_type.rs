//! The kinds of codes that holders are known by (GB/T 36903 annex A).

use std::fmt;

use super::error::HolderCodeTypeError;

/// What kind of code a holder is known by. The annex gives five military kinds under numbers whose names are not public, so we keep the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolderCodeType {
    /// 001, the unified social credit code of an organisation.
    Uscc,
    /// 099, another code of an organisation.
    OtherOrganisation,
    /// 111, the resident id of a person.
    ResidentId,
    /// 114, a military document.
    Military114,
    /// 115, a military document.
    Military115,
    /// 118, a military document.
    Military118,
    /// 119, a military document.
    Military119,
    /// 120, a military document.
    Military120,
    /// 122, a military document.
    Military122,
    /// 411, a diplomatic passport.
    DiplomaticPassport,
    /// 412, a service passport.
    ServicePassport,
    /// 413, a passport for public affairs.
    PublicAffairsPassport,
    /// 414, an ordinary passport.
    OrdinaryPassport,
    /// 511, the permit of a Taiwan resident.
    TaiwanPermit,
    /// 516, the permit of a Hong Kong or Macao resident.
    HongKongMacaoPermit,
    /// 999, another code of a person.
    OtherPerson,
}

impl HolderCodeType {
    /// Every type, in the order of the codes.
    pub const ALL: [Self; 16] = [
        Self::Uscc,
        Self::OtherOrganisation,
        Self::ResidentId,
        Self::Military114,
        Self::Military115,
        Self::Military118,
        Self::Military119,
        Self::Military120,
        Self::Military122,
        Self::DiplomaticPassport,
        Self::ServicePassport,
        Self::PublicAffairsPassport,
        Self::OrdinaryPassport,
        Self::TaiwanPermit,
        Self::HongKongMacaoPermit,
        Self::OtherPerson,
    ];

    /// Reads the three digits of a type, `111`.
    ///
    /// # Errors
    ///
    /// Anything that is not exactly one of the codes of the annex.
    pub fn parse(text: &str) -> Result<Self, HolderCodeTypeError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(HolderCodeTypeError::Unknown)
    }

    /// Gives the type that has this number, 1 for `001`.
    ///
    /// # Errors
    ///
    /// A number that the annex does not have.
    pub fn new(code: u16) -> Result<Self, HolderCodeTypeError> {
        Self::ALL.into_iter().find(|kind| kind.code() == code).ok_or(HolderCodeTypeError::Unknown)
    }

    /// Gives the number of the type, 1 for `001`.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Uscc => 1,
            Self::OtherOrganisation => 99,
            Self::ResidentId => 111,
            Self::Military114 => 114,
            Self::Military115 => 115,
            Self::Military118 => 118,
            Self::Military119 => 119,
            Self::Military120 => 120,
            Self::Military122 => 122,
            Self::DiplomaticPassport => 411,
            Self::ServicePassport => 412,
            Self::PublicAffairsPassport => 413,
            Self::OrdinaryPassport => 414,
            Self::TaiwanPermit => 511,
            Self::HongKongMacaoPermit => 516,
            Self::OtherPerson => 999,
        }
    }

    /// Writes the three digits of the type, `001`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uscc => "001",
            Self::OtherOrganisation => "099",
            Self::ResidentId => "111",
            Self::Military114 => "114",
            Self::Military115 => "115",
            Self::Military118 => "118",
            Self::Military119 => "119",
            Self::Military120 => "120",
            Self::Military122 => "122",
            Self::DiplomaticPassport => "411",
            Self::ServicePassport => "412",
            Self::PublicAffairsPassport => "413",
            Self::OrdinaryPassport => "414",
            Self::TaiwanPermit => "511",
            Self::HongKongMacaoPermit => "516",
            Self::OtherPerson => "999",
        }
    }

    /// Says whether such a code belongs to an organisation; every other belongs to a person.
    #[must_use]
    pub fn is_organisation(self) -> bool {
        matches!(self, Self::Uscc | Self::OtherOrganisation)
    }

    /// Says whether such a code is that of a passport or a permit to travel, whose letters are capitals (ICAO Doc 9303).
    #[must_use]
    pub fn is_travel_paper(self) -> bool {
        match self {
            Self::DiplomaticPassport
            | Self::ServicePassport
            | Self::PublicAffairsPassport
            | Self::OrdinaryPassport
            | Self::TaiwanPermit
            | Self::HongKongMacaoPermit => true,
            Self::Uscc
            | Self::OtherOrganisation
            | Self::ResidentId
            | Self::Military114
            | Self::Military115
            | Self::Military118
            | Self::Military119
            | Self::Military120
            | Self::Military122
            | Self::OtherPerson => false,
        }
    }
}

impl fmt::Display for HolderCodeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_reads_back_from_its_digits_and_its_number() {
        for kind in HolderCodeType::ALL {
            assert_eq!(HolderCodeType::parse(kind.as_str()), Ok(kind));
            assert_eq!(HolderCodeType::new(kind.code()), Ok(kind));
            assert_eq!(format!("{:03}", kind.code()), kind.as_str());
        }
        for unknown in ["", "1", "01", "112", "0111", "１１１", " 111"] {
            assert_eq!(HolderCodeType::parse(unknown), Err(HolderCodeTypeError::Unknown));
        }
    }
}
