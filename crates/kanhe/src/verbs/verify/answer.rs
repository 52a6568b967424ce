//! An answer as it is printed: the verdict, the way it was reached, and what may be believed.

use crate::words::{self, Clock, Language, Sentence};
use jiff::Timestamp;
use kanhe_core::certificate::Value;
use kanhe_core::kind::{Field, Form};
use kanhe_core::pack::{Pack, Standing};
use kanhe_core::seal::{Claim, Claims, SealedCode, SealedHolder};
use kanhe_core::verdict::{Accepted, Issuer, Refusal, Step, Verdict};
use serde_json::{Value as Json, json};

/// Everything that a verdict tells.
pub struct Answer<'a> {
    judged: &'a Result<Accepted<'a>, Refusal<'a>>,
    pack: &'a Pack,
    at: Timestamp,
    clock: Clock,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    InDoubt,
    NotReached,
}

impl<'a> Answer<'a> {
    /// The answer to one look at a pack at one moment.
    pub const fn new(judged: &'a Result<Accepted<'a>, Refusal<'a>>, pack: &'a Pack, at: Timestamp, clock: Clock) -> Self {
        Self { judged, pack, at, clock }
    }

    /// The colour.
    pub fn verdict(&self) -> Verdict {
        self.judged.as_ref().map_or_else(|refusal| refusal.reason().verdict(), |_| Verdict::Accept)
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.judged.as_ref().map_or_else(|refusal| refusal.reason().code(), Accepted::code)
    }

    /// One object for machines.
    pub fn json(&self) -> Json {
        let step = self.judged.as_ref().err().map(|refusal| refusal.reason().step().word());
        json!({
            "verdict": self.verdict().word(),
            "code": self.code(),
            "step": step,
            "message": self.message().json(),
            "next": self.next().json(),
            "advice": self.advice().iter().map(Sentence::json).collect::<Vec<_>>(),
            "at": self.at.to_string(),
            "as_of": self.as_of().map(|as_of| as_of.to_string()),
            "pack": { "region": self.pack.region().as_str(), "epoch": self.pack.epoch(), "issued": self.pack.issued().to_string() },
            "certificate": self.claims().zip(self.issuer()).map(|(claims, issuer)| certificate_json(claims, issuer)),
            "steps": Step::ALL.into_iter().map(|step| self.step_json(step)).collect::<Vec<_>>(),
        })
    }

    /// The answer in words.
    pub fn words(&self, language: Language) -> String {
        let mut lines = vec![format!("{}  {}", self.headline(language), self.message().of(language))];
        let next = self.next();
        if !next.of(language).is_empty() {
            lines.push(format!("→ {}", next.of(language)));
        }
        lines.extend(self.advice().iter().map(|advice| format!("! {}", advice.of(language))));
        if let Some((claims, issuer)) = self.claims().zip(self.issuer()) {
            lines.push(String::new());
            lines.extend(certificate_lines(claims, issuer, language));
        }
        lines.push(String::new());
        lines.extend(Step::ALL.into_iter().map(|step| self.step_line(step, language)));
        if let Some(as_of) = self.as_of() {
            lines.push(self.as_of_line(as_of, language));
        }
        lines.join("\n")
    }

    fn as_of_line(&self, as_of: Timestamp, language: Language) -> String {
        let age = self.at.duration_since(as_of);
        // A clock that is behind makes what we know come from the future, and no age at all.
        let age = (!age.is_negative()).then(|| words::age(age));
        let as_of = words::moment(as_of);
        match (language, age) {
            (Language::Chinese, None) => format!("状态截至{}", as_of.zh),
            (Language::Chinese, Some(age)) => format!("状态截至{}（{}前）", as_of.zh, age.zh),
            (Language::English, None) => format!("status as of {}", as_of.en),
            (Language::English, Some(age)) => format!("status as of {} ({} ago)", as_of.en, age.en),
        }
    }

    fn headline(&self, language: Language) -> &'static str {
        let words = match self.verdict() {
            Verdict::Accept => words::Words::new("✔ 真实有效", "✔ GENUINE, IN FORCE"),
            Verdict::Refuse => words::Words::new("✘ 不予接受", "✘ DO NOT ACCEPT"),
            Verdict::Unknown => words::Words::new("? 此处无法判定", "? CANNOT TELL HERE"),
        };
        words.of(language)
    }

    fn message(&self) -> Sentence {
        match self.judged {
            Ok(accepted) => {
                let (kind, issuer) = (&accepted.claims().kind.names, accepted.issuer());
                Sentence::new(format!("{}，{}颁发。", kind.zh, issuer.names.zh), format!("{}, issued by {}.", kind.en, issuer.names.en))
            }
            Err(refusal) => words::reason(refusal.reason(), self.pack, self.clock),
        }
    }

    fn next(&self) -> Sentence {
        match self.judged {
            Ok(_) => Sentence::new("核对持证主体与来人或单位一致。", "Check that the holder is the person or organisation before you."),
            Err(refusal) => words::next(refusal.reason(), self.clock).into(),
        }
    }

    fn advice(&self) -> Vec<Sentence> {
        self.judged.as_ref().map(|accepted| accepted.advice().iter().map(words::advice).collect()).unwrap_or_default()
    }

    fn as_of(&self) -> Option<Timestamp> {
        match self.judged {
            Ok(accepted) => Some(accepted.as_of()),
            Err(refusal) => refusal.believed().and_then(|believed| match believed.standing {
                Standing::Known { as_of, .. } => Some(as_of),
                Standing::Unknown(_) => None,
            }),
        }
    }

    fn claims(&self) -> Option<&Claims<'a>> {
        match self.judged {
            Ok(accepted) => Some(accepted.claims()),
            Err(refusal) => refusal.believed().and_then(|believed| believed.claims.as_ref()),
        }
    }

    fn issuer(&self) -> Option<Issuer<'a>> {
        match self.judged {
            Ok(accepted) => Some(accepted.issuer()),
            Err(refusal) => refusal.believed().map(|believed| believed.issuer),
        }
    }

    fn outcome(&self, step: Step) -> Outcome {
        let Err(refusal) = self.judged else { return Outcome::Passed };
        let ended = refusal.reason().step();
        match step.cmp(&ended) {
            std::cmp::Ordering::Less => Outcome::Passed,
            std::cmp::Ordering::Greater => Outcome::NotReached,
            std::cmp::Ordering::Equal if self.verdict() == Verdict::Unknown => Outcome::InDoubt,
            std::cmp::Ordering::Equal => Outcome::Failed,
        }
    }

    fn step_json(&self, step: Step) -> Json {
        let outcome = match self.outcome(step) {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::InDoubt => "in_doubt",
            Outcome::NotReached => "not_reached",
        };
        let words = words::step(step);
        json!({ "step": step.word(), "outcome": outcome, "zh": words.zh, "en": words.en })
    }

    fn step_line(&self, step: Step, language: Language) -> String {
        let mark = match self.outcome(step) {
            Outcome::Passed => '✔',
            Outcome::Failed => '✘',
            Outcome::InDoubt => '?',
            Outcome::NotReached => '·',
        };
        format!("  {mark} {}", words::step(step).of(language))
    }
}

fn certificate_json(claims: &Claims<'_>, issuer: Issuer<'_>) -> Json {
    let validity = claims.validity;
    json!({
        "identifier": claims.identifier.to_string(),
        "type": { "code": claims.kind.code.as_str(), "name": words::label(&claims.kind.names).json() },
        "number": claims.number,
        "issuer": { "code": claims.identifier.issuer().as_str(), "name": words::label(issuer.names).json() },
        "region": { "code": issuer.region.as_str(), "name": words::label(issuer.region_names).json() },
        "holders": claims.holders.iter().map(holder_json).collect::<Vec<_>>(),
        "issued": claims.issued.to_string(),
        "valid_from": validity.from().to_string(),
        "valid_until": validity.until().map(|until| until.to_string()),
        "fields": claims.fields.iter().map(field_json).collect::<Vec<_>>(),
    })
}

fn holder_json(holder: &SealedHolder) -> Json {
    let code = match &holder.code {
        SealedCode::Open(code) => json!({ "code": code }),
        SealedCode::Masked(masked) => json!({ "masked": masked }),
        SealedCode::Check(check) => json!({ "check": check }),
    };
    json!({ "name": holder.name, "code_type": holder.code_type.as_str(), "code": code })
}

fn field_json(claim: &Claim<'_>) -> Json {
    let value = match &claim.value {
        None => Json::Null,
        Some(Value::Text(text)) => json!(text),
        Some(Value::Count(count)) => json!(count),
        Some(Value::Flag(flag)) => json!(flag),
        Some(Value::List(texts)) => json!(texts),
    };
    json!({ "name": claim.field.name, "label": words::label(&claim.field.label).json(), "value": value, "shown": shown(claim).map(|shown| shown.json()) })
}

fn certificate_lines(claims: &Claims<'_>, issuer: Issuer<'_>, language: Language) -> Vec<String> {
    let line = |zh: &'static str, en: &'static str, value: &str| words::row(words::Words::new(zh, en).of(language), value);
    let mut lines = vec![
        line("证照类型", "type", words::label(&claims.kind.names).of(language)),
        line("证照编号", "number", &claims.number),
        line("证照标识", "identifier", &claims.identifier.to_string()),
    ];
    for holder in &claims.holders {
        let code = match &holder.code {
            SealedCode::Open(code) | SealedCode::Masked(code) => code.clone(),
            SealedCode::Check(check) => format!("[{check:05x}]"),
        };
        lines.push(line("持证主体", "holder", &format!("{}  {code}", holder.name)));
    }
    lines.push(line("颁发机构", "issued by", words::label(issuer.names).of(language)));
    lines.push(line("签发日期", "issued on", &claims.issued.to_string()));
    let open = words::Words::new("长期", "without end").of(language);
    let until = claims.validity.until().map_or_else(|| open.to_owned(), |until| until.to_string());
    lines.push(line("有效期", "in force", &format!("{} – {until}", claims.validity.from())));
    for claim in &claims.fields {
        if let Some(shown) = shown(claim) {
            lines.push(words::row(words::label(&claim.field.label).of(language), shown.of(language)));
        }
    }
    lines
}

/// A field's value for eyes: labels instead of codes, and no more of a person's data than the type allows.
fn shown(claim: &Claim<'_>) -> Option<Sentence> {
    let field = claim.field;
    let sentence = match claim.value.as_ref()? {
        Value::Text(code) => choice(field, code).unwrap_or_else(|| same(field.mask.apply(code))),
        Value::Count(count) => same(count.to_string()),
        Value::Flag(true) => Sentence::new("是", "yes"),
        Value::Flag(false) => Sentence::new("否", "no"),
        Value::List(codes) => {
            let labels: Vec<Sentence> = codes.iter().map(|code| choice(field, code).unwrap_or_else(|| same(code.clone()))).collect();
            let joined = |language, by: &str| labels.iter().map(|label| label.of(language)).collect::<Vec<_>>().join(by);
            Sentence::new(joined(Language::Chinese, "、"), joined(Language::English, ", "))
        }
    };
    Some(sentence)
}

fn choice(field: &Field, code: &str) -> Option<Sentence> {
    match &field.form {
        Form::Choice(table) | Form::Choices(table) => {
            table.iter().find(|choice| choice.code == code).map(|choice| words::label(&choice.label))
        }
        Form::Text { .. } | Form::Code(_) | Form::Date | Form::Decimal { .. } | Form::Count | Form::Flag => None,
    }
}

fn same(text: String) -> Sentence {
    Sentence::new(text.clone(), text)
}
