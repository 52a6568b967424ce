//! The pages that say where things are say it of everything.

use super::{read, root, tracked};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn the_map_of_the_architecture_names_everything_in_docs_and_schemas() {
    let page = read("docs/ARCHITECTURE.md");
    let map = page.split_once("\n## Where things are\n").unwrap().1;
    for folder in ["docs", "schemas"] {
        let row = map.lines().find(|line| line.starts_with(&format!("| `{folder}/`"))).unwrap();
        for entry in fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap) {
            let (name, is_folder) = (entry.file_name().display().to_string(), entry.file_type().unwrap().is_dir());
            let named = if is_folder { format!("`{name}/") } else { format!("`{name}`") };
            assert!(row.contains(&named) || name == "ARCHITECTURE.md", "the map does not say what stands in {folder}/{name}");
        }
    }
}

#[test]
fn the_list_of_decisions_has_each_with_its_title_and_says_which_numbers_are_empty() {
    let list = read("docs/decisions/README.md");
    let pages = tracked("docs/decisions/0*.md");
    let mut numbers = BTreeSet::new();
    for page in &pages {
        let (name, text) = (page.file_name().unwrap().display().to_string(), read(page.to_str().unwrap()));
        let (number, title) = text.lines().next().unwrap().trim_start_matches("# ").split_once(". ").unwrap();
        assert_eq!(format!("{number:0>4}"), name[..4], "{name} has the number of its title");
        assert!(list.contains(&format!("| [{}]({name}) | {title} |\n", &name[..4])), "the list of decisions has {name}, {title}");
        assert!(numbers.insert(number.parse::<u32>().unwrap()), "two decisions are number {number}");
    }
    let told = list.lines().find(|line| line.starts_with("There are no ")).unwrap().split('.').next().unwrap();
    let told: BTreeSet<u32> = told.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    let empty = (1..*numbers.last().unwrap()).filter(|number| !numbers.contains(number)).collect();
    assert_eq!(told, empty, "the list says which numbers below the last have no page");
}
