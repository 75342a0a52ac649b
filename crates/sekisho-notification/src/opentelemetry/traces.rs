//! A collector of OpenTelemetry traces. Whoever tells a span never waits: where spans come faster than the collector
//! takes them, some are left out and counted.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::{number, place, text, truth};
use crate::agent::{PATIENCE, Sender, is_address};
use crate::error::NotificationError;

/// Where a collector takes traces.
const PATH: &str = "/v1/traces";
/// Groups of spans that wait.
const WAITING: usize = 1_024;
/// Spans that are sent together.
const BATCH: usize = 512;
/// How long the first of them waits for others.
const PAUSE: Duration = Duration::from_secs(2);

/// The value of an attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Attribute {
    /// A text.
    Text(Cow<'static, str>),
    /// A whole number.
    Number(i64),
    /// True or false.
    Truth(bool),
}

/// What a span stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SpanKind {
    /// A part of what is done here.
    Internal,
    /// The answer to somebody's request.
    Server,
}

/// Something that happened while a span went on.
#[derive(Clone, Debug)]
pub struct SpanEvent {
    /// When, in nanoseconds since 1970.
    pub time: i128,
    /// What.
    pub name: &'static str,
    /// What is known of it.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// A part of a trace.
#[derive(Clone, Debug)]
pub struct Span {
    /// Which trace.
    pub trace: [u8; 16],
    /// Which span of it.
    pub id: [u8; 8],
    /// The span that it is a part of; none for the first.
    pub parent: Option<[u8; 8]>,
    /// What others wrote down of the trace, as `tracestate` has it; may be empty.
    pub state: String,
    /// What it stands for.
    pub kind: SpanKind,
    /// What it is called; few names, whatever the requests.
    pub name: Cow<'static, str>,
    /// When it began, in nanoseconds since 1970.
    pub began: i128,
    /// When it ended.
    pub ended: i128,
    /// What is known of it.
    pub attributes: Vec<(&'static str, Attribute)>,
    /// What happened meanwhile.
    pub events: Vec<SpanEvent>,
    /// Why it failed; none where it did not.
    pub failed: Option<&'static str>,
}

/// What is counted.
#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    left_out: AtomicU64,
}

/// Hands spans to a collector, in a thread of its own. What still waits is sent when it is dropped.
#[derive(Debug)]
pub struct Traces {
    spans: Option<SyncSender<Vec<Span>>>,
    thread: Option<JoinHandle<()>>,
    counts: Arc<Counts>,
}

/// Whether a text is the address of a collector of traces.
pub fn is_collector(text: &str) -> bool {
    is_address(text)
}

impl Traces {
    /// Begins to hand on; `service` is who tells the spans, `instance` which of several, and `said` hears of a
    /// collector that takes none, once until it takes some.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(
        address: &str,
        service: &str,
        instance: &str,
        said: impl FnMut(&NotificationError) + Send + 'static,
    ) -> std::io::Result<Self> {
        let counts = Arc::<Counts>::default();
        let resource = json!([
            text("service.name", service),
            text("service.version", env!("CARGO_PKG_VERSION")),
            text("service.instance.id", instance),
        ]);
        let sending = Sending {
            sender: Sender::new(&place(address, PATH), PATIENCE),
            scope: json!({"name": service, "version": env!("CARGO_PKG_VERSION")}),
            resource: json!({"attributes": resource}),
            counts: Arc::clone(&counts),
            said: Box::new(said),
            failing: false,
        };
        let (spans, taken) = sync_channel(WAITING);
        let thread = Builder::new().name("traces".to_owned()).spawn(move || sending.run(&taken))?;
        Ok(Self { spans: Some(spans), thread: Some(thread), counts })
    }

    /// Tells the spans of a trace.
    pub fn tell(&self, spans: Vec<Span>) {
        let count = spans.len();
        if self.spans.as_ref().is_none_or(|waiting| waiting.try_send(spans).is_err()) {
            self.counts.left_out.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// How many spans the collector took.
    pub fn sent(&self) -> u64 {
        self.counts.sent.load(Ordering::Relaxed)
    }

    /// How many spans it did not take, or that had no room.
    pub fn left_out(&self) -> u64 {
        self.counts.left_out.load(Ordering::Relaxed)
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        drop(self.spans.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was shown where it happened.
            let _ = thread.join();
        }
    }
}

/// What sends.
struct Sending {
    sender: Sender,
    resource: Value,
    scope: Value,
    counts: Arc<Counts>,
    said: Box<dyn FnMut(&NotificationError) + Send>,
    /// Whether the last attempt failed.
    failing: bool,
}

impl Sending {
    fn run(mut self, taken: &Receiver<Vec<Span>>) {
        while let Ok(mut batch) = taken.recv() {
            let due = Instant::now() + PAUSE;
            while batch.len() < BATCH
                && let Ok(spans) = taken.recv_timeout(due.saturating_duration_since(Instant::now()))
            {
                batch.extend(spans);
            }
            self.send(&batch);
        }
    }

    fn send(&mut self, batch: &[Span]) {
        let spans: Vec<Value> = batch.iter().map(written).collect();
        let body = json!({"resourceSpans": [{
            "resource": self.resource,
            "scopeSpans": [{"scope": self.scope, "spans": spans}],
        }]});
        let result = self.sender.post(&body.to_string());
        let count = if result.is_ok() { &self.counts.sent } else { &self.counts.left_out };
        count.fetch_add(batch.len() as u64, Ordering::Relaxed);
        match result {
            Ok(()) => self.failing = false,
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    (self.said)(&error);
                }
            }
        }
    }
}

fn written(span: &Span) -> Value {
    let kind = match span.kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
    };
    let events: Vec<Value> = span
        .events
        .iter()
        .map(|event| {
            json!({
                "timeUnixNano": event.time.to_string(),
                "name": event.name,
                "attributes": attributes(&event.attributes),
            })
        })
        .collect();
    let mut value = json!({
        "traceId": HEXLOWER.encode(&span.trace),
        "spanId": HEXLOWER.encode(&span.id),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": span.began.to_string(),
        "endTimeUnixNano": span.ended.to_string(),
        "attributes": attributes(&span.attributes),
        "events": events,
    });
    if let Some(parent) = span.parent {
        value["parentSpanId"] = HEXLOWER.encode(&parent).into();
    }
    if !span.state.is_empty() {
        value["traceState"] = span.state.as_str().into();
    }
    if let Some(why) = span.failed {
        value["status"] = json!({"code": 2, "message": why});
    }
    value
}

fn attributes(attributes: &[(&'static str, Attribute)]) -> Vec<Value> {
    let written = |(key, value): &(&'static str, Attribute)| match value {
        Attribute::Text(value) => text(key, value),
        Attribute::Number(value) => number(key, &value.to_string()),
        Attribute::Truth(value) => truth(key, *value),
    };
    attributes.iter().map(written).collect()
}
