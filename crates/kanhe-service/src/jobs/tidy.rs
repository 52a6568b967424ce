//! What is taken away when its time is over, and what was left behind.

use super::arriving::left_behind;
use super::condition::Condition;
use super::drawer::{self, SHEAF, Shelf, every_job, job_in, take_all};
use super::job::{Job, JobId};
use crate::house::House;
use jiff::SignedDuration;
use kanhe_store::StoreError;

/// How often it is looked for.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Tidies up, if it was not done within the hour.
pub(super) fn tidy(house: &House) -> Result<(), StoreError> {
    if !house.jobs.is_untidy(house.now(), EVERY) {
        return Ok(());
    }
    left_behind(house)?;
    let mut page = None;
    loop {
        let (jobs, next) = every_job(&house.library, page.as_ref(), SHEAF)?;
        for job in jobs {
            if is_abandoned(house, &job) {
                cancel(house, &job.id)?;
            } else if is_forgotten(house, &job) {
                forget(house, &job)?;
            }
        }
        match next {
            Some(next) => page = Some(next),
            None => return Ok(()),
        }
    }
}

/// Whether nobody has let it go on for so long that its table is not kept any more.
fn is_abandoned(house: &House, job: &Job) -> bool {
    let stopped = matches!(job.condition, Condition::Paused | Condition::Failed);
    stopped && job.since.duration_until(house.now()) > house.jobs.rules.upload_life
}

/// Whether it has been over for so long that nobody asks for it.
fn is_forgotten(house: &House, job: &Job) -> bool {
    job.condition.is_over() && job.since.duration_until(house.now()) > house.jobs.rules.result_life
}

fn cancel(house: &House, id: &JobId) -> Result<(), StoreError> {
    let cancelled = house.library.commit::<_, StoreError>(|pen| {
        // Somebody may have let it go on since it was looked at.
        let Some(job) = job_in(pen, id)?.filter(|job| is_abandoned(house, job)) else { return Ok(false) };
        drawer::put(pen, &job.stands_as(Condition::Cancelled, house.now())).map(|()| true)
    })?;
    if cancelled {
        tracing::info!(job = %id, "a job that nobody let go on was cancelled");
        house.jobs.changed();
    }
    Ok(())
}

/// A job that is over stays so: nothing of it changes between these commits.
fn forget(house: &House, job: &Job) -> Result<(), StoreError> {
    take_all(&house.library, Shelf::Results, &job.id)?;
    take_all(&house.library, Shelf::Refused, &job.id)?;
    house.library.commit(|pen| {
        drawer::take(pen, job);
        Ok(())
    })
}
