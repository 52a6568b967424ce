//! `kanhe pack`: the one file with all that a verifier needs.

mod before;
mod built;
mod diff;
mod tally;
mod theft;

use self::before::{Before, PacksBefore, packs_before};
use self::built::Built;
use self::tally::states;
use super::verify::open_pack;
use super::{Ended, Voice, clock, key, recognition, trust};
use crate::cli::{PackBuildArgs, PackVerb};
use crate::failure::Failure;
use crate::words::{self, Language, Words, counted};
use crate::{files, shipped};
use jiff::Timestamp;
use kanhe_core::envelope::LARGEST_ENVELOPE;
use kanhe_core::pack::{Contents, Pack, PackError, Region, Root, StepBack};
use kanhe_core::status::StatusList;
use kanhe_issuer::publisher::{PackSigningError, moment_of, sign_pack};
use kanhe_issuer::recorded;
use minicbor::bytes::ByteVec;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Does what the verb asks for.
pub fn run(verb: PackVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        PackVerb::Build(args) => build(&args, voice),
        PackVerb::Show { pack, since: None, trust } => {
            let pack = open_pack(&pack, &trust)?;
            voice.say(&pack_json(&pack), |language| pack_words(&pack, language));
            Ok(Ended::Well)
        }
        PackVerb::Show { pack, since: Some(older), trust } => {
            let (newer, older) = (open_pack(&pack, &trust)?, open_pack(&older, &trust)?);
            let changes = diff::changes(&older, &newer);
            voice.say(&json!({ "from": older.epoch(), "to": newer.epoch(), "changes": changes.iter().map(diff::Change::json).collect::<Vec<_>>() }), |language| {
                changes.iter().map(|change| change.words(language)).collect::<Vec<_>>().join("\n")
            });
            Ok(Ended::Well)
        }
    }
}

fn build(args: &PackBuildArgs, voice: Voice) -> Result<Ended, Failure> {
    let issued = clock::moment(args.at.as_deref())?;
    let dictionaries = shipped::dictionaries(args.dictionaries.as_deref())?;
    let lists = files_in(&args.status)?;
    let contents = Contents {
        region: recognition::region(&args.region)?,
        epoch: args.epoch,
        issued,
        expires: clock::days_after(issued, args.days),
        roots: args.root.iter().map(|root| read_root(root)).collect::<Result<_, _>>()?,
        manifests: signed_files(&args.manifest)?,
        recognitions: signed_files(args.recognition.as_slice())?,
        status_lists: signed_files(&lists)?,
        survivors: Some(signed_files(&args.survivors)?).filter(|lists| !lists.is_empty()),
        dictionaries: dictionaries.iter().map(|dictionary| ByteVec::from(dictionary.encode())).collect(),
    };
    let PacksBefore { packs: before, unopened } = packs_before(args, &contents.region)?;
    before.iter().try_for_each(|before| before.is_lower_than(args.epoch))?;
    let contents = dated(contents, &before, args)?;
    let key = key::open(&args.key)?;
    let (bytes, pack) = sign_pack(&contents, key.key()).map_err(|error| unsigned(&error, args, &lists))?;
    theft::survivors_fit(&pack)?;
    let steps_back = steps_back(&before, &pack, issued, args)?;
    files::write(&args.out, &bytes)?;
    let built = Built { out: &args.out, pack: &pack, bytes: bytes.len(), steps_back, unopened };
    voice.say(&built.json(), |language| built.words(language));
    Ok(Ended::Well)
}

/// What is taken back of the packs before by somebody who means it, each once; refused, all of it at once, where nobody says so.
fn steps_back(before: &[Before], pack: &Pack, now: Timestamp, args: &PackBuildArgs) -> Result<Vec<StepBack>, Failure> {
    let mut steps: Vec<StepBack> = Vec::new();
    let mut refused = Vec::new();
    for before in before {
        for step in before.steps_back(pack, now, args.clock.excused()) {
            if !steps.contains(&step) {
                refused.push(before.refused(&step));
                steps.push(step);
            }
        }
    }
    if !args.anyway {
        Failure::all(refused)?;
    }
    Ok(steps)
}

/// The same, not before the packs before it, nor before what it carries.
fn dated(contents: Contents, before: &[Before], args: &PackBuildArgs) -> Result<Contents, Failure> {
    let before = before.iter().map(Before::issued).max();
    let moment = recorded::after(before, contents.issued, args.clock.excused());
    let moment = moment.map_err(|error| Failure::new(error.code(), &error).within(args.out.display()))?;
    let issued = moment_of(&contents, moment);
    Ok(Contents { issued, expires: clock::days_after(issued, args.days), ..contents })
}

fn unsigned(error: &PackSigningError, args: &PackBuildArgs, lists: &[PathBuf]) -> Failure {
    match error {
        PackSigningError::Sign(error) => key::unsigned(error.clone()),
        PackSigningError::Pack(error) => refused(error, args, lists),
    }
}

/// A part that does not stand is named by the file that it came from: its place in the pack says nothing to whoever named the files.
fn refused(error: &PackError, args: &PackBuildArgs, lists: &[PathBuf]) -> Failure {
    let from = match error {
        PackError::Part { part, place, .. } | PackError::PartNotTrusted { part, place, .. } | PackError::Repeated { part, place } => {
            match *part {
                "manifest" => args.manifest.get(*place),
                "recognition" => args.recognition.as_ref(),
                "status list" => lists.get(*place),
                _ => None,
            }
        }
        _ => None,
    };
    let named = from.map(|path| format!("{}: ", path.display())).unwrap_or_default();
    Failure::new(error.code(), format!("{named}{error}"))
}

fn read_root(named: &str) -> Result<Root, Failure> {
    let hint = Words::new("写作 --root 440000=guangdong.pub。", "Write it as --root 440000=guangdong.pub.");
    let (code, file) = named.split_once('=').ok_or_else(|| Failure::new("usage", format!("{named:?} is not CODE=FILE")).hint(hint))?;
    Ok(Root { region: recognition::region(code)?, key: *trust::line(file)?.key() })
}

fn signed_files(paths: &[PathBuf]) -> Result<Vec<ByteVec>, Failure> {
    paths.iter().map(|path| files::read(path, LARGEST_ENVELOPE).map(ByteVec::from)).collect()
}

/// The files named, and those with the ending `.status` in the folders named, in the order of their names.
fn files_in(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|error| Failure::file(path, &error))?;
        let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_status_list(path)).collect();
        if found.is_empty() {
            let hint = Words::new(
                "状态清单由 kanhe status sign 写入其 --out 目录；检查路径。",
                "Status lists are in the folder that `kanhe status sign --out` wrote; check the path.",
            );
            return Err(Failure::new("pack_no_lists", "the folder has no *.status file").within(path.display()).hint(hint));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

fn is_status_list(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "status")
}

fn states_json(list: &StatusList) -> Value {
    Value::Object(states(list).into_iter().map(|(state, count)| (state.word().to_owned(), json!(count))).collect())
}

fn pack_json(pack: &Pack) -> Value {
    let region = |region: &Region| {
        let manifest = region.manifest();
        json!({
            "region": manifest.region.as_str(), "name": { "zh": manifest.names.zh, "en": manifest.names.en },
            "edition": manifest.edition, "expires": manifest.expires.to_string(),
            "agencies": manifest.agencies.iter().map(|agency| json!({
                "code": agency.code.as_str(), "name": { "zh": agency.names.zh, "en": agency.names.en },
                "types": agency.kinds, "keys": agency.keys.iter().map(|key| key.key.id().to_string()).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "thefts": theft::thefts(region).map(|theft| theft.json()).collect::<Vec<_>>(),
            "types": manifest.kinds.iter().map(|kind| json!({ "index": kind.index, "code": kind.code.as_str(), "name": { "zh": kind.names.zh, "en": kind.names.en } })).collect::<Vec<_>>(),
            "status_lists": region.status_lists().map(|(_, list)| json!({ "uri": list.uri(), "as_of": list.issued().to_string(), "expires": list.expires().to_string(), "states": states_json(list) })).collect::<Vec<_>>(),
        })
    };
    let rows = pack.recognition().map(|recognition| recognition.rows.iter().map(|row| json!({
        "region": row.region.as_str(), "type": row.type_code.as_str(), "scenes": row.scenes, "from": row.from.to_string(), "until": row.until.map(|day| day.to_string()),
    })).collect::<Vec<_>>());
    json!({
        "region": pack.region().as_str(), "epoch": pack.epoch(), "issued": pack.issued().to_string(), "expires": pack.expires().to_string(),
        "regions": pack.regions().iter().map(region).collect::<Vec<_>>(), "recognition": rows,
    })
}

fn pack_words(pack: &Pack, language: Language) -> String {
    let say = |zh: String, en: String| if language == Language::Chinese { zh } else { en };
    let (made, until) = (words::moment(pack.issued()), words::moment(pack.expires()));
    let mut lines = vec![say(
        format!("地区 {} 的证照包，第 {} 期，制作于 {}，有效至 {}", pack.region(), pack.epoch(), made.zh, until.zh),
        format!("pack of region {}, epoch {}, made {}, good until {}", pack.region(), pack.epoch(), made.en, until.en),
    )];
    lines.extend(pack.regions().iter().flat_map(|region| region_lines(region, language)));
    let rows = pack.recognition().map(|recognition| recognition.rows.as_slice()).unwrap_or_default();
    lines.extend(rows.iter().map(|row| {
        let scenes = if row.scenes.is_empty() { "*".to_owned() } else { row.scenes.join(", ") };
        let until = row.until.map_or_else(|| "–".to_owned(), |day| day.to_string());
        say(
            format!("\n互认 {} {}：{scenes}，{} 至 {until}", row.region, row.type_code, row.from),
            format!("\nrecognised {} {}: {scenes}, {} to {until}", row.region, row.type_code, row.from),
        )
    }));
    lines.join("\n")
}

fn region_lines(region: &Region, language: Language) -> Vec<String> {
    let say = |zh: String, en: String| if language == Language::Chinese { zh } else { en };
    let mut lines = Vec::new();
    let manifest = region.manifest();
    let until = words::moment(manifest.expires);
    lines.push(say(
        format!("\n{} {}（名录第 {} 版，至 {}）", manifest.region, manifest.names.zh, manifest.edition, until.zh),
        format!("\n{} {} (manifest edition {}, until {})", manifest.region, manifest.names.en, manifest.edition, until.en),
    ));
    lines.extend(manifest.agencies.iter().map(|agency| {
        say(
            format!("  机构 {} {}，密钥 {} 把", agency.code, agency.names.zh, agency.keys.len()),
            format!("  agency {} {}, {}", agency.code, agency.names.en, counted(agency.keys.len(), "key", "keys")),
        )
    }));
    lines.extend(theft::thefts(region).map(|theft| theft.words(language)));
    lines.extend(manifest.kinds.iter().map(|kind| {
        say(
            format!("  类型 {} {} {}", kind.index, kind.code, kind.names.zh),
            format!("  type {} {} {}", kind.index, kind.code, kind.names.en),
        )
    }));
    for (_, list) in region.status_lists() {
        let as_of = words::moment(list.issued());
        lines.push(say(
            format!("  状态清单 {}，截至 {}", list.uri(), as_of.zh),
            format!("  status list {}, as of {}", list.uri(), as_of.en),
        ));
        lines.extend(states(list).into_iter().map(|(state, count)| format!("    {}: {count}", state.word())));
    }
    lines
}
