//! Opening a pack: from one trusted key to every part of it, or to the first part that does not stand.

use kanhe_core::envelope::{DocumentType, sign_to_cose};
use kanhe_core::key::SigningKey;
use kanhe_core::manifest::Manifest;
use kanhe_core::pack::{Contents, Pack};
use kanhe_core::recognition::Recognition;
use kanhe_core::status::{StatusList, Statuses};
use kanhe_tests::world::{moment, recognition, test_key, trusted_key};
use kanhe_tests::{Office, Province, World};

/// What comes of opening bytes: the code of the refusal, or none.
fn refusal(bytes: &[u8]) -> Option<&'static str> {
    Pack::open(bytes, &[trusted_key()]).err().map(|error| error.code())
}

/// What comes of a pack that its maker has signed with something changed in it.
fn refusal_of(change: impl FnOnce(&mut Contents)) -> Option<&'static str> {
    let mut contents = World::new().pack().contents();
    change(&mut contents);
    refusal(&sign_to_cose(DocumentType::Pack, &contents.encode(), &Province::Guangdong.root_key()))
}

fn manifest(of: Province, by: &SigningKey) -> Vec<u8> {
    let manifest = Manifest::new(of.manifest(&World::new().dictionary)).unwrap();
    sign_to_cose(DocumentType::Manifest, &manifest.encode(), by)
}

fn list(uri: &str, by: &SigningKey) -> Vec<u8> {
    let (made, expires) = (moment("2026-06-15T00:00:00Z"), moment("2026-12-15T00:00:00Z"));
    let list = StatusList::new(uri, made, expires, 43_200, Statuses::new(4, 64).unwrap()).unwrap();
    sign_to_cose(DocumentType::StatusList, &list.encode(), by)
}

#[test]
fn a_good_pack_opens() {
    assert_eq!(refusal_of(|_| {}), None);
}

#[test]
fn each_defect_has_its_code() {
    let (guangdong, zhejiang) = (Province::Guangdong, Province::Zhejiang);
    let (guangzhou, housing) = (Office::Guangzhou, Office::Housing);
    let altered = |bytes: &mut [u8]| *bytes.last_mut().unwrap() ^= 1;
    let rows: [(&str, Option<&str>, &str); 21] = [
        ("ends before it begins", refusal_of(|c| c.expires = c.issued), "pack_term"),
        ("too many dictionaries", refusal_of(|c| c.dictionaries = vec![Vec::new().into(); 65]), "pack_too_many_parts"),
        (
            "no manifest of its own",
            refusal_of(|c| (c.manifests, c.status_lists) = (vec![c.manifests[1].clone()], vec![])),
            "pack_no_own_manifest",
        ),
        ("a dictionary is missing", refusal_of(|c| c.dictionaries.clear()), "pack_no_dictionary"),
        ("a dictionary is altered", refusal_of(|c| altered(&mut c.dictionaries[0])), "pack_part_unreadable"),
        ("a manifest is altered", refusal_of(|c| altered(&mut c.manifests[1])), "pack_part_unreadable"),
        ("a recognition is altered", refusal_of(|c| altered(&mut c.recognitions[0])), "pack_part_unreadable"),
        ("a list is altered", refusal_of(|c| altered(&mut c.status_lists[2])), "pack_part_unreadable"),
        ("a list where a manifest belongs", refusal_of(|c| c.manifests.push(c.status_lists[0].clone())), "pack_part_not_trusted"),
        ("a manifest twice", refusal_of(|c| c.manifests.push(c.manifests[1].clone())), "pack_part_repeated"),
        ("a recognition twice", refusal_of(|c| c.recognitions.push(c.recognitions[0].clone())), "pack_part_repeated"),
        ("a list twice", refusal_of(|c| c.status_lists.push(c.status_lists[0].clone())), "pack_part_repeated"),
        ("a region's root is missing", refusal_of(|c| c.roots.truncate(1)), "pack_part_not_trusted"),
        (
            "a manifest by another region's root",
            refusal_of(|c| c.manifests[1] = manifest(zhejiang, &guangdong.root_key()).into()),
            "pack_part_not_trusted",
        ),
        (
            "a manifest by an agency's key",
            refusal_of(|c| c.manifests[1] = manifest(zhejiang, &Office::Hangzhou.key()).into()),
            "pack_part_not_trusted",
        ),
        (
            "a recognition by another region's root",
            refusal_of(|c| c.recognitions[0] = foreign_recognition().into()),
            "pack_part_not_trusted",
        ),
        (
            "a list by the key for seals",
            refusal_of(|c| c.status_lists[0] = list(&guangzhou.agency().list_uri(0), &guangzhou.key()).into()),
            "pack_part_not_trusted",
        ),
        (
            "a list of another agency",
            refusal_of(|c| c.status_lists[0] = list(&guangzhou.agency().list_uri(0), &housing.status_key()).into()),
            "pack_part_not_trusted",
        ),
        (
            "a list of nobody's",
            refusal_of(|c| c.status_lists[0] = list("https://nobody.example/status/0", &housing.status_key()).into()),
            "pack_part_not_trusted",
        ),
        (
            "a list with a number written otherwise",
            refusal_of(|c| c.status_lists[0] = list(&format!("{}/00", guangzhou.status_uri()), &guangzhou.status_key()).into()),
            "pack_part_not_trusted",
        ),
        (
            "a list beyond the last",
            refusal_of(|c| c.status_lists[0] = list(&guangzhou.agency().list_uri(2048), &guangzhou.status_key()).into()),
            "pack_part_not_trusted",
        ),
    ];
    for (name, found, expected) in rows {
        assert_eq!(found, Some(expected), "{name}");
    }
}

#[test]
fn a_key_that_two_agencies_claim_opens_no_pack() {
    let world = World::new();
    let key = Office::Guangzhou.agency().keys[1];
    let claimed = |by: Province| world.pack().manifest(by, |m| m.agencies.last_mut().unwrap().keys.push(key)).try_open();
    for by in Province::ALL {
        assert_eq!(claimed(by).err().map(|error| error.code()), Some("pack_part_repeated"), "claimed in {:?}", by.names().en);
    }
    let twice = world.pack().manifest(Province::Guangdong, |m| m.agencies[0].keys.push(key)).try_open();
    assert_eq!(twice.err().map(|error| error.code()), Some("pack_part_repeated"), "given twice by its own agency");
}

#[test]
fn a_pack_by_nobody_we_trust_is_named() {
    let world = World::new();
    for signer in [test_key("a stranger"), Province::Zhejiang.root_key(), Office::Guangzhou.key()] {
        assert_eq!(refusal(&world.pack().signed_by(signer).bytes()), Some("pack_not_trusted"));
    }
    assert_eq!(Pack::open(&world.pack().bytes(), &[]).err().map(|error| error.code()), Some("pack_not_trusted"), "nobody is trusted");
}

#[test]
fn another_document_of_the_trusted_key_is_no_pack() {
    let plan_manifest = World::new().pack().manifest_envelope(Province::Guangdong);
    assert_eq!(refusal(&plan_manifest), Some("pack_unreadable"));
    assert_eq!(refusal(&World::new().food_permit().envelope()), Some("pack_not_trusted"));
}

#[test]
fn no_cut_or_altered_pack_opens() {
    let bytes = World::new().pack().bytes();
    for at in (0..bytes.len()).step_by(7) {
        assert!(refusal(&bytes[..at]).is_some(), "only the first {at} bytes");
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        assert!(refusal(&changed).is_some(), "byte {at} changed");
    }
    assert_eq!(refusal(&[&bytes[..], &[0]].concat()), Some("pack_unreadable"), "a byte more");
}

fn foreign_recognition() -> Vec<u8> {
    sign_to_cose(DocumentType::Recognition, &Recognition::new(recognition()).unwrap().encode(), &Province::Zhejiang.root_key())
}
