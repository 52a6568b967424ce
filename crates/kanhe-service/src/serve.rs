//! A listener, until it is told to stop.
//!
//! * [`Gate`]: where and how connections come in: from the network, or by the socket beside the library;
//! * [`Peer`]: who is at the other end, for whoever answers;
//! * [`Tls`]: the certificate that the service shows, renewed while it runs.

mod connection;
mod lingering;
mod shares;
mod tls;

pub use connection::{Peer, Transport};
pub use lingering::Awaited;
pub use shares::{Share, Shares, network};
pub use tls::{Shown, Tls, TlsError, name_provider};

use axum::Router;
use connection::{Connection, Stream};
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};

/// The name of the socket in the folder of a library, by which verbs on the same machine find the service that holds it.
pub const SOCKET: &str = "service.sock";

/// Connections that are open at a time, unless somebody says otherwise: each costs some kilobytes.
const MOST_CONNECTIONS: usize = 4_096;

/// How long to wait where the machine has no more files to open: others must be closed first.
const NO_MORE_FILES: Duration = Duration::from_millis(200);

/// Where and how connections come in.
pub struct Gate {
    doorway: Doorway,
    tls: Option<Arc<Tls>>,
    connections: usize,
    proxies: Arc<[IpAddr]>,
}

/// What is listened at.
enum Doorway {
    Network(TcpListener),
    /// And whose socket it is: nobody else comes in by it but root, whatever the file's mode has become.
    Beside(UnixListener, u32),
}

impl Doorway {
    async fn accept(&self) -> io::Result<(Stream, IpAddr)> {
        match self {
            Self::Network(listener) => listener.accept().await.map(|(stream, peer)| (Stream::Network(stream), peer.ip())),
            Self::Beside(listener, owner) => {
                let (stream, _) = listener.accept().await?;
                let caller = stream.peer_cred()?.uid();
                // As who goes away at once: there is nothing to tell it.
                if caller != *owner && caller != 0 { Err(ErrorKind::ConnectionAborted.into()) } else { Ok((Stream::Beside(stream), HERE)) }
            }
        }
    }
}

/// The address of who comes by the socket.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

impl From<TcpListener> for Gate {
    /// A gate without TLS.
    fn from(listener: TcpListener) -> Self {
        Self { doorway: Doorway::Network(listener), tls: None, connections: MOST_CONNECTIONS, proxies: Arc::default() }
    }
}

impl Gate {
    /// A gate for this machine alone: the socket of a user, for that user and root.
    pub fn beside(listener: UnixListener, owner: u32) -> Self {
        Self { doorway: Doorway::Beside(listener, owner), tls: None, connections: MOST_CONNECTIONS, proxies: Arc::default() }
    }

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
    let Gate { doorway, tls, connections, proxies } = gate.into();
    let (places, shares, (stopping, _)) = (Arc::new(Semaphore::new(connections)), Shares::of(connections), watch::channel(()));
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.map_err(|_| io::Error::from(ErrorKind::NotConnected))?;
            doorway.accept().await.map(|accepted| (place, accepted))
        };
        let next = tokio::select! { next = next => next, () = &mut stop => break };
        match next {
            Ok((place, (stream, peer))) => {
                // A proxy calls for many.
                let many = matches!(stream, Stream::Beside(_)) || proxies.contains(&peer);
                let share = if many { None } else { shares.take(peer) };
                if share.is_none() && !many {
                    continue;
                }
                let tls = tls.as_ref().map(|tls| tls.present());
                let connection = Connection { router: router.clone(), tls, peer, proxies: Arc::clone(&proxies) };
                let stops = stopping.subscribe();
                tokio::spawn(async move {
                    connection.run(stream, stops).await;
                    drop((share, place));
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
    drop(doorway);
    // Whoever needs longer is broken off.
    stopping.send_replace(());
    let _ = tokio::time::timeout(patience, stopping.closed()).await;
    Ok(())
}
