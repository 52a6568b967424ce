//! A pack held against the one before: each part that is older in it, or gone, is named with both sides.

use kanhe_tests::world::moment;
use kanhe_tests::{Office, PackPlan, Province, World};

type Change = fn(PackPlan<'_>) -> PackPlan<'_>;

/// What the second pack takes back of the first.
fn taken_back(before: Change, after: Change) -> Vec<(&'static str, String)> {
    let world = World::new();
    let steps = after(world.pack()).open().steps_back(&before(world.pack()).open());
    steps.iter().map(|step| (step.code(), step.to_string())).collect()
}

fn same(pack: PackPlan<'_>) -> PackPlan<'_> {
    pack
}

fn stolen(pack: PackPlan<'_>) -> PackPlan<'_> {
    pack.stolen(Office::Hangzhou, 7).survivors(Office::Hangzhou, 7, &[])
}

/// The next edition of Zhejiang's manifest.
fn raised(pack: PackPlan<'_>) -> PackPlan<'_> {
    pack.manifest(Province::Zhejiang, |manifest| manifest.edition += 1)
}

#[test]
fn each_part_that_is_older_or_gone_is_named_with_both_sides() {
    let uri = Office::Hangzhou.agency().list_uri(0);
    let rows: [(Change, Change, &str, String); 10] = [
        (
            raised,
            same,
            "pack_part_older",
            "the manifest of region 330000 is edition 12 (2026-06-01T08:00:00+08:00), the pack before has edition 13 (2026-06-01T08:00:00+08:00)".to_owned(),
        ),
        (
            |pack| pack.manifest(Province::Zhejiang, |manifest| manifest.issued = moment("2026-06-01T00:00:01Z")),
            same,
            "pack_part_older",
            "the manifest of region 330000 is edition 12 (2026-06-01T08:00:00+08:00), the pack before has edition 12 (2026-06-01T08:00:01+08:00)".to_owned(),
        ),
        (
            |pack| pack.lists_made("2026-06-15T00:32:00Z").without_list(Office::Guangzhou).without_list(Office::Housing),
            |pack| pack.lists_made("2026-06-15T00:23:00Z"),
            "pack_part_older",
            format!("the status list {uri} of region 330000 is as of 2026-06-15T08:23:00+08:00, in the pack before as of 2026-06-15T08:32:00+08:00"),
        ),
        (
            same,
            |pack| pack.without_list(Office::Hangzhou),
            "pack_part_gone",
            format!("the status list {uri} of region 330000 is gone: the pack before has it as of 2026-06-15T08:00:00+08:00"),
        ),
        (
            |pack| pack.recognition(|recognition| recognition.edition = 4),
            same,
            "pack_part_older",
            "the recognition of region 440000 is edition 3 (2026-05-01T08:00:00+08:00), the pack before has edition 4 (2026-05-01T08:00:00+08:00)".to_owned(),
        ),
        (
            same,
            |pack| pack.without_recognition(),
            "pack_part_gone",
            "the recognition of region 440000 is gone: the pack before has edition 3 (2026-05-01T08:00:00+08:00)".to_owned(),
        ),
        (
            |pack| pack.stolen(Office::Hangzhou, 7),
            raised,
            "pack_part_gone",
            format!(
                "key {} of region 330000 counts without end, in the pack before only before index 7 of the log",
                Office::Hangzhou.key().verifying_key().id()
            ),
        ),
        (
            stolen,
            |pack| raised(pack).stolen(Office::Hangzhou, 7),
            "pack_part_gone",
            format!(
                "the survivors of key {} of region 330000 before index 7 are gone: the pack before has their list of 2026-06-15T09:00:00+08:00",
                Office::Hangzhou.key().verifying_key().id()
            ),
        ),
        (
            stolen,
            |pack| stolen(pack.made("2026-06-15T00:59:00Z")),
            "pack_part_older",
            format!(
                "the survivors of key {} of region 330000 before index 7 are of 2026-06-15T08:59:00+08:00, in the pack before of 2026-06-15T09:00:00+08:00",
                Office::Hangzhou.key().verifying_key().id()
            ),
        ),
        (
            same,
            |pack| pack.only(Province::Guangdong),
            "pack_part_gone",
            "region 330000 is gone: the pack before has its manifest, edition 12 (2026-06-01T08:00:00+08:00)".to_owned(),
        ),
    ];
    for (before, after, code, detail) in rows {
        assert_eq!(taken_back(before, after), [(code, detail.clone())]);
        assert!(kanhe_words::in_chinese(&detail).is_some(), "{detail}");
    }
}

#[test]
fn what_goes_on_takes_nothing_back() {
    let rows: [(Change, Change); 6] = [
        (same, same),
        (same, raised),
        (same, |pack| pack.lists_made("2026-06-15T00:00:01Z")),
        (same, |pack| stolen(raised(pack))),
        // The cut-off was moved: the list of before is of another one.
        (stolen, |pack| raised(pack).stolen(Office::Hangzhou, 9)),
        // The agency has gone, by a later edition, and its lists with it.
        (same, |pack| {
            let gone = raised(pack).without_list(Office::Hangzhou);
            gone.manifest(Province::Zhejiang, |manifest| manifest.agencies.retain(|agency| agency.code != Office::Hangzhou.agency().code))
        }),
    ];
    for (place, (before, after)) in rows.into_iter().enumerate() {
        assert_eq!(taken_back(before, after), [], "row {place}");
    }
}
