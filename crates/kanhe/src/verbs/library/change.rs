//! `kanhe suspend`, `reinstate`, `revoke`, `annul`, `cancel`, `transfer`, `renew`, `amend`: what can become of a certificate.

use super::door::{Elsewhere, Issued, Order, Place, door};
use super::doubt::doubts;
use super::draw::Pictures;
use super::{identifier, renewed};
use crate::cli::{AliasArgs, ChangeArgs, ReplaceArgs, TransferInArgs, TransferVerb};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice, issue};
use crate::words::{Language, Words, change_word, in_chinese, meaning, said_condition, said_state};
use kanhe_core::code::{CertificateId, Lenient, RegionCode, Warning};
use kanhe_issuer::application::{Application, MOST_BYTES, Table};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Replacement, is_alias_part};
use kanhe_service::shown::{MAY_HAVE_COME_BACK, TERM_GOES_ON, TERM_IS_OVER};
use serde_json::json;
use std::path::Path;

/// What who annuls a version has to do next.
const STAYS_SUPERSEDED: Words = Words::new(
    "前一版本仍为“已被取代”，不会恢复：持证主体现无有效证照。如有需要，以原编号和新的申请编号重新颁发（编号即流水号的，为下一版本）。",
    "The version before it stays superseded and does not come back: the holder has no certificate in force now. Where he is to have one, issue it anew with the same number and a new request id (the next version, where the number is the serial).",
);

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
            act(change, Change::TransferOut, Some(&region), voice)
        }
    }
}

fn act(args: &ChangeArgs, change: Change, other: Option<&RegionCode>, voice: Voice) -> Result<Ended, Failure> {
    let identifier = identifier(&args.identifier)?;
    let changed = door(&args.library)?.change(&identifier, change, other, &args.grounds)?;
    let mut json = json!(changed);
    if let Some((object, region)) = json.as_object_mut().zip(other) {
        object.insert("to".to_owned(), region.as_str().into());
    }
    voice.say(&json, |language| {
        // Who gives back what has run out meanwhile is not to read that it is valid.
        let state = match (&*changed.state, &*changed.condition) {
            ("valid", condition @ ("expired" | "not_yet_in_force")) => said_condition(condition, language),
            (state, _) => said_state(state, language),
        };
        let warnings = changed.warnings.iter().map(|code| match code.as_ref() {
            MAY_HAVE_COME_BACK => warned(&came_since(&changed.compare, language)),
            TERM_GOES_ON => warned(&term_goes_on(changed.until.as_deref().unwrap_or_default(), language)),
            TERM_IS_OVER => warned(&term_is_over(change, changed.until.as_deref().unwrap_or_default(), language)),
            _ => warned(STAYS_SUPERSEDED.of(language)),
        });
        let doubted = doubts(changed.behind_cut_off, changed.refused_as.as_deref(), language).into_iter().map(|doubt| format!("\n{doubt}"));
        let warned = warnings.chain(doubted).collect::<String>();
        let to = match language {
            Language::Chinese => other.map(|region| format!("（转往 {region}）")),
            Language::English => other.map(|region| format!(" (to {region})")),
        };
        let to = to.unwrap_or_default();
        match language {
            Language::Chinese => format!("已{}：{identifier}，现为{state}{to}{warned}", change_word(change).zh),
            Language::English => format!("{}: {identifier} is now {state}{to}{warned}", change_word(change).en),
        }
    });
    Ok(Ended::Well)
}

fn warned(sentence: &str) -> String {
    format!("\n⚠ {sentence}")
}

/// What who suspends a certificate has to tell its holder.
fn term_goes_on(until: &str, language: Language) -> String {
    match language {
        Language::Chinese => format!(
            "暂扣期间有效期照常计算，至 {until} 届满：须在此之前申请延续。须审查的，暂扣期间即可受理（kanhe apply --renews），待发还后决定；无须审查的，发还后、届满前办理（kanhe renew）。"
        ),
        Language::English => format!(
            "Its term goes on, and ends on {until}: a renewal is applied for by then. Of a type under review it is taken in meanwhile (`kanhe apply --renews`) and decided once the certificate is given back; of any other it is renewed then, before its term ends (`kanhe renew`)."
        ),
    }
}

/// What is left to do with a certificate whose term has ended.
fn term_is_over(change: Change, until: &str, language: Language) -> String {
    // What is suspended now waits to be given back; what was given back waits for nothing.
    let once = match change {
        Change::Suspend => Words::new("证照发还后可予准予", "is approved once the certificate is given back"),
        _ => Words::new("现可予准予", "can be approved now"),
    };
    let once = once.of(language);
    match language {
        Language::Chinese => format!(
            "有效期已于 {until} 届满。须审查的证照，届满前已受理延续申请的，{once}（kanhe approve）；其余的注销（kanhe cancel）后重新颁发。"
        ),
        Language::English => format!(
            "Its term ended on {until}. Of a type under review, a renewal that was applied for in time {once} (`kanhe approve`); any other certificate is cancelled (`kanhe cancel`) and issued anew."
        ),
    }
}

/// What who calls a move off has to look at.
fn came_since(same: &[String], language: Language) -> String {
    let which = named(same, language);
    match language {
        Language::Chinese => format!("该持证主体另有一张同类证照自该地区转入（{which}）：如系本证照转回，应注销其中一张。"),
        Language::English => format!(
            "A holder has a certificate of this type that came from that region since ({which}): if it is this one that came back, cancel one of the two."
        ),
    }
}

/// What who takes a certificate over has to look at.
pub fn went_before(same: &[String], language: Language) -> String {
    let which = named(same, language);
    match language {
        Language::Chinese => format!("该持证主体有一张同类证照曾转往该地区（{which}）：如系同一证照转回，不要取消那次转出。"),
        Language::English => format!(
            "A holder's certificate of this type went to that region ({which}): if it is this one that comes back, do not call that move off."
        ),
    }
}

fn named(same: &[String], language: Language) -> String {
    if same.is_empty() { Words::new("由另一机构颁发", "of another agency").of(language).to_owned() } else { same.join(", ") }
}

/// What is odd about the identifier of a certificate of another region, a sentence each, and what to do about it.
pub fn oddities(identifier: &Lenient<CertificateId>, language: Language) -> Option<String> {
    let told = |warning: &Warning| match language {
        Language::Chinese => {
            in_chinese(&warning.to_string()).unwrap_or_else(|| meaning(warning.code()).map_or("", |words| words.zh).to_owned())
        }
        Language::English => warning.to_string(),
    };
    let said: Vec<String> = identifier.warnings().iter().map(told).collect();
    let line = || match language {
        Language::Chinese => {
            format!("{}：{}。请与原证核对；如系录错，先取消本次办理，再以正确的标识重办。", identifier.written(), said.join("；"))
        }
        Language::English => format!(
            "{}: {}. Compare it with the certificate; where it was mistyped, undo this, and do it again with the right one.",
            identifier.written(),
            said.join("; ")
        ),
    };
    (!said.is_empty()).then(line)
}

/// The two halves of an identifier of another scheme, each of 1 to 100 characters.
pub fn scheme_and_value(alias: &str) -> Result<(&str, &str), Failure> {
    let halves = alias.split_once(':').filter(|(scheme, value)| is_alias_part(scheme) && is_alias_part(value));
    halves.ok_or_else(|| Failure::new("usage", "an identifier of another scheme is SCHEME:VALUE, each of 1 to 100 characters"))
}

/// Lets an identifier of another scheme stand for a certificate.
pub fn alias(args: &AliasArgs, voice: Voice) -> Result<Ended, Failure> {
    let (scheme, value) = scheme_and_value(&args.alias)?;
    let identifier = identifier(&args.identifier)?;
    door(&args.library)?.alias(&identifier, (scheme, value), &args.grounds)?;
    voice.say(&json!({ "identifier": identifier.to_string(), "scheme": scheme, "value": value }), |_| {
        format!("{scheme}:{value} → {identifier}")
    });
    Ok(Ended::Well)
}

/// Issues the version that takes the place of another.
pub fn replace(args: &ReplaceArgs, replacement: Replacement, voice: Voice) -> Result<Ended, Failure> {
    let ReplaceArgs { identifier: named, input, library, key, types, pictures, grounds } = args;
    let (identifier, door) = (identifier(named)?, door(library)?);
    let catalogue = door.catalogue(types)?;
    let kind = catalogue.find(identifier.type_code().as_str());
    let kind = kind.ok_or_else(|| Failure::new("type_unknown", format!("there is no type {}", identifier.type_code())))?;
    let pictures = Pictures::new(pictures, kind)?;
    let asked = only(input, kind, &pictures)?;
    let place = Place::Next(&identifier, replacement, &asked);
    let Issued { before, identifier: issued, condition, changes, kept, .. } = door.issue(&Order { kind, place, key, types }, grounds)?;
    let (files, drawn) = pictures.of(kept.as_ref());
    let json = json!({
        "identifier": issued, "files": files, "predecessor": identifier.to_string(), "result": result(before), "condition": condition,
        "warnings": renewed::warning(&changes).as_slice(), "changes": changes,
    });
    voice.say_done(&json, drawn, |language| {
        let (since, also) = (said_condition(&condition, language), renewed::told(&changes, language));
        match language {
            Language::Chinese if before => format!("此申请此前已办结，未重复办理：{issued} 取代了 {identifier}，现为{since}{also}"),
            Language::English if before => {
                format!(
                    "the request was answered before, nothing is done again: {issued} took the place of {identifier}, and is now {since}{also}"
                )
            }
            Language::Chinese => format!("已{}：{issued} 取代 {identifier}{also}", change_word(replacement.into()).zh),
            Language::English => format!("{}: {issued} takes the place of {identifier}{also}", change_word(replacement.into()).en),
        }
    })
}

/// How a request was answered.
pub const fn result(before: bool) -> &'static str {
    if before { "before" } else { "issued" }
}

/// The one application of a table; what cannot be drawn is refused before it is signed.
fn only(input: &Path, kind: &CertificateKind, pictures: &Pictures<'_>) -> Result<Application, Failure> {
    let bytes = files::read(input, MOST_BYTES)?;
    let mut rows = Table::read(&bytes, kind).map_err(|error| Failure::new(error.code(), error))?;
    let row = rows.next().transpose().map_err(|error| Failure::new(error.code(), error))?;
    let row = row.filter(|_| rows.next().is_none()).ok_or_else(|| Failure::new("usage", "the table has exactly one application"))?;
    row.number().map_or(Ok(()), |number| pictures.can_show(number))?;
    Ok(row)
}

/// Takes a certificate of another region over.
fn take_over(args: &TransferInArgs, voice: Voice) -> Result<Ended, Failure> {
    let there = elsewhere(&args.from, &args.identifier, args.said.as_deref())?;
    let (region, mut warnings) = (there.region, there.warnings());
    let door = door(&args.library)?;
    let catalogue = door.catalogue(&args.types)?;
    let kind = issue::kind(&catalogue, &args.kind)?;
    there.is_said_in(&catalogue, kind)?;
    let pictures = Pictures::new(&args.pictures, kind)?;
    let asked = only(&args.input, kind, &pictures)?;
    let place = Place::From(&there, &asked);
    let order = Order { kind, place, key: &args.key, types: &args.types };
    let Issued { before, identifier: issued, condition, same, kept, .. } = door.issue(&order, &args.grounds)?;
    let (files, drawn) = pictures.of(kept.as_ref());
    warnings.extend(same.as_ref().map(|_| MAY_HAVE_COME_BACK));
    let json = json!({
        "identifier": issued, "files": files, "from": region.as_str(), "origin": args.identifier, "result": result(before), "condition": condition,
        "warnings": warnings, "compare": same.as_deref().unwrap_or_default(),
    });
    voice.say_done(&json, drawn, |language| {
        let doubts = oddities(&there.identifier, language).into_iter().chain(same.as_deref().map(|same| went_before(same, language)));
        let doubts: String = doubts.map(|doubt| warned(&doubt)).collect();
        let since = said_condition(&condition, language);
        match language {
            Language::Chinese if before => {
                format!("此申请此前已办结，未重复办理：{region} 的 {} 在本地为 {issued}，现为{since}{doubts}", args.identifier)
            }
            Language::English if before => {
                format!(
                    "the request was answered before, nothing is done again: {} of {region} is {issued} here, and now {since}{doubts}",
                    args.identifier
                )
            }
            Language::Chinese => format!("已转入：{region} 的 {} 在本地为 {issued}{doubts}", args.identifier),
            Language::English => format!("taken over: {} of {region} is {issued} here{doubts}", args.identifier),
        }
    })
}

/// A certificate of another region, as it was typed.
pub fn elsewhere(from: &str, identifier: &str, said: Option<&str>) -> Result<Elsewhere, Failure> {
    let region = RegionCode::parse(from).map_err(|error| Failure::new(error.code(), error))?;
    let identifier = CertificateId::parse_foreign(identifier.trim()).map_err(|error| Failure::new(error.code(), error))?;
    Ok(Elsewhere { region, identifier, said: said.map(str::to_owned) })
}

impl Elsewhere {
    /// Refuses what the other region says, where no code set of the type knows it.
    pub fn is_said_in(&self, catalogue: &Catalogue, kind: &CertificateKind) -> Result<(), Failure> {
        let unknown = self.said.as_deref().filter(|said| catalogue.meaning_of(Some(kind.code()), said).is_none());
        unknown.map_or(Ok(()), |said| Err(no_such_code(said)))
    }
}

/// That no code set knows a code.
pub fn no_such_code(said: &str) -> Failure {
    let hint = Words::new("kanhe type show 列出该类型的状态代码集。", "`kanhe type show` lists the code sets of a type.");
    Failure::new("state_code_unknown", format!("no code set of the type knows {said}")).hint(hint)
}
