//! What happened, for machines.

use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::CertificateId;
use kanhe_core::event;
use kanhe_issuer::doubt::{Doubt, Doubts};
use kanhe_issuer::lifecycle::{Condition, Past, state_at};
use kanhe_issuer::recorded;
use kanhe_store::{Library, Shelfmark, StoreError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// An event of the log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Event)]
pub struct Event {
    /// Its index in the log.
    pub index: u64,
    /// What was done.
    pub act: Cow<'static, str>,
    /// To what: an identifier, the code of an application, a manifest.
    pub subject: String,
    /// From when on it holds (RFC 3339).
    #[schema(format = DateTime)]
    pub effective: String,
    /// When it was written down (RFC 3339).
    #[schema(format = DateTime)]
    pub recorded: String,
    /// The legal basis.
    pub basis: String,
    /// The reason.
    pub reason: String,
    /// Who did it.
    pub actor: String,
    /// What else it is about: the version that was replaced, the region, the department and its opinion.
    #[schema(required)]
    pub other: Option<String>,
    /// The decision that allowed it, where a second person had to.
    #[schema(required)]
    pub approval: Option<EventApproval>,
}

/// A page of events.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// How many events the log has, of every agency.
    pub size: u64,
    /// In the order of the log. There may be few or none though more are to come: only so many are looked at for one answer.
    pub events: Vec<EventLine>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    pub next: Option<u64>,
}

/// An event, and where its proof is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventLine {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// The path of the proof that it stands in the published log; null until the next checkpoint.
    #[schema(required)]
    pub proof: Option<String>,
}

/// Who allowed it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventApproval {
    /// The code of the application, or of the proposal.
    pub project: String,
    /// Who decided.
    pub approver: String,
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    pub decided: String,
}

impl Event {
    /// The event at an index of the log.
    pub fn new(index: u64, event: &event::Event) -> Self {
        let approval = event.approval.as_ref().map(|approval| EventApproval {
            project: approval.project.as_str().to_owned(),
            approver: approval.approver.clone(),
            decided: approval.decided.to_string(),
        });
        Self {
            index,
            act: event.act.word().into(),
            subject: event.subject.clone(),
            effective: event.effective.to_string(),
            recorded: event.recorded.to_string(),
            basis: event.basis.clone(),
            reason: event.reason.clone(),
            actor: event.actor.clone(),
            other: event.other.clone(),
            approval,
        }
    }
}

/// Everything that happened to a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The certificate.
    pub identifier: String,
    /// What held at a moment, if one was named.
    #[schema(required)]
    pub at: Option<Then>,
    /// Its condition today.
    pub now: Cow<'static, str>,
    /// Whether a stolen key signed it behind the cut-off that the manifest names: counters refuse it (`key_stolen`), whatever its condition.
    #[serde(default)]
    #[schema(required)]
    pub behind_cut_off: bool,
    /// The code with which counters refuse it, or cannot tell of it, because the manifest is not behind it any more: `issuer_unknown`,
    /// `key_not_for_seals`, `outside_key_window`, `out_of_scope`, `type_unknown`, `dictionary_unknown`. Null where it is.
    #[serde(default)]
    #[schema(required)]
    pub refused_as: Option<Cow<'static, str>>,
    /// What happened, the oldest first.
    pub events: Vec<Event>,
}

/// What held at a moment.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Then {
    /// The moment (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "written", deserialize_with = "read")]
    pub moment: Timestamp,
    /// As far as the library knew it at this one (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "written", deserialize_with = "read")]
    pub known: Timestamp,
    /// The condition; null before the certificate was issued.
    #[schema(required, value_type = Option<String>)]
    #[serde(serialize_with = "word", deserialize_with = "condition")]
    pub condition: Option<Condition>,
}

fn written<S: serde::Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(moment)
}

fn word<S: serde::Serializer>(condition: &Option<Condition>, serializer: S) -> Result<S::Ok, S::Error> {
    condition.map(Condition::word).serialize(serializer)
}

fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn condition<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Condition>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    Ok(word.and_then(|word| Condition::ALL.into_iter().find(|condition| condition.word() == word)))
}

impl History {
    /// Reads what happened to a certificate.
    pub fn read(
        library: &Library,
        identifier: &CertificateId,
        mark: Shelfmark,
        past: Option<Past>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (history, card) = (library.history(mark)?, library.card(mark)?);
        let by = match history.last() {
            Some((index, last)) if last.recorded > now => recorded::by(library, *index, now)?,
            Some(_) | None => now,
        };
        let then = |past: Past| {
            let state = state_at(identifier, history.iter().map(|(_, event)| event), past, by);
            let condition = state.map(|state| Condition::of(state, card.from, card.until, day_in_china(past.at)));
            Then { moment: past.at, known: past.known, condition }
        };
        let Doubt { behind_cut_off, refused_as } = Doubts::known_to(library)?.at(library, mark, &card)?;
        Ok(Self {
            identifier: identifier.to_string(),
            at: past.map(then),
            now: Condition::of(card.state, card.from, card.until, day_in_china(now)).word().into(),
            behind_cut_off,
            refused_as: refused_as.map(Cow::Borrowed),
            events: history.iter().map(|(index, event)| Event::new(*index, event)).collect(),
        })
    }
}
