//! What a renewal says besides its longer term: 延续 and 变更 may be applied for in one, and whoever renews is told what else has changed.

use super::Registrar;
use kanhe_core::certificate::Certificate;
use kanhe_core::event::Act;
use kanhe_store::{Shelfmark, StoreError};

/// The printed number, by the name of its column: it is no field of a form.
const NUMBER: &str = "number";

impl Registrar<'_> {
    /// The fields in which a certificate that was renewed differs from the version before, by their names; none of one that came about otherwise.
    pub fn changed_by_renewal(&self, mark: Shelfmark) -> Result<Vec<String>, StoreError> {
        let library = self.library;
        let card = library.card(mark)?;
        let Some(before) = card.predecessor else { return Ok(Vec::new()) };
        let own = card.identifier.to_string();
        let came = library.history(mark)?.into_iter().find(|(_, event)| event.subject == own);
        if came.is_none_or(|(_, event)| event.act != Act::Renew) {
            return Ok(Vec::new());
        }
        Ok(changed(&library.record(before)?.certificate()?, &library.record(mark)?.certificate()?))
    }
}

/// The names of what two versions say differently, in the order of the later one.
fn changed(before: &Certificate, after: &Certificate) -> Vec<String> {
    let number = (before.number != after.number).then_some(NUMBER);
    let other = after.fields.iter().filter(|(name, said)| before.field(name) != Some(said));
    let gone = before.fields.iter().filter(|(name, _)| after.field(name).is_none());
    number.into_iter().chain(other.chain(gone).map(|(name, _)| name.as_str())).map(str::to_owned).collect()
}
