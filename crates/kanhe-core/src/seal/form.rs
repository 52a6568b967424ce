//! The values of a seal's fields, each in the form that its type gives it.

use crate::calendar::{day_number, day_of_number};
use crate::certificate::Value;
use crate::dictionary::{Dictionary, LONGEST_TEXT};
use crate::kind::{Choice, Form};
use jiff::civil::Date;
use minicbor::decode::Decoder;
use minicbor::encode::Encoder;

/// A code table whose entries are bits of one number has room for so many.
const MOST_BITS: usize = 63;

/// A decimal has at most so many places: cents and hundredths of a square metre have two.
const MOST_PLACES: u8 = 9;

impl Form {
    /// Writes a value; `None` if the value does not have this form.
    pub(super) fn write(&self, value: &Value, dictionary: &Dictionary, e: &mut Encoder<&mut Vec<u8>>) -> Option<()> {
        let written = match (self, value) {
            (Self::Text { most }, Value::Text(text)) if is_legible(text, usize::from(*most)) => e.bytes(&dictionary.pack(text)),
            (Self::Code(template), Value::Text(code)) => e.bytes(&template.pack(code).ok()?),
            (Self::Choice(table), Value::Text(code)) => e.u64(place_of(table, code)?),
            (Self::Choices(table), Value::List(codes)) => e.u64(bits_of(table, codes)?),
            (Self::Date, Value::Text(day)) => e.i32(day_number(day.parse::<Date>().ok().filter(|parsed| parsed.to_string() == *day)?)),
            (Self::Decimal { scale }, Value::Text(decimal)) => e.u64(units_of(decimal, *scale)?),
            (Self::Count, Value::Count(count)) => e.u64(*count),
            (Self::Flag, Value::Flag(flag)) => e.bool(*flag),
            _ => return None,
        };
        written.ok().map(drop)
    }

    /// Reads a value that `write` wrote; `None` if it is not one of this form.
    pub(super) fn read(&self, d: &mut Decoder<'_>, dictionary: &Dictionary) -> Option<Value> {
        match self {
            Self::Text { most } => unpacked(d.bytes().ok()?, dictionary, usize::from(*most)).map(Value::Text),
            Self::Code(template) => {
                let mut code = String::with_capacity(template.as_str().len());
                template.unpack(d.bytes().ok()?, &mut code).ok()?;
                Some(Value::Text(code))
            }
            Self::Choice(table) => {
                let place = usize::try_from(d.u64().ok()?).ok()?;
                table.get(place).map(|choice| Value::Text(choice.code.clone()))
            }
            Self::Choices(table) => chosen(table, d.u64().ok()?).map(Value::List),
            Self::Date => day_of_number(d.i32().ok()?).map(|day| Value::Text(day.to_string())),
            Self::Decimal { scale } => decimal_of(d.u64().ok()?, *scale).map(Value::Text),
            Self::Count => d.u64().ok().map(Value::Count),
            Self::Flag => d.bool().ok().map(Value::Flag),
        }
    }
}

/// Unpacks words of at most so many characters, each at most four bytes: room for all of them is taken once.
pub(super) fn unpacked(packed: &[u8], dictionary: &Dictionary, most: usize) -> Option<String> {
    let ceiling = LONGEST_TEXT.min(most * 4);
    let mut text = String::with_capacity(ceiling);
    dictionary.unpack(packed, ceiling, &mut text).ok()?;
    is_legible(&text, most).then_some(text)
}

/// Words end up on the terminals and pages of others: a control character in them would speak to those, not to the clerk.
fn is_legible(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn place_of(table: &[Choice], code: &str) -> Option<u64> {
    table.iter().position(|choice| choice.code == code).and_then(|place| u64::try_from(place).ok())
}

fn bits_of(table: &[Choice], codes: &[String]) -> Option<u64> {
    codes.iter().try_fold(0_u64, |bits, code| place_of(table, code).filter(|place| *place < 63).map(|place| bits | 1 << place))
}

fn chosen(table: &[Choice], bits: u64) -> Option<Vec<String>> {
    let known = table.len().min(MOST_BITS);
    if bits >> known != 0 {
        return None;
    }
    let mut codes = Vec::with_capacity(usize::try_from(bits.count_ones()).ok()?);
    codes.extend(table.iter().take(known).enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, choice)| choice.code.clone()));
    Some(codes)
}

fn units_of(decimal: &str, scale: u8) -> Option<u64> {
    let (whole, places) = decimal.split_once('.').unwrap_or((decimal, ""));
    let plain =
        !whole.is_empty() && whole.bytes().chain(places.bytes()).all(|b| b.is_ascii_digit()) && (whole == "0" || !whole.starts_with('0'));
    let exact = places.len() == usize::from(scale) && scale <= MOST_PLACES && !decimal.ends_with('.');
    (plain && exact).then(|| format!("{whole}{places}").parse().ok())?
}

fn decimal_of(units: u64, scale: u8) -> Option<String> {
    let unit = 10_u64.checked_pow(u32::from(scale)).filter(|_| scale <= MOST_PLACES)?;
    let (whole, places) = (units / unit, units % unit);
    Some(if scale == 0 { whole.to_string() } else { format!("{whole}.{places:0width$}", width = usize::from(scale)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_places() {
        for (decimal, units) in [("89.52", 8952), ("0.00", 0), ("0.05", 5), ("1200.00", 120_000)] {
            assert_eq!(units_of(decimal, 2), Some(units));
            assert_eq!(decimal_of(units, 2).as_deref(), Some(decimal));
        }
        for wrong in ["89.5", "89", ".50", "089.52", "-1.00", "1e2", "１.00", ""] {
            assert_eq!(units_of(wrong, 2), None, "{wrong}");
        }
    }

    #[test]
    fn a_decimal_without_places_has_no_point() {
        assert_eq!(units_of("5", 0), Some(5));
        assert_eq!(units_of("5.", 0), None);
    }

    #[test]
    fn a_value_is_sealed_only_if_it_reads_back_the_same() {
        let dictionary = Dictionary::decode(include_bytes!("../../../../schemas/dictionaries/1.cbor")).unwrap();
        let sealed = |form: Form, text: &str| {
            let mut bytes = Vec::new();
            form.write(&Value::Text(text.to_owned()), &dictionary, &mut Encoder::new(&mut bytes))?;
            form.read(&mut Decoder::new(&bytes), &dictionary)
        };
        assert_eq!(sealed(Form::Date, "2014-05-20"), Some(Value::Text("2014-05-20".to_owned())));
        for other in ["20140520", "2014-05-20T10:00:00", "2014-5-20", " 2014-05-20"] {
            assert_eq!(sealed(Form::Date, other), None, "{other}");
        }
        for other in ["一二三四五六", "一\n二", "\u{1b}[31m"] {
            assert_eq!(sealed(Form::Text { most: 5 }, other), None, "{other:?}");
        }
    }

    #[test]
    fn a_bit_beyond_the_table_is_refused() {
        let label = || crate::kind::Label { zh: String::new(), en: String::new() };
        let table: Vec<Choice> = ["A", "B", "C"].into_iter().map(|code| Choice { code: code.to_owned(), label: label() }).collect();
        assert_eq!(bits_of(&table, &["C".to_owned(), "A".to_owned()]), Some(0b101));
        assert_eq!(chosen(&table, 0b101), Some(vec!["A".to_owned(), "C".to_owned()]));
        assert_eq!(chosen(&table, 0b1000), None);
        assert_eq!(bits_of(&table, &["D".to_owned()]), None);
    }
}
