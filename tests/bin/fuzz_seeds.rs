//! Writes the first inputs of the fuzz targets to `tests/fuzz/seeds`: the documents and codes of the test world, one folder for each target.

#![allow(clippy::unwrap_used, reason = "a seed that cannot be made should say where")]

use kanhe_core::key::PublicKeyLine;
use kanhe_core::qr::{Scanned, url_form};
use kanhe_tests::world::payload::payload_of;
use kanhe_tests::{Licence, Office, Province, World};
use std::path::Path;
use std::{fs, io};

type Seed = (&'static str, &'static str, Vec<u8>);

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let world = World::new();
    for (target, name, bytes) in [documents(&world), seals(&world), words(&world)].concat() {
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
        ("certificate", "food", world.food_permit().certificate().encode()),
        ("certificate", "title", world.title().certificate().encode()),
        ("dictionary", "small", world.dictionary.encode()),
        ("dictionary", "smallest", smallest_dictionary()),
    ]
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
        text("template", "plate", "粤A@##\u{1}"),
        text("table", "csv", "number,holder_name\nJY14401060012345,天河区小王餐饮有限公司\n"),
        text("table", "json", "[{\"number\":\"JY14401060012345\",\"holder_name\":\"天河区小王餐饮有限公司\"}]"),
        ("type_file", "tax", include_bytes!("../../schemas/types/tax-payment.json").to_vec()),
        ("unpack", "premises", world.dictionary.pack("广州市天河区中路88号一层")),
        ("unpack", "rare", world.dictionary.pack("㛃𠮷")),
    ]
}

/// One code of 256 one-letter words: the least that is a complete code with an escape of eight bits.
fn smallest_dictionary() -> Vec<u8> {
    let mut words: Vec<String> = ('一'..).take(255).map(String::from).collect();
    words.push(String::new());
    let mut groups = vec![Vec::new(); 8];
    groups.push(words);
    kanhe_core::dictionary::Dictionary::new(1, &[groups]).unwrap().encode()
}
