//! One connection: a handshake where TLS is on, then requests, one after the other.

use super::lingering::{Awaited, Lingering};
use crate::accounts::ClientCertificate;
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
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{Notify, watch};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::Service as _;

/// How long a handshake, or the headers of a request, may take: who sends them drop by drop would keep a place from others.
const HEADERS: Duration = Duration::from_secs(15);

/// How long nothing of an answer may be taken before the connection is given up: who asks and does not read would keep a place as well.
const UNREAD: Duration = Duration::from_secs(30);

/// How long a connection that has asked nothing yet may still ask when the service stops: its first request may be on its way.
const FIRST: Duration = Duration::from_secs(1);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address: that of the proxy, where one stands between.
    pub address: IpAddr,
    /// How the connection is carried.
    pub transport: Transport,
    /// The client certificate that it has shown in the handshake.
    pub certificate: Option<ClientCertificate>,
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
    pub async fn run(self, stream: Stream, stops: watch::Receiver<()>) {
        let _open = measure::Connection::begin();
        let stream = match stream {
            Stream::Network(stream) => stream,
            Stream::Beside(stream) => {
                let peer = Peer { address: self.peer, transport: Transport::Plain, certificate: None };
                return answer(stream, Requests::new(self.router, peer, Arc::default()), stops).await;
            }
        };
        // An answer is written in one piece: waiting for more of it only delays the caller.
        let _ = stream.set_nodelay(true);
        let stream = given_up_after(UNREAD, stream);
        let Self { router, tls, peer: address, proxies } = self;
        let Some(tls) = tls else {
            let peer = Peer { address, transport: Transport::Plain, certificate: None };
            return answer(stream, Requests::new(router, peer, proxies), stops).await;
        };
        // A handshake that fails is the caller's business: it may have sent plain HTTP, or not believe the certificate.
        if let Ok(Ok(stream)) = tokio::time::timeout(HEADERS, TlsAcceptor::from(tls).accept(stream)).await {
            let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let certificate = shown.map(|certificate| ClientCertificate::new(certificate));
            let peer = Peer { address, transport: Transport::Tls, certificate };
            answer(stream, Requests::new(router, peer, proxies), stops).await;
        }
    }
}

/// A connection that ends when nothing of what is written to it is taken for so long.
fn given_up_after(unread: Duration, stream: TcpStream) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(unread));
    Box::pin(stream)
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, requests: Requests, mut stops: watch::Receiver<()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let asked = Arc::clone(&requests.asked);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), requests));
    let stopped = async {
        let _ = stops.changed().await;
        // One that was told to end before its first request would be closed without an answer.
        let _ = tokio::time::timeout(FIRST, asked.notified()).await;
    };
    tokio::select! {
        // A connection that ends early is the caller's business too.
        _ = connection.as_mut() => return,
        () = stopped => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Hands requests to the routes, with who sent them.
struct Requests {
    router: Router,
    peer: Peer,
    proxies: Arc<[IpAddr]>,
    /// Told when the first has come.
    asked: Arc<Notify>,
}

impl Requests {
    fn new(router: Router, peer: Peer, proxies: Arc<[IpAddr]>) -> Self {
        Self { router, peer, proxies, asked: Arc::default() }
    }
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.asked.notify_one();
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::io::ErrorKind;
    use tokio::net::TcpListener;

    #[test]
    fn who_reads_nothing_of_an_answer_is_given_up() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let given_up = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let _reads_nothing = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = given_up_after(Duration::from_millis(50), stream);
            loop {
                if let Err(error) = poll_fn(|context| stream.as_mut().poll_write(context, &[0; 1 << 16])).await {
                    return error.kind();
                }
            }
        });
        assert_eq!(given_up, ErrorKind::TimedOut);
    }
}
