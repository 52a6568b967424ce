//! What the jobs of an agency that are not over take: counted in the commits that change them, so that asking is one look, and no two
//! tables that come at the same moment find the same room.

use super::drawer::Shelf;
use super::error::JobError;
use super::job::Job;
use super::queue::Rules;
use crate::accounts::paper::{read, written};
use kanhe_core::code::Uscc;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};

/// The jobs of an agency that wait, are worked on, are paused or have failed: each keeps its table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Burden {
    /// How many they are.
    #[n(0)]
    pub jobs: u64,
    /// Bytes of their tables.
    #[n(1)]
    pub bytes: u64,
}

impl Burden {
    /// That of an agency, as it stands on the disk.
    pub fn find(library: &Library, agency: &Uscc) -> Result<Self, StoreError> {
        Self::decode(library.office(Drawer::Jobs, &place(agency))?)
    }

    /// That of an agency, as a commit finds it.
    pub(super) fn in_commit(pen: &Pen<'_>, agency: &Uscc) -> Result<Self, StoreError> {
        Self::decode(pen.office(Drawer::Jobs, &place(agency))?)
    }

    fn decode(paper: Option<Vec<u8>>) -> Result<Self, StoreError> {
        paper.map_or(Ok(Self::default()), |paper| read(&paper))
    }

    /// Refuses one more table of so many bytes, if there is no room for it.
    pub fn bears(self, size: u64, rules: &Rules) -> Result<(), JobError> {
        if self.jobs >= rules.most_jobs {
            return Err(JobError::TooMany { most: rules.most_jobs });
        }
        let (found, most) = (self.bytes.saturating_add(size), rules.most_bytes);
        if found > most { Err(JobError::TooLarge { found, most }) } else { Ok(()) }
    }
}

/// Counts a job that is laid down, or that is over now.
pub(super) fn weigh(pen: &mut Pen<'_>, before: Option<&Job>, job: &Job) -> Result<(), StoreError> {
    let (was, is) = (before.is_some_and(|before| !before.condition.is_over()), !job.condition.is_over());
    if was == is {
        return Ok(());
    }
    let Burden { jobs, bytes } = Burden::in_commit(pen, &job.agency)?;
    let burden = if is {
        Burden { jobs: jobs.saturating_add(1), bytes: bytes.saturating_add(job.size) }
    } else {
        // A job that was handed in before jobs were counted takes nothing from the others.
        Burden { jobs: jobs.saturating_sub(1), bytes: bytes.saturating_sub(job.size) }
    };
    if burden == Burden::default() {
        pen.take_office(Drawer::Jobs, &place(&job.agency));
        return Ok(());
    }
    pen.put_office(Drawer::Jobs, &place(&job.agency), &written(&burden))
}

fn place(agency: &Uscc) -> Vec<u8> {
    Shelf::Burdens.at(&[agency.as_str().as_bytes()])
}
