//! `kanhe log`: the library's log, published as files that anybody can check without us.

use super::survivors::Theft;
use super::{located, open, public_key, stored};
use crate::cli::LogVerb;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice, clock, key};
use crate::words::{self, Language, Words, act_word};
use kanhe_core::event::{Event, EventError};
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::keyring::NamedKey;
use kanhe_log::bundle::{BundleError, Included, ProofBundle};
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::entries::EntryBundle;
use kanhe_log::note::{LARGEST_NOTE, NoteSigner};
use kanhe_log::path::TilePath;
use kanhe_log::proof::verify_consistency;
use kanhe_log::prove::consistency_proof;
use kanhe_log::tile::{FULL_BYTES, FULL_WIDTH, TileId, Width};
use kanhe_store::{Library, StoreError};
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

/// Does what the verb asks for.
pub fn log(verb: &LogVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        LogVerb::Publish { library, key, out } => {
            let key = key::open(key)?;
            publish(&open(library)?, &key, out, voice)
        }
        LogVerb::Verify { library } => super::keep::check(&crate::cli::CheckArgs { library: library.clone() }, voice),
        LogVerb::Prove { identifier, library, out } => prove(&open(library)?, identifier, out, voice),
        LogVerb::Survivors { library, stolen, before, out, key, at } => {
            let theft = Theft { stolen: *public_key(stolen)?.key(), before: *before, at: clock::moment(at.as_deref())? };
            super::survivors::sign(&open(library)?, &theft, &key::open(key)?, out, voice)
        }
        LogVerb::Check { proof, cose, log_key } => check(proof, cose.as_deref(), &public_key(log_key)?, voice),
        LogVerb::Audit { old, new, log_key, tiles } => audit(old, new, &public_key(log_key)?, tiles, voice),
    }
}

fn publish(library: &Library, key: &NamedKey, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    let head = library.head().map_err(stored)?;
    let signer = NoteSigner::new(key.name(), key.key()).map_err(|error| Failure::new(error.code(), error))?;
    let beside = out.join(CHECKPOINT);
    let beside = if beside.exists() { Some(text(&beside, LARGEST_NOTE)?) } else { None };
    for earlier in library.checkpoint().map_err(stored)?.into_iter().chain(beside) {
        continues(library, &earlier, signer.public())?;
    }
    let signed = Checkpoint::new(library.origin(), head, &[]).and_then(|checkpoint| checkpoint.sign(&signer));
    let note = signed.map_err(|error| {
        let hint = Words::new(
            "日志密钥的名称须与建库时的 --origin 相同。",
            "The log's key bears the name that `kanhe init` was given as --origin.",
        );
        Failure::new(error.code(), error).hint(hint)
    })?;
    let written = write_tiles(library, head.size, out)?;
    files::make_folder(out)?;
    files::sync_all(out)?;
    // Last of all: a checkpoint never promises a tile that is not there.
    files::write(&out.join(CHECKPOINT), note.as_bytes())?;
    library
        .commit(|pen| -> Result<(), StoreError> {
            pen.put_checkpoint(&note);
            Ok(())
        })
        .map_err(stored)?;
    voice.say(&json!({ "size": head.size, "root": head.root.to_string(), "files": written, "out": out }), |language| match language {
        Language::Chinese => format!("日志已发布：{} 条事件，新写 {written} 个文件：{}", head.size, out.display()),
        Language::English => format!("log published: {} events, {written} files written: {}", head.size, out.display()),
    });
    Ok(Ended::Well)
}

/// Refuses to sign a log that does not begin with what was published of it: a library that was restored from an old backup would
/// contradict its own checkpoints, and every witness would see a fork.
fn continues(library: &Library, earlier: &str, key: &PublicKeyLine) -> Result<(), Failure> {
    let earlier = Checkpoint::open(earlier, key).map_err(|error| Failure::new(error.code(), error))?;
    let (old, new) = (earlier.head(), library.head().map_err(stored)?);
    let forked = |detail: String| {
        let hint = Words::new(
            "库比已发布的日志旧或不同：恢复更新的备份；切勿在此库上继续签发。",
            "The library is older than its published log, or another: restore a newer backup, and issue nothing from this one.",
        );
        Failure::new("log_fork", detail).hint(hint)
    };
    if old.size > new.size {
        return Err(forked(format!("{} events were published, the library has {}", old.size, new.size)));
    }
    let proof = library.prove_growth(old.size, new.size).map_err(stored)?;
    verify_consistency(old, &new, &proof).map_err(|error| forked(error.to_string()))
}

/// Writes every tile and bundle that is not there yet: a full one never changes, and a partial one bears its width in its name.
fn write_tiles(library: &Library, size: u64, out: &Path) -> Result<u64, Failure> {
    let mut written = 0;
    each_tile(library, size, |path, bytes| {
        let path = out.join(path.to_string());
        if !path.exists() {
            files::make_folder(path.parent().unwrap_or(out))?;
            files::write_unsynced(&path, &bytes()?)?;
            written += 1;
        }
        Ok(())
    })?;
    Ok(written)
}

/// The bytes of a tile or bundle, made only for who wants them.
type Bytes<'b> = &'b dyn Fn() -> Result<Vec<u8>, Failure>;

/// Every tile and bundle of the log of a size, with its name among the log's files.
pub fn each_tile(library: &Library, size: u64, mut put: impl FnMut(TilePath, Bytes<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
    for level in (0..8_u8).take_while(|level| size >> (8 * level) > 0) {
        for (index, width) in widths(size >> (8 * level)) {
            let tile = TileId::new(level, index).map_err(|error| Failure::new(error.code(), error))?;
            put(TilePath::Hashes { tile, width }, &|| {
                let mut bytes = library.tile(tile).map_err(stored)?;
                bytes.truncate(width.bytes());
                Ok(bytes)
            })?;
            if level == 0 {
                put(TilePath::Entries { index, width }, &|| {
                    let entries = library.entries(index * u64::from(FULL_WIDTH), u64::from(width.get())).map_err(stored)?;
                    let bundle = EntryBundle::new(entries.iter().map(<[u8; 32]>::as_slice).collect());
                    bundle.map(|bundle| bundle.encode()).map_err(|error| Failure::new(error.code(), error))
                })?;
            }
        }
    }
    Ok(())
}

/// The tiles that so many hashes fill: all but the last are full.
fn widths(hashes: u64) -> impl Iterator<Item = (u64, Width)> {
    let full = u64::from(FULL_WIDTH);
    (0..hashes.div_ceil(full)).filter_map(move |index| {
        let width = (hashes - index * full).min(full);
        u16::try_from(width).ok().and_then(|width| Width::new(width).ok()).map(|width| (index, width))
    })
}

fn prove(library: &Library, identifier: &str, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    let (identifier, mark) = located(library, identifier)?;
    let unpublished = || {
        let hint = Words::new("先用 kanhe log publish 发布日志。", "Publish the log first, with `kanhe log publish`.");
        Failure::new("log_unpublished", "what happened to the certificate does not stand in a published checkpoint yet").hint(hint)
    };
    let note = library.checkpoint().map_err(stored)?.ok_or_else(unpublished)?;
    let size = library.published().map_err(stored)?.ok_or_else(unpublished)?.size;
    let history = library.history(mark).map_err(stored)?;
    let (index, event) = history.last().ok_or_else(unpublished)?;
    if *index >= size {
        return Err(unpublished());
    }
    files::write(out, bundle(library, (&note, size), *index, event)?.to_string().as_bytes())?;
    let json = json!({ "identifier": identifier.to_string(), "index": index, "size": size, "act": event.act.word(), "proof": out });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("第 {index} 条事件（{}）在 {size} 条的日志中：{}", act_word(event.act).zh, out.display()),
        Language::English => format!("event {index} ({}) stands in the log of {size}: {}", act_word(event.act).en, out.display()),
    });
    Ok(Ended::Well)
}

/// The proof that an event stands in a published checkpoint of a size, with the event itself.
pub fn bundle(library: &Library, (note, size): (&str, u64), index: u64, event: &Event) -> Result<ProofBundle, Failure> {
    let path = library.prove(index, size).map_err(stored)?;
    let bundle = ProofBundle::new(index, path, note).and_then(|bundle| bundle.with_extra(&event.encode()));
    bundle.map_err(|error| Failure::new(error.code(), error))
}

fn check(proof: &Path, cose: Option<&Path>, log_key: &PublicKeyLine, voice: Voice) -> Result<Ended, Failure> {
    let text = text(proof, LARGEST_PROOF)?;
    let digest = cose.map(|path| files::read(path, LARGEST_CERTIFICATE)).transpose()?.map(|bytes| <[u8; 32]>::from(Sha256::digest(bytes)));
    match proved(&text, digest, log_key) {
        Err(why) => {
            let (code, zh, en) = (why.code(), why.headline(), why.to_string());
            voice.say(&json!({ "proved": false, "code": code, "message": { "zh": zh, "en": en } }), |language| match language {
                Language::Chinese => format!("✘ {zh}（{code}）"),
                Language::English => format!("✘ {en} ({code})"),
            });
            Ok(Ended::Refused)
        }
        Ok((included, event)) => {
            let (index, head) = (included.index(), included.checkpoint().head());
            let json = json!({
                "proved": true, "index": index, "size": head.size, "origin": included.checkpoint().origin(), "act": event.act.word(),
                "subject": event.subject, "effective": event.effective.to_string(), "recorded": event.recorded.to_string(),
            });
            voice.say(&json, |language| {
                let (act, subject) = (act_word(event.act).of(language), &event.subject);
                let recorded = words::moment(event.recorded).of(language).to_owned();
                match language {
                    Language::Chinese => format!("✔ 已证明：{act} {subject}，{recorded} 记入（第 {index} 条，共 {} 条）", head.size),
                    Language::English => format!("✔ proved: {act} {subject}, recorded {recorded} (event {index} of {})", head.size),
                }
            });
            Ok(Ended::Well)
        }
    }
}

/// The event that a proof is about, and where the log has it; of a certificate with this digest, if one is given.
fn proved(text: &str, digest: Option<[u8; 32]>, log_key: &PublicKeyLine) -> Result<(Included, Event), Unproved> {
    let bundle = ProofBundle::parse(text)?;
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
    #[error("the proof is about another certificate")]
    OtherCertificate,
}

impl Unproved {
    /// The stable code of this defect.
    fn code(&self) -> &'static str {
        match self {
            Self::Bundle(error) => error.code(),
            Self::Event(error) => error.code(),
            Self::OtherCertificate => "log_other_certificate",
        }
    }

    fn headline(&self) -> &'static str {
        match self {
            Self::Bundle(_) => "证明不成立",
            Self::Event(_) => "证明不含事件",
            Self::OtherCertificate => "证明说的不是这张证照",
        }
    }
}

fn audit(old: &Path, new: &Path, log_key: &PublicKeyLine, tiles: &Path, voice: Voice) -> Result<Ended, Failure> {
    let (old, new) = (checkpoint(old, log_key)?, checkpoint(new, log_key)?);
    let (old_head, new_head) = (old.head(), new.head());
    let read = |tile: TileId| {
        let width = tile.width_in(new_head.size).ok_or_else(|| Failure::new("log_tile_missing", "the log has no such tile"))?;
        let path = tiles.join(TilePath::Hashes { tile, width }.to_string());
        files::read(&path, FULL_BYTES)
    };
    let failed = |error: &dyn std::fmt::Display| Failure::new("log_tile_missing", error);
    let judged = if old_head.size == 0 {
        Ok(())
    } else {
        let proof = consistency_proof(old_head.size, new_head.size, |tile| read(tile).map_err(|failure| failure.line(voice.language)));
        verify_consistency(old_head, new_head, &proof.map_err(|error| failed(&error))?)
    };
    let json = json!({ "consistent": judged.is_ok(), "old": old_head.size, "new": new_head.size, "code": judged.as_ref().err().map(|error| error.code()) });
    voice.say(&json, |language| match (&judged, language) {
        (Ok(()), Language::Chinese) => {
            format!("✔ 后一日志保留了前一日志的全部 {} 条，并增加 {} 条", old_head.size, new_head.size - old_head.size)
        }
        (Ok(()), Language::English) => {
            format!("✔ the later log keeps all {} events and adds {}", old_head.size, new_head.size - old_head.size)
        }
        (Err(error), Language::Chinese) => format!("✘ 日志被改写过（{}）", error.code()),
        (Err(error), Language::English) => format!("✘ the log was rewritten: {error} ({})", error.code()),
    });
    Ok(if judged.is_ok() { Ended::Well } else { Ended::Refused })
}

fn checkpoint(path: &Path, log_key: &PublicKeyLine) -> Result<AuthenticCheckpoint, Failure> {
    let note = text(path, LARGEST_NOTE)?;
    Checkpoint::open(&note, log_key).map_err(|error| Failure::new(error.code(), format!("{}: {error}", path.display())))
}

fn text(path: &Path, most: usize) -> Result<String, Failure> {
    String::from_utf8(files::read(path, most)?).map_err(|_| Failure::new("input_unreadable", format!("{}: not UTF-8", path.display())))
}
