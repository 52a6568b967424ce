//! Many connections that ask: as fast as they are answered, or at moments that were fixed before.
//!
//! Client and service share the cores, so the client does no more than it must: it writes the bytes of a request, and reads an answer by the
//! length that it names (RFC 9112). What it spends on a question it takes from the service.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until};

/// How often a request is sent again whose connection ended before it was answered (RFC 9110 §9.2.2).
const TRIES: u32 = 40;

/// How long to wait before that.
const REST: Duration = Duration::from_millis(50);

/// A timer wakes whoever sleeps up to a millisecond late, which is as long as several answers take: the last of the wait is spent awake.
const AWAKE: Duration = Duration::from_millis(2);

/// What is asked, each time anew.
#[derive(Clone)]
pub struct Ask(Arc<dyn Fn() -> Vec<u8> + Send + Sync>);

impl Ask {
    /// A file.
    pub fn get(path: &str) -> Self {
        let request = got(path, None);
        Self::new(move || request.clone())
    }

    /// The same body each time.
    pub fn post(path: &str, body: &str) -> Self {
        let request = posted(path, None, body);
        Self::new(move || request.clone())
    }

    /// Whatever is made anew each time.
    pub fn new(make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }
}

/// A request without a body, by somebody with a key or by anybody.
pub fn got(path: &str, key: Option<&str>) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{}\r\n", authorised(key)).into_bytes()
}

/// A request with a JSON body, by somebody with a key or by anybody.
pub fn posted(path: &str, key: Option<&str>, body: &str) -> Vec<u8> {
    let (length, key) = (body.len(), authorised(key));
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{key}\r\n{body}")
        .into_bytes()
}

fn authorised(key: Option<&str>) -> String {
    key.map_or_else(String::new, |key| format!("authorization: Bearer {key}\r\n"))
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
            sleep_until(due - AWAKE).await;
            while Instant::now() < due {
                yield_now().await;
            }
        }
        let (asked, request) = (due.unwrap_or_else(Instant::now), (ask.0)());
        let mut tries = 0;
        let answered = loop {
            if answered(&mut line, address, &request).await {
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
async fn answered(line: &mut Option<Line>, address: SocketAddr, request: &[u8]) -> bool {
    if line.is_none() {
        *line = Line::to(address).await.ok();
    }
    let Some(line) = line else { return false };
    line.ask(request).await.unwrap_or(false)
}

/// A connection, and what was read from it.
struct Line {
    stream: TcpStream,
    read: Vec<u8>,
    /// Room for a signed file in one piece.
    room: Box<[u8]>,
}

impl Line {
    async fn to(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new(), room: vec![0; 256 << 10].into() })
    }

    /// Asks, and reads the whole answer: whether it is a good one.
    async fn ask(&mut self, request: &[u8]) -> io::Result<bool> {
        let mut left = request;
        while !left.is_empty() {
            self.stream.writable().await?;
            match self.stream.try_write(left) {
                Ok(written) => left = &left[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.read.clear();
        let end = loop {
            self.read_on().await?;
            if let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let whole = end + length(&self.read[..end]).expect("every answer that is measured names its length");
        while self.read.len() < whole {
            self.read_on().await?;
        }
        Ok(self.read.get(9) == Some(&b'2'))
    }

    async fn read_on(&mut self) -> io::Result<()> {
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(&mut self.room) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    self.read.extend_from_slice(&self.room[..read]);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The length that an answer's head names.
fn length(head: &[u8]) -> Option<usize> {
    let lines = std::str::from_utf8(head).ok()?.lines();
    let mut named = lines.filter_map(|line| line.split_once(':'));
    named.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?.1.trim().parse().ok()
}
