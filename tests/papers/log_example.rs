//! The proof bundle at the top of `docs/spec/log.md`: written by the code from five made-up events, and read back from the page.

use super::read;
use jiff::Timestamp;
use kanhe_core::event::{Act, Event};
use kanhe_log::bundle::ProofBundle;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::edge::Edge;
use kanhe_log::hash::leaf_hash;
use kanhe_log::note::NoteSigner;
use kanhe_log::prove::inclusion_proof;
use kanhe_tests::world::test_key;
use std::collections::BTreeMap;

const ORIGIN: &str = "kanhe.example.cn/log";
const INDEX: u64 = 2;

#[test]
fn the_proof_at_the_top_of_the_specification_is_the_one_that_the_code_writes() {
    let page = read("docs/spec/log.md");
    let (bundle, key) = written();
    assert!(
        page.contains(&format!("```text\n{bundle}```\n")) && page.contains(&format!("```text\n{key}\n```\n")),
        "docs/spec/log.md should show\n{bundle}\n{key}"
    );
}

#[test]
fn the_proof_at_the_top_of_the_specification_holds_for_its_entry_and_no_other() {
    let page = read("docs/spec/log.md");
    let shown = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let key = test_key("log.md");
    let signer = NoteSigner::new(ORIGIN, &key).unwrap();
    let bundle = ProofBundle::parse(shown).unwrap();
    let included = bundle.verify(&entry(INDEX), signer.public()).unwrap();
    assert_eq!((included.index(), included.checkpoint().head().size), (INDEX, 5));
    assert!([0, 1, 3, 4].iter().all(|other| bundle.verify(&entry(*other), signer.public()).is_err()));
}

/// The bundle and the line of the key.
fn written() -> (String, String) {
    let mut edge = Edge::empty();
    for index in 0..5 {
        edge.append(leaf_hash(&entry(index)));
    }
    let tiles: BTreeMap<_, _> = edge.take_changed().into_iter().collect();
    let path = inclusion_proof(INDEX, edge.size(), |tile| tiles.get(&tile).cloned().ok_or(tile)).unwrap();
    let key = test_key("log.md");
    let signer = NoteSigner::new(ORIGIN, &key).unwrap();
    let checkpoint = Checkpoint::new(ORIGIN, edge.head(), &[]).unwrap().sign(&signer).unwrap();
    (ProofBundle::new(INDEX, path, &checkpoint).unwrap().to_string(), signer.public().to_string())
}

/// `SHA-256(event)`
fn entry(index: u64) -> [u8; 32] {
    let at = Timestamp::from_second(i64::try_from(index).unwrap()).unwrap();
    let event = Event {
        act: Act::Issue,
        subject: format!("example {index}"),
        digest: [0; 32],
        seal: [0; 16],
        effective: at,
        recorded: at,
        basis: "example".to_owned(),
        reason: "example".to_owned(),
        actor: "nobody".to_owned(),
        approval: None,
        other: None,
        salt: [u8::try_from(index).unwrap(); 16],
    };
    Event::entry_of(&event.encode())
}
