//! How the service's letters leave the machine.

use kanhe_service::serve::name_provider;
use kanhe_service::webhooks::courier::Post;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;

/// A receiver that has not taken a letter by then will be asked again.
const PATIENCE: Duration = Duration::from_secs(15);

/// Sends letters: over TLS by the certificates that the system trusts, and to the address that was named and no other.
pub fn post() -> Arc<Post> {
    name_provider();
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(PATIENCE));
    let agent: Agent = config.tls_config(system_roots()).build().into();
    Arc::new(move |address, headers, body| {
        let request = headers.iter().fold(agent.post(address), |request, (name, value)| request.header(*name, value));
        // What a receiver says beside its status is nobody's business here.
        request.send(body).ok().map(|reply| reply.status().as_u16())
    })
}

fn system_roots() -> ureq::tls::TlsConfig {
    ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::PlatformVerifier).build()
}
