//! What becomes of a certificate: one route for each act of the lifecycle.

use crate::accounts::Right;
use crate::http::act::{Act, Grounded, GroundsBody, grounded};
use crate::http::problem::Problem;
use crate::http::repeat::Once;
use crate::proposals::alone;
use crate::shown::Changed;
use axum::Json;
use axum::http::StatusCode;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Registrar, is_alias_part};
use kanhe_store::{Card, Pen};
use serde::Serialize;
use utoipa::ToSchema;

grounded! { dated
    /// To which region, and why.
    pub struct TransferRequest {
        /// The region's code (GB/T 2260).
        to: String,
    }
}

grounded! { now
    /// An identifier of another scheme, and why it stands for the certificate.
    pub struct AliasRequest {
        /// The scheme.
        #[schema(min_length = 1, max_length = 100)]
        scheme: String,
        /// The identifier in it.
        #[schema(min_length = 1, max_length = 100)]
        value: String,
    }
}

/// What stands for what.
#[derive(Serialize, ToSchema)]
pub struct Aliased {
    /// The certificate.
    identifier: String,
    /// The scheme.
    scheme: String,
    /// The identifier in it.
    value: String,
}

macro_rules! changes {
    ($($(#[doc = $doc:literal])+ $name:ident $path:literal $change:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(post, path = $path, tag = "certificates", request_body = GroundsBody,
            params(("identifier" = String, Path, description = "The certificate's identifier"),
                ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
            responses((status = OK, body = Changed)))]
        pub async fn $name(act: Act<GroundsBody>) -> Result<Once, Problem> {
            act.done(|act| change(&act, Change::$change, None)).await
        }
    )+};
}

changes! {
    /// 暂扣: holds a certificate for a time.
    suspend "/v1/certificates/{identifier}/suspend" Suspend;
    /// 暂扣发还: gives a held certificate back.
    reinstate "/v1/certificates/{identifier}/reinstate" Reinstate;
    /// 吊销: takes a certificate away as a punishment.
    revoke "/v1/certificates/{identifier}/revoke" Revoke;
    /// 撤销: takes back a certificate that should never have been issued.
    annul "/v1/certificates/{identifier}/annul" Annul;
    /// 注销: deregisters a certificate.
    cancel "/v1/certificates/{identifier}/cancel" Cancel;
    /// 取消转出: calls a move to another region off.
    undo_transfer "/v1/certificates/{identifier}/undo-transfer" UndoTransfer;
}

/// 转出: moves a certificate to another region.
#[utoipa::path(post, path = "/v1/certificates/{identifier}/transfer-out", tag = "certificates", request_body = TransferRequest,
    params(("identifier" = String, Path, description = "The certificate's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = OK, body = Changed)))]
pub async fn transfer_out(act: Act<TransferRequest>) -> Result<Once, Problem> {
    act.done(|act| {
        let wrong = |error: kanhe_core::code::RegionCodeError| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), "`to` is no code of a region")
        };
        let region = RegionCode::parse(&act.body.to).map_err(wrong)?;
        change(&act, Change::TransferOut, Some(&region))
    })
    .await
}

/// Lets an identifier of another scheme stand for a certificate; said twice, it is so once.
#[utoipa::path(post, path = "/v1/certificates/{identifier}/alias", tag = "certificates", request_body = AliasRequest,
    params(("identifier" = String, Path, description = "The certificate's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Said twice, it is so once; the key is bound to the request for a day")),
    responses((status = OK, body = Aliased)))]
pub async fn alias(act: Act<AliasRequest>) -> Result<Json<Aliased>, Problem> {
    act.done(|act| act.known(alias_now, aliased_before)).await.map(Json)
}

fn alias_now(act: &Act<AliasRequest>) -> Result<Aliased, Problem> {
    let (aliased, identifier) = asked(act)?;
    Registrar::new(&act.house.library).alias(&identifier, &aliased.scheme, &aliased.value, &act.entry()?)?;
    Ok(aliased)
}

fn aliased_before(act: &Act<AliasRequest>) -> Result<Option<Aliased>, Problem> {
    let (aliased, identifier) = asked(act)?;
    let is_known = Registrar::new(&act.house.library).is_known_by(&identifier, &aliased.scheme, &aliased.value)?;
    Ok(is_known.then_some(aliased))
}

/// What is to stand for a certificate of the caller's agency.
fn asked(act: &Act<AliasRequest>) -> Result<(Aliased, CertificateId), Problem> {
    let Act { house, caller, subject, body, .. } = act;
    if !is_alias_part(&body.scheme) || !is_alias_part(&body.value) {
        let detail = "scheme and value have 1 to 100 characters each, and none that cannot be seen";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail));
    }
    let identifier = house.certificate_of(caller, Right::Change, subject)?.identifier;
    let (scheme, value) = (body.scheme.clone(), body.value.clone());
    Ok((Aliased { identifier: identifier.to_string(), scheme, value }, identifier))
}

fn change<B: Grounded>(act: &Act<B>, change: Change, to: Option<&RegionCode>) -> Result<Once, Problem> {
    let own = act.house.certificate_of(&act.caller, Right::Change, &act.subject)?;
    act.once(|answer| {
        let entry = act.entry_after(Some(own.last_act(&act.house)?))?;
        let library = &act.house.library;
        let doubt = Doubts::known_to(library)?.at(library, own.mark, &library.card(own.mark)?)?;
        let returns = change == Change::UndoTransfer;
        let same = if returns { Registrar::new(library).may_be_same(own.mark)? } else { Vec::new() };
        let mut alarm = None;
        let beside = |pen: &mut Pen<'_>, card: &Card| -> Result<(), Problem> {
            if alone::takes_away(change) {
                alarm = alone::count(pen, &act.house, &act.caller)?;
            }
            let changed = Changed::new(change, card, doubt, day_in_china(entry.now));
            Ok(answer.keep(pen, &changed.beside(&same, Some(&act.caller.agency)))?)
        };
        Registrar::new(library).change_and(&own.identifier, change, &entry, to, beside)?;
        if let Some(alarm) = alarm {
            alone::tell(&alarm, &act.caller);
        }
        Ok(())
    })
}
