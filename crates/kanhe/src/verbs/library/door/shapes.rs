//! What goes over the wire, as verbs have it; what comes back are the shapes that the service shows.

use super::{Case, Cut, Elsewhere, Issued, Kept, Page, Sought};
use crate::cli::GroundsArg;
use crate::failure::Failure;
use crate::verbs::clock;
use crate::verbs::report::with;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_core::code::{CertificateId, HolderCode, TypeCode, Uscc};
use kanhe_issuer::application::Application as Row;
use kanhe_issuer::lifecycle::When;
use kanhe_service::percent::escaped;
use kanhe_service::shown::{self, IssueResult, MAY_HAVE_COME_BACK};
use kanhe_store::Stage;
use kanhe_store::find::{Cursor, LONGEST_PAGE, Only, Question, Standing};
use serde_json::{Value, json};

impl TryFrom<shown::Issued> for Issued {
    type Error = Failure;

    /// The certificate that stands in the library now.
    fn try_from(told: shown::Issued) -> Result<Self, Failure> {
        let envelope = told.file.map(|file| STANDARD.decode(file).map_err(|_| unexpected("`file` is no base64"))).transpose()?;
        let shown::Certificate { identifier, seal, condition, .. } = told.certificate;
        let (before, condition) = (told.result == IssueResult::Before, condition.into_owned());
        let same = told.warnings.iter().any(|code| code == MAY_HAVE_COME_BACK).then_some(told.compare);
        let changes = told.changes;
        Ok(Self { before, identifier, condition, same, changes, kept: envelope.map(|envelope| Kept { envelope, digits: seal }) })
    }
}

/// That a service has said something that none of ours says.
pub fn unexpected(detail: &str) -> Failure {
    Failure::new("service_answer_malformed", detail)
}

/// An application as the interface takes it.
pub fn columns(row: &Row) -> Value {
    serde_json::from_slice(&row.to_json()).unwrap_or_default()
}

/// Where a certificate comes from that is taken over, as the interface takes it.
pub fn origin(elsewhere: &Elsewhere) -> Value {
    json!({ "identifier": elsewhere.identifier.written(), "from": elsewhere.region.as_str(), "said": elsewhere.said })
}

/// Why something is done; the actor is who asks.
pub fn grounds_of(grounds: &GroundsArg, more: Value) -> Result<Value, Failure> {
    grounds.clock.of_ones_own()?;
    let body = json!({ "basis": grounds.basis, "reason": grounds.reason });
    let effective = match grounds.effective.as_deref() {
        None => json!({}),
        // What a day means, whoever has the library knows: what was done last on it stands there.
        Some(effective) => json!({ "effective": moment_or_day(clock::when("--effective", effective)?) }),
    };
    Ok(with(with(body, effective), more))
}

/// A moment or a day as the interface takes it.
pub fn moment_or_day(when: When) -> String {
    match when {
        When::Moment(moment) => moment.to_string(),
        When::Day(day) => day.to_string(),
    }
}

/// The path about a certificate.
pub fn one(identifier: &CertificateId, rest: &str) -> String {
    format!("/v1/certificates/{}{rest}", escaped(&identifier.to_string()))
}

/// The path about an application.
pub fn of_case(case: &Case<'_>, rest: &str) -> String {
    format!("/v1/applications/{}{rest}", escaped(case.code.as_str()))
}

/// A question as the interface takes it, and the agency that it is confined to: that of the caller is confined to anyway.
pub fn search<'a>(asked: &Sought<'a>) -> (Value, Option<&'a Uscc>) {
    let typed = |by: Value, code: &Option<TypeCode>| json!({ "by": by, "type": code.as_ref().map(TypeCode::as_str) });
    let of = |by: Value, only: &'a Only| (typed(by, &only.type_code), only.agency.as_ref());
    match asked.question {
        Question::Alias { scheme, value, only } => of(json!({ "alias": { "scheme": scheme, "value": value } }), only),
        Question::Words { words, only } => of(json!({ "name": words }), only),
        Question::Number { number, only } => of(json!({ "number": number }), only),
        Question::Holder { code, only } => of(json!({ "holder": sought(code) }), only),
        Question::Request { request, type_code, agency } => (typed(json!({ "request": request }), type_code), agency.as_ref()),
        Question::Shelf { agency, .. } | Question::Standing(Standing { agency, .. }) => {
            let shelf = asked.state.map_or_else(|| json!({}), |state| json!({ "state": state }));
            (typed(json!({ "shelf": shelf }), &asked.type_code.copied()), agency.as_ref())
        }
        Question::Ending { from, until, type_code, agency } => {
            (typed(json!({ "ending": { "from": from.to_string(), "until": until.to_string() } }), type_code), agency.as_ref())
        }
    }
}

/// A holder as the interface takes one.
pub fn sought(code: &HolderCode) -> Value {
    json!({ "code_type": format!("{:03}", code.kind().code()), "code": code.expose() })
}

/// Asks for a part of an answer.
pub fn cut(body: Value, page: Cut<'_>) -> Value {
    with(body, json!({ "limit": page.most.clamp(1, LONGEST_PAGE), "after": page.after.map(Cursor::to_text) }))
}

/// Confines rows to an agency. All of them are of the caller's, so either all stay, or none, and then no more are to come.
pub fn confined<T>(rows: Vec<T>, next: Option<String>, agency: Option<&Uscc>, of: impl Fn(&T) -> &str) -> Page<T> {
    let foreign = agency.is_some_and(|agency| rows.iter().any(|row| of(row) != agency.as_str()));
    if foreign { Page { rows: Vec::new(), next: None } } else { Page { rows, next } }
}

/// The stage of a word.
pub fn named_stage(word: &str) -> Result<Stage, Failure> {
    Stage::ALL.into_iter().find(|stage| stage.word() == word).ok_or_else(|| unexpected("`stage` is none that is known here"))
}
