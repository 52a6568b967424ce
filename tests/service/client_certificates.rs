//! Systems that show a client certificate: over real TLS, with certificates of authorities that the stories make.

use crate::people::Desk;
use crate::stage::{Stage, house_with};
use jiff::{SignedDuration, Timestamp};
use kanhe_service::accounts::{Role, Thumbprint};
use kanhe_service::http::Limits;
use kanhe_service::serve::{Gate, Shown, Tls};
use kanhe_tests::Office;
use rcgen::{CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::sync::Arc;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

/// An authority that certifies systems.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key, PEM.
struct Identity {
    certificate: String,
    key: String,
    thumbprint: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate that ends on the first day of a year.
    fn certify_until(&self, name: &str, year: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let signed = params.signed_by(&key, &self.0).unwrap();
        let thumbprint = Thumbprint::new(signed.der()).to_string();
        Identity { certificate: signed.pem(), key: key.serialize_pem(), thumbprint }
    }

    fn certify(&self, name: &str) -> Identity {
        self.certify_until(name, 4000)
    }
}

/// A service that asks for client certificates, and what it shows itself.
struct Scene {
    stage: Stage,
    port: u16,
    tls: Arc<Tls>,
    own: Authority,
    shown: Identity,
}

impl Scene {
    fn of(authorities: &[&Authority]) -> Self {
        let own = Authority::new("of the service");
        let shown = own.certify("localhost");
        let tls = Arc::new(Tls::decode(presented(&shown, &pem(authorities))).unwrap());
        let (stage, port) = Stage::over(Arc::clone(&tls), Limits::default()).with_back_door();
        Self { stage, port, tls, own, shown }
    }

    /// Who calls, with this certificate or none; nothing where the handshake fails.
    fn call(&self, identity: Option<&Identity>, headers: &[(&str, &str)]) -> Option<(u16, Value)> {
        kanhe_service::serve::name_provider();
        let root = Certificate::from_pem(self.own.0.pem().as_bytes()).unwrap();
        let client = identity.map(|identity| {
            let chain = [Certificate::from_pem(identity.certificate.as_bytes()).unwrap().to_owned()];
            ClientCert::new_with_certs(&chain, PrivateKey::from_pem(identity.key.as_bytes()).unwrap())
        });
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).client_cert(client).build();
        let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false).build().into();
        let mut request = agent.get(format!("https://localhost:{}/v1/session", self.port));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut reply = request.call().ok()?;
        Some((reply.status().as_u16(), serde_json::from_slice(&reply.body_mut().read_to_vec().unwrap()).unwrap()))
    }

    /// What the service says to a certificate: who one is, the code of a refusal, or that it hangs up.
    fn says(&self, identity: &Identity) -> String {
        match self.call(Some(identity), &[]) {
            None => "hangs up".to_owned(),
            Some((200, who)) => who["actor"].as_str().unwrap().to_owned(),
            Some((_, problem)) => problem["code"].as_str().unwrap().to_owned(),
        }
    }
}

fn pem(authorities: &[&Authority]) -> String {
    authorities.iter().map(|authority| authority.0.pem()).collect()
}

fn presented<'a>(shown: &'a Identity, authorities: &'a str) -> Shown<'a> {
    Shown { chain: shown.certificate.as_bytes(), key: shown.key.as_bytes(), authorities: Some(authorities.as_bytes()) }
}

/// Links a certificate to a new account of Guangzhou, and returns its id.
fn link(admin: &Desk<'_>, certificate: &str, days: u32) -> String {
    let made = made(admin, certificate, days);
    assert_eq!(made.0, 201, "{}", made.1);
    made.1["id"].as_str().unwrap().to_owned()
}

fn made(admin: &Desk<'_>, certificate: &str, days: u32) -> (u16, Value) {
    let reply = admin.post("/v1/api-keys", &json!({ "name": "窗口系统", "roles": ["clerk"], "days": days, "certificate": certificate }));
    (reply.status, reply.json())
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// An administrator, who works at the same library behind a door without TLS.
fn admin(stage: &Stage) -> Desk<'_> {
    stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator])
}

#[test]
fn a_system_is_let_in_by_the_certificate_that_an_administrator_has_linked() {
    let authority = Authority::new("of the systems");
    let scene = Scene::of(&[&authority]);
    let (system, other) = (authority.certify("window.example.cn"), authority.certify("other.example.cn"));
    assert_eq!(scene.says(&system), "client_certificate_unknown", "an authority alone lets nobody in");
    let admin = admin(&scene.stage);
    let shown = made(&admin, &system.certificate, 30).1;
    assert_eq!((&shown["key"], &shown["certificate"]), (&Value::Null, &json!(system.thumbprint)));
    let id = shown["id"].as_str().unwrap();
    let (status, who) = scene.call(Some(&system), &[]).unwrap();
    assert_eq!((status, &who["actor"], &who["roles"]), (200, &json!(format!("key:{id}")), &json!(["clerk"])));
    assert_eq!(scene.says(&other), "client_certificate_unknown", "one certificate of the authority is not another");
    let listed = admin.get("/v1/api-keys").json();
    assert_eq!((&listed["keys"][0]["certificate"], &listed["keys"][0]["used"]), (&json!(system.thumbprint), &json!("2026-06-15")));
}

#[test]
fn browsers_come_in_without_a_certificate_and_are_signed_in_by_none() {
    let authority = Authority::new("of the systems");
    let scene = Scene::of(&[&authority]);
    let system = authority.certify("window.example.cn");
    let desk = admin(&scene.stage);
    link(&desk, &system.thumbprint, 30);
    assert_eq!(scene.call(None, &[]).unwrap().1["code"], "caller_unknown");
    let cookie = desk.cookie.replace("kanhe_session=", "__Host-kanhe=");
    let session = |identity| scene.call(identity, &[("cookie", cookie.as_str())]).unwrap();
    assert_eq!((session(None).1["actor"].clone(), session(Some(&system)).1["actor"].clone()), (json!("zhang.san"), json!("zhang.san")));
    // A page elsewhere makes a browser call us, with whatever certificate the browser has.
    for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.cn"), ("cookie", "other=1")] {
        let (status, problem) = scene.call(Some(&system), &[header]).unwrap();
        assert_eq!((status, problem["code"].as_str().unwrap()), (401, "caller_unknown"), "{header:?}");
    }
    // A key says who calls, whatever certificate is shown.
    let key = scene.stage.key(Office::Housing, &[Role::Clerk], None);
    let who = scene.call(Some(&system), &[("authorization", &format!("Bearer {key}"))]).unwrap().1;
    assert_eq!(who["agency"], Office::Housing.code().as_str());
}

#[test]
fn a_certificate_of_another_authority_or_past_its_term_ends_the_handshake() {
    let (ours, others) = (Authority::new("of the systems"), Authority::new("of the systems"));
    let scene = Scene::of(&[&ours]);
    let (foreign, expired) = (others.certify("window.example.cn"), ours.certify_until("window.example.cn", 2020));
    let admin = admin(&scene.stage);
    let (status, problem) = made(&admin, &expired.certificate, 30);
    assert_eq!((status, problem["code"].as_str()), (422, Some("client_certificate_over")));
    // Of its number nobody knows the term: the handshake reads it, each time.
    for (certificate, given) in [(&foreign, &foreign.certificate), (&expired, &expired.thumbprint)] {
        link(&admin, given, 30);
        assert_eq!(scene.says(certificate), "hangs up");
    }
    assert_eq!(scene.call(None, &[]).unwrap().0, 401, "others are let in meanwhile");
}

#[test]
fn a_link_runs_out_and_is_revoked_at_once() {
    let authority = Authority::new("of the systems");
    let scene = Scene::of(&[&authority]);
    let (brief, lost) = (authority.certify("a.example.cn"), authority.certify("b.example.cn"));
    let desk = admin(&scene.stage);
    link(&desk, &brief.thumbprint, 1);
    let id = link(&desk, &lost.thumbprint, 30);
    assert_eq!(scene.says(&lost), format!("key:{id}"));
    assert_eq!(desk.send("DELETE", &format!("/v1/api-keys/{id}"), None).status, 200);
    assert_eq!(scene.says(&lost), "api_key_revoked");
    scene.stage.later(days(1));
    assert_eq!(scene.says(&brief), "api_key_expired");
    // What proves nobody any more may be linked again.
    let desk = scene.stage.sign_in("zhang.san", crate::people::PASSWORD, None);
    for certificate in [&brief, &lost] {
        let id = link(&desk, &certificate.thumbprint, 30);
        assert_eq!(scene.says(certificate), format!("key:{id}"));
    }
}

#[test]
fn while_a_certificate_is_renewed_nothing_stands_still_and_the_account_keeps_its_name() {
    let authority = Authority::new("of the systems");
    let scene = Scene::of(&[&authority]);
    let (old, new) = (authority.certify("window.example.cn"), authority.certify("window.example.cn"));
    let desk = admin(&scene.stage);
    let key = scene.stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let id = key.split('_').nth(1).unwrap().to_owned();
    let actor = format!("key:{id}");
    let rotate = |certificate: &str| {
        desk.post(&format!("/v1/api-keys/{id}/rotation"), &json!({ "days": 100, "overlap_days": 7, "certificate": certificate }))
    };
    // From a key to a certificate …
    let first = rotate(&old.certificate);
    assert_eq!((first.status, first.json()["key"].clone(), first.json()["certificate"].clone()), (200, Value::Null, json!(old.thumbprint)));
    let by_key = |key: &str| scene.call(None, &[("authorization", &format!("Bearer {key}"))]).unwrap().0;
    assert_eq!((scene.says(&old), by_key(&key)), (actor.clone(), 200));
    // … to the next one: what came before the present is taken for as long as was said …
    assert_eq!(rotate(&new.thumbprint).status, 200);
    assert_eq!((scene.says(&old), scene.says(&new), by_key(&key)), (actor.clone(), actor.clone(), 200));
    assert_eq!(rotate(&new.thumbprint).status, 200, "the same for a longer term");
    assert_eq!(scene.says(&old), actor, "the overlap goes on");
    // … and back to a key.
    let back = desk.post(&format!("/v1/api-keys/{id}/rotation"), &json!({ "overlap_days": 0 })).json();
    assert_eq!((by_key(back["key"].as_str().unwrap()), by_key(&key)), (200, 401));
    assert_eq!((scene.says(&old), scene.says(&new)), ("client_certificate_unknown".to_owned(), "client_certificate_unknown".to_owned()));
}

#[test]
fn a_certificate_is_one_account_and_something_that_tools_print() {
    let authority = Authority::new("of the systems");
    let scene = Scene::of(&[&authority]);
    let system = authority.certify("window.example.cn");
    let (ours, others) = (admin(&scene.stage), scene.stage.officer(Office::Housing, "zhao.liu", &[Role::Administrator]));
    let id = link(&ours, &system.certificate, 30);
    for desk in [&ours, &others] {
        let (status, problem) = made(desk, &system.thumbprint, 30);
        assert_eq!((status, problem["code"].as_str().unwrap()), (409, "client_certificate_taken"));
    }
    let both = format!("{}{}", system.certificate, authority.0.pem());
    for text in ["", "abc", &system.key, &both, &system.thumbprint[1..]] {
        let (status, problem) = made(&ours, text, 30);
        assert_eq!((status, problem["code"].as_str().unwrap()), (422, "client_certificate_malformed"), "{text:.40}");
    }
    // The number of a certificate is no secret, and is none.
    let forged = format!("Bearer kanhe_{id}_{}", base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, [0; 32]));
    assert_eq!(scene.call(None, &[("authorization", &forged)]).unwrap().1["code"], "api_key_unknown");
}

#[test]
fn authorities_are_renewed_without_a_restart_and_bad_ones_leave_the_present() {
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let scene = Scene::of(&[&first]);
    let (old, new) = (first.certify("a.example.cn"), second.certify("b.example.cn"));
    let desk = admin(&scene.stage);
    let ids = [link(&desk, &old.thumbprint, 30), link(&desk, &new.thumbprint, 30)].map(|id| format!("key:{id}"));
    assert_eq!([scene.says(&old), scene.says(&new)], [ids[0].clone(), "hangs up".to_owned()]);
    for bad in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert_eq!(scene.tls.put(presented(&scene.shown, bad), Timestamp::now()).unwrap_err().code(), "tls_client_authorities", "{bad}");
    }
    assert_eq!(scene.says(&old), ids[0]);
    scene.tls.put(presented(&scene.shown, &pem(&[&first, &second])), Timestamp::now()).unwrap();
    assert_eq!([scene.says(&old), scene.says(&new)], ids);
    scene.tls.put(presented(&scene.shown, &pem(&[&second])), Timestamp::now()).unwrap();
    assert_eq!([scene.says(&old), scene.says(&new)], ["hangs up".to_owned(), ids[1].clone()]);
}

#[test]
fn what_a_proxy_shows_of_itself_signs_nobody_in() {
    let authority = Authority::new("of the systems");
    let (own, proxy) = (Authority::new("of the service"), authority.certify("proxy.example.cn"));
    let shown = own.certify("localhost");
    let tls = Arc::new(Tls::decode(presented(&shown, &pem(&[&authority]))).unwrap());
    let (over, proxies) = (Arc::clone(&tls), ["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()]);
    let gate = |listener| Gate::from(listener).over(over).behind(&proxies);
    let (stage, port) = Stage::behind_gate(house_with(|_| {}), Limits::default(), gate).with_back_door();
    let scene = Scene { stage, port, tls, own, shown };
    link(&admin(&scene.stage), &proxy.thumbprint, 30);
    assert_eq!(scene.says(&proxy), "caller_unknown");
}

#[test]
fn an_account_is_listed_until_its_certificate_ends_where_that_is_before_its_days() {
    let authority = Authority::new("of the systems");
    let scene = Scene::of(&[&authority]);
    let (whole, numbered, next) = (authority.certify("a.example.cn"), authority.certify("b.example.cn"), authority.certify("c.example.cn"));
    // The certificates end in 4000: less than three years from now.
    scene.stage.later(days(365 * 1_972));
    let admin = admin(&scene.stage);
    let expires = |id: &str| {
        let keys = admin.get("/v1/api-keys").json()["keys"].clone();
        keys.as_array().unwrap().iter().find(|key| key["id"] == id).unwrap()["expires"].as_str().unwrap().to_owned()
    };
    let end = "4000-01-01T00:00:00Z";
    let shown = made(&admin, &whole.certificate, 1_095).1;
    assert_eq!(shown["expires"], end, "{shown}");
    let id = link(&admin, &next.certificate, 1);
    assert!(expires(&id).as_str() < end, "its days end before");
    let id = link(&admin, &numbered.thumbprint, 1_095);
    assert!(expires(&id).as_str() > end, "of its number nobody knows the term");
    assert_eq!(scene.says(&numbered), format!("key:{id}"));
    assert_eq!(expires(&id), end, "who shows it shows its term");
}
