//! `kanhe type`: the catalogue of certificate types.

use super::{Ended, Voice};
use crate::cli::TypeVerb;
use crate::failure::Failure;
use crate::shipped;
use crate::words::{self, Language, Words};
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::catalogue::{CatalogueError, CertificateKind, ValidityRule};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Does what the verb asks for.
pub fn run(verb: TypeVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        TypeVerb::List { types } => {
            let catalogue = shipped::catalogue(&types)?;
            let json = catalogue
                .kinds()
                .iter()
                .map(|kind| json!({ "name": kind.file(), "code": kind.code().as_str(), "names": words::label(kind.names()).json() }));
            voice.say(&Value::Array(json.collect()), |language| {
                catalogue
                    .kinds()
                    .iter()
                    .map(|kind| format!("{}  {:<26} {}", kind.code(), kind.file(), words::label(kind.names()).of(language)))
                    .collect::<Vec<_>>()
                    .join("\n")
            });
            Ok(Ended::Well)
        }
        TypeVerb::Show { name, types } => {
            let catalogue = shipped::catalogue(&types)?;
            let hint = Words::new("kanhe type list 列出可用的类型。", "`kanhe type list` lists the types there are.");
            let kind = catalogue.find(&name).ok_or_else(|| Failure::new("type_unknown", format!("there is no type {name}")).hint(hint))?;
            voice.say(&kind_json(kind), |language| kind_words(kind, language));
            Ok(Ended::Well)
        }
        TypeVerb::Check { files, dictionaries } => check(&files, &shipped::dictionaries(dictionaries.as_deref())?, voice),
    }
}

fn check(files: &[PathBuf], dictionaries: &[Dictionary], voice: Voice) -> Result<Ended, Failure> {
    let dictionaries: Vec<&Dictionary> = dictionaries.iter().collect();
    let errors = shipped::load(files, &dictionaries)?.err().unwrap_or_default();
    let json = |error: &CatalogueError| json!({ "code": error.code(), "message": error.to_string() });
    voice.say(&json!({ "files": files.len(), "faults": errors.iter().map(json).collect::<Vec<_>>() }), |language| {
        match (errors.is_empty(), language) {
            (true, Language::Chinese) => format!("{} 个类型文件全部合格", files.len()),
            (true, Language::English) => format!("{} type files are right", files.len()),
            (false, _) => errors.iter().map(|error| format!("{}: {error}", error.code())).collect::<Vec<_>>().join("\n"),
        }
    });
    Ok(if errors.is_empty() { Ended::Well } else { Ended::Refused })
}

fn kind_json(kind: &CertificateKind) -> Value {
    json!({
        "name": kind.file(), "code": kind.code().as_str(), "edition": kind.edition(), "names": words::label(kind.names()).json(),
        "one_valid_per_holder": kind.one_valid_per_holder(),
        "form": kind.form().iter().map(|field| json!({ "name": field.name, "label": words::label(&field.label).json(), "required": field.required })).collect::<Vec<_>>(),
        "seal": kind.seal().iter().map(|field| field.name.as_str()).collect::<Vec<_>>(),
        "budget": { "version": kind.budget().version, "module_mm": kind.budget().module_mm },
        "freshness_hours": { "amber": kind.freshness().amber / 3600, "unknown": kind.freshness().unknown / 3600 },
    })
}

fn kind_words(kind: &CertificateKind, language: Language) -> String {
    let say = |zh: &'static str, en: &'static str| Words::new(zh, en).of(language);
    let validity = match kind.validity() {
        ValidityRule::OpenEnded => say("长期", "without end").to_owned(),
        ValidityRule::Given => say("由申请给出", "given by the application").to_owned(),
        rule => format!("{rule:?}"),
    };
    let modules = 17 + 4 * u32::from(kind.budget().version);
    let mut lines = vec![
        format!("{} {}", kind.code(), words::label(kind.names()).of(language)),
        format!("  {}: {}", say("定义机构", "defined by"), words::label(&kind.defining_authority().names).of(language)),
        format!("  {}: {validity}", say("有效期规则", "term")),
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
        say("  照面字段（* 必填，# 进入证照码）:", "  form (* required, # in the seal):").to_owned(),
    ];
    lines.extend(kind.form().iter().map(|field| {
        let sealed = kind.seal().iter().any(|sealed| sealed.name == field.name);
        let marks = format!("{}{}", if field.required { "*" } else { " " }, if sealed { "#" } else { " " });
        format!("    {marks} {:<28} {}", field.name, words::label(&field.label).of(language))
    }));
    lines.join("\n")
}
