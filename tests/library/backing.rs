//! A manifest that is not behind all that its agency has issued: what it makes worthless is told before it is taken up, and by a check after.

use crate::registry::{ACCOUNTING, OPERATOR, Registry};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::manifest::{Agency, AgencyKey, Contents, Manifest, Uses};
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::survivors::{Thefts, notices};
use kanhe_store::{SignedManifest, StoreError};
use kanhe_tests::world::{day, test_key};

/// Three operators of March and May, one accountant of April, and an operator of May whose certificate is revoked.
fn register() -> Registry {
    let registry = Registry::new();
    for (kind, person, issued) in
        [(OPERATOR, 1, "2026-03-01"), (ACCOUNTING, 2, "2026-04-15"), (OPERATOR, 3, "2026-05-04"), (OPERATOR, 4, "2026-05-31")]
    {
        registry.issued(kind, person, issued);
    }
    let revoked = registry.issued(OPERATOR, 5, "2026-05-31");
    registry.change(revoked, Change::Revoke, "2026-06-01T00:00:00Z").unwrap();
    registry
}

/// The registry's manifest after a change, and beside it the key that signs from then on.
fn next(registry: &Registry, change: impl FnOnce(&mut Contents)) -> Manifest {
    let mut contents = Contents::clone(registry.house.manifest());
    let uses = Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS);
    let another = AgencyKey { key: test_key("another").verifying_key(), uses, from: day("2026-05-01"), until: None, counts_before: None };
    contents.agencies[0].keys.push(another);
    change(&mut contents);
    Manifest::new(Contents { edition: 2, ..contents }).unwrap()
}

fn signed(manifest: &Manifest) -> SignedManifest {
    let root = test_key("root");
    SignedManifest { envelope: sign_to_cose(Manifest::TYPE, &manifest.encode(), &root), root: root.verifying_key() }
}

/// What is told of a manifest that takes the place of the registry's, each with how many certificates it is about.
fn told(registry: &Registry, next: &Manifest) -> Vec<(&'static str, Option<u64>)> {
    let notices = notices(&registry.library, Some(&signed(registry.house.manifest())), &signed(next), &[]).unwrap();
    notices.iter().map(|notice| (notice.code(), notice.usable())).collect()
}

/// What a check finds under it.
fn found(registry: &Registry, next: &Manifest) -> Vec<(&'static str, Option<u64>)> {
    let findings = registry.library.check(|whole| judge(whole, next), |_, _| {}).unwrap();
    findings.iter().map(|finding| (finding.defect.code(), finding.usable)).collect()
}

fn key(contents: &mut Contents) -> &mut AgencyKey {
    &mut contents.agencies[0].keys[0]
}

/// The change, what is told of it, and what a check finds afterwards.
type Row = (&'static str, fn(&mut Contents), &'static [(&'static str, u64)], &'static [(&'static str, u64)]);

const ROWS: &[Row] = &[
    ("nothing", |_| {}, &[], &[]),
    ("a key is closed behind its last day", |contents| key(contents).until = Some(day("2026-05-31")), &[], &[]),
    (
        "a key is closed a day too early",
        |contents| key(contents).until = Some(day("2026-05-30")),
        &[("key_window_narrowed", 1)],
        &[("check_outside_window", 1)],
    ),
    (
        "a key is closed in the midst of a month",
        |contents| key(contents).until = Some(day("2026-05-03")),
        &[("key_window_narrowed", 2)],
        &[("check_outside_window", 2)],
    ),
    (
        "a key begins too late",
        |contents| key(contents).from = day("2026-03-02"),
        &[("key_window_narrowed", 1)],
        &[("check_outside_window", 1)],
    ),
    ("a key signs lists only", |contents| key(contents).uses = Uses::STATUS, &[("key_use_taken", 4)], &[("check_key_use", 4)]),
    (
        "a key signs no seals",
        |contents| key(contents).uses = Uses::CERTIFICATE.and(Uses::STATUS),
        &[("key_use_taken", 4)],
        &[("check_key_use", 4)],
    ),
    (
        "a key signs no certificates",
        |contents| key(contents).uses = Uses::SEAL.and(Uses::STATUS),
        &[("key_use_taken", 4)],
        &[("check_key_use", 4)],
    ),
    ("a key signs no lists", |contents| key(contents).uses = Uses::SEAL.and(Uses::CERTIFICATE), &[], &[]),
    (
        "a type is taken away, and a key closed too early",
        |contents| {
            contents.agencies[0].kinds = vec![1];
            key(contents).until = Some(day("2026-05-03"));
        },
        &[("key_window_narrowed", 2), ("type_taken_from_agency", 3)],
        &[("check_type_taken", 3), ("check_outside_window", 2)],
    ),
    (
        "two types change their indexes",
        |contents| {
            let [one, two] = &mut contents.kinds[..] else { panic!("two types") };
            std::mem::swap(&mut one.index, &mut two.index);
        },
        &[("type_taken_from_agency", 1), ("type_taken_from_agency", 3)],
        &[("check_type_taken", 3), ("check_type_taken", 1)],
    ),
    (
        "an agency goes",
        |contents| {
            let agency = contents.agencies.remove(0);
            contents.agencies.push(Agency { code: kanhe_tests::Office::Housing.code(), ..agency });
        },
        &[("agency_removed", 4)],
        &[("check_agency_unknown", 4)],
    ),
    (
        "a dictionary has other words",
        |contents| contents.dictionaries[0].digest = [7; 32],
        &[("dictionary_replaced", 4)],
        // What the words were, the library cannot know: only who takes the manifest up sees both.
        &[],
    ),
    (
        "a dictionary goes",
        |contents| {
            contents.dictionaries[0].id = 9;
            for kind in &mut contents.kinds {
                kind.dictionary = 9;
            }
        },
        &[("dictionary_removed", 4)],
        &[("check_dictionary_unknown", 4)],
    ),
    (
        "a key goes",
        |contents| contents.agencies[0].keys.retain(|key| key.from != day("2020-01-01")),
        &[("key_removed", 4)],
        &[("check_key_unknown", 4)],
    ),
];

#[test]
fn what_a_manifest_makes_worthless_is_told_with_its_number_and_found_once_for_each_cause() {
    let registry = register();
    for (case, change, wanted, findings) in ROWS {
        let next = next(&registry, change);
        let of = |rows: &[(&'static str, u64)]| rows.iter().map(|(code, usable)| (*code, Some(*usable))).collect::<Vec<_>>();
        assert_eq!(told(&registry, &next), of(wanted), "{case}");
        assert_eq!(found(&registry, &next), of(findings), "{case}");
    }
}

#[test]
fn what_lies_behind_a_cut_off_is_not_told_a_second_time() {
    let registry = register();
    let stolen = |contents: &mut Contents| {
        key(contents).counts_before = Some(2);
        key(contents).until = Some(day("2026-04-01"));
    };
    let next = next(&registry, stolen);
    let wanted = [("theft_certificates_behind", Some(2)), ("survivors_missing", None), ("key_window_narrowed", Some(1))];
    assert_eq!(told(&registry, &next), wanted, "the accountant's, which stands in the log before the theft");
}

#[test]
fn a_manifest_that_its_root_key_did_not_sign_is_refused_by_that_name() {
    let registry = Registry::new();
    let (signed, other) = (signed(registry.house.manifest()), test_key("another root").verifying_key());
    let forged = SignedManifest { root: other, ..signed.clone() };
    for (before, next) in [(None, &forged), (Some(&forged), &signed)] {
        let refused = notices(&registry.library, before, next, &[]).map_err(|error| error.code());
        assert_eq!(refused, Err("library_manifest_lost"));
    }
    let commit = registry.library.commit(|pen| {
        pen.put_manifest(&forged);
        Ok::<_, StoreError>(())
    });
    commit.unwrap();
    assert_eq!(Thefts::known_to(&registry.library).map_err(|error| error.code()), Err("library_manifest_lost"));
}
