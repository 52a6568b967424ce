//! Sharing as GB/T 36906 has it: certificates of every agency, for who names a purpose, and on paper before anything is shown.

mod asking;
mod links;
mod matters;
mod often;
mod several;
mod verifying;

use crate::office::resident;
use crate::people::Desk;
use crate::stage::{Reply, Stage};
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

const MATTER: &str = "440100-SP-01";

fn duty() -> Value {
    json!({ "matter": MATTER, "case": "A-1", "duty": { "law": "《行政许可法》第三十四条" } })
}

fn consent() -> Value {
    json!({ "matter": MATTER, "case": "A-1", "consent": { "reference": "SQ-2026-1", "given": "2026-06-15T11:00:00+08:00" } })
}

fn person(number: usize) -> Value {
    json!({ "code_type": "111", "code": resident(number) })
}

/// A system of an agency that relies on certificates of others.
struct Asker<'s> {
    stage: &'s Stage,
    key: String,
}

impl<'s> Asker<'s> {
    fn of(stage: &'s Stage, office: Office) -> Self {
        Self { stage, key: stage.key(office, &[Role::RelyingParty], None) }
    }

    fn ask(&self, route: &str, body: &Value) -> Reply {
        self.stage.call(&self.key, "POST", &format!("/v1/sharing/{route}"), Some(body))
    }

    fn result(&self, body: &Value) -> u64 {
        let reply = self.ask("verify-information", body);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["result"].as_u64().unwrap()
    }
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

fn identifiers(certificates: &Value) -> Vec<String> {
    let mut all: Vec<String> =
        certificates.as_array().unwrap().iter().map(|line| line["identifier"].as_str().unwrap_or_default().to_owned()).collect();
    all.sort();
    all
}

fn shares(auditor: &Desk<'_>) -> Vec<Value> {
    let reply = auditor.get("/v1/audit/shares?limit=1000");
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["shares"].as_array().unwrap().clone()
}
