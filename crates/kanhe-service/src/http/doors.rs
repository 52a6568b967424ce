//! Who may do what: one row for each operation of the interface. It is asked before a handler is, and the description of the interface is
//! written from it, so the two cannot say different things.
//!
//! A handler still asks for the type, and for what belongs to whom: that stands in what it reads, not in the name of the operation.

use super::caller::unknown;
use super::description::{name_of, operations};
use super::problem::Problem;
use crate::accounts::session::SignedIn;
use crate::accounts::{Caller, Right};
use axum::extract::{MatchedPath, Request};
use axum::http::{Extensions, Method, StatusCode};
use std::collections::HashMap;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

/// Whom an operation wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Nobody's name.
    Nobody,
    /// A key, a client certificate or a session, whatever its roles are.
    Anybody,
    /// A session.
    Session,
    /// A caller with one of these rights.
    Right(&'static [Right]),
    /// A person with a session of its own, and one of these rights.
    Person(&'static [Right]),
}

/// Every operation, under what it wants. Of several rights a refusal names the last.
const DOORS: &[(Wants, &[&str])] = &[
    (
        Wants::Nobody,
        &[
            "service_healthz",
            "service_readyz",
            "verify_verify",
            "verify_verify_batch",
            "verify_verify_picture",
            "verify_verify_file",
            "types_list",
            "types_one",
            "types_file",
            "types_fields",
            "published_pack",
            "published_list",
            "published_manifest",
            "published_recognition",
            "published_checkpoint",
            "published_tile",
            // Whoever has its code is the applicant, or was told it by him.
            "applications_standing",
            // The token is the right.
            "sharing_download",
            "session_begin",
            "session_go",
            "session_back",
            "session_leave",
            // The identity service says by its signature that it is who asks.
            "session_ended_there",
        ],
    ),
    (Wants::Anybody, &["session_show"]),
    (Wants::Session, &["session_end", "session_password", "session_begin_second_factor", "session_confirm_second_factor"]),
    (
        Wants::Right(&[Right::Read]),
        &[
            "certificates_search",
            "certificates_count",
            "certificates_one",
            "certificates_history",
            "certificates_seal",
            "certificates_png",
            "certificates_svg",
            "applications_search",
            "applications_one",
        ],
    ),
    (Wants::Right(&[Right::ReadWhole]), &["certificates_certificate"]),
    (
        Wants::Right(&[Right::Issue]),
        &["certificates_issue", "certificates_issue_batch", "certificates_renew", "certificates_amend", "certificates_take_over"],
    ),
    (
        Wants::Right(&[Right::Change]),
        &[
            "certificates_suspend",
            "certificates_reinstate",
            "certificates_revoke",
            "certificates_annul",
            "certificates_cancel",
            "certificates_transfer_out",
            "certificates_undo_transfer",
            "certificates_alias",
            "proposals_certificates",
        ],
    ),
    (Wants::Right(&[Right::Lodge]), &["applications_lodge", "applications_withdraw"]),
    (Wants::Right(&[Right::Review]), &["applications_review"]),
    (Wants::Right(&[Right::Decide]), &["applications_approve", "applications_reject"]),
    (Wants::Right(&[Right::Lodge, Right::Issue]), &["jobs_add", "jobs_resume", "jobs_result", "jobs_refused"]),
    (
        Wants::Right(&[Right::Administer, Right::Lodge, Right::Issue]),
        &["jobs_list", "jobs_one", "jobs_events", "jobs_pause", "jobs_cancel"],
    ),
    (
        Wants::Right(&[Right::Share]),
        &[
            "sharing_holder",
            "sharing_by_its_identifier",
            "sharing_by_its_code",
            "sharing_of_information",
            "sharing_of_file",
            "sharing_link",
            "sharing_matching",
        ],
    ),
    (Wants::Right(&[Right::Share, Right::Administer]), &["matters_list", "matters_one"]),
    (Wants::Right(&[Right::Publish]), &["published_publish", "proposals_a_type", "proposals_manifest", "proposals_recognition"]),
    (
        Wants::Right(&[Right::Publish, Right::Change, Right::Audit]),
        &["proposals_list", "proposals_one", "proposals_content", "proposals_withdraw"],
    ),
    (Wants::Person(&[Right::Publish, Right::Change]), &["proposals_approve", "proposals_reject"]),
    (
        Wants::Right(&[Right::Audit]),
        &["audit_shares", "audit_alarms", "audit_uses", "audit_events", "audit_proof", "audit_check", "audit_export"],
    ),
    (
        Wants::Right(&[Right::Administer]),
        &[
            "matters_put",
            "matters_take",
            "officers_list",
            "officers_add",
            "officers_one",
            "officers_change",
            "officers_deactivate",
            "officers_reactivate",
            "officers_reset",
            "officers_link",
            "officers_unlink",
            "api_keys_list",
            "api_keys_add",
            "api_keys_revoke",
            "api_keys_rotate",
            "webhooks_list",
            "webhooks_add",
            "webhooks_remove",
            "webhooks_rotate",
            "webhooks_deliveries",
            "webhooks_send_again",
        ],
    ),
];

/// What an operation wants; none for a name that has no row.
pub fn wanted(operation: &str) -> Option<Wants> {
    DOORS.iter().find(|(_, names)| names.contains(&operation)).map(|(wants, _)| *wants)
}

/// The doors of a router, by the paths and methods that it knows.
pub struct Doors(HashMap<String, Vec<(Method, Option<Wants>)>>);

impl Doors {
    /// A door for each operation of a router's document.
    pub fn of(document: &mut OpenApi) -> Self {
        let door = |(method, operation): (Method, &mut Operation)| (method, wanted(&name_of(operation)));
        let paths = document.paths.paths.iter_mut();
        Self(paths.map(|(path, item)| (path.clone(), operations(item).map(door).collect())).collect())
    }

    /// Refuses a request that shows less than its operation wants. What no operation answers is left to the router, which says so.
    pub fn let_in(&self, request: &Request) -> Result<(), Problem> {
        let Some(doors) = request.extensions().get::<MatchedPath>().and_then(|path| self.0.get(path.as_str())) else { return Ok(()) };
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        match doors.iter().find(|(of, _)| of == method) {
            None => Ok(()),
            Some((_, Some(wants))) => wants.let_in(request.extensions()),
            // An operation that nobody has thought of is open to nobody.
            Some((_, None)) => Err(Problem::failed()),
        }
    }
}

impl Wants {
    fn let_in(self, shown: &Extensions) -> Result<(), Problem> {
        let caller = || shown.get::<Caller>().ok_or_else(|| unknown(shown));
        let signed_in = shown.get::<SignedIn>();
        match self {
            Self::Nobody => Ok(()),
            Self::Anybody if signed_in.is_some() => Ok(()),
            Self::Anybody => caller().map(drop),
            Self::Session => signed_in.map(drop).ok_or_else(|| unknown(shown)),
            Self::Right(rights) => Ok(caller()?.may_one(rights)?),
            Self::Person(rights) => {
                let caller = caller()?;
                if signed_in.is_none_or(|signed_in| signed_in.officer.login != caller.actor) {
                    let detail = "a system's key proposes, and a person with a session decides";
                    return Err(Problem::new(StatusCode::FORBIDDEN, "proposal_needs_person", detail));
                }
                Ok(caller.may_one(rights)?)
            }
        }
    }
}
