//! `kanhe find`, `kanhe count`: certificates by everything that anybody may know of them.

use super::door::{Cut, Page, Sought, door};
use super::doubt::in_a_list;
use super::stored;
use crate::cli::{CountArgs, FindArgs};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice, clock};
use crate::words::{self, Language, Words, said_condition, said_state};
use comfy_table::{Table, presets};
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{HolderCode, HolderCodeType, TypeCode, Uscc};
use kanhe_core::spelling;
use kanhe_issuer::catalogue::{Asked, Catalogue, SoughtError};
use kanhe_issuer::question::{NoneSuch, by_name, by_number, by_request, in_order, nothing_is_found_by};
use kanhe_service::shown::{CertificateRow, MonthCount};
use kanhe_store::find::{Cursor, Only, Question};
use serde_json::json;
use std::collections::BTreeSet;

/// So many months of issue are shown to people; `--json` has all.
const MONTHS: usize = 12;

const ENDING_BY: &str = "--ending-by";

/// Finds certificates, a page at a time.
pub fn find(args: &FindArgs, voice: Voice) -> Result<Ended, Failure> {
    let door = door(&args.library)?;
    let catalogue = door.catalogue(&args.types)?;
    let today = day_in_china(clock::moment(None)?);
    let type_code = args.kind.as_deref().map(|name| type_of(&catalogue, name)).transpose()?;
    let question = &question(args, &catalogue, type_code, today)?;
    let after = args.after.as_deref().map(Cursor::parse).transpose().map_err(stored)?;
    let sought = Sought { question, type_code: type_code.as_ref(), state: args.state.as_deref() };
    let Page { rows, next } = door.find(&sought, Cut { after: after.as_ref(), most: args.most })?;
    if let Question::Holder { code, .. } = question
        && after.is_none()
        && rows.is_empty()
        && next.is_none()
    {
        nothing_is_found_by(code)?;
    }
    if args.after.is_none() && rows.is_empty() && next.is_none() {
        args.kind.as_deref().map_or(Ok(()), |name| known_type(&catalogue, name))?;
    }
    voice.say(&json!({ "certificates": rows, "next": next }), |language| {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for row in &rows {
            let name = catalogue.find(&row.r#type);
            let name = name.map_or_else(|| row.r#type.clone(), |kind| words::label(kind.names()).of(language).to_owned());
            let until = row.until.clone().unwrap_or_else(|| Words::new("长期", "without end").of(language).to_owned());
            table.add_row([row.number.clone(), name, row.holders.join("、"), said_of(row, language), until, which(row)]);
        }
        paged(&table, next.as_deref(), Words::new("没有找到", "nothing found"), language)
    });
    Ok(Ended::Well)
}

/// The version that is found, and the one to act upon where another took its place.
fn which(row: &CertificateRow) -> String {
    row.last_version.as_ref().map_or_else(|| row.identifier.clone(), |last| format!("{} → {last}", row.identifier))
}

/// The condition of a certificate in a list, and beside it that no counter takes it.
fn said_of(row: &CertificateRow, language: Language) -> String {
    let condition = said_condition(&row.condition, language);
    condition + &in_a_list(row.behind_cut_off, row.refused_as.as_deref(), language).unwrap_or_default()
}

/// A table, with a line behind it that says how to go on.
pub fn paged(table: &Table, next: Option<&str>, nothing: Words, language: Language) -> String {
    match (next, language) {
        (Some(next), Language::Chinese) => format!("{table}\n还有更多：--after {next}"),
        (Some(next), Language::English) => format!("{table}\nthere is more: --after {next}"),
        (None, _) if table.is_empty() => nothing.of(language).to_owned(),
        (None, _) => table.to_string(),
    }
}

fn question(args: &FindArgs, catalogue: &Catalogue, type_code: Option<TypeCode>, today: Date) -> Result<Question, Failure> {
    let wrong = |detail: String| Failure::new("usage", detail);
    let agency =
        args.agency.as_deref().map(|code| Uscc::parse(&spelling::folded(code)).map_err(|error| wrong(error.to_string()))).transpose()?;
    let only = Only { type_code, agency };
    if let Some(number) = &args.number {
        return by_number(number, only).map_err(none_such);
    }
    if let Some(code) = &args.holder {
        return Ok(Question::Holder { code: holder_code(&args.holder_type, code)?, only });
    }
    if let Some(name) = &args.name {
        return by_name(&said(name)?, only).map_err(none_such);
    }
    if let Some(alias) = &args.alias {
        let (scheme, value) = super::change::scheme_and_value(alias)?;
        return Ok(Question::Alias { scheme: scheme.to_owned(), value: value.to_owned(), only });
    }
    if let Some(until) = &args.ending_by {
        let from = args.ending_from.as_deref().map(|from| clock::day("--ending-from", from)).transpose()?.unwrap_or(today);
        let until = clock::day(ENDING_BY, until)?;
        in_order(from, until)?;
        return Ok(Question::Ending { from, until, type_code, agency });
    }
    if let Some(request) = &args.request_id {
        return by_request(request, type_code, agency).map_err(none_such);
    }
    let asked = Asked { type_code: type_code.as_ref(), agency: agency.as_ref(), day: today };
    match &args.state {
        Some(word) => catalogue.sought(word, asked).map_err(|error| unfound(&error, word)),
        None => Ok(Question::Shelf { type_code, agency, state: None }),
    }
}

fn none_such(error: NoneSuch) -> Failure {
    Failure::new("usage", error)
}

fn unfound(error: &SoughtError, word: &str) -> Failure {
    match error {
        SoughtError::Unknown => super::change::no_such_code(word),
        SoughtError::State(_) | SoughtError::Other | SoughtError::Ambiguous => Failure::new(error.code(), error),
    }
}

/// The code of a type that is named; of one whose file is not at hand something may stand in the library all the same.
pub fn type_of(catalogue: &Catalogue, name: &str) -> Result<TypeCode, Failure> {
    let known = catalogue.find(name).map(|kind| *kind.code());
    known.or_else(|| TypeCode::parse(name).ok()).ok_or_else(|| no_such_type(name))
}

/// Refuses a type of which nothing was found, if it is none that is known.
pub fn known_type(catalogue: &Catalogue, name: &str) -> Result<(), Failure> {
    catalogue.find(name).map(drop).ok_or_else(|| no_such_type(name))
}

fn no_such_type(name: &str) -> Failure {
    Failure::new("type_unknown", format!("there is no type {name}"))
}

/// A holder's code of a type of GB/T 36903; one that fails its check may stand in the library all the same.
pub fn holder_code(kind: &str, code: &str) -> Result<HolderCode, Failure> {
    let known = kind.parse().ok().and_then(|number| HolderCodeType::new(number).ok());
    let known = known.ok_or_else(|| Failure::new("usage", format!("{kind} is no holder code type of GB/T 36903")))?;
    HolderCode::new_foreign(known, &spelling::holder_code(known, &said(code)?)).map(|(code, _)| code).map_err(|error| {
        let hint = Words::new(
            "组织机构用 --holder-type 001，护照用 411 至 414。",
            "Organisations are found with --holder-type 001, passports with 411 to 414.",
        );
        Failure::new(error.code(), error).hint(hint)
    })
}

/// What was said on the command line, or on standard input, where no list of processes shows it.
pub fn said(words: &str) -> Result<String, Failure> {
    if words != "-" {
        return Ok(words.to_owned());
    }
    let bytes = files::read_stdin(4_096)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::new("usage", "standard input is not UTF-8"))?;
    Ok(text.trim().to_owned())
}

/// Says how many certificates there are.
pub fn count(args: &CountArgs, voice: Voice) -> Result<Ended, Failure> {
    let door = door(&args.library)?;
    let ending_by = args.ending_by.as_deref().map(|until| clock::day(ENDING_BY, until)).transpose()?;
    ending_by.map_or(Ok(()), |until| clock::moment(None).and_then(|now| Ok(in_order(day_in_china(now), until)?)))?;
    let (catalogue, counts) = (door.catalogue(&args.types)?, door.counts(ending_by)?);
    let json = json!(counts);
    voice.say(&json, |language| {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let named =
            |code: &str| catalogue.find(code).map_or_else(|| code.to_owned(), |kind| words::label(kind.names()).of(language).to_owned());
        for total in &counts.totals {
            let expired = match (total.past_their_term, language) {
                (0, _) => String::new(),
                (expired, Language::Chinese) => format!("其中 {expired} 张有效期已届满"),
                (expired, Language::English) => format!("{expired} of them past their term"),
            };
            let state = said_state(&total.state, language);
            table.add_row([named(&total.r#type), total.agency.clone(), state, total.count.to_string(), expired]);
        }
        let by_month = |rows: &mut dyn Iterator<Item = &MonthCount>| {
            let mut months = Table::new();
            months.load_style(presets::NOTHING);
            for month in rows {
                let state = said_state(&month.state, language);
                months.add_row([month.month.clone(), named(&month.r#type), month.agency.clone(), state, month.count.to_string()]);
            }
            months
        };
        let shown: BTreeSet<&str> = counts.months.iter().map(|month| month.month.as_str()).collect();
        let latest = shown.into_iter().rev().take(MONTHS);
        let months = by_month(&mut latest.flat_map(|shown| counts.months.iter().filter(move |month| month.month == shown)));
        let heading = Words::new("按签发月份（有签发的最近十二个月）：", "by month of issue, the latest twelve in which any were issued:").of(language);
        let issued = if months.is_empty() { table.to_string() } else { format!("{table}\n\n{heading}\n{months}") };
        let heading = Words::new("即将到期，按到期月份：", "ending soon, by month of the last day:").of(language);
        let none = Words::new("无", "none").of(language);
        let counted = match &counts.endings {
            Some(rows) if rows.is_empty() => format!("{issued}\n\n{heading}\n{none}"),
            Some(rows) => format!("{issued}\n\n{heading}\n{}", by_month(&mut rows.iter())),
            None => issued,
        };
        match (counts.stolen_keys, language) {
            (None, _) => counted,
            (Some(keys), Language::Chinese) => {
                format!("{counted}\n\n有 {keys} 个密钥失窃：其失窃后签发的仍按登记状态计入上表，查验时不予接受；用 kanhe log lost 列出。")
            }
            (Some(keys), Language::English) => format!(
                "{counted}\n\nkeys that were stolen: {keys}. What they signed behind their cut-off is counted above by its state, and counters refuse it: kanhe log lost lists it."
            ),
        }
    });
    Ok(Ended::Well)
}
