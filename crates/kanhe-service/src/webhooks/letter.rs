//! What a letter says: what was done to which certificate, and nothing about a person. Who wants more asks for it, with his own rights.

use kanhe_core::code::{CertificateId, ProjectCode, TypeCode, Uscc};
use kanhe_core::event::Event;
use kanhe_store::{Library, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// Whose event it is, and of which type.
pub struct Addressee {
    /// The agency.
    pub agency: Uscc,
    /// The type of the certificate or application.
    pub type_code: TypeCode,
}

/// Whom an event concerns; none where it is about the library itself.
pub fn addressee(library: &Library, event: &Event) -> Result<Option<Addressee>, StoreError> {
    if let Ok(identifier) = CertificateId::parse(&event.subject) {
        return Ok(Some(Addressee { agency: *identifier.issuer(), type_code: *identifier.type_code() }));
    }
    let Ok(code) = ProjectCode::parse(&event.subject) else { return Ok(None) };
    let project = library.project(&code)?;
    Ok(project.map(|project| Addressee { agency: project.agency, type_code: project.type_code }))
}

/// A letter to who wants to hear what happens.
#[derive(Serialize, ToSchema)]
pub struct Letter {
    /// `certificate.` or `application.`, and the act: `certificate.suspend`, `application.review`.
    r#type: String,
    /// When it was written down (RFC 3339).
    #[schema(format = DateTime)]
    timestamp: String,
    /// What was done.
    #[schema(inline)]
    data: Told,
}

/// What was done, and to what: exactly one of `certificate` and `application`.
#[derive(Serialize, ToSchema)]
struct Told {
    /// The identifier of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    /// The code of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// The act, such as `suspend`.
    act: &'static str,
    /// From when on it holds (RFC 3339).
    #[schema(format = DateTime)]
    effective: String,
    /// When it was written down (RFC 3339).
    #[schema(format = DateTime)]
    recorded: String,
    /// The index of the event in the log.
    log_index: u64,
}

/// The letter that tells of an event.
pub fn letter_of(index: u64, event: &Event) -> Letter {
    let (act, recorded) = (event.act.word(), event.recorded.to_string());
    let is_application = ProjectCode::parse(&event.subject).is_ok();
    let subject = |is_it: bool| is_it.then(|| event.subject.clone());
    Letter {
        r#type: format!("{}.{act}", if is_application { "application" } else { "certificate" }),
        timestamp: recorded.clone(),
        data: Told {
            certificate: subject(!is_application),
            application: subject(is_application),
            act,
            effective: event.effective.to_string(),
            recorded,
            log_index: index,
        },
    }
}
