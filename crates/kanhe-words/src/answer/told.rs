//! An answer for machines: one object with both languages, written in one go.
//!
//! `verdict` (`accept`, `refuse` or `unknown`), `code`, `step` (null where none failed), `message`, `next`, `advice`, `at`, `as_of`, `pack`,
//! `certificate` and `steps`, always in this order. `certificate` is null until a signature is believed, and `as_of` until a status is known.
//! Of a person it has no more than the type allows.

use super::certificate::shown;
use super::{Answer, Outcome};
use crate::{Sentence, verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::certificate::Value;
use kanhe_core::code::CertificateId;
use kanhe_core::kind::Label;
use kanhe_core::seal::{Claim, Claims, SealedCode, SealedHolder};
use kanhe_core::verdict::{Issuer, Step};
use serde::{Serialize, Serializer};
use std::fmt::Display;

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Told {
            verdict: self.verdict().word(),
            code: self.code(),
            step: self.judged.as_ref().err().map(|refusal| refusal.reason().step().word()),
            message: self.message(),
            next: self.next(),
            advice: self.advice(),
            at: Text(self.at),
            as_of: self.as_of().map(Text),
            pack: PackTold { region: self.pack.region().as_str(), epoch: self.pack.epoch(), issued: Text(self.pack.issued()) },
            certificate: self.claims().zip(self.issuer()).map(|(claims, issuer)| CertificateTold::of(claims, issuer)),
            steps: Step::ALL.map(|step| StepTold::of(step, self.outcome(step))),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Told<'t> {
    verdict: &'static str,
    code: &'static str,
    step: Option<&'static str>,
    message: Sentence,
    next: Sentence,
    advice: Vec<Sentence>,
    at: Text<Timestamp>,
    as_of: Option<Text<Timestamp>>,
    pack: PackTold<'t>,
    certificate: Option<CertificateTold<'t>>,
    steps: [StepTold; Step::ALL.len()],
}

#[derive(Serialize)]
struct PackTold<'t> {
    region: &'t str,
    epoch: u64,
    issued: Text<Timestamp>,
}

#[derive(Serialize)]
struct StepTold {
    step: &'static str,
    outcome: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl StepTold {
    const fn of(step: Step, outcome: Outcome) -> Self {
        let outcome = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::InDoubt => "in_doubt",
            Outcome::NotReached => "not_reached",
        };
        let words = verdict::step(step);
        Self { step: step.word(), outcome, zh: words.zh, en: words.en }
    }
}

/// Codes beside their labels.
#[derive(Serialize)]
struct CertificateTold<'t> {
    identifier: Text<&'t CertificateId>,
    r#type: Named<'t>,
    number: &'t str,
    issuer: Named<'t>,
    region: Named<'t>,
    holders: Vec<HolderTold<'t>>,
    issued: Text<Date>,
    valid_from: Text<Date>,
    valid_until: Option<Text<Date>>,
    fields: Vec<FieldTold<'t>>,
}

impl<'t> CertificateTold<'t> {
    fn of(claims: &'t Claims<'t>, issuer: Issuer<'t>) -> Self {
        Self {
            identifier: Text(&claims.identifier),
            r#type: Named { code: claims.kind.code.as_str(), name: LabelTold::of(&claims.kind.names) },
            number: &claims.number,
            issuer: Named { code: claims.identifier.issuer().as_str(), name: LabelTold::of(issuer.names) },
            region: Named { code: issuer.region.as_str(), name: LabelTold::of(issuer.region_names) },
            holders: claims.holders.iter().map(HolderTold::of).collect(),
            issued: Text(claims.issued),
            valid_from: Text(claims.validity.from()),
            valid_until: claims.validity.until().map(Text),
            fields: claims.fields.iter().map(FieldTold::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct Named<'t> {
    code: &'t str,
    name: LabelTold<'t>,
}

#[derive(Serialize)]
struct LabelTold<'t> {
    zh: &'t str,
    en: &'t str,
}

impl<'t> LabelTold<'t> {
    fn of(label: &'t Label) -> Self {
        Self { zh: &label.zh, en: &label.en }
    }
}

#[derive(Serialize)]
struct HolderTold<'t> {
    name: &'t str,
    code_type: &'t str,
    code: CodeTold<'t>,
}

impl<'t> HolderTold<'t> {
    fn of(holder: &'t SealedHolder) -> Self {
        let code = match &holder.code {
            SealedCode::Open(code) => CodeTold::Code(code),
            SealedCode::Masked(masked) => CodeTold::Masked(masked),
            SealedCode::Check(check) => CodeTold::Check(*check),
        };
        Self { name: &holder.name, code_type: holder.code_type.as_str(), code }
    }
}

/// As much of a code as the type allows: the member's name says how much.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum CodeTold<'t> {
    Code(&'t str),
    Masked(&'t str),
    Check(u32),
}

#[derive(Serialize)]
struct FieldTold<'t> {
    name: &'t str,
    label: LabelTold<'t>,
    value: Option<ValueTold<'t>>,
    shown: Option<Sentence>,
}

impl<'t> FieldTold<'t> {
    fn of(claim: &'t Claim<'t>) -> Self {
        let value = claim.value.as_ref().map(|value| match value {
            Value::Text(text) => ValueTold::Text(text),
            Value::Count(count) => ValueTold::Count(*count),
            Value::Flag(flag) => ValueTold::Flag(*flag),
            Value::List(texts) => ValueTold::List(texts),
        });
        Self { name: &claim.field.name, label: LabelTold::of(&claim.field.label), value, shown: shown(claim) }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueTold<'t> {
    Text(&'t str),
    Count(u64),
    Flag(bool),
    List(&'t [String]),
}

/// A thing as it is written.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
