//! Writes the first inputs of the fuzz targets to `tests/fuzz/seeds`: the documents and codes of the test world, one folder for each target.

#![allow(clippy::unwrap_used, reason = "a seed that cannot be made should say where")]

use kanhe_core::code::ProjectCode;
use kanhe_core::event::{Act, Approval, Event};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::qr::{Scanned, url_form};
use kanhe_core::survivors::Survivors;
use kanhe_log::bundle::ProofBundle;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::edge::Edge;
use kanhe_log::entries::EntryBundle;
use kanhe_log::hash::leaf_hash;
use kanhe_log::note::NoteSigner;
use kanhe_log::prove::inclusion_proof;
use kanhe_tests::world::payload::payload_of;
use kanhe_tests::world::{noon, test_key};
use kanhe_tests::{Licence, Office, Province, World};
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

type Seed = (&'static str, &'static str, Vec<u8>);

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let world = World::new();
    for (target, name, bytes) in [documents(&world), seals(&world), words(&world), log(), pictures()].concat() {
        fs::create_dir_all(folder.join(target))?;
        fs::write(folder.join(target).join(name), bytes)?;
    }
    Ok(())
}

fn documents(world: &World) -> Vec<Seed> {
    let pack = world.pack();
    let small = world.pack().without_list(Office::Hangzhou).without_recognition();
    let recognition = pack.recognition_envelope().unwrap();
    let manifest = pack.manifest_envelope(Province::Zhejiang);
    let list = pack.list(Office::Guangzhou);
    vec![
        ("envelope", "recognition", recognition.clone()),
        ("envelope", "list", list.clone()),
        ("cbor", "manifest", payload_of(&manifest)),
        ("cbor", "title", world.title().certificate().encode()),
        ("pack", "signed", small.bytes()),
        ("pack", "contents", small.contents().encode()),
        ("manifest", "zhejiang", payload_of(&manifest)),
        ("recognition", "guangdong", payload_of(&recognition)),
        ("status_list", "guangzhou", payload_of(&list)),
        ("survivors", "two", survivors()),
        ("certificate", "food", world.food_permit().certificate().encode()),
        ("certificate", "title", world.title().certificate().encode()),
        ("event", "renewal", renewal().encode()),
        ("dictionary", "small", world.dictionary.encode()),
        ("dictionary", "smallest", smallest_dictionary()),
    ]
}

fn survivors() -> Vec<u8> {
    let stolen = Office::Guangzhou.key().verifying_key();
    Survivors::of(Province::Guangdong.code(), stolen, 2, noon(), vec![[1; 16], [2; 16]]).unwrap().encode()
}

fn renewal() -> Event {
    let at = noon();
    Event {
        act: Act::Renew,
        subject: "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.Y".to_owned(),
        digest: [1; 32],
        seal: [2; 16],
        effective: at,
        recorded: at,
        basis: "《行政许可法》第五十条".to_owned(),
        reason: "依申请延续".to_owned(),
        actor: "officer-7".to_owned(),
        approval: Some(Approval {
            project: ProjectCode::parse("440000-20260615-7M3J9PW2ZS-8").unwrap(),
            approver: "officer-9".to_owned(),
            decided: at,
        }),
        other: Some("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U".to_owned()),
        salt: [3; 16],
    }
}

fn seals(world: &World) -> Vec<Seed> {
    let licences = [("food", world.food_permit()), ("operator", world.operator_certificate()), ("title", world.title())];
    let of = |(name, licence): &(&'static str, Licence<'_>)| {
        let text = licence.text();
        let envelope = Scanned::parse(&text).unwrap().envelope().to_cose();
        vec![
            ("seal", *name, licence.payload()),
            ("verify", *name, licence.payload()),
            ("cbor", *name, licence.payload()),
            ("envelope", *name, envelope),
            ("qr_text", *name, url_form("https://kanhe.example.cn/", &text).into_bytes()),
        ]
    };
    licences.iter().flat_map(of).collect()
}

fn words(world: &World) -> Vec<Seed> {
    let key = PublicKeyLine::new("guangdong.example/root", Province::Guangdong.root_key().verifying_key()).unwrap();
    let text = |target, name, text: &str| (target, name, text.as_bytes().to_vec());
    vec![
        text("certificate_id", "ours", &world.food_permit().certificate().identifier.to_string()),
        text("certificate_id", "compact", &world.food_permit().certificate().identifier.compact()),
        text("certificate_id", "underscores", "1.2.156.3005.2.11100000000013338W011.440100.0624_001.001.K"),
        text("uscc", "government", "11100000000013338W"),
        text("uscc", "failing", "91350203M0001QKT19"),
        text("resident_id", "digits", "440524188001010014"),
        text("resident_id", "letter", "11010519491231002x"),
        text("codes", "type", "11100000000013338W011"),
        text("codes", "region", "440106"),
        text("codes", "soldier", "军字第1234567号"),
        text("key_line", "root", &key.to_string()),
        text("accept_language", "browser", "zh-CN,zh;q=0.9,en;q=0.8,en-GB;q=0.7"),
        text("accept_language", "refusing", "*;q=0.1, zh-Hant-*;q=0, DE"),
        text("template", "plate", "粤A@##\u{1}"),
        text("table", "csv", "number,holder_name\nJY14401060012345,天河区小王餐饮有限公司\n"),
        text("table", "json", "[{\"number\":\"JY14401060012345\",\"holder_name\":\"天河区小王餐饮有限公司\"}]"),
        ("type_file", "tax", include_bytes!("../../schemas/types/tax-payment.json").to_vec()),
        ("unpack", "premises", world.dictionary.pack("广州市天河区中路88号一层")),
        ("unpack", "rare", world.dictionary.pack("㛃𠮷")),
    ]
}

/// A printed code, a small one, and the least picture of the other kind.
fn pictures() -> Vec<Seed> {
    vec![
        ("picture", "printed", include_bytes!("../readers/printed.png").to_vec()),
        ("picture", "small", include_bytes!("../vectors/qr-zxing/qrcode-2/14.png").to_vec()),
        ("picture", "grey", grey_jpeg()),
    ]
}

/// A JPEG of one block of 8 × 8 dots: all of its coefficients are nothing, in one bit each (ITU-T T.81 annex B).
fn grey_jpeg() -> Vec<u8> {
    let quantization = [&[0xff, 0xdb, 0, 67, 0][..], &[1; 64]].concat();
    let frame = [0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0];
    let codes = |class: u8| [&[0xff, 0xc4, 0, 20, class, 1][..], &[0; 15], &[0]].concat();
    let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x3f];
    [&[0xff, 0xd8][..], &quantization, &frame, &codes(0), &codes(0x10), &scan, &[0xff, 0xd9]].concat()
}

/// A log of 300 entries: two tiles of leaves, and one above them.
fn log() -> Vec<Seed> {
    const ORIGIN: &str = "kanhe.example.cn/log";
    let entries: Vec<[u8; 2]> = (0..300_u16).map(u16::to_be_bytes).collect();
    let mut edge = Edge::empty();
    for entry in &entries {
        edge.append(leaf_hash(entry));
    }
    let tiles: BTreeMap<_, _> = edge.take_changed().into_iter().collect();
    let path = inclusion_proof(7, 300, |tile| tiles.get(&tile).cloned().ok_or(tile)).unwrap();
    let (key, other) = (test_key("log"), test_key("witness"));
    let (signer, witness) = (NoteSigner::new(ORIGIN, &key).unwrap(), NoteSigner::new("witness.example", &other).unwrap());
    let head = Checkpoint::new(ORIGIN, edge.head(), &[]).unwrap();
    let (text, note) = (head.to_string(), head.sign(&signer).unwrap());
    let cosigned = format!("{note}{}", witness.sign(&text).unwrap().rsplit_once("\n\n").unwrap().1);
    let plain = ProofBundle::new(7, path.clone(), &note).unwrap().to_string();
    let with_extra = ProofBundle::new(7, path, &cosigned).unwrap().with_extra(&7_u16.to_be_bytes()).unwrap().to_string();
    let first: Vec<_> = entries.iter().take(3).map(<[u8; 2]>::as_slice).collect();
    let text = |target, name, text: &str| (target, name, text.as_bytes().to_vec());
    vec![
        text("note", "checkpoint", &note),
        text("note", "cosigned", &cosigned),
        text("note", "text", &text_of_extended(&head)),
        text("proof_bundle", "plain", &plain),
        text("proof_bundle", "with_extra", &with_extra),
        text("tile_path", "full", "tile/0/x001/x234/067"),
        text("tile_path", "partial", "tile/1/000.p/17"),
        text("tile_path", "entries", "tile/entries/003.p/5"),
        ("entry_bundle", "three", EntryBundle::new(first).unwrap().encode()),
    ]
}

fn text_of_extended(checkpoint: &Checkpoint) -> String {
    Checkpoint::new(checkpoint.origin(), *checkpoint.head(), &["an extension"]).unwrap().to_string()
}

/// One code of 256 one-letter words: the least that is a complete code with an escape of eight bits.
fn smallest_dictionary() -> Vec<u8> {
    let mut words: Vec<String> = ('一'..).take(255).map(String::from).collect();
    words.push(String::new());
    let mut groups = vec![Vec::new(); 8];
    groups.push(words);
    kanhe_core::dictionary::Dictionary::new(1, &[groups]).unwrap().encode()
}
