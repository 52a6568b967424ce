//! What hears spans begin and end.

use super::export::Queue;
use super::otlp::{Ended, Part, Told};
use kanhe_core::hex::Hex;
use std::fmt;
use std::time::{Instant, SystemTime};
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

/// Hears spans, and hands those that belong to a trace to the exporter.
pub struct Journal {
    queue: Queue,
    dice: fn(&mut [u8]),
}

impl Journal {
    /// A journal that an exporter empties, and the dice for the ids of spans.
    pub const fn new(queue: Queue, dice: fn(&mut [u8])) -> Self {
        Self { queue, dice }
    }
}

/// A span that has begun.
struct Begun {
    at: SystemTime,
    from: Instant,
    id: String,
    said: Said,
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Journal {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut said = Said::default();
        attributes.record(&mut said);
        let mut drawn = [0; 8];
        (self.dice)(&mut drawn);
        let id = Hex(&drawn).to_string();
        span.extensions_mut().insert(Begun { at: SystemTime::now(), from: Instant::now(), id, said });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(begun) = span.extensions_mut().get_mut::<Begun>() {
            values.record(&mut begun.said);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(ended) = context.span(&id).and_then(|span| ended(&span)) {
            self.queue.put(ended);
        }
    }
}

/// A span of a trace; what was done for no request belongs to none.
fn ended<'l, S: Subscriber + for<'a> LookupSpan<'a>>(span: &SpanRef<'l, S>) -> Option<Ended> {
    let root = span.scope().from_root().next()?;
    let trace = root.extensions().get::<Begun>()?.said.trace.clone()?;
    let above = span.parent().and_then(|parent| parent.extensions().get::<Begun>().map(Begun::id));
    let extensions = span.extensions();
    let begun = extensions.get::<Begun>()?;
    let (part, name) = match above {
        Some(_) => (Part::Inside, span.name().to_owned()),
        None => (Part::Server, begun.said.request()),
    };
    Some(Ended {
        trace,
        span: begun.id(),
        parent: above.or_else(|| begun.said.parent.clone()),
        name,
        part,
        began: begun.at,
        took: begun.from.elapsed(),
        told: begun.said.told.clone(),
        failed: begun.said.failed(),
    })
}

impl Begun {
    /// The id that the service has told the caller, or the one that was drawn here.
    fn id(&self) -> String {
        self.said.span.clone().unwrap_or_else(|| self.id.clone())
    }
}

/// What a span says of itself.
#[derive(Default)]
struct Said {
    trace: Option<String>,
    span: Option<String>,
    parent: Option<String>,
    told: Vec<(&'static str, Told)>,
}

impl Said {
    fn text(&self, name: &str) -> Option<&str> {
        self.told.iter().find_map(|(key, told)| match told {
            Told::Text(text) if *key == name => Some(text.as_str()),
            Told::Text(_) | Told::Number(_) => None,
        })
    }

    /// The name of a request: its method and its route (OpenTelemetry, *HTTP server span*).
    fn request(&self) -> String {
        let part = |name| self.text(name).unwrap_or_default();
        format!("{} {}", part("http.request.method"), part("http.route")).trim_end().to_owned()
    }

    fn failed(&self) -> bool {
        self.told.iter().any(|(key, told)| *key == "http.response.status_code" && matches!(told, Told::Number(500..)))
    }

    fn put(&mut self, field: &Field, told: Told) {
        match (field.name(), told) {
            ("trace.id", Told::Text(id)) => self.trace = Some(id),
            ("span.id", Told::Text(id)) => self.span = Some(id),
            ("parent.id", Told::Text(id)) => self.parent = Some(id),
            (name, told) => self.told.push((name, told)),
        }
    }
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Told::Text(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Told::Number(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Told::Number(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    /// What would be written as it is formatted might say more than was meant: it is left out.
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
