//! Work: the rows of the oldest job become what its task says, one batch after the other, on one core; the others are for who asks meanwhile.

use super::condition::Condition;
use super::drawer::{self, Shelf, find_job, job_in, next_waiting, put_lines};
use super::ground::{Ground, Halt};
use super::issuing::Issuing;
use super::job::{Job, JobId, Task};
use super::outcome::{Row, tell};
use super::taking_in::TakingIn;
use super::tidy::tidy;
use super::trade::{Errand, Passed, Trade};
use super::upload::Upload;
use crate::house::{House, Shared};
use crate::http::problem::Problem;
use kanhe_core::calendar::day_in_china;
use kanhe_core::event::Grounds;
use kanhe_issuer::application::{Requests, Table};
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
    // In a library that was set back nothing would be kept: jobs wait for the right one, and for a clock that is right.
    if house.library.astray().is_some() || house.is_behind() {
        return Ok(());
    }
    tidy(house)?;
    while !house.jobs.is_closing()
        && let Some(job) = next_waiting(&house.library)?
    {
        house.jobs.begin(job.id);
        house.jobs.changed();
        let worked = work(house, &job.id);
        house.jobs.end();
        house.jobs.changed();
        match worked {
            Ok(()) | Err(Halt::Withdrawn | Halt::Moved) => {}
            // No other would get any further: all wait, and the next round asks the clock again.
            Err(Halt::ClockBehind) => return Ok(()),
            // A library that takes no more writes does not take this one either: then the job waits until it is opened again.
            Err(Halt::Store(error)) => fail(house, &job.id, error.code())?,
            Err(Halt::Failed { code }) => fail(house, &job.id, code)?,
        }
    }
    Ok(())
}

fn fail(house: &House, id: &JobId, code: &'static str) -> Result<(), StoreError> {
    tracing::warn!(job = %id, code, "a job failed");
    house.library.commit(|pen| match job_in(pen, id)? {
        Some(job) if job.condition == Condition::Waiting => drawer::put(pen, &job.failed(code, house.now())),
        Some(_) | None => Ok(()),
    })?;
    house.jobs.changed();
    Ok(())
}

/// Works on a job until it is over, or something stops it; under another manifest it begins anew behind the rows that are done.
fn work(house: &House, id: &JobId) -> Result<(), Halt> {
    loop {
        let job = find_job(&house.library, id)?.filter(|job| job.condition == Condition::Waiting).ok_or(Halt::Withdrawn)?;
        match on_ground(house, job) {
            Err(Halt::Moved) => {}
            worked => return worked,
        }
    }
}

fn on_ground(house: &House, job: Job) -> Result<(), Halt> {
    // Asked before the ground is: on the day of a wrong clock a key's window may be shut.
    house.moment()?;
    let ground = Ground::of(house, &job)?;
    match job.task {
        Task::Issue => {
            let desk = house.desk_for(&job.agency, &ground.manifest, ground.kind)?;
            let trade = Issuing::new(house, ground.kind, &desk, job.dry)?;
            Bench { house, ground: &ground, job, trade, row: 0 }.work()
        }
        Task::Lodge => {
            let trade = TakingIn::new(house, &ground, &job)?;
            Bench { house, ground: &ground, job, trade, row: 0 }.work()
        }
    }
}

/// Where one job is worked on.
struct Bench<'a, T> {
    house: &'a House,
    ground: &'a Ground<'a>,
    /// The job after the last batch.
    job: Job,
    trade: T,
    /// Rows that were read.
    row: u64,
}

/// Rows that are settled together, and whether they are the last.
struct Batch<R> {
    rows: Vec<Row>,
    ready: Vec<R>,
    ended: bool,
}

impl<T: Trade> Bench<'_, T> {
    fn work(mut self) -> Result<(), Halt> {
        let house = self.house;
        let upload = Upload::new(&house.library, self.job.id, self.job.size);
        let mut table = Table::open_for(upload, self.ground.kind, Requests::MayBeMissing)?;
        loop {
            let batch = self.next_batch(&mut table)?;
            let ended = self.settle(batch)?;
            house.jobs.changed();
            if ended || house.jobs.is_closing() {
                return Ok(());
            }
        }
    }

    /// Passes rows behind those that are done, up to a batch, to the end of the table, or until the service stops.
    fn next_batch(&mut self, table: &mut Table<'_>) -> Result<Batch<T::Ready>, Halt> {
        let grounds = Grounds::new(&self.job.basis, &self.job.reason, self.job.answerable()).map_err(Problem::from)?;
        let errand = Errand { house: self.house, grounds, now: self.house.moment()? };
        let (mut read, mut passed, mut ended) = (Vec::new(), Vec::new(), false);
        while read.len() < BATCH && !self.house.jobs.is_closing() {
            let Some(application) = table.next() else {
                ended = true;
                break;
            };
            let mut application = application?;
            self.row += 1;
            let is_done = self.row <= self.job.done;
            // What was proved before a pause is proved again: later rows are held against it.
            if is_done && !self.trade.remembers() {
                continue;
            }
            application.belongs_to(&self.job.request_of(self.row));
            let row = self.trade.pass(&application, &errand)?;
            if !is_done {
                read.push((self.row, application));
                passed.push(row);
            }
        }
        let mut ready = Vec::new();
        let rows = read.into_iter().zip(passed).map(|((row, application), passed)| {
            let end = match passed {
                Passed::Known(end) => Some(end),
                Passed::Ready(one) => {
                    ready.push(one);
                    None
                }
            };
            Row { row, application, end }
        });
        Ok(Batch { rows: rows.collect(), ready, ended })
    }

    /// Enters a batch, tells what came of it, and notes how far the job has come: all of it or nothing. Whether that was the last.
    ///
    /// Slots of a batch that is not entered are given out again.
    fn settle(&mut self, Batch { rows, ready, ended }: Batch<T::Ready>) -> Result<bool, Halt> {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let (job, counts) = self.trade.enter(&ready, |pen, ends| {
            self.ground.stands(pen)?;
            // Whoever has stopped it, or let it go on in his own name, has made another edition of it.
            let found = job_in(pen, &self.job.id)?.filter(|job| job.edition == self.job.edition).ok_or(Halt::Withdrawn)?;
            let told = tell((&found, day_in_china(self.house.now())), rows, ends)?;
            put_lines(pen, Shelf::Results, &found.id, found.done, &told.results)?;
            put_lines(pen, Shelf::Refused, &found.id, found.done, &told.refused)?;
            let mut job = Job {
                done: found.done + count,
                issued: found.issued + told.counts.new,
                before: found.before + told.counts.before,
                refused: found.refused + told.counts.refused,
                edition: found.edition + 1,
                ..found
            };
            if ended {
                job = job.stands_as(Condition::Done, self.house.now());
            }
            drawer::put(pen, &job)?;
            Ok((job, told.counts))
        })?;
        counts.measure(&job);
        self.house.jobs.advance(count);
        if ended {
            tracing::info!(job = %job.id, rows = job.rows, issued = job.issued, refused = job.refused, dry = job.dry, "a job is done");
        }
        self.job = job;
        Ok(ended)
    }
}
