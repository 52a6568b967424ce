//! One certificate.

use super::worth::condition_of;
use super::{Fields, Names, value};
use jiff::civil::Date;
use kanhe_core::certificate::{self, Value};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::doubt::{Doubt, Doubts};
use kanhe_issuer::lifecycle::Condition;
use kanhe_issuer::sight::{self, Sight};
use kanhe_store::{Library, Shelfmark, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use utoipa::ToSchema;

/// A certificate: what it says, and what has become of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Certificate)]
pub struct Certificate {
    /// The lifelong identifier (GB/T 36904).
    pub identifier: String,
    /// The printed number; a number of a person in it is masked as the holder's code is.
    pub number: String,
    /// The code of its type.
    pub r#type: String,
    /// What the type was called when it was issued.
    pub type_names: Names,
    /// Who issued it.
    pub issuer: Issuer,
    /// Who holds it.
    pub holders: Vec<Holder>,
    /// The day of issue.
    #[schema(format = Date)]
    pub issued: String,
    /// The first day in force.
    #[schema(format = Date)]
    pub from: String,
    /// The last day in force; null for 长期.
    #[schema(required, format = Date)]
    pub until: Option<String>,
    /// The fields of the type's form, by their names.
    #[schema(value_type = Object)]
    pub fields: Fields,
    /// What has become of it: `valid`, `suspended`, `revoked`, `annulled`, `cancelled`, `transferred`, `superseded`.
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
    /// What other systems call the condition: the code of each code set of the type.
    #[schema(required, value_type = Option<Object>)]
    pub state_codes: Option<Map<String, Json>>,
    /// From when on the state holds (RFC 3339).
    #[schema(format = DateTime)]
    pub effective: String,
    /// When the library learnt of it (RFC 3339).
    #[schema(format = DateTime)]
    pub recorded: String,
    /// The version whose place it took.
    #[schema(required)]
    pub predecessor: Option<String>,
    /// The version that took its place.
    #[schema(required)]
    pub successor: Option<String>,
    /// Its place in the agency's status lists.
    pub slot: u32,
    /// The request that it was issued for.
    pub request_id: String,
    /// The text of its QR code, in the bare form.
    pub seal: String,
}

/// Who issued a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateIssuer)]
pub struct Issuer {
    /// The USCC.
    pub code: String,
    /// What it is called.
    pub names: Names,
}

/// Who holds a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateHolder)]
pub struct Holder {
    /// The name.
    pub name: String,
    /// The kind of code (GB/T 36903 annex A).
    pub code_type: String,
    /// The code; of a resident no more than the first six and last four characters, and at most half of other numbers of persons, unless
    /// the whole was asked for.
    pub code: String,
}

impl Certificate {
    /// Reads what the library has of a certificate, as far as somebody may see it.
    pub fn read(library: &Library, mark: Shelfmark, kind: Option<&CertificateKind>, sight: Sight, today: Date) -> Result<Self, StoreError> {
        let (card, record) = (library.card(mark)?, library.record(mark)?);
        let certificate = record.certificate()?;
        let condition = condition_of(&card, today);
        let Doubt { behind_cut_off, refused_as } = Doubts::known_to(library)?.of(library, mark, &card, &record)?;
        let successor = card.successor.map(|mark| library.card(mark)).transpose()?.map(|card| card.identifier.to_string());
        Ok(Self {
            identifier: card.identifier.to_string(),
            number: sight::within(&certificate.number, &certificate.holders, |_| sight),
            r#type: card.type_code().to_string(),
            type_names: Names::from(&certificate.type_names),
            issuer: Issuer { code: card.agency().to_string(), names: Names::from(&certificate.issuer_names) },
            holders: holders(&certificate.holders, |_| sight),
            issued: card.issued.to_string(),
            from: card.from.to_string(),
            until: card.until.map(|until| until.to_string()),
            fields: fields(&certificate.fields, &certificate.holders, |_| sight, kind, sight),
            state: card.state.word().into(),
            condition: condition.word().into(),
            behind_cut_off,
            refused_as: refused_as.map(Cow::Borrowed),
            state_codes: kind.map(|kind| state_codes(kind, condition)),
            effective: card.effective.to_string(),
            recorded: card.recorded.to_string(),
            predecessor: certificate.predecessor.as_ref().map(ToString::to_string),
            successor,
            slot: card.slot,
            // Before such requests were refused, one could be a holder's own number.
            request_id: sight::within(&record.request, &certificate.holders, |_| sight),
            seal: record.digits(),
        })
    }
}

/// Holders, as far as somebody may see them.
pub(crate) fn holders(holders: &[certificate::Holder], sight: impl Fn(&certificate::Holder) -> Sight) -> Vec<Holder> {
    let one = |holder: &certificate::Holder| Holder {
        name: holder.name().to_owned(),
        code_type: format!("{:03}", holder.code().kind().code()),
        code: sight(holder).code(holder),
    };
    holders.iter().map(one).collect()
}

/// Fields, as far as somebody may see them and the holders that they name.
pub(crate) fn fields(
    fields: &[(String, Value)],
    holders: &[certificate::Holder],
    of_holder: impl Fn(&certificate::Holder) -> Sight,
    kind: Option<&CertificateKind>,
    sight: Sight,
) -> Fields {
    let shown = |text: &String| sight::within(text, holders, &of_holder);
    let without_codes = |said: &Value| match said {
        Value::Text(text) => Value::Text(shown(text)),
        Value::List(texts) => Value::List(texts.iter().map(shown).collect()),
        Value::Count(_) | Value::Flag(_) => said.clone(),
    };
    fields.iter().map(|(name, said)| (name.clone(), value(&sight.field(kind, name, &without_codes(said))))).collect()
}

fn state_codes(kind: &CertificateKind, condition: Condition) -> Map<String, Json> {
    kind.state_codes().iter().filter_map(|set| Some((set.id.clone(), Json::from(set.code_for(condition)?)))).collect()
}
