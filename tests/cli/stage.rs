//! One demo for all tests: what `kanhe demo` leaves in its folder is read by many of them, and written by none.

use crate::program::{Kanhe, kanhe};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A demo older than this is played anew: its moments are "now" and its packs grow stale.
const KEPT: Duration = Duration::from_secs(3600);

/// The demo's folder, and what the demo said.
pub struct Stage {
    folder: PathBuf,
    /// What `kanhe demo --json` printed.
    pub told: Value,
}

impl Stage {
    /// The demo of this build of the program; whoever comes first plays it, in whatever process.
    pub fn get() -> Self {
        let shared = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::create_dir_all(shared).unwrap();
        let (folder, told) = (shared.join("cli-demo"), shared.join("cli-demo.json"));
        let lock = File::create(shared.join("cli-demo.lock")).unwrap();
        lock.lock().unwrap();
        if !is_of_this_build(&told) {
            let played = kanhe(&["demo", "--json", "--out", folder.to_str().unwrap()]).ended(0);
            fs::write(&told, &played.out).unwrap();
        }
        let told = serde_json::from_slice(&fs::read(&told).unwrap()).expect("the demo prints one JSON value");
        Self { folder, told }
    }

    /// A file of the demo.
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// A file's text, without the line's end.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}")).trim_end().to_owned()
    }

    /// The lines of an agency's reports.
    pub fn report(&self, agency: &str) -> Vec<Value> {
        let names = fs::read_dir(self.folder.join(agency)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut reports: Vec<String> = names.filter(|name| name.ends_with("report.jsonl")).collect();
        reports.sort();
        let lines = |name: &String| {
            self.text(&format!("{agency}/{name}")).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()
        };
        reports.iter().flat_map(lines).collect()
    }

    /// A file of the certificate that was issued for a request.
    pub fn file_of(&self, request: &str, kind: &str) -> String {
        for agency in AGENCIES {
            if let Some(line) = self.report(agency).iter().find(|line| line["request_id"] == request && line["result"] == "issued") {
                return format!("{agency}/{}", line["files"][kind].as_str().unwrap());
            }
        }
        panic!("no report has {request}");
    }

    /// What every verification on the stage needs: pack, trust, and the words that come before.
    pub fn verify(&self, input: &str, more: &[&str]) -> Kanhe {
        let (pack, trust) = (self.path("guangdong.pack"), self.path("keys/gd-root.pub"));
        Kanhe::new(&[&["verify", input, "--pack", &pack, "--trust", &trust], more].concat())
    }

    /// The picture of the scene with this English title.
    pub fn picture(&self, scene: &str) -> String {
        let played = self.told["scenes"].as_array().unwrap().iter().find(|played| played["scene"] == scene);
        played.unwrap_or_else(|| panic!("no scene {scene}"))["picture"].as_str().unwrap().to_owned()
    }
}

/// The folders into which the demo issues.
pub const AGENCIES: [&str; 6] = ["gd-market", "gd-housing", "zj-transport", "widened", "stranger", "forged"];

fn is_of_this_build(told: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    let (Ok(told), Ok(built)) = (modified(told), modified(Path::new(env!("CARGO_BIN_EXE_kanhe")))) else { return false };
    told > built && SystemTime::now().duration_since(told).is_ok_and(|age| age < KEPT)
}
