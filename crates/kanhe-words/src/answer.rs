//! An answer as it is told: the verdict, the way it was reached, and what may be believed.

mod certificate;
mod told;

use crate::verdict::Place;
use crate::{Clock, Language, Sentence, Words, moment, verdict};
use certificate::certificate_lines;
use jiff::Timestamp;
use kanhe_core::pack::{Pack, Standing};
use kanhe_core::seal::Claims;
use kanhe_core::verdict::{Accepted, Issuer, Refusal, Step, Verdict};
use serde_json::Value as Json;

/// Everything that a verdict tells, as one object for machines and as lines for people.
pub struct Answer<'a> {
    judged: &'a Result<Accepted<'a>, Refusal<'a>>,
    pack: &'a Pack,
    at: Timestamp,
    place: Place,
    clock: Clock,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    InDoubt,
    NotReached,
}

impl<'a> Answer<'a> {
    /// The answer to one look at `pack` at the moment `at`, which is by the word of `clock`.
    pub const fn new(judged: &'a Result<Accepted<'a>, Refusal<'a>>, pack: &'a Pack, at: Timestamp, clock: Clock) -> Self {
        let place = if matches!(clock, Clock::Service) { Place::Service } else { Place::Device };
        Self { judged, pack, at, place, clock }
    }

    /// The same, given by a service: an app has asked it for somebody who can neither set its clock nor update its pack.
    #[must_use]
    pub const fn by_service(self) -> Self {
        Self { place: Place::Service, ..self }
    }

    /// The colour of the answer.
    pub fn verdict(&self) -> Verdict {
        self.judged.as_ref().map_or_else(|refusal| refusal.reason().verdict(), |_| Verdict::Accept)
    }

    /// The stable code of the answer, listed in `docs/errors.md`.
    pub fn code(&self) -> &'static str {
        self.judged.as_ref().map_or_else(|refusal| refusal.reason().code(), Accepted::code)
    }

    /// The answer for machines, as a value; whoever only writes it serialises the answer itself.
    pub fn json(&self) -> Json {
        // safe: strings, lists and objects with names for keys
        serde_json::to_value(self).expect("an answer is JSON")
    }

    /// The answer for people: several lines, without a line feed at the end.
    pub fn words(&self, language: Language) -> String {
        let mut lines = vec![format!("{}  {}", self.headline(language), self.message().of(language))];
        let next = self.next();
        if !next.of(language).is_empty() {
            lines.push(format!("→ {}", next.of(language)));
        }
        lines.extend(self.advice().iter().map(|advice| format!("! {}", advice.of(language))));
        if let Some((claims, issuer)) = self.claims().zip(self.issuer()) {
            lines.push(String::new());
            lines.extend(certificate_lines(claims, issuer, language));
        }
        lines.push(String::new());
        lines.extend(Step::ALL.into_iter().map(|step| self.step_line(step, language)));
        if let Some(as_of) = self.as_of() {
            lines.push(self.as_of_line(as_of, language));
        }
        lines.join("\n")
    }

    fn as_of_line(&self, as_of: Timestamp, language: Language) -> String {
        let age = self.at.duration_since(as_of);
        // A clock that is behind makes what we know come from the future, and no age at all.
        let age = (!age.is_negative()).then(|| crate::age(age));
        let as_of = moment(as_of);
        match (language, age) {
            (Language::Chinese, None) => format!("状态截至{}", as_of.zh),
            (Language::Chinese, Some(age)) => format!("状态截至{}（{}前）", as_of.zh, age.zh),
            (Language::English, None) => format!("status as of {}", as_of.en),
            (Language::English, Some(age)) => format!("status as of {} ({} ago)", as_of.en, age.en),
        }
    }

    fn headline(&self, language: Language) -> &'static str {
        let words = match self.verdict() {
            Verdict::Accept => Words::new("✔ 真实有效", "✔ GENUINE, IN FORCE"),
            Verdict::Refuse => Words::new("✘ 不予接受", "✘ DO NOT ACCEPT"),
            Verdict::Unknown => Words::new("? 此处无法判定", "? CANNOT TELL HERE"),
        };
        words.of(language)
    }

    fn message(&self) -> Sentence {
        match self.judged {
            Ok(accepted) => {
                let (kind, issuer) = (&accepted.claims().kind.names, accepted.issuer());
                Sentence::new(format!("{}，{}颁发。", kind.zh, issuer.names.zh), format!("{}, issued by {}.", kind.en, issuer.names.en))
            }
            Err(refusal) => verdict::reason(refusal.reason(), self.pack, self.place, self.clock),
        }
    }

    /// What who reads the answer does next.
    pub fn next(&self) -> Sentence {
        match self.judged {
            Ok(_) => Sentence::new("核对持证主体与来人或单位一致。", "Check that the holder is the person or organisation before you."),
            Err(refusal) => verdict::next(refusal.reason(), self.place, self.clock).into(),
        }
    }

    fn advice(&self) -> Vec<Sentence> {
        self.judged
            .as_ref()
            .map(|accepted| accepted.advice().iter().map(|advice| verdict::advice(advice, self.place)).collect())
            .unwrap_or_default()
    }

    fn as_of(&self) -> Option<Timestamp> {
        match self.judged {
            Ok(accepted) => Some(accepted.as_of()),
            Err(refusal) => refusal.believed().and_then(|believed| match believed.standing {
                Standing::Known { as_of, .. } => Some(as_of),
                Standing::Unknown(_) => None,
            }),
        }
    }

    fn claims(&self) -> Option<&Claims<'a>> {
        match self.judged {
            Ok(accepted) => Some(accepted.claims()),
            Err(refusal) => refusal.believed().and_then(|believed| believed.claims.as_ref()),
        }
    }

    fn issuer(&self) -> Option<Issuer<'a>> {
        match self.judged {
            Ok(accepted) => Some(accepted.issuer()),
            Err(refusal) => refusal.believed().map(|believed| believed.issuer),
        }
    }

    fn outcome(&self, step: Step) -> Outcome {
        let Err(refusal) = self.judged else { return Outcome::Passed };
        let ended = refusal.reason().step();
        match step.cmp(&ended) {
            std::cmp::Ordering::Less => Outcome::Passed,
            std::cmp::Ordering::Greater => Outcome::NotReached,
            std::cmp::Ordering::Equal if self.verdict() == Verdict::Unknown => Outcome::InDoubt,
            std::cmp::Ordering::Equal => Outcome::Failed,
        }
    }

    fn step_line(&self, step: Step, language: Language) -> String {
        let mark = match self.outcome(step) {
            Outcome::Passed => '✔',
            Outcome::Failed => '✘',
            Outcome::InDoubt => '?',
            Outcome::NotReached => '·',
        };
        format!("  {mark} {}", verdict::step(step).of(language))
    }
}
