//! The events of the log that a caller hears of.

use super::within;
use crate::accounts::{Caller, Right};
use crate::house::House;
use crate::http::problem::Problem;
use crate::webhooks::{Addressee, addressee};
use axum::http::StatusCode;
use kanhe_core::code::{ProjectCode, TypeCode};
use kanhe_core::event::{Act, Event};
use kanhe_issuer::publisher::{ProvenEvent, prove_event};
use kanhe_issuer::question::EventsWanted;
use kanhe_issuer::recorded::Beginning;

/// Which events of the log a caller asks for; what is none is not asked.
pub struct EventsAsked<'a> {
    /// As far as an event says it itself.
    pub wanted: EventsWanted<'a>,
    /// About this certificate or application.
    pub subject: Option<&'a str>,
    /// About certificates and applications of this type.
    pub type_code: Option<TypeCode>,
}

/// A page of events that the caller hears of.
pub struct EventsFound {
    /// How many events the log has.
    pub size: u64,
    /// With their indices, in the order of the log.
    pub events: Vec<(u64, Event)>,
    /// The index at which the next page begins, if there may be one.
    pub next: Option<u64>,
}

/// So many events are looked at for one answer: who asks for something rare in a long log is answered in parts, and keeps nobody waiting.
const LOOKED_AT: u64 = 20_000;

impl House {
    /// One page of what happened to the certificates and applications of the caller's agency, and to the region's manifest.
    pub fn events_of(&self, caller: &Caller, asked: &EventsAsked<'_>, from: u64, most: usize) -> Result<EventsFound, Problem> {
        caller.may(Right::Audit)?;
        let size = self.library.log_size()?;
        let from = match asked.wanted.since.map(|since| self.recording.beginnings.of(&self.library, from, since, LOOKED_AT)).transpose()? {
            None => from,
            Some(Beginning::At(first)) => first,
            // Who asks again goes on from there: so far nobody has to look a second time.
            Some(Beginning::NotBefore(first)) => return Ok(EventsFound { size, events: Vec::new(), next: Some(first) }),
        };
        let indices: Box<dyn Iterator<Item = u64>> = match asked.subject {
            None => Box::new(from..size),
            Some(subject) => Box::new(self.indices_of(caller, subject)?.into_iter().filter(move |index| (from..size).contains(index))),
        };
        let mut found = EventsFound { size, events: Vec::new(), next: None };
        for (looked_at, index) in (0..).zip(indices) {
            if looked_at >= LOOKED_AT || found.events.len() >= most {
                found.next = Some(index);
                break;
            }
            let event = self.library.event_at(index)?;
            if asked.wanted.are(&event) {
                let heard = self.hears_of(caller, &event, asked.type_code.as_ref())?;
                found.events.extend(heard.then_some((index, event)));
            }
        }
        Ok(found)
    }

    /// The event at an index of the log, proved, if the caller hears of it.
    pub fn proof_of(&self, caller: &Caller, index: &str) -> Result<ProvenEvent, Problem> {
        caller.may(Right::Audit)?;
        let absent = || Problem::new(StatusCode::NOT_FOUND, "event_not_found", "your agency has no event of this index");
        let index = index.parse().map_err(|_| absent())?;
        if index >= self.library.log_size()? {
            return Err(absent());
        }
        let event = self.library.event_at(index)?;
        if !self.hears_of(caller, &event, None)? {
            return Err(absent());
        }
        Ok(prove_event(&self.library, index)?)
    }

    /// Where everything that happened to a certificate or an application of the caller's stands in the log.
    fn indices_of(&self, caller: &Caller, subject: &str) -> Result<Vec<u64>, Problem> {
        if ProjectCode::parse(subject).is_ok() {
            return Ok(self.application_of(caller, Right::Audit, subject)?.project.events);
        }
        let own = self.certificate_named(caller, Right::Audit, "`subject`", subject)?;
        Ok(self.library.history(own.mark)?.into_iter().map(|(index, _)| index).collect())
    }

    /// Whether a caller hears of an event: what the region says of itself (its manifest, its types, whom it recognises) is everybody's.
    fn hears_of(&self, caller: &Caller, event: &Event, type_code: Option<&TypeCode>) -> Result<bool, Problem> {
        if matches!(event.act, Act::Manifest | Act::Type | Act::Recognition) {
            return Ok(type_code.is_none());
        }
        let concerned = addressee(&self.library, event)?;
        let own = |of: &Addressee| within(caller).has(&of.type_code, &of.agency);
        Ok(concerned.is_some_and(|of| own(&of) && type_code.is_none_or(|code| *code == of.type_code)))
    }
}
