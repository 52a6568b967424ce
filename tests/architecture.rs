//! Keeps `docs/ARCHITECTURE.md` and `docs/DEPENDENCIES.md` true, and the repository free of private keys.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Names = BTreeSet<String>;

#[test]
fn every_crate_has_a_row_and_every_row_a_crate() {
    let rows: Names = rows_under("docs/ARCHITECTURE.md", "Floors").iter().flat_map(|row| code_words(&row[1])).collect();
    let crates: Names = metadata().workspace_packages().iter().map(|package| package.name.to_string()).collect();
    assert_same(("docs/ARCHITECTURE.md", rows), ("the workspace", crates));
}

#[test]
fn the_arrows_between_crates_are_those_of_the_table() {
    let allowed = allowed_arrows();
    let metadata = metadata();
    let stray: Vec<String> = metadata
        .workspace_packages()
        .iter()
        .flat_map(|package| arrows(package).into_iter().map(|to| (package.name.to_string(), to)))
        .filter(|(from, to)| !allowed[from].contains(to))
        .map(|(from, to)| format!("{from} -> {to}"))
        .collect();
    assert!(stray.is_empty(), "arrows that the table of docs/ARCHITECTURE.md does not have: {stray:?}");
}

#[test]
fn the_table_itself_allows_only_arrows_to_lower_floors() {
    let floors: BTreeMap<String, u8> = rows_under("docs/ARCHITECTURE.md", "Floors")
        .iter()
        .map(|row| (code_words(&row[1]).remove(0), row[0].parse().unwrap_or(u8::MAX)))
        .collect();
    for (from, to) in allowed_arrows().iter().flat_map(|(from, tos)| tos.iter().map(move |to| (from, to))) {
        assert!(floors[to] < floors[from], "{from} on floor {} may not depend on {to} on floor {}", floors[from], floors[to]);
    }
}

#[test]
fn the_core_stands_on_its_listed_dependencies_only() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let core = packages.iter().find(|package| package.name == "kanhe-core").expect("the workspace has a core");
    assert_same(("its Cargo.toml", foreign(core, DependencyKind::Normal)), ("docs/DEPENDENCIES.md", listed_under("In the core")));
    assert_eq!(foreign(core, DependencyKind::Build), Names::new(), "the core is built by no program of its own");
}

#[test]
fn what_is_for_tests_stays_in_tests() {
    let for_tests = listed_under("In tests only");
    for package in metadata().workspace_packages().iter().filter(|package| package.name != "kanhe-tests") {
        let used = foreign(package, DependencyKind::Normal);
        let stray: Vec<_> = used.intersection(&for_tests).collect();
        assert!(stray.is_empty(), "{} depends on {stray:?}, which docs/DEPENDENCIES.md has for tests only", package.name);
    }
}

#[test]
fn no_product_has_the_faults_that_tests_arm() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let store = packages.iter().find(|package| package.name == "kanhe-store").expect("the workspace has a store");
    let turned_on_by: Names =
        store.features.iter().filter(|(_, on)| on.iter().any(|on| on == "faults")).map(|(name, _)| name.clone()).collect();
    assert_eq!((store.features.contains_key("faults"), turned_on_by), (true, Names::new()), "only who asks for it by name has it");
    let armed = |package: &&&Package| {
        let of_store = package.dependencies.iter().filter(|dependency| dependency.name == "kanhe-store");
        of_store.into_iter().any(|dependency| {
            dependency.features.iter().any(|feature| feature == "faults") && dependency.kind != DependencyKind::Development
        })
    };
    let stray: Vec<_> = packages.iter().filter(armed).map(|package| package.name.to_string()).collect();
    assert!(stray.is_empty(), "{stray:?} turn on the faults of kanhe-store, which only tests may");
}

#[test]
fn every_dependency_has_a_line_and_every_line_a_dependency() {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("Cargo.toml is TOML");
    let dependencies = manifest["workspace"]["dependencies"].as_table().expect("a table of dependencies");
    let used: Names = dependencies.keys().filter(|name| !name.starts_with("kanhe")).cloned().collect();
    let listed: Names = ["In the core", "At the edges", "In tests only"].into_iter().flat_map(listed_under).collect();
    assert_same(("Cargo.toml", used), ("docs/DEPENDENCIES.md", listed));
}

#[test]
fn every_crate_takes_its_dependencies_and_lints_from_the_workspace() {
    for package in metadata().workspace_packages() {
        let manifest: toml::Table = fs::read_to_string(&package.manifest_path).unwrap().parse().expect("a manifest is TOML");
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{} has lints of its own", package.name);
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, how) in manifest.get(table).and_then(toml::Value::as_table).into_iter().flatten() {
                assert!(how.get("version").is_none(), "{}: {name} has a version of its own", package.name);
            }
        }
    }
}

#[test]
fn every_dependency_is_named_in_a_source_of_its_crate() {
    let sources: Vec<PathBuf> = tracked_files().into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs")).collect();
    let root = root().canonicalize().unwrap();
    for package in metadata().workspace_packages() {
        let folders: Vec<PathBuf> =
            package.targets.iter().map(|target| target.src_path.parent().unwrap().canonicalize().unwrap()).collect();
        let own = sources.iter().filter(|file| folders.iter().any(|folder| root.join(file).starts_with(folder)));
        let text: String = own.map(|file| read(&file.display().to_string())).collect();
        let words: BTreeSet<&str> = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
        let named = |name: &String| words.contains(name.replace('-', "_").as_str());
        let idle: Names = package.dependencies.iter().map(|dependency| dependency.name.clone()).filter(|name| !named(name)).collect();
        assert_eq!(idle, Names::new(), "{} depends on what it does not use", package.name);
    }
}

#[test]
fn no_private_key_is_committed() {
    let keys: Vec<_> =
        tracked_files().into_iter().filter(|file| holds_private_key(&fs::read(root().join(file)).unwrap_or_default())).collect();
    assert!(keys.is_empty(), "private keys: {keys:?}");
}

#[test]
fn a_private_key_is_known_by_its_look() {
    let age = format!("# a comment\n{}1{}\n", "AGE-SECRET-KEY-", "Q".repeat(58));
    let pem = format!("-----BEGIN {}PRIVATE KEY-----\nMC4CAQ", "EC ");
    let stored = format!("{}.org/v1\n-> scrypt", "age-encryption");
    for key in [age, pem, stored] {
        assert!(holds_private_key(key.as_bytes()), "{key}");
    }
    for harmless in ["a line may not begin with AGE-SECRET-KEY-1", "-----BEGIN PUBLIC KEY-----", "see age-encryption.org/v1"] {
        assert!(!holds_private_key(harmless.as_bytes()), "{harmless}");
    }
}

#[test]
fn the_keys_folder_holds_public_keys_only() {
    let readmes = ["keys/README.md", "keys/README.zh.md"].map(PathBuf::from);
    for file in tracked_files().into_iter().filter(|file| file.starts_with("keys")) {
        assert!(readmes.contains(&file) || file.extension().is_some_and(|end| end == "pub"), "{} is no public key", file.display());
    }
}

#[test]
fn the_top_level_holds_nothing_unforeseen() {
    let foreseen = "Cargo.toml Cargo.lock crates keys schemas tests docs README.md README.zh.md LICENSE CHANGELOG.md Makefile \
                    clippy.toml deny.toml rustfmt.toml .gitignore .gitattributes .ci .config";
    let foreseen: Names = foreseen.split_whitespace().map(str::to_owned).collect();
    let found: Names = tracked_files().iter().filter_map(|file| Some(file.iter().next()?.to_str()?.to_owned())).collect();
    let stray: Vec<_> = found.difference(&foreseen).collect();
    assert!(stray.is_empty(), "{stray:?}: a new room at the top is a decision, to be written down here and in docs/ARCHITECTURE.md");
}

/// Says what stands in only one of two places.
fn assert_same((here, ours): (&str, Names), (there, theirs): (&str, Names)) {
    let (only_here, only_there): (Vec<_>, Vec<_>) = (ours.difference(&theirs).collect(), theirs.difference(&ours).collect());
    assert!(ours == theirs, "only in {here}: {only_here:?}; only in {there}: {only_there:?}");
}

/// Which crates each crate may depend on, by the table of floors.
fn allowed_arrows() -> BTreeMap<String, Names> {
    rows_under("docs/ARCHITECTURE.md", "Floors")
        .iter()
        .map(|row| (code_words(&row[1]).remove(0), code_words(&row[3]).into_iter().collect()))
        .collect()
}

/// The crates of this workspace that a crate depends on, tests and build programs included.
fn arrows(package: &Package) -> Names {
    package.dependencies.iter().filter(|dependency| dependency.path.is_some()).map(|dependency| dependency.name.clone()).collect()
}

/// The crates by others that a crate depends on in one way.
fn foreign(package: &Package, kind: DependencyKind) -> Names {
    let of_kind = package.dependencies.iter().filter(|dependency| dependency.kind == kind && dependency.path.is_none());
    of_kind.map(|dependency| dependency.name.clone()).collect()
}

/// The crates that `docs/DEPENDENCIES.md` lists under a heading.
fn listed_under(heading: &str) -> Names {
    rows_under("docs/DEPENDENCIES.md", heading).iter().flat_map(|row| code_words(&row[0])).collect()
}

/// The cells of the one table under a second-level heading of a Markdown page, without its two head rows.
fn rows_under(page: &str, heading: &str) -> Vec<Vec<String>> {
    let text = read(page);
    let section = text.lines().skip_while(|line| *line != format!("## {heading}")).skip(1).take_while(|line| !line.starts_with("## "));
    let rows = section.filter_map(|line| line.strip_prefix("| ").or_else(|| line.strip_prefix("|-")).map(|row| row.trim_end_matches('|')));
    let rows: Vec<Vec<String>> = rows.skip(2).map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect();
    assert!(!rows.is_empty(), "{page} has no table under {heading}");
    rows
}

/// The words of a Markdown cell that stand in backticks.
fn code_words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether a file's bytes are, or contain, a private key as age, OpenSSH or OpenSSL write it.
fn holds_private_key(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let age = |line: &str| {
        let secret = line.strip_prefix(concat!("AGE-SECRET", "-KEY-"));
        secret.is_some_and(|rest| rest.len() > 40 && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    };
    let pem = |line: &str| line.starts_with("-----BEGIN ") && line.ends_with(concat!("PRIVATE", " KEY-----"));
    let stored = ["age-encryption.org/v1\n", "-----BEGIN AGE ENCRYPTED FILE-----"];
    stored.iter().any(|head| text.starts_with(head)) || text.lines().map(str::trim).any(|line| age(line) || pem(line))
}

fn tracked_files() -> Vec<PathBuf> {
    let listing = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().expect("git is installed");
    assert!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr));
    let names = String::from_utf8(listing.stdout).expect("file names are UTF-8");
    names.split_terminator('\0').map(PathBuf::from).collect()
}

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).no_deps().other_options(["--offline".to_owned()]).exec().expect("cargo metadata answers")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository")
}
