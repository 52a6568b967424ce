//! A body that is read to its end though nobody wants it.
//!
//! A service that answers 413 and closes while the caller still sends makes the caller's system throw the answer away with the connection
//! (RFC 9112 §9.6). So what is left of a body is read and dropped: not for ever, and not without end.

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;

/// So much of an unwanted body is read: more than any caller sends who meant well.
const MOST: u64 = 64 << 20;

/// So long it is read.
const LONGEST: Duration = Duration::from_secs(10);

/// Whether a request waits for more of its body, in its extensions: what is late then is its caller.
#[derive(Clone, Default)]
pub struct Awaited(Arc<AtomicBool>);

impl Awaited {
    /// Whether it waits at this moment.
    pub fn now(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request's body.
pub(super) struct Lingering {
    body: Option<Incoming>,
    awaited: Awaited,
}

impl Lingering {
    pub const fn new(body: Incoming, awaited: Awaited) -> Self {
        Self { body: Some(body), awaited }
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx));
        self.awaited.0.store(polled.is_pending(), Ordering::Relaxed);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some((body, runtime)) = self.body.take().filter(|body| !body.is_end_stream()).zip(Handle::try_current().ok()) else { return };
        runtime.spawn(tokio::time::timeout(LONGEST, drain(body)));
    }
}

async fn drain(mut body: Incoming) {
    let mut left = MOST;
    while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        left = left.saturating_sub(u64::try_from(length).unwrap_or(u64::MAX));
        if left == 0 {
            return;
        }
    }
}
