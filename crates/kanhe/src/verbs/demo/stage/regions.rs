//! What regions sign: who their agencies are, what they recognise of each other, and the pack that counters carry.

use super::{LARGEST, Stage};
use crate::failure::Failure;
use crate::files;
use std::path::Path;

pub const GUANGDONG: &str = include_str!("../../../../demo/guangdong.toml");
const ZHEJIANG: &str = include_str!("../../../../demo/zhejiang.toml");
const RECOGNITION: &str = include_str!("../../../../demo/recognition.toml");

/// Places in the descriptions, and the keys that stand there.
const HONEST: &[(&str, &str)] = &[("@gd-market@", "gd-market"), ("@gd-housing@", "gd-housing"), ("@zj-transport@", "zj-transport")];

/// The keys of the demo by their files, with the names that they bear; a log's key bears the log's name.
const KEYS: &[(&str, &str)] = &[
    ("gd-root", "gd-root.example.cn"),
    ("zj-root", "zj-root.example.cn"),
    ("gd-market", "gd-market.example.cn"),
    ("gd-housing", "gd-housing.example.cn"),
    ("gd-housing-2", "gd-housing.example.cn/2"),
    ("zj-transport", "zj-transport.example.cn"),
    ("gd-log", "gd.example.cn/log"),
    ("zj-log", "zj.example.cn/log"),
    ("stranger-root", "stranger-root.example.cn"),
    ("stranger", "stranger.example.cn"),
];

impl Stage {
    pub(super) fn make_keys(&self) -> Result<(), Failure> {
        files::make_folder(&self.folder.join("keys"))?;
        let identity = self.identity();
        for (place, (file, name)) in KEYS.iter().enumerate() {
            let new = ["key", "new", "--name", name, "--out", &self.key(file), "--identity", &identity, "--new-identity"];
            let kept = if place == 0 { new.len() } else { new.len() - 1 };
            self.kanhe(new.get(..kept).unwrap_or_default())?;
        }
        Ok(())
    }

    pub(super) fn sign_manifests(&self) -> Result<(), Failure> {
        self.sign_manifest("guangdong", GUANGDONG, HONEST, "gd-root")?;
        self.sign_manifest("zhejiang", ZHEJIANG, HONEST, "zj-root")?;
        // What no region ever signed: an agency that gives itself a right, and a stranger who takes an agency's name.
        let widened = GUANGDONG.replace("types = [3, 4, 5] # housing", "types = [1, 2, 3, 4, 5] # widened");
        self.sign_manifest("widened", &widened, HONEST, "stranger-root")?;
        self.sign_manifest("stranger", GUANGDONG, &[("@gd-market@", "stranger"), ("@gd-housing@", "gd-housing")], "stranger-root")
    }

    /// Guangdong's next manifest: the stolen key counts only before an index of the log, and the agency has a new one.
    pub(super) fn sign_manifest_after_theft(&self, before: u64) -> Result<(), Failure> {
        let stolen = "from = \"2015-01-01\" }]";
        let (market, housing) = GUANGDONG.split_once("@gd-housing@").unwrap_or((GUANGDONG, ""));
        let both = format!(
            "from = \"2015-01-01\", counts_before = {before} }}, {{ public = \"@gd-housing-2@\", uses = [\"seal\", \"certificate\", \"status\"], from = \"2026-01-01\" }}]"
        );
        let next = format!("{market}@gd-housing@{}", housing.replacen(stolen, &both, 1)).replace("edition = 1", "edition = 2");
        let keys = [HONEST, &[("@gd-housing-2@", "gd-housing-2")]].concat();
        self.sign_manifest("guangdong", &next, &keys, "gd-root")
    }

    fn sign_manifest(&self, name: &str, template: &str, keys: &[(&str, &str)], root: &str) -> Result<(), Failure> {
        let mut text = template.to_owned();
        for (place, key) in keys {
            let line = files::read(Path::new(&self.path(&format!("keys/{key}.pub"))), LARGEST)?;
            text = text.replace(place, String::from_utf8_lossy(&line).trim());
        }
        let (description, manifest) = (self.path(&format!("{name}.toml")), self.path(&format!("{name}.manifest")));
        files::write(Path::new(&description), text.as_bytes())?;
        self.kanhe_with(root, &["manifest", "sign", "--in", &description, "--out", &manifest])
    }

    /// Each region's pack, with everything of both.
    pub(super) fn build_packs(&self) -> Result<(), Failure> {
        files::write(&self.folder.join("recognition.toml"), RECOGNITION.as_bytes())?;
        let (table, recognition) = (self.path("recognition.toml"), self.path("guangdong.recognition"));
        self.kanhe_with("gd-root", &["recognition", "sign", "--in", &table, "--out", &recognition])?;
        self.build_pack("440000", "guangdong", "gd-root", &["--recognition", &recognition])?;
        self.build_pack("330000", "zhejiang", "zj-root", &[])
    }

    fn build_pack(&self, region: &str, name: &str, key: &str, more: &[&str]) -> Result<(), Failure> {
        let roots = [format!("440000={}", self.path("keys/gd-root.pub")), format!("330000={}", self.path("keys/zj-root.pub"))];
        let manifests = [self.path("guangdong.manifest"), self.path("zhejiang.manifest")];
        let lists = ["gd-market", "gd-housing", "zj-transport"].map(|agency| self.path(&format!("status/{agency}")));
        let (out, survivors) = (self.path(&format!("{name}.pack")), self.path("gd-housing.survivors"));
        let mut words = vec!["pack", "build", "--region", region, "--epoch", "1", "--out", &out, "--survivors", &survivors];
        words.extend(more);
        words.extend(roots.iter().flat_map(|root| ["--root", root.as_str()]));
        words.extend(manifests.iter().flat_map(|manifest| ["--manifest", manifest.as_str()]));
        words.extend(lists.iter().flat_map(|list| ["--status", list.as_str()]));
        self.kanhe_with(key, &words)
    }
}
