//! Counts that are kept, not taken: how many certificates of a type, agency and state were issued in a month, and how many end on a day.

use crate::cursor::{List, ListName};
use crate::error::StoreError;
use crate::family::Family;
use crate::layout::Key;
use crate::library::Library;
use crate::record::Card;
use crate::skip::{Look, Part, Walk};
use crate::within::Within;
use jiff::civil::Date;
use kanhe_core::calendar::day_of_number;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::status::State;
use std::collections::BTreeMap;

/// What a count is of.
const MONTHS: u8 = 0;
const ENDINGS: u8 = 1;

/// Certificates of one type, agency, state and month of issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The type.
    pub type_code: TypeCode,
    /// The agency.
    pub agency: Uscc,
    /// The state; expired ones are not told apart here.
    pub state: State,
    /// The year of issue.
    pub year: i16,
    /// The month of issue, from 1.
    pub month: i8,
    /// How many.
    pub count: u64,
}

/// The key of the count by month that a card belongs to.
pub(crate) fn of_month(card: &Card) -> Vec<u8> {
    let month = u32::from(card.issued.year().cast_unsigned()) * 12 + u32::from(card.issued.month().cast_unsigned()) - 1;
    Key::new().bytes(&[MONTHS]).type_code(card.type_code()).agency(card.agency()).state(card.state).u32(month).end()
}

/// The key of the count by last day that a card belongs to, if it can come to an end.
pub(crate) fn of_ending(card: &Card) -> Option<Vec<u8>> {
    let until = card.until.filter(|_| card.can_be_used())?;
    Some(Key::new().bytes(&[ENDINGS]).type_code(card.type_code()).agency(card.agency()).state(card.state).day(until).end())
}

impl Library {
    /// How many certificates there are of each type, agency, state and month of issue; of those within alone, if there are bounds.
    pub fn counts(&self, within: Option<Within<'_>>) -> Result<Vec<Count>, StoreError> {
        let malformed = || StoreError::Malformed { family: Family::Counts.name() };
        let parts = vec![Part::only(&[MONTHS]), Part::types(None, within), Part::agency(None, within)];
        let mut counts = Vec::new();
        let Some(list) = List::of_parts(Family::Counts, ListName::new(Family::Counts), parts) else { return Ok(counts) };
        let mut walk = Walk::of(self.view(), &list, None)?;
        loop {
            match walk.look()? {
                Look::Key(key) => counts.push(read_month(&key, walk.value()).ok_or_else(malformed)?),
                Look::Gap(_) => {}
                Look::End => return Ok(counts),
            }
        }
    }

    /// How many valid or suspended certificates of a type and agency had their last day before a day: what the counts by state still
    /// have among the valid, for a term runs out without anybody writing it down.
    pub fn expired(&self, type_code: &TypeCode, agency: &Uscc, state: State, day: Date) -> Result<u64, StoreError> {
        let of = Key::new().bytes(&[ENDINGS]).type_code(type_code).agency(agency).state(state);
        let (prefix, end) = (of.clone().end(), of.day(day).end());
        let rows = self.view().scan(Family::Counts, &prefix, &prefix)?;
        let mut expired = 0_u64;
        for row in rows {
            let (key, value) = row?;
            if key >= end {
                break;
            }
            expired += number(&value).unwrap_or(0);
        }
        Ok(expired)
    }

    /// How many certificates of a type, agency and state have their last day between two days, by year and month of
    /// it.
    pub fn ending(
        &self,
        type_code: &TypeCode,
        agency: &Uscc,
        state: State,
        (from, until): (Date, Date),
    ) -> Result<BTreeMap<(i16, i8), u64>, StoreError> {
        let malformed = || StoreError::Malformed { family: Family::Counts.name() };
        let of = Key::new().bytes(&[ENDINGS]).type_code(type_code).agency(agency).state(state);
        let rows = self.view().scan(Family::Counts, &of.clone().end(), &of.day(from).end())?;
        let mut months = BTreeMap::new();
        for row in rows {
            let (key, value) = row?;
            let (day, count) = (last_day(&key).ok_or_else(malformed)?, number(&value).ok_or_else(malformed)?);
            if day > until {
                break;
            }
            if count > 0 {
                *months.entry((day.year(), day.month())).or_default() += count;
            }
        }
        Ok(months)
    }
}

/// The last day that the key of a count by last day has.
fn last_day(key: &[u8]) -> Option<Date> {
    let turned = u32::from_be_bytes(*key.get(41..)?.first_chunk()?);
    day_of_number((turned ^ (1 << 31)).cast_signed())
}

/// A count by month, from its key and value.
pub(crate) fn read_month(key: &[u8], value: &[u8]) -> Option<Count> {
    let text = |from: usize, to: usize| key.get(from..to).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let month = u32::from_be_bytes(*key.get(41..)?.first_chunk()?);
    Some(Count {
        type_code: TypeCode::parse(text(1, 22)?).ok()?,
        agency: Uscc::parse(text(22, 40)?).ok()?,
        state: State::of_bits(*key.get(40)?)?,
        year: i16::try_from(month / 12).ok()?,
        month: i8::try_from(month % 12 + 1).ok()?,
        count: number(value)?,
    })
}

/// A number of eight bytes.
pub(crate) fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}
