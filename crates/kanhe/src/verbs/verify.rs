//! `kanhe verify`: the counter's answer, for people and for machines.

use super::library::logged;
use super::what::{Given, given};
use super::{Ended, Voice, clock, trust};
use crate::cli::{TrustArg, VerifyArgs};
use crate::failure::Failure;
use crate::files;
use crate::words::{Answer, Clock, Words};
use kanhe_core::envelope::{Authentic, Envelope, LARGEST_ENVELOPE};
use kanhe_core::pack::{Pack, PackError};
use kanhe_core::verdict::{Accepted, Reason, Refusal};
use kanhe_core::verify::{Logged, Occasion, verify, verify_file, verify_file_logged, verify_logged};
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
    let judged = judge(&given, &pack, occasion, logged.as_ref())?;
    if logged.is_some() && matches!(&judged, Err(refusal) if matches!(refusal.reason(), Reason::SurvivorsUnknown { .. })) {
        return Err(Failure::new("log_other_certificate", "the proof is about another certificate, or from after the theft"));
    }
    let clock = if args.at.is_some() { Clock::Named } else { Clock::Device };
    let answer = Answer::new(&judged, &pack, occasion.at, clock);
    voice.say(&answer.json(), |language| answer.words(language));
    Ok(answer.verdict().into())
}

/// Opens a pack file that a trusted key has signed.
pub fn open_pack(path: &Path, trust: &TrustArg) -> Result<Authentic<Pack>, Failure> {
    let trusted = trust::trusted(trust)?;
    let bytes = files::read(path, LARGEST_ENVELOPE)?;
    Pack::open(&bytes, &trusted).map_err(|error| {
        let failure = Failure::new(error.code(), format!("{}: {error}", path.display()));
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
