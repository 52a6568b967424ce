//! `kanhe apply`, `review`, `approve`, `reject`, `withdraw`: an application on its way to a decision.

mod show;

pub use show::run as application;

use super::draw::Pictures;
use super::{entry, manifest, open, stored};
use crate::cli::{ApplyArgs, ApproveArgs, CloseArgs, ReviewArgs};
use crate::failure::Failure;
use crate::verbs::issue::refused::Refused;
use crate::verbs::issue::{fault_json, kind};
use crate::verbs::{Ended, Voice, clock, key};
use crate::words::{Language, Words, stage_word};
use crate::{files, shipped};
use kanhe_core::code::{CertificateId, ProjectCode, Uscc};
use kanhe_core::manifest::Manifest;
use kanhe_issuer::application::{Application, MOST_BYTES, Table};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::examiner::{Closing, Examiner, ExaminerError, Lodged, Lodging, Opinion};
use kanhe_issuer::registrar::{Entered, Entry, Replacement};
use kanhe_store::{Library, Project};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// So many codes are said on the terminal; the report has them all.
const MOST_SAID: usize = 20;

/// Takes the applications of a table in, each under a code of its own.
pub fn apply(args: &ApplyArgs, voice: Voice) -> Result<Ended, Failure> {
    let catalogue = shipped::catalogue(&args.types)?;
    let kind = kind(&catalogue, &args.kind)?;
    let replaces = replaces(args)?;
    let entry = entry(&args.grounds)?;
    let bytes = files::read(&args.input, MOST_BYTES)?;
    let rows = Table::read(&bytes, kind).map_err(|error| Failure::new(error.code(), error))?;
    let rows = rows.collect::<Result<Vec<_>, _>>().map_err(|error| Failure::new(error.code(), error))?;
    if replaces.is_some() && rows.len() != 1 {
        return Err(Failure::new("usage", "to renew or amend, the table has exactly one application"));
    }
    let library = open(&args.library)?;
    let agency = agency(args, &manifest(&library)?, kind)?;
    let examiner = Examiner::new(&library);
    let (mut lines, mut refused) = (Vec::new(), Refused::default());
    for application in &rows {
        let lodging = Lodging { agency, application, replaces: replaces.clone(), chance: *clock::chance()? };
        let entry = Entry { salt: *clock::chance()?, ..entry.clone() };
        let line = line(application, examiner.lodge(kind, &lodging, &entry))?;
        if line.get("faults").is_some() {
            refused.keep(&line);
        }
        lines.push(line);
    }
    let path = args.report.clone().unwrap_or_else(|| args.input.with_extension("report.jsonl"));
    files::write(&path, lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n").as_bytes())?;
    told(&lines, &refused, &path, voice);
    Ok(if refused.faults().is_empty() { Ended::Well } else { Ended::Refused })
}

fn told(lines: &[Value], refused: &Refused, report: &Path, voice: Voice) {
    let of = |result: &str| lines.iter().filter(|line| line.get("result").is_some_and(|found| found == result)).count();
    let (lodged, before, wrong) = (of("lodged"), of("before"), of("refused"));
    let codes: Vec<&Value> = lines.iter().filter(|line| line.get("code").is_some()).collect();
    let summary = json!({ "lodged": lodged, "before": before, "refused": wrong, "applications": codes, "report": report, "faults": refused.faults() });
    voice.say(&summary, |language| {
        let text = |line: &Value, member: &str| line.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut said =
            codes.iter().take(MOST_SAID).map(|line| format!("{}  {}", text(line, "code"), text(line, "request_id"))).collect::<Vec<_>>();
        said.extend(refused.lines(language));
        said.push(match language {
            Language::Chinese => format!("受理 {lodged}，已受理过 {before}，未受理 {wrong}；报告：{}", report.display()),
            Language::English => format!("lodged {lodged}, lodged before {before}, refused {wrong}; report: {}", report.display()),
        });
        said.join("\n")
    });
}

/// The line of the report about a row; what is no fault of the row stops the whole.
fn line(application: &Application, lodged: Result<Lodged, ExaminerError>) -> Result<Value, Failure> {
    let (line, request) = (application.line(), application.request_id());
    match lodged {
        Ok(Lodged::New(code)) => Ok(json!({ "line": line, "request_id": request, "result": "lodged", "code": code.as_str() })),
        Ok(Lodged::Before(code)) => Ok(json!({ "line": line, "request_id": request, "result": "before", "code": code.as_str() })),
        Err(ExaminerError::Store(error)) => Err(stored(error)),
        Err(error @ ExaminerError::NoReview) => Err(examined(&error)),
        Err(ExaminerError::Faults(faults)) => Ok(
            json!({ "line": line, "request_id": request, "result": "refused", "faults": faults.iter().map(fault_json).collect::<Vec<_>>() }),
        ),
        Err(error) => {
            let fault = json!({ "column": "row", "code": error.code(), "message": error.to_string() });
            Ok(json!({ "line": line, "request_id": request, "result": "refused", "faults": [fault] }))
        }
    }
}

fn replaces(args: &ApplyArgs) -> Result<Option<(Replacement, CertificateId)>, Failure> {
    let named = args.renews.as_deref().map(|identifier| (Replacement::Renew, identifier));
    let named = named.or_else(|| args.amends.as_deref().map(|identifier| (Replacement::Amend, identifier)));
    named
        .map(|(replacement, identifier)| {
            let identifier = CertificateId::parse(identifier).map_err(|error| Failure::new(error.code(), error))?;
            Ok((replacement, identifier))
        })
        .transpose()
}

/// The agency that decides: the one named, or the only one that issues the type.
fn agency(args: &ApplyArgs, manifest: &Manifest, kind: &CertificateKind) -> Result<Uscc, Failure> {
    let index = manifest.kinds.iter().find(|published| published.code == *kind.code()).map(|published| published.index);
    let issuing: Vec<Uscc> = manifest
        .agencies
        .iter()
        .filter(|agency| index.is_some_and(|index| agency.kinds.contains(&index)))
        .map(|agency| agency.code)
        .collect();
    match (&args.agency, issuing.as_slice()) {
        (Some(named), _) => {
            let code = Uscc::parse(named).map_err(|error| Failure::new(error.code(), error))?;
            let may = issuing.contains(&code);
            if may { Ok(code) } else { Err(examined(&ExaminerError::OutOfScope { agency: code })) }
        }
        (None, [only]) => Ok(*only),
        (None, []) => Err(Failure::new("desk_type_unknown", "no agency of the library's manifest issues this type")),
        (None, several) => {
            let named = several.iter().fold(String::new(), |mut text, code| {
                let _ = write!(text, " {code}");
                text
            });
            Err(Failure::new("usage", format!("several agencies issue this type, name one with --agency:{named}")))
        }
    }
}

/// Writes down what a department says of an application.
pub fn review(args: &ReviewArgs, voice: Voice) -> Result<Ended, Failure> {
    let entry = entry(&args.grounds)?;
    let opinion = if args.agree { Opinion::Agrees } else { Opinion::Objects };
    let (library, catalogue) = (open(&args.library)?, shipped::catalogue(&args.types)?);
    let (project, kind) = located(&library, &catalogue, &args.code)?;
    let stage = Examiner::new(&library).review(kind, &project.code, &args.department, opinion, &entry);
    let stage = stage.map_err(|error| examined(&error))?;
    let json = json!({ "code": project.code.as_str(), "department": args.department, "opinion": opinion.word(), "stage": stage.word() });
    voice.say(&json, |language| {
        let stage = stage_word(stage).of(language);
        match language {
            Language::Chinese => format!("已记录 {} 的意见；申请 {} 现为：{stage}", args.department, project.code),
            Language::English => format!("the opinion of {} is recorded; application {} is now {stage}", args.department, project.code),
        }
    });
    Ok(Ended::Well)
}

/// Approves an application, and issues the certificate.
pub fn approve(args: &ApproveArgs, voice: Voice) -> Result<Ended, Failure> {
    let entry = entry(&args.grounds)?;
    let key = key::open(&args.key)?;
    let (library, catalogue) = (open(&args.library)?, shipped::catalogue(&args.types)?);
    let (project, kind) = located(&library, &catalogue, &args.code)?;
    let (manifest, dictionaries) = (manifest(&library)?, shipped::dictionaries(args.types.dictionaries.as_deref())?);
    let desk = Desk::open(&manifest, key.key(), kind, &dictionaries).map_err(|error| Failure::new(error.code(), error))?;
    let pictures = Pictures::new(&args.pictures, kind)?;
    pictures.can_show(&number_of(&project))?;
    let entered = Examiner::new(&library).approve(&desk, kind, &project.code, &entry, *clock::chance()?);
    let entered = entered.map_err(|error| examined(&error))?;
    let identifier = library.card(entered.shelfmark()).map_err(stored)?.identifier;
    let result = if matches!(entered, Entered::New(_)) { "issued" } else { "before" };
    let files = pictures.of(&library, entered.shelfmark())?;
    let json = json!({ "code": project.code.as_str(), "identifier": identifier.to_string(), "result": result, "files": files });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("准予许可：{}，已颁发 {identifier}", project.code),
        Language::English => format!("approved: {}, issued {identifier}", project.code),
    });
    Ok(Ended::Well)
}

/// The printed number that is applied for.
fn number_of(project: &Project) -> String {
    let application: Value = serde_json::from_slice(&project.application).unwrap_or_default();
    application.get("number").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Closes an application without a certificate.
pub fn close(args: &CloseArgs, closing: Closing, voice: Voice) -> Result<Ended, Failure> {
    let entry = entry(&args.grounds)?;
    let (library, catalogue) = (open(&args.library)?, shipped::catalogue(&args.types)?);
    let (project, kind) = located(&library, &catalogue, &args.code)?;
    Examiner::new(&library).close(kind, &project.code, closing, &entry).map_err(|error| examined(&error))?;
    let stage = library.project(&project.code).map_err(stored)?.map_or(project.stage, |project| project.stage);
    voice.say(&json!({ "code": project.code.as_str(), "stage": stage.word() }), |language| match language {
        Language::Chinese => format!("申请 {} 现为：{}", project.code, stage_word(stage).zh),
        Language::English => format!("application {} is now {}", project.code, stage_word(stage).en),
    });
    Ok(Ended::Well)
}

/// An application of the library by its code, and its type.
fn located<'c>(library: &Library, catalogue: &'c Catalogue, code: &str) -> Result<(Project, &'c CertificateKind), Failure> {
    let code = ProjectCode::parse(code).map_err(|error| {
        let hint = Words::new(
            "编码在受理时给出，形如 440000-20260615-7M3J9PW2ZS-8。",
            "The code was given on arrival, as 440000-20260615-7M3J9PW2ZS-8.",
        );
        Failure::new(error.code(), error).hint(hint)
    })?;
    let project = library.project(&code).map_err(stored)?.ok_or_else(|| examined(&ExaminerError::NotFound { code }))?;
    let kind = catalogue.find(project.type_code.as_str());
    let kind = kind.ok_or_else(|| Failure::new("type_unknown", format!("there is no type {}", project.type_code)))?;
    Ok((project, kind))
}

fn examined(error: &ExaminerError) -> Failure {
    Failure::new(error.code(), error)
}
