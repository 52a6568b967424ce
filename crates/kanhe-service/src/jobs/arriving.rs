//! A table on its way here. Until a job takes it, it is nobody's, and it goes when whoever brings it has gone.
//!
//! One paper says how it stands, and every commit about the table looks at it: a part is laid down, and a job takes the table, only where it
//! still arrives. So whichever comes first, a caller who hangs up or the commit of his job, there is a job with its whole table or neither.

use super::drawer::{Shelf, part_of, take_all};
use super::error::JobError;
use super::job::JobId;
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::problem::Problem;
use kanhe_core::code::Uscc;
use kanhe_store::find::LONGEST_PAGE;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use tokio::runtime::Handle;

/// What the paper of a table says that still arrives, and that of one that is given up and whose parts are being taken away.
const ARRIVES: &[u8] = &[];
const GIVEN_UP: &[u8] = &[1];

/// A table on its way here, and the place that it takes. What has come of it goes with this, unless it is a job's by then.
pub struct Arriving {
    house: Shared,
    id: JobId,
}

impl Arriving {
    /// Begins to take in a table of an agency, if there is a place for it.
    pub async fn begin(house: &Shared, agency: Uscc) -> Result<Self, Problem> {
        let keeper = house.clone();
        // Made where the paper is laid down: a caller who hangs up meanwhile leaves it to be dropped there, behind the commit.
        aside(house, move |house| {
            let id = JobId::new(house.chance());
            house.jobs.expect(id, agency)?;
            let arriving = Self { house: keeper, id };
            house.library.commit::<_, JobError>(|pen| Ok(pen.put_office(Drawer::Jobs, &paper_of(&id), ARRIVES)?))?;
            Ok::<_, JobError>(arriving)
        })
        .await
    }

    /// The id of the job that it is to be.
    pub const fn id(&self) -> JobId {
        self.id
    }

    /// The house that it comes into.
    pub(super) const fn house(&self) -> &Shared {
        &self.house
    }

    /// Lays down a part of it.
    pub(super) async fn keep(&self, part: u32, bytes: Vec<u8>) -> Result<(), Problem> {
        let id = self.id;
        aside(&self.house, move |house| {
            house.library.commit::<_, JobError>(|pen| {
                still_arrives(pen, &id)?;
                Ok(pen.put_office(Drawer::Jobs, &part_of(&id, part), &bytes)?)
            })
        })
        .await
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.house.jobs.expect_no_more(&self.id);
        // Without a runtime the service has stopped, and its next start finds what is left.
        let Ok(runtime) = Handle::try_current() else { return };
        let (house, id) = (self.house.clone(), self.id);
        runtime.spawn_blocking(move || {
            if let Err(error) = give_up(&house.library, &id) {
                tracing::error!(job = %id, code = error.code(), "a table that nobody brings any more is still here");
            }
        });
    }
}

/// Takes a table for a job, in the commit in which the job is laid down.
pub(super) fn taken(pen: &mut Pen<'_>, id: &JobId) -> Result<(), JobError> {
    still_arrives(pen, id)?;
    pen.take_office(Drawer::Jobs, &paper_of(id));
    Ok(())
}

fn still_arrives(pen: &Pen<'_>, id: &JobId) -> Result<(), JobError> {
    let arrives = pen.office(Drawer::Jobs, &paper_of(id))?.is_some_and(|paper| paper == ARRIVES);
    if arrives { Ok(()) } else { Err(JobError::UploadGone) }
}

/// Takes away a table that no job has taken; what was begun and broke off goes on with the next start.
fn give_up(library: &Library, id: &JobId) -> Result<(), StoreError> {
    let paper = paper_of(id);
    // Nearly always it is a job's, and there is nothing to write.
    if library.office(Drawer::Jobs, &paper)?.is_none() {
        return Ok(());
    }
    let is_nobodys = library.commit::<_, StoreError>(|pen| {
        let found = pen.office(Drawer::Jobs, &paper)?.is_some();
        if found { pen.put_office(Drawer::Jobs, &paper, GIVEN_UP).map(|()| true) } else { Ok(false) }
    })?;
    if !is_nobodys {
        return Ok(());
    }
    take_all(library, Shelf::Uploads, id)?;
    library.commit(|pen| {
        pen.take_office(Drawer::Jobs, &paper);
        Ok(())
    })
}

/// Takes away what a service that was killed has left behind of tables on their way.
pub(super) fn left_behind(house: &House) -> Result<(), StoreError> {
    let found = house.library.office_page(Drawer::Jobs, &Shelf::Arriving.at(&[]), None, LONGEST_PAGE)?;
    let ids = found.papers.iter().filter_map(|(key, _)| key.get(1..)?.try_into().ok().map(JobId::new));
    ids.filter(|id| !house.jobs.expects(id)).try_for_each(|id| give_up(&house.library, &id))
}

fn paper_of(id: &JobId) -> Vec<u8> {
    Shelf::Arriving.at(&[id.as_bytes()])
}
