//! The table of a job: taken in part by part, and read again from there. It lies in the library, sealed as everything in it: what is on the
//! disk tells nothing of a person, and a part stands where it was put or does not open.

use super::arriving::{Arriving, taken};
use super::drawer::{self, part_of};
use super::error::{CountError, JobError};
use super::job::{Job, JobId};
use super::pace::{Cut, Paced};
use super::queue::Queue;
use crate::http::problem::Problem;
use axum::body::Body;
use axum::http::StatusCode;
use hyper::body::Body as _;
use kanhe_issuer::application::{Requests, Table, TableError};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use sha2::{Digest, Sha256};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

/// Bytes of a part: so few stay in memory, and so many are written at a time.
const PART: usize = 256 << 10;

/// A table that has arrived.
pub struct Received {
    /// The id of the job that it is for.
    pub id: JobId,
    /// Its bytes.
    pub size: u64,
    /// In how many parts they stand in the library.
    pub parts: u32,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
}

/// Takes a table in as it comes.
pub async fn receive(arriving: &Arriving, body: Body) -> Result<Received, Problem> {
    let rules = &arriving.house().jobs.rules;
    let most = rules.upload_bytes;
    let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", format!("a table of a job has at most {most} bytes"));
    if body.size_hint().lower() > most {
        return Err(too_large());
    }
    let mut body = Paced::new(body, rules.pace);
    let (mut size, mut parts, mut digest, mut waiting) = (0_u64, 0_u32, Sha256::new(), Vec::with_capacity(PART));
    while let Some(bytes) = body.next().await? {
        size = size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if size > most {
            return Err(too_large());
        }
        digest.update(&bytes);
        let mut rest = bytes.as_ref();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(PART.saturating_sub(waiting.len())));
            waiting.extend_from_slice(now);
            rest = later;
            if waiting.len() == PART {
                arriving.keep(parts, std::mem::replace(&mut waiting, Vec::with_capacity(PART))).await?;
                parts += 1;
            }
        }
    }
    if !waiting.is_empty() {
        arriving.keep(parts, waiting).await?;
        parts += 1;
    }
    Ok(Received { id: arriving.id(), size, parts, digest: digest.finalize().into() })
}

impl From<Cut> for Problem {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Slow(error) => error.into(),
            Cut::Broken => Self::new(StatusCode::BAD_REQUEST, "request_malformed", "the body ended early"),
        }
    }
}

/// Counts the rows of a table that has arrived, and refuses one that is broken anywhere: nothing is issued from half a table.
pub fn count(library: &Library, received: &Received, kind: &CertificateKind, most: u64) -> Result<u64, CountError> {
    let upload = Upload::new(library, received.id, received.size);
    let mut rows = 0;
    for row in Table::open_for(upload, kind, Requests::MayBeMissing)? {
        row?;
        rows += 1;
        if rows > most {
            return Err(JobError::TooManyRows { most }.into());
        }
    }
    if rows == 0 { Err(TableError::Empty.into()) } else { Ok(rows) }
}

/// Makes a job of a table that has arrived, if its agency has room for it; `beside` writes what is to stand in the same commit.
pub fn add<E: From<StoreError> + From<JobError>>(
    library: &Library,
    queue: &Queue,
    job: &Job,
    beside: impl FnOnce(&mut Pen<'_>) -> Result<(), E>,
) -> Result<(), E> {
    library.commit(|pen| {
        taken(pen, &job.id)?;
        drawer::lay(pen, job, &queue.rules)?;
        beside(pen)
    })?;
    queue.wake();
    Ok(())
}

/// A table in the library, to be read from any place.
pub struct Upload<'l> {
    library: &'l Library,
    id: JobId,
    size: u64,
    position: u64,
    part: Option<(u32, Vec<u8>)>,
}

impl<'l> Upload<'l> {
    /// The table of a job, with its bytes.
    pub const fn new(library: &'l Library, id: JobId, size: u64) -> Self {
        Self { library, id, size, position: 0, part: None }
    }

    /// What stands from the present place to the end of its part.
    fn rest(&mut self) -> io::Result<&[u8]> {
        let length = u64::try_from(PART).unwrap_or(u64::MAX);
        let number = u32::try_from(self.position / length).map_err(|_| ErrorKind::InvalidInput)?;
        if self.part.as_ref().is_none_or(|(present, _)| *present != number) {
            let found = self.library.office(Drawer::Jobs, &part_of(&self.id, number)).map_err(io::Error::other)?;
            self.part = Some((number, found.ok_or(ErrorKind::UnexpectedEof)?));
        }
        let within = usize::try_from(self.position % length).unwrap_or(PART);
        Ok(self.part.as_ref().and_then(|(_, bytes)| bytes.get(within..)).unwrap_or_default())
    }
}

impl Read for Upload<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size {
            return Ok(0);
        }
        let read = self.rest()?.read(buffer)?;
        self.position = self.position.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

impl Seek for Upload<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = place.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
