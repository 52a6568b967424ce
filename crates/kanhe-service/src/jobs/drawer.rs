//! Where jobs lie: the drawer `Jobs`, and in it one shelf for each kind of paper.

use super::job::{Condition, Job, JobError, JobId, Turn};
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

/// Lays a new job down, at the end of the queue.
pub(super) fn lay(pen: &mut Pen<'_>, job: &Job) -> Result<(), StoreError> {
    let agencies = Shelf::Agencies.at(&[job.agency.as_str().as_bytes(), &newest_first(job.created), job.id.as_bytes()]);
    pen.put_office(Drawer::Jobs, &agencies, job.id.as_bytes())?;
    put(pen, None, job)
}

/// Lays a job down in the place of what it was before, and into the queue or out of it.
pub(super) fn put(pen: &mut Pen<'_>, before: Option<&Job>, job: &Job) -> Result<(), StoreError> {
    let place = |job: &Job| (job.condition == Condition::Waiting).then(|| Shelf::Queue.at(&[&oldest_first(job.since), job.id.as_bytes()]));
    let (was, is) = (before.and_then(place), place(job));
    if was != is {
        was.into_iter().for_each(|was| pen.take_office(Drawer::Jobs, &was));
        is.map_or(Ok(()), |is| pen.put_office(Drawer::Jobs, &is, job.id.as_bytes()))?;
    }
    if job.condition.is_over() {
        take_upload(pen, job);
    }
    pen.put_office(Drawer::Jobs, &Shelf::Jobs.at(&[job.id.as_bytes()]), &written(job))
}

/// Takes everything of a job away but what came of its rows.
pub(super) fn take(pen: &mut Pen<'_>, job: &Job) {
    take_upload(pen, job);
    pen.take_office(Drawer::Jobs, &Shelf::Agencies.at(&[job.agency.as_str().as_bytes(), &newest_first(job.created), job.id.as_bytes()]));
    pen.take_office(Drawer::Jobs, &Shelf::Jobs.at(&[job.id.as_bytes()]));
}

/// A finished job needs its table no more: it goes in the same commit.
fn take_upload(pen: &mut Pen<'_>, job: &Job) {
    (0..job.parts).for_each(|part| pen.take_office(Drawer::Jobs, &part_of(&job.id, part)));
}

/// Where a part of a job's table lies.
pub(super) fn part_of(id: &JobId, part: u32) -> Vec<u8> {
    Shelf::Uploads.at(&[id.as_bytes(), &part.to_be_bytes()])
}

/// Stops a job, lets it go on, or ends it; `beside` writes what is to stand in the same commit.
pub fn turn(
    library: &Library,
    id: &JobId,
    turn: Turn,
    now: Timestamp,
    beside: impl FnOnce(&mut Pen<'_>) -> Result<(), StoreError>,
) -> Result<Option<Job>, JobError> {
    library.commit(|pen| {
        let Some(found) = job_in(pen, id)? else { return Ok(None) };
        let turned = found.clone().turned(turn, now)?;
        if turned != found {
            put(pen, Some(&found), &turned)?;
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

/// The jobs that wait or are worked on, the oldest first: at most so many.
pub fn queued(library: &Library, most: usize) -> Result<Vec<Job>, StoreError> {
    jobs(library, library.office_page(Drawer::Jobs, &Shelf::Queue.at(&[]), None, most)?.papers)
}

/// How many jobs wait or are worked on; from a thousand on it says a thousand.
pub fn queue_depth(library: &Library) -> Result<u64, StoreError> {
    let found = library.office_page(Drawer::Jobs, &Shelf::Queue.at(&[]), None, LONGEST_PAGE)?;
    Ok(u64::try_from(found.papers.len()).unwrap_or(u64::MAX))
}

/// The jobs whose ids lie on a shelf; one that was taken away in between is left out.
fn jobs(library: &Library, ids: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Vec<Job>, StoreError> {
    let id = |paper: &[u8]| paper.try_into().map(JobId::new).map_err(|_| StoreError::Malformed { family: "office" });
    ids.iter().filter_map(|(_, paper)| id(paper).and_then(|id| find_job(library, &id)).transpose()).collect()
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
