//! `kanhe show`, `kanhe history`: one certificate, and everything that happened to it.

use super::events::event_line;
use super::{located, open, stored};
use crate::cli::{HistoryArgs, ShowArgs};
use crate::failure::Failure;
use crate::verbs::{Ended, Voice, clock};
use crate::words::{self, Language, Words, condition_word};
use crate::{files, shipped};
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::lifecycle::{Condition, Past};
use kanhe_issuer::sight::Sight;
use kanhe_service::shown::{Certificate, History, Then};
use serde_json::{Value as Json, json};

/// Shows one certificate.
pub fn show(args: &ShowArgs, voice: Voice) -> Result<Ended, Failure> {
    let catalogue = shipped::catalogue(&args.types)?;
    let library = open(&args.library)?;
    let (identifier, mark) = located(&library, &args.identifier)?;
    if let Some(path) = &args.cose {
        files::write(path, &library.record(mark).map_err(stored)?.envelope)?;
    }
    let kind = catalogue.find(identifier.type_code().as_str());
    let sight = if args.full { Sight::Whole } else { Sight::Masked };
    let today = day_in_china(clock::moment(None)?);
    let certificate = Certificate::read(&library, mark, kind, sight, today).map_err(stored)?;
    let card = library.card(mark).map_err(stored)?;
    let condition = Condition::of(card.state, card.from, card.until, today);
    let said = library.record(mark).and_then(|record| record.certificate()).map_err(stored)?;
    let json = json!(certificate);
    voice.say(&json, |language| {
        let line = |zh: &'static str, en: &'static str, value: &str| words::row(Words::new(zh, en).of(language), value);
        let until = card.until.map_or_else(|| Words::new("长期", "without end").of(language).to_owned(), |until| until.to_string());
        let mut lines = vec![
            line("证照类型", "type", words::label(&said.type_names).of(language)),
            line("证照编号", "number", &certificate.number),
            line("证照标识", "identifier", &identifier.to_string()),
            line("状态", "state", &format!("{}（{}）", condition_word(condition).of(language), words::moment(card.effective).of(language))),
        ];
        lines.extend(certificate.holders.iter().map(|holder| line("持证主体", "holder", &format!("{}  {}", holder.name, holder.code))));
        lines.push(line("颁发机构", "issued by", words::label(&said.issuer_names).of(language)));
        lines.push(line("签发日期", "issued on", &card.issued.to_string()));
        lines.push(line("有效期", "in force", &format!("{} – {until}", card.from)));
        for (name, value) in &certificate.fields {
            let field = kind.and_then(|kind| kind.form().iter().find(|field| field.name == *name));
            let label = field.map(|field| words::label(&field.label));
            lines.push(words::row(label.as_ref().map_or(name.as_str(), |label| label.of(language)), &shown(value)));
        }
        lines.extend(certificate.successor.iter().map(|successor| line("后一版本", "replaced by", successor)));
        lines.join("\n")
    });
    Ok(Ended::Well)
}

/// A value as people read it.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(members) => members.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// Tells what happened, or what held at a moment.
pub fn history(args: &HistoryArgs, voice: Voice) -> Result<Ended, Failure> {
    let library = open(&args.library)?;
    let (identifier, mark) = located(&library, &args.identifier)?;
    let history = library.history(mark).map_err(stored)?;
    let card = library.card(mark).map_err(stored)?;
    let now = Condition::of(card.state, card.from, card.until, day_in_china(clock::moment(None)?));
    let past = match &args.at {
        None => None,
        Some(at) => Some(Past { at: clock::moment(Some(at))?, known: clock::moment(args.known.as_deref())? }),
    };
    let shown = History::read(&library, &identifier, mark, past, day_in_china(clock::moment(None)?)).map_err(stored)?;
    let json = json!(shown);
    voice.say(&json, |language| {
        let mut lines = Vec::new();
        if let Some(Then { moment, condition, .. }) = shown.at {
            let moment = words::moment(moment).of(language).to_owned();
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
