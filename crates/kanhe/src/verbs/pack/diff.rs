//! What changed between two packs, in the words of an officer who must answer for it.

use super::tally::states;
use super::theft::thefts;
use crate::words::{self, Language, Sentence};
use kanhe_core::pack::{Pack, Region};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One thing that one pack has and the other has not, or has otherwise.
pub struct Change {
    sign: char,
    what: Sentence,
}

impl Change {
    /// For machines.
    pub fn json(&self) -> Value {
        json!({ "change": self.sign.to_string(), "what": self.what.json() })
    }

    /// For people: `+` came, `-` went, `~` changed.
    pub fn words(&self, language: Language) -> String {
        format!("{} {}", self.sign, self.what.of(language))
    }
}

/// Everything that differs, in the order of a pack.
pub fn changes(older: &Pack, newer: &Pack) -> Vec<Change> {
    let (before, after) = (listed(older), listed(newer));
    let went = before.iter().filter(|(key, _)| !after.contains_key(*key)).map(|(_, what)| Change { sign: '-', what: what.sentence() });
    let came_or_changed = after.iter().filter_map(|(key, what)| match before.get(key) {
        None => Some(Change { sign: '+', what: what.sentence() }),
        Some(was) if was.value != what.value => Some(Change { sign: '~', what: was.to(what) }),
        Some(_) => None,
    });
    went.chain(came_or_changed).collect()
}

/// One statement of a pack: what it is about, and what it says.
struct Stated {
    about: Sentence,
    value: String,
}

impl Stated {
    fn new(zh: String, en: String, value: impl ToString) -> Self {
        Self { about: Sentence::new(zh, en), value: value.to_string() }
    }

    fn sentence(&self) -> Sentence {
        Sentence::new(format!("{} {}", self.about.zh, self.value), format!("{} {}", self.about.en, self.value))
    }

    fn to(&self, later: &Self) -> Sentence {
        let (was, is) = (&self.value, &later.value);
        Sentence::new(format!("{} {was} → {is}", self.about.zh), format!("{} {was} → {is}", self.about.en))
    }
}

/// A pack as statements, each under a key that stays the same from pack to pack.
fn listed(pack: &Pack) -> BTreeMap<String, Stated> {
    let mut stated = BTreeMap::new();
    stated.insert("0 epoch".to_owned(), Stated::new("期号".to_owned(), "epoch".to_owned(), pack.epoch()));
    for region in pack.regions() {
        list_region(region, &mut stated);
    }
    for row in pack.recognition().map(|recognition| recognition.rows.as_slice()).unwrap_or_default() {
        let about = format!("{} {} {}", row.region, row.type_code, row.scenes.join(","));
        let term = format!("{} – {}", row.from, row.until.map_or_else(|| "…".to_owned(), |day| day.to_string()));
        stated.insert(format!("2 {about}"), Stated::new(format!("互认 {about}"), format!("recognition of {about}"), term));
    }
    stated
}

fn list_region(region: &Region, stated: &mut BTreeMap<String, Stated>) {
    let manifest = region.manifest();
    let code = &manifest.region;
    let mut state =
        |key: String, zh: String, en: String, value: String| stated.insert(format!("1 {code} {key}"), Stated::new(zh, en, value));
    state("edition".to_owned(), format!("地区 {code} 名录版次"), format!("region {code} manifest edition"), manifest.edition.to_string());
    for kind in &manifest.kinds {
        state(
            format!("type {}", kind.index),
            format!("地区 {code} 类型 {} {}", kind.index, kind.names.zh),
            format!("region {code} type {} {}", kind.index, kind.names.en),
            kind.code.to_string(),
        );
    }
    for agency in &manifest.agencies {
        let kinds = agency.kinds.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
        state(
            format!("agency {}", agency.code),
            format!("机构 {} {} 可颁发类型", agency.code, agency.names.zh),
            format!("agency {} {} may issue types", agency.code, agency.names.en),
            kinds,
        );
        for key in &agency.keys {
            let window = format!("{} – {}", key.from, key.until.map_or_else(|| "…".to_owned(), |day| day.to_string()));
            state(
                format!("key {} {}", agency.code, key.key.id()),
                format!("机构 {} 密钥 {}", agency.code, key.key.id()),
                format!("agency {} key {}", agency.code, key.key.id()),
                window,
            );
        }
    }
    for theft in thefts(region) {
        let (key, before) = (theft.key.key.id(), theft.before);
        state(
            format!("theft {} {key}", theft.agency.code),
            format!("失窃密钥 {key} 仅日志序号 {before} 之前有效，清单张数"),
            format!("stolen key {key} counts only before index {before}, survivors"),
            theft.survivors.map_or_else(|| "–".to_owned(), |survivors| survivors.to_string()),
        );
    }
    for (_, list) in region.status_lists() {
        state(
            format!("list {}", list.uri()),
            format!("状态清单 {} 截至", list.uri()),
            format!("status list {} as of", list.uri()),
            format!("{} UTC+8", words::on_the_clock(list.issued())),
        );
        for (word, count) in states(list) {
            let (uri, word) = (list.uri(), word.word());
            state(
                format!("state {uri} {word}"),
                format!("状态清单 {uri} 中状态为 {word} 的证照数"),
                format!("status list {uri} certificates {word}"),
                count.to_string(),
            );
        }
    }
}
