//! Where a path leads, and whether two of them lead to one place.

use crate::failure::Failure;
use std::collections::HashSet;
use std::env;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// A path from the root on, without links and detours: what is not there yet stands where it would be made.
pub fn real(path: &Path) -> PathBuf {
    let whole = env::current_dir().unwrap_or_default().join(path);
    whole.components().fold(PathBuf::new(), |above, part| match part {
        Component::ParentDir => above.parent().unwrap_or(&above).to_owned(),
        part => {
            let below = above.join(part);
            below.canonicalize().unwrap_or(below)
        }
    })
}

/// Refuses an output that is the very file that is read.
pub fn is_other(out: &Path, input: &Path) -> Result<(), Failure> {
    let found = |path: &Path| path.metadata().ok().filter(Metadata::is_file).map(|found| (found.dev(), found.ino()));
    match found(out) {
        Some(file) if found(input) == Some(file) => {
            Err(Failure::new("output_is_input", "it is read, and would be written over").within(out.display()))
        }
        _ => Ok(()),
    }
}

/// Refuses files that are made together and of which two would stand in one place, however it is named.
pub fn are_apart(outputs: &[&Path]) -> Result<(), Failure> {
    let mut places = HashSet::new();
    match outputs.iter().find(|out| !places.insert(real(out))) {
        Some(twice) => Err(Failure::new("output_twice", "two of the files that are made would stand there").within(twice.display())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_place_is_the_same_however_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (root, here) = (folder.path().canonicalize().unwrap(), env::current_dir().unwrap().canonicalize().unwrap());
        std::fs::create_dir(root.join("there")).unwrap();
        symlink("there", root.join("link")).unwrap();
        let below = |name: &str| root.join(name);
        let rows = [
            (below("link/new/file"), below("there/new/file")),
            (below("./there/../there/new"), below("there/new")),
            // The folder that is not there yet would be made on the way.
            (below("new/../link/file"), below("there/file")),
            (below("there/new/../../other"), below("other")),
            (PathBuf::from("not-there"), here.join("not-there")),
            (PathBuf::from("not-there/../other"), here.join("other")),
            (PathBuf::new(), here),
            (PathBuf::from("/../.."), PathBuf::from("/")),
        ];
        for (named, place) in rows {
            assert_eq!(real(&named), place, "{}", named.display());
        }
    }

    #[test]
    fn what_is_made_together_is_made_in_places_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("there")).unwrap();
        symlink("there", folder.path().join("link")).unwrap();
        let code = |names: [&str; 3]| {
            let outputs = names.map(|name| folder.path().join(name));
            are_apart(&outputs.each_ref().map(PathBuf::as_path)).map_err(|failure| failure.code())
        };
        assert_eq!(code(["a", "a.pub", "there/a"]), Ok(()));
        for names in [["a", "a", "b"], ["a", "b", "./a"], ["there/a", "b", "link/a"], ["a", "there/../b", "b"]] {
            assert_eq!(code(names), Err("output_twice"), "{names:?}");
        }
    }
}
