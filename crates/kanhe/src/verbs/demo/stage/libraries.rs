//! What agencies do with their libraries: they issue tables, review an application, and change what has become of certificates.

use super::{LARGEST, PAGE, Stage, tables};
use crate::failure::Failure;
use crate::files;
use jiff::SignedDuration;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use serde_json::Value;
use std::path::Path;

/// A permit of five years that was issued on this day has ended.
const EXPIRED_SINCE: Date = Date::constant(2015, 6, 1);

/// Who issues what from which table: agency, type, file name, table.
const TABLES: &[(&str, &str, &str, &[u8])] = &[
    ("gd-market", "business-licence", "business-licence.csv", include_bytes!("../../../../demo/business-licence.csv")),
    ("gd-market", "food-operation-permit", "food-operation-permit.csv", FOOD),
    ("gd-housing", "special-work-operator", "special-work-operator.csv", OPERATORS),
    ("gd-housing", "safety-staff", "safety-staff.csv", include_bytes!("../../../../demo/safety-staff.csv")),
    ("zj-transport", "road-transport-permit", "road-transport-permit.csv", include_bytes!("../../../../demo/road-transport-permit.csv")),
];

const FOOD: &[u8] = include_bytes!("../../../../demo/food-operation-permit.csv");
const OPERATORS: &[u8] = include_bytes!("../../../../demo/special-work-operator.csv");
const CONSTRUCTION: &[u8] = include_bytes!("../../../../demo/construction-permit.csv");

/// Rows at the end of the permits that the demo uses for what goes wrong.
const ODD: usize = 4;

impl Stage {
    pub(super) fn found_libraries(&self) -> Result<(), Failure> {
        for (region, code, manifest) in [("gd", "440000", "guangdong"), ("zj", "330000", "zhejiang")] {
            let (library, origin) = (self.library(region), format!("{region}.example.cn/log"));
            self.kanhe(&["init", &library, "--region", code, "--origin", &origin, "--library-identity", &self.identity()])?;
            self.take_up(region, manifest)?;
        }
        Ok(())
    }

    pub(super) fn take_up(&self, region: &str, manifest: &str) -> Result<(), Failure> {
        self.take_up_with(region, manifest, &[])
    }

    fn take_up_with(&self, region: &str, manifest: &str, more: &[&str]) -> Result<(), Failure> {
        let (manifest, root) = (self.path(&format!("{manifest}.manifest")), self.path(&format!("keys/{region}-root.pub")));
        let add = ["agency", "add", "--manifest", &manifest, "--root", &root];
        self.in_library(region, &[&add[..], more].concat(), &by("《行政许可法》", "登记机构名录", "registrar"))
    }

    pub(super) fn issue_tables(&mut self) -> Result<(), Failure> {
        let (_, odd) = tables::split_off(FOOD, ODD);
        let [expired, future, widened, stranger] = odd.as_slice() else { return Ok(()) };
        let (past, later) = (EXPIRED_SINCE.to_string(), day_in_china(self.now + SignedDuration::from_hours(24 * 30)).to_string());
        let today = day_in_china(self.now).to_string();
        let food = |stage: &mut Self, table: &str, row: &[u8], cells: &[(&str, &str)], at: Option<&str>| {
            files::write(&stage.folder.join(format!("{table}.csv")), &tables::saying(row, cells)?)?;
            stage.issue(table, "food-operation-permit", &format!("{table}.csv"), at)
        };
        food(self, "expired", expired, &[("issued", &past)], Some(&past))?;
        for (_, kind, file, table) in TABLES {
            let table = if *kind == "food-operation-permit" { tables::split_off(table, ODD).0 } else { table.to_vec() };
            files::write(&self.folder.join(file), &table)?;
            self.issue(kind, kind, file, None)?;
        }
        food(self, "future", future, &[("issued", &today), ("valid_from", &later)], None)?;
        // Signed outside any library, by who should not.
        for (table, row, key) in [("widened", widened, "gd-housing"), ("stranger", stranger, "stranger")] {
            self.sign_outside(table, "food-operation-permit", &tables::saying(row, &[("issued", &today)])?, table, key)?;
        }
        Ok(())
    }

    /// Issues a table into its region's library.
    fn issue(&mut self, table: &str, kind: &str, file: &str, at: Option<&str>) -> Result<(), Failure> {
        let agency = folder_of(table);
        let (input, out) = (self.path(file), self.path(agency));
        let report = self.path(&format!("{agency}/{table}.report.jsonl"));
        files::make_folder(Path::new(&out))?;
        let mut words = vec!["issue", "--type", kind, "--in", &input, "--out", &out, "--report", &report, "--page", PAGE];
        words.extend(at.into_iter().flat_map(|at| ["--at", at]));
        let (key, identity) = (self.key(agency), self.identity());
        words.extend(["--key", &key, "--identity", &identity]);
        self.in_library(region_of(agency), &words, &["--basis", "《行政许可法》第三十八条", "--actor", "officer-7"])?;
        let issued = self.identifiers(&report)?;
        self.issued.insert(table.to_owned(), issued);
        Ok(())
    }

    /// Signs a table into a folder, under whatever manifest is at hand: what a library would not do.
    fn sign_outside(&mut self, table: &str, kind: &str, rows: &[u8], manifest: &str, key: &str) -> Result<(), Failure> {
        let (input, out) = (self.path(&format!("{table}.csv")), self.path(folder_of(table)));
        files::write(Path::new(&input), rows)?;
        let manifest = self.path(&format!("{manifest}.manifest"));
        self.kanhe_with(key, &["issue", "--type", kind, "--in", &input, "--manifest", &manifest, "--out", &out, "--page", PAGE])?;
        let issued = self.identifiers(&format!("{out}/report.jsonl"))?;
        self.issued.insert(table.to_owned(), issued);
        Ok(())
    }

    /// One construction permit, from the application over three departments to the approval.
    pub(super) fn review_application(&mut self) -> Result<(), Failure> {
        let (input, report) = (self.path("construction-permit.csv"), self.path("construction-permit.report.jsonl"));
        files::write(Path::new(&input), CONSTRUCTION)?;
        let apply = ["apply", "--type", "construction-permit", "--in", &input, "--report", &report];
        self.in_library("gd", &apply, &by("《建筑法》第七条", "材料齐全", "clerk-1"))?;
        let code = self.first_code(&report)?;
        for (department, basis, actor) in
            [("fire", "《消防法》", "fire-3"), ("planning", "《城乡规划法》", "plan-1"), ("civil-defence", "《人民防空法》", "defence-2")]
        {
            self.in_library("gd", &["review", &code, "--department", department, "--agree"], &by(basis, "同意", actor))?;
        }
        let (key, identity, out) = (self.key("gd-housing"), self.identity(), self.path("gd-housing"));
        let approve = ["approve", &code, "--key", &key, "--identity", &identity, "--out", &out, "--page", PAGE];
        self.in_library("gd", &approve, &by("《建筑法》第八条", "准予许可", "head-1"))?;
        let identifier = self.drawn("gd-housing", "11100000000013338W017")?;
        self.issued.insert("construction-permit".to_owned(), vec![identifier]);
        Ok(())
    }

    /// The identifier, without its root, of the only certificate of a type whose picture stands in a folder.
    fn drawn(&self, folder: &str, type_code: &str) -> Result<String, Failure> {
        let folder = self.folder.join(folder);
        let entries = std::fs::read_dir(&folder).map_err(|error| Failure::file(&folder, &error))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut stems = names.filter_map(|name| name.strip_suffix(".png").map(str::to_owned));
        let found = stems.find(|stem| stem.starts_with(type_code));
        found.ok_or_else(|| Failure::new("demo_differs", format!("no certificate of {type_code} was issued")))
    }

    fn first_code(&self, report: &str) -> Result<String, Failure> {
        let bytes = files::read(Path::new(report), LARGEST)?;
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line: Value = serde_json::from_slice(first).unwrap_or_default();
        let code = line.get("code").and_then(Value::as_str).map(str::to_owned);
        code.ok_or_else(|| Failure::new("demo_differs", "the first construction permit was not lodged"))
    }

    /// A permit is suspended, one is revoked, and one is amended.
    pub(super) fn change_states(&self) -> Result<(), Failure> {
        let permit = |place| self.identifier("food-operation-permit", place);
        self.in_library("gd", &["suspend", permit(1)?], &by("《行政处罚法》第九条", "限期整改", "officer-7"))?;
        self.in_library("gd", &["revoke", permit(2)?], &by("《食品安全法》第一百二十四条", "情节严重", "officer-9"))?;
        let amended = tables::saying(
            &tables::row(FOOD, 3),
            &[("request_id", "GD-SPJY-2026-B0001"), ("issued", ""), ("supervisor", "广州市市场监督管理局")],
        )?;
        let input = self.path("amended.csv");
        files::write(Path::new(&input), &amended)?;
        let (key, identity) = (self.key("gd-market"), self.identity());
        let amend = ["amend", permit(3)?, "--in", &input, "--key", &key, "--identity", &identity];
        self.in_library("gd", &amend, &by("《食品经营许可和备案管理办法》第二十八条", "变更日常监督管理机构", "officer-7"))
    }

    /// The housing agency's key is stolen, and the thief signs with it. The agency lists what it had signed before, and takes a new key.
    pub(super) fn be_robbed(&mut self) -> Result<(), Failure> {
        let published = self.path("gd-log");
        self.in_library_with("gd", "gd-log", &["log", "publish", "--out", &published])?;
        let before = self.published_size()?;
        let forged = tables::saying(&tables::row(OPERATORS, 20), &[("request_id", "GD-TZZY-2026-X0001"), ("number", "粤A022099999999")])?;
        self.sign_outside("forged", "special-work-operator", &forged, "guangdong", "gd-housing")?;
        let (stolen, list, index) = (self.path("keys/gd-housing.pub"), self.path("gd-housing.survivors"), before.to_string());
        self.in_library_with("gd", "gd-root", &["log", "survivors", "--stolen", &stolen, "--before", &index, "--out", &list])?;
        self.sign_manifest_after_theft(before)?;
        self.take_up_with("gd", "guangdong", &["--survivors", &list])
    }

    /// How many events the published log has: the second line of its checkpoint (c2sp.org/tlog-checkpoint).
    fn published_size(&self) -> Result<u64, Failure> {
        let checkpoint = files::read(&self.folder.join("gd-log/checkpoint"), LARGEST)?;
        let text = String::from_utf8_lossy(&checkpoint).into_owned();
        let size = text.lines().nth(1).and_then(|line| line.parse().ok());
        size.ok_or_else(|| Failure::new("demo_differs", "the log was not published"))
    }

    pub(super) fn sign_lists(&self) -> Result<(), Failure> {
        for (agency, key) in [("gd-market", "gd-market"), ("gd-housing", "gd-housing-2"), ("zj-transport", "zj-transport")] {
            let (library, out, identity) = (self.library(region_of(agency)), self.path(&format!("status/{agency}")), self.identity());
            self.kanhe_with(key, &["status", "sign", "--library", &library, "--library-identity", &identity, "--all", "--out", &out])?;
        }
        Ok(())
    }

    fn in_library(&self, region: &str, words: &[&str], more: &[&str]) -> Result<(), Failure> {
        let (library, identity) = (self.library(region), self.identity());
        self.kanhe(&[words, &["--library", &library, "--library-identity", &identity], more].concat())
    }

    fn in_library_with(&self, region: &str, key: &str, words: &[&str]) -> Result<(), Failure> {
        let (library, identity) = (self.library(region), self.identity());
        self.kanhe_with(key, &[words, &["--library", &library, "--library-identity", &identity]].concat())
    }
}

/// The words that say why something is done, and by whom.
const fn by<'w>(basis: &'w str, reason: &'w str, actor: &'w str) -> [&'w str; 6] {
    ["--basis", basis, "--reason", reason, "--actor", actor]
}

/// The folder that a table's certificates go to: one for each agency, and one for each that pretends to be one.
pub fn folder_of(table: &str) -> &str {
    match table {
        "business-licence" | "food-operation-permit" | "expired" | "future" => "gd-market",
        "special-work-operator" | "safety-staff" | "construction-permit" => "gd-housing",
        "road-transport-permit" => "zj-transport",
        other => other,
    }
}

fn region_of(agency: &str) -> &str {
    agency.split('-').next().unwrap_or(agency)
}
