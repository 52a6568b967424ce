//! Spans as a collector reads them: the JSON of OTLP 1.x (`ExportTraceServiceRequest`), in which ids are hexadecimal and times are decimal texts.

use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A span that has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The trace, 32 hexadecimal digits.
    pub trace: String,
    /// The span, 16.
    pub span: String,
    /// What it is a part of, 16; none at the root of a trace.
    pub parent: Option<String>,
    /// What was done.
    pub name: String,
    /// Whether it is a request, or a part of one.
    pub part: Part,
    /// When it began.
    pub began: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// What is told of it.
    pub told: Vec<(&'static str, Told)>,
    /// Whether it failed by our own fault.
    pub failed: bool,
}

/// Which end of a call a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A request that was answered.
    Server,
    /// Something done for it.
    Inside,
}

impl Part {
    /// `SpanKind`.
    const fn kind(self) -> u8 {
        match self {
            Self::Inside => 1,
            Self::Server => 2,
        }
    }
}

/// What an attribute says.
#[derive(Clone, Debug)]
pub enum Told {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

impl Told {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!({ "stringValue": text }),
            // 64 bits do not fit a number of JSON, so OTLP writes them as text.
            Self::Number(number) => json!({ "intValue": number.to_string() }),
        }
    }
}

/// One request to a collector.
pub fn request(spans: &[Ended]) -> Value {
    let resource = [("service.name", "kanhe"), ("service.version", env!("CARGO_PKG_VERSION"))];
    let resource: Vec<Value> = resource.iter().map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } })).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "kanhe" }, "spans": spans.iter().map(span).collect::<Vec<_>>() }],
    }] })
}

fn span(ended: &Ended) -> Value {
    let began = ended.began.duration_since(UNIX_EPOCH).unwrap_or_default();
    let attributes: Vec<Value> = ended.told.iter().map(|(key, told)| json!({ "key": key, "value": told.json() })).collect();
    let mut span = json!({
        "traceId": ended.trace, "spanId": ended.span, "name": ended.name, "kind": ended.part.kind(),
        "startTimeUnixNano": began.as_nanos().to_string(), "endTimeUnixNano": (began + ended.took).as_nanos().to_string(),
        "attributes": attributes, "status": if ended.failed { json!({ "code": 2 }) } else { json!({}) },
    });
    if let (Some(parent), Some(members)) = (&ended.parent, span.as_object_mut()) {
        members.insert("parentSpanId".to_owned(), json!(parent));
    }
    span
}
