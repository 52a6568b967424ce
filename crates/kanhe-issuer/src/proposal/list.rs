//! Certificates that are changed together: a text of lines, which the approver can read and hash.

use super::error::ProposalError;
use super::paper::Deed;
use crate::lifecycle;
use crate::registrar::{RegistrarError, condition_on, naming};
use jiff::Timestamp;
use kanhe_core::code::CertificateId;
use kanhe_store::{Card, Library, Pen, Shelfmark, StoreError};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A proposal is about at most so many certificates: the cards of all are read in the commit of the approval, which takes some tens of
/// milliseconds.
pub const MOST_CERTIFICATES: usize = 10_000;

/// Writes the list of certificates that an act is allowed for, at a moment.
pub(super) fn write(library: &Library, deed: Deed, identifiers: &[CertificateId], at: Timestamp) -> Result<(u32, String), ProposalError> {
    let change = deed.change().ok_or(ProposalError::Length { found: 0, most: MOST_CERTIFICATES })?;
    let (mut lines, mut refused) = (BTreeMap::new(), Vec::new());
    for identifier in identifiers {
        let absent = || RegistrarError::NotFound { identifier: identifier.to_string() };
        let card = library.card(library.find(identifier)?.ok_or_else(absent)?)?;
        match lifecycle::allow(condition_on(&card, at), change) {
            Ok(_) => drop(lines.insert(identifier.to_string(), line(&card))),
            Err(error) => refused.push((identifier.to_string(), library.rehearse(|pen| naming(pen, &card, error))??)),
        }
    }
    if !refused.is_empty() {
        return Err(ProposalError::NotAllowed { refused });
    }
    let found = lines.len();
    let number = u32::try_from(found).ok().filter(|_| (1..=MOST_CERTIFICATES).contains(&found));
    let number = number.ok_or(ProposalError::Length { found, most: MOST_CERTIFICATES })?;
    let mut text = format!("{}\n", deed.word());
    for line in lines.values() {
        let _ = writeln!(text, "{line}");
    }
    Ok((number, text))
}

/// A certificate as a list has it: any act upon it makes another line of it.
fn line(card: &Card) -> String {
    format!("{} {} {}", card.identifier, card.state.word(), card.recorded)
}

/// A list, read back.
pub(super) struct List(Vec<Row>);

/// One of its certificates.
pub(super) struct Row {
    pub(super) shelfmark: Shelfmark,
    pub(super) identifier: CertificateId,
    line: String,
}

impl List {
    /// Reads the list of a proposal, and where its certificates stand.
    pub(super) fn read(library: &Library, content: &[u8]) -> Result<Self, ProposalError> {
        Self::part(library, content, 0, MOST_CERTIFICATES)
    }

    /// Reads some of its certificates, those from a place on.
    pub(super) fn part(library: &Library, content: &[u8], place: usize, most: usize) -> Result<Self, ProposalError> {
        let malformed = || StoreError::Malformed { family: "office" };
        let text = std::str::from_utf8(content).map_err(|_| malformed())?;
        let row = |line: &str| -> Result<Row, ProposalError> {
            let identifier = line.split(' ').next().and_then(|identifier| CertificateId::parse(identifier).ok()).ok_or_else(malformed)?;
            let shelfmark = library.find(&identifier)?.ok_or_else(malformed)?;
            Ok(Row { shelfmark, identifier, line: line.to_owned() })
        };
        text.lines().skip(1).skip(place).take(most).map(row).collect::<Result<_, _>>().map(Self)
    }

    /// Its certificates, in their order.
    pub(super) fn rows(&self) -> &[Row] {
        &self.0
    }

    /// Refuses a list of which a certificate has changed.
    pub(super) fn still_stands(&self, pen: &Pen<'_>) -> Result<(), ProposalError> {
        let mut changed = Vec::new();
        for row in &self.0 {
            let now = line(&pen.card(row.shelfmark)?);
            if now != row.line {
                changed.push((row.line.clone(), now));
            }
        }
        if changed.is_empty() { Ok(()) } else { Err(ProposalError::CertificatesChanged { changed }) }
    }
}

impl Row {
    /// Whether the certificate is as the list has it.
    pub(super) fn stands(&self, card: &Card) -> bool {
        line(card) == self.line
    }
}
