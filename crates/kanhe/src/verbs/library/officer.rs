//! `kanhe officer`: accounts, at the machine itself. While a service holds the library, its own interface does the same.

use super::application::known_department;
use super::find::said;
use super::{catalogue, manifest, open, stored};
use crate::cli::{ApiKeyVerb, LibraryArg, OfficerAddArgs, OfficerVerb, TypesArg};
use crate::failure::Failure;
use crate::verbs::serve::edge;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words, moment};
use kanhe_core::code::Uscc;
use kanhe_core::event::name_of_actor;
use kanhe_service::accounts::api_key::{self, Grant, KeyCabinet, alone};
use kanhe_service::accounts::{
    AccountError, Appointed, Caller, Departments, Login, Mandate, Officer, OfficerId, Personnel, Role, Scope, officers,
};
use kanhe_service::identity::Subject;
use kanhe_store::Library;
use kanhe_store::find::LONGEST_PAGE;
use serde_json::json;

/// How an administrator does the same while a service holds the library.
const THROUGH_THE_SERVICE: Words = Words::new(
    "管理员登录服务后办理：/v1/officers、/v1/api-keys（接口说明在 /docs）。",
    "An administrator who has signed in does the same at the service: /v1/officers and /v1/api-keys, described at /docs.",
);

/// Adds, resets and lists officers.
pub fn officer(verb: &OfficerVerb, voice: Voice) -> Result<Ended, Failure> {
    super::alone(&library_of(verb).library, THROUGH_THE_SERVICE)?;
    match verb {
        OfficerVerb::Add(args) => add(args, voice),
        OfficerVerb::Reset { library, login, actor } => {
            let library = open(library)?;
            let (id, by) = known(&library, login, actor)?;
            let appointed = Personnel::new(&library, &edge(), &by).reset(id).map_err(|error| refused(&error))?;
            say(voice, login, &appointed);
            Ok(Ended::Well)
        }
        OfficerVerb::Link { library, login, subject, issuer, claim, actor } => {
            let named = Subject::new(issuer, claim, &said(subject)?).ok_or_else(|| refused(&AccountError::SubjectMalformed))?;
            let library = open(library)?;
            let (id, by) = known(&library, login, actor)?;
            let officer = Personnel::new(&library, &edge(), &by).link(id, &named).map_err(|error| refused(&error))?;
            linked(voice, id, &officer);
            Ok(Ended::Well)
        }
        OfficerVerb::Unlink { library, login, actor } => {
            let library = open(library)?;
            let (id, by) = known(&library, login, actor)?;
            let officer = Personnel::new(&library, &edge(), &by).unlink(id).map_err(|error| refused(&error))?;
            linked(voice, id, &officer);
            Ok(Ended::Well)
        }
        OfficerVerb::List { library } => list(&open(library)?, voice),
    }
}

const fn library_of(verb: &OfficerVerb) -> &LibraryArg {
    match verb {
        OfficerVerb::Add(args) => &args.library,
        OfficerVerb::Reset { library, .. }
        | OfficerVerb::Link { library, .. }
        | OfficerVerb::Unlink { library, .. }
        | OfficerVerb::List { library } => library,
    }
}

/// Makes and lists keys of systems.
pub fn api_key(verb: &ApiKeyVerb, voice: Voice) -> Result<Ended, Failure> {
    let (ApiKeyVerb::Add { library, .. } | ApiKeyVerb::List { library }) = verb;
    super::alone(&library.library, THROUGH_THE_SERVICE)?;
    let ApiKeyVerb::Add { library, agency, name, roles, departments, types, days, calls_a_day, actor } = verb else {
        return list_keys(&open(library)?, voice);
    };
    let agency = Uscc::parse(agency).map_err(|error| Failure::new(error.code(), error))?;
    let mandate = Mandate::new(agency, name, roles.clone(), None).map_err(|error| refused(&error.into()))?;
    let library = open(library)?;
    is_of_the_region(&library, &agency)?;
    let mandate = speaking_for(mandate, departments, &library, types)?;
    let (by, edge) = (at_the_machine(actor, agency)?, edge());
    let grant = Grant { days: *days, calls_a_day: *calls_a_day };
    let cut = KeyCabinet::new(&library, &edge, &by).add(&mandate, grant, alone).map_err(|error| refused(&error))?;
    let (text, until) = (cut.text.as_str(), cut.key.expires);
    voice.say(&json!({ "id": cut.id, "key": text, "until": until.to_string() }), |language| {
        let until = moment(until);
        let until = until.of(language);
        match language {
            Language::Chinese => format!("接口密钥：{text}\n{until} 前有效，仅显示这一次。"),
            Language::English => format!("key: {text}\ngood until {until}; it is shown this once"),
        }
    });
    Ok(Ended::Well)
}

fn add(args: &OfficerAddArgs, voice: Voice) -> Result<Ended, Failure> {
    let agency = Uscc::parse(&args.agency).map_err(|error| Failure::new(error.code(), error))?;
    let login = Login::parse(&args.login).map_err(|error| refused(&error.into()))?;
    let mandate = Mandate::new(agency, &args.name, args.roles.clone(), None).map_err(|error| refused(&error.into()))?;
    let library = open(&args.library)?;
    is_of_the_region(&library, &agency)?;
    let mandate = speaking_for(mandate, &args.departments, &library, &args.types)?;
    let by = at_the_machine(&args.actor, agency)?;
    let appointed = Personnel::new(&library, &edge(), &by).add(&login, &mandate, |_, _| Ok(())).map_err(|error| refused(&error))?;
    say(voice, login.as_str(), &appointed);
    Ok(Ended::Well)
}

/// A mandate for the departments that are named; for any, where none is.
fn speaking_for(mandate: Mandate, departments: &[String], library: &Library, types: &TypesArg) -> Result<Mandate, Failure> {
    if departments.is_empty() {
        return Ok(mandate);
    }
    let catalogue = catalogue(library, types)?;
    departments.iter().try_for_each(|id| known_department(&catalogue, id))?;
    mandate.speaking_for(Some(departments.to_vec())).map_err(|error| refused(&error.into()))
}

/// An officer by its login, and who acts upon it at the machine.
fn known(library: &Library, login: &str, actor: &str) -> Result<(OfficerId, Caller), Failure> {
    let id = OfficerId::of(library, login);
    let found = Officer::find(library, id).map_err(stored)?.ok_or_else(|| refused(&AccountError::OfficerUnknown))?;
    Ok((id, at_the_machine(actor, *found.mandate.agency())?))
}

fn is_of_the_region(library: &Library, agency: &Uscc) -> Result<(), Failure> {
    if manifest(library)?.agencies.iter().any(|known| known.code == *agency) {
        return Ok(());
    }
    let hint = Words::new("kanhe agency list 列出已登记的机构。", "`kanhe agency list` lists them.");
    Err(Failure::new("agency_unknown", format!("the library's manifest has no agency {agency}")).hint(hint))
}

fn list(library: &Library, voice: Voice) -> Result<Ended, Failure> {
    let (mut rows, mut lines, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let roster = officers(library, None, after.as_ref(), LONGEST_PAGE).map_err(stored)?;
        for (id, officer) in &roster.officers {
            let (mandate, roles) = (&officer.mandate, officer.mandate.roles().iter().map(|role| role.word()).collect::<Vec<_>>());
            rows.push(json!({ "id": id.to_string(), "login": officer.login, "name": mandate.name(), "agency": mandate.agency().as_str(), "roles": roles, "departments": mandate.departments(), "active": officer.active }));
            let active = if officer.active { "" } else { "  ✗" };
            let departments = mandate.departments().map(|ids| format!(" ({})", ids.join(", "))).unwrap_or_default();
            lines.push(format!("{}  {}  {}  {}{departments}{active}", mandate.agency(), officer.login, mandate.name(), roles.join(", ")));
        }
        after = roster.next;
        if after.is_none() {
            break;
        }
    }
    lines.sort();
    voice.say(&json!({ "officers": rows }), |_| lines.join("\n"));
    Ok(Ended::Well)
}

fn list_keys(library: &Library, voice: Voice) -> Result<Ended, Failure> {
    let (mut rows, mut lines, mut after, now) = (Vec::new(), Vec::new(), None, (edge().now)());
    loop {
        let page = api_key::listed(library, None, after.as_ref(), LONGEST_PAGE).map_err(stored)?;
        for (id, key) in &page.keys {
            let (mandate, roles) = (&key.mandate, key.mandate.roles().iter().map(|role| role.word()).collect::<Vec<_>>());
            let good = key.is_open(now);
            rows.push(json!({ "id": id, "name": mandate.name(), "agency": mandate.agency().as_str(), "roles": roles, "made_by": key.made_by(), "rotated_by": key.rotated_by(), "made": key.made.to_string(), "until": key.expires.to_string(), "good": good }));
            let hands = key.made_by().into_iter().chain(key.rotated_by().iter().map(String::as_str)).collect::<Vec<_>>().join(", ");
            let ended = if good { "" } else { "  ✗" };
            lines.push(format!("{}  {id}  {}  {}  ← {hands}{ended}", mandate.agency(), mandate.name(), roles.join(", ")));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    lines.sort();
    voice.say(&json!({ "keys": rows }), |_| lines.join("\n"));
    Ok(Ended::Well)
}

/// Who has the library's folder and secret may do this; a colon, which no login has, tells it from a colleague's act in the service.
fn at_the_machine(actor: &str, agency: Uscc) -> Result<Caller, Failure> {
    let actor = name_of_actor(actor).map_err(|error| Failure::new(error.code(), error))?;
    let (roles, scope, departments) = (vec![Role::Administrator], Scope::EveryType, Departments::Any);
    Ok(Caller { actor: format!("machine:{actor}"), agency, roles, scope, departments })
}

/// Says as whom an officer signs in by the identity service.
fn linked(voice: Voice, id: OfficerId, officer: &Officer) {
    let login = &officer.login;
    let issuer = officer.subject.as_ref().map(|subject| subject.issuer.as_str());
    voice.say(&json!({ "id": id.to_string(), "login": login, "issuer": issuer }), |language| match (language, issuer) {
        (Language::Chinese, Some(issuer)) => format!("{login} 可经 {issuer} 登录；此前关联的身份如有不同，其会话已结束。"),
        (Language::English, Some(issuer)) => format!("{login} may sign in by {issuer}; sessions of another subject have ended"),
        (Language::Chinese, None) => format!("{login} 不再经统一身份认证登录，其会话已结束。"),
        (Language::English, None) => format!("{login} signs in by the identity service no more, and its sessions have ended"),
    });
}

fn say(voice: Voice, login: &str, appointed: &Appointed) {
    let (password, until) = (appointed.password.as_str(), appointed.until);
    let json = json!({ "id": appointed.id.to_string(), "login": login, "one_time_password": password, "until": until.to_string() });
    voice.say(&json, |language| {
        let until = moment(until);
        let until = until.of(language);
        match language {
            Language::Chinese => format!("{login} 的一次性密码：{password}\n{until} 前有效；首次登录后须自设密码。请以安全方式转交。"),
            Language::English => {
                format!(
                    "one-time password of {login}: {password}\ngood until {until}, and for choosing another; hand it over by a safe way"
                )
            }
        }
    });
}

fn refused(error: &AccountError) -> Failure {
    Failure::new(error.code(), error)
}
