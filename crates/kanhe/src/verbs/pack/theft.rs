//! What a pack says of stolen keys, and what must fit before one is built: survivors with the manifest.

use crate::failure::Failure;
use crate::words::Language;
use kanhe_core::manifest::{Agency, AgencyKey};
use kanhe_core::pack::{Pack, Region};
use serde_json::{Value, json};

/// A key that counts only before an index of its region's log.
pub struct Theft<'p> {
    /// Whose it was.
    pub agency: &'p Agency,
    /// The key.
    pub key: &'p AgencyKey,
    /// The index.
    pub before: u64,
    /// How many seals of it are known to be honest; none where the pack has no list of them.
    pub survivors: Option<usize>,
}

/// The stolen keys of a region.
pub fn thefts(region: &Region) -> impl Iterator<Item = Theft<'_>> {
    let keys = region.manifest().agencies.iter().flat_map(|agency| agency.keys.iter().map(move |key| (agency, key)));
    keys.filter_map(|(agency, key)| {
        let before = key.counts_before?;
        let list = region.survivors().iter().find(|list| list.is_of(&key.key, before));
        Some(Theft { agency, key, before, survivors: list.map(|list| list.count()) })
    })
}

impl Theft<'_> {
    /// For machines.
    pub fn json(&self) -> Value {
        json!({
            "agency": self.agency.code.as_str(), "key": self.key.key.id().to_string(), "counts_before": self.before,
            "survivors": self.survivors,
        })
    }

    /// For people.
    pub fn words(&self, language: Language) -> String {
        let (agency, key, before) = (self.agency.code, self.key.key.id(), self.before);
        match (language, self.survivors) {
            (Language::Chinese, Some(survivors)) => {
                format!("  失窃密钥 {key}（机构 {agency}）：仅日志序号 {before} 之前的签发有效，清单中 {survivors} 张")
            }
            (Language::Chinese, None) => format!("  失窃密钥 {key}（机构 {agency}）：仅日志序号 {before} 之前的签发有效，无清单"),
            (Language::English, Some(survivors)) => {
                format!("  stolen key {key} of agency {agency}: counts only before index {before} of the log, {survivors} survivors")
            }
            (Language::English, None) => {
                format!("  stolen key {key} of agency {agency}: counts only before index {before} of the log, no list of survivors")
            }
        }
    }
}

/// Refuses lists of survivors that are of no key of their region's manifest with this cut-off: no counter would ever ask them.
pub fn survivors_fit(pack: &Pack) -> Result<(), Failure> {
    for region in pack.regions() {
        let keys = || region.manifest().agencies.iter().flat_map(|agency| &agency.keys);
        for list in region.survivors() {
            if keys().any(|key| key.counts_before.is_some_and(|before| list.is_of(&key.key, before))) {
                continue;
            }
            let wanted = keys().find(|key| key.key == *list.key()).map(|key| key.counts_before);
            let wanted = match wanted {
                None => "the manifest has no such key".to_owned(),
                Some(None) => "the manifest has the key without counts_before".to_owned(),
                Some(Some(before)) => format!("the manifest has counts_before = {before}"),
            };
            let (key, before) = (list.key().id(), list.before());
            return Err(Failure::new("pack_survivors_other", format!("the list is of key {key} before index {before}; {wanted}")));
        }
    }
    Ok(())
}
