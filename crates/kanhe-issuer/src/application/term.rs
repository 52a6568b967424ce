//! When the certificate will be in force, as the type's rule has it.

use super::columns::Reserved;
use super::day;
use super::fault::{Fault, FaultDefect};
use super::table::Application;
use crate::catalogue::ValidityRule;
use jiff::ToSpan;
use jiff::civil::Date;
use kanhe_core::certificate::Validity;

/// What we write where there is no last day.
pub(super) const FOR_EVER: &str = "长期";

/// Whether it says what people write where there is no last day.
pub(super) fn is_for_ever(text: &str) -> bool {
    [FOR_EVER, "长期有效", "永久", "无固定期限"].contains(&text)
}

/// Who gives the days of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The type's rule: for a first certificate, and for one that is renewed (延续).
    Rule,
    /// The version before: an amendment (变更) says something else for the same days.
    Kept(Validity),
    /// The region that gave the certificate away (转入): the application may name the last day there, up to that of the type's rule.
    Carried,
}

/// The days that an application names.
struct Days {
    from: Date,
    until: Option<Until>,
}

/// What stands in the column of the last day.
enum Until {
    Day(Date),
    ForEver,
}

/// The day of issue (that of `today` if the application names none) and the days in force; `None` if any day is wrong.
pub(super) fn admit(
    application: &Application,
    rule: ValidityRule,
    term: Term,
    today: Date,
    faults: &mut Vec<Fault>,
) -> Option<(Date, Validity)> {
    let issued = day_in(application, Reserved::Issued, faults);
    let from = day_in(application, Reserved::ValidFrom, faults);
    let until = match application.text(Reserved::ValidUntil.name()) {
        Some(text) if is_for_ever(text) => Ok(Some(Until::ForEver)),
        _ => day_in(application, Reserved::ValidUntil, faults).map(|day| day.map(Until::Day)),
    };
    let (Ok(issued), Ok(from), Ok(until)) = (issued, from, until) else { return None };
    let issued = issued.unwrap_or(today);
    if issued > today {
        faults.push(Fault::new(Reserved::Issued.name(), FaultDefect::IssuedInFuture { found: issued, today }));
        return None; // the term would begin on a day that is wrong
    }
    if let Term::Kept(validity) = term {
        return keeps(from, until, validity, faults).then_some((issued, validity));
    }
    let days = Days { from: from.unwrap_or(issued), until };
    let refused = |defect| faults.push(Fault::new(Reserved::ValidUntil.name(), defect));
    validity(&days, rule, term).map_err(refused).ok().map(|validity| (issued, validity))
}

/// Whether the days that an application names, if it names any, are those of the version before.
fn keeps(from: Option<Date>, until: Option<Until>, kept: Validity, faults: &mut Vec<Fault>) -> bool {
    let until = until.map(|until| match until {
        Until::Day(day) => Some(day),
        Until::ForEver => None,
    });
    let days = [(Reserved::ValidFrom, from.map(Some), Some(kept.from())), (Reserved::ValidUntil, until, kept.until())];
    let other = days.into_iter().filter_map(|(column, named, kept)| Some((column, named.filter(|named| *named != kept)?, kept)));
    let before = faults.len();
    faults.extend(other.map(|(column, found, kept)| Fault::new(column.name(), FaultDefect::TermKept { found, kept })));
    faults.len() == before
}

fn validity(days: &Days, rule: ValidityRule, term: Term) -> Result<Validity, FaultDefect> {
    let last = match (rule, &days.until) {
        (ValidityRule::OpenEnded, None | Some(Until::ForEver)) | (ValidityRule::Given, Some(Until::ForEver)) => None,
        (ValidityRule::OpenEnded, Some(Until::Day(_))) => return Err(FaultDefect::NotWanted { rule: "open-ended" }),
        (ValidityRule::Given, None) => return Err(FaultDefect::Missing),
        (ValidityRule::Given, Some(Until::Day(day))) => Some(*day),
        (ValidityRule::Years(_) | ValidityRule::Days(_), Some(Until::ForEver)) => return Err(FaultDefect::NotWanted { rule: "a term" }),
        (ValidityRule::Years(_) | ValidityRule::Days(_), given) => {
            let last = last_day(days.from, rule).ok_or(FaultDefect::BeyondCalendar)?;
            match given {
                Some(Until::Day(found)) if term == Term::Carried && *found < last => Some(*found),
                Some(Until::Day(found)) if *found != last => return Err(FaultDefect::Until { found: *found, wanted: last }),
                _ => Some(last),
            }
        }
    };
    let wrong = || FaultDefect::EndsBeforeItBegins { from: days.from, until: last.unwrap_or(days.from) };
    Validity::new(days.from, last).map_err(|_| wrong())
}

/// The last day of a term: the day before the same day of a later year.
///
/// Where that year has no such day (29 February) the term ends with its month (Civil Code art. 202).
fn last_day(from: Date, rule: ValidityRule) -> Option<Date> {
    match rule {
        ValidityRule::Years(years) => {
            let same_day = from.checked_add(i64::from(years).years()).ok()?;
            if same_day.day() == from.day() { same_day.yesterday().ok() } else { Some(same_day) }
        }
        ValidityRule::Days(days) => from.checked_add(i64::from(days).days()).ok()?.yesterday().ok(),
        ValidityRule::OpenEnded | ValidityRule::Given => None,
    }
}

fn day_in(application: &Application, column: Reserved, faults: &mut Vec<Fault>) -> Result<Option<Date>, ()> {
    if application.cell(column.name()).is_none() {
        return Ok(None);
    }
    match application.text(column.name()).and_then(day::parse) {
        Some(day) => Ok(Some(day)),
        None => {
            faults.push(Fault::new(column.name(), FaultDefect::Day));
            Err(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_ends_the_day_before() {
        let rows = [
            ((2026, 3, 1), ValidityRule::Years(5), (2031, 2, 28)),
            ((2026, 3, 2), ValidityRule::Years(5), (2031, 3, 1)),
            ((2024, 2, 29), ValidityRule::Years(5), (2029, 2, 28)),
            ((2024, 2, 29), ValidityRule::Years(4), (2028, 2, 28)),
            ((2027, 3, 1), ValidityRule::Years(1), (2028, 2, 29)),
            ((2026, 1, 1), ValidityRule::Years(3), (2028, 12, 31)),
            ((2026, 3, 1), ValidityRule::Days(1), (2026, 3, 1)),
            ((2026, 3, 1), ValidityRule::Days(90), (2026, 5, 29)),
        ];
        let date = |(year, month, day)| Date::constant(year, month, day);
        for (from, rule, last) in rows {
            assert_eq!(last_day(date(from), rule), Some(date(last)), "{from:?} {rule:?}");
        }
        assert_eq!(last_day(date((9998, 1, 1)), ValidityRule::Years(5)), None);
    }
}
