//! `kanhe type`: the catalogue of certificate types.

mod show;

use super::{Ended, Voice};
use crate::cli::TypeVerb;
use crate::failure::Failure;
use crate::shipped;
use crate::words::{self, Language, Words, counted};
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::catalogue::CatalogueError;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Does what the verb asks for.
pub fn run(verb: TypeVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        TypeVerb::List { types } => {
            let catalogue = shipped::catalogue(&types)?;
            let kinds = catalogue.kinds();
            let json = kinds
                .iter()
                .map(|kind| json!({ "name": kind.file(), "code": kind.code().as_str(), "names": words::label(kind.names()).json() }));
            voice.say(&json!({ "types": json.collect::<Vec<Value>>() }), |language| {
                kinds
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
            voice.say(&show::json(kind), |language| show::words(kind, language));
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
            (true, Language::English) => format!("{} right", counted(files.len(), "type file is", "type files are")),
            (false, _) => errors.iter().map(|error| format!("{}: {error}", error.code())).collect::<Vec<_>>().join("\n"),
        }
    });
    Ok(if errors.is_empty() { Ended::Well } else { Ended::Refused })
}
