//! `kanhe type`: the catalogue, and what is wrong with a type of one's own.

use crate::program::{kanhe, word};
use std::fs;
use std::path::PathBuf;

fn shipped() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/types");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_type_file_of_the_repository_is_listed() {
    let listed = kanhe(&["type", "list", "--json"]).ended(0).json();
    let mut names: Vec<&str> = listed["types"].as_array().unwrap().iter().map(|kind| word(kind, "/name")).collect();
    names.sort_unstable();
    assert_eq!(names, shipped().iter().map(|file| file.file_stem().unwrap().to_str().unwrap()).collect::<Vec<_>>());
    let words = kanhe(&["type", "list", "--lang", "zh"]).ended(0).out;
    assert_eq!((words.lines().count(), words.contains("食品经营许可证")), (names.len(), true));
}

#[test]
fn a_type_is_shown_by_its_name_and_by_its_code() {
    let by_name = kanhe(&["type", "show", "food-operation-permit", "--json"]).ended(0).json();
    let by_code = kanhe(&["type", "show", word(&by_name, "/code"), "--json"]).ended(0).json();
    assert_eq!(by_name, by_code);
    assert!(by_name["budget"]["version"].as_u64().is_some_and(|version| version <= 14));
    let words = kanhe(&["type", "show", "food-operation-permit"]).ended(0).out;
    assert!(words.contains("business_form") && words.contains("largest QR version"), "{words}");
}

#[test]
fn a_type_says_how_a_table_of_its_applications_looks() {
    let told = kanhe(&["type", "show", "food-operation-permit", "--json"]).ended(0).json();
    let columns: Vec<(&str, &str, bool)> = told["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| (word(column, "/name"), word(column, "/label/zh"), column["required"].as_bool().unwrap()))
        .collect();
    assert_eq!(columns[0], ("request_id", "申请编号", true));
    assert_eq!(columns.last().unwrap(), &("valid_until", "证照有效期截止日期", false));
    assert_eq!((word(&told, "/term/rule"), word(&told, "/term/zh"), word(&told, "/term/en")), ("years", "5 年", "5 years"));
    let items = told["form"].as_array().unwrap().iter().find(|field| field["name"] == "items").unwrap();
    assert_eq!(items["table"][0], serde_json::json!({ "code": "A1", "zh": "预包装食品销售", "en": "Pre-packaged food" }));
    let open_ended = shipped().iter().any(|file| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let told = kanhe(&["type", "show", &name, "--json"]).ended(0).json();
        let until = told["columns"].as_array().unwrap().iter().any(|column| column["name"] == "valid_until");
        assert_eq!(until, told["term"]["rule"] != "open_ended", "{name}");
        !until
    });
    assert!(open_ended, "one of the shipped types has no end");
    for (language, words) in
        [("zh", ["申请编号", "5 年", "预包装食品销售"]), ("en", ["request_id", "term: 5 years", "holder_code_check_override"])]
    {
        let said = kanhe(&["type", "show", "food-operation-permit", "--lang", language]).ended(0).out;
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn the_shipped_types_are_right() {
    let files: Vec<String> = shipped().iter().map(|file| file.to_str().unwrap().to_owned()).collect();
    let words: Vec<&str> = ["type", "check"].into_iter().chain(files.iter().map(String::as_str)).collect();
    assert_eq!(kanhe(&words).ended(0).out, format!("{} type files are right\n", files.len()));
}

#[test]
fn everything_that_is_wrong_with_a_type_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let right = fs::read_to_string(shipped().into_iter().find(|file| file.ends_with("food-operation-permit.json")).unwrap()).unwrap();
    let (broken, other) = (put("broken.json", "{"), put("other.json", &right.replace("11100000MB0143028R002", "11100000MB0143028R00")));
    let told = kanhe(&["type", "check", &broken, &other, "--json"]).ended(1).json();
    let faults = told["faults"].as_array().unwrap();
    assert!(faults.len() >= 2, "{told}");
    for file in ["broken", "other"] {
        assert!(faults.iter().any(|fault| word(fault, "/message").contains(file)), "{file}: {told}");
    }
}

#[test]
fn a_type_beyond_its_qr_budget_is_refused_with_the_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let file = shipped().into_iter().find(|file| file.ends_with("real-estate-title.json")).unwrap();
    let mut kind: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    kind["seal"]["budget"]["version"] = 5.into();
    let path = folder.path().join("title.json");
    fs::write(&path, kind.to_string()).unwrap();
    let run = kanhe(&["type", "check", path.to_str().unwrap()]).ended(1);
    assert!(run.out.contains("version 5") && run.out.contains("version 14"), "{run:?}");
}
