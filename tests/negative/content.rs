//! Seals in good shape whose words do not fit their type: made by a newer edition, or by a defective issuer.

use super::Vector;
use crate::world::payload::{Item, Payload, array_of, encoded};
use crate::world::{Licence, World};
use minicbor::bytes::ByteVec;

const NULL: [u8; 1] = [0xf6];
const CONTENT: &str = "content";

pub(super) fn vectors(world: &World) -> Vec<Vector> {
    [identifiers(world), fields(world), holders(world), editions(world)].concat()
}

fn identifiers(world: &World) -> Vec<Vector> {
    let (food, operator) = (world.food_permit(), world.operator_certificate());
    let serial = |name: &str, bytes: &[u8]| changed(name, &operator, "seal_serial_unreadable", |p| p.with_bytes(Item::Serial, bytes));
    let number = |name: &str, bytes: &[u8]| changed(name, &food, "seal_number_unreadable", |p| p.with_bytes(Item::Number, bytes));
    vec![
        changed("version-zero", &food, "seal_serial_unreadable", |p| p.with(Item::Version, 0)),
        changed("version-of-four-digits", &food, "seal_serial_unreadable", |p| p.with(Item::Version, 1000)),
        serial("serial-in-small-letters", &encoded("abcdefghijklmnopqrstuvwxyz")),
        serial("serial-with-a-dot", &encoded("0".repeat(24) + ".")),
        serial("serial-of-thirty-three-characters", &encoded("0".repeat(33))),
        serial("serial-is-the-number-though-its-type-says-otherwise", &NULL),
        changed("serial-is-not-the-number-though-its-type-says-so", &food, "seal_serial_unreadable", |p| {
            p.with_bytes(Item::Serial, &[0x41, 0x25])
        }),
        number("number-one-byte-short", &bytes(&[0; 5])),
        number("number-beyond-its-template", &bytes(&[0xff; 6])),
        number("number-as-text", &encoded("JY14401060012345")),
        number("number-left-out", &NULL),
    ]
}

fn fields(world: &World) -> Vec<Vector> {
    let (food, operator, title) = (world.food_permit(), world.operator_certificate(), world.title());
    let field = |name: &str, licence: &Licence<'_>, place: usize, value: &[u8]| {
        changed(name, licence, "seal_field_unreadable", |p| p.with_inner(Item::Fields, place, value))
    };
    let packed = |text: &str| bytes(&world.dictionary.pack(text));
    vec![
        field("text-longer-than-its-type-allows", &food, 0, &packed(&"广".repeat(41))),
        field("text-far-longer-than-its-type-allows", &food, 0, &packed(&"有限责任公司".repeat(60))),
        field("text-padded-with-zeros", &food, 0, &bytes(&padded_with_zeros(world))),
        field("text-that-breaks-off", &food, 0, &bytes(&[0xff, 0x80])),
        field("text-with-a-line-break", &food, 0, &packed("广州\n")),
        field("text-with-an-escape-sequence", &food, 2, &packed("\u{1b}[2J王")),
        field("text-not-packed", &food, 0, &encoded("广州")),
        field("choices-beyond-the-table", &food, 1, &encoded(1_u64 << 5)),
        field("choices-as-an-array", &food, 1, &encoded([0, 1])),
        field("choice-beyond-the-table", &operator, 0, &encoded(3)),
        field("choice-negative", &operator, 0, &encoded(-1)),
        field("date-beyond-the-calendar", &operator, 1, &encoded(i32::MAX)),
        field("date-as-text", &operator, 1, &encoded("2014-05-20")),
        field("count-negative", &operator, 2, &encoded(-24)),
        field("count-as-a-flag", &operator, 2, &encoded(true)),
        field("flag-as-a-count", &operator, 3, &encoded(1)),
        field("code-one-byte-long", &operator, 4, &bytes(&[0; 1])),
        field("code-beyond-its-template", &operator, 4, &bytes(&[0xff; 6])),
        field("decimal-negative", &title, 1, &encoded(-8952)),
        field("decimal-as-text", &title, 1, &encoded("89.52")),
        changed("fields-are-no-array", &food, "seal_fields_unreadable", |p| p.with(Item::Fields, 0)),
    ]
}

fn holders(world: &World) -> Vec<Vector> {
    let (food, operator, title) = (world.food_permit(), world.operator_certificate(), world.title());
    let holder = |name: &str, licence: &Licence<'_>, place: usize, value: &[u8]| {
        changed(name, licence, "seal_holder_unreadable", |p| p.with_inner(Item::Holders, place, value))
    };
    let one = [bytes(&world.dictionary.pack("王")), encoded(414), encoded("E1")];
    let nine: Vec<Vec<u8>> = one.iter().cycle().take(27).cloned().collect();
    let all = |name: &str, holders: &[u8]| changed(name, &food, "seal_holder_unreadable", |p| p.with_bytes(Item::Holders, holders));
    vec![
        all("no-holder", &[0x80]),
        all("holder-without-a-code", &[0x82, 0x40, 0x01]),
        all("nine-holders", &array_of(&nine)),
        all("holders-are-no-array", &[0x00]),
        holder("holder-name-as-text", &food, 0, &encoded("王小明")),
        holder("holder-name-that-breaks-off", &food, 0, &bytes(&[0xff, 0x80])),
        holder("holder-name-empty", &food, 0, &bytes(&[])),
        holder("holder-name-with-a-line-break", &food, 0, &bytes(&world.dictionary.pack("王\r小明"))),
        holder("holder-name-longer-than-any", &food, 0, &bytes(&world.dictionary.pack(&"王".repeat(101)))),
        holder("organisation-code-spelt-out", &food, 2, &encoded("11100000000013338W")),
        holder("holder-code-of-no-type", &food, 1, &encoded(2)),
        holder("organisation-code-too-short", &food, 2, &bytes(&[0; 10])),
        holder("organisation-code-with-a-wrong-check", &food, 2, &bytes(&[0xff; 11])),
        holder("organisation-code-left-out", &food, 2, &NULL),
        holder("masked-number-one-byte-long", &operator, 2, &bytes(&[0; 1])),
        holder("masked-number-beyond-its-mask", &operator, 2, &bytes(&[0xff; 5])),
        holder("masked-number-as-a-check-value", &operator, 2, &encoded(1)),
        holder("check-value-of-twenty-one-bits", &title, 2, &encoded(1 << 20)),
        holder("check-value-negative", &title, 2, &encoded(-1)),
        holder("whole-number-where-the-type-allows-a-check-value", &title, 2, &encoded("11010519491231002X")),
    ]
}

fn editions(world: &World) -> Vec<Vector> {
    let newer = world.food_permit().of_edition(|kind| kind.fields.push(kind.fields[0].clone()));
    vec![
        Vector::new("field-of-a-newer-edition", newer.text()).unknown("seal_newer_edition", CONTENT),
        changed("dictionary-of-a-newer-edition", &world.food_permit(), "dictionary_unknown", |p| p.with(Item::Dictionary, 901)),
    ]
}

fn changed(name: &str, licence: &Licence<'_>, code: &'static str, change: impl FnOnce(Payload) -> Payload) -> Vector {
    let payload = change(Payload::of(&licence.payload())).bytes();
    Vector::new(name, licence.text_of(&payload)).unknown(code, CONTENT)
}

/// A packed text whose padding is zeros instead of ones.
fn padded_with_zeros(world: &World) -> Vec<u8> {
    let text = ["广州", "广州市王"].into_iter().find(|text| !world.dictionary.packed_bits(text).is_multiple_of(8)).unwrap();
    let mut packed = world.dictionary.pack(text);
    *packed.last_mut().unwrap() &= !(0xff >> (world.dictionary.packed_bits(text) % 8));
    packed
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    encoded(ByteVec::from(bytes.to_vec()))
}
