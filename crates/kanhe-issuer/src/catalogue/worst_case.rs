//! The worst case of a type: the seal it would have if every text were as long as it may be and every character as dear.
//!
//! It is not estimated: a certificate is made up, and the encoder that writes every seal writes this one.

use super::budget::qr_version_of;
use super::defects::Defects;
use super::error::TypeDefect;
use super::kind::CertificateKind;
use super::shape::Shape;
use jiff::civil::Date;
use kanhe_core::certificate::{Certificate, Contents, Holder, Value};
use kanhe_core::code::{CertificateId, HolderCode, HolderCodeType, RegionCode, Serial, Version};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::kind::Form;
use kanhe_core::seal::{self, SealError};
use serde_json::json;

/// Bytes of a sealed QR payload that are not the seal itself: format, key id, signature.
const AROUND: usize = 1 + 8 + 64;

/// A serial of our own has at most so many characters, where the printed number is not the serial.
pub(super) const LONGEST_OWN_SERIAL: usize = 18;

/// A character of the basic multilingual plane that no word of any licence has.
const NO_ENTRY: char = '\u{e000}';

/// Digits of a decimal fraction, as admission allows them.
const MOST_DIGITS: usize = 18;

/// The last day that a licence can name; some systems write it for 长期.
const LAST_DAY: Date = Date::constant(9999, 12, 31);

/// Measures types against the dictionaries there are.
pub(super) struct Measure<'d> {
    dictionaries: Vec<(&'d Dictionary, Option<char>)>,
}

impl<'d> Measure<'d> {
    pub(super) fn new(dictionaries: &[&'d Dictionary]) -> Self {
        Self { dictionaries: dictionaries.iter().map(|dictionary| (*dictionary, None)).collect() }
    }

    /// Refuses a type whose dictionary nobody has, or whose worst case exceeds its budget.
    pub(super) fn check(&mut self, kind: &CertificateKind, defects: &mut Defects<'_>) {
        let known: Vec<u32> = self.dictionaries.iter().map(|(dictionary, _)| dictionary.id()).collect();
        let Some((dictionary, dearest)) = self.dictionaries.iter_mut().find(|(dictionary, _)| dictionary.id() == kind.dictionary) else {
            defects.add("seal.dictionary", TypeDefect::Dictionary { found: kind.dictionary, known });
            return;
        };
        let dearest = *dearest.get_or_insert_with(|| dearest_character(dictionary));
        let Some(bytes) = length(kind, dictionary, dearest) else { return };
        let needed = qr_version_of(bytes);
        let allowed = kind.budget.version;
        if needed.is_none_or(|needed| needed > allowed) {
            defects.add("seal.budget.version", TypeDefect::OverBudget { bytes, needed, allowed });
        }
    }
}

/// A Chinese character that costs as many bits as any that the dictionary holds (`docs/spec/dictionary.md`).
///
/// One that it does not hold is escaped and costs more still; the measure is then too large rather than too small.
pub(super) fn dearest_character(dictionary: &Dictionary) -> char {
    let most = dictionary.selector_bits() + dictionary.hardest_bits_per_char();
    let dearest = |c: &char| u32::try_from(dictionary.packed_bits(&c.to_string())) == Ok(most);
    ('\u{4e00}'..='\u{9fff}').find(dearest).unwrap_or(NO_ENTRY)
}

/// Bytes of the worst seal, envelope and all; none if the type is so wrong that it has no certificates.
pub(super) fn length(kind: &CertificateKind, dictionary: &Dictionary, dearest: char) -> Option<usize> {
    let certificate = worst(kind, dearest)?;
    match seal::write(&certificate, &kind.to_kind(u16::MAX), dictionary, &[0xff; 16]) {
        Ok(payload) => Some(payload.len() + AROUND),
        Err(SealError::TooLarge { length, .. }) => Some(length),
        Err(SealError::OtherType { .. } | SealError::OtherDictionary { .. } | SealError::SerialIsNotNumber | SealError::Misfit { .. }) => {
            None
        }
    }
}

fn worst(kind: &CertificateKind, dearest: char) -> Option<Certificate> {
    let text = |most: usize| dearest.to_string().repeat(most);
    let number = match &kind.number {
        Form::Code(template) => last_code(template.as_str()),
        Form::Text { most } => text(usize::from(*most)),
        Form::Choice(_) | Form::Choices(_) | Form::Date | Form::Decimal { .. } | Form::Count | Form::Flag => return None,
    };
    let serial = if kind.serial_is_number { number.clone() } else { "Z".repeat(LONGEST_OWN_SERIAL) };
    let code = kind.holder.code_types.iter().copied().map(dearest_code).max_by_key(|code| code.expose().len())?;
    let holder = Holder::new(&text(kind.holder.longest_name), code).ok()?;
    let fields = kind.seal.iter().filter_map(|field| Some((field.name.clone(), dearest_value(kind, &field.name, &field.form, &text)?)));
    let issued = Date::constant(2149, 6, 6); // the last day whose number has two bytes
    Certificate::new(Contents {
        identifier: CertificateId::new(kind.code, kind.authority.code, Serial::parse(&serial).ok()?, Version::new(999).ok()?),
        number,
        type_names: kind.names.clone(),
        issuer_names: kind.names.clone(),
        holders: vec![holder; kind.holder.most],
        region: RegionCode::parse("110000").ok()?,
        issued,
        from: issued,
        until: Some(LAST_DAY),
        fields: fields.collect(),
        attachments: Vec::new(),
        predecessor: None,
        slot: u32::MAX,
        salt: [0; 16],
    })
    .ok()
}

/// A code that takes as much room as any that such holders have been seen with.
fn dearest_code(code_type: HolderCodeType) -> HolderCode {
    // A genuine USCC whose check fails travels as text; the residence permits among the others have 18 characters.
    let text = match code_type {
        HolderCodeType::Uscc => "91350203M0001QKT19",
        HolderCodeType::ResidentId => "11010519491231002X",
        _ => "HKG810000199001010",
    };
    HolderCode::new_foreign(code_type, text).expect("a code of this type").0 // safe: the three texts are constants that a test reads for every type
}

fn last_code(shape: &str) -> String {
    shape.replace('#', "9").replace('@', "Z")
}

fn dearest_value(kind: &CertificateKind, name: &str, form: &Form, text: &impl Fn(usize) -> String) -> Option<Value> {
    Some(match form {
        Form::Text { most } => Value::Text(text(usize::from(*most))),
        Form::Code(template) => Value::Text(last_code(template.as_str())),
        Form::Choice(table) => Value::Text(table.last()?.code.clone()),
        Form::Choices(table) => Value::List(table.iter().map(|choice| choice.code.clone()).collect()),
        Form::Date => Value::Text(LAST_DAY.to_string()),
        Form::Decimal { scale } => Value::Text(greatest_decimal(kind, name, *scale)?),
        Form::Count => match kind.form_field(name)?.shape {
            Shape::Count { greatest } => Value::Count(greatest.unwrap_or(u64::MAX)),
            Shape::Text { .. } | Shape::Day | Shape::OneOf(_) | Shape::Flag | Shape::List(_) => return None,
        },
        Form::Flag => Value::Flag(true),
    })
}

/// The greatest decimal fraction of nines that the schema allows.
fn greatest_decimal(kind: &CertificateKind, name: &str, scale: u8) -> Option<String> {
    let scale = usize::from(scale);
    let nines = |whole: usize| if scale == 0 { "9".repeat(whole) } else { format!("{}.{}", "9".repeat(whole), "9".repeat(scale)) };
    let allowed = |decimal: &String| {
        let alone = json!({ name: decimal });
        !kind.schema.iter_errors(&alone).any(|error| error.instance_path().to_string() == format!("/{name}"))
    };
    (1..=MOST_DIGITS.saturating_sub(scale)).rev().map(nines).find(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_dear_code_of_every_type() {
        for code_type in HolderCodeType::ALL {
            assert_eq!(dearest_code(code_type).kind(), code_type);
        }
    }
}
