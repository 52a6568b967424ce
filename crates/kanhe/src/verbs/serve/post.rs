//! How the service's letters leave the machine.

use crate::web;
use kanhe_service::webhooks::Miss;
use kanhe_service::webhooks::courier::Post;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use ureq::{Agent, Error};

/// A receiver that has not taken a letter by then will be asked again.
const PATIENCE: Duration = Duration::from_secs(15);

/// A collector of traces that has not answered by then has lost what was sent to it.
const COLLECTOR: Duration = Duration::from_secs(5);

/// Who speaks with a collector of traces, by the same rules.
pub fn collector() -> Agent {
    web::agent(COLLECTOR, false)
}

/// Sends letters: over TLS by the certificates that the system trusts, and to the address that was named and no other.
pub fn post() -> Arc<Post> {
    let agent = web::agent(PATIENCE, false);
    Arc::new(move |address, headers, body| {
        let request = headers.iter().fold(agent.post(address), |request, (name, value)| request.header(*name, value));
        // What a receiver says beside its status is nobody's business here.
        request.send(body).map(|reply| reply.status().as_u16()).map_err(|error| missed(&error))
    })
}

/// Why nobody answered.
pub(super) fn missed(error: &Error) -> Miss {
    match error {
        Error::HostNotFound => Miss::NoSuchHost,
        Error::Tls(_) | Error::Rustls(_) => Miss::Tls,
        Error::Timeout(_) => Miss::TimedOut,
        Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => Miss::Refused,
            // A handshake that fails is a failure of reading; what is no handshake at all reads as one that is broken.
            ErrorKind::InvalidData => Miss::Tls,
            ErrorKind::TimedOut => Miss::TimedOut,
            _ => Miss::Broken,
        },
        Error::Http(_) | Error::Protocol(_) => Miss::NoHttp,
        _ => Miss::Broken,
    }
}
