//! `kanhe log survivors`: what a stolen key had signed before, as the log knows it.

use super::{manifest, stored};
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use jiff::Timestamp;
use kanhe_core::envelope::{Document, sign_to_cose_by};
use kanhe_core::key::VerifyingKey;
use kanhe_core::survivors::Survivors;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::survivors::honest_seals;
use kanhe_store::Library;
use serde_json::json;
use std::path::Path;

/// Which key was stolen, and from when on it counts no more.
pub struct Theft {
    /// The key.
    pub stolen: VerifyingKey,
    /// The first index of the log at which the thief may have signed; the end of the log where nobody said.
    pub before: Option<u64>,
    /// When the list is made.
    pub at: Timestamp,
}

/// Signs the list with the region's root key.
pub fn sign(library: &Library, theft: &Theft, key: &NamedKey, out: &Path, voice: Voice) -> Result<Ended, Failure> {
    let manifest = manifest(library)?;
    let known = manifest.agencies.iter().flat_map(|agency| &agency.keys).any(|known| known.key == theft.stolen);
    if !known {
        let hint = Words::new("检查公钥，或先登记机构名录。", "Check the public key, or take up the manifest that has it.");
        return Err(Failure::new("library_key_unknown", "no agency of the library's manifest has this key").hint(hint));
    }
    let size = library.log_size().map_err(stored)?;
    let before = theft.before.unwrap_or(size);
    if before > size {
        let hint = Words::new("kanhe log events 列出事件及其序号。", "`kanhe log events` lists events with their indexes.");
        return Err(Failure::new("log_index_beyond_end", format!("the log has {size} events, {before} is beyond them")).hint(hint));
    }
    if key.key().verifying_key() == theft.stolen {
        return Err(Failure::new("desk_key_stolen", "the list is signed by the region's root key, not by the stolen one"));
    }
    let hashes = honest_seals(library, &theft.stolen, before).map_err(stored)?;
    let list = Survivors::of(*library.region(), theft.stolen, before, theft.at, hashes);
    let list = list.map_err(|error| Failure::new(error.code(), error))?;
    files::write(out, &sign_to_cose_by(key.key(), Survivors::TYPE, &list.encode()).map_err(crate::verbs::key::unsigned)?)?;
    let count = list.count();
    voice.say(&json!({ "survivors": count, "before": before, "out": out }), |language| match language {
        Language::Chinese => format!("失窃前签发的 {count} 张证照已列入清单：{}（机构名录中写 counts_before = {before}）", out.display()),
        Language::English => {
            format!("{count} certificates signed before are listed: {} (write counts_before = {before} in the manifest)", out.display())
        }
    });
    Ok(Ended::Well)
}
