//! The log of the service: one JSON object a line, as `docs/LOGGING.md` has it.
//!
//! * [`Lines`]: hears events, and makes lines of them (a layer of `tracing`);
//! * [`Spool`]: where lines wait for one another, so that a busy service does not ask the system to write for each request.
//!
//! `tracing-subscriber` has a formatter too. It took 9 µs for the line of a request, a third of all that is done around one.

mod spool;

pub use spool::{Kept, Spool};

use jiff::Timestamp;
use serde::Serialize;
use spool::Haste;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

thread_local! {
    /// The last line of this thread, whose room is used again.
    static LINE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Makes a line of each event.
pub struct Lines(Arc<Spool>);

impl Lines {
    /// Lines that go to a spool.
    pub const fn onto(spool: Arc<Spool>) -> Self {
        Self(spool)
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = LINE.take();
        line.clear();
        let mut members = Members(&mut line);
        members.put("timestamp", format_args!("{:.6}", Timestamp::now()));
        members.put("level", event.metadata().level().as_str());
        event.record(&mut members);
        members.put("target", event.metadata().target());
        line.extend_from_slice(b"}\n");
        // Whoever looks for what went wrong looks for the last lines before it.
        let haste = if *event.metadata().level() <= Level::WARN { Haste::AtOnce } else { Haste::Soon };
        self.0.put(&line, haste);
        LINE.set(line);
    }
}

/// The members of an object that is still open.
struct Members<'l>(&'l mut Vec<u8>);

impl Members<'_> {
    fn put(&mut self, name: &str, value: impl Serialize) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        // Into memory nothing fails.
        let _ = serde_json::to_writer(&mut *self.0, name);
        self.0.push(b':');
        let _ = serde_json::to_writer(&mut *self.0, &value);
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use spool::tests::Paper;
    use tracing_subscriber::layer::SubscriberExt;

    /// What is written of what happens.
    fn lines(happen: impl FnOnce()) -> Vec<Value> {
        let paper = Paper::default();
        let kept = Spool::begin(Box::new(paper.clone())).unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(Lines::onto(kept.spool())), happen);
        drop(kept);
        paper.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_is_an_object_with_the_fields_of_its_event() {
        let lines = lines(|| {
            tracing::info!(request.id = "a-1", status = 200_u16, took = 0.25, late = -3, well = true, key = %"k", "request");
            tracing::warn!(code = "a \"quoted\"\nline\u{1b}[0m", odd = f64::NAN, "trouble");
        });
        let mut first = lines[0].clone();
        let (at, target) = (first["timestamp"].take(), first["target"].take());
        assert!(at.as_str().unwrap().parse::<Timestamp>().is_ok() && at.as_str().unwrap().len() == 27, "{at}");
        assert_eq!(target, module_path!());
        assert_eq!(
            first,
            json!({ "timestamp": null, "level": "INFO", "message": "request", "request.id": "a-1", "status": 200, "took": 0.25, "late": -3, "well": true, "key": "k", "target": null })
        );
        assert_eq!(
            (&lines[1]["level"], &lines[1]["code"], &lines[1]["odd"]),
            (&json!("WARN"), &json!("a \"quoted\"\nline\u{1b}[0m"), &Value::Null)
        );
    }

    #[test]
    fn an_event_within_the_writing_of_an_event_has_a_line_of_its_own() {
        struct Talker;
        impl fmt::Debug for Talker {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                tracing::info!("inside");
                f.write_str("said")
            }
        }
        let lines = lines(|| tracing::info!(talker = ?Talker, "outside"));
        assert_eq!(lines.iter().filter(|line| line["message"] == "outside" && line["talker"] == "said").count(), 1, "{lines:?}");
    }
}
