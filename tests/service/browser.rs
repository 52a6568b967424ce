//! An identity service, npm's oidc-provider with its own pages, and a browser that walks through them.

use crate::node::{node, packages};
use crate::people::Desk;
use crate::stage::{Reply, Stage, house_with};
use jiff::{SignedDuration, Timestamp};
use kanhe_service::house::Door;
use kanhe_service::http::Limits;
use kanhe_service::identity::{self, Answer, CALLBACK, Fetch, Question, Settings};
use kanhe_service::webhooks::Miss;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use zeroize::Zeroizing;

/// Under which browsers know the service; the browser of the stories finds it on a free port.
pub const ADDRESS: &str = "https://licences.example.cn";

/// An identity service that runs.
pub struct Provider {
    program: Child,
    /// How it names itself.
    pub issuer: String,
}

impl Provider {
    pub fn new() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/provider.mjs");
        let mut program = node()
            .args([script, packages(), format!("{ADDRESS}{CALLBACK}").into(), format!("{ADDRESS}/docs/").into()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("`.ci/install test` has installed Node");
        let mut line = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("http://127.0.0.1:"), "{line}");
        Self { program, issuer: line.trim().to_owned() }
    }

    pub fn tell(&self, what: &str) {
        assert_eq!(
            ask(&Question { url: &format!("{}/story/{what}", self.issuer), authorization: None, form: Some(String::new().into()) })
                .unwrap()
                .status,
            204
        );
    }

    /// What was answered to the last logout token that it sent.
    pub fn outcome(&self) -> String {
        let question = Question { url: &format!("{}/story/outcome", self.issuer), authorization: None, form: None };
        String::from_utf8(ask(&question).unwrap().body.to_vec()).unwrap()
    }

    /// A house that signs officers in by it, as the configuration says.
    pub fn stage(&self, change: impl FnOnce(&mut Settings)) -> Stage {
        self.stage_that(Box::new(ask), change)
    }

    /// The same, which asks in a way of its own.
    pub fn stage_that(&self, ask: Box<Fetch>, change: impl FnOnce(&mut Settings)) -> Stage {
        let mut settings = Settings {
            issuer: self.issuer.clone(),
            client_id: "kanhe".to_owned(),
            client_secret: Some(Zeroizing::new("a secret: with colons & blanks".to_owned())),
            address: ADDRESS.to_owned(),
            scope: "openid".to_owned(),
            claim: "sub".to_owned(),
            contexts: Vec::new(),
            max_age: None,
            landing: "/docs/".to_owned(),
        };
        change(&mut settings);
        let provider = identity::Provider::new(settings, ask);
        let stage = Stage::of(
            house_with(|house| {
                house.door = Door::new(true);
                house.identity = Some(provider);
            }),
            Limits::default(),
        );
        keep_up(&stage);
        stage
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Moves the clock of a stage on to that of the machine, by which the identity service dates its tokens.
fn keep_up(stage: &Stage) {
    stage.later(Timestamp::now().duration_since(stage.house.now()).max(SignedDuration::ZERO));
}

/// What the executable does, with a client of the test's.
pub fn ask(question: &Question<'_>) -> Result<Answer, Miss> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let request = question
        .authorization
        .iter()
        .fold(ureq::http::Request::builder().uri(question.url), |request, value| request.header("authorization", value.as_str()));
    let answer = match &question.form {
        None => agent.run(request.method("GET").body(()).unwrap()),
        Some(form) => {
            let request = request.method("POST").header("content-type", "application/x-www-form-urlencoded");
            agent.run(request.body(form.as_str()).unwrap())
        }
    };
    let mut answer = answer.map_err(|_| Miss::Refused)?;
    Ok(Answer { status: answer.status().as_u16(), body: answer.body_mut().read_to_vec().unwrap().into() })
}

/// A browser: it keeps cookies by site, follows redirections, and fills in forms.
pub struct Browser<'s> {
    stage: &'s Stage,
    /// The cookies of each site, by name.
    pub jar: BTreeMap<String, BTreeMap<String, String>>,
}

/// A page, and where it was found.
pub struct Page {
    pub url: String,
    pub reply: Reply,
}

impl<'s> Browser<'s> {
    pub fn new(stage: &'s Stage) -> Self {
        Self { stage, jar: BTreeMap::new() }
    }

    /// One request, without following anything.
    pub fn fetch(&mut self, method: &str, url: &str, form: &str) -> Page {
        keep_up(self.stage);
        let (origin, path) = url.split_at(url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at));
        let cookies: Vec<_> =
            self.jar.entry(origin.to_owned()).or_default().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (cookie, local) = (cookies.join("; "), self.stage.url(path));
        let headers = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
        let reply = Reply::of(method, if origin == ADDRESS { &local } else { url }, &headers, form.as_bytes());
        let jar = self.jar.get_mut(origin).unwrap();
        for cookie in reply.headers("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => drop(jar.remove(name)),
                value => drop(jar.insert(name.to_owned(), value.to_owned())),
            }
        }
        Page { url: url.to_owned(), reply }
    }

    /// A request, and where it leads: up to the first page that is ours again, or that wants something.
    pub fn go(&mut self, method: &str, url: &str, form: &str) -> Page {
        let mut page = self.fetch(method, url, form);
        for _ in 0..10 {
            let Some(next) = next(&page) else { return page };
            if next.starts_with(&format!("{ADDRESS}{CALLBACK}")) {
                return Page { url: next, ..page };
            }
            page = self.fetch("GET", &next, "");
        }
        panic!("redirected without end: {}", page.url);
    }

    /// Signs in as somebody at the identity service; returns the address with which the browser is sent back.
    pub fn through_the_pages_as(&mut self, login: &str) -> String {
        let page = self.go("GET", &format!("{ADDRESS}/v1/session/oidc"), "");
        assert_eq!(page.reply.status, 200, "{:?}", page.reply);
        let page = self.go("POST", &action(&page), &format!("prompt=login&login={login}&password=x"));
        let page = if page.reply.status == 200 { self.go("POST", &action(&page), "prompt=consent") } else { page };
        assert!(page.url.starts_with(&format!("{ADDRESS}{CALLBACK}?code=")), "{}", page.url);
        page.url
    }

    /// The whole way.
    pub fn sign_in_as(&mut self, login: &str) -> Reply {
        let back = self.through_the_pages_as(login);
        self.fetch("GET", &back, "").reply
    }

    /// Signs out at the identity service, by its own page.
    pub fn sign_out_there(&mut self) {
        let end = self.fetch("GET", &format!("{ADDRESS}/v1/session/oidc/end"), "");
        let page = self.go("GET", end.reply.header("location"), "");
        let text = String::from_utf8_lossy(&page.reply.bytes).into_owned();
        let word = text.split_once("name=\"xsrf\" value=\"").unwrap_or_else(|| panic!("{text}")).1.split('"').next().unwrap();
        let left = self.go("POST", &action(&page), &format!("xsrf={word}&logout=yes"));
        assert_eq!((left.reply.status, left.url), (200, format!("{ADDRESS}/docs/")));
    }

    /// The officer's desk, after it has signed in.
    pub fn desk(&self) -> Desk<'s> {
        let cookie = format!("__Host-kanhe={}", self.jar[ADDRESS]["__Host-kanhe"]);
        let who = self.stage.send("GET", "/v1/session", &[("cookie", &cookie)], b"").json();
        Desk::new(self.stage, cookie, who["session"]["csrf_token"].as_str().unwrap())
    }
}

fn next(page: &Page) -> Option<String> {
    let location = page.reply.header("location");
    let origin = &page.url[..page.url.match_indices('/').nth(2).unwrap().0];
    match (page.reply.status, location) {
        (301..=308, location) if location.starts_with('/') => Some(format!("{origin}{location}")),
        (301..=308, location) => Some(location.to_owned()),
        _ => None,
    }
}

/// Where the form of a page goes.
pub fn action(page: &Page) -> String {
    let text = String::from_utf8_lossy(&page.reply.bytes).into_owned();
    let action = text.split_once("action=\"").unwrap_or_else(|| panic!("{text}")).1.split('"').next().unwrap();
    action.replace("&#x2F;", "/").replace("&amp;", "&")
}
