//! The seal at the top of `docs/spec/seal.md` and its certificate at that of `docs/spec/certificate.md`: written by the code from a made-up
//! permit, and read back from the pages.

use super::{read, root};
use kanhe_core::certificate::{Certificate, Contents, Holder, Value};
use kanhe_core::code::{CertificateId, HolderCode, HolderCodeType, RegionCode, Serial, Uscc, Version};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::kind::{Kind, Label};
use kanhe_core::qr::{Scanned, sign_seal};
use kanhe_core::seal::{Claims, Seal, digest_of, write};
use kanhe_issuer::catalogue::Catalogue;
use kanhe_tests::world::{day, hex, test_key, unhex};

/// Whose key signs the example: its seed is the sentence `kanhe test key: seal.md         `.
const OWNER: &str = "seal.md";

/// The agency of the example.
const AGENCY: &str = "114400000069410121";

#[test]
fn the_seal_at_the_top_of_the_specification_is_the_one_that_the_code_writes() {
    let page = read("docs/spec/seal.md");
    let digits = written();
    let scanned = Scanned::parse(&digits).unwrap();
    let shown = bytes_shown(&page, 1);
    assert!(
        shown == scanned.bytes() && page.contains(&format!("#{digits}\n")),
        "docs/spec/seal.md should show\n#{digits}\n{}",
        hex(scanned.bytes())
    );
    assert!(page.contains(&format!("{} bytes", shown.len())), "the seal has {} bytes", shown.len());
}

#[test]
fn the_seal_at_the_top_of_the_specification_is_genuine_and_says_what_stands_beside_it() {
    let page = read("docs/spec/seal.md");
    let (kind, dictionary) = (kind(), dictionary());
    let text = page.lines().find(|line| line.contains("/#")).unwrap();
    let scanned = Scanned::parse(text).unwrap();
    let seal = scanned.envelope().authenticate::<Seal<'_>>(&test_key(OWNER).verifying_key()).unwrap();
    let claims = Claims::read(&seal, &kind, &Uscc::parse(AGENCY).unwrap(), &dictionary).unwrap();
    let example = page.split("## Conventions").next().unwrap();
    let mut said = vec![claims.number.clone(), claims.holders[0].name.clone(), seal.slot().to_string(), seal.issued().to_string()];
    said.extend(
        claims.fields.iter().filter_map(|claim| if let Some(Value::Text(text)) = &claim.value { Some(text.clone()) } else { None }),
    );
    said.push(seal.validity().until().unwrap().to_string());
    let missing: Vec<_> = said.iter().filter(|word| !example.contains(word.as_str())).collect();
    assert!(missing.is_empty(), "the example does not say {missing:?}");
}

#[test]
fn the_certificate_at_the_top_of_its_specification_is_the_one_that_the_code_writes_and_the_seal_cites() {
    let page = read("docs/spec/certificate.md");
    let (envelope, shown) = (envelope(&certificate(&kind())), bytes_shown(&page, 0));
    assert!(shown == envelope, "docs/spec/certificate.md should show\n{}", hex(&envelope));
    assert!(page.contains(&format!("These {} bytes", shown.len())), "the certificate has {} bytes", shown.len());
    let digest =
        *Scanned::parse(&written()).unwrap().envelope().authenticate::<Seal<'_>>(&test_key(OWNER).verifying_key()).unwrap().digest();
    assert_eq!(digest, digest_of(&shown));
    let [first, second, third, fourth, .., last_but_one, last] = digest;
    let told = format!("`{first:02x} {second:02x} {third:02x} {fourth:02x} … {last_but_one:02x} {last:02x}`");
    assert!(page.contains(&told), "the digest is {told}");
}

/// The digits of the example, from its certificate.
fn written() -> String {
    let (kind, key) = (kind(), test_key(OWNER));
    let certificate = certificate(&kind);
    sign_seal(&write(&certificate, &kind, &dictionary(), &digest_of(&envelope(&certificate))).unwrap(), &key).unwrap()
}

fn envelope(certificate: &Certificate) -> Vec<u8> {
    sign_to_cose(Certificate::TYPE, &certificate.encode(), &test_key(OWNER))
}

fn certificate(kind: &Kind) -> Certificate {
    let label = |zh: &str, en: &str| Label { zh: zh.to_owned(), en: en.to_owned() };
    let text = |text: &str| Value::Text(text.to_owned());
    let holder = HolderCode::new(HolderCodeType::Uscc, "91440106MA5X0K2R4J").unwrap();
    let number = "JY24401060012345";
    Certificate::new(Contents {
        identifier: CertificateId::new(kind.code, Uscc::parse(AGENCY).unwrap(), Serial::parse(number).unwrap(), Version::FIRST),
        number: number.to_owned(),
        type_names: kind.names.clone(),
        issuer_names: label("广东省市场监督管理局", "Guangdong Administration for Market Regulation"),
        holders: vec![Holder::new("广州市陈记餐饮有限公司", holder).unwrap()],
        region: RegionCode::parse("440000").unwrap(),
        issued: day("2026-07-06"),
        from: day("2026-07-06"),
        until: Some(day("2031-07-05")),
        fields: vec![
            ("premises".to_owned(), text("广州市天河区体育西路103号")),
            ("business_form".to_owned(), text("2")),
            ("items".to_owned(), Value::List(vec!["B1".to_owned(), "B2".to_owned(), "B5".to_owned()])),
        ],
        attachments: Vec::new(),
        predecessor: None,
        slot: 72_798,
        salt: *b"kanhe test salt.",
    })
    .unwrap()
}

/// The shipped food operation permit, as type 2 of its region.
fn kind() -> Kind {
    let dictionary = dictionary();
    let catalogue = Catalogue::load([("food-operation-permit", read("schemas/types/food-operation-permit.json"))], &[&dictionary]);
    catalogue.unwrap_or_else(|errors| panic!("{errors:?}")).kinds()[0].to_kind(2)
}

fn dictionary() -> Dictionary {
    Dictionary::decode(&std::fs::read(root().join("schemas/dictionaries/1.cbor")).unwrap()).unwrap()
}

/// The bytes of one of the page's blocks: pairs of hexadecimal digits at the start of each line, before what explains them.
fn bytes_shown(page: &str, block: usize) -> Vec<u8> {
    let block = page.split("```text\n").nth(block + 1).unwrap().split("```").next().unwrap();
    let pairs = |line: &str| {
        line.split_whitespace()
            .take_while(|word| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()))
            .collect::<String>()
    };
    block.lines().flat_map(|line| unhex(&pairs(line))).collect()
}
