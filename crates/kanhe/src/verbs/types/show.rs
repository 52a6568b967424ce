//! One type for whoever writes a table of its applications: the columns, their code tables, and the rules.

use crate::words::{self, Language, Sentence, Words, counted};
use kanhe_core::kind::{Choice, Form};
use kanhe_issuer::application::{FixedColumn, fixed_columns};
use kanhe_issuer::catalogue::{CertificateKind, FormField, ReviewOrder, Shape, ValidityRule};
use serde_json::{Value, json};

/// One object for machines.
pub fn json(kind: &CertificateKind) -> Value {
    let holder = kind.holder();
    let column = |column: FixedColumn| json!({ "name": column.name, "label": { "zh": column.label }, "required": column.required });
    json!({
        "name": kind.file(), "code": kind.code().as_str(), "edition": kind.edition(), "names": words::label(kind.names()).json(),
        "one_valid_per_holder": kind.one_valid_per_holder(),
        "holder": {
            "code_types": holder.code_types.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
            "most": holder.most, "longest_name": holder.longest_name,
        },
        "term": term_json(kind.validity()),
        "columns": fixed_columns(kind).map(column).collect::<Vec<_>>(),
        "form": kind.form().iter().map(|field| field_json(kind, field)).collect::<Vec<_>>(),
        "seal": kind.seal().iter().map(|field| field.name.as_str()).collect::<Vec<_>>(),
        "budget": { "version": kind.budget().version, "module_mm": kind.budget().module_mm },
        "review": kind.review().map(|rule| json!({
            "order": rule.order.word(),
            "departments": rule.departments.iter().map(|department| json!({ "id": department.id, "names": words::label(&department.names).json() })).collect::<Vec<_>>(),
        })),
        "state_codes": kind.state_codes().iter().map(|set| json!({
            "set": set.id, "names": words::label(&set.names).json(),
            "codes": set.codes.iter().map(|code| json!({ "code": code.code, "state": code.meaning.word() })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "freshness_hours": { "amber": kind.freshness().amber / 3600, "unknown": kind.freshness().unknown / 3600 },
    })
}

fn term_json(rule: ValidityRule) -> Value {
    let (rule_word, count) = match rule {
        ValidityRule::OpenEnded => ("open_ended", None),
        ValidityRule::Given => ("given", None),
        ValidityRule::Years(years) => ("years", Some(years)),
        ValidityRule::Days(days) => ("days", Some(days)),
    };
    let said = term(rule);
    json!({ "rule": rule_word, "count": count, "zh": said.zh, "en": said.en })
}

fn field_json(kind: &CertificateKind, field: &FormField) -> Value {
    let entry = |(code, label): (String, Option<Sentence>)| match label {
        Some(label) => json!({ "code": code, "zh": label.zh, "en": label.en }),
        None => json!({ "code": code }),
    };
    let table: Vec<Value> = table(kind, field).into_iter().map(entry).collect();
    json!({
        "name": field.name, "label": words::label(&field.label).json(), "required": field.required, "holds": holds(field).json(),
        "table": (!table.is_empty()).then_some(table),
    })
}

/// The same in words.
pub fn words(kind: &CertificateKind, language: Language) -> String {
    let say = |zh: &'static str, en: &'static str| Words::new(zh, en).of(language);
    let mut lines = facts(kind, language);
    lines.extend(review(kind, language));
    lines.extend(kind.state_codes().iter().map(|set| {
        let codes: Vec<String> = set.codes.iter().map(|code| format!("{} {}", code.code, code.meaning)).collect();
        format!("  {} {} ({}): {}", say("状态代码集", "state codes"), set.id, words::label(&set.names).of(language), codes.join(", "))
    }));
    lines.push(
        say(
            "  申请表的列（* 必填，# 进入证照码；列名用英文或中文均可）:",
            "  columns of a table (* required, # in the seal; either heading will do):",
        )
        .to_owned(),
    );
    lines.extend(fixed_columns(kind).map(|column| {
        let mark = if column.required { "*" } else { " " };
        format!("    {mark}  {:<28} {}", column.name, column.label)
    }));
    for field in kind.form() {
        let sealed = kind.seal().iter().any(|sealed| sealed.name == field.name);
        let marks = format!("{}{}", if field.required { "*" } else { " " }, if sealed { "#" } else { " " });
        let english = if language == Language::English { format!(" ({})", field.label.en) } else { String::new() };
        lines.push(format!("    {marks} {:<28} {}{english}: {}", field.name, field.label.zh, holds(field).of(language)));
        lines.extend(table(kind, field).into_iter().map(|(code, label)| {
            format!("         {code:<8} {}", label.as_ref().map_or("", |label| label.of(language))).trim_end().to_owned()
        }));
    }
    lines.join("\n")
}

fn facts(kind: &CertificateKind, language: Language) -> Vec<String> {
    let say = |zh: &'static str, en: &'static str| Words::new(zh, en).of(language);
    let modules = 17 + 4 * u32::from(kind.budget().version);
    let code_types: Vec<&str> = kind.holder().code_types.iter().map(|code| code.as_str()).collect();
    vec![
        format!("{} {}", kind.code(), words::label(kind.names()).of(language)),
        format!("  {}: {}", say("定义机构", "defined by"), words::label(&kind.defining_authority().names).of(language)),
        format!("  {}: {}", say("有效期规则", "term"), term(kind.validity()).of(language)),
        format!("  {}: {}", say("持证主体代码类型", "holder code types"), code_types.join(", ")),
        format!(
            "  {}: {} ({modules}×{modules}), {} mm",
            say("二维码上限", "largest QR version"),
            kind.budget().version,
            kind.budget().module_mm
        ),
        format!(
            "  {}: {} h / {} h",
            say("状态时限（提示/不可判定）", "status amber / cannot tell after"),
            kind.freshness().amber / 3600,
            kind.freshness().unknown / 3600
        ),
    ]
}

/// Who is heard before anything is issued.
fn review(kind: &CertificateKind, language: Language) -> Option<String> {
    let rule = kind.review()?;
    let order = match rule.order {
        ReviewOrder::Serial => Words::new("串联审查", "review, one after the other"),
        ReviewOrder::Parallel => Words::new("并联审查", "review, all at the same time"),
    };
    let departments =
        rule.departments.iter().map(|department| format!("{} ({})", words::label(&department.names).of(language), department.id));
    let decided = Words::new("由未经手者决定", "then somebody else decides").of(language).to_owned();
    Some(format!("  {}: {}", order.of(language), departments.chain([decided]).collect::<Vec<_>>().join("; ")))
}

fn term(rule: ValidityRule) -> Sentence {
    match rule {
        ValidityRule::OpenEnded => Sentence::new("长期", "without end"),
        ValidityRule::Given => Sentence::new("由申请给出", "given by the application"),
        ValidityRule::Years(years) => Sentence::new(format!("{years} 年"), counted(usize::from(years), "year", "years")),
        ValidityRule::Days(days) => Sentence::new(format!("{days} 天"), counted(usize::from(days), "day", "days")),
    }
}

/// What a field can hold.
fn holds(field: &FormField) -> Sentence {
    match &field.shape {
        Shape::Text { longest: Some(most) } => Sentence::new(format!("文字，最多 {most} 字"), format!("text, at most {most} characters")),
        Shape::Text { longest: None } => Sentence::new("文字", "text"),
        Shape::Day => Sentence::new("日期", "a day"),
        Shape::OneOf(_) => Sentence::new("下列之一，写代码或名称", "one of these, by code or name"),
        Shape::Count { greatest: Some(most) } => Sentence::new(format!("整数，最大 {most}"), format!("a whole number, at most {most}")),
        Shape::Count { greatest: None } => Sentence::new("整数", "a whole number"),
        Shape::Flag => Sentence::new("是或否", "yes or no"),
        Shape::List(Some(_)) => {
            Sentence::new("下列的一个或多个，用 ^、逗号或顿号隔开", "one or more of these, with ^ or commas between them")
        }
        Shape::List(None) => Sentence::new("一项或多项，用 ^、逗号或顿号隔开", "one or more, with ^ or commas between them"),
    }
}

/// The code table of a field: with its labels where the seal has them, else the bare codes of the schema.
fn table(kind: &CertificateKind, field: &FormField) -> Vec<(String, Option<Sentence>)> {
    let labelled = |choice: &Choice| (choice.code.clone(), Some(words::label(&choice.label)));
    let sealed = kind.seal().iter().find(|sealed| sealed.name == field.name).map(|sealed| &sealed.form);
    if let Some(Form::Choice(table) | Form::Choices(table)) = sealed {
        return table.iter().map(labelled).collect();
    }
    match &field.shape {
        Shape::OneOf(codes) | Shape::List(Some(codes)) => codes.iter().map(|code| (code.clone(), None)).collect(),
        Shape::Text { .. } | Shape::Day | Shape::Count { .. } | Shape::Flag | Shape::List(None) => Vec::new(),
    }
}
