//! Where jobs lie: the drawer `Jobs`, and in it one shelf for each kind of paper.

use super::burden::{Burden, weigh};
use super::condition::{Condition, Turn};
use super::error::JobError;
use super::job::{Job, JobId};
use super::queue::Rules;
use crate::accounts::paper::{read, written};
use jiff::Timestamp;
use kanhe_core::code::Uscc;
use kanhe_store::find::{Cursor, LONGEST_PAGE};
use kanhe_store::{Drawer, Library, Pen, StoreError};

/// A kind of paper; the first byte of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// Jobs by their id.
    Jobs,
    /// Those of an agency, the newest first.
    Agencies,
    /// Those that wait, the oldest first.
    Queue,
    /// Parts of tables.
    Uploads,
    /// Tables that are on their way here.
    Arriving,
    /// What came of rows.
    Results,
    /// Rows with faults, as they were handed in.
    Refused,
    /// What the jobs of an agency that are not over take.
    Burdens,
}

impl Shelf {
    const fn byte(self) -> u8 {
        match self {
            Self::Jobs => 0,
            Self::Agencies => 1,
            Self::Queue => 2,
            Self::Uploads => 3,
            Self::Arriving => 4,
            Self::Results => 5,
            Self::Refused => 6,
            Self::Burdens => 7,
        }
    }

    /// A key on the shelf.
    pub(super) fn at(self, parts: &[&[u8]]) -> Vec<u8> {
        [&[self.byte()], parts.concat().as_slice()].concat()
    }
}

/// A job, as it stands on the disk.
pub fn find_job(library: &Library, id: &JobId) -> Result<Option<Job>, StoreError> {
    library.office(Drawer::Jobs, &Shelf::Jobs.at(&[id.as_bytes()]))?.as_deref().map(read).transpose()
}

/// A job, as a commit finds it.
pub(super) fn job_in(pen: &Pen<'_>, id: &JobId) -> Result<Option<Job>, StoreError> {
    pen.office(Drawer::Jobs, &Shelf::Jobs.at(&[id.as_bytes()]))?.as_deref().map(read).transpose()
}

/// Lays a new job down at the end of the queue, if its agency has room for it.
pub(super) fn lay(pen: &mut Pen<'_>, job: &Job, rules: &Rules) -> Result<(), JobError> {
    Burden::in_commit(pen, &job.agency)?.bears(job.size, rules)?;
    let agencies = Shelf::Agencies.at(&[job.agency.as_str().as_bytes(), &newest_first(job.created), job.id.as_bytes()]);
    pen.put_office(Drawer::Jobs, &agencies, job.id.as_bytes())?;
    Ok(put(pen, job)?)
}

/// Lays a job down in the place of what it was before, and into the queue or out of it.
///
/// What it was before is asked here, and of the commit: nobody can leave an entry behind by remembering something else.
pub(super) fn put(pen: &mut Pen<'_>, job: &Job) -> Result<(), StoreError> {
    let before = job_in(pen, &job.id)?;
    let (was, is) = (before.as_ref().and_then(queue_place), queue_place(job));
    if was != is {
        was.into_iter().for_each(|was| pen.take_office(Drawer::Jobs, &was));
        is.map_or(Ok(()), |is| pen.put_office(Drawer::Jobs, &is, job.id.as_bytes()))?;
    }
    if job.condition.is_over() {
        take_upload(pen, job);
    }
    weigh(pen, before.as_ref(), job)?;
    pen.put_office(Drawer::Jobs, &Shelf::Jobs.at(&[job.id.as_bytes()]), &written(job))
}

/// Where a job stands in the queue, if it waits.
fn queue_place(job: &Job) -> Option<Vec<u8>> {
    (job.condition == Condition::Waiting).then(|| Shelf::Queue.at(&[&oldest_first(job.since), job.id.as_bytes()]))
}

/// The oldest job that waits. What stands in the queue and waits no more is taken out of it: nothing there can keep the others waiting.
pub(super) fn next_waiting(library: &Library) -> Result<Option<Job>, StoreError> {
    loop {
        let first = library.office_page(Drawer::Jobs, &Shelf::Queue.at(&[]), None, 1)?.papers;
        let Some((place, paper)) = first.into_iter().next() else { return Ok(None) };
        let id = id_of(&paper)?;
        let stands = |job: &Job| queue_place(job).as_ref() == Some(&place);
        if let Some(job) = find_job(library, &id)?.filter(stands) {
            return Ok(Some(job));
        }
        library.commit::<_, StoreError>(|pen| {
            // It may have been let go on between the two questions.
            if !job_in(pen, &id)?.is_some_and(|job| stands(&job)) {
                pen.take_office(Drawer::Jobs, &place);
            }
            Ok(())
        })?;
    }
}

/// Takes everything of a job away but what came of its rows.
pub(super) fn take(pen: &mut Pen<'_>, job: &Job) {
    take_upload(pen, job);
    pen.take_office(Drawer::Jobs, &Shelf::Agencies.at(&[job.agency.as_str().as_bytes(), &newest_first(job.created), job.id.as_bytes()]));
    pen.take_office(Drawer::Jobs, &Shelf::Jobs.at(&[job.id.as_bytes()]));
}

/// So many papers are taken away in one commit.
pub(super) const SHEAF: usize = 16;

/// Takes away everything that a shelf has of a job, sheaf by sheaf.
pub(super) fn take_all(library: &Library, shelf: Shelf, id: &JobId) -> Result<(), StoreError> {
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

/// A finished job needs its table no more: it goes in the same commit.
fn take_upload(pen: &mut Pen<'_>, job: &Job) {
    (0..job.parts).for_each(|part| pen.take_office(Drawer::Jobs, &part_of(&job.id, part)));
}

/// Where a part of a job's table lies.
pub(super) fn part_of(id: &JobId, part: u32) -> Vec<u8> {
    Shelf::Uploads.at(&[id.as_bytes(), &part.to_be_bytes()])
}

/// Stops a job, lets it go on, or ends it, for somebody; `beside` writes what is to stand in the same commit.
pub fn turn(
    library: &Library,
    id: &JobId,
    (turn, by): (Turn, &str),
    now: Timestamp,
    beside: impl FnOnce(&mut Pen<'_>) -> Result<(), StoreError>,
) -> Result<Option<Job>, JobError> {
    library.commit(|pen| {
        let Some(found) = job_in(pen, id)? else { return Ok(None) };
        let turned = found.clone().turned(turn, by, now)?;
        if turned != found {
            put(pen, &turned)?;
            beside(pen)?;
        }
        Ok(Some(turned))
    })
}

/// A page of the jobs of an agency, the newest first.
pub fn jobs_of(library: &Library, agency: &Uscc, after: Option<&Cursor>, most: usize) -> Result<(Vec<Job>, Option<Cursor>), StoreError> {
    let found = library.office_page(Drawer::Jobs, &Shelf::Agencies.at(&[agency.as_str().as_bytes()]), after, most)?;
    Ok((jobs(library, found.papers)?, found.next))
}

/// A page of the jobs of all agencies.
pub(super) fn every_job(library: &Library, after: Option<&Cursor>, most: usize) -> Result<(Vec<Job>, Option<Cursor>), StoreError> {
    let found = library.office_page(Drawer::Jobs, &Shelf::Jobs.at(&[]), after, most)?;
    let jobs = found.papers.iter().map(|(_, paper)| read(paper)).collect::<Result<_, _>>()?;
    Ok((jobs, found.next))
}

/// How many jobs wait or are worked on; from a thousand on it says a thousand.
pub fn queue_depth(library: &Library) -> Result<u64, StoreError> {
    let found = library.office_page(Drawer::Jobs, &Shelf::Queue.at(&[]), None, LONGEST_PAGE)?;
    Ok(u64::try_from(found.papers.len()).unwrap_or(u64::MAX))
}

/// The jobs whose ids lie on a shelf; one that was taken away in between is left out.
fn jobs(library: &Library, ids: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Vec<Job>, StoreError> {
    ids.iter().filter_map(|(_, paper)| id_of(paper).and_then(|id| find_job(library, &id)).transpose()).collect()
}

fn id_of(paper: &[u8]) -> Result<JobId, StoreError> {
    paper.try_into().map(JobId::new).map_err(|_| StoreError::Malformed { family: "office" })
}

/// A stretch of what came of a job's rows: JSON lines, in the order of the rows.
pub fn result_lines(library: &Library, id: &JobId, after: Option<&Cursor>) -> Result<(Vec<u8>, Option<Cursor>), StoreError> {
    stretch(library, Shelf::Results, id, after)
}

/// A stretch of the refused rows: JSON lines, in the order of the rows.
pub fn refused_lines(library: &Library, id: &JobId, after: Option<&Cursor>) -> Result<(Vec<u8>, Option<Cursor>), StoreError> {
    stretch(library, Shelf::Refused, id, after)
}

/// Few enough batches at a time that they stay in memory.
const STRETCH: usize = 4;

fn stretch(library: &Library, shelf: Shelf, id: &JobId, after: Option<&Cursor>) -> Result<(Vec<u8>, Option<Cursor>), StoreError> {
    let found = library.office_page(Drawer::Jobs, &shelf.at(&[id.as_bytes()]), after, STRETCH)?;
    Ok((found.papers.into_iter().flat_map(|(_, lines)| lines).collect(), found.next))
}

/// Lays down lines about rows from `first` on.
pub(super) fn put_lines(pen: &mut Pen<'_>, shelf: Shelf, id: &JobId, first: u64, lines: &[u8]) -> Result<(), StoreError> {
    if lines.is_empty() { Ok(()) } else { pen.put_office(Drawer::Jobs, &shelf.at(&[id.as_bytes(), &first.to_be_bytes()]), lines) }
}

fn oldest_first(at: Timestamp) -> [u8; 8] {
    // Moments before 1970 come before those after it.
    (at.as_second().cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

fn newest_first(at: Timestamp) -> [u8; 8] {
    oldest_first(at).map(|byte| !byte)
}
