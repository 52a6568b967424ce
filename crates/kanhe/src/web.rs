//! How requests of ours leave the machine: over TLS by the certificates that the system trusts, to the address that was named and no other.

use kanhe_service::serve::name_provider;
use std::time::Duration;
use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::typestate::AgentScope;

/// What is true of every request.
pub fn config(patience: Duration) -> ConfigBuilder<AgentScope> {
    name_provider();
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Agent::config_builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(patience)).tls_config(tls)
}

/// Sends requests; to this machine itself through no proxy.
pub fn agent(patience: Duration, here: bool) -> Agent {
    let config = config(patience);
    if here { config.proxy(None).build().into() } else { config.build().into() }
}
