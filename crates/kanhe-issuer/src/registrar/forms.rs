//! The type files by which certificates were issued. They are kept with the certificates, for a request that comes again is read by the form
//! by which it was read first, and a folder of type files has no more than one edition of a type.

use super::{Entered, RegistrarError, Signed};
use kanhe_store::{Drawer, Pen, StoreError, taken};

/// Keeps the type files of what was entered, in the same commit. Those that are signed together mostly have one.
pub(super) fn keep_all(pen: &mut Pen<'_>, signed: &[Signed], entered: &[Result<Entered, RegistrarError>]) -> Result<(), StoreError> {
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
pub(crate) fn keep(pen: &mut Pen<'_>, signed: &Signed) -> Result<(), StoreError> {
    let code = signed.issued.certificate().identifier.type_code();
    let place = taken::issued_by(code.as_str(), &signed.file_digest);
    if !pen.has_office(Drawer::Taken, &place)? {
        pen.put_office(Drawer::Taken, &place, &signed.file)?;
    }
    Ok(())
}
