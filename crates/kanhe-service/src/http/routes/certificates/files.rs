//! The files of a certificate: the certificate itself, the text of its seal, and its picture twice.
//!
//! They never change, and each bears its SHA-256 as entity tag. A caller keeps its copy and asks whether it is still the one, so that who
//! may not see it any more does not.

use crate::accounts::{Caller, Right};
use crate::house::{House, Shared};
use crate::http::flow::{Disposition, name_file};
use crate::http::own::OwnCertificate;
use crate::http::problem::Problem;
use crate::http::routes::published::{COSE, Held, file};
use crate::http::seen::{Noted, show};
use crate::signed_file::SignedFile;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use kanhe_core::code::CertificateId;
use kanhe_issuer::sight::Sight;
use kanhe_render::{Drawing, ModuleSize, Plate};

/// For the caller alone, who asks each time whether it may have it.
const FOR_THE_CALLER: &str = "private, no-cache";

/// A file of a certificate that a caller asks for, and what it has of it.
pub struct AskedFile {
    house: Shared,
    caller: Caller,
    identifier: String,
    held: Held,
}

impl FromRequestParts<Shared> for AskedFile {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, house).await?;
        let named = Path::<String>::from_request_parts(parts, house).await;
        // What cannot be read names nothing.
        let identifier = named.map_or_else(|_| String::new(), |Path(identifier)| identifier);
        let Ok(held) = Held::from_request_parts(parts, house).await;
        Ok(Self { house: house.clone(), caller, identifier, held })
    }
}

impl AskedFile {
    /// Makes the file where that keeps nobody else waiting, and gives it to who does not have it.
    async fn given(
        self,
        kind: &'static str,
        (disposition, ending): (Disposition, &'static str),
        bytes: impl FnOnce(&House, &Caller, &str) -> Result<Noted<Vec<u8>>, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let Self { house, caller, identifier, held } = self;
        show(&house, move |house| {
            let made = bytes(house, &caller, &identifier)?;
            let name = CertificateId::parse(&identifier).map(|identifier| format!("{}.{ending}", identifier.without_root()));
            Ok(made.map(|made| {
                let mut response = file(&held, kind, FOR_THE_CALLER, &SignedFile::new(made));
                name_file(&mut response, disposition, name.as_deref().unwrap_or(ending));
                response
            }))
        })
        .await
    }
}

/// The signed certificate, with everything that it says of its holders.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/certificate", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "A COSE_Sign1 (docs/spec/certificate.md)", content_type = "application/cose"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn certificate(asked: AskedFile) -> Result<Response, Problem> {
    let whole = |house: &House, caller: &Caller, identifier: &str| {
        let own = house.certificate_of(caller, Right::ReadWhole, identifier)?;
        house.note(caller, Sight::Whole, &own.identifier.to_string(), || Ok(house.library.record(own.mark)?.envelope))
    };
    asked.given(COSE, (Disposition::Attachment, "cose"), whole).await
}

/// The text of the QR code, as it is printed.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/seal", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "One line", content_type = "text/plain"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn seal(asked: AskedFile) -> Result<Response, Problem> {
    let text = |house: &House, caller: &Caller, identifier: &str| {
        seen(house, caller, identifier, |own| Ok(house.pictures.text(&house.library.record(own.mark)?.digits()).into_bytes()))
    };
    asked.given("text/plain; charset=utf-8", (Disposition::Inline, "txt"), text).await
}

/// The QR code as PNG.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/seal.png", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "A picture for 300 dots an inch", content_type = "image/png"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn png(asked: AskedFile) -> Result<Response, Problem> {
    let drawing = |house: &House, caller: &Caller, identifier: &str| drawn(house, caller, identifier, |drawing| Ok(drawing.png()?));
    asked.given("image/png", (Disposition::Inline, "png"), drawing).await
}

/// The QR code as SVG.
#[utoipa::path(get, path = "/v1/certificates/{identifier}/seal.svg", tag = "certificates", params(("identifier" = String, Path, description = "The certificate's identifier")),
    responses((status = OK, description = "A picture of the printed size", content_type = "image/svg+xml"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn svg(asked: AskedFile) -> Result<Response, Problem> {
    let drawing =
        |house: &House, caller: &Caller, identifier: &str| drawn(house, caller, identifier, |drawing| Ok(drawing.svg()?.into_bytes()));
    asked.given("image/svg+xml", (Disposition::Inline, "svg"), drawing).await
}

/// A seal names its holder, so who looked at it is written down.
fn seen<T>(
    house: &House,
    caller: &Caller,
    identifier: &str,
    read: impl FnOnce(&OwnCertificate) -> Result<T, Problem>,
) -> Result<Noted<T>, Problem> {
    let own = house.certificate_of(caller, Right::Read, identifier)?;
    house.note(caller, Sight::Masked, &own.identifier.to_string(), || read(&own))
}

fn drawn(
    house: &House,
    caller: &Caller,
    identifier: &str,
    render: impl FnOnce(Drawing<'_>) -> Result<Vec<u8>, Problem>,
) -> Result<Noted<Vec<u8>>, Problem> {
    seen(house, caller, identifier, |own| {
        let kind = house.kind_of(caller, Right::Read, own.identifier.type_code().as_str())?;
        let record = house.library.record(own.mark)?;
        let (certificate, text) = (record.certificate()?, house.pictures.text(&record.digits()));
        let module = ModuleSize::of_millimetres(kind.budget().module_mm)?;
        render(house.pictures.artist.draw(Plate { text: &text, module, name: &kind.names().zh, number: &certificate.number })?)
    })
}
