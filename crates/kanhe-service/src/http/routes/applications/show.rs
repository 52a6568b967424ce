//! Where applications stand.

use crate::accounts::{Caller, Right};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::body::{JsonBody, Query};
use crate::http::problem::Problem;
use crate::http::routes::certificates::show::How;
use crate::http::routes::page::cut;
use crate::http::seen::show;
use crate::shown::{Application, ApplicationPage, ApplicationRow};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kanhe_issuer::examiner::{HowFar, Wanted};
use kanhe_store::Stage;
use kanhe_store::find::Cursor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which applications are asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationSearch {
    /// Of one type only: its code, or the name of its file.
    r#type: Option<String>,
    /// At one stage only: `in_review`, `for_decision`, `approved`, `rejected` or `withdrawn`.
    stage: Option<String>,
    /// Those that wait for this department now; they are at the stage `in_review`, and no other is named beside it.
    department: Option<String>,
    /// Where the page before ended: its `next`.
    after: Option<String>,
    /// At most so many, 1 to 1,000; 100, where it is left out.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// How far an application has come.
#[derive(Serialize, ToSchema)]
pub struct ApplicationStanding {
    /// Its code.
    code: String,
    /// `in_review`, `for_decision`, `approved`, `rejected` or `withdrawn`.
    stage: &'static str,
}

/// One application: what it asks for, who has said what, and what happened.
#[utoipa::path(get, path = "/v1/applications/{code}", tag = "applications", params(("code" = String, Path, description = "The code of the application"), How),
    responses((status = OK, body = Application)))]
pub async fn one(
    State(house): State<Shared>,
    caller: Caller,
    Path(code): Path<String>,
    Query(how): Query<How>,
) -> Result<Json<Application>, Problem> {
    show(&house, move |house| {
        let sight = how.sight(&caller)?;
        let own = house.application_of(&caller, Right::Read, &code)?;
        house.note(&caller, sight, own.project.code.as_str(), || {
            let history = house.library.history_of(&own.project)?;
            let shown = Application::read(&house.library, &own.project, own.kind, &history, house.now())?;
            Ok(Json(shown.for_officers(&house.library, &own.project, own.kind, &history, sight)))
        })
    })
    .await
}

/// Lists applications to the caller's agency, a page at a time.
#[utoipa::path(post, path = "/v1/applications/search", tag = "applications", request_body = ApplicationSearch,
    responses((status = OK, body = ApplicationPage)))]
pub async fn search(
    State(house): State<Shared>,
    caller: Caller,
    JsonBody(search): JsonBody<ApplicationSearch>,
) -> Result<Json<ApplicationPage>, Problem> {
    aside(&house, move |house| {
        let type_code =
            search.r#type.as_deref().map(|name| house.kind_of(&caller, Right::Read, name).map(|kind| *kind.code())).transpose()?;
        let how_far = how_far(house, search.stage.as_deref(), search.department.as_deref())?;
        let (after, limit) = cut(search.after.as_deref(), search.limit)?;
        let wanted = Wanted { type_code, how_far, ..Wanted::default() };
        let page = house.applications_of(&caller, wanted, after.as_ref(), limit)?;
        let applications = page.projects.iter().map(ApplicationRow::from).collect();
        Ok::<_, Problem>(Json(ApplicationPage { applications, next: page.next.as_ref().map(Cursor::to_text) }))
    })
    .await
}

/// How far an application has come: for the applicant, who has its code, and nothing more than that.
#[utoipa::path(get, path = "/v1/applications/{code}/standing", tag = "applications", params(("code" = String, Path, description = "The code of the application")),
    responses((status = OK, body = ApplicationStanding)))]
pub async fn standing(State(house): State<Shared>, Path(code): Path<String>) -> Result<Json<ApplicationStanding>, Problem> {
    aside(&house, move |house| {
        let project = house.application_anywhere(&code)?;
        Ok::<_, Problem>(Json(ApplicationStanding { code: project.code.as_str().to_owned(), stage: project.stage.word() }))
    })
    .await
}

/// How far those have come that are asked for: a stage beside a department is the one at which it is waited for.
fn how_far<'w>(house: &House, stage: Option<&str>, department: Option<&'w str>) -> Result<Option<HowFar<'w>>, Problem> {
    department.map_or(Ok(()), |id| known_department(house, id))?;
    match (stage.map(stage_of).transpose()?, department) {
        (Some(stage), Some(_)) if stage != Stage::InReview => {
            let detail = "what waits for a department is in review: `stage` beside `department` is in_review, or left out";
            Err(Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail))
        }
        (_, Some(department)) => Ok(Some(HowFar::Department(department))),
        (stage, None) => Ok(stage.map(HowFar::Stage)),
    }
}

/// Refuses a department that no type's review asks.
pub fn known_department(house: &House, id: &str) -> Result<(), Problem> {
    if house.catalogue.knows_department(id) {
        return Ok(());
    }
    let known = house.catalogue.departments().into_iter().collect::<Vec<_>>().join(", ");
    let detail = format!("no type's review knows such a department: they ask {known}");
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "review_unknown_department", detail))
}

fn stage_of(word: &str) -> Result<Stage, Problem> {
    let unknown = || {
        let known = Stage::ALL.map(Stage::word).join(", ");
        Problem::new(StatusCode::BAD_REQUEST, "request_malformed", format!("`stage` is one of {known}"))
    };
    Stage::ALL.into_iter().find(|stage| stage.word() == word).ok_or_else(unknown)
}
