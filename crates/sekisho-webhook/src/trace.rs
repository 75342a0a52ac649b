//! Traces of reviews: which part took how long, and what came of it, without anything that stands in the object.
//!
//! A review belongs to the trace that the API server names in `traceparent`, and is told where that trace is sampled.
//! Where the API server names none, a share of reviews is told, and each that was refused or could not be judged.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER_PERMISSIVE;
use hyper::HeaderMap;
use jiff::Timestamp;
use rustls::crypto::SecureRandom;
use rustls::crypto::ring;
use sekisho_notification::{Attribute, Span, SpanEvent, SpanKind, Traces};
use sekisho_policy::{Bundle, Consequence, Decision, Request};

use crate::endpoint::Endpoint;
use crate::metrics::Result as Came;

/// Tells traces of reviews.
pub struct Tracer {
    traces: Traces,
    /// Of 2³² reviews that belong to no trace, so many are told.
    share: u64,
    random: &'static dyn SecureRandom,
}

/// A trace as somebody else began it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Begun {
    trace: [u8; 16],
    span: [u8; 8],
    sampled: bool,
    state: String,
}

/// The parts of one review, as they come; nothing where nobody traces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timeline(Option<Arc<Recording>>);

#[derive(Debug)]
struct Recording {
    tracer: Arc<Tracer>,
    begun: Option<Begun>,
    began: i128,
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    parts: Vec<(&'static str, i128, i128)>,
    attributes: Vec<(&'static str, Attribute)>,
    rules: Vec<SpanEvent>,
}

/// A part that goes on while this lives.
#[must_use]
pub(crate) struct Part<'a> {
    recording: Option<&'a Recording>,
    name: &'static str,
    began: i128,
}

/// The most parts and rules of one review.
const MOST: usize = 20;

/// The longest text of others that is handed on.
const LONGEST_STATE: usize = 512;

impl Tracer {
    /// Tells these traces, and of reviews that belong to none this share, from 0 to 1.
    pub fn new(traces: Traces, share: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the share is held between 0 and 1"
        )]
        let share = (share.clamp(0.0, 1.0) * 4_294_967_296.0) as u64;
        Self { traces, share, random: ring::default_provider().secure_random }
    }

    /// The spans that were taken, and those that were left out.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.traces.sent(), self.traces.left_out())
    }

    fn draw<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        // Zeros are no identifier: the collector leaves such a span out.
        let _ = self.random.fill(&mut bytes);
        bytes
    }

    fn is_drawn(&self) -> bool {
        u64::from(u32::from_be_bytes(self.draw())) < self.share
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("share", &self.share).finish_non_exhaustive()
    }
}

impl Begun {
    /// The trace that the headers of a request name, by the recommendation of the W3C; none where they name none.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get("traceparent")?.to_str().ok()?;
        let mut parts = text.trim().split('-');
        let version = decoded::<1>(parts.next()?)?;
        let trace = decoded::<16>(parts.next()?)?;
        let span = decoded::<8>(parts.next()?)?;
        let [flags] = decoded::<1>(parts.next()?)?;
        let is_whole = version != [0] || parts.next().is_none();
        if version == [0xff] || !is_whole || trace == [0; 16] || span == [0; 8] {
            return None;
        }
        let state = headers.get("tracestate").and_then(|state| state.to_str().ok()).unwrap_or_default();
        let state = if state.len() <= LONGEST_STATE { state } else { "" };
        Some(Self { trace, span, sampled: flags & 1 == 1, state: state.to_owned() })
    }
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_lower = text.bytes().all(|byte| !byte.is_ascii_uppercase());
    is_lower.then(|| HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()).flatten()
}

impl Timeline {
    /// Begins with a request; nothing is noted where it is known already that nothing will be told.
    pub(crate) fn begin(tracer: Option<&Arc<Tracer>>, headers: &HeaderMap) -> Self {
        let Some(tracer) = tracer else { return Self(None) };
        let begun = Begun::of(headers);
        if begun.as_ref().is_some_and(|begun| !begun.sampled) {
            return Self(None);
        }
        let recording =
            Recording { tracer: Arc::clone(tracer), begun, began: now(), noted: Mutex::default() };
        Self(Some(Arc::new(recording)))
    }

    /// Begins a part.
    pub(crate) fn part(&self, name: &'static str) -> Part<'_> {
        let recording = self.0.as_deref();
        Part { recording, name, began: recording.map_or(0, |_| now()) }
    }

    /// Notes what is asked for, and what the policies say.
    pub(crate) fn decided(&self, request: &Request, decision: &Decision) {
        let Some(recording) = &self.0 else { return };
        let mut noted = recording.noted();
        let resource = &request.resource;
        let mut put = |key, value: &str| {
            if !value.is_empty() {
                noted.attributes.push((key, Attribute::Text(value.to_owned().into())));
            }
        };
        put("sekisho.review.uid", &request.uid);
        put("sekisho.review.operation", request.operation.as_str());
        put("sekisho.review.group", &resource.group);
        put("sekisho.review.version", &resource.version);
        put("sekisho.review.resource", &resource.resource);
        put("sekisho.review.subresource", &request.subresource);
        put("k8s.namespace.name", &request.namespace);
        put("sekisho.review.name", &request.name);
        noted.attributes.push(("sekisho.review.dry_run", Attribute::Truth(request.dry_run)));
        noted.attributes.push(("sekisho.review.patched", Attribute::Truth(!decision.patch.is_empty())));
        let time = now();
        let judged = decision.judged.iter().filter(|judged| judged.follows != Consequence::Nothing);
        noted.rules = judged.take(MOST).map(|judged| rule(judged, time)).collect();
    }

    /// Notes what is judged by.
    pub(crate) fn judged_by(&self, bundle: &Bundle) {
        let Some(recording) = &self.0 else { return };
        let policies = i64::try_from(bundle.count()).unwrap_or(i64::MAX);
        recording.noted().attributes.push(("sekisho.policies", Attribute::Number(policies)));
    }

    /// Ends with an answer, and tells what was noted where that is to be told.
    pub(crate) fn end(self, endpoint: Endpoint, status: u16, came: Came) {
        let Some(recording) = self.0 else { return };
        let tracer = &recording.tracer;
        if recording.begun.is_none() && came == Came::Allowed && !tracer.is_drawn() {
            return;
        }
        let noted = std::mem::take(&mut *recording.noted());
        let began = recording.began;
        let (trace, parent, state) = match &recording.begun {
            Some(theirs) => (theirs.trace, Some(theirs.span), theirs.state.clone()),
            None => (tracer.draw(), None, String::new()),
        };
        let id = tracer.draw();
        let mut attributes = vec![
            ("http.request.method", Attribute::Text("POST".into())),
            ("http.route", Attribute::Text(endpoint.path().into())),
            ("http.response.status_code", Attribute::Number(status.into())),
            ("sekisho.review.result", Attribute::Text(came.as_str().into())),
        ];
        attributes.extend(noted.attributes);
        let whole = Span {
            trace,
            id,
            parent,
            state: state.clone(),
            kind: SpanKind::Server,
            name: format!("POST {}", endpoint.path()).into(),
            began,
            ended: now(),
            attributes,
            events: noted.rules,
            failed: came.is_failure().then(|| came.as_str()),
        };
        let part = |(name, began, ended): (&'static str, i128, i128)| Span {
            trace,
            id: tracer.draw(),
            parent: Some(id),
            state: state.clone(),
            kind: SpanKind::Internal,
            name: name.into(),
            began,
            ended,
            attributes: Vec::new(),
            events: Vec::new(),
            failed: None,
        };
        let spans = std::iter::once(whole).chain(noted.parts.into_iter().map(part)).collect();
        tracer.traces.tell(spans);
    }
}

impl Recording {
    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        let Some(recording) = self.recording else { return };
        let mut noted = recording.noted();
        if noted.parts.len() < MOST {
            noted.parts.push((self.name, self.began, now()));
        }
    }
}

/// Which rule, what followed, and where it stands.
fn rule(judged: &sekisho_policy::Judged, time: i128) -> SpanEvent {
    let name = &judged.verdict.rule;
    let text = |text: &str| Attribute::Text(text.to_owned().into());
    let mut attributes = vec![
        ("sekisho.rule.kind", text(&name.kind)),
        ("sekisho.rule.policy", text(&name.policy)),
        ("sekisho.rule.name", text(&name.rule)),
        ("sekisho.rule.follows", Attribute::Text(judged.follows.as_str().into())),
    ];
    if let Some(origin) = &judged.origin {
        attributes.push(("sekisho.rule.file", text(&origin.location.file)));
        attributes.push(("sekisho.rule.line", Attribute::Number(origin.location.start.line.into())));
    }
    SpanEvent { time, name: "rule", attributes }
}

fn now() -> i128 {
    Timestamp::now().as_nanosecond()
}
