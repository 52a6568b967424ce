//! The report of a run over a table: one line for each row.
//!
//! It tells of people by the requests that they have made, so it is for its owner alone. A report is the only record of what was refused, so none is ever written over: the one of a run before keeps its lines under a name with a
//! number, and the same command can be run again.

use crate::failure::Failure;
use crate::files;
use crate::words::Language;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A report under way.
pub struct Report {
    path: PathBuf,
    before: Option<PathBuf>,
    lines: BufWriter<File>,
}

impl Report {
    /// Begins a report of a table; what stands there already is kept beside it.
    pub fn begin(path: &Path, table: &Path) -> Result<Self, Failure> {
        files::is_other(path, table)?;
        let failed = |error: io::Error| Failure::file(path, &error);
        let before = set_aside(path).map_err(failed)?;
        let file = files::open_private(path, File::options().truncate(true).write(true)).map_err(failed)?;
        Ok(Self { path: path.to_owned(), before, lines: BufWriter::new(file) })
    }

    /// Adds a line.
    pub fn add(&mut self, line: &Value) -> Result<(), Failure> {
        writeln!(self.lines, "{line}").map_err(|error| Failure::file(&self.path, &error))
    }

    /// Lets others read the lines so far: a run that is broken off has told of all that it did.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.lines.flush().map_err(|error| Failure::file(&self.path, &error))
    }

    /// Brings every line to the disk.
    pub fn finish(mut self) -> Result<Reported, Failure> {
        self.flush()?;
        match self.lines.get_ref().sync_data() {
            // A pipe or a terminal has no disk.
            Err(error) if error.kind() != ErrorKind::InvalidInput => Err(Failure::file(&self.path, &error)),
            _ => Ok(Reported { path: self.path, before: self.before }),
        }
    }
}

/// A line with more members.
pub fn with(mut row: Value, more: Value) -> Value {
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
    row
}

/// Keeps the first failure until all is told that stands.
pub fn kept<T>(done: Result<T, Failure>, ended: &mut Result<(), Failure>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(failure) => {
            if ended.is_ok() {
                *ended = Err(failure);
            }
            None
        }
    }
}

/// Takes back that files are there: a line never promises what may not be on the disk.
pub fn without_files(line: &mut Value) {
    if let Some(files) = line.get_mut("files") {
        *files = Value::Null;
    }
}

/// Where a report stands, and where the one before does.
#[derive(Debug, Default)]
pub struct Reported {
    /// The report of this run.
    pub path: PathBuf,
    /// The one that had its name.
    pub before: Option<PathBuf>,
}

impl Reported {
    /// Says where, if there is one, the report of the run before was put.
    pub fn line(&self, language: Language) -> Option<String> {
        let before = self.before.as_ref()?.display();
        Some(match language {
            Language::Chinese => format!("先前的报告保留为：{before}"),
            Language::English => format!("the report of the run before is kept as {before}"),
        })
    }
}

/// Gives what stands at a path the first number that is free: `permits.report.jsonl` becomes `permits.report.1.jsonl`. What a link leads to is
/// kept where it stands, and the next report is written there.
fn set_aside(path: &Path) -> io::Result<Option<PathBuf>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        // An empty one tells nothing; and a pipe or a device is meant as it stands.
        Ok(found) if !found.is_file() || found.len() == 0 => return Ok(None),
        Ok(_) => {}
    }
    let place = if path.is_symlink() { path.canonicalize()? } else { path.to_owned() };
    let mut number = 1_u32;
    loop {
        let ending = place.extension().map_or_else(|| number.to_string(), |ending| format!("{number}.{}", ending.display()));
        let aside = place.with_extension(ending);
        // Unlike a renaming, a second name is never given over another file.
        match fs::hard_link(&place, &aside) {
            Ok(()) => return fs::remove_file(&place).map(|()| Some(aside)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number = number.saturating_add(1),
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn no_report_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("permits.report.jsonl");
        for run in 1..=3 {
            let mut report = Report::begin(&path, Path::new("-")).unwrap();
            report.add(&json!({ "run": run })).unwrap();
            let reported = report.finish().unwrap();
            let before = (run > 1).then(|| folder.path().join(format!("permits.report.{}.jsonl", run - 1)));
            assert_eq!(reported.before, before);
        }
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let names = ["permits.report.1.jsonl", "permits.report.2.jsonl", "permits.report.jsonl"];
        assert_eq!(names.map(text), ["{\"run\":1}\n", "{\"run\":2}\n", "{\"run\":3}\n"]);
    }

    #[test]
    fn a_report_at_a_link_is_written_where_that_leads_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let [path, kept, elsewhere] = ["report.jsonl", "kept", "kept/rows.jsonl"].map(|name| folder.path().join(name));
        fs::create_dir(&kept).unwrap();
        symlink("kept/rows.jsonl", &path).unwrap();
        for (run, before) in [(1, None), (2, Some("rows.1.jsonl")), (3, Some("rows.2.jsonl"))] {
            let mut report = Report::begin(&path, Path::new("-")).unwrap();
            report.add(&json!({ "run": run })).unwrap();
            let set_aside = report.finish().unwrap().before;
            assert_eq!(set_aside, before.map(|name| kept.canonicalize().unwrap().join(name)));
            assert!(path.is_symlink(), "the link goes on leading there");
            assert_eq!(fs::read_to_string(&elsewhere).unwrap(), format!("{{\"run\":{run}}}\n"));
        }
        let text = |name: &str| fs::read_to_string(kept.join(name)).unwrap();
        assert_eq!(["rows.1.jsonl", "rows.2.jsonl"].map(text), ["{\"run\":1}\n", "{\"run\":2}\n"]);
    }

    #[test]
    fn an_empty_file_becomes_a_report_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let [named, linked, nowhere, target] = ["named", "linked", "nowhere", "target"].map(|name| folder.path().join(name));
        for empty in [&named, &target] {
            fs::write(empty, b"").unwrap();
            fs::set_permissions(empty, fs::Permissions::from_mode(0o644)).unwrap();
        }
        symlink("target", &linked).unwrap();
        symlink("new", &nowhere).unwrap();
        for path in [&named, &linked, &nowhere] {
            let mut report = Report::begin(path, Path::new("-")).unwrap();
            report.add(&json!({})).unwrap();
            assert_eq!(report.finish().unwrap().before, None);
            assert_eq!(mode(path), 0o600, "{}", path.display());
        }
    }

    #[test]
    fn a_device_is_written_to_as_it_stands() {
        let mut report = Report::begin(Path::new("/dev/null"), Path::new("/dev/null")).unwrap();
        report.add(&json!({})).unwrap();
        assert_eq!(report.finish().unwrap().before, None);
    }
}
