//! A pack as large as a nation's: ten regions, a thousand keys, a million certificates.

use super::kinds::label;
use super::office::organisation;
use super::{Office, Province, World, day, moment};
use kanhe_core::code::RegionCode;
use kanhe_core::envelope::{DocumentType, sign_to_cose};
use kanhe_core::key::SigningKey;
use kanhe_core::manifest::{self, Agency, AgencyKey, DictionaryDigest, Manifest, Uses};
use kanhe_core::pack::Root;
use kanhe_core::status::{ENTRIES_PER_LIST, StatusList, Statuses};

/// Regions besides Guangdong and Zhejiang.
const OTHERS: u8 = 8;
/// Agencies of each of them, and keys of each agency: 992, beside the nine of the world's three agencies.
const AGENCIES: u8 = 4;
const KEYS: u8 = 31;

/// Writes the pack: the world's own pack with eight regions more, and a full list for each of ten agencies.
pub fn nation(world: &World) -> Vec<u8> {
    let mut pack = world.pack().contents();
    pack.status_lists.clear();
    for office in [Office::Guangzhou, Office::Hangzhou] {
        pack.status_lists.push(full_list(&office.agency().list_uri(0), &office.status_key()).into());
    }
    pack.status_lists.push(world.pack().list(Office::Housing).into());
    for number in 0..OTHERS {
        let region = RegionCode::parse(&format!("{}0000", 50 + number)).unwrap();
        let root = key([number, 0xff, 0xff]);
        let manifest = manifest(world, region, number);
        pack.status_lists.push(full_list(&manifest.agencies[0].list_uri(0), &key([number, 0, 0])).into());
        pack.manifests.push(sign_to_cose(DocumentType::Manifest, &manifest.encode(), &root).into());
        pack.roots.push(Root { region, key: root.verifying_key() });
    }
    sign_to_cose(DocumentType::Pack, &pack.encode(), &Province::Guangdong.root_key())
}

fn manifest(world: &World, region: RegionCode, number: u8) -> Manifest {
    let contents = manifest::Contents {
        region,
        names: label("某省", "A province"),
        edition: 1,
        issued: moment("2026-06-01T00:00:00Z"),
        expires: moment("2027-01-01T00:00:00Z"),
        agencies: (0..AGENCIES).map(|agency| self::agency(region, number, agency)).collect(),
        kinds: Province::Guangdong.manifest(&world.dictionary).kinds,
        dictionaries: vec![DictionaryDigest { id: world.dictionary.id(), digest: world.dictionary.digest() }],
    };
    Manifest::new(contents).unwrap_or_else(|error| panic!("{error}"))
}

fn agency(region: RegionCode, number: u8, agency: u8) -> Agency {
    let all = Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS);
    let entry = |place| AgencyKey {
        key: key([number, agency, place]).verifying_key(),
        uses: all,
        from: day("2020-01-01"),
        until: None,
        counts_before: None,
    };
    Agency {
        code: organisation("11", region.as_str(), &format!("{:08}", u32::from(agency) + 1)),
        names: label("某局", "A bureau"),
        keys: (0..KEYS).map(entry).collect(),
        status_uri: format!("https://{region}-{agency}.example/status"),
        kinds: vec![1, 2, 3],
    }
}

/// A list with a hundredth of its certificates taken back, here and there.
fn full_list(uri: &str, key: &SigningKey) -> Vec<u8> {
    let mut statuses = Statuses::new(4, ENTRIES_PER_LIST).unwrap();
    let scattered = (0..ENTRIES_PER_LIST / 100).map(|n| n.wrapping_mul(2_654_435_761) % ENTRIES_PER_LIST).filter(|entry| *entry > 100);
    scattered.for_each(|entry| statuses.set(entry, 1).unwrap());
    let (made, expires) = (moment("2026-06-15T00:00:00Z"), moment("2026-12-15T00:00:00Z"));
    let list = StatusList::new(uri, made, expires, 43_200, statuses).unwrap();
    sign_to_cose(DocumentType::StatusList, &list.encode(), key)
}

fn key(numbers: [u8; 3]) -> SigningKey {
    super::test_key(&format!("nation {numbers:02x?}").replace(", ", ""))
}
