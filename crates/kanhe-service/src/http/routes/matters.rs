//! An administrator's work: the matters of the agency (事项), and the certificates that each needs.

use super::page::PageQuestion;
use crate::accounts::{Caller, Right};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::body::{JsonBody, Query};
use crate::http::problem::Problem;
use crate::sharing::matters;
use crate::shown::Names;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kanhe_core::code::{TypeCode, TypeCodeError};
use kanhe_core::kind::Label;
use kanhe_core::plain::is_line;
use kanhe_issuer::sharing::{Matter, Want};
use kanhe_store::find::Cursor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name has at most so many characters.
const LONGEST_NAME: usize = 100;

/// A want names at most so many types.
const MOST_TYPES: usize = 100;

/// A year: what ends later does not end soon.
const MOST_DAYS: u16 = 366;

/// A name in both languages.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamesGiven {
    /// Chinese.
    #[schema(min_length = 1, max_length = 100)]
    zh: String,
    /// English.
    #[schema(min_length = 1, max_length = 100)]
    en: String,
}

/// What a matter is called and needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatterGiven {
    /// What people call it.
    names: NamesGiven,
    /// What it needs: 1 to 32 certificates.
    #[schema(min_items = 1, max_items = 32)]
    wants: Vec<WantGiven>,
}

/// One certificate that a matter needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantGiven {
    /// What people call it.
    names: NamesGiven,
    /// The types of which any will do: their codes, or the names of their files.
    #[schema(min_items = 1, max_items = 100)]
    types: Vec<String>,
    /// One that ends within so many days is said to end soon; 30, where it is left out.
    #[serde(default = "a_month")]
    #[schema(minimum = 0, maximum = 366)]
    soon_days: u16,
}

const fn a_month() -> u16 {
    30
}

/// A matter.
#[derive(Serialize, ToSchema)]
pub struct MatterLine {
    /// Its code (事项编码).
    code: String,
    /// What people call it.
    names: Names,
    /// What it needs.
    wants: Vec<WantLine>,
}

/// One certificate that a matter needs.
#[derive(Serialize, ToSchema)]
pub struct WantLine {
    /// What people call it.
    names: Names,
    /// The types of which any will do: their codes, or the names of their files.
    types: Vec<String>,
    /// One that ends within so many days is said to end soon.
    soon_days: u16,
}

/// A page of matters.
#[derive(Serialize, ToSchema)]
pub struct MatterPage {
    /// In the order of their codes.
    matters: Vec<MatterLine>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// The matters of the agency; who may share reads them too.
#[utoipa::path(get, path = "/v1/matters", tag = "matters", params(PageQuestion),
    responses((status = OK, body = MatterPage)))]
pub async fn list(State(house): State<Shared>, caller: Caller, Query(page): Query<PageQuestion>) -> Result<Json<MatterPage>, Problem> {
    may_read(&caller)?;
    let (after, most) = page.read()?;
    let found = aside(&house, move |house| matters::list(&house.library, &caller.agency, after.as_ref(), most)).await?;
    Ok(Json(MatterPage { matters: found.matters.iter().map(line).collect(), next: found.next.as_ref().map(Cursor::to_text) }))
}

/// One matter.
#[utoipa::path(get, path = "/v1/matters/{code}", tag = "matters", params(("code" = String, Path, description = "The matter's code")),
    responses((status = OK, body = MatterLine)))]
pub async fn one(State(house): State<Shared>, caller: Caller, Path(code): Path<String>) -> Result<Json<MatterLine>, Problem> {
    may_read(&caller)?;
    let found = aside(&house, move |house| matters::find(&house.library, &caller.agency, &code)).await?;
    Ok(Json(line(&found)))
}

/// Writes a matter down, in the place of the one of that code.
#[utoipa::path(put, path = "/v1/matters/{code}", tag = "matters", params(("code" = String, Path, description = "The matter's code")),
    request_body = MatterGiven,
    responses((status = OK, body = MatterLine), (status = CREATED, body = MatterLine)))]
pub async fn put(
    State(house): State<Shared>,
    caller: Caller,
    Path(code): Path<String>,
    JsonBody(given): JsonBody<MatterGiven>,
) -> Result<(StatusCode, Json<MatterLine>), Problem> {
    caller.may(Right::Administer)?;
    let wants = given.wants.into_iter().map(|given| want(&house, given)).collect::<Result<_, _>>()?;
    let matter = Matter::new(&code, given.names.read()?, wants)?;
    let shown = Json(line(&matter));
    let new = aside(&house, move |house| matters::put(house, &caller, &matter)).await?;
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, shown))
}

/// Takes a matter away.
#[utoipa::path(delete, path = "/v1/matters/{code}", tag = "matters", params(("code" = String, Path, description = "The matter's code")),
    responses((status = NO_CONTENT, description = "It is gone")))]
pub async fn take(State(house): State<Shared>, caller: Caller, Path(code): Path<String>) -> Result<StatusCode, Problem> {
    caller.may(Right::Administer)?;
    aside(&house, move |house| matters::take(house, &caller, &code)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn may_read(caller: &Caller) -> Result<(), Problem> {
    if caller.has(Right::Share) { Ok(()) } else { Ok(caller.may(Right::Administer)?) }
}

impl NamesGiven {
    fn read(&self) -> Result<Label, Problem> {
        if [&self.zh, &self.en].into_iter().all(|name| is_line(name, LONGEST_NAME)) {
            return Ok(Label { zh: self.zh.clone(), en: self.en.clone() });
        }
        Err(wrong("request_malformed", "a name has 1 to 100 characters, and none that cannot be seen"))
    }
}

fn want(house: &House, given: WantGiven) -> Result<Want, Problem> {
    // A matter may need what other regions issue, of which this service has no type file.
    let code = |text: &String| {
        let unknown = |error: TypeCodeError| wrong(error.code(), "`types` has what is neither the code of a type nor the name of its file");
        TypeCode::parse(text).or_else(|error| house.type_code(text).map_err(|_| unknown(error)))
    };
    if given.types.len() > MOST_TYPES || given.soon_days > MOST_DAYS {
        return Err(wrong("request_malformed", "a want has at most 100 types, and what ends within 366 days ends soon"));
    }
    let types = given.types.iter().map(code).collect::<Result<_, _>>()?;
    Ok(Want { names: given.names.read()?, types, soon_days: given.soon_days })
}

fn line(matter: &Matter) -> MatterLine {
    let want = |want: &Want| WantLine {
        names: (&want.names).into(),
        types: want.types.iter().map(ToString::to_string).collect(),
        soon_days: want.soon_days,
    };
    MatterLine { code: matter.code().to_owned(), names: matter.names().into(), wants: matter.wants().iter().map(want).collect() }
}

fn wrong(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}
