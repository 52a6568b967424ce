//! `kanhe status sign --library`: status lists derived from what the library knows, never edited.

use super::{BY_ITSELF, alone, manifest, open, stored};
use crate::cli::LibraryArg;
use crate::failure::Failure;
use crate::verbs::status::{Signed, Signer, defect};
use kanhe_issuer::publisher::list_of;

/// Signs the lists that the folder does not have as the library knows them, and those that would soon be of no use; or all.
pub fn sign_lists(arg: &LibraryArg, all: bool, signer: &Signer<'_>) -> Result<Signed, Failure> {
    alone(&arg.library, BY_ITSELF)?;
    let library = open(arg)?;
    library.may_be_written().map_err(stored)?;
    let signer = signer.telling_of(&library)?;
    let manifest = manifest(&library)?;
    let agency = signer.agency(&manifest)?;
    let mut signed = Signed::default();
    for (number, _) in library.pages(&agency.code).map_err(stored)? {
        let states = library.states(&agency.code, number).map_err(stored)?;
        let unheld = library.unheld(&agency.code, number).map_err(stored)?;
        let statuses = list_of(states.iter().copied(), unheld).map_err(defect)?;
        // Asked of the file itself: several folders have lists of one library, and none of them knows of what was signed into another.
        if !all && signer.holds(agency, number, &statuses) {
            signed.count_standing(states.into_iter().map(|(_, state)| state));
            continue;
        }
        signed.count(states.into_iter().map(|(_, state)| state));
        signer.sign(agency, number, statuses)?;
    }
    Ok(signed)
}
