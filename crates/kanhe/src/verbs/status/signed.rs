//! What is said of status lists: those that were signed, and those that stand as they are.

use crate::words::{Language, counted, state_word};
use kanhe_core::status::State;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What was signed, and what had no need of it.
#[derive(Default)]
pub struct Signed {
    new: Lists,
    /// Those that the folder has as they are to be.
    standing: Lists,
}

/// Some lists.
#[derive(Default)]
struct Lists {
    count: usize,
    /// How many certificates are in which state.
    states: BTreeMap<State, usize>,
}

impl Signed {
    /// Counts a list that was signed, by the states of its certificates.
    pub fn count(&mut self, states: impl IntoIterator<Item = State>) {
        self.new.count(states);
    }

    /// Counts one that stands as it is.
    pub fn count_standing(&mut self, states: impl IntoIterator<Item = State>) {
        self.standing.count(states);
    }

    /// For machines.
    pub fn json(&self, out: &Path) -> Value {
        json!({
            "lists": self.new.count, "certificates": self.new.certificates(), "states": self.new.by_word(),
            "standing": { "lists": self.standing.count, "certificates": self.standing.certificates(), "states": self.standing.by_word() },
            "out": out,
        })
    }

    /// For people.
    pub fn words(&self, out: &Path, language: Language) -> String {
        let (new, standing, out) = (self.new.said(" signed", language), self.standing.said("", language), out.display());
        match (self.new.count, self.standing.count, language) {
            (_, 0, Language::Chinese) => format!("已签名 {new}：{out}"),
            (_, 0, Language::English) => format!("{new}: {out}"),
            (0, _, Language::Chinese) => format!("没有变动，未签署；原有 {standing}：{out}"),
            (0, _, Language::English) => format!("nothing has changed, and nothing was signed; unchanged: {standing}: {out}"),
            (_, _, Language::Chinese) => format!("已签名 {new}；没有变动的另有 {standing}：{out}"),
            (_, _, Language::English) => format!("{new}; unchanged: {standing}: {out}"),
        }
    }
}

impl Lists {
    fn count(&mut self, states: impl IntoIterator<Item = State>) {
        self.count += 1;
        states.into_iter().for_each(|state| *self.states.entry(state).or_default() += 1);
    }

    fn certificates(&self) -> usize {
        self.states.values().sum()
    }

    fn by_word(&self) -> BTreeMap<&'static str, usize> {
        self.states.iter().map(|(state, count)| (state.word(), *count)).collect()
    }

    /// How many lists, and how many certificates are in which state: who signs sees whether a revocation is among them.
    fn said(&self, signed: &str, language: Language) -> String {
        let by_state = self.states.iter().map(|(state, count)| match language {
            Language::Chinese => format!("{} {count} 张", state_word(*state).zh),
            Language::English => format!("{count} {}", state_word(*state).en),
        });
        let (by_state, certificates) = (by_state.collect::<Vec<_>>(), self.certificates());
        match language {
            Language::Chinese => {
                let among = if by_state.is_empty() { String::new() } else { format!("，其中{}", by_state.join("、")) };
                format!("{} 份状态清单（{certificates} 张证照{among}）", self.count)
            }
            Language::English => {
                let among = if by_state.is_empty() { String::new() } else { format!(" ({})", by_state.join(", ")) };
                let lists = counted(self.count, "status list", "status lists");
                format!("{lists}{signed} for {}{among}", counted(certificates, "certificate", "certificates"))
            }
        }
    }
}
