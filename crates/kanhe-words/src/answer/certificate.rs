//! The certificate in an answer for people, with no more of a person's data than its type allows.

use crate::{Language, Sentence, Words, label, row};
use kanhe_core::certificate::Value;
use kanhe_core::kind::{Field, Form};
use kanhe_core::seal::{Claim, Claims, SealedCode};
use kanhe_core::verdict::Issuer;

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
pub(super) fn shown(claim: &Claim<'_>) -> Option<Sentence> {
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
