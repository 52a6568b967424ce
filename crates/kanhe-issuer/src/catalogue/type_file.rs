//! The words of a type file as they stand in JSON (`docs/spec/type-file.md`); what they mean is `check`'s business.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeFile {
    pub(super) code: String,
    pub(super) edition: u32,
    pub(super) names: Names,
    pub(super) defining_authority: Authority,
    pub(super) holder: Holder,
    pub(super) validity: Validity,
    pub(super) one_valid_per_holder: bool,
    pub(super) number: Number,
    pub(super) freshness: Freshness,
    pub(super) fields: Value,
    pub(super) labels: BTreeMap<String, Names>,
    pub(super) masking: BTreeMap<String, Masking>,
    pub(super) seal: Seal,
    pub(super) review: Option<Review>,
    #[serde(default)]
    pub(super) state_codes: Vec<CodeSet>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Authority {
    pub(super) code: String,
    pub(super) names: Names,
    pub(super) level: Level,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    National,
    Provincial,
    Municipal,
    County,
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Holder {
    pub(super) category: Category,
    pub(super) code_types: Vec<String>,
    pub(super) most: usize,
    pub(super) longest_name: usize,
    pub(super) mask: Mask,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Category {
    Person,
    Organisation,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mask {
    Open,
    Keep([u8; 2]),
    Check,
}

#[derive(Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Validity {
    Term { years: Option<u16>, days: Option<u16> },
    OpenEnded {},
    Given {},
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    pub(super) template: Option<String>,
    pub(super) text: Option<u16>,
    #[serde(default)]
    pub(super) is_serial: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Freshness {
    pub(super) amber_hours: u16,
    pub(super) unknown_hours: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Masking {
    pub(super) keep: [u8; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seal {
    pub(super) dictionary: u32,
    pub(super) fields: Vec<SealField>,
    pub(super) budget: Budget,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealField {
    pub(super) field: String,
    #[serde(rename = "as")]
    pub(super) form: Form,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    Text(u16),
    Code(String),
    Choice(Vec<Entry>),
    Choices(Vec<Entry>),
    Date,
    Decimal(u8),
    Count,
    Flag,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) code: String,
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Review {
    pub(super) order: Order,
    pub(super) departments: Vec<Department>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    Serial,
    Parallel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    pub(super) id: String,
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeSet {
    pub(super) set: String,
    pub(super) names: Names,
    pub(super) codes: Vec<StateCode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateCode {
    pub(super) code: String,
    pub(super) state: CodedState,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CodedState {
    Valid,
    NotYetInForce,
    Expired,
    Suspended,
    Revoked,
    Annulled,
    Cancelled,
    Transferred,
    Superseded,
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Budget {
    pub(super) version: u8,
    pub(super) module_mm: f64,
}
