//! The proof that an event stands in the published log, with the event itself: who has it needs neither the library nor us.

use super::EventProofError;
use kanhe_core::event::Event;
use kanhe_log::bundle::ProofBundle;
use kanhe_store::Library;

/// An event, and the proof that it stands in a published log.
#[derive(Clone, Debug)]
pub struct ProvenEvent {
    /// The event.
    pub event: Event,
    /// How many events the published log has.
    pub size: u64,
    /// The proof (c2sp.org/tlog-proof), with the event as its extra data.
    pub bundle: ProofBundle,
}

/// Proves that the event at an index stands in the checkpoint that was published last.
///
/// # Errors
///
/// There is no such event, no checkpoint was published yet, the event is behind its end, or it is lost.
pub fn prove_event(library: &Library, index: u64) -> Result<ProvenEvent, EventProofError> {
    let size = library.log_size()?;
    if index >= size {
        return Err(EventProofError::NoEvent { index, size });
    }
    let published = library.checkpoint()?.zip(library.published()?).filter(|(_, head)| index < head.size);
    let (note, head) = published.ok_or(EventProofError::Unpublished)?;
    let event = library.event_at(index)?;
    let bundle = ProofBundle::new(index, library.prove(index, head.size)?, &note)?.with_extra(&event.encode())?;
    Ok(ProvenEvent { event, size: head.size, bundle })
}
