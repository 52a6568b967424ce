//! Seals without a defect, some of them badly scanned: a verifier that refuses these is as wrong as one that accepts the others.

use super::{PACK_OLD_LISTS, Vector};
use crate::world::{Office, PLATFORM, World};
use kanhe_core::qr::url_form;

pub(super) fn vectors(world: &World) -> Vec<Vector> {
    let food = || world.food_permit();
    let good = food().text();
    let url = url_form("https://kanhe.example.cn/", &good);
    let scanned = |name: &str, text: String| Vector::new(name, text).accepted("accepted");
    let genuine = |name: &str, text: String| Vector::new(name, text).accepted("accepted");
    vec![
        scanned("bare-digits-are-accepted", good.clone()),
        scanned("url-form-is-accepted", url.clone()),
        scanned("url-in-capitals-is-accepted", url.to_uppercase()),
        scanned("url-garbled-by-an-input-method-is-accepted", format!("ｈｔｔｐｓ：／／坎合。ｃｎ／＃{good}")),
        scanned("url-with-digits-in-front-is-accepted", format!("https://12345.example.cn/v2/?a=7#{good}")),
        scanned("full-width-digits-are-accepted", good.chars().map(full_width).collect()),
        scanned("line-end-of-a-scanner-is-accepted", format!("{good}\r\n")),
        scanned("byte-order-mark-and-spaces-are-accepted", format!("\u{feff}  {good}\u{3000}\u{200b}")),
        genuine("holder-with-a-masked-number-is-accepted", world.operator_certificate().text()),
        genuine("two-holders-with-check-values-are-accepted", world.title().text()),
        genuine("ends-today-is-accepted", food().until("2026-06-15").text()),
        genuine("begins-today-is-accepted", food().issued("2026-06-15").text()),
        genuine("signed-by-a-retired-key-is-accepted", food().issued("2023-12-31").signed_by(Office::Guangzhou.old_key()).text()),
        genuine("older-edition-with-fewer-fields-is-accepted", food().of_edition(|kind| kind.fields.truncate(1)).text()),
        genuine("optional-field-left-empty-is-accepted", food().without("principal").text()),
        genuine("foreign-and-recognised-for-every-scene-is-accepted", world.foreign_title().text()),
        genuine("foreign-and-recognised-for-this-scene-is-accepted", world.foreign_food_permit().text()).for_scene(PLATFORM),
        genuine("clock-nine-minutes-behind-is-accepted", good).at("2026-06-15T00:51:00Z"),
        Vector::new("old-list-is-accepted-in-amber", world.operator_certificate().text())
            .with_pack(PACK_OLD_LISTS)
            .accepted("accepted_amber"),
        scanned("digits-typed-in-groups-are-accepted", in_groups(&food().text(), 4, " ")),
        scanned("digits-wrapped-over-lines-are-accepted", in_groups(&food().text(), 72, "\r\n")),
    ]
}

fn in_groups(digits: &str, every: usize, between: &str) -> String {
    let groups: Vec<&str> = digits.as_bytes().chunks(every).map(|group| str::from_utf8(group).unwrap()).collect();
    groups.join(between)
}

fn full_width(digit: char) -> char {
    char::from_u32(u32::from(digit) + 0xfee0).unwrap()
}
