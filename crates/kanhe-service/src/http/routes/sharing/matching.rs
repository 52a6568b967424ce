//! Matching: nobody is asked for paper that the library already has.

use super::ask::{HolderNamed, PurposeStated};
use crate::accounts::{Caller, Right};
use crate::house::Shared;
use crate::http::aside::aside;
use crate::http::body::{JsonBody, malformed};
use crate::http::problem::Problem;
use crate::sharing::{Inquiry, MatchedWant, ShareAct, match_matter, matters};
use crate::shown::Names;
use axum::Json;
use axum::extract::State;
use kanhe_issuer::question::nothing_is_found_by;
use kanhe_issuer::sight::Sight;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose certificates, for which matter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchingInquiry {
    /// For what, and that the holder has agreed.
    purpose: PurposeStated,
    /// Whose.
    holder: HolderNamed,
    /// The matter's code: that of the purpose, which it may be left to.
    matter: Option<String>,
}

/// What the matter needs, and what of it the holder has.
#[derive(Serialize, ToSchema)]
pub struct Matched {
    /// The matter's code.
    matter: String,
    /// What people call it.
    names: Names,
    /// Everything that it needs, in its order.
    wants: Vec<MatchedWant>,
}

/// Which of the certificates that a matter needs a holder, who has agreed, has: in force, ending soon, not now, or missing.
#[utoipa::path(post, path = "/v1/sharing/matching", tag = "sharing", request_body = MatchingInquiry,
    responses((status = OK, body = Matched)))]
pub async fn matching(
    State(house): State<Shared>,
    caller: Caller,
    JsonBody(asked): JsonBody<MatchingInquiry>,
) -> Result<Json<Matched>, Problem> {
    caller.may(Right::Share)?;
    aside(&house, move |house| {
        // Who asks for one matter and looks for another asks for more than his purpose.
        if asked.matter.as_ref().is_some_and(|matter| *matter != asked.purpose.matter) {
            return Err(malformed("`matter` is another than the one of the purpose"));
        }
        let holder = asked.holder.read()?;
        let purpose = asked.purpose.read(house.now())?;
        let matter = matters::find(&house.library, &caller.agency, purpose.matter())?;
        let inquiry = Inquiry::new(house, &caller, purpose, ShareAct::Matching, Sight::Masked)?.about_holder(&holder);
        let wants = match_matter(house, &inquiry, &matter, &holder)?;
        if !wants.iter().any(MatchedWant::has_certificate) {
            nothing_is_found_by(&holder)?;
        }
        Ok::<_, Problem>(Json(Matched { matter: matter.code().to_owned(), names: matter.names().into(), wants }))
    })
    .await
}
