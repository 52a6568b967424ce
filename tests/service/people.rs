//! Who calls in the stories: officers with sessions, systems with keys.

use crate::stage::{Reply, Stage, code_of};
use kanhe_core::code::TypeCode;
use kanhe_service::accounts::api_key::{Grant, KeyCabinet, alone};
use kanhe_service::accounts::{Caller, Departments, Login, Mandate, Personnel, Role, Scope};
use kanhe_tests::Office;
use serde_json::{Value, json};

/// The password that every officer of the stories chooses.
pub const PASSWORD: &str = "four ordinary words together";

/// An officer at work: a browser with a session.
pub struct Desk<'s> {
    stage: &'s Stage,
    pub cookie: String,
    pub csrf: String,
}

impl<'s> Desk<'s> {
    /// A browser with this cookie, whose pages have this word.
    pub fn new(stage: &'s Stage, cookie: String, csrf: &str) -> Self {
        Self { stage, cookie, csrf: csrf.to_owned() }
    }
}

impl Desk<'_> {
    /// A request as our own pages send it.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.send_as("application/json", method, path, body.map(ToString::to_string).unwrap_or_default().as_bytes())
    }

    /// The same with bytes of a kind.
    pub fn send_as(&self, media: &str, method: &str, path: &str, body: &[u8]) -> Reply {
        let headers = [("cookie", self.cookie.as_str()), ("x-csrf-token", self.csrf.as_str()), ("content-type", media)];
        self.stage.send(method, path, &headers, body)
    }

    /// Hands in JSON, and says by which key it may come again.
    pub fn send_once(&self, key: &str, method: &str, path: &str, body: &Value) -> Reply {
        self.send_bytes_once(key, "application/json", (method, path), body.to_string().as_bytes())
    }

    /// The same with bytes of a kind.
    pub fn send_bytes_once(&self, key: &str, media: &str, (method, path): (&str, &str), body: &[u8]) -> Reply {
        let (cookie, csrf) = (self.cookie.as_str(), self.csrf.as_str());
        let headers = [("cookie", cookie), ("x-csrf-token", csrf), ("content-type", media), ("idempotency-key", key)];
        self.stage.send(method, path, &headers, body)
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    /// Hands in JSON.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Some(body))
    }
}

impl Stage {
    /// An officer of an agency who has come to work, with a password of its own.
    pub fn officer(&self, office: Office, login: &str, roles: &[Role]) -> Desk<'_> {
        self.officer_for(office, login, roles, &[])
    }

    /// The same, for types by the names of their files; none for all.
    pub fn officer_for(&self, office: Office, login: &str, roles: &[Role], types: &[&str]) -> Desk<'_> {
        let first = self.appoint_for(office, login, roles, types);
        let desk = self.sign_in(login, &first, None);
        assert_eq!(desk.send("PUT", "/v1/session/password", Some(&json!({ "old": first, "new": PASSWORD }))).status, 204);
        desk
    }

    /// An officer who was added and has not signed in yet; its one-time password.
    pub fn appoint(&self, office: Office, login: &str, roles: &[Role]) -> String {
        self.appoint_for(office, login, roles, &[])
    }

    fn appoint_for(&self, office: Office, login: &str, roles: &[Role], types: &[&str]) -> String {
        let codes: Vec<TypeCode> = types.iter().map(|name| *self.house.catalogue.find(name).unwrap().code()).collect();
        let mandate = Mandate::new(code_of(office), login, roles.to_vec(), (!codes.is_empty()).then_some(codes)).unwrap();
        let (by, login) = (offline(office), Login::parse(login).unwrap());
        let appointed = Personnel::new(&self.house.library, &self.house.edge, &by).add(&login, &mandate, |_, _| Ok(())).unwrap();
        appointed.password.to_string()
    }

    /// Signs in, and expects to be let in.
    pub fn sign_in(&self, login: &str, password: &str, code: Option<&str>) -> Desk<'_> {
        let reply = self.try_sign_in(login, password, code);
        assert_eq!(reply.status, 201, "{reply:?}");
        let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
        Desk { stage: self, cookie, csrf: reply.json()["session"]["csrf_token"].as_str().unwrap().to_owned() }
    }

    /// Tries to sign in.
    pub fn try_sign_in(&self, login: &str, password: &str, code: Option<&str>) -> Reply {
        let mut body = json!({ "login": login, "password": password });
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        self.post("/v1/session", &body)
    }

    /// A key for a system of an agency, for a year and for these types; none named means every type.
    pub fn key(&self, office: Office, roles: &[Role], types: Option<Vec<TypeCode>>) -> String {
        let mandate = Mandate::new(code_of(office), "system", roles.to_vec(), types).unwrap();
        let cut = KeyCabinet::new(&self.house.library, &self.house.edge, &offline(office))
            .add(&mandate, Grant { days: 365, calls_a_day: None }, alone)
            .unwrap();
        cut.text.to_string()
    }

    /// A request of a system with its key.
    pub fn call(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.send(method, path, &headers, body.map(ToString::to_string).unwrap_or_default().as_bytes())
    }
}

/// Who sits at the machine itself.
fn offline(office: Office) -> Caller {
    let (roles, scope, departments) = (vec![Role::Administrator], Scope::EveryType, Departments::Any);
    Caller { actor: "offline".to_owned(), agency: code_of(office), roles, scope, departments }
}
