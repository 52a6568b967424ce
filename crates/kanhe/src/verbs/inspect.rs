//! `kanhe inspect`: what a text or file claims. Nothing here was checked, and every line says so.

use super::what::{Given, given};
use super::{Ended, Voice};
use crate::cli::InspectArgs;
use crate::failure::Failure;
use crate::files;
use crate::words::Language;
use kanhe_core::certificate::Certificate;
use kanhe_core::envelope::{DocumentType, Envelope, EnvelopeError};
use kanhe_core::hex::Hex;
use kanhe_core::manifest::Manifest;
use kanhe_core::pack::Contents;
use kanhe_core::qr::Scanned;
use kanhe_core::recognition::Recognition;
use kanhe_core::seal::Seal;
use kanhe_core::status::StatusList;
use kanhe_core::survivors::Survivors;
use serde_json::{Value, json};

/// Does what the verb asks for.
pub fn run(args: &InspectArgs, voice: Voice) -> Result<Ended, Failure> {
    let claimed = match given(&args.input)? {
        Given::Text(text) => {
            let scanned = Scanned::parse(&text).map_err(|error| Failure::new(error.code(), error))?;
            claimed(&scanned.envelope(), scanned.bytes().len(), args)?
        }
        Given::Signed(bytes) => {
            let envelope = Envelope::decode(&bytes).map_err(|error| Failure::new(error.code(), error))?;
            claimed(&envelope, bytes.len(), args)?
        }
    };
    voice.say(&json!({ "checked": false, "claims": claimed }), |language| {
        let title = match language {
            Language::Chinese => "以下内容未经核验，仅为其自称：",
            Language::English => "NOT CHECKED: this is only what it claims.",
        };
        let text = serde_json::to_string_pretty(&claimed).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(|line| format!("? {line}")).collect();
        format!("{title}\n{}", lines.join("\n"))
    });
    Ok(Ended::Well)
}

/// What an envelope claims, which is written where a file is asked for: not before it could be read.
fn claimed(envelope: &Envelope<'_>, bytes: usize, args: &InspectArgs) -> Result<Value, Failure> {
    let claimed = claims(envelope, bytes).map_err(|error| Failure::new(error.code(), error))?;
    args.cose.as_deref().map_or(Ok(()), |path| files::write_private(path, &envelope.to_cose()))?;
    Ok(claimed)
}

fn claims(envelope: &Envelope<'_>, bytes: usize) -> Result<Value, EnvelopeError> {
    let content = match envelope.document() {
        DocumentType::Seal => seal(&envelope.read_unchecked()?),
        DocumentType::Certificate => certificate(&envelope.read_unchecked()?),
        DocumentType::StatusList => status_list(&envelope.read_unchecked()?),
        DocumentType::Manifest => manifest(&envelope.read_unchecked()?),
        DocumentType::Recognition => recognition(&envelope.read_unchecked()?),
        DocumentType::Pack => pack(&envelope.read_unchecked()?),
        DocumentType::Survivors => survivors(&envelope.read_unchecked()?),
    };
    Ok(json!({ "document": envelope.document().typ(), "key_id": envelope.key_id().to_string(), "bytes": bytes, "content": content }))
}

fn seal(seal: &Seal<'_>) -> Value {
    json!({
        "type_index": seal.kind(), "dictionary": seal.dictionary(), "issued": seal.issued().to_string(),
        "valid_from": seal.validity().from().to_string(), "valid_until": seal.validity().until().map(|until| until.to_string()),
        "slot": seal.slot(), "digest": Hex(seal.digest()).to_string(),
    })
}

/// A certificate file names its holders; here only how many there are is shown, for nobody has checked who is looking.
fn certificate(certificate: &Certificate) -> Value {
    json!({
        "identifier": certificate.identifier.to_string(), "number": certificate.number,
        "type": { "zh": certificate.type_names.zh, "en": certificate.type_names.en },
        "issuer": { "zh": certificate.issuer_names.zh, "en": certificate.issuer_names.en },
        "holders": certificate.holders.len(), "issued": certificate.issued.to_string(),
        "valid_from": certificate.from.to_string(), "valid_until": certificate.until.map(|until| until.to_string()),
        "fields": certificate.fields.iter().map(|(name, _)| name).collect::<Vec<_>>(), "slot": certificate.slot,
    })
}

fn status_list(list: &StatusList) -> Value {
    json!({ "uri": list.uri(), "issued": list.issued().to_string(), "expires": list.expires().to_string(), "entries": list.statuses().entries() })
}

fn manifest(manifest: &Manifest) -> Value {
    json!({
        "region": manifest.region.as_str(), "edition": manifest.edition, "issued": manifest.issued.to_string(), "expires": manifest.expires.to_string(),
        "agencies": manifest.agencies.iter().map(|agency| agency.names.en.as_str()).collect::<Vec<_>>(), "types": manifest.kinds.len(),
    })
}

fn recognition(recognition: &Recognition) -> Value {
    json!({ "region": recognition.region.as_str(), "edition": recognition.edition, "expires": recognition.expires.to_string(), "rows": recognition.rows.len() })
}

fn pack(pack: &Contents) -> Value {
    json!({
        "region": pack.region.as_str(), "epoch": pack.epoch, "issued": pack.issued.to_string(), "expires": pack.expires.to_string(),
        "manifests": pack.manifests.len(), "recognitions": pack.recognitions.len(), "status_lists": pack.status_lists.len(), "dictionaries": pack.dictionaries.len(),
    })
}

fn survivors(list: &Survivors) -> Value {
    json!({ "region": list.region().as_str(), "survivors": list.count() })
}
