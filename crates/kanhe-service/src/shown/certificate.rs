//! One certificate, and its line in a list.

use super::{Fields, Names, told, value};
use jiff::civil::Date;
use kanhe_core::certificate::{self, Value};
use kanhe_core::code::{CertificateId, Uscc};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::doubt::{Doubt, Doubts};
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_issuer::sight::{self, Sight};
use kanhe_store::{Card, Library, Shelfmark, StoreError};
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

/// What came of a request to issue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Issued {
    /// `issued`, or `before` if the request was answered before: then this is what was issued then.
    #[schema(value_type = String)]
    pub result: IssueResult,
    /// The certificate, holders' codes masked.
    pub certificate: Certificate,
    /// The signed certificate (`COSE_Sign1`) in base64, for the holder: whoever handed the application in knows what it says.
    #[schema(content_encoding = "base64")]
    pub file: String,
    /// What is odd about the application and was accepted all the same, by stable codes; `may_have_come_back`, where a holder's certificate of the
    /// type went to the region from which this one comes.
    pub warnings: Vec<String>,
    /// The agency's certificates that may be one and the same as this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub compare: Vec<String>,
}

impl Issued {
    /// The same with what may be one and the same as the certificate; of another agency's it is not said which.
    #[must_use]
    pub fn beside(mut self, same: &[CertificateId], agency: &Uscc) -> Self {
        self.warnings.extend((!same.is_empty()).then(|| MAY_HAVE_COME_BACK.to_owned()));
        self.compare = named(same, Some(agency));
        self
    }
}

/// Identifiers, as far as they are of an agency.
fn named(identifiers: &[CertificateId], agency: Option<&Uscc>) -> Vec<String> {
    let own = |identifier: &&CertificateId| agency.is_none_or(|agency| identifier.issuer() == agency);
    identifiers.iter().filter(own).map(ToString::to_string).collect()
}

/// Whether a certificate was issued for this request, or stood there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueResult {
    /// Now.
    Issued,
    /// Before.
    Before,
}

/// A page of certificates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CertificatePage {
    /// At most as many as were asked for. There may be few or none though more are to come: only so many are looked at for one answer.
    pub certificates: Vec<CertificateRow>,
    /// Where the next page begins, as `after`; null on the last. A page that has passed over enough is short, or empty, and has one.
    #[schema(required)]
    pub next: Option<String>,
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
            request_id: record.request.clone(),
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

/// What a certificate is worth at a counter on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// The state, and where its term stands.
    pub condition: Condition,
    /// Why counters would refuse it, whatever its condition.
    pub doubt: Doubt,
}

impl Worth {
    /// What a certificate of the library is worth.
    pub fn of(library: &Library, mark: Shelfmark, doubts: &Doubts, today: Date) -> Result<Self, StoreError> {
        let card = library.card(mark)?;
        Ok(Self { condition: condition_of(&card, today), doubt: doubts.at(library, mark, &card)? })
    }

    /// What one is worth that was entered a moment ago, under the manifest that stands.
    pub fn of_new(card: &Card, today: Date) -> Self {
        Self { condition: condition_of(card, today), doubt: Doubt::default() }
    }
}

fn condition_of(card: &Card, today: Date) -> Condition {
    Condition::of(card.state, card.from, card.until, today)
}

/// The version before an annulled one does not come back.
pub(super) const STAYS_SUPERSEDED: &str = "predecessor_stays_superseded";

/// A holder has two certificates of a type, one that went to a region and one that came from there since: they may be one and the same.
pub const MAY_HAVE_COME_BACK: &str = "may_have_come_back";

/// A term does not stand still while its certificate is suspended.
pub const TERM_GOES_ON: &str = "term_goes_on";

/// A certificate that is suspended, or was given back, is past its term.
pub const TERM_IS_OVER: &str = "term_is_over";

/// What an act made of a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// The certificate.
    pub identifier: String,
    /// What was done.
    pub act: Cow<'static, str>,
    /// What has become of it.
    pub state: Cow<'static, str>,
    /// The state, and where its term stands today.
    #[serde(default)]
    #[schema(required)]
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
    /// The last day of its term; null for 长期.
    #[serde(default)]
    #[schema(required, format = Date)]
    pub until: Option<String>,
    /// From when on it holds (RFC 3339).
    #[schema(format = DateTime)]
    pub effective: String,
    /// When it was written down (RFC 3339).
    #[schema(format = DateTime)]
    pub recorded: String,
    /// What the officer should know: `predecessor_stays_superseded`, where the annulled version had taken the place of another, which does not come
    /// back; `may_have_come_back`, where a move is called off and a holder has a certificate of the type that came from that region since;
    /// `term_goes_on`, where it is suspended and has a last day, up to which a renewal is applied for; `term_is_over`, where that day has passed
    /// when it is suspended or given back, or when its move is called off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub warnings: Vec<Cow<'static, str>>,
    /// The agency's certificates that may be one and the same as this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub compare: Vec<String>,
}

impl Changed {
    /// What a change made of the certificate of a card; why counters would refuse it all the same, no change touches.
    pub fn new(change: Change, card: &Card, Doubt { behind_cut_off, refused_as }: Doubt, today: Date) -> Self {
        Self {
            identifier: card.identifier.to_string(),
            act: change.act().word().into(),
            state: card.state.word().into(),
            condition: condition_of(card, today).word().into(),
            behind_cut_off,
            refused_as: refused_as.map(Cow::Borrowed),
            until: card.until.map(|until| until.to_string()),
            effective: told(card.effective),
            recorded: told(card.recorded),
            warnings: warning(change, card, today).map(Cow::Borrowed).into_iter().collect(),
            compare: Vec::new(),
        }
    }

    /// The same with what may be one and the same as the certificate; of another agency's it is not said which.
    #[must_use]
    pub fn beside(mut self, same: &[CertificateId], agency: Option<&Uscc>) -> Self {
        self.warnings.extend((!same.is_empty()).then_some(Cow::Borrowed(MAY_HAVE_COME_BACK)));
        self.compare = named(same, agency);
        self
    }
}

/// What an officer may not know of what he has done.
fn warning(change: Change, card: &Card, today: Date) -> Option<&'static str> {
    match change {
        // Who annuls an amendment made by mistake leaves the holder with nothing.
        Change::Annul if card.predecessor.is_some() => Some(STAYS_SUPERSEDED),
        Change::Suspend | Change::Reinstate | Change::UndoTransfer if card.until.is_some_and(|until| until < today) => Some(TERM_IS_OVER),
        Change::Suspend if card.until.is_some() => Some(TERM_GOES_ON),
        _ => None,
    }
}
