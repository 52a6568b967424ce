//! Verifying information and files, with the answers of the standard.

use super::ask::{ConsentStated, DutyStated, HolderNamed, PurposeStated, identifier, type_code};
use crate::accounts::{Caller, Right};
use crate::house::Shared;
use crate::http::aside::aside;
use crate::http::body::{CoseFile, JsonBody, Query, at_most, malformed};
use crate::http::problem::Problem;
use crate::sharing::{Inquiry, ShareAct, file, information};
use crate::shown::Names;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kanhe_issuer::question::nothing_is_found_by;
use kanhe_issuer::sharing::{Answer, Stated};
use kanhe_issuer::sight::Sight;
use kanhe_words::Words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// A statement names at most so many fields: more than any form has.
const MOST_FIELDS: usize = 200;

/// A number or a name has at most so many characters.
const LONGEST_STATED: usize = 100;

/// What somebody says that a certificate says: of the holder at least the name or the code, and the identifier, the number, or the holder's
/// code with the type. What is blank is not stated.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InformationStated {
    /// For what.
    purpose: PurposeStated,
    /// The code of its type.
    r#type: Option<String>,
    /// Its identifier.
    identifier: Option<String>,
    /// The printed number.
    #[schema(max_length = 100)]
    number: Option<String>,
    /// The name of a holder.
    #[schema(max_length = 100)]
    holder_name: Option<String>,
    /// The code of a holder.
    holder: Option<HolderNamed>,
    /// Fields by their names in either language, each as text, as in an application: a choice by its code or name, a list joined by `,` or `^`.
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// The purpose of a question whose body is a file: exactly one of `law` and `consent`, the latter with `given`.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilePurpose {
    /// The code of the matter (事项编码).
    #[param(min_length = 1, max_length = 64)]
    matter: String,
    /// The number of the case (办件编号).
    #[param(min_length = 1, max_length = 64)]
    case: String,
    /// The law by which it is a duty.
    #[param(min_length = 1, max_length = 200)]
    law: Option<String>,
    /// By which the holder's consent is found; no name and no number of a person.
    #[param(min_length = 1, max_length = 64)]
    consent: Option<String>,
    /// When the consent was given (RFC 3339).
    #[param(format = DateTime)]
    given: Option<String>,
}

/// An answer of the standard (GB/T 36906).
#[derive(Serialize, ToSchema)]
pub struct StandardAnswer {
    /// Its number.
    result: u8,
    /// What it means.
    meaning: Names,
}

impl StandardAnswer {
    fn new(result: u8, meaning: &Words) -> Json<Self> {
        Json(Self { result, meaning: Names { zh: meaning.zh.to_owned(), en: meaning.en.to_owned() } })
    }
}

/// Whether what somebody says of a certificate is so.
///
/// `0` as stated and in force, `1` not yet in force, `2` not in force for the time being, `3` in force no more, `4` too little was stated,
/// `5` there is none, `6` it says otherwise. Which part differs is not said. One that would be in force and that counters would not take all the
/// same (`behind_cut_off`, `refused_as` of what sharing shows) is answered with `2`. A holder's code by which nothing is found is refused where its
/// check character is wrong, and so are fields that the certificate's type has not.
#[utoipa::path(post, path = "/v1/sharing/verify-information", tag = "sharing", request_body = InformationStated,
    responses((status = OK, body = StandardAnswer)))]
pub async fn of_information(
    State(house): State<Shared>,
    caller: Caller,
    JsonBody(asked): JsonBody<InformationStated>,
) -> Result<Json<StandardAnswer>, Problem> {
    caller.may(Right::Share)?;
    aside(&house, move |house| {
        let purpose = asked.purpose.read(house.now())?;
        let stated = stated(asked)?;
        let mut inquiry = Inquiry::new(house, &caller, purpose, ShareAct::Information, Sight::Masked)?;
        if let Some(identifier) = &stated.identifier {
            inquiry = inquiry.about_certificate(identifier);
        } else if let Some(code) = &stated.holder_code {
            inquiry = inquiry.about_holder(code);
        }
        let answer = information::verify(house, &inquiry, &stated)?;
        if let (Answer::NotFound, Some(code)) = (answer, &stated.holder_code) {
            nothing_is_found_by(code)?;
        }
        Ok::<_, Problem>(StandardAnswer::new(answer.number(), &information::meaning(answer)))
    })
    .await
}

/// Whether a file is a certificate as its agency signed it: `0` it is, `1` the signature fails, `2` the file is damaged.
///
/// It says nothing of what has become of the certificate.
#[utoipa::path(post, path = "/v1/sharing/verify-file", tag = "sharing", params(FilePurpose),
    request_body(description = "The signed file of a certificate", content(("application/cose"), ("application/octet-stream"))),
    responses((status = OK, body = StandardAnswer)))]
pub async fn of_file(
    State(house): State<Shared>,
    caller: Caller,
    Query(purpose): Query<FilePurpose>,
    CoseFile(bytes): CoseFile,
) -> Result<Json<StandardAnswer>, Problem> {
    caller.may(Right::Share)?;
    aside(&house, move |house| {
        let none = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_no_pack", "the service has no pack yet").retry_after(60);
        let counter = house.shelf.present().ok_or_else(none)?;
        let purpose = purpose.stated()?.read(house.now())?;
        let inquiry = Inquiry::new(house, &caller, purpose, ShareAct::File, Sight::Masked)?;
        let answer = file::verify(house, &inquiry, &counter, &bytes)?;
        Ok::<_, Problem>(StandardAnswer::new(answer.number(), &file::meaning(answer)))
    })
    .await
}

fn stated(asked: InformationStated) -> Result<Stated, Problem> {
    if asked.fields.len() > MOST_FIELDS {
        return Err(malformed("a statement names at most 200 fields"));
    }
    for (member, said) in [("number", &asked.number), ("holder_name", &asked.holder_name)] {
        said.as_ref().map_or(Ok(()), |said| at_most(member, said, LONGEST_STATED))?;
    }
    Ok(Stated {
        identifier: said(asked.identifier).as_deref().map(identifier).transpose()?,
        type_code: said(asked.r#type).as_deref().map(type_code).transpose()?,
        holder_name: said(asked.holder_name),
        holder_code: asked.holder.filter(|holder| !holder.code.trim().is_empty()).map(|holder| holder.read()).transpose()?,
        number: said(asked.number),
        fields: asked.fields.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect(),
    })
}

/// What is stated: a form that was sent with a member left blank says nothing in it.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl FilePurpose {
    fn stated(self) -> Result<PurposeStated, Problem> {
        let consent = match (self.consent, self.given) {
            (Some(reference), Some(given)) => Some(ConsentStated { reference, given, holders: Vec::new() }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(malformed("`consent` and `given` belong together")),
        };
        Ok(PurposeStated { matter: self.matter, case: self.case, consent, duty: self.law.map(|law| DutyStated { law }) })
    }
}
