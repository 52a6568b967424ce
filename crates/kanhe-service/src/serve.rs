//! A listener, until it is told to stop.
//!
//! * [`Gate`]: where and how connections come in;
//! * [`Peer`]: who is at the other end, for whoever answers;
//! * [`Tls`]: the certificate that the service shows, renewed while it runs.

mod connection;
mod lingering;
mod tls;

pub use connection::{Peer, Transport};
pub use tls::{Tls, TlsError, name_provider};

use axum::Router;
use connection::Connection;
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Connections that are open at a time, unless somebody says otherwise: each costs some kilobytes.
const MOST_CONNECTIONS: usize = 4_096;

/// How long to wait where the machine has no more files to open: others must be closed first.
const NO_MORE_FILES: Duration = Duration::from_millis(200);

/// Where and how connections come in.
pub struct Gate {
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    connections: usize,
    proxies: Arc<[IpAddr]>,
}

impl From<TcpListener> for Gate {
    /// A gate without TLS.
    fn from(listener: TcpListener) -> Self {
        Self { listener, tls: None, connections: MOST_CONNECTIONS, proxies: Arc::default() }
    }
}

impl Gate {
    /// Lets nobody in but over TLS.
    #[must_use]
    pub fn over(mut self, tls: Arc<Tls>) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Believes these addresses when they say for whom they call (`X-Forwarded-For`, `X-Forwarded-Proto`).
    #[must_use]
    pub fn behind(mut self, proxies: &[IpAddr]) -> Self {
        self.proxies = proxies.into();
        self
    }

    /// Keeps at most so many connections open; the next ones wait.
    #[must_use]
    pub const fn at_most(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }
}

/// Answers requests until `stop` is done, and then those that have begun, for at most `patience`.
///
/// What was acknowledged is on the disk before it is acknowledged; so breaking off loses no more than an answer.
pub async fn serve(
    gate: impl Into<Gate>,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    patience: Duration,
) -> io::Result<()> {
    let Gate { listener, tls, connections, proxies } = gate.into();
    let (places, graceful) = (Arc::new(Semaphore::new(connections)), GracefulShutdown::new());
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.map_err(|_| io::Error::from(ErrorKind::NotConnected))?;
            listener.accept().await.map(|accepted| (place, accepted))
        };
        let next = tokio::select! { next = next => next, () = &mut stop => break };
        match next {
            Ok((place, (stream, peer))) => {
                let tls = tls.as_ref().map(|tls| tls.present());
                let connection = Connection { router: router.clone(), tls, peer: peer.ip(), proxies: Arc::clone(&proxies) };
                let watcher = graceful.watcher();
                tokio::spawn(async move {
                    connection.run(stream, watcher).await;
                    drop(place);
                });
            }
            // The caller is gone already; the next one is not.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::error!(kind = %error.kind(), "no connection could be taken");
                tokio::time::sleep(NO_MORE_FILES).await;
            }
        }
    }
    drop(listener);
    // Whoever needs longer is broken off.
    let _ = tokio::time::timeout(patience, graceful.shutdown()).await;
    Ok(())
}
