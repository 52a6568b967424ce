//! A certificate as somebody else may see it.

use super::found::Held;
use super::inquiry::Inquiry;
use crate::house::House;
use crate::shown::{self, Fields, Holder, Names};
use kanhe_core::calendar::day_in_china;
use kanhe_core::certificate;
use kanhe_issuer::sight::{self, Sight};
use serde::Serialize;
use utoipa::ToSchema;

/// A certificate of any agency, as the purpose lets it be seen. Its QR code and the rest of its signed file are not in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharedCertificate {
    /// The lifelong identifier.
    identifier: String,
    /// The printed number; a number of a person in it is masked as the holder's code is.
    number: String,
    /// Its type.
    #[schema(inline)]
    r#type: SharedName,
    /// Who issued it.
    #[schema(inline)]
    issuer: SharedName,
    /// Who holds it.
    holders: Vec<Holder>,
    /// The day of issue.
    #[schema(format = Date)]
    issued: String,
    /// The first day in force.
    #[schema(format = Date)]
    from: String,
    /// The last day in force; null for 长期.
    #[schema(required, format = Date)]
    until: Option<String>,
    /// The fields of the type's form, by their names (`GET /v1/types/{type}/fields`).
    #[schema(value_type = Object)]
    fields: Fields,
    /// What has become of it, and where its term stands today: `in_force`, `not_yet_in_force`, `expired`, `suspended`, `revoked`,
    /// `annulled`, `cancelled`, `transferred`, `superseded`. One that would be in force and is `behind_cut_off` or has a `refused_as` is told
    /// as `suspended`.
    condition: &'static str,
    /// Whether a stolen key signed it behind the cut-off that the manifest names: counters refuse it (`key_stolen`).
    behind_cut_off: bool,
    /// The code with which counters refuse it, or cannot tell of it, because the manifest is not behind it any more: `issuer_unknown`,
    /// `key_not_for_seals`, `outside_key_window`, `out_of_scope`, `type_unknown`, `dictionary_unknown`. Null where it is.
    #[schema(required)]
    refused_as: Option<&'static str>,
    /// From when on its state holds (RFC 3339).
    #[schema(format = DateTime)]
    effective: String,
    /// The moment at which the library said so (RFC 3339).
    #[schema(format = DateTime)]
    as_of: String,
    /// The version that took its place.
    #[schema(required)]
    successor: Option<String>,
    /// Whether it is shown whole; the codes of persons who have not agreed are masked all the same.
    whole: bool,
}

/// A code and its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharedName {
    /// The code.
    code: String,
    /// The name.
    name: Names,
}

impl SharedCertificate {
    /// What may be seen; only a disclosure that was written down makes one.
    pub(super) fn new(house: &House, held: &Held, inquiry: &Inquiry<'_>) -> Self {
        let (card, certificate, now) = (&held.card, &held.certificate, house.now());
        let kind = house.catalogue.find(card.type_code().as_str());
        let of_holder = |holder: &certificate::Holder| inquiry.sight_of(holder, &certificate.holders);
        Self {
            identifier: card.identifier.to_string(),
            number: sight::within(&certificate.number, &certificate.holders, of_holder),
            r#type: SharedName { code: card.type_code().to_string(), name: (&certificate.type_names).into() },
            issuer: SharedName { code: card.agency().to_string(), name: (&certificate.issuer_names).into() },
            holders: shown::holders(&certificate.holders, of_holder),
            issued: card.issued.to_string(),
            from: card.from.to_string(),
            until: card.until.map(|until| until.to_string()),
            fields: shown::fields(&certificate.fields, &certificate.holders, of_holder, kind, inquiry.sight),
            condition: held.condition(day_in_china(now)).word(),
            behind_cut_off: held.doubt.behind_cut_off,
            refused_as: held.doubt.refused_as,
            effective: card.effective.to_string(),
            as_of: now.to_string(),
            successor: held.successor.as_ref().map(ToString::to_string),
            whole: inquiry.sight == Sight::Whole,
        }
    }
}
