//! One certificate, everything that happened to it, and how many there are.

use crate::accounts::{Caller, Right};
use crate::house::Shared;
use crate::http::aside::aside;
use crate::http::body::{Query, malformed};
use crate::http::moment::{day, when};
use crate::http::problem::Problem;
use crate::http::seen::show;
use crate::shown::{Certificate, Counts, History};
use axum::Json;
use axum::extract::{Path, State};
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::lifecycle::PastAsked;
use kanhe_issuer::question::in_order;
use kanhe_issuer::sight::Sight;
use serde::Deserialize;
use utoipa::IntoParams;

/// How much is to be shown.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct How {
    /// Whether holders' codes and fields are shown whole, for who has the right to; they are masked otherwise.
    #[serde(default)]
    whole: bool,
}

impl How {
    /// As far as the caller may see it.
    pub fn sight(&self, caller: &Caller) -> Result<Sight, Problem> {
        if !self.whole {
            return Ok(Sight::Masked);
        }
        caller.may(Right::ReadWhole)?;
        Ok(Sight::Whole)
    }
}

/// Which moment is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// What held at this moment (RFC 3339), or on this day: at its noon in China, and today is now. Not in the future: what will hold is not
    /// known …
    at: Option<String>,
    /// … as far as the library knew it at this moment, or at the end of this day; now, where nothing is said. Not in the future, and beside `at`
    /// alone.
    known: Option<String>,
}

impl When {
    fn past(&self) -> Result<Option<PastAsked>, Problem> {
        let known = self.known.as_deref().map(|text| when("known", text)).transpose()?;
        let at = self.at.as_deref().map(|text| when("at", text)).transpose()?;
        if at.is_none() && known.is_some() {
            return Err(malformed("`known` says as of when `at` is told, and means nothing without it"));
        }
        Ok(at.map(|at| PastAsked { at, known }))
    }
}

/// What is counted beside all there are.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountWhat {
    /// Also what ends from today up to this day, by month of the last day (`2026-12-31`).
    #[param(format = Date)]
    ending_by: Option<String>,
}

/// One certificate.
#[utoipa::path(get, path = "/v1/certificates/{identifier}", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier"), How),
    responses((status = OK, body = Certificate)))]
pub async fn one(
    State(house): State<Shared>,
    caller: Caller,
    Path(identifier): Path<String>,
    Query(how): Query<How>,
) -> Result<Json<Certificate>, Problem> {
    show(&house, move |house| {
        let sight = how.sight(&caller)?;
        let own = house.certificate_of(&caller, Right::Read, &identifier)?;
        let kind = house.catalogue.find(own.identifier.type_code().as_str());
        house.note(&caller, sight, &own.identifier.to_string(), || {
            Ok(Json(Certificate::read(&house.library, own.mark, kind, sight, day_in_china(house.now()))?))
        })
    })
    .await
}

/// Everything that happened to a certificate, and what held at a moment.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/history", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier"), When),
    responses((status = OK, body = History)))]
pub async fn history(
    State(house): State<Shared>,
    caller: Caller,
    Path(identifier): Path<String>,
    Query(asked): Query<When>,
) -> Result<Json<History>, Problem> {
    aside(&house, move |house| {
        let now = house.now();
        let past = asked.past()?.map(|past| past.by(now)).transpose()?;
        let own = house.certificate_of(&caller, Right::Read, &identifier)?;
        Ok::<_, Problem>(Json(History::read(&house.library, &own.identifier, own.mark, past, now)?))
    })
    .await
}

/// How many certificates the caller's agency has, by type and state, and by month of issue; and how many end by a day.
#[utoipa::path(get, path = "/v1/certificates/count", tag = "certificates", params(CountWhat),
    responses((status = OK, body = Counts)))]
pub async fn count(State(house): State<Shared>, caller: Caller, Query(what): Query<CountWhat>) -> Result<Json<Counts>, Problem> {
    aside(&house, move |house| {
        let today = day_in_china(house.now());
        let until = what.ending_by.as_deref().map(|text| day("ending_by", text)).transpose()?;
        until.map_or(Ok(()), |until| in_order(today, until))?;
        house.counts_of(&caller, today, until).map(Json)
    })
    .await
}
