//! `kanhe log`: the library's log, published as files that anybody can check without us.

mod audit;
mod list;
mod publish;

pub use audit::checkpoint as open_checkpoint;

use super::door::{Door, Proof, Subject, Which, door};
use super::events::event_line;
use super::survivors::Theft;
use super::{open, public_key};
use crate::cli::LogVerb;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice, clock, key};
use crate::words::{self, Language, Words, act_word, remedy, said_act};
use kanhe_core::event::{Event, EventError};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::verify::Logged;
use kanhe_issuer::publisher::EventProofError;
use kanhe_log::bundle::{BundleError, Included, ProofBundle};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::Path;
use thiserror::Error;

/// The name of the checkpoint among the files of a log (tlog-tiles).
pub const CHECKPOINT: &str = "checkpoint";

/// A proof with its event and checkpoint has at most so many bytes.
const LARGEST_PROOF: usize = 128 << 10;

/// A certificate has at most so many bytes.
const LARGEST_CERTIFICATE: usize = 1 << 20;

/// How a library is asked of a stolen key that a service holds.
const ON_A_COPY: Words = Words::new(
    "在备份恢复出的副本（kanhe restore --to-read）上运行（docs/OPERATING.md“密钥失窃”），或先停止服务。",
    "Run it on a copy of a backup (`kanhe restore --to-read`; docs/OPERATING.md, a stolen key), or stop the service first.",
);

/// Does what the verb asks for.
pub fn log(verb: &LogVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        LogVerb::Publish { library, key, out } => {
            super::alone(&library.library, super::BY_ITSELF)?;
            let key = key::open(key)?;
            publish::publish(&open(library)?, &key, out, voice)
        }
        LogVerb::Verify(args) => super::keep::check(args, voice),
        LogVerb::Events(args) => list::events(args, voice),
        LogVerb::Prove { subject, last, event, library, out } => {
            let which = if *last { Which::Last } else { Which::Issue };
            prove(&*door(library)?, subject.as_deref().map(|subject| (subject, which)), *event, out, voice)
        }
        LogVerb::Survivors { library, stolen, before, out, key, at } => {
            super::alone(&library.library, ON_A_COPY)?;
            let theft = Theft { stolen: *public_key(stolen)?.key(), before: *before, at: clock::moment(at.as_deref())? };
            super::survivors::sign(&open(library)?, &theft, &key::open(key)?, out, voice)
        }
        LogVerb::Lost { library, stolen, before } => {
            super::alone(&library.library, ON_A_COPY)?;
            super::survivors::list_lost(&open(library)?, public_key(stolen)?.key(), *before, voice)
        }
        LogVerb::Check { proof, cose, log_key } => check(proof, cose.as_deref(), &public_key(log_key)?, voice),
        LogVerb::Audit { old, new, log_key, tiles } => audit::audit(old, new, &public_key(log_key)?, tiles, voice),
    }
}

fn prove(door: &dyn Door, subject: Option<(&str, Which)>, index: Option<u64>, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    let index = match (index, subject) {
        (Some(index), _) => index,
        (None, Some((subject, which))) => {
            door.event_of(&Subject::parse(subject)?, which)?.ok_or_else(|| unproved(&EventProofError::Unpublished))?
        }
        (None, None) => return Err(Failure::new("usage", "name a certificate, an application or an event")),
    };
    let Proof { event, size, text } = door.prove(index)?;
    // A bundle is as confidential as the event in it, with the officer's name and the reason.
    files::write_private(out, text.as_bytes())?;
    let json = json!({ "subject": event.subject, "index": index, "size": size, "act": event.act, "proof": out });
    voice.say(&json, |language| {
        let act = said_act(&event.act, language);
        match language {
            Language::Chinese => {
                format!("第 {index} 条事件（{act}）在 {size} 条的日志中：{}（内含该事件，只给可以知情的人）", out.display())
            }
            Language::English => {
                format!(
                    "event {index} ({act}) stands in the log of {size}: {} (it holds the event: for those who may know it)",
                    out.display()
                )
            }
        }
    });
    Ok(Ended::Well)
}

/// Why an event is not proved, told at the edge.
pub fn unproved(error: &EventProofError) -> Failure {
    Failure::new(error.code(), error)
}

fn check(proof: &Path, cose: Option<&Path>, log_key: &PublicKeyLine, voice: Voice) -> Result<Ended, Failure> {
    let text = text(proof, LARGEST_PROOF)?;
    let digest = cose.map(|path| files::read(path, LARGEST_CERTIFICATE)).transpose()?.map(|bytes| <[u8; 32]>::from(Sha256::digest(bytes)));
    match proved(&text, digest, log_key) {
        Err(why) => {
            let (code, zh, en) = (why.code(), why.headline(), why.to_string());
            let next = remedy(code);
            let told = next.as_ref().map(|Words { zh, en }| json!({ "zh": zh, "en": en }));
            voice.say(&json!({ "proved": false, "code": code, "message": { "zh": zh, "en": en }, "next": told }), |language| {
                let next = next.as_ref().map(|next| format!("\n{}", next.of(language))).unwrap_or_default();
                match language {
                    Language::Chinese => format!("✘ {zh}（{code}）{next}"),
                    Language::English => format!("✘ {en} ({code}){next}"),
                }
            });
            Ok(Ended::Refused)
        }
        Ok((included, event)) => {
            let (index, head) = (included.index(), included.checkpoint().head());
            let shown = kanhe_service::shown::Event::new(index, &event);
            let mut json = json!(shown);
            if let Some(json) = json.as_object_mut() {
                json.insert("proved".to_owned(), json!(true));
                json.insert("size".to_owned(), json!(head.size));
                json.insert("origin".to_owned(), json!(included.checkpoint().origin()));
            }
            voice.say(&json, |language| {
                let (act, subject) = (act_word(event.act).of(language), &event.subject);
                let recorded = words::moment(event.recorded).of(language).to_owned();
                let told = event_line(&shown, None, language);
                match language {
                    Language::Chinese => {
                        format!("✔ 已证明：{act} {subject}，{recorded} 记入（第 {index} 条，共 {} 条）\n{told}", head.size)
                    }
                    Language::English => format!("✔ proved: {act} {subject}, recorded {recorded} (event {index} of {})\n{told}", head.size),
                }
            });
            Ok(Ended::Well)
        }
    }
}

/// What a proof tells that was handed over with a certificate, believed by the key of the region's log.
pub fn logged(proof: &Path, log_key: &str) -> Result<(Logged, Event), Failure> {
    let believed = proved(&text(proof, LARGEST_PROOF)?, None, &public_key(log_key)?);
    believed.map(|(included, event)| (Logged::new(included.index(), &event), event)).map_err(|why| Failure::new(why.code(), why))
}

/// The event that a proof is about, and where the log has it; of a certificate with this digest, if one is given.
fn proved(text: &str, digest: Option<[u8; 32]>, log_key: &PublicKeyLine) -> Result<(Included, Event), Unproved> {
    let bundle = ProofBundle::parse(text)?;
    if bundle.extra().is_empty() {
        return Err(Unproved::NoEvent);
    }
    let included = bundle.verify(&Event::entry_of(bundle.extra()), log_key)?;
    let event = Event::decode(bundle.extra())?;
    if digest.is_some_and(|digest| digest != event.digest) { Err(Unproved::OtherCertificate) } else { Ok((included, event)) }
}

/// Why a proof proves nothing.
#[derive(Debug, Error)]
enum Unproved {
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Event(#[from] EventError),
    #[error("the proof does not carry its event")]
    NoEvent,
    #[error("the proof is about another certificate")]
    OtherCertificate,
}

impl Unproved {
    /// The stable code of this defect.
    fn code(&self) -> &'static str {
        match self {
            Self::Bundle(error) => error.code(),
            Self::Event(error) => error.code(),
            Self::NoEvent => "log_no_event",
            Self::OtherCertificate => "log_other_certificate",
        }
    }

    fn headline(&self) -> &'static str {
        match self {
            Self::Bundle(_) => "证明不成立",
            Self::Event(_) | Self::NoEvent => "证明不含事件",
            Self::OtherCertificate => "证明说的不是这张证照",
        }
    }
}

/// What stands in a file of a log.
pub fn text(path: &Path, most: usize) -> Result<String, Failure> {
    String::from_utf8(files::read(path, most)?)
        .map_err(|_| Failure::new("input_unreadable", "the file is not UTF-8").within(path.display()))
}
