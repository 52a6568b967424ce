//! One connection: a handshake where TLS is on, then requests, one after the other.

use super::lingering::{Awaited, Lingering};
use crate::accounts::Thumbprint;
use crate::measure;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::Service as _;

/// How long a handshake, or the headers of a request, may take: who sends them drop by drop would keep a place from others.
const HEADERS: Duration = Duration::from_secs(15);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address: that of the proxy, where one stands between.
    pub address: IpAddr,
    /// How the connection is carried.
    pub transport: Transport,
    /// The client certificate that it has shown in the handshake.
    pub certificate: Option<Thumbprint>,
}

impl Peer {
    /// For whom a proxy says that it calls: the last address that it has added, for those before are the caller's own words.
    fn speaking(self, headers: &HeaderMap) -> Self {
        let last = |name: &str| {
            let said = headers.get_all(name).iter().next_back()?.to_str().ok()?;
            said.rsplit(',').next().map(str::trim)
        };
        let address = last("x-forwarded-for").and_then(|address| address.parse().ok()).unwrap_or(self.address);
        let transport = if last("x-forwarded-proto") == Some("https") { Transport::Tls } else { self.transport };
        // What the proxy shows of itself is not what those show for whom it calls.
        Self { address, transport, certificate: None }
    }
}

/// How a connection is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In the clear: on the machine itself, or behind a proxy that has TLS.
    Plain,
    /// Over TLS that ends here.
    Tls,
}

/// What a connection is made of.
pub(super) enum Stream {
    /// From the network.
    Network(TcpStream),
    /// From this machine, by the socket in the library's folder.
    Beside(UnixStream),
}

/// A connection that was taken.
pub(super) struct Connection {
    pub router: Router,
    pub tls: Option<Arc<ServerConfig>>,
    pub peer: IpAddr,
    pub proxies: Arc<[IpAddr]>,
}

impl Connection {
    /// Answers until the caller goes, or the service stops.
    pub async fn run(self, stream: Stream, watcher: Watcher) {
        let _open = measure::Connection::begin();
        let stream = match stream {
            Stream::Network(stream) => stream,
            Stream::Beside(stream) => {
                let peer = Peer { address: self.peer, transport: Transport::Plain, certificate: None };
                return answer(stream, Requests { router: self.router, peer, proxies: Arc::default() }, watcher).await;
            }
        };
        // An answer is written in one piece: waiting for more of it only delays the caller.
        let _ = stream.set_nodelay(true);
        let Self { router, tls, peer: address, proxies } = self;
        let Some(tls) = tls else {
            let peer = Peer { address, transport: Transport::Plain, certificate: None };
            return answer(stream, Requests { router, peer, proxies }, watcher).await;
        };
        // A handshake that fails is the caller's business: it may have sent plain HTTP, or not believe the certificate.
        if let Ok(Ok(stream)) = tokio::time::timeout(HEADERS, TlsAcceptor::from(tls).accept(stream)).await {
            let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let certificate = shown.map(|certificate| Thumbprint::new(certificate));
            answer(stream, Requests { router, peer: Peer { address, transport: Transport::Tls, certificate }, proxies }, watcher).await;
        }
    }
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, requests: Requests, watcher: Watcher) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS);
    // A connection that ends early is the caller's business too.
    let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), requests)).await;
}

/// Hands requests to the routes, with who sent them.
struct Requests {
    router: Router,
    peer: Peer,
    proxies: Arc<[IpAddr]>,
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (head, body) = request.into_parts();
        let mut request = Request::from_parts(head, Body::empty());
        if !body.is_end_stream() {
            let awaited = Awaited::default();
            *request.body_mut() = Body::new(Lingering::new(body, awaited.clone()));
            request.extensions_mut().insert(awaited);
        }
        let peer = if self.proxies.contains(&self.peer.address) { self.peer.speaking(request.headers()) } else { self.peer };
        request.extensions_mut().insert(peer);
        self.router.clone().call(request)
    }
}
