//! The holders of an application: as many names as code types as codes.

use super::asked::members_of;
use super::columns::Reserved;
use super::fault::{Fault, FaultDefect};
use super::fields;
use super::printable::Unprintable;
use super::table::Application;
use crate::catalogue::HolderRule;
use kanhe_core::certificate::Holder;
use kanhe_core::code::{HolderCode, HolderCodeType, Uscc, Warning};
use kanhe_core::spelling;

/// The columns in which people's numbers stand, also where the cells of a row have changed places.
pub(super) const IN_NUMBERS: [Reserved; 3] = [Reserved::HolderName, Reserved::HolderCodeType, Reserved::HolderCode];

/// A person's number has at least so many digits, or is too short to be known again.
const LEAST_DIGITS: usize = 5;

/// What may be a person's number in the columns of the holders, whether it could be read or not: all but codes of organisations and words
/// without digits.
pub(super) fn numbers_of_people(application: &Application) -> impl Iterator<Item = &str> {
    let [names, types, codes] = IN_NUMBERS.map(|column| members_in(application, column));
    let mut kinds = members_in(application, Reserved::HolderCodeType).map(|text| HolderCodeType::parse(&spelling::folded(text)).ok());
    let codes = codes.filter(move |code| !is_public(kinds.next().flatten(), code));
    let unread = application.unread.iter().map(String::as_str);
    codes.chain(names).chain(types).chain(unread).filter(|text| has_number(text))
}

fn members_in(application: &Application, column: Reserved) -> impl Iterator<Item = &str> {
    application.cell(column.name()).into_iter().flat_map(members_of)
}

fn is_public(kind: Option<HolderCodeType>, code: &str) -> bool {
    match kind {
        Some(HolderCodeType::OtherOrganisation) => true,
        // Also one that was mistyped, but no passport under the wrong type.
        Some(HolderCodeType::Uscc) => Uscc::parse_foreign(&spelling::folded(code)).is_ok(),
        Some(_) | None => Uscc::parse(&spelling::folded(code)).is_ok(),
    }
}

fn has_number(text: &str) -> bool {
    spelling::folded(text).chars().filter(char::is_ascii_digit).count() >= LEAST_DIGITS
}

/// Who will hold the certificate, with the warnings of codes that somebody vouches for; `None` if anything is wrong.
pub(super) fn admit(application: &Application, rule: &HolderRule, faults: &mut Vec<Fault>) -> Option<(Vec<Holder>, Vec<Warning>)> {
    let vouched = vouched_for(application, faults);
    let [names, types, codes] = IN_NUMBERS.map(|column| listed(application, column, faults));
    let (names, types, codes) = (names?, types?, codes?);
    if names.len() != types.len() || names.len() != codes.len() {
        let defect = FaultDefect::HolderLists { names: names.len(), types: types.len(), codes: codes.len() };
        faults.push(Fault::new(Reserved::HolderName.name(), defect));
        return None;
    }
    if names.len() > rule.most {
        faults.push(Fault::new(Reserved::HolderName.name(), FaultDefect::HolderCount { found: names.len(), most: rule.most }));
        return None;
    }
    let (mut holders, mut warnings) = (Vec::new(), Vec::new());
    for (position, ((name, code_type), code)) in (1..).zip(names.into_iter().zip(types).zip(codes)) {
        let code = code_type_of(code_type, rule, position, faults).and_then(|kind| code_of(kind, code, vouched, position, faults));
        let code = code.map(|(code, overridden)| {
            warnings.extend(overridden);
            code
        });
        holders.push(holder_of(name, code, rule, position, &holders, faults));
    }
    holders.into_iter().collect::<Option<Vec<_>>>().map(|holders| (holders, warnings))
}

/// Several holders are joined by `^` alone: names of companies and of foreigners have commas.
fn listed<'a>(application: &'a Application, column: Reserved, faults: &mut Vec<Fault>) -> Option<Vec<&'a str>> {
    match application.cell(column.name()) {
        Some(cell) if !cell.is_empty() => Some(members_of(cell).collect()),
        Some(_) | None => {
            faults.push(Fault::new(column.name(), FaultDefect::Missing));
            None
        }
    }
}

fn vouched_for(application: &Application, faults: &mut Vec<Fault>) -> bool {
    let column = Reserved::CheckOverride.name();
    match application.cell(column) {
        None => false,
        Some(_) => application.text(column).and_then(fields::yes_or_no).unwrap_or_else(|| {
            faults.push(Fault::new(column, FaultDefect::Flag));
            false
        }),
    }
}

fn code_type_of(text: &str, rule: &HolderRule, position: usize, faults: &mut Vec<Fault>) -> Option<HolderCodeType> {
    let column = Reserved::HolderCodeType.name();
    match HolderCodeType::parse(&spelling::folded(text)) {
        Err(reason) => {
            faults.push(Fault::new(column, FaultDefect::HolderCodeType { position, reason }));
            None
        }
        Ok(kind) if !rule.code_types.contains(&kind) => {
            let wanted = rule.code_types.iter().map(|kind| kind.as_str()).collect();
            faults.push(Fault::new(column, FaultDefect::HolderCodeTypeNotAllowed { position, found: kind.as_str(), wanted }));
            None
        }
        Ok(kind) => Some(kind),
    }
}

fn code_of(
    kind: HolderCodeType,
    text: &str,
    vouched: bool,
    position: usize,
    faults: &mut Vec<Fault>,
) -> Option<(HolderCode, Vec<Warning>)> {
    let text = &spelling::holder_code(kind, text);
    let read = if vouched { HolderCode::new_foreign(kind, text) } else { HolderCode::new(kind, text).map(|code| (code, Vec::new())) };
    read.map_err(|reason| faults.push(Fault::new(Reserved::HolderCode.name(), FaultDefect::HolderCode { position, reason }))).ok()
}

fn holder_of(
    name: &str,
    code: Option<HolderCode>,
    rule: &HolderRule,
    position: usize,
    earlier: &[Option<Holder>],
    faults: &mut Vec<Fault>,
) -> Option<Holder> {
    let column = Reserved::HolderName.name();
    let found = name.chars().count();
    if found > rule.longest_name {
        faults.push(Fault::new(column, FaultDefect::HolderNameLength { position, found, most: rule.longest_name }));
        return None;
    }
    if let Some(reason) = Unprintable::find(name) {
        faults.push(Fault::new(column, FaultDefect::HolderUnprintable { position, reason }));
        return None;
    }
    let known = code.is_some();
    // The name is judged even where the code is wrong, so that both faults come back at once.
    let stand_in = || HolderCode::new(HolderCodeType::OtherPerson, "0").expect("a code"); // safe: one digit is a code of type 999
    let holder = match Holder::new(name, code.unwrap_or_else(stand_in)) {
        Ok(holder) => holder,
        Err(reason) => {
            faults.push(Fault::new(column, FaultDefect::HolderName { position, reason }));
            return None;
        }
    };
    if !known {
        return None;
    }
    if earlier.iter().flatten().any(|other| other.code() == holder.code()) {
        faults.push(Fault::new(Reserved::HolderCode.name(), FaultDefect::HolderTwice { position }));
    }
    Some(holder)
}
