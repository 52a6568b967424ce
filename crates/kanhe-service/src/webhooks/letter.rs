//! What a letter says: what was done to which certificate, and nothing about a person. Who wants more asks for it, with his own rights.

use kanhe_core::code::{CertificateId, ProjectCode, TypeCode, Uscc};
use kanhe_core::event::Event;
use kanhe_store::{Library, StoreError};
use serde_json::{Value, json};

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

/// The letter that tells of an event: `certificate.suspend` and its like, or `application.review`.
pub fn letter_of(index: u64, event: &Event) -> Value {
    let about = if ProjectCode::parse(&event.subject).is_ok() { "application" } else { "certificate" };
    json!({
        "type": format!("{about}.{}", event.act.word()),
        "timestamp": event.recorded.to_string(),
        "data": {
            about: event.subject,
            "act": event.act.word(),
            "effective": event.effective.to_string(),
            "recorded": event.recorded.to_string(),
            "log_index": index,
        },
    })
}
