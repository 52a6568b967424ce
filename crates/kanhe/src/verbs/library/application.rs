//! `kanhe apply`, `review`, `approve`, `reject`, `withdraw`: an application on its way to a decision.

mod apply;
mod show;

pub use apply::apply;
pub use show::{known_department, run as application};

use super::change::{result, went_before};
use super::door::{Case, Issued, Order, Place, door};
use super::draw::Pictures;
use super::renewed;
use crate::cli::{ApproveArgs, CloseArgs, ReviewArgs};
use crate::failure::Failure;
use crate::verbs::{Ended, Voice, issue};
use crate::words::{Language, Words, said_condition, stage_word};
use kanhe_core::code::ProjectCode;
use kanhe_issuer::examiner::{Closing, Opinion};
use kanhe_issuer::sight::Sight;
use kanhe_service::shown::MAY_HAVE_COME_BACK;
use serde_json::json;

/// Writes down what a department says of an application.
pub fn review(args: &ReviewArgs, voice: Voice) -> Result<Ended, Failure> {
    let opinion = if args.agree { Opinion::Agrees } else { Opinion::Objects };
    let (code, door) = (code(&args.code)?, door(&args.library)?);
    let catalogue = door.catalogue(&args.types)?;
    let case = Case { code, catalogue: &catalogue };
    let stage = door.review(&case, (&args.department, opinion), &args.grounds)?;
    let json = json!({ "code": code.as_str(), "department": args.department, "opinion": opinion.word(), "stage": stage.word() });
    voice.say(&json, |language| {
        let stage = stage_word(stage).of(language);
        match language {
            Language::Chinese => format!("已记录 {} 的意见；申请 {code} 现为：{stage}", args.department),
            Language::English => format!("the opinion of {} is recorded; application {code} is now {stage}", args.department),
        }
    });
    Ok(Ended::Well)
}

/// Approves an application, and issues the certificate.
pub fn approve(args: &ApproveArgs, voice: Voice) -> Result<Ended, Failure> {
    let (code, door) = (code(&args.code)?, door(&args.library)?);
    let catalogue = door.catalogue(&args.types)?;
    let (application, _) = door.application(&Case { code, catalogue: &catalogue }, Sight::Masked)?;
    let kind = issue::kind(&catalogue, &application.r#type)?;
    let pictures = Pictures::new(&args.pictures, kind)?;
    pictures.can_show(application.applied.as_ref().map_or("", |applied| &applied.number))?;
    let order = Order { kind, place: Place::Decided(&code), key: &args.key, types: &args.types };
    let Issued { before, identifier, condition, same, changes, kept } = door.issue(&order, &args.grounds.grounds())?;
    let (files, drawn) = pictures.of(kept.as_ref());
    let warnings: Vec<_> = same.as_ref().map(|_| MAY_HAVE_COME_BACK).into_iter().chain(renewed::warning(&changes)).collect();
    let json = json!({
        "code": code.as_str(), "identifier": identifier, "result": result(before), "condition": condition, "files": files,
        "predecessor": application.replaces.as_ref().map(|replaces| &replaces.identifier),
        "from": application.origin.as_ref().map(|origin| &origin.from), "origin": application.origin.as_ref().map(|origin| &origin.identifier),
        "warnings": warnings, "compare": same.as_deref().unwrap_or_default(), "changes": changes,
    });
    voice.say_done(&json, drawn, |language| {
        let doubt = same.as_deref().map_or_else(String::new, |same| format!("\n⚠ {}", went_before(same, language)));
        let doubt = doubt + &renewed::told(&changes, language);
        match language {
            Language::Chinese if before => {
                format!("{code} 此前已获准予，证照为 {identifier}，现为{}{doubt}", said_condition(&condition, language))
            }
            Language::English if before => {
                format!("{code} was approved before, its certificate is {identifier}, now {}{doubt}", said_condition(&condition, language))
            }
            Language::Chinese => format!("准予许可：{code}，已颁发 {identifier}{doubt}"),
            Language::English => format!("approved: {code}, issued {identifier}{doubt}"),
        }
    })
}

/// Closes an application without a certificate.
pub fn close(args: &CloseArgs, closing: Closing, voice: Voice) -> Result<Ended, Failure> {
    let (code, door) = (code(&args.code)?, door(&args.library)?);
    let catalogue = door.catalogue(&args.types)?;
    let stage = door.close(&Case { code, catalogue: &catalogue }, closing, &args.grounds)?;
    voice.say(&json!({ "code": code.as_str(), "stage": stage.word() }), |language| match language {
        Language::Chinese => format!("申请 {code} 现为：{}", stage_word(stage).zh),
        Language::English => format!("application {code} is now {}", stage_word(stage).en),
    });
    Ok(Ended::Well)
}

/// The code of an application, as somebody typed it.
fn code(text: &str) -> Result<ProjectCode, Failure> {
    ProjectCode::parse(text).map_err(|error| {
        let hint = Words::new(
            "编码在受理时给出，形如 440000-20260615-7M3J9PW2ZS-8。",
            "The code was given on arrival, as 440000-20260615-7M3J9PW2ZS-8.",
        );
        Failure::new(error.code(), error).hint(hint)
    })
}
