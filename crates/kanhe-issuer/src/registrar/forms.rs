//! The type files by which certificates were issued. They are kept with the certificates, in the same commit: a request that comes again is
//! read by the form by which it was read first, and a folder of type files has no more than one edition of a type.

use super::enter::{Lineage, enter};
use super::{Entered, RegistrarError, Signed};
use kanhe_store::{Drawer, Pen, StoreError, taken};

/// Enters first versions, and keeps the type files by which they were read.
pub(super) fn enter_all(pen: &mut Pen<'_>, signed: &[Signed]) -> Result<Vec<Result<Entered, RegistrarError>>, StoreError> {
    let entered: Vec<_> = signed.iter().map(|signed| enter(pen, signed, Lineage::First)).collect();
    keep_all(pen, signed, &entered)?;
    Ok(entered)
}

/// Enters one, as whatever it follows, and keeps its type file.
pub(crate) fn enter_one(pen: &mut Pen<'_>, signed: &Signed, lineage: Lineage<'_>) -> Result<Entered, RegistrarError> {
    let entered = enter(pen, signed, lineage)?;
    if let Entered::New(_) = entered {
        keep(pen, signed)?;
    }
    Ok(entered)
}

/// Keeps the type files of what was entered. Those that are signed together mostly have one.
fn keep_all(pen: &mut Pen<'_>, signed: &[Signed], entered: &[Result<Entered, RegistrarError>]) -> Result<(), StoreError> {
    let new = signed.iter().zip(entered).filter(|(_, entered)| matches!(entered, Ok(Entered::New(_)))).map(|(signed, _)| signed);
    let mut last: Option<&[u8]> = None;
    for signed in new {
        if last.is_none_or(|last| !std::ptr::eq(last, &*signed.file)) {
            keep(pen, signed)?;
        }
        last = Some(&signed.file);
    }
    Ok(())
}

/// Keeps the type file of one, where it is not kept yet.
fn keep(pen: &mut Pen<'_>, signed: &Signed) -> Result<(), StoreError> {
    let code = signed.issued.certificate().identifier.type_code();
    let place = taken::issued_by(code.as_str(), &signed.file_digest);
    if !pen.has_office(Drawer::Taken, &place)? {
        pen.put_office(Drawer::Taken, &place, &signed.file)?;
    }
    Ok(())
}
