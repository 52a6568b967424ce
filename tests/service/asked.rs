//! Every route of the interface's document, with a request that it takes: what is true of all routes is tried at all of them, and at one
//! that is added as well.

use crate::agencies::{CONSTRUCTION, OPERATOR, construction, grounds, issue, operator};
use crate::people::Desk;
use crate::proposals::{a_file, next_manifest, of_all};
use crate::stage::{Reply, Stage, house_with, shipped};
use crate::taken_up::recognition;
use crate::webhooks::rounds;
use kanhe_service::accounts::Role;
use kanhe_service::house::House;
use kanhe_service::http::{Limits, Rate};
use kanhe_service::identity::{Provider, Settings};
use kanhe_service::webhooks::Miss;
use kanhe_tests::{Office, Province};
use serde_json::{Value, json};
use std::fs;

/// The matter of an agency: the same code would be another matter of each.
const fn matter_of(office: Office) -> &'static str {
    match office {
        Office::Guangzhou => "440100-SP-02",
        _ => "440100-SP-01",
    }
}

/// An operation of the interface's document.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: String,
    pub path: String,
    /// By which programs call it.
    pub name: String,
}

/// All of them.
pub fn routes() -> Vec<Route> {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let of_path = |(path, methods): (&String, &Value)| {
        let route = |(method, operation): (&String, &Value)| Route {
            method: method.to_uppercase(),
            path: path.clone(),
            name: operation["operationId"].as_str().unwrap().to_owned(),
        };
        methods.as_object().unwrap().iter().map(route).collect::<Vec<_>>()
    };
    document["paths"].as_object().unwrap().iter().flat_map(of_path).collect()
}

/// A house that can be asked often, and has an identity service that nobody asks.
pub fn patient(change: impl FnOnce(&mut House)) -> Stage {
    let settings = Settings {
        issuer: "https://id.example.cn".to_owned(),
        client_id: "kanhe".to_owned(),
        client_secret: None,
        address: "https://licences.example.cn".to_owned(),
        scope: "openid".to_owned(),
        claim: "sub".to_owned(),
        contexts: Vec::new(),
        max_age: None,
        landing: "/docs/".to_owned(),
    };
    let made = house_with(|house| {
        house.identity = Some(Provider::new(settings, Box::new(|_| Err(Miss::TimedOut))));
        change(house);
    });
    Stage::of(made, Limits { rate: Rate { per_second: 1_000_000, burst: 1_000_000, at_once: 100 }, ..Limits::default() })
}

/// What stands in the library of one agency, by what paths and bodies name it.
#[derive(Clone, Debug)]
pub struct Things {
    office: Office,
    /// Who has made them.
    login: &'static str,
    pub certificate: String,
    pub text: String,
    pub application: String,
    pub proposal: String,
    pub digest: String,
    pub job: String,
    pub officer: String,
    pub key: String,
    pub hook: String,
    pub index: u64,
    pub matter: &'static str,
}

fn made(reply: &Reply, status: u16) -> Value {
    assert_eq!(reply.status, status, "{}", String::from_utf8_lossy(&reply.bytes));
    reply.json()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

impl Things {
    /// One of each, of Housing.
    pub fn of_housing(stage: &Stage) -> Self {
        Self::of(stage, Office::Housing, ["ming", "hong"])
    }

    /// One of each: the first of two officers, who may do everything, has made them, and the second a proposal that waits for him.
    pub fn of(stage: &Stage, office: Office, [login, other]: [&'static str; 2]) -> Self {
        let ming = stage.officer(office, login, &Role::ALL);
        let hong = stage.officer(office, other, &[Role::KeyHolder, Role::Approver]);
        let certificate = text(&made(&ming.post("/v1/certificates", &issue(OPERATOR, operator(1))), 201)["certificate"]["identifier"]);
        let seal = String::from_utf8(ming.get(&format!("/v1/certificates/{certificate}/seal")).bytes).unwrap();
        let application = text(&made(&ming.post("/v1/applications", &issue(CONSTRUCTION, construction(1))), 201)["code"]);
        let proposal = made(&hong.post("/v1/manifest", &a_file(&next_manifest(3, |_| {}))), 201);
        let officer =
            made(&ming.post("/v1/officers", &json!({ "login": format!("{login}.spare"), "name": "备用", "roles": ["clerk"] })), 201);
        let key = made(&ming.post("/v1/api-keys", &json!({ "name": "窗口", "roles": ["clerk"] })), 201);
        let hook = made(&ming.post("/v1/webhooks", &json!({ "address": "http://127.0.0.1:9/hooks" })), 201);
        made(&ming.post("/v1/certificates", &issue(OPERATOR, operator(2))), 201);
        // A receiver that is gone for ever leaves a dead letter.
        assert_eq!(rounds(&stage.house, &|_, _, _| Ok(410)).dead, 1);
        let matter_code = matter_of(office);
        made(&ming.send("PUT", &format!("/v1/matters/{matter_code}"), Some(&matter(&certificate))), 201);
        let mut things = Self {
            office,
            login,
            certificate,
            text: seal.trim().to_owned(),
            application,
            proposal: text(&proposal["code"]),
            digest: text(&proposal["digest"]),
            job: String::new(),
            officer: text(&officer["id"]),
            key: text(&key["id"]),
            hook: text(&hook["id"]),
            index: stage.house.library.log_size().unwrap() - 1,
            matter: matter_code,
        };
        let jobs = routes().into_iter().find(|route| route.name == "jobs_add").unwrap();
        things.job = text(&made(&things.ask(&ming, &jobs), 201)["id"]);
        things
    }

    /// Things of the same kinds that nobody has.
    pub fn of_nobody(&self) -> Self {
        let identifier = kanhe_core::code::CertificateId::parse(&self.certificate).unwrap();
        let flip = |id: &str| id.chars().rev().collect::<String>();
        Self {
            certificate: identifier.next_version().unwrap().next_version().unwrap().to_string(),
            application: "440000-20260615-7M3J9PW2ZS-8".to_owned(),
            proposal: "440000-20260615-7M3J9PW2ZS-8".to_owned(),
            job: flip(&self.job),
            officer: flip(&self.officer),
            key: flip(&self.key),
            hook: flip(&self.hook),
            index: 1_000,
            matter: "440100-SP-99",
            ..self.clone()
        }
    }

    /// The path of a route, about these things.
    pub fn path(&self, route: &Route) -> String {
        let index = self.index.to_string();
        let named: &[(&str, &str)] = match route.path.split('/').nth(2).unwrap_or_default() {
            "certificates" => &[("{identifier}", &self.certificate)],
            "applications" => &[("{code}", &self.application)],
            "proposals" => &[("{code}", &self.proposal)],
            "matters" => &[("{code}", self.matter)],
            "jobs" => &[("{id}", &self.job)],
            "officers" => &[("{id}", &self.officer)],
            "api-keys" => &[("{id}", &self.key)],
            "webhooks" => &[("{id}", &self.hook), ("{index}", &index)],
            "audit" => &[("{index}", &index)],
            // A link of nobody's, as long as they are.
            "downloads" => &[("{token}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")],
            _ => &[],
        };
        let path = named.iter().fold(route.path.clone(), |path, (name, value)| path.replace(name, value));
        match route.name.as_str() {
            "jobs_add" => format!("{path}?type={OPERATOR}&basis=law&reason=fit&dry_run=true"),
            "sharing_of_file" => format!("{path}?matter={}&case=A-1&law=law", matter_of(self.office)),
            "webhooks_deliveries" => format!("{path}?state=dead"),
            _ => path,
        }
    }

    /// A request that a route takes, by an officer.
    pub fn ask(&self, desk: &Desk<'_>, route: &Route) -> Reply {
        desk.send_as(self.media(route), &route.method, &self.path(route), &self.body(route))
    }

    /// The same, with a key by which it may come again, and with these bytes behind its body.
    pub fn ask_once(&self, desk: &Desk<'_>, key: &str, route: &Route, behind: &[u8]) -> Reply {
        let body = [self.body(route).as_slice(), behind].concat();
        desk.send_bytes_once(key, self.media(route), (&route.method, &self.path(route)), &body)
    }

    /// The same, by nobody.
    pub fn ask_as_nobody(&self, stage: &Stage, route: &Route) -> Reply {
        stage.send(&route.method, &self.path(route), &[("content-type", self.media(route))], &self.body(route))
    }

    fn media(&self, route: &Route) -> &'static str {
        match route.name.as_str() {
            "jobs_add" => "text/csv",
            "verify_verify_picture" => "image/png",
            "verify_verify_file" | "sharing_of_file" => "application/cose",
            "session_ended_there" => "application/x-www-form-urlencoded",
            _ => "application/json",
        }
    }

    fn body(&self, route: &Route) -> Vec<u8> {
        let takes_one = matches!(route.method.as_str(), "POST" | "PUT");
        match route.name.as_str() {
            "jobs_add" => {
                let row = operator(3);
                let cells = ["request_id", "number", "holder_name", "holder_code_type", "holder_code", "trade", "first_issued_on", "sex"];
                let values = cells.map(|cell| text(&row[cell])).join(",");
                format!("{},training\n{values},{}\n", cells.join(","), row["training"]).into_bytes()
            }
            "verify_verify_picture" | "verify_verify_file" | "sharing_of_file" => b"no file".to_vec(),
            "session_ended_there" => b"logout_token=a.b.c".to_vec(),
            _ if takes_one => self.json(&route.name).to_string().into_bytes(),
            _ => Vec::new(),
        }
    }

    /// What a route takes as JSON.
    fn json(&self, name: &str) -> Value {
        let with = |members: Value| {
            let mut body = grounds();
            body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            body
        };
        let matter_code = matter_of(self.office);
        let purpose = json!({ "matter": matter_code, "case": "A-1", "duty": { "law": "《行政许可法》第三十四条" } });
        let agreed =
            json!({ "matter": matter_code, "case": "A-1", "consent": { "reference": "SQ-1", "given": "2026-06-15T11:00:00+08:00" } });
        let holder = json!({ "code_type": "111", "code": operator(1)["holder_code"] });
        let reason = json!({ "reason": "核对无误" });
        match name {
            "verify_verify" => json!({ "text": self.text }),
            "verify_verify_batch" => json!({ "texts": [self.text] }),
            "certificates_issue" => issue(OPERATOR, operator(9)),
            "certificates_issue_batch" => with(json!({ "type": OPERATOR, "applications": [operator(9)] })),
            "certificates_search" => json!({ "by": { "shelf": {} } }),
            "certificates_renew" | "certificates_amend" => with(json!({ "application": operator(1) })),
            "certificates_transfer_out" => with(json!({ "to": "330000" })),
            "certificates_alias" => with(json!({ "scheme": "x", "value": "1" })),
            "certificates_take_over" => with(json!({
                "identifier": self.certificate.replace(self.office.code().as_str(), Office::Hangzhou.code().as_str()),
                "from": "330000", "said": "special-work-operator:01", "type": OPERATOR, "application": operator(9),
            })),
            "applications_lodge" => issue(CONSTRUCTION, construction(9)),
            "applications_search" => json!({}),
            "applications_review" => with(json!({ "department": "fire", "opinion": "agrees" })),
            "proposals_certificates" => of_all("revoke"),
            "proposals_a_type" => a_file(&fs::read(shipped("types/birth-service.json")).unwrap()),
            "proposals_manifest" => a_file(&next_manifest(4, |_| {})),
            "proposals_recognition" => a_file(&recognition(1, &Province::Guangdong.root_key())),
            "proposals_approve" => json!({ "digest": self.digest, "reason": "核对无误" }),
            "proposals_reject" | "proposals_withdraw" => reason,
            "matters_put" => matter(&self.certificate),
            "sharing_holder" => json!({ "purpose": purpose, "holder": holder }),
            "sharing_matching" => json!({ "purpose": agreed, "holder": holder }),
            "sharing_by_its_identifier" => json!({ "purpose": purpose, "identifier": self.certificate }),
            "sharing_by_its_code" => json!({ "purpose": purpose, "text": self.text }),
            "sharing_of_information" => {
                json!({ "purpose": purpose, "identifier": self.certificate, "holder_name": operator(1)["holder_name"] })
            }
            "sharing_link" => json!({ "purpose": agreed, "identifier": self.certificate }),
            "session_begin" => json!({ "login": self.login, "password": "some other words" }),
            "session_password" => json!({ "old": "some other words", "new": "four words of my own" }),
            "session_confirm_second_factor" => json!({ "code": "000000" }),
            "audit_export" => json!({ "holder": holder }),
            "officers_add" => json!({ "login": "another", "name": "另一人", "roles": ["clerk"] }),
            "officers_change" => json!({ "name": "备用", "roles": ["auditor"] }),
            "officers_link" => json!({ "subject": "S-1" }),
            "api_keys_add" => json!({ "name": "窗口", "roles": ["clerk"] }),
            "webhooks_add" => json!({ "address": "http://127.0.0.1:9/others" }),
            "certificates_suspend"
            | "certificates_reinstate"
            | "certificates_revoke"
            | "certificates_annul"
            | "certificates_cancel"
            | "certificates_undo_transfer"
            | "applications_approve"
            | "applications_reject"
            | "applications_withdraw" => grounds(),
            "jobs_pause"
            | "jobs_resume"
            | "jobs_cancel"
            | "published_publish"
            | "audit_check"
            | "session_begin_second_factor"
            | "officers_deactivate"
            | "officers_reactivate"
            | "officers_reset"
            | "api_keys_rotate"
            | "webhooks_rotate"
            | "webhooks_send_again" => json!({}),
            added => panic!("say here what {added} takes"),
        }
    }
}

fn matter(certificate: &str) -> Value {
    let identifier = kanhe_core::code::CertificateId::parse(certificate).unwrap();
    json!({ "names": { "zh": "上岗", "en": "Going to work" }, "wants": [
        { "names": { "zh": "操作证", "en": "Operator's certificate" }, "types": [identifier.type_code().to_string()] }] })
}
