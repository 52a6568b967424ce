//! Texts that are not those of a seal.

use super::Vector;
use crate::world::{Office, Province, World, hex};
use kanhe_core::envelope::{DocumentType, sign_to_cose};
use kanhe_core::manifest::Manifest;
use kanhe_core::qr::{Scanned, encode_digits};
use kanhe_core::recognition::Recognition;

pub(super) fn vectors(world: &World) -> Vec<Vector> {
    let good = world.food_permit().text();
    let bytes = Scanned::parse(&good).unwrap().bytes().to_vec();
    let with_format = |format: u8| encode_digits(&[&[format], &bytes[1..]].concat());
    let unknown = |name: &str, text: String, code| Vector::new(name, text).unknown(code, "read");
    let (head, tail) = good.split_at(17 * 5);
    let mut all = vec![
        unknown("nothing", String::new(), "not_a_seal"),
        unknown("a-web-address-alone", "https://kanhe.example/#".to_owned(), "not_a_seal"),
        unknown("words-alone", "食品经营许可证".to_owned(), "not_a_seal"),
        unknown("digits-of-another-script", good.chars().map(arabic).collect(), "not_a_seal"),
        unknown("one-digit", "7".to_owned(), "qr_digit_count"),
        unknown("last-digit-lost", good[..good.len() - 1].to_owned(), "qr_digit_count"),
        unknown("first-digit-lost", good[1..].to_owned(), "qr_group_too_large"),
        unknown("digit-added", format!("{good}0"), "qr_digit_count"),
        // Nothing but digits and blanks is one number, and this one is not what was signed.
        unknown("other-digits-behind", format!("{good} 12"), "seal_damaged"),
        unknown("last-group-lost", good[..good.len() / 17 * 17 - 17].to_owned(), "seal_damaged"),
        unknown("group-out-of-range", format!("{}{}", "9".repeat(17), &good[17..]), "qr_group_too_large"),
        unknown("broken-by-a-space-behind-words", format!("证照码 {head} {tail}"), "qr_unknown_format"),
        unknown("longer-than-any-scan", format!("https://kanhe.example/{}#{good}", "x".repeat(4096)), "qr_text_too_long"),
        unknown("longer-than-any-seal", encode_digits(&[&bytes[..], &[0; 512]].concat()[..513]), "qr_too_large"),
        unknown("without-a-payload", encode_digits(&[&bytes[..9], &bytes[bytes.len() - 64..]].concat()), "qr_too_short"),
        unknown("format-zero", with_format(0), "qr_unknown_format"),
        unknown("format-of-the-future", with_format(2), "qr_unknown_format"),
        unknown("bytes-as-hexadecimal", format!("{}h", hex(&bytes)), "not_a_seal"),
    ];
    all.extend(other_documents(world, &bytes));
    let other = encode_digits(&[&bytes[..bytes.len() - 1], &[bytes[bytes.len() - 1] ^ 1]].concat());
    all.extend([
        unknown("other-digits-behind-a-word", format!("{good} x12"), "qr_text_behind"),
        unknown("two-seals", format!("https://kanhe.example/#{other}\nhttps://kanhe.example/#{good}"), "qr_several"),
        unknown("two-seals-without-an-address", format!("{other} {good}"), "qr_several"),
        unknown("another-address-behind", format!("{good}\nhttps://kanhe.example/"), "qr_text_behind"),
        Vector::new("the-same-seal-twice-is-accepted", format!("https://kanhe.example/#{good}\nhttps://kanhe.example/#{good}"))
            .accepted("accepted"),
        Vector::new("the-same-seal-twice-without-a-blank-is-accepted", format!("{good}{good}")).accepted("accepted"),
        unknown("a-seal-and-a-half", format!("{good}{}", &good[..187]), "qr_group_too_large"),
        unknown(
            "an-identifier-alone",
            "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U".to_owned(),
            "not_a_seal",
        ),
        unknown("an-address-of-another-system", "https://zwfw.example.cn/licence?id=20230000403".to_owned(), "not_a_seal"),
    ]);
    all
}

fn other_documents(world: &World, seal: &[u8]) -> Vec<Vector> {
    let pack = world.pack();
    let short_certificate = world.food_permit().without("premises").without("items").envelope();
    let cose = Scanned::parse(&encode_digits(seal)).unwrap().envelope().to_cose();
    let mut documents = [
        ("status-list-as-seal", pack.list(Office::Guangzhou), "status_list_is_no_seal"),
        ("certificate-as-seal", short_certificate, "qr_other_document"),
        ("manifest-as-seal", short_manifest(world), "qr_other_document"),
        ("recognition-as-seal", short_recognition(), "qr_other_document"),
        ("seal-as-whole-envelope", cose, "qr_other_document"),
    ]
    .map(|(name, bytes, code)| Vector::new(name, encode_digits(&bytes)).refused(code, "read"))
    .to_vec();
    let pack = encode_digits(&pack.bytes()[..512]);
    documents.insert(4, Vector::new("pack-cut-short-as-seal", pack).unknown("qr_unknown_format", "read"));
    documents
}

/// A manifest that would fit a QR code: one agency and no type.
fn short_manifest(world: &World) -> Vec<u8> {
    let mut contents = Province::Guangdong.manifest(&world.dictionary);
    contents.kinds.clear();
    contents.agencies.truncate(1);
    contents.agencies[0].kinds.clear();
    contents.agencies[0].keys.truncate(1);
    let manifest = Manifest::new(contents).unwrap();
    sign_to_cose(DocumentType::Manifest, &manifest.encode(), &Province::Guangdong.root_key())
}

fn short_recognition() -> Vec<u8> {
    let mut contents = crate::world::recognition();
    contents.rows.truncate(1);
    let recognition = Recognition::new(contents).unwrap();
    sign_to_cose(DocumentType::Recognition, &recognition.encode(), &Province::Guangdong.root_key())
}

fn arabic(digit: char) -> char {
    char::from_u32(0x0660 + digit.to_digit(10).unwrap()).unwrap()
}
