//! What the questions of sharing have in common: a purpose, a holder, an identifier.

use crate::http::body::{at_most, malformed};
use crate::http::moment::moment;
use crate::http::problem::Problem;
use axum::http::StatusCode;
use jiff::Timestamp;
use kanhe_core::certificate::MOST_HOLDERS;
use kanhe_core::code::{CertificateId, HolderCode, HolderCodeType, TypeCode};
use kanhe_core::spelling;
use kanhe_issuer::sharing::{Basis, Purpose};
use kanhe_issuer::sight::Sight;
use serde::Deserialize;
use utoipa::ToSchema;

/// A holder's code has at most so many characters.
const LONGEST_CODE: usize = 64;

/// For what somebody asks, and by what right: exactly one of `consent` and `duty`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeStated {
    /// The code of the matter (事项编码).
    #[schema(min_length = 1, max_length = 64)]
    pub matter: String,
    /// The number of the case (办件编号).
    #[schema(min_length = 1, max_length = 64)]
    pub case: String,
    /// 授权用证: the holder has agreed.
    pub consent: Option<ConsentStated>,
    /// 依职能用证: official duty.
    pub duty: Option<DutyStated>,
}

/// That the holder has agreed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentStated {
    /// By which the consent is found where it was given; no name and no number of a person.
    #[schema(min_length = 1, max_length = 64)]
    pub reference: String,
    /// When it was given (RFC 3339).
    #[schema(format = DateTime)]
    pub given: String,
    /// Whose it is: the holders who have agreed, where a certificate has several. Each lets the own number alone be seen: those of other persons
    /// stay masked, and a signed file takes the consent of all of them. The holder who is asked for need not be named.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub holders: Vec<HolderNamed>,
}

/// By which duty somebody asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyStated {
    /// The law that says so.
    #[schema(min_length = 1, max_length = 200)]
    pub law: String,
}

/// A holder, by the code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderNamed {
    /// The kind of code (GB/T 36903 annex A), such as `111`.
    pub code_type: String,
    /// The code.
    #[schema(max_length = 64)]
    pub code: String,
}

impl PurposeStated {
    /// The purpose, if every part of it says something.
    pub fn read(&self, now: Timestamp) -> Result<Purpose, Problem> {
        let basis = match (&self.consent, &self.duty) {
            (Some(consent), None) => Basis::Consent { reference: consent.reference.clone(), given: moment("given", &consent.given)? },
            (None, Some(duty)) => Basis::Duty { law: duty.law.clone() },
            (Some(_), Some(_)) | (None, None) => {
                return Err(malformed("a purpose rests on one of `consent` and `duty`, and not on both"));
            }
        };
        Ok(Purpose::new(&self.matter, &self.case, basis, now)?)
    }

    /// The holders whom the consent names.
    pub fn agreed(&self) -> Result<Vec<HolderCode>, Problem> {
        let named = self.consent.as_ref().map_or(&[][..], |consent| &consent.holders);
        if named.len() > MOST_HOLDERS {
            return Err(malformed(format_args!("`consent.holders` has {} items, at most {MOST_HOLDERS} are taken", named.len())));
        }
        named.iter().map(HolderNamed::read).collect()
    }
}

impl HolderNamed {
    /// The code; one that fails its check may stand in the library all the same.
    pub fn read(&self) -> Result<HolderCode, Problem> {
        at_most("holder.code", &self.code, LONGEST_CODE)?;
        let unfit = |code: &'static str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, "this is no holder's code of GB/T 36903");
        let kind = HolderCodeType::parse(&self.code_type).map_err(|error| unfit(error.code()))?;
        HolderCode::new_foreign(kind, &spelling::holder_code(kind, &self.code)).map(|(code, _)| code).map_err(|error| unfit(error.code()))
    }
}

/// How much a caller wants to see.
pub const fn sight(whole: bool) -> Sight {
    if whole { Sight::Whole } else { Sight::Masked }
}

/// Reads an identifier; what was sent is not said again.
pub fn identifier(text: &str) -> Result<CertificateId, Problem> {
    let unfit = |code: &'static str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, "this is no identifier of a certificate");
    CertificateId::parse(text.trim()).map_err(|error| unfit(error.code()))
}

/// Reads the code of a type, whether the service knows it or not.
pub fn type_code(text: &str) -> Result<TypeCode, Problem> {
    let unfit = |code: &'static str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, "this is no code of a type");
    TypeCode::parse(text).map_err(|error| unfit(error.code()))
}
