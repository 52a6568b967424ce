//! `kanhe suspend`, `reinstate`, `revoke`, `annul`, `cancel`, `transfer`, `renew`, `amend`: what can become of a certificate.

use super::draw::Pictures;
use super::{entry, located, manifest, open, registered};
use crate::cli::{AliasArgs, ChangeArgs, ReplaceArgs, TransferInArgs, TransferVerb};
use crate::failure::Failure;
use crate::verbs::{Ended, Voice, clock, key};
use crate::words::{Language, Words, change_word, state_word};
use crate::{files, shipped};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_issuer::application::{Draft, MOST_BYTES, Table};
use kanhe_issuer::catalogue::{CertificateKind, meaning_of};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Entered, Entry, Origin, Registrar, Replacement, is_alias_part};
use serde_json::json;
use std::path::Path;

/// Changes the state of a certificate.
pub fn change(args: &ChangeArgs, change: Change, voice: Voice) -> Result<Ended, Failure> {
    act(args, change, None, voice)
}

/// Moves a certificate to another region, or calls that off.
pub fn transfer(verb: &TransferVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        TransferVerb::In(args) => take_over(args, voice),
        TransferVerb::Undo { change } => act(change, Change::UndoTransfer, None, voice),
        TransferVerb::Out { change, to } => {
            let region = RegionCode::parse(to).map_err(|error| Failure::new("usage", error))?;
            act(change, Change::TransferOut, Some(region.as_str()), voice)
        }
    }
}

fn act(args: &ChangeArgs, change: Change, other: Option<&str>, voice: Voice) -> Result<Ended, Failure> {
    let entry = entry(&args.grounds)?;
    let library = open(&args.library)?;
    let (identifier, _) = located(&library, &args.identifier)?;
    let card = Registrar::new(&library).change(&identifier, change, &entry, other).map_err(|error| registered(&error))?;
    let json = json!({
        "identifier": identifier.to_string(), "act": change.act().word(), "state": card.state.word(),
        "effective": card.effective.to_string(), "recorded": card.recorded.to_string(),
    });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("已{}：{identifier}，现为{}", change_word(change).zh, state_word(card.state).zh),
        Language::English => format!("{}: {identifier} is now {}", change_word(change).en, state_word(card.state).en),
    });
    Ok(Ended::Well)
}

/// The two halves of an identifier of another scheme, each of 1 to 100 characters.
pub fn scheme_and_value(alias: &str) -> Result<(&str, &str), Failure> {
    let halves = alias.split_once(':').filter(|(scheme, value)| is_alias_part(scheme) && is_alias_part(value));
    halves.ok_or_else(|| Failure::new("usage", "an identifier of another scheme is SCHEME:VALUE, each of 1 to 100 characters"))
}

/// Lets an identifier of another scheme stand for a certificate.
pub fn alias(args: &AliasArgs, voice: Voice) -> Result<Ended, Failure> {
    let (scheme, value) = scheme_and_value(&args.alias)?;
    let entry = entry(&args.grounds)?;
    let library = open(&args.library)?;
    let (identifier, _) = located(&library, &args.identifier)?;
    Registrar::new(&library).alias(&identifier, scheme, value, &entry).map_err(|error| registered(&error))?;
    voice.say(&json!({ "identifier": identifier.to_string(), "scheme": scheme, "value": value }), |_| {
        format!("{scheme}:{value} → {identifier}")
    });
    Ok(Ended::Well)
}

/// Issues the version that takes the place of another.
pub fn replace(args: &ReplaceArgs, replacement: Replacement, voice: Voice) -> Result<Ended, Failure> {
    let ReplaceArgs { identifier, input, library, key, types, pictures, grounds } = args;
    let entry = entry(grounds)?;
    let (key, library) = (key::open(key)?, open(library)?);
    let (identifier, _) = located(&library, identifier)?;
    let (manifest, catalogue) = (manifest(&library)?, shipped::catalogue(types)?);
    let dictionaries = shipped::dictionaries(types.dictionaries.as_deref())?;
    let kind = catalogue.find(identifier.type_code().as_str());
    let kind = kind.ok_or_else(|| Failure::new("type_unknown", format!("there is no type {}", identifier.type_code())))?;
    let desk = Desk::open(&manifest, key.key(), kind, &dictionaries).map_err(|error| Failure::new(error.code(), error))?;
    let pictures = Pictures::new(pictures, kind)?;
    let draft = only_draft(input, kind, &entry)?;
    pictures.can_show(draft.number())?;
    let entered = Registrar::new(&library).replace(&desk, &identifier, replacement, draft, entry, *clock::chance()?);
    let entered = entered.map_err(|error| registered(&error))?;
    let issued = library.card(entered.shelfmark()).map_err(super::stored)?.identifier;
    let files = pictures.of(&library, entered.shelfmark())?;
    let json = json!({ "identifier": issued.to_string(), "files": files, "predecessor": identifier.to_string(), "result": if matches!(entered, Entered::New(_)) { "issued" } else { "before" } });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("已{}：{issued} 取代 {identifier}", change_word(replacement.into()).zh),
        Language::English => format!("{}: {issued} takes the place of {identifier}", change_word(replacement.into()).en),
    });
    Ok(Ended::Well)
}

/// The one application of a table, admitted on the day of the act.
fn only_draft(input: &Path, kind: &CertificateKind, entry: &Entry) -> Result<Draft, Failure> {
    let bytes = files::read(input, MOST_BYTES)?;
    let mut rows = Table::read(&bytes, kind).map_err(|error| Failure::new(error.code(), error))?;
    let application = rows.next().transpose().map_err(|error| Failure::new(error.code(), error))?;
    let application =
        application.filter(|_| rows.next().is_none()).ok_or_else(|| Failure::new("usage", "the table has exactly one application"))?;
    kind.admit(&application, day_in_china(entry.now)).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::new("rows_refused", faults.join("; "))
    })
}

/// Takes a certificate of another region over.
fn take_over(args: &TransferInArgs, voice: Voice) -> Result<Ended, Failure> {
    let entry = entry(&args.grounds)?;
    let region = RegionCode::parse(&args.from).map_err(|error| Failure::new(error.code(), error))?;
    let identifier = CertificateId::parse_foreign(&args.identifier).map_err(|error| Failure::new(error.code(), error))?;
    let warnings: Vec<_> = identifier.warnings().iter().map(|warning| warning.code()).collect();
    let (key, catalogue) = (key::open(&args.key)?, shipped::catalogue(&args.types)?);
    let kind = crate::verbs::issue::kind(&catalogue, &args.kind)?;
    let said = args.said.as_deref().map(|said| meaning_of(kind.state_codes(), said).ok_or_else(|| no_such_code(said))).transpose()?;
    let library = open(&args.library)?;
    let (manifest, dictionaries) = (manifest(&library)?, shipped::dictionaries(args.types.dictionaries.as_deref())?);
    let desk = Desk::open(&manifest, key.key(), kind, &dictionaries).map_err(|error| Failure::new(error.code(), error))?;
    let pictures = Pictures::new(&args.pictures, kind)?;
    let draft = only_draft(&args.input, kind, &entry)?;
    pictures.can_show(draft.number())?;
    let origin = Origin::new(&library, region, identifier, said).map_err(|error| registered(&error))?;
    let entered = Registrar::new(&library).take_over(&desk, &origin, draft, entry, *clock::chance()?);
    let entered = entered.map_err(|error| registered(&error))?;
    let issued = library.card(entered.shelfmark()).map_err(super::stored)?.identifier;
    let result = if matches!(entered, Entered::New(_)) { "issued" } else { "before" };
    let files = pictures.of(&library, entered.shelfmark())?;
    let json = json!({ "identifier": issued.to_string(), "files": files, "from": region.as_str(), "origin": args.identifier, "result": result, "warnings": warnings });
    voice.say(&json, |language| {
        let doubts = if warnings.is_empty() { String::new() } else { format!("\n⚠ {}", warnings.join(", ")) };
        match language {
            Language::Chinese => format!("已转入：{region} 的 {} 在本地为 {issued}{doubts}", args.identifier),
            Language::English => format!("taken over: {} of {region} is {issued} here{doubts}", args.identifier),
        }
    });
    Ok(Ended::Well)
}

/// That no code set knows a code.
pub fn no_such_code(said: &str) -> Failure {
    let hint = Words::new("kanhe type show 列出该类型的状态代码集。", "`kanhe type show` lists the code sets of a type.");
    Failure::new("state_code_unknown", format!("no code set of the type knows {said}")).hint(hint)
}
