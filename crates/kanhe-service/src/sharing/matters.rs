//! The matters of an agency (事项), and the certificates that each needs.

use super::refusal::ShareError;
use crate::accounts::paper::{read, written};
use crate::accounts::uses::{Use, UseAct, note_use};
use crate::accounts::{Caller, Forbidden, Right};
use crate::house::House;
use kanhe_core::code::Uscc;
use kanhe_issuer::sharing::Matter;
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, Pen, StoreError};

/// A page of matters.
pub struct Matters {
    /// In the order of their codes.
    pub matters: Vec<Matter>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

/// A matter of an agency.
pub fn find(library: &Library, agency: &Uscc, code: &str) -> Result<Matter, ShareError> {
    let paper = library.office(Drawer::Matters, &key_of(agency, code))?.ok_or(ShareError::MatterUnknown)?;
    Ok(read(&paper)?)
}

/// The matters of an agency.
pub fn list(library: &Library, agency: &Uscc, after: Option<&Cursor>, most: usize) -> Result<Matters, StoreError> {
    let page = library.office_page(Drawer::Matters, &key_of(agency, ""), after, most)?;
    let matters = page.papers.iter().map(|(_, paper)| read(paper)).collect::<Result<_, _>>()?;
    Ok(Matters { matters, next: page.next })
}

/// Writes a matter down, in the place of the one of that code. Whether it is a new one.
pub fn put(house: &House, by: &Caller, matter: &Matter) -> Result<bool, ShareError> {
    may_manage(by, matter)?;
    let key = key_of(&by.agency, matter.code());
    house.library.commit(|pen| {
        let before = pen.office(Drawer::Matters, &key)?;
        before.as_deref().map_or(Ok(()), |before| may_manage_kept(by, before))?;
        pen.put_office(Drawer::Matters, &key, &written(matter))?;
        note(pen, house, by, UseAct::MatterPut, matter.code())?;
        Ok(before.is_none())
    })
}

/// Takes a matter away.
pub fn take(house: &House, by: &Caller, code: &str) -> Result<(), ShareError> {
    let key = key_of(&by.agency, code);
    house.library.commit(|pen| {
        may_manage_kept(by, &pen.office(Drawer::Matters, &key)?.ok_or(ShareError::MatterUnknown)?)?;
        pen.take_office(Drawer::Matters, &key);
        Ok(note(pen, house, by, UseAct::MatterTaken, code)?)
    })
}

/// Refuses who may not act for every type that a matter takes.
fn may_manage(by: &Caller, matter: &Matter) -> Result<(), Forbidden> {
    matter.wants().iter().try_for_each(|want| by.may_for_all(Right::Administer, &want.types))
}

fn may_manage_kept(by: &Caller, paper: &[u8]) -> Result<(), ShareError> {
    Ok(may_manage(by, &read(paper)?)?)
}

fn note(pen: &mut Pen<'_>, house: &House, by: &Caller, act: UseAct, code: &str) -> Result<(), StoreError> {
    let entry = Use { at: house.now(), agency: by.agency, actor: by.actor.clone(), act, subject: format!("matter:{code}"), until: None };
    note_use(pen, &entry, house.chance())
}

fn key_of(agency: &Uscc, code: &str) -> Vec<u8> {
    [agency.as_str().as_bytes(), code.as_bytes()].concat()
}
