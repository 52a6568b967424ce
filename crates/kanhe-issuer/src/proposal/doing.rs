//! What a proposal comes to: read beforehand, asked and done in the commit of the approval.

use super::error::ProposalError;
use super::list::List;
use super::motion::{recognition_of, sequence, stolen_key};
use super::paper::{Deed, Proposal};
use super::taken;
use crate::registrar::{Entry, Registrar, RegistrarError, event, is_newer, missing, put_manifest};
use kanhe_core::envelope::{Authentic, Envelope};
use kanhe_core::event::{Act, Approval, Event};
use kanhe_core::manifest::Manifest;
use kanhe_core::recognition::Recognition;
use kanhe_core::survivors::Survivors;
use kanhe_store::{Library, Pen, SignedManifest, StoreError};
use sha2::{Digest, Sha256};

/// The content of a proposal, read.
pub(super) enum Prepared {
    Type { file: Vec<u8> },
    Manifest(Box<NextManifest>),
    Recognition { envelope: Vec<u8> },
    Certificates(List),
}

/// A manifest, with the survivors of keys that it calls stolen.
pub(super) struct NextManifest {
    signed: SignedManifest,
    opened: Authentic<Manifest>,
    survivors: Vec<Vec<u8>>,
}

impl Prepared {
    pub(super) fn read(library: &Library, proposal: &Proposal, content: &[u8]) -> Result<Self, ProposalError> {
        match proposal.deed {
            Deed::Type => Ok(Self::Type { file: content.to_vec() }),
            Deed::Manifest => {
                let root = library.manifest()?.ok_or_else(|| missing(library))?.root;
                let items = sequence(content).unwrap_or_default();
                let (manifest, survivors) = items.split_first().ok_or(StoreError::Malformed { family: "office" })?;
                let signed = SignedManifest { envelope: manifest.to_vec(), root };
                let opened = Registrar::new(library).of_region(&signed)?;
                let survivors = survivors.iter().map(|list| list.to_vec()).collect();
                Ok(Self::Manifest(Box::new(NextManifest { signed, opened, survivors })))
            }
            Deed::Recognition => {
                let root = library.manifest()?.ok_or_else(|| missing(library))?.root;
                recognition_of(library, content, &root)?;
                Ok(Self::Recognition { envelope: content.to_vec() })
            }
            Deed::Suspend | Deed::Reinstate | Deed::Revoke | Deed::Annul | Deed::Cancel => {
                List::read(library, content).map(Self::Certificates)
            }
        }
    }

    /// Refuses a proposal about what has changed since.
    pub(super) fn still_fits(&self, pen: &Pen<'_>, proposal: &Proposal) -> Result<(), ProposalError> {
        if let Self::Certificates(list) = self {
            return list.still_stands(pen);
        }
        let (was, is) = (proposal.before.map(Into::into), stands(pen, proposal.deed, &proposal.subject)?);
        if was != is {
            return Err(ProposalError::Changed { deed: proposal.deed, was, is });
        }
        match self {
            Self::Manifest(next) => Ok(is_newer(pen.manifest()?.as_ref(), &next.opened)?),
            // The manifest may have got another root since it was read.
            Self::Recognition { envelope } => {
                let root = pen.manifest()?.ok_or(RegistrarError::NoManifest)?.root;
                Envelope::decode(envelope)?.authenticate::<Recognition>(&root)?;
                Ok(())
            }
            Self::Type { .. } | Self::Certificates(_) => Ok(()),
        }
    }

    /// Does it; many certificates are changed afterwards, some at a time.
    pub(super) fn carry_out(&self, pen: &mut Pen<'_>, proposal: &Proposal, entry: &Entry, approval: Approval) -> Result<(), ProposalError> {
        let Proposal { subject, number, .. } = proposal;
        match self {
            Self::Type { file } => {
                note(pen, Act::Type, &format!("type {subject} edition {number}"), file, entry, approval)?;
                taken::put_type(pen, subject, *number, file)?;
            }
            Self::Manifest(next) => {
                let NextManifest { signed, opened, survivors } = &**next;
                put_manifest(pen, signed, opened, entry, Some(approval))?;
                for list in survivors {
                    let read = Envelope::decode(list)?.authenticate::<Survivors>(&signed.root)?;
                    if let Some(key) = stolen_key(opened, &read) {
                        taken::put_survivors(pen, &key, list)?;
                    }
                }
            }
            Self::Recognition { envelope } => {
                note(pen, Act::Recognition, &format!("recognition {subject} edition {number}"), envelope, entry, approval)?;
                taken::put_recognition(pen, envelope)?;
            }
            Self::Certificates(_) => {}
        }
        Ok(())
    }
}

/// SHA-256 of what stands now where the content of a proposal would come; nothing where nothing does.
pub(super) fn stands(pen: &Pen<'_>, deed: Deed, subject: &str) -> Result<Option<[u8; 32]>, StoreError> {
    let found = match deed {
        Deed::Type => taken::newest_type(pen, subject)?,
        Deed::Manifest => pen.manifest()?.map(|present| present.envelope),
        Deed::Recognition => taken::recognition_in(pen)?,
        Deed::Suspend | Deed::Reinstate | Deed::Revoke | Deed::Annul | Deed::Cancel => None,
    };
    Ok(found.map(|bytes| Sha256::digest(bytes).into()))
}

fn note(pen: &mut Pen<'_>, act: Act, subject: &str, bytes: &[u8], entry: &Entry, approval: Approval) -> Result<(), StoreError> {
    let event = event(act, subject, bytes, &[], entry, None);
    pen.note(&[], &Event { seal: [0; 16], approval: Some(approval), ..event }).map(drop)
}
