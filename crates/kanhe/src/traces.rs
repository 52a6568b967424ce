//! Traces: what the service does for one request, sent to a collector of OpenTelemetry.
//!
//! * [`Journal`]: hears spans begin and end (a layer of `tracing`);
//! * [`Exporter`]: sends them in batches, and loses them rather than keep anybody waiting;
//! * `otlp`: how they are written, OTLP in JSON.
//!
//! The crates of OpenTelemetry would do the same with eleven crates more, among them a compiler of protocol buffers, and a minute of every cold
//! build; what is sent is one JSON object of a published form.

mod export;
mod journal;
mod otlp;

pub use export::Exporter;
pub use journal::Journal;
