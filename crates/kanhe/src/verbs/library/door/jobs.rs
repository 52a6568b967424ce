//! A table that a service works through by itself: handed in as a whole, followed, and told row by row.

use super::wire::{Reply, Sent, broken_off};
use super::{Service, unexpected};
use crate::failure::Failure;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_service::jobs::RowFault;
use kanhe_service::percent::escaped;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// A job, as far as it is followed.
#[derive(Deserialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The code of what stopped it, if it has failed.
    pub failure: Option<String>,
    /// Rows of the table.
    pub rows: u64,
    /// Rows that were answered.
    pub done: u64,
    condition: String,
}

impl Job {
    /// Whether it will come further by itself.
    pub fn goes_on(&self) -> bool {
        matches!(self.condition.as_str(), "waiting" | "running")
    }

    /// Whether every row was answered.
    pub fn is_done(&self) -> bool {
        self.condition == "done"
    }
}

/// What came of a row.
#[derive(Deserialize)]
pub struct RowTold {
    /// The word for it.
    pub result: String,
    /// The certificate.
    pub identifier: Option<String>,
    /// What one that was issued before is worth now.
    pub condition: Option<String>,
    /// Whether a stolen key signed that one behind the cut-off.
    #[serde(default)]
    pub behind_cut_off: bool,
    /// The code with which counters refuse that one.
    pub refused_as: Option<String>,
    /// What is wrong with the row.
    pub faults: Vec<RowFault>,
}

impl Service {
    /// Hands a table in of which every row is only proofread.
    pub fn proofread(&self, kind: &CertificateKind, table: &File, (basis, reason): (&str, &str)) -> Result<Job, Failure> {
        let [kind, basis, reason] = [kind.code().as_str(), basis, reason].map(escaped);
        self.0.post_table(&format!("/v1/jobs?type={kind}&basis={basis}&reason={reason}&dry_run=true"), table)
    }

    /// How far a job has come.
    pub fn job(&self, id: &str) -> Result<Job, Failure> {
        self.0.get(&of(id, ""))
    }

    /// Ends a job, unless it has come to its end meanwhile.
    pub fn cancel(&self, id: &str) -> Result<Job, Failure> {
        match self.0.post(&of(id, "/cancel"), &serde_json::json!({}))? {
            Reply::Told(told) if told.says("job_not_now") => self.job(id),
            reply => reply.done(),
        }
    }

    /// What came of the rows of a job that were answered, in their order.
    pub fn rows_of(&self, id: &str) -> Result<impl Iterator<Item = Result<RowTold, Failure>>, Failure> {
        let lines = BufReader::new(self.0.stream(&of(id, "/result"), Sent::Nothing)?.done()?).lines();
        Ok(lines.map(|line| serde_json::from_str(&line.map_err(broken_off)?).map_err(|_| unexpected("a line is no `JobOutcome`"))))
    }
}

fn of(id: &str, more: &str) -> String {
    format!("/v1/jobs/{}{more}", escaped(id))
}
