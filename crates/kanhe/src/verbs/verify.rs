//! `kanhe verify`: the counter's answer, for people and for machines.

use super::library::logged;
use super::what::{Given, given};
use super::{Ended, Voice, clock, trust};
use crate::cli::{TrustArg, VerifyArgs};
use crate::failure::Failure;
use crate::files;
use crate::words::{Answer, Clock, Words};
use kanhe_core::envelope::{Authentic, DocumentType, Envelope, LARGEST_ENVELOPE};
use kanhe_core::event::Event;
use kanhe_core::pack::{Pack, PackError};
use kanhe_core::qr::Scanned;
use kanhe_core::seal::seal_hash;
use kanhe_core::verdict::{Accepted, Reason, Refusal};
use kanhe_core::verify::{Logged, Occasion, verify, verify_file, verify_file_logged, verify_logged};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Does what the verb asks for.
pub fn run(args: &VerifyArgs, voice: Voice) -> Result<Ended, Failure> {
    let named = args.pack.as_ref().ok_or_else(|| {
        let hint =
            Words::new("用 --pack 给出证照包，或设定 KANHE_PACK。", "Name the pack with --pack FILE, or set KANHE_PACK to its path.");
        Failure::new("usage", "no pack was named").hint(hint)
    })?;
    let given = given(&args.input)?;
    let pack = open_pack(named, &args.trust)?;
    let occasion = Occasion { at: clock::moment(args.at.as_deref())?, scene: args.scene.as_deref() };
    let logged = args.proof.as_deref().zip(args.log_key.as_deref()).map(|(proof, key)| logged(proof, key)).transpose()?;
    let judged = judge(&given, &pack, occasion, logged.as_ref().map(|(logged, _)| logged))?;
    let in_doubt = |reason: &Reason<'_>| matches!(reason, Reason::SurvivorsUnknown { .. } | Reason::FileNotAmongSurvivors { .. });
    let in_doubt = judged.as_ref().is_err_and(|refusal| in_doubt(refusal.reason()));
    let no_help = logged.and_then(|(_, event)| NoHelp::of(&event, &given, in_doubt));
    let clock = if args.at.is_some() { Clock::Named } else { Clock::Device };
    let answer = Answer::new(&judged, &pack, occasion.at, clock);
    let mut json = answer.json();
    if let (Some(why), Some(json)) = (&no_help, json.as_object_mut()) {
        let Words { zh, en } = why.words();
        json.insert("proof".to_owned(), json!({ "helped": false, "code": why.code(), "message": { "zh": zh, "en": en } }));
    }
    voice.say(&json, |language| match &no_help {
        Some(why) => format!("{}\n! {} ({})", answer.words(language), why.words().of(language), why.code()),
        None => answer.words(language),
    });
    Ok(answer.verdict().into())
}

/// Why a proof does not speak for a certificate: the verdict stays what it is without one.
enum NoHelp {
    OtherCertificate,
    LaterAct,
}

impl NoHelp {
    /// Of another certificate it never speaks; of a later act of this one it matters only where the proof would have been needed.
    fn of(event: &Event, given: &Given, in_doubt: bool) -> Option<Self> {
        if is_about(event, given)? {
            (in_doubt && !event.act.makes_a_version()).then_some(Self::LaterAct)
        } else {
            Some(Self::OtherCertificate)
        }
    }

    /// The stable code.
    const fn code(&self) -> &'static str {
        match self {
            Self::OtherCertificate => "log_other_certificate",
            Self::LaterAct => "log_later_act",
        }
    }

    const fn words(&self) -> Words {
        match self {
            Self::OtherCertificate => Words::new("证明说的不是这张证照。", "The proof is about another certificate."),
            Self::LaterAct => Words::new(
                "证明说的不是证照的签发，而是后来的办理，不足为凭；请颁发机构用 kanhe log prove 证明签发。",
                "The proof is of a later act and not of the issue, and does not help: ask the agency for `kanhe log prove` of the issue.",
            ),
        }
    }
}

/// Whether an event is about the certificate that was given; nothing where what was given cannot be read.
fn is_about(event: &Event, given: &Given) -> Option<bool> {
    match given {
        Given::Text(text) => Scanned::parse(text).ok().map(|scanned| seal_hash(scanned.bytes()) == event.seal),
        Given::Signed(bytes) => {
            let envelope = Envelope::decode(bytes).ok().filter(|envelope| envelope.document() == DocumentType::Certificate)?;
            Some(<[u8; 32]>::from(Sha256::digest(envelope.to_cose())) == event.digest)
        }
    }
}

/// Opens a pack file that a trusted key has signed.
pub fn open_pack(path: &Path, trust: &TrustArg) -> Result<Authentic<Pack>, Failure> {
    let trusted = trust::trusted(trust)?;
    let bytes = files::read(path, LARGEST_ENVELOPE)?;
    Pack::open(&bytes, &trusted).map_err(|error| {
        let failure = Failure::new(error.code(), &error).within(path.display());
        match error {
            PackError::NotTrusted { .. } => failure.hint(Words::new(
                "确认证照包的来源；若属实，用 kanhe trust add 添加其公钥。",
                "Find out where the pack comes from; if it is right, add its key with `kanhe trust add`.",
            )),
            _ => failure
                .hint(Words::new("重新获取证照包；文件可能被截断或损坏。", "Fetch the pack again; the file may be cut short or damaged.")),
        }
    })
}

/// A certificate's file is judged as its seal would be; any other signed document is called what it is.
fn judge<'p>(
    given: &Given,
    pack: &'p Authentic<Pack>,
    occasion: Occasion<'_>,
    logged: Option<&Logged>,
) -> Result<Result<Accepted<'p>, Refusal<'p>>, Failure> {
    let open = |bytes| Envelope::decode(bytes).map_err(|error| Failure::new(error.code(), error));
    Ok(match (given, logged) {
        (Given::Text(text), None) => verify(text, pack, occasion),
        (Given::Text(text), Some(logged)) => verify_logged(text, pack, occasion, logged),
        (Given::Signed(bytes), None) => verify_file(&open(bytes)?, pack, occasion),
        (Given::Signed(bytes), Some(logged)) => verify_file_logged(&open(bytes)?, pack, occasion, logged),
    })
}
