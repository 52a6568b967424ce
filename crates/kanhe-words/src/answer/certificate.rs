//! The certificate in an answer, with no more of a person's data than its type allows.

use crate::{Language, Sentence, Words, label, row};
use kanhe_core::certificate::Value;
use kanhe_core::kind::{Field, Form};
use kanhe_core::seal::{Claim, Claims, SealedCode, SealedHolder};
use kanhe_core::verdict::Issuer;
use serde_json::{Value as Json, json};

/// The certificate for machines: codes beside their labels.
pub(super) fn certificate_json(claims: &Claims<'_>, issuer: Issuer<'_>) -> Json {
    let validity = claims.validity;
    json!({
        "identifier": claims.identifier.to_string(),
        "type": { "code": claims.kind.code.as_str(), "name": label(&claims.kind.names).json() },
        "number": claims.number,
        "issuer": { "code": claims.identifier.issuer().as_str(), "name": label(issuer.names).json() },
        "region": { "code": issuer.region.as_str(), "name": label(issuer.region_names).json() },
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
    json!({ "name": claim.field.name, "label": label(&claim.field.label).json(), "value": value, "shown": shown(claim).map(|shown| shown.json()) })
}

/// The certificate for people, one line for each of its words.
pub(super) fn certificate_lines(claims: &Claims<'_>, issuer: Issuer<'_>, language: Language) -> Vec<String> {
    let line = |zh: &'static str, en: &'static str, value: &str| row(Words::new(zh, en).of(language), value);
    let mut lines = vec![
        line("证照类型", "type", label(&claims.kind.names).of(language)),
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
    lines.push(line("颁发机构", "issued by", label(issuer.names).of(language)));
    lines.push(line("签发日期", "issued on", &claims.issued.to_string()));
    let open = Words::new("长期", "without end").of(language);
    let until = claims.validity.until().map_or_else(|| open.to_owned(), |until| until.to_string());
    lines.push(line("有效期", "in force", &format!("{} – {until}", claims.validity.from())));
    for claim in &claims.fields {
        if let Some(shown) = shown(claim) {
            lines.push(row(label(&claim.field.label).of(language), shown.of(language)));
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
        Form::Choice(table) | Form::Choices(table) => table.iter().find(|choice| choice.code == code).map(|choice| label(&choice.label)),
        Form::Text { .. } | Form::Code(_) | Form::Date | Form::Decimal { .. } | Form::Count | Form::Flag => None,
    }
}

fn same(text: String) -> Sentence {
    Sentence::new(text.clone(), text)
}
