//! Work: the rows of the oldest job become certificates, one batch after the other, on one core; the others are for who asks meanwhile.

use super::drawer::{self, Shelf, job_in, put_lines, queued};
use super::job::{Condition, Job, JobId};
use super::outcome::{Came, Row, RowFault, tell};
use super::tidy::tidy;
use super::upload::Upload;
use crate::house::{House, Shared};
use crate::http::problem::Problem;
use crate::http::refused;
use kanhe_core::calendar::day_in_china;
use kanhe_core::event::Grounds;
use kanhe_issuer::application::{Application, Requests, Table, TableError};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::{Desk, IssueError};
use kanhe_issuer::registrar::{Answer, Chances, Intake, Proof, Refusal, Registrar, RegistrarError, Signed};
use kanhe_store::StoreError;
use std::time::Duration;

/// Rows of one commit: enough that a sync weighs little beside the signatures, few enough that nobody waits long for its turn.
const BATCH: usize = 128;

/// How long to wait at most before the queue is looked at again, whether somebody rings or not: a library may have failed in between.
const LOOK: Duration = Duration::from_secs(30);

/// Works through the queue until the queue is closed.
pub async fn keep_up(house: Shared) {
    while !house.jobs.is_closing() {
        let worker = house.clone();
        match tokio::task::spawn_blocking(move || round(&worker)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(code = error.code(), "a job could not be worked on"),
            Err(_) => {
                tracing::error!("a job panicked");
                let worker = house.clone();
                // Otherwise it would be the next again, and keep all others waiting for ever.
                let stopped = move || worker.jobs.end().map_or(Ok(()), |id| fail(&worker, &id, Problem::failed().code()));
                let _ = tokio::task::spawn_blocking(stopped).await;
            }
        }
        if !house.jobs.is_closing() {
            let _ = tokio::time::timeout(LOOK, house.jobs.woken()).await;
        }
    }
}

/// Tidies up, and works on all jobs that wait.
pub fn round(house: &House) -> Result<(), StoreError> {
    // In a library that was set back nothing would be kept: jobs wait for the right one.
    if house.library.astray().is_some() {
        return Ok(());
    }
    tidy(house)?;
    while let Some(job) = queued(&house.library, 1)?.into_iter().next() {
        if house.jobs.is_closing() {
            return Ok(());
        }
        house.jobs.begin(job.id);
        house.jobs.changed();
        let worked = work(house, &job);
        house.jobs.end();
        house.jobs.changed();
        match worked {
            Ok(()) | Err(Halt::Withdrawn) => {}
            // A library that takes no more writes does not take this one either: then the job waits until it is opened again.
            Err(Halt::Store(error)) => fail(house, &job.id, error.code())?,
            Err(Halt::Failed { code }) => fail(house, &job.id, code)?,
        }
    }
    Ok(())
}

/// Why work on a job ends before its table.
enum Halt {
    /// The library failed.
    Store(StoreError),
    /// Somebody has paused or cancelled it.
    Withdrawn,
    /// Something is wrong that is no fault of a row.
    Failed { code: &'static str },
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<TableError> for Halt {
    fn from(error: TableError) -> Self {
        Self::Failed { code: error.code() }
    }
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Failed { code: problem.code() }
    }
}

fn fail(house: &House, id: &JobId, code: &'static str) -> Result<(), StoreError> {
    tracing::warn!(job = %id, code, "a job failed");
    house.library.commit(|pen| match job_in(pen, id)? {
        Some(job) if job.condition == Condition::Waiting => {
            let failed = Job { failure: Some(code.to_owned()), ..job.clone() }.stands_as(Condition::Failed, house.now());
            drawer::put(pen, Some(&job), &failed)
        }
        Some(_) | None => Ok(()),
    })?;
    house.jobs.changed();
    Ok(())
}

fn work(house: &House, job: &Job) -> Result<(), Halt> {
    let kind = house.kind_coded(&job.type_code)?;
    let manifest = house.manifest()?;
    let desk = house.desk_for(&job.agency, &manifest, kind)?;
    let mut table = Table::open_for(Upload::new(&house.library, job.id, job.size), kind, Requests::MayBeMissing)?;
    let registrar = Registrar::new(&house.library);
    let mut bench = Bench { house, job, kind, desk: &desk, registrar, proof: job.dry.then(|| Proof::new(registrar)), row: 0 };
    loop {
        let batch = bench.next_batch(&mut table)?;
        let done = bench.settle(batch)?;
        house.jobs.changed();
        if done || house.jobs.is_closing() {
            return Ok(());
        }
    }
}

/// Where one job is worked on.
struct Bench<'a> {
    house: &'a House,
    job: &'a Job,
    kind: &'a CertificateKind,
    desk: &'a Desk<'a>,
    registrar: Registrar<'a>,
    /// What the rows so far would come to, if they are only proofread.
    proof: Option<Proof<'a>>,
    row: u64,
}

/// Rows that are settled together, and whether they are the last.
#[derive(Default)]
struct Batch {
    /// Rows before them: so many must be done when they are settled.
    first: u64,
    rows: Vec<Row>,
    signed: Vec<Signed>,
    ended: bool,
}

impl Bench<'_> {
    /// Signs rows behind those that are done, up to a batch, to the end of the table, or until the service stops.
    fn next_batch(&mut self, table: &mut Table<'_>) -> Result<Batch, Halt> {
        let mut batch = Batch { first: self.row.max(self.job.done), ..Batch::default() };
        let now = self.house.now();
        let intake = Intake {
            kind: self.kind,
            desk: self.desk,
            registrar: self.registrar,
            grounds: Grounds::new(&self.job.basis, &self.job.reason, &self.job.actor).map_err(Problem::from)?,
            now,
            day: day_in_china(now),
        };
        while batch.rows.len() < BATCH && !self.house.jobs.is_closing() {
            let Some(application) = table.next() else {
                batch.ended = true;
                break;
            };
            let mut application = application?;
            self.row += 1;
            let is_done = self.row <= self.job.done;
            // What was proved before a pause is proved again: later rows are held against it.
            if is_done && self.proof.is_none() {
                continue;
            }
            application.belongs_to(&self.job.request_of(self.row));
            let came = self.pass(&application, &intake, &mut batch.signed)?;
            if !is_done {
                batch.rows.push(Row { row: self.row, application, came });
            }
        }
        Ok(batch)
    }

    /// What a row comes to; a library that fails is no fault of it.
    fn pass(&mut self, application: &Application, intake: &Intake<'_>, signed: &mut Vec<Signed>) -> Result<Came, Halt> {
        let house = self.house;
        let undrawable = |number: &str| house.pictures.artist.missing(number);
        let came = match &mut self.proof {
            Some(proof) => intake.draft(application, undrawable).and_then(|draft| {
                let proved = proof.ask(self.desk, draft);
                proved.map(Came::Proved).map_err(|error| Refusal::Registrar(Box::new(error)))
            }),
            None => {
                let chances = Chances { certificate: house.chance(), event: house.chance() };
                intake.answer(application, chances, undrawable).map(|answer| match answer {
                    Answer::Before(mark) => Came::Before(mark),
                    Answer::New(new) => {
                        signed.push(*new);
                        Came::Signed
                    }
                })
            }
        };
        came.or_else(|refusal| match refusal {
            // A key that does not sign is no fault of a row either: the job goes on when it is resumed.
            Refusal::Registrar(error) if matches!(*error, RegistrarError::Store(_) | RegistrarError::Issue(IssueError::Sign(_))) => {
                Err(Problem::from(*error).into())
            }
            refusal => Ok(Came::Refused(refused::of_row(refusal).into_iter().map(RowFault::from).collect())),
        })
    }

    /// Enters a batch, tells what came of it, and notes how far the job has come: all of it or nothing. Whether that was the last.
    ///
    /// Slots of a batch that is not entered are given out again when the library is opened anew.
    fn settle(&self, Batch { first, rows, signed, ended }: Batch) -> Result<bool, Halt> {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let (job, counts) = self.registrar.enter_and(&signed, |pen, entered| -> Result<_, Halt> {
            let is_due = |job: &Job| job.condition == Condition::Waiting && job.done == first;
            let found = job_in(pen, &self.job.id)?.filter(is_due).ok_or(Halt::Withdrawn)?;
            let told = tell(pen, rows, entered)?;
            put_lines(pen, Shelf::Results, &found.id, found.done, &told.results)?;
            put_lines(pen, Shelf::Refused, &found.id, found.done, &told.refused)?;
            let mut job = Job {
                done: found.done + count,
                issued: found.issued + told.counts.issued,
                before: found.before + told.counts.before,
                refused: found.refused + told.counts.refused,
                edition: found.edition + 1,
                ..found.clone()
            };
            if ended {
                job = job.stands_as(Condition::Done, self.house.now());
            }
            drawer::put(pen, Some(&found), &job)?;
            Ok((job, told.counts))
        })?;
        counts.measure(job.dry);
        self.house.jobs.advance(count);
        if ended {
            tracing::info!(job = %job.id, rows = job.rows, issued = job.issued, refused = job.refused, dry = job.dry, "a job is done");
        }
        Ok(ended)
    }
}
