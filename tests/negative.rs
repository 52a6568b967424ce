//! The negative list: seals with one defect each, and what a verifier must say of them, as files that any language can read.
//!
//! `cargo run -p kanhe-tests --bin seal-vectors` writes them to `tests/vectors/seal`; a test sees to it that they are what this module says.

mod content;
mod genuine;
mod malformed;
mod read;
mod road;
mod signature;

use crate::world::{Office, PackPlan, Province, World, moment, noon};
use jiff::Timestamp;
use kanhe_core::key::PublicKeyLine;
use kanhe_core::status::State;
use serde_json::{Value, json};

/// The pack that most vectors are judged with.
pub const PACK: &str = "pack.cbor";
/// The same, of a region that recognises nothing.
pub const PACK_ALONE: &str = "pack-without-recognition.cbor";
/// The same, without status lists.
pub const PACK_WITHOUT_LISTS: &str = "pack-without-lists.cbor";
/// The same, with lists of 1 May 2026.
pub const PACK_OLD_LISTS: &str = "pack-old-lists.cbor";
/// The same, good until 2029.
pub const PACK_LONG: &str = "pack-long.cbor";

/// The slot of Guangzhou's and Hangzhou's certificates that are in this state.
pub fn slot_of(state: State) -> u32 {
    20 + u32::from(state.bits())
}

/// The slot where the lists have a code that means nothing.
pub const RESERVED_SLOT: u32 = 60;

/// One file of the list.
#[derive(Clone, Debug)]
pub struct Vector {
    /// What the seal's defect is, or `…-is-accepted` where there is none.
    pub name: String,
    /// What a scanner hands over.
    pub text: String,
    /// The file of the pack.
    pub pack: &'static str,
    /// When it is shown.
    pub at: Timestamp,
    /// What for.
    pub scene: Option<&'static str>,
    /// `accept`, `refuse` or `unknown`.
    pub verdict: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// The step at which the road ends.
    pub step: Option<&'static str>,
}

impl Vector {
    fn new(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), pack: PACK, at: noon(), scene: None, verdict: "", code: "", step: None }
    }

    fn with_pack(self, pack: &'static str) -> Self {
        Self { pack, ..self }
    }

    fn at(self, at: &str) -> Self {
        Self { at: moment(at), ..self }
    }

    fn for_scene(self, scene: &'static str) -> Self {
        Self { scene: Some(scene), ..self }
    }

    fn accepted(self, code: &'static str) -> Self {
        Self { verdict: "accept", code, step: None, ..self }
    }

    fn refused(self, code: &'static str, step: &'static str) -> Self {
        Self { verdict: "refuse", code, step: Some(step), ..self }
    }

    fn unknown(self, code: &'static str, step: &'static str) -> Self {
        Self { verdict: "unknown", code, step: Some(step), ..self }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "text": self.text,
            "pack": self.pack,
            "trusted": trusted_line(),
            "at": self.at.to_string(),
            "scene": self.scene,
            "verdict": self.verdict,
            "code": self.code,
            "step": self.step,
        })
    }
}

/// Every vector with its number: a hundred for each part of the road, so that one can be added without renumbering the rest.
pub fn vectors(world: &World) -> Vec<(usize, Vector)> {
    let parts = [
        read::vectors(world),
        signature::vectors(world),
        malformed::vectors(world),
        road::scope(world),
        road::standing(world),
        road::validity(world),
        content::vectors(world),
        road::recognition(world),
        road::freshness(world),
        genuine::vectors(world),
    ];
    let numbered = parts.into_iter().enumerate().flat_map(|(part, vectors)| {
        assert!(vectors.len() < 100, "part {part} has more than 99 vectors");
        vectors.into_iter().enumerate().map(move |(place, vector)| (part * 100 + place + 1, vector))
    });
    numbered.collect()
}

/// The packs that the vectors name.
pub fn packs(world: &World) -> Vec<(&'static str, PackPlan<'_>)> {
    let plan = || {
        let states = State::ALL.into_iter().filter(|state| *state != State::Valid);
        let marked = states.fold(world.pack(), |plan, state| {
            plan.state(Office::Guangzhou, slot_of(state), state).state(Office::Hangzhou, slot_of(state), state)
        });
        marked.state_bits(Office::Guangzhou, RESERVED_SLOT, 5)
    };
    let without_lists = Office::ALL.into_iter().fold(plan(), PackPlan::without_list);
    vec![
        (PACK, plan()),
        (PACK_ALONE, plan().without_recognition()),
        (PACK_WITHOUT_LISTS, without_lists),
        (PACK_OLD_LISTS, plan().lists_made("2026-05-01T00:00:00Z")),
        (PACK_LONG, plan().expires("2029-01-01T00:00:00Z")),
    ]
}

/// Every file of the list, by its name.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let world = World::new();
    let packs = packs(&world).into_iter().map(|(name, plan)| (name.to_owned(), plan.bytes()));
    let vectors = vectors(&world).into_iter().map(|(number, vector)| {
        let mut text = serde_json::to_string_pretty(&vector.json()).expect("JSON of words");
        text.push('\n');
        (format!("{number:03}-{}.json", vector.name), text.into_bytes())
    });
    packs.chain(vectors).collect()
}

/// The one key that the vectors' counter trusts, as a line.
pub fn trusted_line() -> String {
    PublicKeyLine::new("guangdong.example/root", Province::Guangdong.root_key().verifying_key()).expect("a name").to_string()
}
