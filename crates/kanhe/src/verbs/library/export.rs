//! `kanhe export`: a whole library, or all that it keeps of one holder, in a form that other programs read and verify without us.
//!
//! `docs/spec/export.md` describes the form. Entries are written as they are read, so an export takes no more memory than its longest
//! line; lists whose length nobody knows before their end wait in a file without a name.

mod lines;
mod lodged;
mod tape;
mod work;

use super::{catalogue, find, open, stored};
use crate::cli::ExportArgs;
use crate::failure::Failure;
use crate::verbs::{Ended, Voice, clock};
use crate::words::Language;
use indicatif::{ProgressBar, ProgressStyle};
use kanhe_core::code::{HolderCode, ProjectCode};
use kanhe_store::find::{LONGEST_PAGE, Question};
use kanhe_store::{Library, Shelfmark};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use work::Work;

/// The form that this kanhe writes; `docs/spec/export.md` says when it is raised.
const FORM: u32 = 1;

/// What an export is, for whoever opens it.
const README: &str = include_str!("export/README.md");

/// What goes into an export.
enum Scope {
    /// All of it.
    Whole,
    /// What the library keeps of one holder.
    Holder { code: HolderCode, marks: BTreeSet<Shelfmark>, projects: Vec<ProjectCode> },
}

impl Scope {
    fn holder(&self) -> Option<&HolderCode> {
        match self {
            Self::Whole => None,
            Self::Holder { code, .. } => Some(code),
        }
    }
}

/// How many there were of each.
#[derive(Default)]
struct Counts {
    certificates: u64,
    withheld: u64,
    applications: u64,
    events: u64,
    aliases: u64,
    proofs: u64,
}

/// Exports a library, or a holder's part of it.
pub fn export(args: &ExportArgs, voice: Voice) -> Result<Ended, Failure> {
    let code = args.holder.as_deref().map(|code| find::holder_code(&args.holder_type, code)).transpose()?;
    let library = open(&args.library)?;
    let catalogue = catalogue(&library, &args.types)?;
    let scope = match code {
        None => Scope::Whole,
        Some(code) => Scope::Holder { marks: held(&library, &code)?, projects: library.projects_of(&code).map_err(stored)?, code },
    };
    if matches!(&scope, Scope::Holder { marks, projects, .. } if marks.is_empty() && projects.is_empty()) {
        voice.say(&json!({ "certificates": 0, "applications": 0, "out": null }), |language| match language {
            Language::Chinese => "库中没有该持证主体的任何证照或申请，未写出文件".to_owned(),
            Language::English => "the library keeps nothing of this holder; nothing was written".to_owned(),
        });
        return Ok(Ended::Well);
    }
    let work = Work { library: &library, catalogue: &catalogue, scope, made: clock::moment(None)? };
    let (counts, bytes) = work.write(&args.out, &bar(voice))?;
    let json = json!({
        "certificates": counts.certificates, "withheld": counts.withheld, "applications": counts.applications, "events": counts.events, "aliases": counts.aliases,
        "proofs": counts.proofs, "bytes": bytes, "out": args.out,
    });
    voice.say(&json, |language| said(&counts, &args.out, language));
    Ok(Ended::Well)
}

fn said(counts: &Counts, out: &Path, language: Language) -> String {
    let Counts { certificates, withheld, applications, events, .. } = counts;
    let mut lines = vec![match language {
        Language::Chinese => format!("已导出 {certificates} 张证照、{applications} 件申请、{events} 条事件：{}", out.display()),
        Language::English => {
            format!("exported {certificates} certificates, {applications} applications, {events} events: {}", out.display())
        }
    }];
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

fn bar(voice: Voice) -> ProgressBar {
    let bar = if voice.json || voice.quiet { ProgressBar::hidden() } else { ProgressBar::new(1) };
    let left = match voice.language {
        Language::Chinese => "{bar:40} {pos}/{len}  {per_sec}  剩余 {eta}",
        Language::English => "{bar:40} {pos}/{len}  {per_sec}  {eta} left",
    };
    bar.with_style(ProgressStyle::with_template(left).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Every certificate that a holder has or had.
fn held(library: &Library, code: &HolderCode) -> Result<BTreeSet<Shelfmark>, Failure> {
    let question = Question::Holder { code: code.clone(), type_code: None };
    let (mut marks, mut after) = (BTreeSet::new(), None);
    loop {
        let page = library.ask(&question, after.as_ref(), LONGEST_PAGE).map_err(stored)?;
        marks.extend(page.shelfmarks);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(marks),
        }
    }
}
