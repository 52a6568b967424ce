//! How spans leave the machine: in batches, from a thread of their own. Nobody waits for a collector.

use super::otlp::{Ended, request};
use kanhe_service::measure;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use ureq::Agent;

/// So many spans wait at most, some megabytes; a collector that is away for longer misses some.
const WAITING: usize = 8192;

/// So many are sent at a time.
const BATCH: usize = 512;

/// After so long they are sent though they are few.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the journal has to say to the exporter.
enum Word {
    Span(Box<Ended>),
    Stop,
}

/// Where ended spans wait.
#[derive(Clone)]
pub struct Queue(SyncSender<Word>);

impl Queue {
    /// Puts a span there; one too many is lost, and counted.
    pub fn put(&self, ended: Ended) {
        if self.0.try_send(Word::Span(Box::new(ended))).is_err() {
            measure::spans_lost(1);
        }
    }
}

/// Sends spans until it is dropped; what waits then is still sent.
pub struct Exporter {
    queue: Queue,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    /// Begins to send to a collector.
    pub fn begin(agent: Agent, endpoint: &str) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let mut post = Post { agent, endpoint: endpoint.to_owned(), well: true };
        let thread = std::thread::spawn(move || send(&receiver, |spans| post.send(spans)));
        Self { queue: Queue(sender), thread: Some(thread) }
    }

    /// Where ended spans are put.
    pub fn queue(&self) -> Queue {
        self.queue.clone()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let asked = self.queue.0.send(Word::Stop).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| asked) {
            let _ = thread.join();
        }
    }
}

fn send(words: &Receiver<Word>, mut post: impl FnMut(&[Ended])) {
    let mut batch = Vec::new();
    let mut due = Instant::now() + PATIENCE;
    loop {
        let word = words.recv_timeout(due.saturating_duration_since(Instant::now()));
        let stop = match word {
            Ok(Word::Span(ended)) => {
                batch.push(*ended);
                false
            }
            Ok(Word::Stop) | Err(RecvTimeoutError::Disconnected) => true,
            Err(RecvTimeoutError::Timeout) => false,
        };
        if stop || batch.len() >= BATCH || Instant::now() >= due {
            if !batch.is_empty() {
                post(&batch);
                batch.clear();
            }
            due = Instant::now() + PATIENCE;
        }
        if stop {
            return;
        }
    }
}

/// A collector, and whether it took the last batch.
struct Post {
    agent: Agent,
    endpoint: String,
    well: bool,
}

impl Post {
    /// Sends a batch once: a span that comes late helps nobody, and a collector of one's own is next door.
    fn send(&mut self, spans: &[Ended]) {
        let body = request(spans).to_string();
        let sent = self.agent.post(&self.endpoint).header("content-type", "application/json").send(body);
        let status = sent.as_ref().map_or(0, |reply| reply.status().as_u16());
        let well = (200..300).contains(&status);
        if !well {
            measure::spans_lost(u64::try_from(spans.len()).unwrap_or(u64::MAX));
        }
        // Once when it begins and once when it ends: an hour without a collector is not a thousand lines.
        match (self.well, well) {
            (true, false) => tracing::warn!(status, "the collector does not take traces"),
            (false, true) => tracing::info!("the collector takes traces again"),
            (true, true) | (false, false) => {}
        }
        self.well = well;
    }
}
