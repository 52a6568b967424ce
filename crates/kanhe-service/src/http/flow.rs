//! A body that is sent as it is made: nothing of it is kept but the next piece.

use crate::house::{House, Shared};
use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use hyper::body::Frame;
use std::convert::Infallible;
use std::io::{self, ErrorKind, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// So many pieces wait for a slow reader.
const AHEAD: usize = 2;

/// Bytes of a piece of what is written into a [`Pipe`].
const PIECE: usize = 64 << 10;

/// Who takes no piece for so long has gone: a thread, and maybe a copy of the library, waits for him.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pieces as they come.
struct Flow(Receiver<Bytes>);

impl hyper::body::Body for Flow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// A body, and where its pieces are put; it ends when that is dropped.
pub fn flow() -> (Sender<Bytes>, Body) {
    let (sender, receiver) = channel(AHEAD);
    (sender, Body::new(Flow(receiver)))
}

/// A file that is sent piece by piece, made on a thread of its own. It has no end by which a reader could know that it is whole: where
/// that matters, its form has one.
pub fn sent<M>(house: &Shared, kind: &'static str, name: &str, make: M) -> Response
where
    M: FnOnce(&House, Sender<Bytes>) -> Result<(), &'static str> + Send + 'static,
{
    let (out, body) = flow();
    let house = house.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(code) = make(&house, out) {
            tracing::error!(code, "a result broke off");
        }
    });
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    name_file(&mut response, Disposition::Attachment, name);
    response
}

/// What a browser does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Keeps it.
    Attachment,
    /// Shows it; who keeps it keeps it under its name.
    Inline,
}

/// Names the file that an answer is (RFC 6266). Names of files are kept in histories and folders of others, so they name nobody.
pub fn name_file(response: &mut Response, disposition: Disposition, name: &str) {
    let word = match disposition {
        Disposition::Attachment => "attachment",
        Disposition::Inline => "inline",
    };
    if let Ok(named) = HeaderValue::from_str(&format!("{word}; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, named);
    }
}

/// A body as something to write into, from a thread that may wait.
pub struct Pipe {
    out: Sender<Bytes>,
    piece: Vec<u8>,
}

impl Pipe {
    /// Writes into a body that was begun.
    pub fn new(out: Sender<Bytes>) -> Self {
        Self { out, piece: Vec::with_capacity(PIECE) }
    }

    /// Whether somebody still reads.
    pub fn is_heard(&self) -> bool {
        !self.out.is_closed()
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE)).into();
        let taken = Handle::current().block_on(async { tokio::time::timeout(PATIENCE, self.out.send(piece)).await });
        match taken {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ErrorKind::BrokenPipe.into()),
            Err(_) => Err(ErrorKind::TimedOut.into()),
        }
    }
}
