//! What is refused of a type file, one defect a row, and what is not.

use super::*;
use kanhe_core::kind::Form;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DICTIONARY: &[u8] = include_bytes!("../../../../schemas/dictionaries/1.cbor");

pub(crate) const SHIPPED: [(&str, &str); 10] = [
    ("accounting-qualification.json", include_str!("../../../../schemas/types/accounting-qualification.json")),
    ("birth-service.json", include_str!("../../../../schemas/types/birth-service.json")),
    ("business-licence.json", include_str!("../../../../schemas/types/business-licence.json")),
    ("driving-licence.json", include_str!("../../../../schemas/types/driving-licence.json")),
    ("food-operation-permit.json", include_str!("../../../../schemas/types/food-operation-permit.json")),
    ("real-estate-title.json", include_str!("../../../../schemas/types/real-estate-title.json")),
    ("road-transport-permit.json", include_str!("../../../../schemas/types/road-transport-permit.json")),
    ("safety-staff.json", include_str!("../../../../schemas/types/safety-staff.json")),
    ("special-work-operator.json", include_str!("../../../../schemas/types/special-work-operator.json")),
    ("tax-payment.json", include_str!("../../../../schemas/types/tax-payment.json")),
];

pub(crate) fn shipped() -> Catalogue {
    Catalogue::load(SHIPPED, &[&dictionary()]).unwrap_or_else(|errors| panic!("{}", lines(&errors)))
}

fn dictionary() -> Dictionary {
    Dictionary::decode(DICTIONARY).unwrap()
}

fn lines(errors: &[CatalogueError]) -> String {
    errors.iter().map(|error| format!("{error} [{}]\n", error.code())).collect()
}

fn food() -> Value {
    let (_, text) = SHIPPED.iter().find(|(name, _)| *name == "food-operation-permit.json").unwrap();
    serde_json::from_str(text).unwrap()
}

/// The codes and members of the defects of the food permit with one member changed, or removed if the change is null.
fn defects_with(pointer: &str, change: Value) -> Vec<(String, &'static str)> {
    let mut file = food();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match file.pointer_mut(parent).unwrap() {
        Value::Object(object) if change.is_null() => drop(object.remove(member)),
        Value::Object(object) => drop(object.insert(member.to_owned(), change)),
        Value::Array(list) => list[member.parse::<usize>().unwrap()] = change,
        other => panic!("{other}"),
    }
    match Catalogue::load([("food.json", file.to_string())], &[&dictionary()]) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| (error.member.clone(), error.code())).collect(),
    }
}

#[test]
fn the_ten_shipped_types_are_right() {
    let catalogue = shipped();
    assert_eq!(catalogue.kinds().len(), 10);
    let food = catalogue.find("food-operation-permit").unwrap();
    assert_eq!(food.names().zh, "食品经营许可证");
    assert_eq!(catalogue.find(food.code().as_str()).unwrap().file(), food.file());
    let kind = food.to_kind(7);
    assert_eq!((kind.index, kind.code, kind.fields.len()), (7, *food.code(), 3));
    assert!(matches!(&kind.number, Form::Code(template) if template.as_str() == "JY##############"));
    assert!(catalogue.find("driver").is_none());
}

#[test]
fn every_change_of_a_member_is_caught_where_it_stands() {
    let long_table: Vec<Value> = (0..64).map(|n| json!({ "code": n.to_string(), "zh": "甲", "en": "A" })).collect();
    let rows = [
        ("/code", json!("11100000MB0143028R02"), "code", "type_code_invalid"),
        ("/code", json!("11100000000013338W002"), "code", "type_code_other_authority"),
        ("/edition", json!(0), "edition", "type_range"),
        ("/edition", json!("1"), "file", "type_file_malformed"),
        ("/colour", json!("red"), "file", "type_file_malformed"),
        ("/number", Value::Null, "file", "type_file_malformed"),
        ("/names/zh", json!(" "), "names", "type_label"),
        ("/names/en", json!("Caf\u{65}\u{301}"), "names", "type_label"),
        ("/defining_authority/code", json!("11100000MB0143028S"), "defining_authority.code", "type_code_invalid"),
        ("/defining_authority/level", json!("galactic"), "file", "type_file_malformed"),
        ("/holder/category", json!("person"), "holder.code_types[0]", "type_holder_category"),
        ("/holder/code_types/0", json!("111"), "holder.code_types[0]", "type_holder_category"),
        ("/holder/code_types/0", json!("002"), "holder.code_types[0]", "type_code_invalid"),
        ("/holder/code_types", json!([]), "holder.code_types", "type_range"),
        ("/holder/most", json!(9), "holder.most", "type_range"),
        ("/holder/longest_name", json!(0), "holder.longest_name", "type_range"),
        ("/validity/days", json!(1), "validity", "type_validity_term"),
        ("/validity/years", json!(0), "validity.years", "type_range"),
        ("/validity/rule", json!("given"), "file", "type_file_malformed"),
        ("/number/template", json!("JY-############"), "number", "type_number_is_no_serial"),
        ("/number/template", json!("######################################"), "number.template", "type_code_invalid"),
        ("/number/template", Value::Null, "number", "type_number_form"),
        ("/number", json!({ "text": 20, "is_serial": true }), "number", "type_number_is_no_serial"),
        ("/number", json!({ "text": 65 }), "number.text", "type_range"),
        ("/freshness/amber_hours", json!(720), "freshness", "type_freshness_order"),
        ("/fields/$schema", json!("http://json-schema.org/draft-07/schema#"), "fields.$schema", "type_schema_form"),
        ("/fields/additionalProperties", Value::Null, "fields.additionalProperties", "type_schema_form"),
        ("/fields/additionalProperties", json!(true), "fields.additionalProperties", "type_schema_form"),
        ("/fields/properties/hotline/pattern", json!("(["), "fields", "type_schema_invalid"),
        ("/fields/properties/hotline", json!({ "type": "number" }), "fields.properties.hotline", "type_field_shape"),
        ("/fields/properties/hotline", json!({ "type": "string" }), "fields.properties.hotline", "type_field_unbounded"),
        ("/fields/properties/number", json!({ "type": "boolean" }), "labels", "type_field_without_label"),
        ("/fields/properties/Größe", json!({ "type": "boolean" }), "fields.properties.Größe", "type_field_name"),
        ("/fields/required/0", json!("colour"), "fields.required", "type_field_unknown"),
        ("/labels/colour", json!({ "zh": "颜色", "en": "Colour" }), "labels", "type_field_unknown"),
        ("/labels/hotline", Value::Null, "labels", "type_field_without_label"),
        ("/labels/hotline/zh", json!("经营场所"), "labels.hotline", "type_label_twice"),
        ("/labels/hotline/zh", json!("证照编号"), "labels.hotline", "type_label_twice"),
        ("/masking/colour", json!({ "keep": [1, 0] }), "masking", "type_field_unknown"),
        ("/masking/legal_representative/keep", json!([10, 10]), "masking.legal_representative", "type_mask_shows_too_much"),
        ("/masking/items", json!({ "keep": [1, 0] }), "masking.items", "type_mask_shows_too_much"),
        ("/seal/dictionary", json!(9), "seal.dictionary", "type_dictionary_unknown"),
        ("/seal/fields/0/field", json!("colour"), "seal.fields[0]", "type_field_unknown"),
        ("/seal/fields/0/field", json!("items"), "seal.fields[2]", "type_seal_field_twice"),
        ("/seal/fields/0/as", json!({ "text": 39 }), "seal.fields[0].as", "type_seal_text_too_short"),
        ("/seal/fields/0/as", json!("date"), "seal.fields[0].as", "type_seal_form"),
        ("/seal/fields/0/as", json!({ "decimal": 7 }), "seal.fields[0].as", "type_range"),
        ("/seal/fields/0/as", json!("colour"), "file", "type_file_malformed"),
        ("/seal/fields/1/as/choice/0/code", json!("X"), "seal.fields[1].as", "type_seal_table_differs"),
        ("/seal/fields/1/as/choice/0/code", json!("2"), "seal.fields[1].as", "type_seal_table"),
        ("/seal/fields/1/as/choice/0/zh", json!(""), "seal.fields[1].as[0]", "type_label"),
        ("/seal/fields/2/as/choices", json!(long_table), "seal.fields[2].as", "type_seal_table"),
        ("/seal/budget/version", json!(19), "seal.budget.version", "type_range"),
        ("/seal/budget/module_mm", json!(0.39), "seal.budget.module_mm", "type_module_too_small"),
        ("/seal/budget/version", json!(10), "seal.budget.version", "type_over_budget"),
    ];
    for (pointer, change, member, code) in rows {
        let found = defects_with(pointer, change.clone());
        assert!(found.contains(&(member.to_owned(), code)), "{pointer} = {change}: wanted {member} {code}, found {found:?}");
    }
    assert_eq!(defects_with("/edition", json!(2)), []);
}

#[test]
fn all_defects_of_a_file_are_named_at_once() {
    let mut file = food();
    file["edition"] = json!(0);
    file["holder"]["most"] = json!(0);
    file["freshness"]["amber_hours"] = json!(0);
    file["seal"]["budget"]["module_mm"] = json!(0.1);
    let errors = Catalogue::load([("food.json", file.to_string())], &[&dictionary()]).unwrap_err();
    let members: BTreeSet<&str> = errors.iter().map(|error| error.member.as_str()).collect();
    assert_eq!(members, BTreeSet::from(["edition", "holder.most", "freshness", "seal.budget.module_mm"]));
}

#[test]
fn a_sealed_field_without_a_label_has_one_defect() {
    for (pointer, code) in [("/labels/premises", "type_field_without_label"), ("/fields/properties/premises/type", "type_field_shape")] {
        let codes: Vec<&str> = defects_with(pointer, Value::Null).into_iter().map(|(_, code)| code).collect();
        assert_eq!(codes, [code], "{pointer}");
    }
}

#[test]
fn a_budget_that_is_exceeded_comes_with_its_numbers() {
    let mut file = food();
    file["seal"]["budget"]["version"] = json!(5);
    let errors = Catalogue::load([("food.json", file.to_string())], &[&dictionary()]).unwrap_err();
    let [CatalogueError { defect: TypeDefect::OverBudget { bytes, needed, allowed: 5 }, .. }] = errors.as_slice() else {
        panic!("{}", lines(&errors))
    };
    assert!(*bytes > 211 && *needed == qr_version_of(*bytes), "{}", lines(&errors));
    assert_eq!(
        errors[0].to_string(),
        format!(
            "food.json: seal.budget.version: the worst case has {bytes} bytes and needs QR version {}, the budget is version 5",
            needed.unwrap()
        )
    );
}

#[test]
fn a_person_s_code_is_never_open_in_a_seal() {
    let (_, text) = SHIPPED.iter().find(|(name, _)| *name == "driving-licence.json").unwrap();
    for (mask, code) in [
        (json!("open"), Some("type_holder_open")),
        (json!({ "keep": [6, 5] }), Some("type_mask_shows_too_much")),
        (json!({ "keep": [0, 4] }), None),
    ] {
        let mut file: Value = serde_json::from_str(text).unwrap();
        file["holder"]["mask"] = mask.clone();
        let codes = Catalogue::load([("driving.json", file.to_string())], &[&dictionary()]).err().map(|errors| errors[0].code());
        assert_eq!(codes, code, "{mask}");
    }
}

#[test]
fn a_code_belongs_to_one_file() {
    let errors = Catalogue::load([("a.json", food().to_string()), ("b.json", food().to_string())], &[&dictionary()]).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].file.as_str(), errors[0].code()), ("b.json", "type_code_twice"));
    assert!(errors[0].to_string().contains(" a "), "{}", errors[0]);
}

#[test]
fn what_is_no_type_file_is_refused_in_one_line() {
    let twice = food().to_string().replacen("{", "{\"edition\":1,", 1);
    let large = " ".repeat((1 << 20) + 1);
    for (text, code) in [
        ("", "type_file_malformed"),
        ("[]", "type_file_malformed"),
        (twice.as_str(), "type_file_malformed"),
        (large.as_str(), "type_file_too_large"),
    ] {
        let errors = Catalogue::load([("x.json", text)], &[&dictionary()]).unwrap_err();
        assert_eq!(errors.iter().map(CatalogueError::code).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn every_shipped_worst_case_keeps_its_budget_without_waste() {
    let dictionary = dictionary();
    for kind in shipped().kinds() {
        let dearest = worst_case::dearest_character(&dictionary);
        let bytes = worst_case::length(kind, &dictionary, dearest).unwrap();
        let needed = qr_version_of(bytes).unwrap();
        println!("{:28} worst {bytes:3} bytes, QR version {needed}, budget {}", kind.file(), kind.budget().version);
        assert_eq!(needed, kind.budget().version, "{}: {bytes} bytes", kind.file());
        assert!(needed <= 14);
    }
}

#[test]
fn the_dearest_character_is_as_dear_as_any_that_the_dictionary_holds() {
    let dictionary = dictionary();
    let dearest = worst_case::dearest_character(&dictionary);
    let text = |count: usize| dictionary.packed_bits(&dearest.to_string().repeat(count));
    assert_eq!(text(60) - text(59), usize::try_from(dictionary.hardest_bits_per_char()).unwrap());
}
