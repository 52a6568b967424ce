//! What a seal would tell of a person though it is to tell less: anybody reads a QR code, so no whole number of a person stands in one.
//! Nor does one in what the database is searched by, for keys of its indexes stand in the clear.

use crate::application::columns::Reserved;
use jiff::civil::Date;
use kanhe_core::certificate::{Holder, Value};
use kanhe_core::code::{HolderCode, ResidentId};
use kanhe_core::kind::{Field, Form, Kind, Mask};
use kanhe_core::spelling::folded;
use std::ops::Range;

/// A holder's code with fewer characters is too short to be known again within other words.
const LEAST: usize = 6;

/// So many digits of a holder's code are known again without its letters.
const LEAST_DIGITS: usize = 7;

/// The characters of a resident id.
const ID: usize = 18;

/// What is to stand in a seal, as far as it is words.
pub(crate) struct Words<'a> {
    /// The form of the printed number.
    pub(crate) form: &'a Form,
    /// How much of a person's code the seal tells.
    pub(crate) mask: Mask,
    /// The fields of the seal.
    pub(crate) fields: &'a [Field],
    /// The printed number.
    pub(crate) number: &'a str,
    /// The holders.
    pub(crate) holders: &'a [Holder],
}

impl<'a> Words<'a> {
    /// The words of a certificate of a type.
    pub(crate) fn of(kind: &'a Kind, number: &'a str, holders: &'a [Holder]) -> Self {
        Self { form: &kind.number, mask: kind.holder_mask, fields: &kind.fields, number, holders }
    }

    /// The columns in which a whole number of a person stands: a resident id, anybody's, in what is written freely; one of the holders' own
    /// anywhere, for a code of a shape may be any number.
    pub(crate) fn tell_all<'v>(&self, value: impl Fn(&str) -> Option<&'v Value>) -> Vec<&'a str> {
        let mut told = Vec::new();
        if self.tells(self.form, self.number) {
            told.push(Reserved::Number.name());
        }
        if self.holders.iter().any(|holder| self.tells(&Form::Text { most: u16::MAX }, holder.name())) {
            told.push(Reserved::HolderName.name());
        }
        for field in self.fields {
            if let Some(Value::Text(text)) = value(&field.name)
                && self.tells(&field.form, text)
            {
                told.push(&field.name);
            }
        }
        told
    }

    fn tells(&self, form: &Form, text: &str) -> bool {
        match form {
            Form::Text { .. } => ResidentId::stands_in(text) || self.tells_of_holder(text),
            Form::Code(_) => self.tells_of_holder(text),
            Form::Choice(_) | Form::Choices(_) | Form::Date | Form::Decimal { .. } | Form::Count | Form::Flag => false,
        }
    }

    fn tells_of_holder(&self, text: &str) -> bool {
        let hidden = |holder: &&Holder| self.mask != Mask::Open && !holder.code().kind().is_organisation();
        self.holders.iter().filter(hidden).any(|holder| tells_code(text, holder.code()))
    }
}

/// Whether words that stand in the clear on the disk tell a person's number: one of these anywhere, or a resident id by itself.
pub(crate) fn tells_in_clear<'a>(text: &str, numbers: impl IntoIterator<Item = &'a str>, today: Date) -> bool {
    let is_somebodys = |word: &str| ResidentId::parse(word).is_ok_and(|id| born_by(today).contains(&id.birth_date().year()));
    tells_any(text, numbers) || folded(text).split(|letter: char| !letter.is_alphanumeric()).any(is_somebodys)
}

/// The numbers of those holders who are people, as they are written.
pub(crate) fn of_people(holders: &[Holder]) -> impl Iterator<Item = &str> {
    holders.iter().map(Holder::code).filter(|code| !code.kind().is_organisation()).map(HolderCode::expose)
}

/// Whether the form of a resident id stands anywhere in a text, in whatever groups, also with a check character that does not hold: who knows
/// that it was mistyped finds the right one.
pub(crate) fn tells_form_of_id(text: &str, today: Date) -> bool {
    let letters: Vec<char> = letters_of(text).chars().collect();
    letters.windows(ID).any(|window| {
        let written: String = window.iter().collect();
        let year = written.get(6..10).and_then(|year| year.parse().ok());
        ResidentId::parse_foreign(&written).is_ok() && year.is_some_and(|year| born_by(today).contains(&year))
    })
}

/// Region, day and a running number, of which many request ids are made, look like the resident id of somebody born on that day.
fn born_by(today: Date) -> Range<i16> {
    1850..today.year().saturating_sub(1)
}

/// Whether one of these numbers, as somebody wrote them, stands in a text in whatever groups: with other words beside it or without, and of
/// those with enough digits also the digits alone.
fn tells_any<'a>(text: &str, numbers: impl IntoIterator<Item = &'a str>) -> bool {
    let (letters, digits) = (letters_of(text), digits_of(text));
    let tells = |part: &str| {
        let (its_letters, its_digits) = (letters_of(part), digits_of(part));
        let whole = its_letters.len() >= LEAST && letters.contains(without_check(&its_letters));
        whole || its_digits.len() >= LEAST_DIGITS && digits.contains(without_check(&its_digits))
    };
    numbers.into_iter().any(|number| folded(number).split(|letter: char| !letter.is_ascii()).any(tells))
}

/// Whether a whole code stands in a text, in whatever groups.
pub(crate) fn tells_code(text: &str, code: &HolderCode) -> bool {
    let code = letters_of(code.expose());
    code.len() >= LEAST && letters_of(text).contains(&code)
}

/// The check character of a resident id says nothing that the 17 before it do not.
fn without_check(number: &str) -> &str {
    match number.split_at_checked(ID - 1) {
        Some((body, check)) if check.len() <= 1 && body.bytes().all(|byte| byte.is_ascii_digit()) => body,
        _ => number,
    }
}

fn digits_of(text: &str) -> String {
    folded(text).chars().filter(char::is_ascii_digit).collect()
}

/// Letters and digits alone: a number is the same in groups.
fn letters_of(text: &str) -> String {
    folded(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}
