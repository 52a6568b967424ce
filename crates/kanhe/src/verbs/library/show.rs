//! `kanhe show`, `kanhe history`: one certificate, and everything that happened to it.

use super::events::{event_json, event_line};
use super::{located, open, stored};
use crate::cli::{HistoryArgs, ShowArgs};
use crate::failure::Failure;
use crate::verbs::{Ended, Voice, clock};
use crate::words::{self, Language, Words, condition_word};
use crate::{files, shipped};
use kanhe_core::calendar::day_in_china;
use kanhe_core::certificate::{Certificate, Value};
use kanhe_core::kind::Mask;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::lifecycle::{Condition, Past, state_at};
use serde_json::{Value as Json, json};

/// The numbers of people are shown by their first six and last four characters (PIPL art. 28).
pub const MASKED: Mask = Mask::Keep { first: 6, last: 4 };

/// Shows one certificate.
pub fn show(args: &ShowArgs, voice: Voice) -> Result<Ended, Failure> {
    let catalogue = shipped::catalogue(&args.types)?;
    let library = open(&args.library)?;
    let (identifier, mark) = located(&library, &args.identifier)?;
    let (card, record) = (library.card(mark).map_err(stored)?, library.record(mark).map_err(stored)?);
    let certificate = record.certificate().map_err(stored)?;
    if let Some(path) = &args.cose {
        files::write(path, &record.envelope)?;
    }
    let kind = catalogue.find(identifier.type_code().as_str());
    let today = day_in_china(clock::moment(None)?);
    let condition = Condition::of(card.state, card.from, card.until, today);
    let successor = card.successor.map(|mark| library.card(mark)).transpose().map_err(stored)?.map(|card| card.identifier.to_string());
    let fields = fields(&certificate, kind, args.full);
    let holders = holders(&certificate, args.full);
    let json = json!({
        "identifier": identifier.to_string(), "number": certificate.number, "type": identifier.type_code().as_str(),
        "issuer": { "code": identifier.issuer().as_str(), "names": { "zh": certificate.issuer_names.zh, "en": certificate.issuer_names.en } },
        "holders": holders.iter().map(|(name, kind, code)| json!({ "name": name, "code_type": format!("{kind:03}"), "code": code })).collect::<Vec<_>>(),
        "issued": card.issued.to_string(), "from": card.from.to_string(), "until": card.until.map(|until| until.to_string()),
        "fields": fields.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>(),
        "state": card.state.word(), "condition": condition.word(),
        "state_codes": kind.map(|kind| state_codes(kind, condition)), "effective": card.effective.to_string(), "recorded": card.recorded.to_string(),
        "predecessor": certificate.predecessor.as_ref().map(ToString::to_string), "successor": successor,
        "slot": card.slot, "request_id": record.request, "seal": record.digits(),
    });
    voice.say(&json, |language| {
        let line = |zh: &'static str, en: &'static str, value: &str| words::row(Words::new(zh, en).of(language), value);
        let until = card.until.map_or_else(|| Words::new("长期", "without end").of(language).to_owned(), |until| until.to_string());
        let mut lines = vec![
            line("证照类型", "type", words::label(&certificate.type_names).of(language)),
            line("证照编号", "number", &certificate.number),
            line("证照标识", "identifier", &identifier.to_string()),
            line("状态", "state", &format!("{}（{}）", condition_word(condition).of(language), words::moment(card.effective).of(language))),
        ];
        lines.extend(holders.iter().map(|(name, _, code)| line("持证主体", "holder", &format!("{name}  {code}"))));
        lines.push(line("颁发机构", "issued by", words::label(&certificate.issuer_names).of(language)));
        lines.push(line("签发日期", "issued on", &card.issued.to_string()));
        lines.push(line("有效期", "in force", &format!("{} – {until}", card.from)));
        for (name, label, value) in &fields {
            let label = label.as_ref().map_or(name.as_str(), |label| label.of(language));
            lines.push(words::row(label, &shown(value)));
        }
        lines.extend(successor.iter().map(|successor| line("后一版本", "replaced by", successor)));
        lines.join("\n")
    });
    Ok(Ended::Well)
}

/// What other systems call a condition: the code of each code set of the type.
fn state_codes(kind: &CertificateKind, condition: Condition) -> serde_json::Map<String, Json> {
    kind.state_codes().iter().filter_map(|set| Some((set.id.clone(), json!(set.code_for(condition)?)))).collect()
}

fn holders(certificate: &Certificate, full: bool) -> Vec<(String, u16, String)> {
    let code = |holder: &kanhe_core::certificate::Holder| {
        let open = full || holder.code().kind().is_organisation();
        if open { holder.code().expose().to_owned() } else { MASKED.apply(holder.code().expose()) }
    };
    certificate.holders.iter().map(|holder| (holder.name().to_owned(), holder.code().kind().code(), code(holder))).collect()
}

/// A value as people read it.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(members) => members.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

type Shown = (String, Option<words::Sentence>, Json);

fn fields(certificate: &Certificate, kind: Option<&CertificateKind>, full: bool) -> Vec<Shown> {
    let shown = |(name, value): &(String, Value)| {
        let field = kind.and_then(|kind| kind.form().iter().find(|field| field.name == *name));
        // A field that the type at hand does not know is shown by no more than that it is there.
        let mask = if full { Mask::Open } else { field.map_or(Mask::Check, |field| field.mask) };
        let value = match value {
            Value::Text(text) => json!(mask.apply(text)),
            Value::Count(count) => json!(count),
            Value::Flag(flag) => json!(flag),
            Value::List(texts) => json!(texts.iter().map(|text| mask.apply(text)).collect::<Vec<_>>()),
        };
        (name.clone(), field.map(|field| words::label(&field.label)), value)
    };
    certificate.fields.iter().map(shown).collect()
}

/// Tells what happened, or what held at a moment.
pub fn history(args: &HistoryArgs, voice: Voice) -> Result<Ended, Failure> {
    let library = open(&args.library)?;
    let (identifier, mark) = located(&library, &args.identifier)?;
    let history = library.history(mark).map_err(stored)?;
    let card = library.card(mark).map_err(stored)?;
    let now = Condition::of(card.state, card.from, card.until, day_in_china(clock::moment(None)?));
    let then = match &args.at {
        None => None,
        Some(at) => {
            let past = Past { at: clock::moment(Some(at))?, known: clock::moment(args.known.as_deref())? };
            let state = state_at(&identifier, history.iter().map(|(_, event)| event), past);
            Some((past, state.map(|state| Condition::of(state, card.from, card.until, day_in_china(past.at)))))
        }
    };
    let json = json!({
        "identifier": identifier.to_string(),
        "at": then.map(|(past, condition)| json!({ "moment": past.at.to_string(), "known": past.known.to_string(), "condition": condition.map(Condition::word) })),
        "now": now.word(), "events": history.iter().map(|(index, event)| event_json(*index, event)).collect::<Vec<_>>(),
    });
    voice.say(&json, |language| {
        let mut lines = Vec::new();
        if let Some((past, condition)) = then {
            let moment = words::moment(past.at).of(language).to_owned();
            lines.push(match (condition, language) {
                (Some(condition), Language::Chinese) => format!("{moment} 时：{}", condition_word(condition).zh),
                (Some(condition), Language::English) => format!("at {moment}: {}", condition_word(condition).en),
                (None, Language::Chinese) => format!("{moment} 时：尚未颁发"),
                (None, Language::English) => format!("at {moment}: not issued yet"),
            });
        }
        lines.extend(history.iter().map(|(index, event)| event_line(*index, event, Some(&identifier.to_string()), language)));
        lines.push(match language {
            Language::Chinese => format!("现为{}", condition_word(now).zh),
            Language::English => format!("now {}", condition_word(now).en),
        });
        lines.join("\n")
    });
    Ok(Ended::Well)
}
