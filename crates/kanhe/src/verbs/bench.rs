//! `kanhe bench`: a whole library on this machine, from the table of applications to the disk, beside bounds measured in the same run.
//!
//! The bounds are what a certificate cannot do without: two signatures, on all cores, and its own bytes in synced batches, written bare.
//! They leave out what makes the library one: proofreading each signature, encryption, order and indexes.

mod bounds;
mod figures;
mod town;

use super::library::stored;
use super::{Ended, Voice, clock, run_as};
use crate::cli::{BenchArgs, Cli};
use crate::failure::Failure;
use crate::files;
use bounds::Rate;
use clap::Parser;
use figures::{Bounds, Clerks, Figures, Question, Size, Times};
use indicatif::{ProgressBar, ProgressStyle};
use kanhe_core::calendar::day_in_china;
use kanhe_core::status::State;
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::keyring::Lock;
use kanhe_issuer::registrar::Registrar;
use kanhe_service::shown::CertificateRow;
use kanhe_store::find::{Only, Question as Asked};
use kanhe_store::{Library, LibrarySecret, Settings, Shelfmark, StoreError};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use town::{ACTOR, BASIS, KIND, Town, holder};

/// Rows of a batch of `kanhe issue`.
const BATCH: u64 = 512;

/// Rows of one table: what a province hands in on a busy day.
const TABLE: u64 = 100_000;

/// Clerks who issue at the same time.
const CLERKS: u64 = 64;

/// People of whom the bulk knows nothing: those who come to one clerk, to many, and those who never come.
const FIRST_OF_ONE: u64 = 30_000_000;
const FIRST_OF_MANY: u64 = 60_000_000;
const STRANGERS: u64 = 90_000_000;

/// Applications that wait for clerks: more than they can work through while they are measured.
const QUEUE: u64 = 50_000;

/// Questions of each kind.
const ASKED: u64 = 400;

/// Certificates on one page of an answer.
const PAGE: usize = 20;

/// Does what the verb asks for.
pub fn run(args: &BenchArgs, voice: Voice) -> Result<Ended, Failure> {
    let site = Site::found(args)?;
    let bar = if voice.json || voice.quiet { ProgressBar::hidden() } else { ProgressBar::new(args.certificates) };
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta} left").unwrap_or_else(|_| ProgressStyle::default_bar()));
    site.measure(args.certificates, &bar)?.say(voice);
    Ok(Ended::Well)
}

/// A temporary folder with a library, its agency and its people.
struct Site {
    folder: TempDir,
    town: Town,
    secret: LibrarySecret,
}

impl Site {
    fn found(args: &BenchArgs) -> Result<Self, Failure> {
        let above = args.at.clone().unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::Builder::new().prefix("kanhe-bench-").tempdir_in(&above);
        let folder = folder.map_err(|error| Failure::file(&above, &error))?;
        let now = clock::moment(None)?;
        let site = Self { folder, town: Town::found(now)?, secret: LibrarySecret::new(clock::chance()?) };
        let (lock, identity) = Lock::new_identity();
        let failed = |error: kanhe_issuer::keyring::KeyringError| Failure::new(error.code(), error);
        files::write_private(&site.path("identity"), identity.as_bytes())?;
        files::write_private(&site.path("agency.key"), &site.town.key().lock(&lock).map_err(failed)?)?;
        files::make_folder(&site.path("library"))?;
        files::write_private(&site.path("library/secret.age"), &lock.close(site.secret.expose()).map_err(failed)?)?;
        Library::create(&site.path("library/db"), site.town.region(), "bench.example.cn/log", &site.secret, Settings::default())
            .map_err(stored)?;
        let taken = Registrar::new(&site.open()?).take_up(&site.town.manifest()?, &site.town.entry(now)?);
        taken.map_err(|error| Failure::new(error.code(), error))?;
        Ok(site)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self) -> Result<Library, Failure> {
        Library::open(&self.path("library/db"), &self.secret, Settings::default()).map_err(stored)
    }

    fn measure(&self, most: u64, bar: &ProgressBar) -> Result<Figures, Failure> {
        let lengths = self.lengths()?;
        let (mut sizes, mut issued, mut next) = (Vec::new(), 0, 1_000);
        while issued < most {
            let to = next.min(most);
            let bulk = self.bulk(issued..to, bar)?;
            // Who asks on any other day does not share the cores with what is left of an import.
            let start = Instant::now();
            self.open()?.come_to_rest().map_err(stored)?;
            let rest = start.elapsed();
            // Anew at each size: a machine is not as quick at all times.
            let bounds = self.bounds(lengths, to)?;
            // A library that was just opened has read nothing yet; asked the same again, it has it at hand.
            let opened = self.open()?;
            let (finds, again) = (finds(&opened, &self.town, to)?, finds(&opened, &self.town, to)?);
            sizes.push(Size { certificates: to, bulk, rest, bounds, finds, again });
            (issued, next) = (to, next * 10);
        }
        let (alone, together) = (self.clerks(1, FIRST_OF_ONE, lengths)?, self.clerks(CLERKS, FIRST_OF_MANY, lengths)?);
        let disk = bytes_in(&self.path("library/db"))? / self.open()?.certificates().map_err(stored)?.max(1);
        bar.finish_and_clear();
        Ok(Figures { cores: bounds::cores(), sizes, alone, together, disk, memory: most_memory() })
    }

    /// How many bytes are signed for a certificate and for its seal.
    fn lengths(&self) -> Result<[usize; 2], Failure> {
        let (library, desk) = (self.open()?, self.town.desk()?);
        let row = self.town.applications(STRANGERS..STRANGERS + 1)?;
        let signed = row.iter().map(|row| self.town.sign(&library, &desk, row)).collect::<Result<Vec<_>, Failure>>()?;
        Ok(signed.first().map_or([0; 2], |signed| [signed.issued().envelope().len(), signed.issued().seal().len()]))
    }

    fn bounds(&self, lengths: [usize; 2], certificates: u64) -> Result<Bounds, Failure> {
        let (named, folder) = (self.town.key(), |name: &str| self.path(&format!("{name}-{certificates}")));
        let batch = self.batch(BATCH)?;
        Ok(Bounds {
            signatures: bounds::signatures(named.key(), lengths, bounds::cores())?,
            rows: BATCH,
            batches: bounds::batches(&folder("bare"), &batch)?,
            at_once: bounds::at_once(&folder("at-once"), named, lengths, (BATCH, &batch))?,
        })
    }

    /// The bytes of a batch of people who have not applied and never will.
    fn batch(&self, rows: u64) -> Result<kanhe_store::bare::Batch, Failure> {
        let (library, desk) = (self.open()?, self.town.desk()?);
        let people = STRANGERS..STRANGERS + rows;
        let signed =
            self.town.applications(people)?.iter().map(|row| self.town.sign(&library, &desk, row)).collect::<Result<Vec<_>, _>>()?;
        Registrar::new(&library).batch_of(&signed).map_err(|error| Failure::new(error.code(), error))
    }

    /// Issues by the verb that an officer types, table by table.
    fn bulk(&self, people: Range<u64>, bar: &ProgressBar) -> Result<Rate, Failure> {
        let (table, report) = (self.path("table.csv"), self.path("report.jsonl"));
        let mut rate = Rate { done: people.end - people.start, took: Duration::ZERO };
        let mut first = people.start;
        while first < people.end {
            let to = (first + TABLE).min(people.end);
            files::write_unsynced(&table, self.town.table(first..to).as_bytes())?;
            let start = Instant::now();
            self.issue(&table, &report)?;
            rate.took += start.elapsed();
            bar.set_position(to);
            first = to;
        }
        Ok(rate)
    }

    fn issue(&self, table: &Path, report: &Path) -> Result<(), Failure> {
        let text = |path: &Path| path.display().to_string();
        let (library, key, identity) = (self.path("library"), self.path("agency.key"), text(&self.path("identity")));
        let words = ["kanhe", "issue", "--type", KIND, "--basis", BASIS, "--actor", ACTOR];
        let files = [("--library", text(&library)), ("--key", text(&key)), ("--in", text(table)), ("--report", text(report))];
        let identities = [("--identity", identity.clone()), ("--library-identity", identity)];
        let files = files.into_iter().chain(identities).flat_map(|(option, file)| [option.to_owned(), file]);
        let cli = Cli::try_parse_from(words.into_iter().map(str::to_owned).chain(files)).map_err(|error| Failure::new("usage", error))?;
        let voice = Voice { language: cli.language(), json: true, quiet: true };
        match run_as(cli, voice)? {
            Ended::Well => Ok(()),
            Ended::Refused | Ended::Unknown | Ended::Paused => Err(Failure::new("bench_refused", "a made-up application was refused")),
        }
    }

    /// What so many clerks issue, beside what they cannot do without.
    fn clerks(&self, clerks: u64, first: u64, lengths: [usize; 2]) -> Result<Clerks, Failure> {
        let issued = self.issued_by(clerks, first)?;
        let writes = bounds::writes(&self.path(&format!("bare-{clerks}")), &self.batch(1)?, clerks)?;
        let signatures = bounds::signatures(self.town.key().key(), lengths, clerks.min(bounds::cores()))?;
        Ok(Clerks { clerks, issued, writes, signatures })
    }

    /// Clerks who sign one certificate after the other, each of whom waits for the disk before the next. The applications lie on their desks.
    fn issued_by(&self, clerks: u64, first: u64) -> Result<Rate, Failure> {
        let (library, desk) = (self.open()?, self.town.desk()?);
        // Opening brings what the log of writes had into files, and RocksDB may put those away just then: no service is opened for two seconds.
        library.come_to_rest().map_err(stored)?;
        let queue = Mutex::new(self.town.applications(first..first + QUEUE)?.into_iter());
        bounds::again_and_again(clerks, |_| {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let row =
                next.ok_or_else(|| Failure::new("bench_stopped", "nobody waits any more: the clerks are too quick to be measured"))?;
            let signed = [self.town.sign(&library, &desk, &row)?];
            for entered in Registrar::new(&library).enter(&signed).map_err(stored)? {
                entered.map_err(|error| Failure::new(error.code(), error))?;
            }
            Ok(1)
        })
    }
}

/// Asks every kind of question of the library, each about other people, and reads what an officer is shown of each certificate.
fn finds(library: &Library, town: &Town, issued: u64) -> Result<Vec<Times>, Failure> {
    let today = day_in_china(clock::moment(None)?);
    let rows = |marks: &[Shelfmark]| {
        let doubts = Doubts::known_to(library)?;
        let rows = marks.iter().map(|mark| CertificateRow::read(library, *mark, &doubts, today));
        rows.collect::<Result<Vec<_>, StoreError>>().map(|rows| std::hint::black_box(rows).len())
    };
    let ask = |asked: &Asked| library.ask(asked, None, PAGE).and_then(|found| rows(&found.shelfmarks)).map_err(stored);
    let identifiers = library.shelfmarks().map_err(stored)?.collect::<Vec<_>>();
    let one = |question: Question, person: u64| -> Result<(Duration, bool), Failure> {
        let name = town.name_of(person);
        let asked = match question {
            Question::Identifier => {
                let mark = usize::try_from(person).ok().and_then(|place| identifiers.get(place)).copied();
                let identifier = mark.map(|mark| library.card(mark).map_err(stored)).transpose()?.map(|card| card.identifier);
                let start = Instant::now();
                let found = identifier.map(|identifier| library.find(&identifier)).transpose().map_err(stored)?;
                let found = rows(found.flatten().as_slice()).map_err(stored)?;
                return Ok((start.elapsed(), found > 0));
            }
            Question::Holder => Asked::Holder { code: holder(person)?, only: Only::default() },
            Question::Name => Asked::Words { words: name, only: Only::default() },
            Question::Letters => Asked::Words { words: name.chars().take(2).collect(), only: Only::default() },
            Question::List => Asked::Shelf { type_code: None, agency: None, state: Some(State::Valid) },
        };
        let start = Instant::now();
        let found = ask(&asked)?;
        Ok((start.elapsed(), found > 0))
    };
    [Question::Identifier, Question::Holder, Question::Name, Question::Letters, Question::List]
        .into_iter()
        .map(|question| {
            let asked = (0..ASKED).map(|turn| one(question, turn * 7_919 % issued)).collect::<Result<Vec<_>, Failure>>()?;
            if asked.iter().any(|(_, found)| !found) {
                return Err(Failure::new("bench_refused", "somebody who was issued a certificate was not found"));
            }
            let mut took: Vec<Duration> = asked.into_iter().map(|(took, _)| took).collect();
            took.sort();
            let at = |hundredths: usize| took.get(took.len() * hundredths / 100).copied().unwrap_or_default();
            Ok(Times { question, half: at(50), most: at(99) })
        })
        .collect()
}

fn bytes_in(folder: &Path) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        bytes += entry.and_then(|entry| entry.metadata()).map_err(failed)?.len();
    }
    Ok(bytes)
}

/// The most memory that this process ever had, in bytes, as Linux counts it.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1_024)
}
