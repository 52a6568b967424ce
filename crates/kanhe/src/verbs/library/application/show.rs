//! `kanhe application`: where an application stands, and what waits for whom.

use super::located;
use crate::cli::{ApplicationListArgs, ApplicationVerb};
use crate::failure::Failure;
use crate::shipped;
use crate::verbs::library::events::{event_json, event_line};
use crate::verbs::library::{find::type_of, open, stored};
use crate::verbs::{Ended, Voice, clock};
use crate::words::{self, Language, Words, opinion_word, stage_word};
use comfy_table::{Table, presets};
use kanhe_core::code::Uscc;
use kanhe_core::event::Event;
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::examiner::{Examiner, Page, Standing, Wanted};
use kanhe_service::shown::{Application, ApplicationRow};
use kanhe_store::find::Cursor;
use kanhe_store::{Library, Project, Stage};
use serde_json::{Value, json};

/// Does what the verb asks for.
pub fn run(verb: &ApplicationVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        ApplicationVerb::List(args) => list(args, voice),
        ApplicationVerb::Show { code, library, full, types } => {
            let (library, catalogue) = (open(library)?, shipped::catalogue(types)?);
            let (project, kind) = located(&library, &catalogue, code)?;
            show(&library, &project, kind, *full, voice)
        }
    }
}

/// Shows where an application stands: without `full`, nothing that only officers may know.
fn show(library: &Library, project: &Project, kind: &CertificateKind, full: bool, voice: Voice) -> Result<Ended, Failure> {
    let history = library.history_of(project).map_err(stored)?;
    let standing = kind.review().map(|rule| Standing::of(rule, history.iter().map(|(_, event)| event)));
    let shown = Application::read(library, project, kind, &history, clock::moment(None)?).map_err(stored)?;
    let (mut json, days, issued) = (json!(shown), shown.days, shown.certificate);
    let application: Value = serde_json::from_slice(&project.application).unwrap_or_default();
    if let Some(object) = json.as_object_mut().filter(|_| full) {
        object.insert("request_id".to_owned(), json!(project.request));
        object.insert("application".to_owned(), application.clone());
        object.insert("events".to_owned(), history.iter().map(|(index, event)| event_json(*index, event)).collect());
    }
    voice.say(&json, |language| {
        let line = |zh: &'static str, en: &'static str, value: &str| words::row(Words::new(zh, en).of(language), value);
        let waited = match language {
            Language::Chinese => format!("{}（{days} 天）", words::on_the_clock(project.lodged)),
            Language::English => format!("{} ({days} days ago)", words::on_the_clock(project.lodged)),
        };
        let mut lines = vec![
            line("申请编码", "application", project.code.as_str()),
            line("证照类型", "type", words::label(kind.names()).of(language)),
            line("受理时间", "lodged", &waited),
            line("办理环节", "stage", stage_word(project.stage).of(language)),
        ];
        for (department, said) in standing.iter().flat_map(Standing::opinions) {
            let said = said.as_ref().map_or_else(
                || Words::new("尚未出具意见", "no opinion yet").of(language).to_owned(),
                |(opinion, event)| format!("{}  {}", opinion_word(*opinion).of(language), words::on_the_clock(event.recorded)),
            );
            lines.push(words::row(words::label(&department.names).of(language), &said));
        }
        lines.extend(issued.iter().map(|identifier| line("已颁发", "issued", identifier)));
        if let Some(event) = last_decision(project, &history) {
            lines.push(line("办结时间", "decided", &words::on_the_clock(event.recorded)));
            // A refusal is given with its reasons (Administrative Licensing Law art. 38).
            if project.stage == Stage::Rejected {
                lines.push(line("依据和理由", "because of", &format!("{}  {}", event.basis, event.reason)));
            }
        }
        if full {
            lines.extend(columns(&application, kind, language));
            lines.extend(history.iter().map(|(index, event)| event_line(*index, event, Some(project.code.as_str()), language)));
        }
        lines.join("\n")
    });
    Ok(Ended::Well)
}

/// The event that decided an application.
fn last_decision<'e>(project: &Project, history: &'e [(u64, Event)]) -> Option<&'e Event> {
    history.last().map(|(_, event)| event).filter(|_| project.stage.is_final())
}

/// What the application says, column by column, in the words of the form.
fn columns(application: &Value, kind: &CertificateKind, language: Language) -> Vec<String> {
    let label = |column: &str| {
        let fixed = kanhe_issuer::application::fixed_columns(kind).find(|fixed| fixed.name == column);
        let fixed = fixed.map(|fixed| if language == Language::Chinese { fixed.label.to_owned() } else { fixed.name.to_owned() });
        let field =
            || kind.form().iter().find(|field| field.name == column).map(|field| words::label(&field.label).of(language).to_owned());
        fixed.or_else(field).unwrap_or_else(|| column.to_owned())
    };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(members) => members.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    };
    let object = application.as_object();
    object.into_iter().flatten().map(|(column, value)| words::row(&label(column), &text(value))).collect()
}

/// Lists applications, a page at a time.
fn list(args: &ApplicationListArgs, voice: Voice) -> Result<Ended, Failure> {
    let catalogue = shipped::catalogue(&args.types)?;
    let library = open(&args.library)?;
    let Page { projects: rows, next } = rows(args, &library, &catalogue)?;
    let next = next.as_ref().map(Cursor::to_text);
    voice.say(&json!({ "applications": rows.iter().map(ApplicationRow::from).collect::<Vec<_>>(), "next": next }), |language| {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for project in &rows {
            let name = catalogue.find(project.type_code.as_str()).map(|kind| words::label(kind.names()).of(language).to_owned());
            table.add_row([
                project.code.to_string(),
                name.unwrap_or_else(|| project.type_code.to_string()),
                stage_word(project.stage).of(language).to_owned(),
                words::on_the_clock(project.lodged),
                project.request.clone(),
            ]);
        }
        match (&next, language) {
            (Some(next), Language::Chinese) => format!("{table}\n还有更多：--after {next}"),
            (Some(next), Language::English) => format!("{table}\nthere is more: --after {next}"),
            (None, Language::Chinese) if rows.is_empty() => "没有申请".to_owned(),
            (None, Language::English) if rows.is_empty() => "no applications".to_owned(),
            (None, _) => table.to_string(),
        }
    });
    Ok(Ended::Well)
}

/// A page of applications.
fn rows(args: &ApplicationListArgs, library: &Library, catalogue: &Catalogue) -> Result<Page, Failure> {
    let wrong = |detail: String| Failure::new("usage", detail);
    let type_code = args.kind.as_deref().map(|name| type_of(catalogue, name)).transpose()?;
    let agency = args.agency.as_deref().map(|code| Uscc::parse(code).map_err(|error| wrong(error.to_string()))).transpose()?;
    let stage = args.stage.as_deref().map(stage_of).transpose()?;
    if let Some(department) = args.department.as_ref().filter(|id| !catalogue.knows_department(id)) {
        let hint = Words::new("kanhe type show 列出该类型的审查部门。", "`kanhe type show` lists the departments of a type.");
        return Err(Failure::new("review_unknown_department", format!("no type's review knows department {department}")).hint(hint));
    }
    let after = args.after.as_deref().map(Cursor::parse).transpose().map_err(stored)?;
    let wanted = Wanted { within: None, type_code, agency, stage, department: args.department.as_deref() };
    Examiner::new(library).list(catalogue, wanted, after.as_ref(), args.most).map_err(stored)
}

fn stage_of(word: &str) -> Result<Stage, Failure> {
    Stage::ALL.into_iter().find(|stage| stage.word() == word).ok_or_else(|| {
        let known = Stage::ALL.map(Stage::word).join(", ");
        Failure::new("usage", format!("{word} is no stage: {known}"))
    })
}
