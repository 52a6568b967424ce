//! Identifiers of other schemes that stand for a certificate.

use super::{Entry, Registrar, RegistrarError, event};
use crate::discretion::{of_people, tells_in_clear};
use crate::lifecycle;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::event::Act;
use kanhe_core::plain::is_plain;
use kanhe_core::spelling::folded;

impl Registrar<'_> {
    /// Lets an identifier of another scheme stand for a certificate: unique by scheme and value, however they are typed, and never moved.
    ///
    /// The codes of regions are schemes too, and so is the root of all identifiers: only a transfer enters them there.
    ///
    /// # Errors
    ///
    /// The scheme is one of those, or the value a person's number; there is no such certificate; another has the value; or the act is out of
    /// order in time.
    pub fn alias(&self, identifier: &CertificateId, scheme: &str, value: &str, entry: &Entry) -> Result<(), RegistrarError> {
        let known_by = (folded(scheme), folded(value));
        if RegionCode::parse(&known_by.0).is_ok() || known_by.0 == CertificateId::ROOT {
            return Err(RegistrarError::AliasOfRegion { scheme: scheme.to_owned() });
        }
        let read = self.library.find(identifier)?.ok_or_else(|| RegistrarError::NotFound { identifier: identifier.to_string() })?;
        let record = self.library.record(read)?;
        let (certificate, today) = (record.certificate()?, day_in_china(entry.now));
        if [scheme, value].iter().any(|half| tells_in_clear(half, of_people(&certificate.holders), today)) {
            return Err(RegistrarError::NumberInClear);
        }
        self.library.commit(|pen| match pen.alias(scheme, value)? {
            Some(other) if other != read => Err(RegistrarError::AliasTaken { identifier: pen.card(other)?.identifier.to_string() }),
            Some(_) => Ok(()),
            None => {
                lifecycle::in_order(entry.effective, pen.card(read)?.effective, entry.now)?;
                let other = Some(format!("{}:{}", scheme.trim(), value.trim()));
                let event = event(Act::Alias, &identifier.to_string(), &record.envelope, &record.seal, entry, other);
                pen.note(&[read], &event)?;
                pen.put_alias(&known_by.0, &known_by.1, read);
                Ok(())
            }
        })
    }

    /// Whether an identifier of another scheme stands for the certificate already.
    pub fn is_known_by(&self, identifier: &CertificateId, scheme: &str, value: &str) -> Result<bool, RegistrarError> {
        let known = self.library.rehearse(|pen| pen.alias(scheme, value))??;
        Ok(known.is_some() && known == self.library.find(identifier)?)
    }
}

/// Whether words can be half of an identifier of another scheme: 1 to 100 characters, blanks around them aside, and none that cannot be seen.
pub fn is_alias_part(words: &str) -> bool {
    (1..=100).contains(&words.trim().chars().count()) && is_plain(words)
}
