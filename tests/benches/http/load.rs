//! Many connections that ask: as fast as they are answered, or at moments that were fixed before.

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until};

/// How often a request is sent again whose connection ended before it was answered (RFC 9110 §9.2.2).
const TRIES: u32 = 40;

/// How long to wait before that.
const REST: Duration = Duration::from_millis(50);

/// What is asked, each time anew.
#[derive(Clone)]
pub struct Ask(Arc<dyn Fn() -> Request<Full<Bytes>> + Send + Sync>);

impl Ask {
    /// A file.
    pub fn get(path: &str) -> Self {
        let path = path.to_owned();
        Self::new(move || Request::get(&path).header(HOST, "localhost").body(Full::default()).unwrap())
    }

    /// The same body each time.
    pub fn post(path: &str, body: String) -> Self {
        let (path, body) = (path.to_owned(), Bytes::from(body));
        Self::new(move || posted(&path, None, Full::new(body.clone())))
    }

    /// Whatever is made anew each time.
    pub fn new(make: impl Fn() -> Request<Full<Bytes>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }
}

/// A request with a JSON body, by somebody with a key or by anybody.
pub fn posted(path: &str, key: Option<&str>, body: Full<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::post(path).header(HOST, "localhost").header(CONTENT_TYPE, "application/json");
    key.iter().fold(request, |request, key| request.header(AUTHORIZATION, format!("Bearer {key}"))).body(body).unwrap()
}

/// Connections to one address.
pub struct Load {
    address: SocketAddr,
    connections: usize,
}

/// What came of it.
#[derive(Default)]
pub struct Answers {
    seconds: f64,
    took: Vec<Duration>,
    repeated: u64,
    lost: u64,
}

impl Answers {
    pub fn answered(&self) -> u64 {
        self.took.len() as u64
    }

    pub const fn repeated(&self) -> u64 {
        self.repeated
    }

    pub const fn lost(&self) -> u64 {
        self.lost
    }

    pub fn per_second(&self) -> f64 {
        assert_eq!(self.lost, 0, "the service did not answer what it was asked");
        self.took.len() as f64 / self.seconds
    }

    /// So many of a hundred were answered within this.
    pub fn within(&self, hundredths: usize) -> Duration {
        self.took[(self.took.len() * hundredths / 100).min(self.took.len() - 1)]
    }

    fn with(mut self, other: Self) -> Self {
        self.took.extend(other.took);
        Self { repeated: self.repeated + other.repeated, lost: self.lost + other.lost, ..self }
    }
}

impl Load {
    pub const fn new(address: SocketAddr, connections: usize) -> Self {
        Self { address, connections }
    }

    /// Each connection asks as soon as it is answered.
    pub fn closed(&self, length: Duration, ask: Ask) -> Answers {
        self.run(length, |_| None, &ask)
    }

    /// So many questions a second, at moments fixed before: an answer that is late is counted from the moment it should have been asked.
    pub fn open(&self, length: Duration, per_second: f64, ask: Ask) -> Answers {
        let place = Arc::new(AtomicU64::new(0));
        self.run(
            length,
            move |start| Some(start + Duration::from_secs_f64(place.fetch_add(1, Ordering::Relaxed) as f64 / per_second)),
            &ask,
        )
    }

    fn run(&self, length: Duration, due: impl Fn(Instant) -> Option<Instant> + Send + Sync + 'static, ask: &Ask) -> Answers {
        let due = Arc::new(due);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let start = Instant::now();
            let all: Vec<_> = (0..self.connections)
                .map(|_| tokio::spawn(one(self.address, start, start + length, Arc::clone(&due), ask.clone())))
                .collect();
            let mut answers = Answers::default();
            for connection in all {
                answers = answers.with(connection.await.unwrap());
            }
            answers.seconds = start.elapsed().as_secs_f64();
            answers.took.sort();
            answers
        })
    }
}

async fn one(address: SocketAddr, start: Instant, end: Instant, due: Arc<impl Fn(Instant) -> Option<Instant>>, ask: Ask) -> Answers {
    let (mut answers, mut line) = (Answers::default(), None);
    loop {
        let due = due(start);
        if due.unwrap_or_else(Instant::now) >= end {
            return answers;
        }
        if let Some(due) = due {
            sleep_until(due).await;
        }
        let (asked, request) = (due.unwrap_or_else(Instant::now), (ask.0)());
        let mut tries = 0;
        let answered = loop {
            if answered(&mut line, address, request.clone()).await {
                break true;
            }
            (line, tries) = (None, tries + 1);
            if tries == TRIES {
                break false;
            }
            sleep(REST).await;
        };
        answers.repeated += u64::from(tries > 0);
        if answered { answers.took.push(asked.elapsed()) } else { answers.lost += 1 }
    }
}

/// Whether it was answered well, on a connection that is made if there is none.
async fn answered(line: &mut Option<SendRequest<Full<Bytes>>>, address: SocketAddr, request: Request<Full<Bytes>>) -> bool {
    if line.is_none() {
        let Ok(stream) = TcpStream::connect(address).await else { return false };
        stream.set_nodelay(true).unwrap();
        let Ok((sender, connection)) = handshake(TokioIo::new(stream)).await else { return false };
        tokio::spawn(connection);
        *line = Some(sender);
    }
    let Some(sender) = line else { return false };
    if sender.ready().await.is_err() {
        return false;
    }
    let Ok(answer) = sender.send_request(request).await else { return false };
    let well = answer.status().is_success();
    let read = answer.into_body().collect().await.is_ok();
    well && read
}
