//! What an export says of a certificate, and of an event.

use crate::shown::{Event as Shown, Worth};
use jiff::civil::Date;
use kanhe_core::certificate::{Certificate, Holder, Value as Said};
use kanhe_core::code::HolderCode;
use kanhe_core::event::Event;
use kanhe_core::hex::Hex;
use kanhe_core::kind::Label;
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::sight;
use kanhe_store::{Card, Library, Record, Shelfmark, StoreError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A certificate as it is exported, to one of its holders or to who keeps the library.
pub struct Sheet<'h> {
    card: Card,
    record: Record,
    certificate: Certificate,
    history: Vec<(u64, Event)>,
    worth: Worth,
    only: Option<&'h HolderCode>,
}

impl<'h> Sheet<'h> {
    /// Reads all that the library keeps of a certificate; `only` is the holder whom it is exported to.
    pub fn read(
        library: &Library,
        mark: Shelfmark,
        (doubts, today): (&Doubts, Date),
        only: Option<&'h HolderCode>,
    ) -> Result<Self, StoreError> {
        let record = library.record(mark)?;
        let certificate = record.certificate()?;
        let (card, history) = (library.card(mark)?, library.history(mark)?);
        let worth = Worth::of(library, mark, doubts, today)?;
        Ok(Self { card, record, certificate, history, worth, only })
    }

    /// The signed certificate and its name; none where it would tell one person the number of another.
    pub fn file(&self) -> Option<(String, &[u8])> {
        let hides = self.certificate.holders.iter().any(|holder| self.hides(holder));
        (!hides).then(|| (format!("certificates/{}.cose", self.card.identifier.without_root()), self.record.envelope.as_slice()))
    }

    /// The events that it speaks of.
    pub fn events(&self) -> impl Iterator<Item = u64> {
        self.history.iter().map(|(index, _)| *index)
    }

    /// Everything that is known of it, as one line of JSON.
    pub fn line(&self, library: &Library, catalogue: &Catalogue) -> Result<Value, StoreError> {
        let (card, certificate) = (&self.card, &self.certificate);
        let successor = card.successor.map(|mark| library.card(mark)).transpose()?;
        let kind = catalogue.find(card.type_code().as_str());
        Ok(json!({
            "identifier": card.identifier.to_string(), "number": certificate.number,
            "type": { "code": card.type_code().as_str(), "names": label(&certificate.type_names) },
            "issuer": { "code": card.agency().as_str(), "names": label(&certificate.issuer_names) },
            "region": certificate.region.to_string(),
            "holders": certificate.holders.iter().map(|holder| self.holder(holder)).collect::<Vec<_>>(),
            "issued": card.issued.to_string(), "from": card.from.to_string(), "until": card.until.map(|until| until.to_string()),
            "fields": certificate.fields.iter().map(|(name, said)| field(name, said, kind)).collect::<Vec<_>>(),
            "state": card.state.word(), "condition": self.worth.condition.word(),
            "behind_cut_off": self.worth.doubt.behind_cut_off, "refused_as": self.worth.doubt.refused_as,
            "effective": card.effective.to_string(), "recorded": card.recorded.to_string(),
            "predecessor": certificate.predecessor.as_ref().map(ToString::to_string),
            "successor": successor.map(|card| card.identifier.to_string()),
            "slot": card.slot, "request_id": self.record.request, "seal": self.record.digits(),
            "file": self.file().map(|(name, _)| name), "sha256": Hex(&Sha256::digest(&self.record.envelope)).to_string(),
            "history": self.history.iter().map(|(index, event)| json!(Shown::new(*index, event))).collect::<Vec<_>>(),
        }))
    }

    fn holder(&self, holder: &Holder) -> Value {
        let masked = self.hides(holder);
        let code = if masked { sight::masked(holder.code()) } else { holder.code().expose().to_owned() };
        json!({ "name": holder.name(), "code_type": format!("{:03}", holder.code().kind().code()), "code": code, "masked": masked })
    }

    /// Whether a holder's number is none of the business of whom this is exported to; the codes of organisations are public.
    fn hides(&self, holder: &Holder) -> bool {
        self.only.is_some_and(|only| holder.code() != only && !holder.code().kind().is_organisation())
    }
}

/// An event with the very bytes that the log commits to.
pub fn event_line(index: u64, event: &Event) -> Value {
    let encoded = event.encode();
    let mut line = json!(Shown::new(index, event));
    if let Some(line) = line.as_object_mut() {
        line.insert("entry".to_owned(), json!(Hex(&Event::entry_of(&encoded)).to_string()));
        line.insert("cbor".to_owned(), json!(Hex(&encoded).to_string()));
    }
    line
}

fn field(name: &str, said: &Said, kind: Option<&CertificateKind>) -> Value {
    let value = match said {
        Said::Text(text) => json!(text),
        Said::Count(count) => json!(count),
        Said::Flag(flag) => json!(flag),
        Said::List(members) => json!(members),
    };
    let names = kind.and_then(|kind| kind.form().iter().find(|field| field.name == name)).map(|field| label(&field.label));
    json!({ "name": name, "label": names, "value": value })
}

fn label(label: &Label) -> Value {
    json!({ "zh": label.zh, "en": label.en })
}
