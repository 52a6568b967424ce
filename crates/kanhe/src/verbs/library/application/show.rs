//! `kanhe application`: where an application stands, and what waits for whom.

use super::code;
use crate::cli::{ApplicationListArgs, ApplicationVerb};
use crate::failure::Failure;
use crate::verbs::library::change::oddities;
use crate::verbs::library::door::{ApplicationsWanted, Case, Cut, Page, door};
use crate::verbs::library::events::event_line;
use crate::verbs::library::find::{known_type, paged, type_of};
use crate::verbs::library::show::{label, value_line};
use crate::verbs::library::stored;
use crate::verbs::{Ended, Voice};
use crate::words::{self, Language, Sentence, Words, counted, said_moment, said_opinion, said_stage};
use comfy_table::{Table, presets};
use kanhe_core::code::{CertificateId, Uscc};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::examiner::HowFar;
use kanhe_issuer::sight::Sight;
use kanhe_service::shown::{Application, Applied, Origin, Reasons, Replaced};
use kanhe_store::Stage;
use kanhe_store::find::Cursor;
use serde_json::{Value, json};

/// Does what the verb asks for.
pub fn run(verb: &ApplicationVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        ApplicationVerb::List(args) => list(args, voice),
        ApplicationVerb::Show { code: named, library, full, types } => {
            let (code, door) = (code(named)?, door(library)?);
            let catalogue = door.catalogue(types)?;
            let sight = if *full { Sight::Whole } else { Sight::Masked };
            let (shown, handed_in) = door.application(&Case { code, catalogue: &catalogue }, sight)?;
            let kind = catalogue.find(&shown.r#type);
            if *full { show_whole(&shown, handed_in, kind, voice) } else { show(shown, kind, voice) }
        }
    }
}

/// Shows where an application stands: nothing that only officers may know.
fn show(shown: Application, kind: Option<&CertificateKind>, voice: Voice) -> Result<Ended, Failure> {
    let shown = Application { request_id: None, applied: None, events: None, ..shown };
    voice.say(&json!(shown), |language| standing(&shown, kind, language).join("\n"));
    Ok(Ended::Well)
}

/// Shows the application itself too, and who did what.
fn show_whole(shown: &Application, handed_in: Option<Value>, kind: Option<&CertificateKind>, voice: Voice) -> Result<Ended, Failure> {
    let mut json = json!(shown);
    if let Some((object, handed_in)) = json.as_object_mut().zip(handed_in) {
        object.insert("application".to_owned(), handed_in);
    }
    voice.say(&json, |language| {
        let mut lines = standing(shown, kind, language);
        lines.extend(shown.applied.iter().flat_map(|applied| contents(applied, kind, language)));
        lines.extend(shown.events.iter().flatten().map(|event| event_line(event, Some(&shown.code), language)));
        lines.join("\n")
    });
    Ok(Ended::Well)
}

fn standing(shown: &Application, kind: Option<&CertificateKind>, language: Language) -> Vec<String> {
    let line = |zh: &'static str, en: &'static str, value: &str| words::row(Words::new(zh, en).of(language), value);
    let (lodged, days) = (said_moment(&shown.lodged), shown.days);
    let waited = match (language, &shown.decided) {
        (Language::Chinese, None) => format!("{lodged}（{days} 天）"),
        (Language::Chinese, Some(_)) => format!("{lodged}（历时 {days} 天）"),
        (Language::English, None) => format!("{lodged} ({} ago)", counted(usize::try_from(days).unwrap_or_default(), "day", "days")),
        (Language::English, Some(_)) => {
            format!("{lodged} (closed after {})", counted(usize::try_from(days).unwrap_or_default(), "day", "days"))
        }
    };
    let mut lines = vec![
        line("申请编码", "application", &shown.code),
        line("证照类型", "type", &kind.map_or_else(|| shown.r#type.clone(), |kind| words::label(kind.names()).of(language).to_owned())),
        line("受理时间", "lodged", &waited),
        line("办理环节", "stage", &said_stage(&shown.stage, language)),
    ];
    lines.extend(shown.replaces.iter().map(|Replaced { act, identifier }| match act.as_ref() {
        "renew" => line("申请延续", "to renew", identifier),
        _ => line("申请变更", "to amend", identifier),
    }));
    lines.extend(shown.origin.iter().flat_map(|origin| came_from(origin, language)));
    for department in shown.departments.iter().flatten() {
        let silent = || Words::new("尚未出具意见", "no opinion yet").of(language).to_owned();
        let said = department.opinion.as_ref().zip(department.at.as_ref());
        let said = said.map_or_else(silent, |(opinion, at)| format!("{}  {}", said_opinion(opinion, language), said_moment(at)));
        let name = if language == Language::Chinese { &department.names.zh } else { &department.names.en };
        lines.push(words::row(name, &said));
    }
    lines.extend(shown.certificate.iter().map(|identifier| line("已颁发", "issued", identifier)));
    lines.extend(shown.decided.iter().map(|decided| line("办结时间", "decided", &said_moment(decided))));
    // A refusal is given with its reasons (Administrative Licensing Law art. 38).
    let because = |reasons: &Reasons| line("依据和理由", "because of", &format!("{}  {}", reasons.basis, reasons.reason));
    lines.extend(shown.refused_because.iter().chain(&shown.withdrawn_because).map(because));
    lines
}

/// Where a certificate comes from that is to be taken over, and what is odd about its identifier.
fn came_from(origin: &Origin, language: Language) -> Vec<String> {
    let Origin { from, identifier, .. } = origin;
    let mut lines = vec![words::row(Words::new("申请转入", "to take over").of(language), &format!("{from}  {identifier}"))];
    let odd = CertificateId::parse_foreign(identifier).ok().and_then(|identifier| oddities(&identifier, language));
    lines.extend(odd.map(|odd| words::row("", &format!("⚠ {odd}"))));
    lines
}

/// What is applied for, in the words of the form.
fn contents(applied: &Applied, kind: Option<&CertificateKind>, language: Language) -> Vec<String> {
    let line = |zh: &'static str, en: &'static str, value: &str| words::row(Words::new(zh, en).of(language), value);
    let mut lines = vec![line("证照编号", "number", &applied.number)];
    lines.extend(applied.holders.iter().map(|holder| line("持证主体", "holder", &format!("{}  {}", holder.name, holder.code))));
    lines.extend(
        applied.fields.iter().map(|(name, value)| words::row(&label(kind, name, language), &value_line(kind, name, value, language))),
    );
    lines
}

/// Lists applications, a page at a time.
fn list(args: &ApplicationListArgs, voice: Voice) -> Result<Ended, Failure> {
    let door = door(&args.library)?;
    let catalogue = door.catalogue(&args.types)?;
    let wanted = wanted(args, &catalogue)?;
    let after = args.after.as_deref().map(Cursor::parse).transpose().map_err(stored)?;
    let Page { rows, next } = door.applications(&wanted, Cut { after: after.as_ref(), most: args.most })?;
    if args.after.is_none() && rows.is_empty() && next.is_none() {
        args.kind.as_deref().map_or(Ok(()), |name| known_type(&catalogue, name))?;
    }
    voice.say(&json!({ "applications": rows, "next": next }), |language| {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for row in &rows {
            let name = catalogue.find(&row.r#type).map(|kind| words::label(kind.names()).of(language).to_owned());
            table.add_row([
                row.code.clone(),
                name.unwrap_or_else(|| row.r#type.clone()),
                said_stage(&row.stage, language),
                said_moment(&row.lodged),
                row.request_id.clone(),
            ]);
        }
        paged(&table, next.as_deref(), Words::new("没有申请", "no applications"), language)
    });
    Ok(Ended::Well)
}

/// Which applications are asked for.
fn wanted<'a>(args: &'a ApplicationListArgs, catalogue: &'a Catalogue) -> Result<ApplicationsWanted<'a>, Failure> {
    let wrong = |detail: String| Failure::new("usage", detail);
    let type_code = args.kind.as_deref().map(|name| type_of(catalogue, name)).transpose()?;
    let agency = args.agency.as_deref().map(|code| Uscc::parse(code).map_err(|error| wrong(error.to_string()))).transpose()?;
    let how_far = how_far(args, catalogue)?;
    Ok(ApplicationsWanted { catalogue, type_code, agency, how_far })
}

/// How far those have come that are asked for: a stage beside a department is the one at which it is waited for.
fn how_far<'a>(args: &'a ApplicationListArgs, catalogue: &Catalogue) -> Result<Option<HowFar<'a>>, Failure> {
    let (stage, department) = (args.stage.as_deref().map(stage_of).transpose()?, args.department.as_deref());
    department.map_or(Ok(()), |id| known_department(catalogue, id))?;
    match (stage, department) {
        (Some(stage), Some(_)) if stage != Stage::InReview => Err(Failure::misread(&Sentence::new(
            "待部门出具意见的申请处于审查环节：与 --department 并用时，--stage 只能是 in_review，或不给出".to_owned(),
            "what waits for a department is in review: --stage beside --department is in_review, or left out".to_owned(),
        ))),
        (_, Some(department)) => Ok(Some(HowFar::Department(department))),
        (stage, None) => Ok(stage.map(HowFar::Stage)),
    }
}

/// Refuses a department that no type's review asks.
pub fn known_department(catalogue: &Catalogue, id: &str) -> Result<(), Failure> {
    if catalogue.knows_department(id) {
        return Ok(());
    }
    let hint = Words::new("kanhe type show 列出该类型的审查部门。", "`kanhe type show` lists the departments of a type.");
    Err(Failure::new("review_unknown_department", format!("no type's review knows department {id}")).hint(hint))
}

fn stage_of(word: &str) -> Result<Stage, Failure> {
    Stage::ALL.into_iter().find(|stage| stage.word() == word).ok_or_else(|| {
        let known = Stage::ALL.map(Stage::word).join(", ");
        Failure::new("usage", format!("{word} is no stage: {known}"))
    })
}
