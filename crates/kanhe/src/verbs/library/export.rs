//! `kanhe export`: a whole library, an agency's part of it, or all that is kept of one holder, in a form that other programs read and
//! verify without us.
//!
//! `docs/spec/export.md` describes the form, and `kanhe_service::export` writes it: here into a file that has its name only when it is whole.

use super::bar::bar;
use super::door::{Exporting, Extent, TakenOut, broken_off, door};
use super::find;
use crate::cli::ExportArgs;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words, label};
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::question::nothing_is_found_by;
use kanhe_service::export::{ABOUT, COUNTS, Counts, Export, ExportError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::io::{BufWriter, Read, Seek, Write};
use std::path::Path;

/// The scope of what is kept of one holder; that of all else is whose library it is. `export.json` has the same words.
const HOLDER: &str = "holder";

/// Exports a library, or a part of it.
pub fn export(args: &ExportArgs, voice: Voice) -> Result<Ended, Failure> {
    let holder = args.holder.as_deref().map(|code| find::holder_code(&args.holder_type, code)).transpose()?;
    let door = door(&args.library)?;
    files::is_free(&args.out)?;
    let exporting = Exporting { holder, out: &args.out, types: &args.types, voice };
    let of = door.extent();
    let scope = if exporting.holder.is_some() { HOLDER } else { of.word() };
    // Of an agency's part the types may be told. What they are called is asked first: the same command would stop at a file that was left of it.
    let catalogue = (of == Extent::Agency).then(|| door.catalogue(&args.types)).transpose()?;
    let Some(TakenOut { counts, bytes, types }) = door.export(&exporting)? else {
        exporting.holder.as_ref().map_or(Ok(()), nothing_is_found_by)?;
        voice.say(&json!({ "of": of.word(), "scope": scope, "certificates": 0, "applications": 0, "out": null }), |language| {
            nothing(of, language).to_owned()
        });
        return Ok(Ended::Well);
    };
    let json = json!({
        "of": of.word(), "scope": scope, "types": types,
        "certificates": counts.certificates, "withheld": counts.withheld, "applications": counts.applications, "events": counts.events, "aliases": counts.aliases,
        "proofs": counts.proofs, "bytes": bytes, "out": args.out,
    });
    voice.say(&json, |language| {
        let types = types.as_deref().zip(catalogue.as_ref()).map(|(codes, catalogue)| named(codes, catalogue, language));
        said((of, types.as_deref()), &counts, &args.out, language)
    });
    Ok(Ended::Well)
}

/// Types by what people call them; one that is not known here by its code.
fn named(codes: &[String], catalogue: &Catalogue, language: Language) -> String {
    let name = |code: &String| catalogue.find(code).map_or_else(|| code.clone(), |kind| label(kind.names()).of(language).to_owned());
    codes.iter().map(name).collect::<Vec<_>>().join(Words::new("、", ", ").of(language))
}

/// Writes an export of a library that is open here.
pub fn written(export: &Export<'_>, exporting: &Exporting<'_>) -> Result<TakenOut, Failure> {
    let out = exporting.out;
    let failed = |error: std::io::Error| Failure::file(out, &error);
    let steps = export.steps()?;
    let bar = bar(exporting.voice, steps, ["{bar:40} {pos}/{len}  {per_sec}  剩余 {eta}", "{bar:40} {pos}/{len}  {per_sec}  {eta} left"]);
    let (counts, writer) = export.write(BufWriter::new(files::begin(out)?), &|| bar.inc(1)).map_err(|error| match error {
        ExportError::Write(error) => failed(error),
        ExportError::Store(_) | ExportError::Proof(_) | ExportError::Key(_) | ExportError::Moved { .. } => {
            Failure::new(error.code(), error)
        }
    })?;
    bar.finish_and_clear();
    let mut file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    let bytes = file.file().stream_position().map_err(failed)?;
    file.finish(out)?;
    Ok(TakenOut { counts, bytes, types: None })
}

/// Keeps an export that a service sends, if it is whole.
pub fn taken(mut tar: impl Read, exporting: &Exporting<'_>) -> Result<TakenOut, Failure> {
    let failed = |error: std::io::Error| Failure::file(exporting.out, &error);
    let bar = bar(exporting.voice, 0, ["{spinner} {bytes}  {bytes_per_sec}", "{spinner} {bytes}  {bytes_per_sec}"]);
    let (mut file, mut piece) = (files::begin(exporting.out)?, vec![0; 64 << 10]);
    loop {
        let read = tar.read(&mut piece).map_err(broken_off)?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else { break };
        file.write_all(read).map_err(failed)?;
        bar.inc(u64::try_from(read.len()).unwrap_or(0));
    }
    bar.finish_and_clear();
    let bytes = file.file().stream_position().map_err(failed)?;
    let missing = |name| broken_off(format_args!("it has no {name}"));
    let About { types } = entry(file.file(), ABOUT).map_err(broken_off)?.ok_or_else(|| missing(ABOUT))?;
    // It is the last: an export without it is not whole.
    let counts = entry(file.file(), COUNTS).map_err(broken_off)?.ok_or_else(|| missing(COUNTS))?;
    file.finish(exporting.out)?;
    Ok(TakenOut { counts, bytes, types })
}

/// What an export says of itself, as far as it is told here.
#[derive(Deserialize)]
struct About {
    /// A service from before it was said says nothing.
    #[serde(default)]
    types: Option<Vec<String>>,
}

/// What an entry says, if it is there.
fn entry<T: DeserializeOwned>(mut tar: impl Read + Seek, name: &str) -> std::io::Result<Option<T>> {
    tar.rewind()?;
    let mut tar = tar::Archive::new(tar);
    for entry in tar.entries_with_seek()? {
        let entry = entry?;
        if entry.path_bytes().as_ref() == name.as_bytes() {
            return Ok(serde_json::from_reader(entry)?);
        }
    }
    Ok(None)
}

/// What is said where nothing is kept of a holder.
const fn nothing(of: Extent, language: Language) -> &'static str {
    match (of, language) {
        (Extent::Library, Language::Chinese) => "库中没有该持证主体的任何证照或申请，未写出文件",
        (Extent::Library, Language::English) => "the library keeps nothing of this holder; nothing was written",
        (Extent::Agency, Language::Chinese) => {
            "本机构没有该持证主体的任何证照或申请（库中其他机构的、账号不可办的类型的不在此列），未写出文件"
        }
        (Extent::Agency, Language::English) => {
            "your agency keeps nothing of this holder; of other agencies in the library, and of types that the account is not for, nothing is told, and nothing was written"
        }
    }
}

/// That an export is a part, and which.
fn a_part(types: Option<&str>, language: Language) -> String {
    match (types, language) {
        (None, Language::Chinese) => "仅为本机构的部分：要导出整个证照库，请在恢复的备份上运行。".to_owned(),
        (None, Language::English) => {
            "This is your agency's part alone: to export the whole library, run this on a restored backup.".to_owned()
        }
        (Some(types), Language::Chinese) => {
            format!("仅为本机构的部分，且只含账号可办的类型：{types}。要导出整个证照库，请在恢复的备份上运行。")
        }
        (Some(types), Language::English) => format!(
            "This is your agency's part alone, of the types that the account is for: {types}. To export the whole library, run this on a restored backup."
        ),
    }
}

fn said((of, types): (Extent, Option<&str>), counts: &Counts, out: &Path, language: Language) -> String {
    let Counts { certificates, withheld, applications, events, .. } = counts;
    let mut lines = vec![match language {
        Language::Chinese => format!("已导出 {certificates} 张证照、{applications} 件申请、{events} 条事件：{}", out.display()),
        Language::English => {
            format!("exported {certificates} certificates, {applications} applications, {events} events: {}", out.display())
        }
    }];
    if of == Extent::Agency {
        lines.push(a_part(types, language));
    }
    if *withheld > 0 {
        lines.push(match language {
            Language::Chinese => format!("其中 {withheld} 张另有其他个人持证：其代码已遮盖，证照文件未附"),
            Language::English => {
                format!("{withheld} of them have other people as holders: their codes are masked, and the signed files left out")
            }
        });
    }
    lines.push(
        match language {
            Language::Chinese => "文件含个人信息，未加密：请按登记簿保管。",
            Language::English => "The file holds personal data in the clear: keep it as the register itself.",
        }
        .to_owned(),
    );
    lines.join("\n")
}
