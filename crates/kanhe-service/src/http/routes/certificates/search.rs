//! Finding certificates: by a request with a body, for what is asked by never stands in a URL.

use crate::accounts::{Caller, Right};
use crate::house::{House, Shared};
use crate::http::body::{JsonBody, malformed};
use crate::http::moment::day;
use crate::http::problem::Problem;
use crate::http::routes::page::cut;
use crate::http::seen::show;
use crate::shown::{CertificatePage, CertificateRow};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{HolderCode, HolderCodeType, TypeCode};
use kanhe_core::spelling;
use kanhe_issuer::catalogue::Asked;
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::question::{by_name, by_number, by_request, in_order};
use kanhe_issuer::registrar::is_alias_part;
use kanhe_store::find::{Cursor, Only, Question};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateSearch {
    /// By what.
    by: SearchBy,
    /// Of one type only: its code, or the name of its file.
    r#type: Option<String>,
    /// Where the page before ended: its `next`.
    after: Option<String>,
    /// At most so many, 1 to 1,000; 100, where it is left out.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// By what certificates are found.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SearchBy {
    /// The printed number, whole.
    Number(String),
    /// A holder's code.
    Holder(HolderSought),
    /// A holder's name, or two or more neighbouring letters of it.
    Name(String),
    /// The identifier in another scheme.
    Alias(AliasSought),
    /// The id of the request that they were issued for.
    Request(String),
    /// What stands on the card.
    Shelf(ShelfSought),
    /// The last day, of those that are valid or suspended.
    Ending(EndingSought),
}

impl SearchBy {
    /// By what kind of thing, as the interface has it.
    const fn word(&self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::Holder(_) => "holder",
            Self::Name(_) => "name",
            Self::Alias(_) => "alias",
            Self::Request(_) => "request",
            Self::Shelf(_) => "shelf",
            Self::Ending(_) => "ending",
        }
    }
}

/// A holder's code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderSought {
    /// The kind of code (GB/T 36903 annex A), such as `111`.
    code_type: String,
    /// The code.
    code: String,
}

impl HolderSought {
    /// The code; one that fails its check may stand in the library all the same.
    pub fn read(&self) -> Result<HolderCode, Problem> {
        let unfit = |code: &'static str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, "this is no holder's code of GB/T 36903");
        let kind = HolderCodeType::parse(&self.code_type).map_err(|error| unfit(error.code()))?;
        HolderCode::new_foreign(kind, &spelling::holder_code(kind, &self.code)).map(|(code, _)| code).map_err(|error| unfit(error.code()))
    }
}

/// An identifier of another scheme.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasSought {
    /// The scheme.
    scheme: String,
    /// The identifier in it.
    value: String,
}

/// What stands on a card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShelfSought {
    /// What has become of it, what it is today (`in_force`, `not_yet_in_force`, `expired`), or what another system calls that, as `SET:CODE`
    /// of a code set of the types; whatever it is, where nothing is said.
    state: Option<String>,
}

/// A time in which terms end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndingSought {
    /// The first such day; today, where nothing is said. Before today stand those that have expired.
    #[schema(format = Date)]
    from: Option<String>,
    /// The last such day: the first, or a later one.
    #[schema(format = Date)]
    until: String,
}

/// Finds certificates of the caller's agency, a page at a time.
///
/// Who searched, and by what kind of thing, is written down for the auditors; what was searched for is not.
#[utoipa::path(post, path = "/v1/certificates/search", tag = "certificates", request_body = CertificateSearch,
    responses((status = OK, body = CertificatePage)))]
pub async fn search(
    State(house): State<Shared>,
    caller: Caller,
    JsonBody(search): JsonBody<CertificateSearch>,
) -> Result<Json<CertificatePage>, Problem> {
    show(&house, move |house| {
        let today = day_in_china(house.now());
        let question = question(house, &caller, &search.by, search.r#type.as_deref(), today)?;
        let (after, limit) = cut(search.after.as_deref(), search.limit)?;
        house.note_search(&caller, search.by.word(), || {
            let found = house.ask_of(&caller, &question, after.as_ref(), limit)?;
            let doubts = Doubts::known_to(&house.library)?;
            let rows = found.shelfmarks.iter().map(|mark| CertificateRow::read(&house.library, *mark, &doubts, today));
            let certificates = rows.collect::<Result<_, _>>()?;
            Ok(Json(CertificatePage { certificates, next: found.next.as_ref().map(Cursor::to_text) }))
        })
    })
    .await
}

/// Reads what certificates are found by, of one type that the caller may read, or of all that it may.
pub fn question(house: &House, caller: &Caller, by: &SearchBy, r#type: Option<&str>, today: Date) -> Result<Question, Problem> {
    let type_code = r#type.map(|name| house.kind_of(caller, Right::Read, name).map(|kind| *kind.code())).transpose()?;
    let only = Only::type_code(type_code);
    match by {
        SearchBy::Number(number) => by_number(number, only).map_err(malformed),
        SearchBy::Holder(holder) => Ok(Question::Holder { code: holder.read()?, only }),
        SearchBy::Name(name) => by_name(name, only).map_err(malformed),
        SearchBy::Alias(alias) if is_alias_part(&alias.scheme) && is_alias_part(&alias.value) => {
            Ok(Question::Alias { scheme: alias.scheme.clone(), value: alias.value.clone(), only })
        }
        SearchBy::Alias(_) => Err(malformed("scheme and value have 1 to 100 characters each, and none that cannot be seen")),
        SearchBy::Request(request) => by_request(request, type_code, None).map_err(malformed),
        SearchBy::Shelf(shelf) => {
            let asked = Asked { type_code: type_code.as_ref(), agency: None, day: today };
            match shelf.state.as_deref() {
                Some(word) => Ok(house.catalogue.sought(word, asked)?),
                None => Ok(Question::Shelf { type_code, agency: None, state: None }),
            }
        }
        SearchBy::Ending(ending) => ends(ending, type_code, today),
    }
}

fn ends(ending: &EndingSought, type_code: Option<TypeCode>, today: Date) -> Result<Question, Problem> {
    let from = ending.from.as_deref().map_or(Ok(today), |text| day("from", text))?;
    let until = day("until", &ending.until)?;
    in_order(from, until)?;
    Ok(Question::Ending { from, until, type_code, agency: None })
}
