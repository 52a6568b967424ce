//! Requests to a service, and its answers: what it refuses is told by its code, and who is asked to wait waits.

use super::socket::Beside;
use crate::failure::Failure;
use crate::files;
use crate::verbs::clock;
use crate::verbs::issue::refused::{fault_told, refused_alone};
use crate::web;
use kanhe_core::hex::Hex;
use kanhe_service::http::problem::Fault;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Display;
use std::fs::File;
use std::io::Seek;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;
use ureq::http::request::Builder;
use ureq::http::{Method, Request, Response, StatusCode, Uri};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, AsSendBody, Body, BodyReader};
use zeroize::Zeroizing;

/// An answer takes no longer; a service gives itself less.
const PATIENCE: Duration = Duration::from_secs(120);

/// An answer has at most so many bytes: a thousand lines of a page, or a picture.
const LARGEST_ANSWER: u64 = 64 << 20;

/// The file of a key has one line.
const LARGEST_KEY: usize = 4 << 10;

/// A request that comes too early is sent so often again, and waits at most so many seconds each time.
const MOST_TRIES: u32 = 20;
const LONGEST_WAIT: u64 = 30;

/// The road to one service, by one account.
pub struct Wire {
    agent: Agent,
    base: String,
    key: Zeroizing<String>,
}

/// What came of a request.
pub enum Reply<T> {
    /// Done.
    Done(T),
    /// Refused, for this reason.
    Told(Told),
}

/// A problem document (RFC 9457), as far as it is passed on: what stands before a service may write less of one than the service does.
#[derive(Deserialize)]
pub struct Told {
    /// The status code.
    #[serde(default)]
    status: u16,
    code: String,
    detail: String,
    #[serde(default)]
    faults: Vec<Fault>,
}

impl<T> Reply<T> {
    /// The answer, or the refusal as what stops a verb.
    pub fn done(self) -> Result<T, Failure> {
        match self {
            Self::Done(answer) => Ok(answer),
            Self::Told(told) => Err(told.failure()),
        }
    }
}

impl Told {
    /// What stops a verb.
    pub fn failure(&self) -> Failure {
        match kanhe_words::known_code(&self.code) {
            Some(code) if self.faults.is_empty() => of_the_service(Failure::new(code, &self.detail)),
            Some(code) => refused_alone(code, &self.told()),
            None => Failure::new("service_answer_malformed", &self.detail).in_words_of_its_code().within(&self.code),
        }
    }

    /// What is wrong with the row that was sent, as a report tells it; nothing where the row is not what is wrong.
    pub fn of_row(&self) -> Option<Vec<Value>> {
        if !matches!(self.status, 400 | 409 | 422) || self.code == "review_not_needed" {
            return None;
        }
        let whole = || fault_told("row", self.failure().code(), &self.detail);
        Some(if self.faults.is_empty() { vec![whole()] } else { self.told() })
    }

    fn told(&self) -> Vec<Value> {
        self.faults.iter().map(|fault| fault_told(&fault.place, &fault.code, &fault.detail)).collect()
    }

    /// Whether it is refused for this reason.
    pub fn says(&self, code: &str) -> bool {
        self.code == code
    }

    /// Whether it is worth asking again.
    fn comes_too_early(&self) -> bool {
        matches!(self.code.as_str(), "rate_exceeded" | "service_busy")
    }
}

impl Wire {
    /// The road to the service at a URL.
    pub fn to(url: &str, key: &Path) -> Result<Self, Failure> {
        let here = guarded(url)?;
        let agent = web::agent(PATIENCE, here);
        Ok(Self { agent, base: url.trim_end_matches('/').to_owned(), key: read_key(key)? })
    }

    /// The road by a socket.
    pub fn by(socket: &Path, key: &Path) -> Result<Self, Failure> {
        let config = web::config(PATIENCE).build();
        let agent = Agent::with_parts(config, Beside(socket.to_owned()), DefaultResolver::default());
        // The name is in every request, and leads nowhere.
        Ok(Self { agent, base: "http://127.0.0.1".to_owned(), key: read_key(key)? })
    }

    /// Asks for something.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        read(self.send(path, Sent::Nothing, Patience::Short)?)?.done()
    }

    /// Asks for a file.
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.send(path, Sent::Nothing, Patience::Short)?.done()
    }

    /// Hands something in.
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<Reply<T>, Failure> {
        read(self.send(path, Sent::Json(body), Patience::Short)?)
    }

    /// Hands a table in, for as long as it is on its way.
    pub fn post_table<T: DeserializeOwned>(&self, path: &str, table: &File) -> Result<T, Failure> {
        read(self.send(path, Sent::Table(table), Patience::UntilItsEnd)?)?.done()
    }

    /// Asks for an answer that is told piece by piece, for as long as that takes.
    pub fn stream(&self, path: &str, sent: Sent<'_>) -> Result<Reply<BodyReader<'static>>, Failure> {
        let name = name()?;
        self.until_taken(|| {
            let mut response = self.ask(path, sent, &name, Patience::UntilItsEnd)?;
            let (status, wait) = (response.status(), wait_of(&response));
            if status.is_success() {
                return Ok((Reply::Done(response.into_body().into_reader()), wait));
            }
            Ok((Reply::Told(refusal(status, &whole(response.body_mut())?)), wait))
        })
    }

    fn send(&self, path: &str, sent: Sent<'_>, patience: Patience) -> Result<Reply<Vec<u8>>, Failure> {
        let name = name()?;
        self.until_taken(|| {
            let mut response = self.ask(path, sent, &name, patience)?;
            let (status, wait, bytes) = (response.status(), wait_of(&response), whole(response.body_mut())?);
            let reply = if status.is_success() { Reply::Done(bytes) } else { Reply::Told(refusal(status, &bytes)) };
            Ok((reply, wait))
        })
    }

    fn until_taken<T>(&self, try_once: impl Fn() -> Result<(Reply<T>, u64), ureq::Error>) -> Result<Reply<T>, Failure> {
        for tries in 0..MOST_TRIES {
            let last = tries + 1 == MOST_TRIES;
            match try_once() {
                Ok((Reply::Told(told), wait)) if told.comes_too_early() && !last => {
                    std::thread::sleep(Duration::from_secs(wait.clamp(1, LONGEST_WAIT)));
                }
                Ok((reply, _)) => return Ok(reply),
                // A service that is being restarted closes the line, and is back before long.
                Err(ureq::Error::Io(_)) if tries == 0 => std::thread::sleep(Duration::from_millis(300)),
                Err(error) => return Err(unreachable(&self.base, &error)),
            }
        }
        Err(Failure::new("service_busy", "the service asks to wait again and again"))
    }

    fn ask(&self, path: &str, sent: Sent<'_>, name: &str, patience: Patience) -> Result<Response<Body>, ureq::Error> {
        let method = if matches!(sent, Sent::Nothing) { Method::GET } else { Method::POST };
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let bearer = Zeroizing::new(format!("Bearer {}", *self.key));
        let request = request.header("authorization", bearer.as_str()).header("accept-language", "en");
        let named = |request: Builder, kind: &str| request.header("content-type", kind).header("idempotency-key", name);
        match sent {
            Sent::Nothing => self.run(request.body(())?, patience),
            Sent::Json(body) => self.run(named(request, "application/json").body(body.to_string())?, patience),
            Sent::Table(mut table) => {
                table.rewind()?;
                // A service that takes no table from this account says so before it has come.
                let request = named(request, "application/octet-stream").header("expect", "100-continue");
                self.run(request.body(table)?, patience)
            }
        }
    }

    fn run(&self, request: Request<impl AsSendBody>, patience: Patience) -> Result<Response<Body>, ureq::Error> {
        match patience {
            Patience::Short => self.agent.run(request),
            Patience::UntilItsEnd => {
                let request = self.agent.configure_request(request).timeout_global(None).timeout_recv_response(Some(PATIENCE)).build();
                self.agent.run(request)
            }
        }
    }
}

/// What is sent with a request.
#[derive(Clone, Copy)]
pub enum Sent<'s> {
    /// Nothing: something is asked for.
    Nothing,
    /// What is handed in.
    Json(&'s Value),
    /// A table, from its first byte on.
    Table(&'s File),
}

/// How long an answer may take to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    Short,
    UntilItsEnd,
}

/// The same name every time: what was done although its answer was lost is not done again.
fn name() -> Result<String, Failure> {
    Ok(Hex(&*clock::chance::<16>()?).to_string())
}

fn wait_of(response: &Response<Body>) -> u64 {
    response.headers().get("retry-after").and_then(|seconds| seconds.to_str().ok()?.parse().ok()).unwrap_or(1)
}

fn refusal(status: StatusCode, bytes: &[u8]) -> Told {
    serde_json::from_slice(bytes).unwrap_or_else(|_| Told {
        status: status.as_u16(),
        code: "service_answer_malformed".to_owned(),
        detail: format!("status {}, and no problem document", status.as_u16()),
        faults: Vec::new(),
    })
}

/// What befell the library of a service is for whoever runs it: to run the verb again mends nothing, and nobody here can check or restore it.
fn of_the_service(failure: Failure) -> Failure {
    match failure.code() {
        // What was sent is wrong, and is sent otherwise.
        "store_cursor" | "store_cursor_elsewhere" => failure,
        code if code.starts_with("store_") => match kanhe_words::hint(code) {
            Some(hint) => failure.hint(hint),
            None => failure,
        },
        _ => failure,
    }
}

/// That an answer has no end: the line broke, or the service failed meanwhile, and its log says why.
pub fn broken_off(seen: impl Display) -> Failure {
    Failure::new("service_broke_off", format!("the service broke off before the end of its answer: {seen}"))
}

fn whole(body: &mut Body) -> Result<Vec<u8>, ureq::Error> {
    body.with_config().limit(LARGEST_ANSWER).read_to_vec()
}

fn read<T: DeserializeOwned>(reply: Reply<Vec<u8>>) -> Result<Reply<T>, Failure> {
    match reply {
        Reply::Told(told) => Ok(Reply::Told(told)),
        // What stands there may be personal: only where it stops being what was expected is told.
        Reply::Done(bytes) => serde_json::from_slice(&bytes).map(Reply::Done).map_err(|error| {
            Failure::new("service_answer_malformed", format!("line {} column {} of the answer", error.line(), error.column()))
        }),
    }
}

/// Refuses to send a key in the clear; whether the service is on this machine.
fn guarded(url: &str) -> Result<bool, Failure> {
    let uri: Option<Uri> = url.parse().ok();
    let parts = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?)));
    let (scheme, host) = parts.ok_or_else(|| Failure::new("usage", "--service is a URL such as https://kanhe.gd.example.cn"))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let here = bare == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    match scheme {
        "https" => Ok(here),
        "http" if here => Ok(true),
        "http" => Err(Failure::new("service_in_the_clear", format!("{host} is not this machine, and http is no TLS"))),
        _ => Err(Failure::new("service_in_the_clear", format!("{scheme} is neither https, nor http to this machine"))),
    }
}

/// The key of an account. What is none is not sent to anybody: it may be another secret.
fn read_key(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = Zeroizing::new(files::read(path, LARGEST_KEY)?);
    let text = std::str::from_utf8(&bytes).map(str::trim).ok();
    let key = text.filter(|text| text.starts_with("kanhe_") && text.bytes().all(|byte| byte.is_ascii_graphic()));
    let key = key.ok_or_else(|| Failure::new("key_file_malformed", format!("{} holds no API key alone", path.display())))?;
    Ok(Zeroizing::new(key.to_owned()))
}

fn unreachable(base: &str, error: &ureq::Error) -> Failure {
    Failure::new("service_unreachable", error).in_words_of_its_code().within(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_goes_over_tls_or_to_this_machine() {
        let rows = [
            ("https://kanhe.example.cn", Ok(false)),
            ("https://kanhe.example.cn:8470/", Ok(false)),
            ("http://127.0.0.1:8470", Ok(true)),
            ("http://[::1]:8470", Ok(true)),
            ("http://localhost", Ok(true)),
            ("http://kanhe.example.cn", Err("service_in_the_clear")),
            ("http://127.0.0.1.example.cn", Err("service_in_the_clear")),
            ("http://localhost@kanhe.example.cn", Err("service_in_the_clear")),
            ("ftp://kanhe.example.cn", Err("service_in_the_clear")),
            ("ftp://127.0.0.1", Err("service_in_the_clear")),
            ("kanhe.example.cn", Err("usage")),
            ("", Err("usage")),
        ];
        for (url, expected) in rows {
            assert_eq!(guarded(url).map_err(|failure| failure.code()), expected, "{url}");
        }
    }

    #[test]
    fn who_asks_a_service_whose_disk_is_full_is_sent_to_whoever_runs_it() {
        for code in ["store_disk_full", "store_broken"] {
            let told = Told { status: 503, code: code.to_owned(), detail: "why".to_owned(), faults: Vec::new() };
            let hint = told.failure().json().pointer("/error/hint").cloned().unwrap_or_default();
            let said = |language: &str| hint.get(language).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (chinese, english) = (said("zh"), said("en"));
            assert!(
                ["Tell whoever runs the service", "free some space", "restart", "damage"].iter().all(|word| english.contains(word)),
                "{english}"
            );
            assert!(["运维人员", "腾出空间", "重启", "损坏"].iter().all(|word| chinese.contains(word)), "{chinese}");
            assert!(!english.contains("kanhe check") && !english.contains("kanhe restore"), "{english}");
        }
    }

    #[test]
    fn a_refusal_is_a_fault_of_its_row_or_stops_the_whole() {
        let told = |status, code: &str| Told { status, code: code.to_owned(), detail: "why".to_owned(), faults: Vec::new() };
        let row = told(409, "request_reused").of_row().unwrap_or_default();
        assert_eq!(row.first().and_then(|fault| fault.get("code")), Some(&json!("request_reused")));
        for (status, code) in [(401, "api_key_unknown"), (403, "caller_lacks_right"), (500, "service_failed"), (409, "review_not_needed")] {
            assert!(told(status, code).of_row().is_none(), "{code}");
        }
        assert_eq!(told(418, "of_tomorrow").failure().code(), "service_answer_malformed");
    }
}
