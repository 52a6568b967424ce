//! A body that is sent as it is made: nothing of it is kept but the next piece.

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// So many pieces wait for a slow reader.
const AHEAD: usize = 2;

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
