//! A renewal that says something else besides its term names what that is, in both ways and both languages.

use super::held::{Twins, alike};
use crate::archive::{Archive, GROUNDS};
use crate::office::permits;
use crate::program::{Kanhe, word};
use serde_json::{Value, json};

/// The next version of a permit of the library, by a row with these words in the place of its own.
fn next(archive: &Archive, verb: &str, (identifier, row): (&str, usize), changes: &[(&str, &str)]) -> Kanhe {
    let table = permits(row);
    let (heading, own) = (table.lines().next().unwrap(), table.lines().nth(row).unwrap());
    let changed = changes.iter().fold(own.to_owned(), |row, (was, is)| row.replace(was, is));
    let input = archive.office.write("renewal.csv", format!("{heading}\n{changed}\n"));
    let (key, identity) = (archive.path("gd-market.key"), archive.path("identity.txt"));
    archive.ask(&[verb, identifier, "--in", &input, "--key", &key, "--identity", &identity]).and(&GROUNDS)
}

#[test]
fn what_a_renewal_changes_besides_its_term_is_named_and_its_values_are_not() {
    let twins = Twins::open();
    let identifiers = twins.issued();
    let key = twins.held.archive.path("market");
    let both = |row: usize, changes: &[(&str, &str)]| -> [Kanhe; 2] {
        let renewing = |archive: &Archive| next(archive, "renew", (&identifiers[row - 1], row), changes);
        [renewing(&twins.own), renewing(&twins.held.archive).and(&["--key-file", &key])]
    };
    let renewed = |row: usize, changes: &[(&str, &str)]| -> Value {
        let [own, held] = both(row, changes).map(|run| run.run().ended(0).json());
        assert_eq!(alike(&own), alike(&held));
        held
    };
    let term_alone = [("GD-SPJY-2026-00002", "R-2"), ("20251024", "")];
    let told = renewed(2, &term_alone);
    assert_eq!((&told["warnings"], &told["changes"]), (&json!([]), &json!([])), "{told}");
    let moved = [("GD-SPJY-2026-00001", "R-1"), ("20250816", ""), ("文冠路584号首层", "文冠路586号首层"), (",3,", ",2,")];
    let told = renewed(1, &moved);
    let names: Vec<&str> = told["changes"].as_array().unwrap().iter().map(|field| word(field, "/name")).collect();
    assert_eq!((names, &told["warnings"]), (vec!["premises", "business_form"], &json!(["renewal_changes"])), "{told}");
    assert!(!told.to_string().contains("586号"), "{told}");
    let labels = ["zh", "en"].map(|language| told["changes"][0]["names"][language].as_str().unwrap().to_owned());
    // Asked again, it is told as then.
    assert_eq!(renewed(1, &moved)["changes"], told["changes"]);
    for (language, label) in ["zh", "en"].into_iter().zip(&labels) {
        for run in both(1, &moved) {
            let said = run.for_people().and(&["--lang", language]).run().ended(0).out;
            assert!(said.contains(label.as_str()) && said.contains("kanhe amend") && !said.contains("586号"), "{said}");
        }
    }
    let wordless = both(2, &term_alone).map(|run| run.for_people().and(&["--lang", "en"]).run().ended(0).out);
    assert!(wordless.iter().all(|said| !said.contains('⚠')), "{wordless:?}");
    // An amendment is there to change what is said, and warns of nothing.
    let moved = [("GD-SPJY-2026-00003", "R-3"), ("20250524", ""), ("4层127号铺", "4层129号铺")];
    let told = next(&twins.own, "amend", (&identifiers[2], 3), &moved).run().ended(0).json();
    assert_eq!((&told["warnings"], &told["changes"]), (&json!([]), &json!([])));
}
