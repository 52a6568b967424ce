//! Shapes of answers that `kanhe-words` makes, for the OpenAPI document; a test holds real answers against them.

#![allow(dead_code, reason = "described, never made: the answer is made below, and a test compares")]

use utoipa::ToSchema;

/// A sentence in both languages.
#[derive(ToSchema)]
pub struct Sentence {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

/// What a counter is told.
#[derive(ToSchema)]
pub struct Verdict {
    /// `accept`, `refuse`, or `unknown`: cannot tell here, which never means forged.
    #[schema(pattern = "^(accept|refuse|unknown)$")]
    verdict: String,
    /// The stable code of the verdict, as `docs/errors.md` lists it.
    code: String,
    /// The step that decided, if the verdict is not `accept`.
    #[schema(required)]
    step: Option<String>,
    /// The reason.
    message: Sentence,
    /// What to do now.
    next: Sentence,
    /// What to know although it is accepted.
    advice: Vec<Sentence>,
    /// The moment that was judged for (RFC 3339).
    #[schema(format = DateTime)]
    at: String,
    /// As of when the status is known (RFC 3339).
    #[schema(required, format = DateTime)]
    as_of: Option<String>,
    /// Which pack was asked.
    pack: PackName,
    /// What may be believed of the certificate; null where nothing may.
    #[schema(required)]
    certificate: Option<Claims>,
    /// Every step, and how it went.
    steps: Vec<StepTaken>,
}

/// Which pack was asked.
#[derive(ToSchema)]
pub struct PackName {
    /// The region that made it.
    region: String,
    /// Its number, which rises.
    epoch: u64,
    /// When it was made (RFC 3339).
    #[schema(format = DateTime)]
    issued: String,
}

/// What a seal says.
#[derive(ToSchema)]
pub struct Claims {
    /// The lifelong identifier.
    identifier: String,
    /// The type.
    #[schema(inline)]
    r#type: Named,
    /// The printed number.
    number: String,
    /// The agency, by its USCC.
    issuer: Named,
    /// The region.
    region: Named,
    /// The holders.
    holders: Vec<Holder>,
    /// The day of issue.
    #[schema(format = Date)]
    issued: String,
    /// The first day in force.
    #[schema(format = Date)]
    valid_from: String,
    /// The last day in force; null for 长期.
    #[schema(required, format = Date)]
    valid_until: Option<String>,
    /// The fields that the type's seal profile names.
    fields: Vec<Field>,
}

/// A code and its name.
#[derive(ToSchema)]
pub struct Named {
    /// The code.
    code: String,
    /// The name.
    name: Sentence,
}

/// A holder, as far as the seal tells.
#[derive(ToSchema)]
pub struct Holder {
    /// The name.
    name: String,
    /// The kind of code (GB/T 36903 annex A).
    code_type: String,
    /// `{"code": …}` whole, `{"masked": …}`, or `{"check": …}`, a check value of 20 bits.
    #[schema(value_type = Object)]
    code: serde_json::Value,
}

/// A field.
#[derive(ToSchema)]
pub struct Field {
    /// Its name in the type file.
    name: String,
    /// Its label.
    label: Sentence,
    /// Its value: text, number, flag or list; null where the certificate leaves it out.
    #[schema(required, value_type = Option<serde_json::Value>)]
    value: serde_json::Value,
    /// The value for eyes: labels instead of codes, masked where the type says so.
    #[schema(required)]
    shown: Option<Sentence>,
}

/// A step, and how it went.
#[derive(ToSchema)]
pub struct StepTaken {
    /// Its word.
    step: String,
    /// How it went.
    #[schema(pattern = "^(passed|failed|in_doubt|not_reached)$")]
    outcome: String,
    /// What is asked, in Chinese.
    zh: String,
    /// What is asked, in English.
    en: String,
}
