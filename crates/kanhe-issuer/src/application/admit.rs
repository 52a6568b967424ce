//! Admission: a row becomes a draft, or comes back with every fault it has.

use super::columns::Reserved;
use super::draft::Draft;
use super::fault::{Fault, FaultDefect};
use super::table::Application;
use super::term::{self, Term};
use super::{fields, holders};
use crate::catalogue::CertificateKind;
use crate::discretion::{Words, tells_in_clear};
use jiff::civil::Date;
use kanhe_core::code::Serial;
use kanhe_core::kind::Form;

/// A request id has at most so many characters: a UUID with its hyphens has 36, matter numbers of provinces up to 40.
const LONGEST_REQUEST_ID: usize = 64;

impl CertificateKind {
    /// Admits an application for a first certificate; `today` is the day of issue of one that names none.
    ///
    /// # Errors
    ///
    /// All faults of the row at once, in the order of the columns.
    pub fn admit(&self, application: &Application, today: Date) -> Result<Draft, Vec<Fault>> {
        self.admit_for(application, Term::Rule, today)
    }

    /// Admits an application for a certificate whose days come from elsewhere than the type's rule; the errors are the same.
    pub fn admit_for(&self, application: &Application, term: Term, today: Date) -> Result<Draft, Vec<Fault>> {
        let mut faults = application.faults.clone();
        if faults.iter().any(|fault| matches!(fault.defect(), FaultDefect::RowCells { .. })) {
            return Err(faults); // the cells cannot be told apart, so nothing more can be said of any
        }
        let request_id = request_id(application, &mut faults);
        let number = number(application, self, &mut faults);
        let holders = holders::admit(application, self.holder(), &mut faults);
        // Also where the holders could not be read.
        if application.request_id().is_some_and(|request| tells_in_clear(request, holders::numbers_of_people(application), today)) {
            faults.push(Fault::new(Reserved::RequestId.name(), FaultDefect::NumberInClear));
        }
        let term = term::admit(application, self.validity(), term, today, &mut faults);
        let fields = fields::admit(application, self, &mut faults);
        if let (Some((number, _)), Some((holders, _))) = (&number, &holders) {
            let words = Words { form: self.number(), mask: self.holder().mask, fields: self.seal(), number, holders };
            let told = words.tell_all(|name| fields.iter().find_map(|(field, value)| (field == name).then_some(value)));
            faults.extend(told.into_iter().map(|column| Fault::new(column, FaultDefect::WholeNumber)));
        }
        match (request_id, number, holders, term) {
            (Some(request_id), Some((number, serial)), Some((holders, warnings)), Some((issued, validity))) if faults.is_empty() => {
                Ok(Draft {
                    request_id,
                    type_code: *self.code(),
                    type_names: self.names().clone(),
                    number,
                    serial,
                    holders,
                    issued,
                    validity,
                    fields,
                    warnings,
                    asked: application.asked(self),
                })
            }
            _ => Err(without_echoes(faults)),
        }
    }
}

fn request_id(application: &Application, faults: &mut Vec<Fault>) -> Option<String> {
    let text = one(application, Reserved::RequestId, faults)?;
    if is_request_id(text) {
        return Some(text.to_owned());
    }
    faults.push(Fault::new(Reserved::RequestId.name(), FaultDefect::RequestId { most: LONGEST_REQUEST_ID }));
    None
}

pub(super) fn is_request_id(text: &str) -> bool {
    (1..=LONGEST_REQUEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn number(application: &Application, kind: &CertificateKind, faults: &mut Vec<Fault>) -> Option<(String, Option<Serial>)> {
    let text = one(application, Reserved::Number, faults)?;
    let read = printed(text, kind).and_then(|number| {
        let serial = kind.serial_is_number().then(|| Serial::parse(&number)).transpose().map_err(FaultDefect::Serial)?;
        Ok((number, serial))
    });
    read.map_err(|defect| faults.push(Fault::new(Reserved::Number.name(), defect))).ok()
}

/// A number as it is printed.
pub(super) fn printed(text: &str, kind: &CertificateKind) -> Result<String, FaultDefect> {
    match kind.number() {
        Form::Code(template) => fields::in_shape(template, text),
        Form::Text { most } if text.chars().count() > usize::from(*most) => {
            Err(FaultDefect::TextTooLong { found: text.chars().count(), most: u64::from(*most) })
        }
        _ => fields::plain(text),
    }
}

fn one<'a>(application: &'a Application, column: Reserved, faults: &mut Vec<Fault>) -> Option<&'a str> {
    let text = application.text(column.name());
    if text.is_none() {
        let defect = if application.cell(column.name()).is_some() { FaultDefect::NoCell } else { FaultDefect::Missing };
        faults.push(Fault::new(column.name(), defect));
    }
    text
}

/// A cell that could not be read is not also missing.
fn without_echoes(faults: Vec<Fault>) -> Vec<Fault> {
    let unread: Vec<String> = faults.iter().filter(|fault| fault.defect().is_unread()).map(|fault| fault.column().to_owned()).collect();
    let echo = |fault: &Fault| matches!(fault.defect(), FaultDefect::Missing) && unread.iter().any(|column| column == fault.column());
    faults.into_iter().filter(|fault| !echo(fault)).collect()
}
