//! `kanhe log survivors`, `kanhe log lost`: what a stolen key had signed before, as the log knows it, and what it signed from then on.

use super::{manifest, stored};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words, act_word, said_state};
use jiff::Timestamp;
use kanhe_core::envelope::{Document, sign_to_cose_by};
use kanhe_core::key::VerifyingKey;
use kanhe_core::manifest::AgencyKey;
use kanhe_core::survivors::Survivors;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::survivors::{Lost, honest_seals, lost, usable};
use kanhe_store::Library;
use serde_json::json;
use std::path::Path;

/// What to do with what lies behind the cut-off.
const WHAT_NOW: Words = Words::new(
    "逐一核实。属实的，以及窃取者将真实证照延续或变更而成的，用新密钥以正确内容变更（kanhe amend），不要撤销；有效期也不对的，撤销后以原编号重新颁发。窃取者凭空颁发的，撤销（kanhe annul）。",
    "Look at each. What is yours, and what the thief made of one of yours by renewing or amending it, is amended under the new key with what is right (`kanhe amend`), not annulled; where its days are wrong too, annul it and issue its number anew. What is the thief's alone is annulled (`kanhe annul`).",
);

/// Which key was stolen, and from when on it counts no more.
pub struct Theft {
    /// The key.
    pub stolen: VerifyingKey,
    /// The first index of the log at which the thief may have signed; that of the manifest where nobody said, or the end of the log.
    pub before: Option<u64>,
    /// When the list is made.
    pub at: Timestamp,
}

/// Signs the list with the region's root key.
pub fn sign(library: &Library, theft: &Theft, key: &NamedKey, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    let named = known(library, &theft.stolen)?.counts_before;
    let size = library.log_size().map_err(stored)?;
    let before = theft.before.or(named).unwrap_or(size);
    if before > size {
        let hint = Words::new("kanhe log events 列出事件及其序号。", "`kanhe log events` lists events with their indexes.");
        return Err(Failure::new("log_index_beyond_end", format!("the log has {size} events, {before} is beyond them")).hint(hint));
    }
    if key.key().verifying_key() == theft.stolen {
        return Err(Failure::new("desk_key_stolen", "the list is signed by the region's root key, not by the stolen one"));
    }
    let root = library.manifest().map_err(stored)?.map(|manifest| manifest.root);
    if root != Some(key.key().verifying_key()) {
        let detail = "the list is signed by the region's root key, and this is another key than the manifest's";
        let hint = Words::new("用 --key 给出签署机构名录的根密钥。", "Name the root key that signed the manifest with --key.");
        return Err(Failure::new("survivors_key_not_root", detail).hint(hint));
    }
    let hashes = honest_seals(library, &theft.stolen, before).map_err(stored)?;
    let list = Survivors::of(*library.region(), theft.stolen, before, theft.at, hashes);
    let list = list.map_err(|error| Failure::new(error.code(), error))?;
    let (count, behind) = (list.count(), usable(lost(library, &theft.stolen, before).map_err(stored)?).map_err(stored)?);
    files::write(out, &sign_to_cose_by(key.key(), Survivors::TYPE, &list.encode()).map_err(crate::verbs::key::unsigned)?)?;
    voice.say(&json!({ "survivors": count, "before": before, "behind": behind, "out": out }), |language| {
        let listed = match language {
            Language::Chinese => format!("失窃前签发的 {count} 张证照已列入清单：{}（机构名录中写 counts_before = {before}）", out.display()),
            Language::English => {
                format!("{count} certificates signed before are listed: {} (write counts_before = {before} in the manifest)", out.display())
            }
        };
        match (behind, language) {
            (0, _) => listed,
            (_, Language::Chinese) => format!("{listed}\n! 自序号 {before} 起还签发了 {behind} 张状态为有效或暂扣的证照（含已过有效期的），核验将不予接受：kanhe log lost 列出"),
            (_, Language::English) => {
                format!("{listed}\n! {behind} certificates that are valid or suspended, whatever their term, were signed from index {before} on, and counters will refuse them: `kanhe log lost` lists them")
            }
        }
    });
    Ok(Ended::Well)
}

/// Lists what a key signed at the cut-off or behind it: which of them are the agency's own, people must find out.
pub fn list_lost(library: &Library, stolen: &VerifyingKey, before: Option<u64>, voice: Voice) -> Result<Ended, Failure> {
    let named = known(library, stolen)?.counts_before;
    let before = before.or(named).ok_or_else(|| {
        let hint = Words::new("用 --before 给出截止序号。", "Name the cut-off with --before INDEX.");
        Failure::new("usage", "the manifest names no cut-off of this key").hint(hint)
    })?;
    let lost = lost(library, stolen, before).map_err(stored)?.collect::<Result<Vec<_>, _>>().map_err(stored)?;
    let line = |lost: &Lost| {
        let Lost { index, act, card } = lost;
        json!({ "index": index, "act": act.word(), "identifier": card.identifier.to_string(), "state": card.state.word() })
    };
    let json = json!({ "before": before, "certificates": lost.iter().map(line).collect::<Vec<_>>() });
    voice.say(&json, |language| {
        let line = |Lost { index, act, card }: &Lost| {
            let (act, state) = (act_word(*act).of(language), said_state(card.state.word(), language));
            format!("{index}  {act}  {}  {state}", card.identifier)
        };
        let count = lost.len();
        let total = match language {
            Language::Chinese => format!("自序号 {before} 起由该密钥签发 {count} 张，核验不予接受"),
            Language::English => format!("{count} signed by the key from index {before} on: counters refuse them"),
        };
        let next = (!lost.is_empty()).then(|| WHAT_NOW.of(language).to_owned());
        lost.iter().map(line).chain([total]).chain(next).collect::<Vec<_>>().join("\n")
    });
    Ok(Ended::Well)
}

/// What the library's manifest says of a key.
fn known(library: &Library, stolen: &VerifyingKey) -> Result<AgencyKey, Failure> {
    let manifest = manifest(library)?;
    let found = manifest.agencies.iter().flat_map(|agency| &agency.keys).find(|known| known.key == *stolen).copied();
    found.ok_or_else(|| {
        let hint = Words::new("检查公钥，或先登记机构名录。", "Check the public key, or take up the manifest that has it.");
        Failure::new("library_key_unknown", "no agency of the library's manifest has this key").hint(hint)
    })
}
