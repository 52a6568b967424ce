//! `kanhe status sign --library`: status lists derived from what the library knows, never edited.

use super::{BY_ITSELF, alone, manifest, open, stored};
use crate::cli::LibraryArg;
use crate::failure::Failure;
use crate::verbs::status::{Signed, Signer, defect};
use kanhe_issuer::publisher::list_of;
use kanhe_store::StoreError;

/// Signs the lists that have changed since they were last signed, and those that would soon be of no use; or all.
pub fn sign_lists(arg: &LibraryArg, all: bool, signer: &Signer<'_>) -> Result<Signed, Failure> {
    alone(&arg.library, BY_ITSELF)?;
    let library = open(arg)?;
    let manifest = manifest(&library)?;
    let agency = signer.agency(&manifest)?;
    let mut signed = Signed::default();
    for (number, page) in library.pages(&agency.code).map_err(stored)? {
        if page.changes == page.signed && !all && signer.holds(agency, number) {
            continue;
        }
        let states = library.states(&agency.code, number).map_err(stored)?;
        signed.count(states.iter().map(|(_, state)| *state));
        let unheld = library.unheld(number).map_err(stored)?;
        signer.sign(agency, number, list_of(states, unheld).map_err(defect)?)?;
        // Remembered only when the file is there. What changed meanwhile is counted already, and signed the next time.
        let remembered = library.commit(|pen| -> Result<(), StoreError> { pen.page_signed(&agency.code, number, page.changes) });
        remembered.map_err(stored)?;
    }
    Ok(signed)
}
