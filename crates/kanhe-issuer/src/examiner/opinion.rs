//! What departments say of an application, as the events of its history tell it.

use crate::catalogue::{Department, ReviewOrder, ReviewRule};
use kanhe_core::event::{Act, Event};
use kanhe_store::Stage;
use std::collections::{BTreeMap, BTreeSet};

/// What a department says of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// 同意.
    Agrees,
    /// 不同意.
    Objects,
}

impl Opinion {
    /// The word by which events and APIs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Objects => "objects",
        }
    }

    /// The opinion of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Agrees, Self::Objects].into_iter().find(|opinion| opinion.word() == word)
    }
}

/// How an event names a department and its opinion: `fire=agrees`.
pub(super) fn written(department: &str, opinion: Opinion) -> String {
    format!("{department}={}", opinion.word())
}

/// The department and the opinion that an event tells of.
fn told(event: &Event) -> Option<(&str, Opinion)> {
    let other = event.other.as_deref().filter(|_| event.act == Act::Review)?;
    let (department, opinion) = other.split_once('=')?;
    Some((department, Opinion::parse(opinion)?))
}

/// Where an application stands, by the rule of its type and its history.
#[derive(Clone, Debug)]
pub struct Standing<'r> {
    /// None where the type is reviewed no more.
    rule: Option<&'r ReviewRule>,
    /// Each department with what it said last, and the event in which it did.
    opinions: Vec<(&'r Department, Option<(Opinion, Event)>)>,
    /// What departments said last that the rule asks no more.
    unasked: BTreeMap<String, (Opinion, Event)>,
    /// Who has handled the application, and for which department, if for one.
    handled: BTreeSet<(String, Option<String>)>,
}

impl<'r> Standing<'r> {
    /// Reads a history, the oldest event first. Where the type is reviewed no more nobody is waited for, and the decision is all that is left.
    pub fn of<'e>(rule: impl Into<Option<&'r ReviewRule>>, history: impl IntoIterator<Item = &'e Event>) -> Self {
        let rule = rule.into();
        let opinions = rule.iter().flat_map(|rule| &rule.departments).map(|department| (department, None)).collect();
        let mut standing = Self { rule, opinions, unasked: BTreeMap::new(), handled: BTreeSet::new() };
        for event in history {
            let opinion = told(event);
            standing.handled.insert((event.actor.clone(), opinion.map(|(department, _)| department.to_owned())));
            let Some((id, opinion)) = opinion else { continue };
            let said = (opinion, event.clone());
            match standing.opinions.iter_mut().find(|(department, _)| department.id == id) {
                Some((_, last)) => *last = Some(said),
                None => drop(standing.unasked.insert(id.to_owned(), said)),
            }
        }
        standing
    }

    /// Each department with what it said last, in the order of the rule.
    pub fn opinions(&self) -> &[(&'r Department, Option<(Opinion, Event)>)] {
        &self.opinions
    }

    /// What departments said last that were asked by an earlier edition of the type, by their ids: it binds nobody, and is to be seen.
    pub const fn unasked(&self) -> &BTreeMap<String, (Opinion, Event)> {
        &self.unasked
    }

    /// The departments whose opinion is waited for now.
    pub fn waiting_for(&self) -> Vec<&'r Department> {
        if !self.objecting().is_empty() {
            return Vec::new();
        }
        let silent = self.opinions.iter().filter(|(_, said)| said.is_none()).map(|(department, _)| *department);
        match self.order() {
            Some(ReviewOrder::Serial) => silent.take(1).collect(),
            Some(ReviewOrder::Parallel) | None => silent.collect(),
        }
    }

    /// The departments that object.
    pub fn objecting(&self) -> Vec<&'r Department> {
        let objects = |said: &Option<(Opinion, Event)>| said.as_ref().is_some_and(|(opinion, _)| *opinion == Opinion::Objects);
        self.opinions.iter().filter(|(_, said)| objects(said)).map(|(department, _)| *department).collect()
    }

    /// The stage of an application that is not decided: one objection is enough to bring it to who decides.
    pub fn stage(&self) -> Stage {
        if self.waiting_for().is_empty() { Stage::ForDecision } else { Stage::InReview }
    }

    /// Who has handled the application in any way.
    pub(super) fn handlers(&self) -> impl Iterator<Item = &str> {
        self.handled.iter().map(|(who, _)| who.as_str())
    }

    /// Who has spoken for another department than this.
    pub(super) fn speakers_for_others(&self, department: &str) -> impl Iterator<Item = &str> {
        let spoken = self.handled.iter().filter_map(|(who, for_whom)| Some((who, for_whom.as_deref()?)));
        spoken.filter(move |(_, other)| *other != department).map(|(who, _)| who.as_str())
    }

    /// Whether it is a department's turn: always in parallel, else when all before it agree.
    pub(super) fn is_turn_of(&self, department: &str) -> bool {
        let agrees = |said: &Option<(Opinion, Event)>| said.as_ref().is_some_and(|(opinion, _)| *opinion == Opinion::Agrees);
        let mut before = self.opinions.iter().take_while(|(other, _)| other.id != department);
        self.order() == Some(ReviewOrder::Parallel) || before.all(|(_, said)| agrees(said))
    }

    fn order(&self) -> Option<ReviewOrder> {
        self.rule.map(|rule| rule.order)
    }
}
