//! The counter's road: every reason there is, in the order of its gravity, with its verdict, code and step.

use jiff::{SignedDuration, Timestamp};
use kanhe_core::pack::Unknown;
use kanhe_core::status::State;
use kanhe_core::verdict::{Advice, Reason};
use kanhe_core::verify::{Occasion, verify};
use kanhe_tests::world::payload::{Item, Payload};
use kanhe_tests::world::{PLATFORM, day, food_code, moment, noon, recognition_row, test_key};
use kanhe_tests::{Licence, Office, Outcome, PackPlan, Province, World};
use std::collections::BTreeSet;

const GUANGZHOU: Office = Office::Guangzhou;
const HOUSING: Office = Office::Housing;
const HANGZHOU: Office = Office::Hangzhou;

/// One certificate shown at a counter, and what must come of it.
struct Scene<'w> {
    name: &'static str,
    text: String,
    pack: PackPlan<'w>,
    at: Timestamp,
    scene: Option<&'static str>,
    expected: Outcome,
}

impl<'w> Scene<'w> {
    fn new(name: &'static str, licence: &Licence<'_>, pack: PackPlan<'w>) -> Self {
        Self::of_text(name, licence.text(), pack)
    }

    fn of_text(name: &'static str, text: String, pack: PackPlan<'w>) -> Self {
        let nothing = Outcome { verdict: "", code: "", step: None };
        Self { name, text, pack, at: noon(), scene: None, expected: nothing }
    }

    fn at(mut self, at: &str) -> Self {
        self.at = moment(at);
        self
    }

    fn for_scene(mut self, scene: &'static str) -> Self {
        self.scene = Some(scene);
        self
    }

    fn accepted(self, code: &'static str) -> Self {
        self.ends(Outcome { verdict: "accept", code, step: None })
    }

    fn refused(self, code: &'static str, step: &'static str) -> Self {
        self.ends(Outcome { verdict: "refuse", code, step: Some(step) })
    }

    fn unknown(self, code: &'static str, step: &'static str) -> Self {
        self.ends(Outcome { verdict: "unknown", code, step: Some(step) })
    }

    fn ends(mut self, expected: Outcome) -> Self {
        self.expected = expected;
        self
    }

    fn play(&self) {
        let pack = self.pack.open();
        assert_eq!(Outcome::of(&self.text, &pack, self.at, self.scene), self.expected, "{}", self.name);
    }
}

fn play(scenes: &[Scene<'_>]) {
    scenes.iter().for_each(Scene::play);
}

/// One scene for each reason; `every_reason_is_reached` sees to it that none is missing.
fn one_for_each_reason(world: &World) -> Vec<Scene<'_>> {
    let pack = || world.pack();
    let food = || world.food_permit();
    let bare = |licence: Licence<'_>, item, value: u32| licence.text_of(&Payload::of(&licence.payload()).with(item, value).bytes());
    vec![
        Scene::of_text("a web address", "https://example.cn/".to_owned(), pack()).unknown("not_a_seal", "read"),
        Scene::new("a stranger's key", &food().signed_by(test_key("a stranger")), pack()).unknown("issuer_unknown", "issuer"),
        Scene::of_text("one bit changed", forged(&food()), pack()).refused("signature_invalid", "signature"),
        Scene::of_text("the last group of digits lost", shortened(&food()), pack()).unknown("seal_damaged", "read"),
        Scene::of_text("a signed payload that is no seal", food().text_of(&[0x80]), pack()).refused("seal_malformed", "signature"),
        Scene::new("signed with the key for status lists", &food().signed_by(GUANGZHOU.status_key()), pack())
            .refused("key_not_for_seals", "scope"),
        Scene::new("issued after the key's last day", &food().signed_by(GUANGZHOU.old_key()), pack())
            .refused("outside_key_window", "scope"),
        Scene::new("an operator certificate of the food bureau", &world.operator_certificate().signed_by(GUANGZHOU.key()), pack())
            .refused("out_of_scope", "scope"),
        Scene::new("signed by a thief", &food(), pack().stolen(GUANGZHOU, 5).survivors(GUANGZHOU, 5, &[])).refused("key_stolen", "scope"),
        Scene::new("a key stolen, and nobody knows what it signed before", &food(), pack().stolen(GUANGZHOU, 5))
            .unknown("survivors_unknown", "freshness"),
        Scene::new("a type that the manifest does not have", &food().of_kind(99), pack()).unknown("type_unknown", "scope"),
        Scene::new("revoked", &food(), pack().state(GUANGZHOU, 7, State::Revoked)).refused("revoked", "standing"),
        Scene::new("a clock of last year", &food(), pack()).at("2025-06-15T04:00:00Z").unknown("clock_behind", "clock"),
        Scene::new("ended yesterday", &food().until("2026-06-14"), pack()).refused("expired", "validity"),
        Scene::new("begins tomorrow", &food().from("2026-06-16"), pack()).refused("not_yet_in_force", "validity"),
        Scene::of_text("a version that no identifier has", bare(food(), Item::Version, 0), pack())
            .unknown("seal_serial_unreadable", "content"),
        Scene::of_text("packed with a dictionary of tomorrow", bare(food(), Item::Dictionary, 901), pack())
            .unknown("dictionary_unknown", "content"),
        Scene::new("a foreign operator certificate", &world.foreign_operator_certificate(), pack())
            .unknown("type_not_recognised", "recognition"),
        Scene::new("a foreign food permit for no named scene", &world.foreign_food_permit(), pack())
            .unknown("scene_not_recognised", "recognition"),
        Scene::new("a recognition that has run out", &world.foreign_title(), pack().recognition(|r| r.expires = noon()))
            .unknown("recognition_stale", "recognition"),
        Scene::new("a pack that has run out", &food(), pack()).at("2026-07-15T01:00:00Z").unknown("pack_stale", "freshness"),
        Scene::new("a manifest that has run out", &food(), pack().manifest(Province::Guangdong, |m| m.expires = noon()))
            .unknown("manifest_stale", "freshness"),
        Scene::new("a list of last month", &food(), pack().lists_made("2026-05-16T04:00:00Z")).unknown("status_stale", "freshness"),
        Scene::new("a pack without the list", &food(), pack().without_list(GUANGZHOU)).unknown("status_unknown", "freshness"),
    ]
}

#[test]
fn each_reason_has_its_verdict_code_and_step() {
    play(&one_for_each_reason(&World::new()));
}

#[test]
fn every_reason_is_reached() {
    let world = World::new();
    let mut reached = BTreeSet::new();
    for scene in one_for_each_reason(&world) {
        let pack = scene.pack.open();
        let refusal = verify(&scene.text, &pack, Occasion { at: scene.at, scene: scene.scene }).expect_err(scene.name);
        reached.insert(number_of(refusal.reason()));
    }
    assert_eq!(reached, (0..REASONS).collect());
}

const REASONS: u8 = 24;

/// A new reason does not compile here before it has a number, and does not pass before it has a scene.
fn number_of(reason: &Reason<'_>) -> u8 {
    match reason {
        Reason::Unreadable(_) => 0,
        Reason::IssuerUnknown { .. } => 1,
        Reason::Forged { .. } => 2,
        Reason::Malformed => 3,
        Reason::KeyNotForSeals { .. } => 4,
        Reason::OutsideKeyWindow { .. } => 5,
        Reason::OutOfScope { .. } => 6,
        Reason::KindUnknown { .. } => 7,
        Reason::Forbidden { .. } => 8,
        Reason::ClockBehind { .. } => 9,
        Reason::Expired { .. } => 10,
        Reason::NotYetInForce { .. } => 11,
        Reason::Unpackable(_) => 12,
        Reason::DictionaryUnknown { .. } => 13,
        Reason::TypeNotRecognised { .. } => 14,
        Reason::SceneNotRecognised { .. } => 15,
        Reason::RecognitionStale { .. } => 16,
        Reason::PackStale { .. } => 17,
        Reason::ManifestStale { .. } => 18,
        Reason::StatusStale { .. } => 19,
        Reason::StatusUnknown { .. } => 20,
        Reason::KeyStolen { .. } => 21,
        Reason::SurvivorsUnknown { .. } => 22,
        Reason::Damaged { .. } => 23,
        // No text comes to it: `tests/service/taken_up.rs` shows a file that does.
        Reason::FileNotAmongSurvivors { .. } => REASONS,
    }
}

#[test]
fn what_is_good_is_accepted() {
    let world = World::new();
    let retired = world.food_permit().issued("2023-12-31").signed_by(GUANGZHOU.old_key());
    play(&[
        Scene::new("a food permit", &world.food_permit(), world.pack()).accepted("accepted"),
        Scene::new("an operator certificate", &world.operator_certificate(), world.pack()).accepted("accepted"),
        Scene::new("a title of two owners without end", &world.title(), world.pack()).accepted("accepted"),
        Scene::new("its first day", &world.food_permit().issued("2026-06-15"), world.pack()).accepted("accepted"),
        Scene::new("its last day", &world.food_permit().until("2026-06-15"), world.pack()).accepted("accepted"),
        Scene::new("the last minute of its last day in China", &world.food_permit().until("2026-06-15"), world.pack())
            .at("2026-06-15T15:59:59Z")
            .accepted("accepted"),
        Scene::new("issued on the last day of a key that is retired since", &retired, world.pack()).accepted("accepted"),
        Scene::new("a clock nine minutes behind the pack", &world.food_permit(), world.pack())
            .at("2026-06-15T00:51:00Z")
            .accepted("accepted"),
        Scene::new("the last second of the pack", &world.title(), world.pack().lists_made("2026-07-15T00:00:00Z"))
            .at("2026-07-15T00:59:59Z")
            .accepted("accepted"),
        Scene::new("fields left empty", &world.food_permit().without("principal"), world.pack()).accepted("accepted"),
        Scene::new(
            "a seal older than the type's last field",
            &world.food_permit().of_edition(|kind| kind.fields.truncate(2)),
            world.pack(),
        )
        .accepted("accepted"),
    ]);
}

#[test]
fn a_foreign_certificate_needs_a_row_for_its_type_scene_and_day() {
    let world = World::new();
    let food = || world.foreign_food_permit();
    let rows = |from, until| world.pack().recognition(|r| r.rows = vec![recognition_row(food_code(), &[PLATFORM], from, until)]);
    play(&[
        Scene::new("for every scene", &world.foreign_title(), world.pack()).accepted("accepted"),
        Scene::new("for every scene, and one named", &world.foreign_title(), world.pack()).for_scene("loan").accepted("accepted"),
        Scene::new("for a named scene", &food(), world.pack()).for_scene(PLATFORM).accepted("accepted"),
        Scene::new("for the other named scene", &food(), world.pack()).for_scene("tender").accepted("accepted"),
        Scene::new("for a scene not named", &food(), world.pack()).for_scene("loan").unknown("scene_not_recognised", "recognition"),
        Scene::new("from today", &food(), rows("2026-06-15", None)).for_scene(PLATFORM).accepted("accepted"),
        Scene::new("until today", &food(), rows("2025-01-01", Some("2026-06-15"))).for_scene(PLATFORM).accepted("accepted"),
        Scene::new("from tomorrow", &food(), rows("2026-06-16", None)).for_scene(PLATFORM).unknown("scene_not_recognised", "recognition"),
        Scene::new("until yesterday", &food(), rows("2025-01-01", Some("2026-06-14")))
            .for_scene(PLATFORM)
            .unknown("scene_not_recognised", "recognition"),
        Scene::new("no recognition at all", &food(), world.pack().without_recognition())
            .for_scene(PLATFORM)
            .unknown("type_not_recognised", "recognition"),
        Scene::new("a recognition that ran out today", &food(), world.pack().recognition(|r| r.expires = noon()))
            .for_scene(PLATFORM)
            .unknown("recognition_stale", "recognition"),
        Scene::new("our own needs none", &world.food_permit(), world.pack().without_recognition()).accepted("accepted"),
    ]);
}

#[test]
fn a_refusal_for_want_of_recognition_says_what_is_recognised_and_until_when() {
    let world = World::new();
    let pack = world.pack().open();
    let text = world.foreign_food_permit().text();
    let refusal = verify(&text, &pack, Occasion { at: noon(), scene: Some("loan") }).unwrap_err();
    let Reason::SceneNotRecognised { recognised, scene, .. } = refusal.reason() else { panic!("{:?}", refusal.reason()) };
    assert_eq!(scene.as_deref(), Some("loan"));
    assert_eq!(
        recognised.iter().map(|row| (row.scenes.as_slice(), row.until)).collect::<Vec<_>>(),
        [(&[PLATFORM.to_owned(), "tender".to_owned()][..], Some(day("2027-12-31")))]
    );
}

#[test]
fn every_state_but_valid_forbids_use_by_its_own_name() {
    let world = World::new();
    for state in State::ALL.into_iter().filter(|state| *state != State::Valid) {
        let pack = world.pack().state(HOUSING, 8, state);
        Scene::new("its state", &world.operator_certificate(), pack).refused(state.word(), "standing").play();
    }
}

#[test]
fn an_agencys_lists_speak_of_its_own_certificates_only() {
    let world = World::new();
    let pack = || world.pack().state(HANGZHOU, 7, State::Revoked).state(GUANGZHOU, 6, State::Revoked);
    play(&[
        Scene::new("the same slot of another agency", &world.food_permit(), pack()).accepted("accepted"),
        Scene::new("that agency's own", &world.foreign_food_permit(), pack()).for_scene(PLATFORM).refused("revoked", "standing"),
    ]);
}

#[test]
fn the_gravest_reason_is_said_first() {
    let world = World::new();
    let ended = || world.food_permit().until("2026-06-14");
    let revoked = || world.pack().state(GUANGZHOU, 7, State::Revoked);
    let late = "2026-12-24T04:00:00Z";
    let foreign_revoked = || world.pack().state(HANGZHOU, 8, State::Revoked);
    let other_words = |licence: Licence<'_>| licence.text_of(&Payload::of(&licence.payload()).with(Item::Dictionary, 901_u32).bytes());
    play(&[
        Scene::new("revoked and ended", &ended(), revoked()).refused("revoked", "standing"),
        Scene::new("revoked, in a list that is stale", &world.food_permit(), revoked().lists_made("2026-01-01T00:00:00Z"))
            .refused("revoked", "standing"),
        Scene::new("revoked, in a pack that is stale", &world.food_permit(), revoked()).at(late).refused("revoked", "standing"),
        Scene::new("revoked, by a clock of last year", &world.food_permit(), revoked())
            .at("2025-06-15T04:00:00Z")
            .refused("revoked", "standing"),
        Scene::new("revoked and not recognised", &world.foreign_operator_certificate(), foreign_revoked()).refused("revoked", "standing"),
        Scene::of_text("revoked and in words not known here", other_words(world.food_permit()), revoked()).refused("revoked", "standing"),
        Scene::of_text("forged, with a pack that is stale", forged(&world.food_permit()), world.pack())
            .at(late)
            .refused("signature_invalid", "signature"),
        Scene::of_text("forged and revoked", forged(&world.food_permit()), revoked()).refused("signature_invalid", "signature"),
        Scene::new("out of scope and revoked", &world.operator_certificate().slot(7).signed_by(GUANGZHOU.key()), revoked())
            .refused("out_of_scope", "scope"),
        Scene::new("ended and not recognised", &world.foreign_operator_certificate().until("2026-06-14"), world.pack())
            .refused("expired", "validity"),
        Scene::new("ended, with a pack that is stale", &ended(), world.pack()).at(late).refused("expired", "validity"),
        Scene::new("ended, and no list", &ended(), world.pack().without_list(GUANGZHOU)).refused("expired", "validity"),
        Scene::of_text("ended and in words not known here", other_words(ended()), world.pack()).refused("expired", "validity"),
        Scene::new("ended by a clock that cannot be right", &ended(), world.pack())
            .at("2025-06-15T04:00:00Z")
            .unknown("clock_behind", "clock"),
        Scene::new("not recognised, and no list", &world.foreign_operator_certificate(), world.pack().without_list(HANGZHOU))
            .unknown("type_not_recognised", "recognition"),
        Scene::new("a stale pack before a stale list", &world.food_permit(), world.pack()).at(late).unknown("pack_stale", "freshness"),
    ]);
}

#[test]
fn a_status_degrades_from_fresh_to_amber_to_unknown() {
    let world = World::new();
    let made = |at| world.pack().lists_made(at);
    let food = || world.food_permit();
    play(&[
        Scene::new("a second before the soft limit", &food(), made("2026-06-14T04:00:01Z")).accepted("accepted"),
        Scene::new("at the soft limit", &food(), made("2026-06-14T04:00:00Z")).accepted("accepted_amber"),
        Scene::new("a second before the hard limit", &food(), made("2026-05-16T04:00:01Z")).accepted("accepted_amber"),
        Scene::new("at the hard limit", &food(), made("2026-05-16T04:00:00Z")).unknown("status_stale", "freshness"),
        Scene::new("another type has other limits", &world.operator_certificate(), made("2026-05-16T04:00:00Z")).accepted("accepted_amber"),
        Scene::new("a list that has expired before", &food(), made("2026-06-15T00:00:00Z").lists_expire("2026-06-15T04:00:00Z"))
            .unknown("status_stale", "freshness"),
        Scene::new("a slot beyond the list", &food().slot(4096), world.pack()).unknown("status_unknown", "freshness"),
        Scene::new("a slot in a list not carried", &food().slot(131_072), world.pack()).unknown("status_unknown", "freshness"),
        Scene::new("a code that is reserved", &food(), world.pack().state_bits(GUANGZHOU, 7, 5)).unknown("status_unknown", "freshness"),
    ]);
}

#[test]
fn an_unknown_status_says_what_is_missing() {
    let world = World::new();
    let why = |licence: &Licence<'_>, pack: &PackPlan<'_>| {
        let pack = pack.open();
        let text = licence.text();
        let refusal = verify(&text, &pack, Occasion { at: noon(), scene: None }).unwrap_err();
        match refusal.reason() {
            Reason::StatusUnknown { why } => *why,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(why(&world.food_permit().slot(131_079), &world.pack()), Unknown::NoList { list: 1 });
    assert_eq!(why(&world.food_permit().slot(4096), &world.pack()), Unknown::NoEntry { list: 0, entry: 4096 });
    assert_eq!(why(&world.food_permit(), &world.pack().state_bits(GUANGZHOU, 7, 11)), Unknown::NoEntry { list: 0, entry: 7 });
}

#[test]
fn an_accepted_certificate_comes_with_its_age_and_advice() {
    let world = World::new();
    let pack = world.pack().lists_made("2026-06-13T04:00:00Z").open();
    let text = world.food_permit().until("2026-07-15").text();
    let accepted = verify(&text, &pack, Occasion { at: noon(), scene: None }).unwrap();
    assert_eq!(accepted.as_of(), moment("2026-06-13T04:00:00Z"));
    let advice = [Advice::StatusAmber { age: SignedDuration::from_hours(48) }, Advice::EndsSoon { until: day("2026-07-15") }];
    assert_eq!(accepted.advice(), advice);
    assert_eq!(accepted.issuer().names.en, "Guangzhou Administrative Approval Bureau");
    assert_eq!(accepted.claims().number, "JY14401060012345");

    let later = world.food_permit().until("2026-07-16").text();
    let pack = world.pack().open();
    assert_eq!(verify(&later, &pack, Occasion { at: noon(), scene: None }).unwrap().advice(), []);
}

#[test]
fn a_refused_certificate_that_is_genuine_still_says_whose_it_is() {
    let world = World::new();
    let pack = world.pack().state(GUANGZHOU, 7, State::Revoked).open();
    let text = world.food_permit().text();
    let refusal = verify(&text, &pack, Occasion { at: noon(), scene: None }).unwrap_err();
    let believed = refusal.believed().expect("its signature holds");
    assert_eq!(believed.issuer.names.zh, "广州市行政审批局");
    assert_eq!(believed.claims.as_ref().map(|claims| claims.number.as_str()), Some("JY14401060012345"));

    let forged = forged(&world.food_permit());
    let refusal = verify(&forged, &pack, Occasion { at: noon(), scene: None }).unwrap_err();
    assert!(refusal.believed().is_none(), "nothing of a forged seal is believed");
}

#[test]
fn each_key_of_an_agency_signs_within_its_own_window() {
    let world = World::new();
    let permit = |issued, key| world.food_permit().issued(issued).signed_by(key);
    let old = || GUANGZHOU.old_key();
    play(&[
        Scene::new("the first day of the old key", &permit("2020-01-01", old()), world.pack()).accepted("accepted"),
        Scene::new("the day before", &permit("2019-12-31", old()), world.pack()).refused("outside_key_window", "scope"),
        Scene::new("the first day of the new key", &permit("2024-01-01", GUANGZHOU.key()), world.pack()).accepted("accepted"),
        Scene::new("the day before it", &permit("2023-12-31", GUANGZHOU.key()), world.pack()).refused("outside_key_window", "scope"),
        Scene::new("a key of another agency of the region", &permit("2026-03-01", HOUSING.key()), world.pack())
            .refused("out_of_scope", "scope"),
        Scene::new("a key of another region, where the type has no such number", &permit("2026-03-01", HANGZHOU.key()), world.pack())
            .unknown("type_unknown", "scope"),
    ]);
}

/// The digits of a seal, but for the last whole group of them.
fn shortened(licence: &Licence<'_>) -> String {
    let text = licence.text();
    text[..text.len() / 17 * 17 - 17].to_owned()
}

fn forged(licence: &Licence<'_>) -> String {
    let mut bytes = kanhe_core::qr::Scanned::parse(&licence.text()).unwrap().bytes().to_vec();
    bytes[40] ^= 1;
    kanhe_core::qr::encode_digits(&bytes)
}
