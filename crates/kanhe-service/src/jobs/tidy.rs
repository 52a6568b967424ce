//! What is taken away when its time is over, and what was left behind.

use super::drawer::{self, Shelf, every_job};
use super::job::{Condition, JobId};
use crate::house::House;
use jiff::{SignedDuration, Timestamp};
use kanhe_store::{Drawer, Library, StoreError};

/// How often it is looked for.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// So many papers are taken away in one commit.
const SHEAF: usize = 16;

/// Tidies up, if it was not done within the hour.
pub(super) fn tidy(house: &House) -> Result<(), StoreError> {
    if !house.jobs.is_untidy(house.now(), EVERY) {
        return Ok(());
    }
    left_behind(house)?;
    let (rules, now) = (house.jobs.rules, house.now());
    let is_past = |since: Timestamp, life: SignedDuration| since.duration_until(now) > life;
    let mut page = None;
    loop {
        let (jobs, next) = every_job(&house.library, page.as_ref(), SHEAF)?;
        for job in jobs {
            match job.condition {
                Condition::Waiting => {}
                Condition::Paused | Condition::Failed if is_past(job.since, rules.upload_life) => {
                    tracing::info!(job = %job.id, "a job that nobody let go on was cancelled");
                    house.library.commit(|pen| drawer::put(pen, Some(&job), &job.clone().stands_as(Condition::Cancelled, now)))?;
                    house.jobs.changed();
                }
                Condition::Done | Condition::Cancelled if is_past(job.since, rules.result_life) => {
                    take_all(&house.library, Shelf::Results, &job.id)?;
                    take_all(&house.library, Shelf::Refused, &job.id)?;
                    house.library.commit::<_, StoreError>(|pen| {
                        drawer::take(pen, &job);
                        Ok(())
                    })?;
                }
                Condition::Paused | Condition::Failed | Condition::Done | Condition::Cancelled => {}
            }
        }
        match next {
            Some(next) => page = Some(next),
            None => return Ok(()),
        }
    }
}

/// Parts of tables whose connections broke off, or whose jobs were refused.
fn left_behind(house: &House) -> Result<(), StoreError> {
    let found = house.library.office_page(Drawer::Jobs, &Shelf::Arriving.at(&[]), None, kanhe_store::find::LONGEST_PAGE)?;
    let ids = found.papers.iter().filter_map(|(key, _)| key.get(1..)?.try_into().ok().map(JobId::new));
    ids.filter(|id| !house.jobs.expects(id)).try_for_each(|id| drop_upload(&house.library, &id))
}

/// Takes away a table that no job is for.
pub fn drop_upload(library: &Library, id: &JobId) -> Result<(), StoreError> {
    take_all(library, Shelf::Uploads, id)?;
    library.commit(|pen| {
        pen.take_office(Drawer::Jobs, &Shelf::Arriving.at(&[id.as_bytes()]));
        Ok(())
    })
}

fn take_all(library: &Library, shelf: Shelf, id: &JobId) -> Result<(), StoreError> {
    loop {
        let found = library.office_page(Drawer::Jobs, &shelf.at(&[id.as_bytes()]), None, SHEAF)?;
        if found.papers.is_empty() {
            return Ok(());
        }
        library.commit::<_, StoreError>(|pen| {
            found.papers.iter().for_each(|(key, _)| pen.take_office(Drawer::Jobs, key));
            Ok(())
        })?;
    }
}
