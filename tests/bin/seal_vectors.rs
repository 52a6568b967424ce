//! Writes the negative list to `tests/vectors/seal`, and takes away what is no longer in it.

use kanhe_tests::negative;
use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/seal");
    let files = negative::files();
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "json" || end == "cbor") {
            fs::remove_file(path)?;
        }
    }
    for (name, bytes) in &files {
        fs::write(folder.join(name), bytes)?;
    }
    println!("{} files", files.len());
    Ok(())
}
