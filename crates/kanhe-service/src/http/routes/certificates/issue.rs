//! One certificate, from an application of a type that needs no review.

use crate::accounts::{Caller, Right};
use crate::house::{House, Shared};
use crate::http::act::{Act, grounded};
use crate::http::problem::Problem;
use crate::http::refused::refused_row;
use crate::http::repeat::Repeat;
use crate::shown::{Certificate, ChangedField, IssueResult, Issued, RENEWAL_CHANGES};
use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::Warning;
use kanhe_issuer::application::{Application, Columns, Draft, Term};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::registrar::{Admission, Answer, Chances, Editions, Entered, Entry, Refusal, Registrar, RegistrarError};
use kanhe_issuer::sight::Sight;
use kanhe_render::MissingGlyph;
use kanhe_store::Shelfmark;

grounded! { now
    /// An application, and why it is granted.
    pub struct IssueRequest {
        /// The type: its code, or the name of its file.
        r#type: String,
        /// The columns of the application, by their names in either language; `request_id` among them, or else an `Idempotency-Key`.
        #[schema(value_type = Object)]
        application: Columns,
    }
}

impl Issued {
    /// What is told of a certificate that stands in the library.
    pub fn read(house: &House, entered: &Entered, kind: &CertificateKind, warnings: &[Warning]) -> Result<Self, Problem> {
        let mark = entered.shelfmark();
        let certificate = Certificate::read(&house.library, mark, Some(kind), Sight::Masked, day_in_china(house.now()))?;
        let file = Some(STANDARD.encode(house.library.record(mark)?.envelope));
        let result = if matches!(entered, Entered::New(_)) { IssueResult::Issued } else { IssueResult::Before };
        let changes = ChangedField::of_renewal(&house.library, mark, kind)?;
        let told = (!changes.is_empty()).then_some(RENEWAL_CHANGES);
        let warnings = warnings.iter().map(Warning::code).chain(told).map(str::to_owned).collect();
        Ok(Self { result, certificate, file, warnings, changes, compare: Vec::new() })
    }

    /// What is told of one that may have come from another region.
    pub fn come(house: &House, entered: &Entered, kind: &CertificateKind, warnings: &[Warning], caller: &Caller) -> Result<Self, Problem> {
        let same = Registrar::new(&house.library).may_be_same(entered.shelfmark())?;
        Ok(Self::read(house, entered, kind, warnings)?.beside(&same, &caller.agency))
    }
}

/// 201 with the address for a new certificate, 200 for one that was issued before.
impl IntoResponse for Issued {
    fn into_response(self) -> Response {
        let status = if self.result == IssueResult::Issued { StatusCode::CREATED } else { StatusCode::OK };
        let location = HeaderValue::from_str(&format!("/v1/certificates/{}", self.certificate.identifier));
        let mut response = (status, Json(self)).into_response();
        if let Ok(location) = location {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

/// Issues one certificate, of a type that needs no review.
///
/// The same request again is answered with the certificate that was issued for it, with 200 in the place of 201; with other contents it
/// is refused. `Idempotency-Key` stands in for `request_id` where the application has none.
#[utoipa::path(post, path = "/v1/certificates", tag = "certificates", request_body = IssueRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Stands in for `request_id`, and is bound to this request for a day")),
    responses((status = CREATED, description = "Issued", body = Issued), (status = OK, description = "Issued before for this request", body = Issued)))]
pub async fn issue(act: Act<IssueRequest>) -> Result<Response, Problem> {
    act.done(|act| act.known(issue_now, issued_before)).await.map(IntoResponse::into_response)
}

fn issue_now(act: &Act<IssueRequest>) -> Result<Issued, Problem> {
    let entry = act.entry()?;
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(caller, Right::Issue, &body.r#type)?;
    let application = application(&body.application, kind, repeat.as_ref().map(Repeat::key));
    let (entered, warnings) = enter(house, caller, kind, &application, &entry)?;
    Issued::read(house, &entered, kind, &warnings)
}

fn issued_before(act: &Act<IssueRequest>) -> Result<Option<Issued>, Problem> {
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(caller, Right::Issue, &body.r#type)?;
    issued_for(house, caller, kind, &application(&body.application, kind, repeat.as_ref().map(Repeat::key)))
}

/// What was issued for a request, if that asks for the same: for another it is not looked up why it differs.
pub fn if_the_same(before: Result<Option<Shelfmark>, RegistrarError>) -> Result<Option<Shelfmark>, RegistrarError> {
    match before {
        Err(RegistrarError::RequestDiffers { .. }) => Ok(None),
        before => before,
    }
}

fn issued_for(house: &House, caller: &Caller, kind: &CertificateKind, application: &Application) -> Result<Option<Issued>, Problem> {
    let editions = Editions { in_force: kind, others: &house.catalogue.other_editions(kind) };
    let before = if_the_same(Registrar::new(&house.library).issued_for(&caller.agency, editions, application))?;
    before.map(|before| Issued::read(house, &Entered::Before(before), kind, &[])).transpose()
}

/// Admits an application on the day of the act; what cannot be drawn is refused before it is signed.
pub fn draft(
    house: &House,
    (kind, term): (&CertificateKind, Term),
    columns: &Columns,
    request: Option<&str>,
    entry: &Entry,
) -> Result<Draft, Problem> {
    let application = application(columns, kind, request);
    let draft = kind.admit_for(&application, term, day_in_china(entry.now)).map_err(|faults| refused_row(&faults))?;
    can_draw(house, draft.number())?;
    Ok(draft)
}

/// The application that columns are; a request that is named beside them stands in for one that they lack.
pub fn application(columns: &Columns, kind: &CertificateKind, request: Option<&str>) -> Application {
    let mut application = columns.application(1, kind);
    if let Some(request) = request {
        application.belongs_to(request);
    }
    application
}

/// Nobody gets a certificate whose number cannot be printed.
pub fn can_draw(house: &House, number: &str) -> Result<(), Problem> {
    house.pictures.artist.missing(number).map_or(Ok(()), |glyph| Err(undrawable(glyph)))
}

fn undrawable(glyph: MissingGlyph) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, glyph.code(), glyph)
}

/// Follows what was issued for an application, or issues it, with what is odd about it.
fn enter(
    house: &Shared,
    caller: &Caller,
    kind: &CertificateKind,
    application: &Application,
    entry: &Entry,
) -> Result<(Entered, Vec<Warning>), Problem> {
    let registrar = Registrar::new(&house.library);
    house.at_desk(caller, kind, |desk| {
        let intake = house.intake(kind, desk, &entry.grounds, entry.now);
        let draft = match intake.admit(application, |number| house.pictures.artist.missing(number)).map_err(refused)? {
            Admission::Before(mark) => return Ok((Entered::Before(mark), Vec::new())),
            Admission::Draft(draft) => *draft,
        };
        let warnings = draft.warnings().to_vec();
        match intake.answer(application, draft, Chances { certificate: house.chance(), event: house.chance() })? {
            Answer::Before(mark) => Ok((Entered::Before(mark), warnings)),
            Answer::New(signed) => {
                let entered = registrar.enter_and(std::slice::from_ref(&signed), |pen, entered| {
                    house.may_still(pen, caller, Right::Issue, kind)?;
                    Ok::<_, Problem>(entered)
                })?;
                Ok((entered.into_iter().next().ok_or_else(Problem::failed)??, warnings))
            }
        }
    })
}

fn refused(refusal: Refusal<MissingGlyph>) -> Problem {
    match refusal {
        Refusal::Faults(faults) => refused_row(&faults),
        Refusal::Undrawable(glyph) => undrawable(glyph),
        Refusal::Registrar(error) => Problem::from(*error),
    }
}
