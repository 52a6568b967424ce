//! The files of a certificate: the certificate itself, the text of its seal, and its picture twice.
//!
//! They never change, and each bears its SHA-256 as entity tag. A caller keeps its copy and asks whether it is still the one, so that who
//! may not see it any more does not.

use crate::accounts::{Caller, Right};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::own::OwnCertificate;
use crate::http::problem::Problem;
use crate::http::routes::published::{COSE, file};
use crate::signed_file::SignedFile;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kanhe_issuer::sight::Sight;
use kanhe_render::{Drawing, ModuleSize, Plate};

/// For the caller alone, who asks each time whether it may have it.
const FOR_THE_CALLER: &str = "private, no-cache";

/// The signed certificate, with everything that it says of its holders.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/certificate", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "A COSE_Sign1 (docs/spec/certificate.md)", content_type = "application/cose"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn certificate(
    State(house): State<Shared>,
    caller: Caller,
    Path(identifier): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aside(&house, move |house| {
        let own = house.certificate_of(&caller, Right::ReadWhole, &identifier)?;
        house.note_use(&caller, Sight::Whole, &own.identifier.to_string())?;
        let envelope = house.library.record(own.mark)?.envelope;
        Ok::<_, Problem>(given(&headers, COSE, envelope))
    })
    .await
}

/// The text of the QR code, as it is printed.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/seal", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "One line", content_type = "text/plain"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn seal(
    State(house): State<Shared>,
    caller: Caller,
    Path(identifier): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aside(&house, move |house| {
        let own = noted(house, &caller, &identifier)?;
        let text = house.pictures.text(&house.library.record(own.mark)?.digits());
        Ok::<_, Problem>(given(&headers, "text/plain; charset=utf-8", text.into_bytes()))
    })
    .await
}

/// The QR code as PNG.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/seal.png", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "A picture for 300 dots an inch", content_type = "image/png"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn png(
    State(house): State<Shared>,
    caller: Caller,
    Path(identifier): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aside(&house, move |house| drawn(house, &caller, &identifier, |drawing| Ok(given(&headers, "image/png", drawing.png()?)))).await
}

/// The QR code as SVG.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/seal.svg", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "A picture of the printed size", content_type = "image/svg+xml"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn svg(
    State(house): State<Shared>,
    caller: Caller,
    Path(identifier): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aside(&house, move |house| {
        drawn(house, &caller, &identifier, |drawing| Ok(given(&headers, "image/svg+xml", drawing.svg()?.into_bytes())))
    })
    .await
}

/// A seal names its holder, so who looked at it is written down.
fn noted(house: &House, caller: &Caller, identifier: &str) -> Result<OwnCertificate, Problem> {
    let own = house.certificate_of(caller, Right::Read, identifier)?;
    house.note_use(caller, Sight::Masked, &own.identifier.to_string())?;
    Ok(own)
}

fn drawn(
    house: &House,
    caller: &Caller,
    identifier: &str,
    render: impl FnOnce(Drawing<'_>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let own = noted(house, caller, identifier)?;
    let kind = house.kind_of(caller, Right::Read, own.identifier.type_code().as_str())?;
    let record = house.library.record(own.mark)?;
    let (certificate, text) = (record.certificate()?, house.pictures.text(&record.digits()));
    let module = ModuleSize::of_millimetres(kind.budget().module_mm)?;
    render(house.pictures.artist.draw(Plate { text: &text, module, name: &kind.names().zh, number: &certificate.number })?)
}

fn given(headers: &HeaderMap, kind: &'static str, bytes: Vec<u8>) -> Response {
    file(headers, kind, FOR_THE_CALLER, &SignedFile::new(bytes))
}
