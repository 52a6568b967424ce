//! `kanhe issue --library`: a table of applications becomes certificates in a library.

use super::bulk::Run;
use super::door::Service;
use super::moments::Moments;
use super::{DATABASE, catalogue, grounds, manifest, settings, stored, through, unlock};
use crate::cli::IssueArgs;
use crate::failure::Failure;
use crate::pause::Pause;
use crate::verbs::issue::output::Artist;
use crate::verbs::issue::progress::{self, Progress};
use crate::verbs::report::Report;
use crate::verbs::{Ended, Voice, key};
use crate::{files, shipped};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::doubt::Doubts;
use kanhe_store::Library;
use std::path::{Path, PathBuf};

/// Does what the verb asks for.
pub fn run(args: &IssueArgs, voice: Voice) -> Result<Ended, Failure> {
    if let Some(service) = Service::of(&args.account, args.library.as_deref())? {
        args.clock.of_ones_own()?;
        return through::run(&service, args, voice);
    }
    let folder = args.library.as_deref().unwrap_or(Path::new("."));
    let missing = |name: &str| Failure::new("usage", format!("--library needs {name}"));
    let basis = args.basis.as_deref().ok_or_else(|| missing("--basis"))?;
    let actor = args.actor.as_deref().ok_or_else(|| missing("--actor"))?;
    let report = report_of(args)?;
    let key = key::open(&args.key.of_ones_own()?)?;
    let dictionaries = shipped::dictionaries(args.types.dictionaries.as_deref())?;
    let secret = unlock(folder, &args.library_lock)?;
    // From here on nothing is asked of whoever types; opening and looking the table through take seconds in a large library.
    let pause = Pause::listen()?;
    let library = Library::open(&folder.join(DATABASE), &secret, settings(&args.library_lock)).map_err(stored)?;
    if !args.dry_run {
        // Its commits would refuse as well, behind the signatures and pictures of the first rows.
        library.may_be_written().map_err(stored)?;
    }
    let catalogue = catalogue(&library, &args.types)?;
    let kind = crate::verbs::issue::kind(&catalogue, &args.kind)?;
    let input = files::open_twice(&args.input)?;
    let manifest = manifest(&library)?;
    let desk = Desk::open(&manifest, key.key(), kind, &dictionaries).map_err(|error| Failure::new(error.code(), error))?;
    let desk = desk.with(key.multiples());
    let drawing = |out| {
        files::make_private_folder(out)?;
        files::sweep_old(out)?;
        Artist::new(&args.picture, kind).map(|artist| (artist, out))
    };
    let artist = args.out.as_deref().map(drawing).transpose()?;
    let run = Run {
        kind,
        others: catalogue.other_editions(kind),
        desk: &desk,
        library: &library,
        grounds: grounds(basis, &args.reason, actor)?,
        moments: Moments::begin(&library, args.clock, args.at.as_deref())?,
        artist: artist.as_ref().map(|(artist, out)| (artist, *out)),
        doubts: Doubts::known_to(&library).map_err(stored)?,
        dry: args.dry_run,
        pause,
    };
    let table = progress::open(input, kind, voice)?;
    let progress = Progress::new(table.size(), voice);
    let (counts, report) = run.all(table, Report::begin(&report, &args.input)?, progress)?;
    Ok(counts.told(&report, run.dry, voice))
}

/// Where the report goes.
pub fn report_of(args: &IssueArgs) -> Result<PathBuf, Failure> {
    match (&args.report, &args.out) {
        (Some(report), _) => Ok(report.clone()),
        (None, Some(out)) => Ok(out.join(if args.dry_run { "dry-run.jsonl" } else { "report.jsonl" })),
        (None, None) if args.input == Path::new("-") => {
            Err(Failure::new("usage", "a table on standard input has no name: say with --report where the report goes"))
        }
        // What could be issued must not take the place of what was.
        (None, None) => Ok(args.input.with_extension(if args.dry_run { "dry-run.jsonl" } else { "report.jsonl" })),
    }
}
