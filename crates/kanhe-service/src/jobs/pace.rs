//! How fast a table must come: one that drips keeps a place, and memory, from those that would be done in a second.

use super::error::JobError;
use axum::body::{Body, Bytes};
use hyper::body::Body as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// So many bytes in so much time that is spent waiting for them; what we need to put them down does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes.
    pub least: u64,
    /// In this time.
    pub within: Duration,
}

/// A body that keeps a pace, or ends.
pub(super) struct Paced {
    body: Body,
    pace: Pace,
    /// What is left of the time, and what came in it so far.
    left: Duration,
    come: u64,
}

/// Why there is no next piece of a body, though it has not ended.
pub(super) enum Cut {
    /// It came too slowly.
    Slow(JobError),
    /// It broke off.
    Broken,
}

impl Paced {
    pub(super) const fn new(body: Body, pace: Pace) -> Self {
        Self { body, pace, left: pace.within, come: 0 }
    }

    /// The next piece; none, when all have come.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Cut> {
        loop {
            let begun = Instant::now();
            let frame = timeout(self.left, poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx))).await;
            match frame {
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(Cut::Broken),
                Ok(Some(Ok(frame))) => {
                    self.left = self.left.saturating_sub(begun.elapsed());
                    // What is no data, such as trailers, says nothing.
                    let Ok(bytes) = frame.into_data() else { continue };
                    self.come = self.come.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                    return Ok(Some(bytes));
                }
                Err(_) if self.come < self.pace.least => {
                    let Pace { least, within } = self.pace;
                    return Err(Cut::Slow(JobError::UploadSlow { least, seconds: within.as_secs() }));
                }
                Err(_) => (self.left, self.come) = (self.pace.within, 0),
            }
        }
    }
}
