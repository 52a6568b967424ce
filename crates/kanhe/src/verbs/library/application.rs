//! `kanhe apply`, `review`, `approve`, `reject`, `withdraw`: an application on its way to a decision.

mod apply;
mod show;

pub use apply::apply;
pub use show::run as application;

use super::draw::Pictures;
use super::{entry, manifest, open, stored};
use crate::cli::{ApproveArgs, CloseArgs, ReviewArgs};
use crate::failure::Failure;
use crate::shipped;
use crate::verbs::{Ended, Voice, clock, key};
use crate::words::{Language, Words, stage_word};
use kanhe_core::code::ProjectCode;
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::examiner::{Closing, Examiner, ExaminerError, Opinion};
use kanhe_issuer::registrar::Entered;
use kanhe_store::{Library, Project};
use serde_json::{Value, json};

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
        Language::Chinese if result == "before" => format!("{} 此前已获准予，证照为 {identifier}", project.code),
        Language::English if result == "before" => format!("{} was approved before, its certificate is {identifier}", project.code),
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
    let stage = Examiner::new(&library).close(kind, &project.code, closing, &entry).map_err(|error| examined(&error))?;
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
