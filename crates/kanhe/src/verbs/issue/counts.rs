//! What came of a table, row by row: into a folder, a library, or through a service.

use super::refused::{Place, Refused};
use crate::verbs::report::{Reported, with};
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use kanhe_issuer::lifecycle::Condition;
use serde_json::{Value, json};

/// What a certificate is worth at a counter that was issued for a row before.
#[derive(Clone, Copy, Debug)]
pub struct WorthNow<'a> {
    /// The state, and where its term stands.
    pub condition: &'a str,
    /// Whether a stolen key signed it behind the cut-off.
    pub behind_cut_off: bool,
    /// The counter's code where the manifest is not behind it any more.
    pub refused_as: Option<&'a str>,
}

impl WorthNow<'_> {
    fn is_taken(self) -> bool {
        self.condition == Condition::InForce.word() && !self.behind_cut_off && self.refused_as.is_none()
    }

    /// As the report has it; null where nobody knows it.
    fn told(worth: Option<Self>) -> Value {
        json!({
            "condition": worth.map(|worth| worth.condition), "behind_cut_off": worth.map(|worth| worth.behind_cut_off),
            "refused_as": worth.and_then(|worth| worth.refused_as),
        })
    }
}

/// How many rows came to what.
#[derive(Debug, Default)]
pub struct Counts {
    /// Certificates issued, or that could be.
    pub issued: usize,
    /// Requests that were answered before.
    pub repeated: usize,
    repeated_not_in_force: usize,
    /// Whether somebody asked for a pause before the end of the table.
    pub paused: bool,
    refused: usize,
    faults: Refused,
}

impl Counts {
    /// Rows that were done.
    pub const fn rows(&self) -> usize {
        self.issued + self.repeated + self.refused
    }

    /// The line of a row with faults, which is counted and kept.
    pub fn refused(&mut self, row: &Place, faults: &Value) -> Value {
        self.refused += 1;
        let told = row.refused(faults);
        self.faults.keep(&told);
        told
    }

    /// The line of a row that was answered before, and what its certificate is worth now.
    pub fn before(&mut self, row: &Place, identifier: Option<&str>, worth: Option<WorthNow<'_>>, files: Option<&Value>) -> Value {
        self.repeated += 1;
        self.repeated_not_in_force += usize::from(worth.is_some_and(|worth| !worth.is_taken()));
        let row = with(row.named(), json!({ "result": "before", "identifier": identifier, "files": files }));
        with(row, WorthNow::told(worth))
    }

    /// Says what came of the table, and how the run ended.
    pub fn told(&self, report: &Reported, dry: bool, voice: Voice) -> Ended {
        voice.say(&self.summary(report, dry), |language| self.words(report, dry, language));
        super::ended(self.paused, self.refused)
    }

    fn summary(&self, report: &Reported, dry: bool) -> Value {
        json!({
            "issued": self.issued, "repeated": self.repeated, "repeated_not_in_force": self.repeated_not_in_force,
            "refused": self.refused, "report": report.path, "report_before": report.before,
            "dry_run": dry, "paused": self.paused, "faults": self.faults.faults(),
        })
    }

    fn words(&self, reported: &Reported, dry: bool, language: Language) -> String {
        let Self { issued, repeated, repeated_not_in_force, refused, paused, faults } = self;
        let (rows, report) = (self.rows(), reported.path.display());
        let mut lines = faults.lines(language);
        if rows == 0 && !paused {
            lines.push(Words::new("申请表只有列名，没有申请。", "The table has headings and no applications.").of(language).to_owned());
        }
        lines.push(match (language, dry) {
            (Language::Chinese, false) => format!("签发 {issued}，已签发过 {repeated}，未受理 {refused}；报告：{report}"),
            (Language::English, false) => format!("issued {issued}, issued before {repeated}, refused {refused}; report: {report}"),
            (Language::Chinese, true) => format!("试运行：可签发 {issued}，已签发过 {repeated}，未受理 {refused}；报告：{report}"),
            (Language::English, true) => {
                format!("dry run: {issued} could be issued, {repeated} issued before, {refused} refused; report: {report}")
            }
        });
        lines.extend((*repeated_not_in_force > 0).then(|| match language {
            Language::Chinese => {
                format!("! 已签发过的证照中有 {repeated_not_in_force} 张现非有效，核验不予接受：报告逐张注明（condition、behind_cut_off、refused_as）")
            }
            Language::English => {
                format!("! counters do not accept {repeated_not_in_force} of those issued before: the report says of each what it is (condition, behind_cut_off, refused_as)")
            }
        }));
        lines.extend(reported.line(language));
        lines.extend(paused.then(|| if dry { super::paused_dry(rows, language) } else { super::paused(rows, language) }));
        lines.join("\n")
    }
}
