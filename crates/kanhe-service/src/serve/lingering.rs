//! A body that is read to its end though nobody wants it.
//!
//! A service that answers 413 and closes while the caller still sends makes the caller's system throw the answer away with the connection
//! (RFC 9112 §9.6). So what is left of a body is read and dropped: not for ever, and not without end.

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;

/// So much of an unwanted body is read: more than any caller sends who meant well.
const MOST: u64 = 64 << 20;

/// So long it is read.
const LONGEST: Duration = Duration::from_secs(10);

/// A request's body.
pub(super) struct Lingering(Option<Incoming>);

impl Lingering {
    pub const fn new(body: Incoming) -> Self {
        Self(Some(body))
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.0.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some((body, runtime)) = self.0.take().filter(|body| !body.is_end_stream()).zip(Handle::try_current().ok()) else { return };
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
