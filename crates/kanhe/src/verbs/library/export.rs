//! `kanhe export`: a whole library, an agency's part of it, or all that is kept of one holder, in a form that other programs read and
//! verify without us.
//!
//! `docs/spec/export.md` describes the form, and `kanhe_service::export` writes it: here into a file that has its name only when it is whole.

use super::bar::bar;
use super::door::{Exporting, Extent, broken_off, door};
use super::find;
use crate::cli::ExportArgs;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::Language;
use kanhe_issuer::question::nothing_is_found_by;
use kanhe_service::export::{COUNTS, Counts, Export, ExportError};
use serde_json::json;
use std::io::{BufWriter, Read, Seek, Write};
use std::path::Path;

/// Exports a library, or a part of it.
pub fn export(args: &ExportArgs, voice: Voice) -> Result<Ended, Failure> {
    let holder = args.holder.as_deref().map(|code| find::holder_code(&args.holder_type, code)).transpose()?;
    let door = door(&args.library)?;
    files::is_free(&args.out)?;
    let exporting = Exporting { holder, out: &args.out, types: &args.types, voice };
    let of = door.extent();
    let Some((counts, bytes)) = door.export(&exporting)? else {
        exporting.holder.as_ref().map_or(Ok(()), nothing_is_found_by)?;
        voice.say(&json!({ "of": of.word(), "certificates": 0, "applications": 0, "out": null }), |language| {
            nothing(of, language).to_owned()
        });
        return Ok(Ended::Well);
    };
    let json = json!({
        "of": of.word(),
        "certificates": counts.certificates, "withheld": counts.withheld, "applications": counts.applications, "events": counts.events, "aliases": counts.aliases,
        "proofs": counts.proofs, "bytes": bytes, "out": args.out,
    });
    voice.say(&json, |language| said(of, &counts, &args.out, language));
    Ok(Ended::Well)
}

/// Writes an export of a library that is open here.
pub fn written(export: &Export<'_>, exporting: &Exporting<'_>) -> Result<(Counts, u64), Failure> {
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
    Ok((counts, bytes))
}

/// Keeps an export that a service sends, if it is whole.
pub fn taken(mut tar: impl Read, exporting: &Exporting<'_>) -> Result<(Counts, u64), Failure> {
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
    file.file().rewind().map_err(failed)?;
    let unended = || broken_off(format_args!("it has no {COUNTS}"));
    let counts = counts(file.file()).map_err(broken_off)?.ok_or_else(unended)?;
    file.finish(exporting.out)?;
    Ok((counts, bytes))
}

/// What the last entry says; an export without it is not whole.
fn counts(tar: impl Read + Seek) -> std::io::Result<Option<Counts>> {
    let mut tar = tar::Archive::new(tar);
    for entry in tar.entries_with_seek()? {
        let entry = entry?;
        if entry.path_bytes().as_ref() == COUNTS.as_bytes() {
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
        (Extent::Agency, Language::Chinese) => "本机构没有该持证主体的任何证照或申请（库中其他机构的不在此列），未写出文件",
        (Extent::Agency, Language::English) => {
            "your agency keeps nothing of this holder; of other agencies in the library nothing is told, and nothing was written"
        }
    }
}

fn said(of: Extent, counts: &Counts, out: &Path, language: Language) -> String {
    let Counts { certificates, withheld, applications, events, .. } = counts;
    let mut lines = vec![match language {
        Language::Chinese => format!("已导出 {certificates} 张证照、{applications} 件申请、{events} 条事件：{}", out.display()),
        Language::English => {
            format!("exported {certificates} certificates, {applications} applications, {events} events: {}", out.display())
        }
    }];
    if of == Extent::Agency {
        lines.push(
            match language {
                Language::Chinese => "仅为本机构的部分：要导出整个证照库，请在恢复的备份上运行。",
                Language::English => "This is your agency's part alone: to export the whole library, run this on a restored backup.",
            }
            .to_owned(),
        );
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
