//! `kanhe show`, `kanhe history`: one certificate, and everything that happened to it.

use super::door::door;
use super::doubt::doubts;
use super::events::event_line;
use super::identifier;
use crate::cli::{HistoryArgs, ShowArgs};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice, clock};
use crate::words::{self, Language, Words, condition_word, said_condition};
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::kind::Form;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::lifecycle::{Condition, PastAsked};
use kanhe_issuer::sight::Sight;
use kanhe_service::shown::{Certificate, Names, Then};
use serde_json::{Value as Json, json};

/// Shows one certificate.
pub fn show(args: &ShowArgs, voice: Voice) -> Result<Ended, Failure> {
    let identifier = identifier(&args.identifier)?;
    let door = door(&args.library)?;
    let catalogue = door.catalogue(&args.types)?;
    args.cose.as_deref().map_or(Ok(()), files::is_free)?;
    let kind = catalogue.find(identifier.type_code().as_str());
    let certificate = door.certificate(&identifier, kind, if args.full { Sight::Whole } else { Sight::Masked })?;
    let today = day_in_china(clock::moment(None)?);
    // Behind everything that may be refused: the same command would stop at a file that was left of it.
    if let Some(path) = &args.cose {
        files::write_private(path, &door.envelope(&identifier)?)?;
    }
    voice.say(&json!(certificate), |language| {
        let line = |zh: &'static str, en: &'static str, value: &str| words::row(Words::new(zh, en).of(language), value);
        let until = certificate.until.clone().unwrap_or_else(|| Words::new("长期", "without end").of(language).to_owned());
        let mut lines = vec![
            line("证照类型", "type", named(&certificate.type_names, language)),
            line("证照编号", "number", &certificate.number),
            line("证照标识", "identifier", &certificate.identifier),
            line("状态", "state", &state_line(&certificate, language)),
        ];
        lines.extend(certificate.holders.iter().map(|holder| line("持证主体", "holder", &format!("{}  {}", holder.name, holder.code))));
        lines.push(line("颁发机构", "issued by", named(&certificate.issuer.names, language)));
        lines.push(line("签发日期", "issued on", &certificate.issued));
        lines.push(line("有效期", "in force", &format!("{} – {until}", certificate.from)));
        for (name, value) in &certificate.fields {
            lines.push(words::row(&label(kind, name, language), &value_line(kind, name, value, language)));
        }
        lines.extend(ended_while_held(&certificate, today, language));
        lines.extend(doubts(certificate.behind_cut_off, certificate.refused_as.as_deref(), language));
        lines.extend(certificate.predecessor.iter().map(|predecessor| match is_version_of(predecessor, &certificate.identifier) {
            true => line("前一版本", "replaces", predecessor),
            false => line("转入前标识", "came as", predecessor),
        }));
        lines.extend(certificate.successor.iter().map(|successor| line("后一版本", "replaced by", successor)));
        lines.join("\n")
    });
    Ok(Ended::Well)
}

/// The condition, and since when it holds. What its term makes of a valid certificate began with no act: the line of the term tells when.
fn state_line(certificate: &Certificate, language: Language) -> String {
    let condition = said_condition(&certificate.condition, language);
    if [Condition::Expired, Condition::NotYetInForce].iter().any(|computed| computed.word() == certificate.condition) {
        return condition;
    }
    let effective = &certificate.effective;
    let since = effective.parse().map_or_else(|_| effective.clone(), |at| words::moment(at).of(language).to_owned());
    match language {
        Language::Chinese => format!("{condition}（{since}）"),
        Language::English => format!("{condition} ({since})"),
    }
}

/// Whether two identifiers differ by their version alone: what came from another region cites another certificate's.
fn is_version_of(one: &str, other: &str) -> bool {
    let certificate = |identifier: &str| {
        identifier.rsplit_once('.').and_then(|(versioned, _)| versioned.rsplit_once('.')).map(|(rest, _)| rest.to_owned())
    };
    certificate(one) == certificate(other)
}

/// That the term of a suspended certificate has ended meanwhile: its condition says no more than that it is suspended.
fn ended_while_held(certificate: &Certificate, today: Date, language: Language) -> Option<String> {
    let until: Date = certificate.until.as_deref().filter(|_| certificate.condition == "suspended")?.parse().ok()?;
    let line = || match language {
        Language::Chinese => format!("! 有效期已于 {until} 在暂扣期间届满：发还后亦不再有效，届满前已受理的延续申请仍可准予"),
        Language::English => format!(
            "! its term ended on {until}, while it is suspended: given back it is in force no more, but a renewal that was applied for in time can be approved"
        ),
    };
    (until < today).then(line)
}

/// A name in the reader's language.
pub fn named(names: &Names, language: Language) -> &str {
    match language {
        Language::Chinese => &names.zh,
        Language::English => &names.en,
    }
}

/// What people call a field.
pub fn label(kind: Option<&CertificateKind>, name: &str, language: Language) -> String {
    let field = kind.and_then(|kind| kind.form().iter().find(|field| field.name == name));
    field.map_or_else(|| name.to_owned(), |field| words::label(&field.label).of(language).to_owned())
}

/// A value as people read it: what a code means stands beside it.
pub fn value_line(kind: Option<&CertificateKind>, name: &str, value: &Json, language: Language) -> String {
    let table = match kind.and_then(|kind| kind.seal_form(name)) {
        Some(Form::Choice(table) | Form::Choices(table)) => table.as_slice(),
        _ => &[],
    };
    let with_meaning = |code: &str| {
        let choice = table.iter().find(|choice| choice.code == code);
        choice.map_or_else(|| code.to_owned(), |choice| format!("{code} {}", words::label(&choice.label).of(language)))
    };
    match value {
        Json::String(text) => with_meaning(text),
        Json::Array(members) => {
            let members: Vec<String> = members.iter().filter_map(Json::as_str).map(with_meaning).collect();
            members.join(Words::new("、", ", ").of(language))
        }
        Json::Bool(true) => Words::new("是", "yes").of(language).to_owned(),
        Json::Bool(false) => Words::new("否", "no").of(language).to_owned(),
        other => other.to_string(),
    }
}

/// Tells what happened, or what held at a moment.
pub fn history(args: &HistoryArgs, voice: Voice) -> Result<Ended, Failure> {
    let identifier = identifier(&args.identifier)?;
    let known = args.known.as_deref().map(|known| clock::when("--known", known)).transpose()?;
    let at = args.at.as_deref().map(|at| clock::when("--at", at)).transpose()?;
    let past = at.map(|at| PastAsked { at, known });
    let shown = door(&args.library)?.history(&identifier, past)?;
    let json = json!(shown);
    voice.say(&json, |language| {
        let mut lines = Vec::new();
        if let Some(Then { moment, condition, known }) = shown.at {
            let unknown =
                shown.events.first().is_some_and(|first| first.recorded.parse().is_ok_and(|recorded: Timestamp| recorded > known));
            let known = words::moment(known).of(language).to_owned();
            let moment = words::moment(moment).of(language).to_owned();
            lines.push(match (condition, language) {
                (Some(condition), Language::Chinese) => format!("{moment} 时：{}", condition_word(condition).zh),
                (Some(condition), Language::English) => format!("at {moment}: {}", condition_word(condition).en),
                (None, Language::Chinese) if unknown => format!("{moment} 时：至 {known} 库中尚无登记"),
                (None, Language::English) if unknown => format!("at {moment}: the library did not know of it yet at {known}"),
                (None, Language::Chinese) => format!("{moment} 时：尚未颁发"),
                (None, Language::English) => format!("at {moment}: not issued yet"),
            });
        }
        lines.extend(shown.events.iter().map(|event| event_line(event, Some(&shown.identifier), language)));
        let now = said_condition(&shown.now, language);
        lines.push(match language {
            Language::Chinese => format!("现为{now}"),
            Language::English => format!("now {now}"),
        });
        lines.extend(doubts(shown.behind_cut_off, shown.refused_as.as_deref(), language));
        lines.join("\n")
    });
    Ok(Ended::Well)
}
