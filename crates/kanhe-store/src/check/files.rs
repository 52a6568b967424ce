//! The files behind it all: each is read once to its end, for what newer entries lie over is asked for nowhere else.

use super::finding::{Defect, Place};
use super::walk::{Stop, Walk};
use crate::family::Family;

pub(super) fn files(walk: &mut Walk<'_>) -> Result<(), Stop> {
    for family in Family::ALL {
        match walk.library.read_family(family, || walk.row()) {
            // One that cannot be read keeps nobody from the next.
            Err(Stop::Failed(error)) => walk.find(Place::Library, Defect::Unreadable(error))?,
            read => read?,
        }
    }
    Ok(())
}
