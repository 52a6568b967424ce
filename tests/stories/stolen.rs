//! A stolen key: what the thief signs is refused, and what the agency had signed before stays good.

use kanhe_core::envelope::{DocumentType, sign_to_cose};
use kanhe_core::event::{Act, Event};
use kanhe_core::key::SigningKey;
use kanhe_core::pack::PackError;
use kanhe_core::qr::Scanned;
use kanhe_core::seal::seal_hash;
use kanhe_core::verify::{Logged, Occasion, verify_logged};
use kanhe_tests::world::{noon, test_key};
use kanhe_tests::{Office, Outcome, PackPlan, Province, World};

const BEFORE: u64 = 4_711;

fn ask(text: &str, plan: &PackPlan<'_>) -> (&'static str, &'static str) {
    let outcome = Outcome::of(text, &plan.open(), noon(), None);
    (outcome.verdict, outcome.code)
}

#[test]
fn the_thief_is_refused_and_the_honest_stay_good() {
    let world = World::new();
    let (honest, forged) = (world.food_permit().text(), world.food_permit().slot(99).text());
    assert_eq!(ask(&forged, &world.pack()), ("accept", "accepted"), "before the theft is known, nobody can tell");
    let plan = world.pack().stolen(Office::Guangzhou, BEFORE).survivors(Office::Guangzhou, BEFORE, &[&honest]);
    assert_eq!(ask(&honest, &plan), ("accept", "accepted"));
    assert_eq!(ask(&forged, &plan), ("refuse", "key_stolen"));
    assert_eq!(ask(&world.operator_certificate().text(), &plan), ("accept", "accepted"), "another agency's key was not stolen");
}

#[test]
fn without_the_list_of_survivors_nothing_of_the_key_can_be_told() {
    let world = World::new();
    let honest = world.food_permit().text();
    let stolen = || world.pack().stolen(Office::Guangzhou, BEFORE);
    assert_eq!(ask(&honest, &stolen()), ("unknown", "survivors_unknown"));
    let other_cut_off = stolen().survivors(Office::Guangzhou, BEFORE + 1, &[&honest]);
    assert_eq!(ask(&honest, &other_cut_off), ("unknown", "survivors_unknown"), "a list for a later cut-off would let the thief pass");
    let revoked = stolen().state(Office::Guangzhou, 7, kanhe_core::status::State::Revoked);
    assert_eq!(ask(&honest, &revoked), ("refuse", "revoked"), "a refusal comes before a doubt");
}

#[test]
fn a_proof_from_the_log_tells_on_which_side_of_the_theft_a_certificate_was_issued() {
    let world = World::new();
    let (text, other) = (world.food_permit().text(), world.food_permit().slot(99).text());
    let stolen = || world.pack().stolen(Office::Guangzhou, BEFORE);
    let (unlisted, listed) = (stolen(), stolen().survivors(Office::Guangzhou, BEFORE, &[&text]));
    let rows = [
        (Act::Issue, BEFORE - 1, &text, &unlisted, "accepted"),
        (Act::Suspend, BEFORE - 1, &text, &unlisted, "accepted"),
        (Act::Issue, BEFORE, &text, &unlisted, "key_stolen"),
        (Act::Renew, BEFORE + 1, &text, &unlisted, "key_stolen"),
        // An honest certificate is changed after the theft, too.
        (Act::Suspend, BEFORE, &text, &unlisted, "survivors_unknown"),
        (Act::Issue, BEFORE - 1, &other, &unlisted, "survivors_unknown"),
        (Act::Issue, BEFORE, &other, &unlisted, "survivors_unknown"),
        (Act::Issue, BEFORE - 1, &other, &listed, "accepted"),
    ];
    for (act, index, of, plan, code) in rows {
        let (pack, event) = (plan.open(), event(act, of));
        let judged = verify_logged(&text, &pack, Occasion { at: noon(), scene: None }, &Logged::new(index, &event));
        assert_eq!(judged.map_or_else(|refusal| refusal.reason().code(), |_| "accepted"), code, "{act:?} at {index}");
    }
}

/// An event about the certificate with this QR code.
fn event(act: Act, text: &str) -> Event {
    Event {
        act,
        subject: "a certificate".to_owned(),
        digest: [0; 32],
        seal: seal_hash(Scanned::parse(text).unwrap().bytes()),
        effective: noon(),
        recorded: noon(),
        basis: "basis".to_owned(),
        reason: "reason".to_owned(),
        actor: "nobody".to_owned(),
        approval: None,
        other: None,
        salt: [0; 16],
    }
}

#[test]
fn a_forgery_that_borrows_an_honest_certificate_s_digest_or_slot_is_none_of_the_survivors() {
    let world = World::new();
    let honest = world.food_permit();
    let plan = world.pack().stolen(Office::Guangzhou, BEFORE).survivors(Office::Guangzhou, BEFORE, &[&honest.text()]);
    let mut payload = honest.payload();
    let last = payload.len() - 1;
    payload[last] ^= 1;
    let outcome = ask(&honest.text_of(&payload), &plan);
    assert_ne!(outcome.0, "accept", "{outcome:?}");
    assert_eq!(ask(&world.food_permit().until("2036-02-28").text(), &plan), ("refuse", "key_stolen"));
}

#[test]
fn only_the_region_says_who_survives() {
    let world = World::new();
    let plan = world.pack().stolen(Office::Guangzhou, BEFORE).survivors(Office::Guangzhou, BEFORE, &[&world.food_permit().text()]);
    for signer in [Office::Guangzhou.key(), Province::Zhejiang.root_key(), test_key("stranger")] {
        let refused = resigned(&plan, &signer);
        assert!(matches!(refused, Err(PackError::PartNotTrusted { part: "survivors", .. })), "{refused:?}");
    }
}

/// The pack with its list of survivors signed by somebody else.
fn resigned(plan: &PackPlan<'_>, signer: &SigningKey) -> Result<(), PackError> {
    let mut contents = plan.contents();
    let lists = contents.survivors.as_mut().unwrap();
    let payload = kanhe_tests::world::payload::payload_of(&lists[0]);
    lists[0] = sign_to_cose(DocumentType::Survivors, &payload, signer).into();
    let bytes = sign_to_cose(DocumentType::Pack, &contents.encode(), &Province::Guangdong.root_key());
    kanhe_core::pack::Pack::open(&bytes, &[kanhe_tests::world::trusted_key()]).map(drop)
}

#[test]
fn a_status_list_that_a_stolen_key_signed_is_not_taken() {
    let world = World::new();
    let stolen = world.pack().manifest(Province::Guangdong, |manifest| {
        let keys = manifest.agencies.iter_mut().flat_map(|agency| &mut agency.keys);
        keys.filter(|key| key.key == Office::Guangzhou.status_key().verifying_key()).for_each(|key| key.counts_before = Some(0));
    });
    assert!(matches!(stolen.try_open(), Err(PackError::PartNotTrusted { part: "status list", .. })));
}
