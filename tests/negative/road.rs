//! Genuine seals that a counter may not rely on, step by step.

use super::{PACK_ALONE, PACK_LONG, PACK_OLD_LISTS, PACK_WITHOUT_LISTS, RESERVED_SLOT, Vector, slot_of};
use crate::world::{FOOD, Office, PLATFORM, World, ZJ_FOOD};
use kanhe_core::status::State;

const LATE: &str = "2026-12-24T04:00:00Z";
const LAST_YEAR: &str = "2025-06-15T04:00:00Z";

pub(super) fn scope(world: &World) -> Vec<Vector> {
    let (guangzhou, housing, hangzhou) = (Office::Guangzhou, Office::Housing, Office::Hangzhou);
    let food = || world.food_permit();
    let permit = |issued, key| food().issued(issued).signed_by(key).text();
    vec![
        Vector::new("key-for-status-lists", food().signed_by(guangzhou.status_key()).text()).refused("key_not_for_seals", "scope"),
        Vector::new("issued-after-the-keys-last-day", permit("2024-01-01", guangzhou.old_key())).refused("outside_key_window", "scope"),
        Vector::new("issued-before-the-keys-first-day", permit("2023-12-31", guangzhou.key())).refused("outside_key_window", "scope"),
        Vector::new("type-of-another-agency", world.operator_certificate().signed_by(guangzhou.key()).text())
            .refused("out_of_scope", "scope"),
        Vector::new("key-of-another-agency", food().signed_by(housing.key()).text()).refused("out_of_scope", "scope"),
        Vector::new("key-of-another-region", food().signed_by(hangzhou.key()).text()).unknown("type_unknown", "scope"),
        Vector::new("type-of-another-region", food().of_kind(ZJ_FOOD).text()).unknown("type_unknown", "scope"),
        Vector::new("type-of-the-future", food().of_kind(99).text()).unknown("type_unknown", "scope"),
        Vector::new("type-of-another-agency-and-revoked", world.operator_certificate().slot(21).signed_by(guangzhou.key()).text())
            .refused("out_of_scope", "scope"),
        Vector::new("foreign-agency-with-our-types-number", world.foreign_food_permit().of_kind(FOOD).text())
            .unknown("type_unknown", "scope"),
    ]
}

pub(super) fn standing(world: &World) -> Vec<Vector> {
    let in_state = |state| world.food_permit().slot(slot_of(state));
    let forbidden = State::ALL.into_iter().filter(|state| *state != State::Valid);
    let mut all: Vec<_> =
        forbidden.map(|state| Vector::new(state.word(), in_state(state).text()).refused(state.word(), "standing")).collect();
    let revoked = || in_state(State::Revoked);
    let foreign = world.foreign_operator_certificate().slot(slot_of(State::Revoked)).text();
    all.extend(
        [
            Vector::new("revoked-and-ended", revoked().until("2026-06-14").text()),
            Vector::new("revoked-and-not-yet-in-force", revoked().from("2026-06-16").text()),
            Vector::new("revoked-in-a-stale-pack", revoked().text()).at(LATE),
            Vector::new("revoked-in-a-stale-list", revoked().text()).with_pack(PACK_OLD_LISTS),
            Vector::new("revoked-by-a-wrong-clock", revoked().text()).at(LAST_YEAR),
            Vector::new("revoked-and-not-recognised", foreign),
        ]
        .map(|vector| vector.refused("revoked", "standing")),
    );
    all
}

pub(super) fn validity(world: &World) -> Vec<Vector> {
    let food = || world.food_permit();
    let ended = || food().until("2026-06-14").text();
    vec![
        Vector::new("ended-yesterday", ended()).refused("expired", "validity"),
        Vector::new("ended-at-midnight-in-china", food().until("2026-06-15").text())
            .at("2026-06-15T16:00:00Z")
            .refused("expired", "validity"),
        Vector::new("ended-years-ago", food().issued("2024-02-01").until("2024-12-31").text()).refused("expired", "validity"),
        Vector::new("begins-tomorrow", food().from("2026-06-16").text()).refused("not_yet_in_force", "validity"),
        Vector::new("ended-with-a-stale-pack", ended()).at(LATE).refused("expired", "validity"),
        Vector::new("ended-without-a-list", ended()).with_pack(PACK_WITHOUT_LISTS).refused("expired", "validity"),
        Vector::new("ended-and-not-recognised", world.foreign_operator_certificate().until("2026-06-14").text())
            .refused("expired", "validity"),
        Vector::new("clock-of-last-year", food().text()).at(LAST_YEAR).unknown("clock_behind", "clock"),
        Vector::new("clock-eleven-minutes-behind", food().text()).at("2026-06-15T00:49:00Z").unknown("clock_behind", "clock"),
        Vector::new("ended-by-a-wrong-clock", food().from("2025-12-01").text()).at(LAST_YEAR).unknown("clock_behind", "clock"),
    ]
}

pub(super) fn recognition(world: &World) -> Vec<Vector> {
    let food = || world.foreign_food_permit().text();
    let step = "recognition";
    vec![
        Vector::new("type-not-recognised", world.foreign_operator_certificate().text()).unknown("type_not_recognised", step),
        Vector::new("nothing-recognised", food()).with_pack(PACK_ALONE).for_scene(PLATFORM).unknown("type_not_recognised", step),
        Vector::new("no-scene-named", food()).unknown("scene_not_recognised", step),
        Vector::new("other-scene", food()).for_scene("loan").unknown("scene_not_recognised", step),
        Vector::new("scene-in-capitals-is-accepted", food()).for_scene(" FOOD-PLATFORM").accepted("accepted"),
        Vector::new("recognised-until-last-week", food())
            .with_pack(PACK_LONG)
            .at("2028-01-07T04:00:00Z")
            .for_scene(PLATFORM)
            .unknown("scene_not_recognised", step),
        Vector::new("recognition-stale", food()).at("2026-11-01T00:00:00Z").for_scene(PLATFORM).unknown("recognition_stale", step),
        Vector::new("not-recognised-without-a-list", world.foreign_operator_certificate().text())
            .with_pack(PACK_WITHOUT_LISTS)
            .unknown("type_not_recognised", step),
    ]
}

pub(super) fn freshness(world: &World) -> Vec<Vector> {
    let food = || world.food_permit();
    let step = "freshness";
    vec![
        Vector::new("pack-stale", food().text()).at("2026-07-15T01:00:00Z").unknown("pack_stale", step),
        Vector::new("clock-a-year-ahead", food().text()).at("2027-06-15T04:00:00Z").unknown("pack_stale", step),
        Vector::new("manifest-stale", food().text()).with_pack(PACK_LONG).at("2027-01-01T00:00:00Z").unknown("manifest_stale", step),
        Vector::new("list-stale", food().text()).with_pack(PACK_OLD_LISTS).unknown("status_stale", step),
        Vector::new("list-expired", world.operator_certificate().text())
            .with_pack(PACK_LONG)
            .at("2026-12-15T00:00:00Z")
            .unknown("status_stale", step),
        Vector::new("list-missing", food().text()).with_pack(PACK_WITHOUT_LISTS).unknown("status_unknown", step),
        Vector::new("slot-beyond-the-list", food().slot(4096).text()).unknown("status_unknown", step),
        Vector::new("slot-of-a-list-not-carried", food().slot(131_072).text()).unknown("status_unknown", step),
        Vector::new("greatest-slot", food().slot(u32::MAX).text()).unknown("status_unknown", step),
        Vector::new("reserved-code-in-the-list", food().slot(RESERVED_SLOT).text()).unknown("status_unknown", step),
    ]
}
