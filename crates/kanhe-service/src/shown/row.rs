//! A certificate's line in a list.

use super::worth::condition_of;
use jiff::civil::Date;
use kanhe_core::code::CertificateId;
use kanhe_issuer::doubt::{Doubt, Doubts};
use kanhe_issuer::sight::{self, Sight};
use kanhe_store::{Card, Library, Shelfmark, StoreError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// A page of certificates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CertificatePage {
    /// At most as many as were asked for. There may be few or none though more are to come: only so many are looked at for one answer.
    pub certificates: Vec<CertificateRow>,
    /// Where the next page begins, as `after`; null on the last. A page that has passed over enough is short, or empty, and has one.
    #[schema(required)]
    pub next: Option<String>,
}

/// A certificate in a list: of a person no more than a hint.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CertificateRow {
    /// The lifelong identifier.
    pub identifier: String,
    /// The printed number; a number of a person in it is masked as the holder's code is.
    pub number: String,
    /// The code of its type.
    pub r#type: String,
    /// Who holds it: organisations by their names, people by the first character (`陈*`).
    pub holders: Vec<String>,
    /// The agency that issued it.
    pub agency: String,
    /// What has become of it.
    pub state: Cow<'static, str>,
    /// The state, and where its term stands today.
    pub condition: Cow<'static, str>,
    /// Whether a stolen key signed it behind the cut-off that the manifest names: counters refuse it (`key_stolen`), whatever its condition.
    #[serde(default)]
    #[schema(required)]
    pub behind_cut_off: bool,
    /// The code with which counters refuse it, or cannot tell of it, because the manifest is not behind it any more: `issuer_unknown`,
    /// `key_not_for_seals`, `outside_key_window`, `out_of_scope`, `type_unknown`, `dictionary_unknown`. Null where it is.
    #[serde(default)]
    #[schema(required)]
    pub refused_as: Option<Cow<'static, str>>,
    /// The day of issue.
    #[schema(format = Date)]
    pub issued: String,
    /// The first day in force.
    #[schema(format = Date)]
    pub from: String,
    /// The last day in force; null for 长期.
    #[schema(required, format = Date)]
    pub until: Option<String>,
    /// The last version of it, where this one was superseded: acts are for that one. Null where this is the last.
    #[serde(default)]
    #[schema(required)]
    pub last_version: Option<String>,
}

impl CertificateRow {
    /// The line of a certificate.
    pub fn read(library: &Library, mark: Shelfmark, doubts: &Doubts, today: Date) -> Result<Self, StoreError> {
        let (card, record) = (library.card(mark)?, library.record(mark)?);
        let certificate = record.certificate()?;
        let Doubt { behind_cut_off, refused_as } = doubts.of(library, mark, &card, &record)?;
        Ok(Self {
            identifier: card.identifier.to_string(),
            number: sight::within(&certificate.number, &certificate.holders, |_| Sight::Masked),
            r#type: card.type_code().to_string(),
            holders: certificate.holders.iter().map(sight::hint).collect(),
            agency: card.agency().to_string(),
            state: card.state.word().into(),
            condition: condition_of(&card, today).word().into(),
            behind_cut_off,
            refused_as: refused_as.map(Cow::Borrowed),
            issued: card.issued.to_string(),
            from: card.from.to_string(),
            until: card.until.map(|until| until.to_string()),
            last_version: last_version(library, &card)?.map(|identifier| identifier.to_string()),
        })
    }
}

/// The version that stands in the place of another, however many came between; none where nothing took its place.
fn last_version(library: &Library, card: &Card) -> Result<Option<CertificateId>, StoreError> {
    let (mut last, mut next) = (None, card.successor);
    while let Some(mark) = next {
        let card = library.card(mark)?;
        // A damaged library may lead in a circle.
        next = card.successor.filter(|successor| *successor > mark);
        last = Some(card.identifier);
    }
    Ok(last)
}
