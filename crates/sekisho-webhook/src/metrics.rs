//! What is counted, in the text format of Prometheus; no label can take more than a bounded number of values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sekisho_policy::{Consequence, Decision, Outcome};
use smol_str::SmolStr;

use crate::endpoint::Endpoint;

/// What came of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Result {
    /// The request may pass.
    Allowed,
    /// A policy refuses it.
    Denied,
    /// A policy refuses it, and it may pass because glass is broken.
    BrokenGlass,
    /// It is no review.
    Malformed,
    /// It is too large.
    TooLarge,
    /// There were too many others.
    Shed,
    /// There was not enough time.
    Late,
    /// The facts were not at hand, or there are no policies.
    Unready,
    /// The evaluation panicked.
    Panicked,
}

impl Result {
    const ALL: [Self; 9] = [
        Self::Allowed,
        Self::Denied,
        Self::BrokenGlass,
        Self::Malformed,
        Self::TooLarge,
        Self::Shed,
        Self::Late,
        Self::Unready,
        Self::Panicked,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::BrokenGlass => "broken-glass",
            Self::Malformed => "malformed",
            Self::TooLarge => "too-large",
            Self::Shed => "shed",
            Self::Late => "late",
            Self::Unready => "unready",
            Self::Panicked => "panicked",
        }
    }

    /// Whether nobody judged the request.
    pub(crate) fn is_failure(self) -> bool {
        !matches!(self, Self::Allowed | Self::Denied | Self::BrokenGlass)
    }

    fn index(self) -> usize {
        Self::ALL.iter().position(|one| *one == self).unwrap_or_default()
    }
}

/// The upper bounds of the histogram, in microseconds.
const BOUNDS: [u64; 12] =
    [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 2_000_000];

/// The most policies that are counted by name; the others are counted together.
const POLICIES: usize = 1_000;

/// What is counted of one endpoint.
#[derive(Debug, Default)]
struct OfEndpoint {
    results: [AtomicU64; Result::ALL.len()],
    /// One bucket a bound, and one above all.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

/// Which policy, and what followed.
type OfPolicy = (SmolStr, SmolStr, &'static str);

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    endpoints: [OfEndpoint; Endpoint::ALL.len()],
    policies: Mutex<BTreeMap<OfPolicy, u64>>,
    pub(crate) connections: AtomicI64,
    pub(crate) refused_connections: AtomicU64,
    pub(crate) failed_handshakes: AtomicU64,
    pub(crate) in_flight: AtomicI64,
    pub(crate) overdue: AtomicI64,
}

impl Metrics {
    pub(crate) fn reviewed(&self, endpoint: Endpoint, result: Result, took: Duration) {
        let Some(of) = self.endpoints.get(endpoint.index()) else { return };
        if let Some(count) = of.results.get(result.index()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(count) = of.buckets.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        of.microseconds.fetch_add(micros, Ordering::Relaxed);
    }

    /// Counts what followed of the rules that do not hold.
    pub(crate) fn decided(&self, decision: &Decision) {
        for judged in decision.judged.iter().filter(|judged| judged.follows != Consequence::Nothing) {
            let verdict = &judged.verdict;
            let word = match (verdict.outcome, judged.follows) {
                (Outcome::Error, _) => "error",
                (_, Consequence::Refuses) => "deny",
                (_, Consequence::Warns) => "warn",
                _ => "audit",
            };
            let mut policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (verdict.rule.kind.clone(), verdict.rule.policy.clone(), word);
            let key = if policies.len() < POLICIES || policies.contains_key(&key) {
                key
            } else {
                (SmolStr::new_static("other"), SmolStr::new_static("other"), word)
            };
            *policies.entry(key).or_insert(0) += 1;
        }
    }

    /// All of it, as Prometheus reads it; `more` adds what others know.
    pub(crate) fn write(&self, more: impl FnOnce(&mut Text)) -> String {
        let mut text = Text::default();
        text.begin(
            "sekisho_admission_reviews_total",
            "counter",
            "Reviews that were answered, by what came of them",
        );
        for endpoint in Endpoint::ALL {
            let Some(of) = self.endpoints.get(endpoint.index()) else { continue };
            for result in Result::ALL {
                let Some(count) = of.results.get(result.index()) else { continue };
                text.value(
                    &[
                        ("action", endpoint.action_word()),
                        ("class", endpoint.class_word()),
                        ("result", result.as_str()),
                    ],
                    count.load(Ordering::Relaxed),
                );
            }
        }
        self.durations(&mut text);
        text.begin(
            "sekisho_admission_verdicts_total",
            "counter",
            "Rules that did not hold, by policy and what followed",
        );
        let policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for ((kind, policy, word), count) in &policies {
            text.value(&[("kind", kind), ("policy", policy), ("follows", word)], *count);
        }
        for (name, kind, help, value) in [
            ("connections", "gauge", "Connections that stand", self.connections.load(Ordering::Relaxed)),
            (
                "in_flight",
                "gauge",
                "Reviews that are evaluated or wait",
                self.in_flight.load(Ordering::Relaxed),
            ),
            (
                "overdue",
                "gauge",
                "Evaluations that nobody waits for any more",
                self.overdue.load(Ordering::Relaxed),
            ),
        ] {
            text.begin(&format!("sekisho_admission_{name}"), kind, help);
            text.value(&[], value);
        }
        for (name, help, value) in [
            (
                "connections_refused_total",
                "Connections that were closed for their number",
                &self.refused_connections,
            ),
            (
                "handshakes_failed_total",
                "Connections without TLS or without a certificate that is trusted",
                &self.failed_handshakes,
            ),
        ] {
            text.begin(&format!("sekisho_admission_{name}"), "counter", help);
            text.value(&[], value.load(Ordering::Relaxed));
        }
        more(&mut text);
        text.0
    }

    fn durations(&self, text: &mut Text) {
        text.begin("sekisho_admission_duration_seconds", "histogram", "How long answers took");
        for endpoint in Endpoint::ALL {
            let Some(of) = self.endpoints.get(endpoint.index()) else { continue };
            let labels = [("action", endpoint.action_word()), ("class", endpoint.class_word())];
            let mut sum = 0;
            for (place, bucket) in of.buckets.iter().enumerate() {
                sum += bucket.load(Ordering::Relaxed);
                let bound = BOUNDS.get(place).map_or_else(|| "+Inf".to_owned(), |bound| seconds(*bound));
                let labels = [labels[0], labels[1], ("le", bound.as_str())];
                text.value_of("_bucket", &labels, sum);
            }
            text.value_of("_sum", &labels, seconds(of.microseconds.load(Ordering::Relaxed)));
            text.value_of("_count", &labels, sum);
        }
    }
}

fn seconds(microseconds: u64) -> String {
    let (whole, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
    format!("{whole}.{rest:06}")
}

/// The text format, as it grows.
#[derive(Debug, Default)]
pub(crate) struct Text(String, String);

impl Text {
    /// Begins a metric.
    pub(crate) fn begin(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        name.clone_into(&mut self.1);
    }

    /// A value of the metric that was begun last.
    pub(crate) fn value(&mut self, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.value_of("", labels, value);
    }

    pub(crate) fn value_of(&mut self, ending: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let _ = write!(self.0, "{}{ending}", self.1);
        for (place, (name, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{name}=\"{text}\"", if place == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}
