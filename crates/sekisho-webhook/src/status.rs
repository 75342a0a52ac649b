//! What probes and Prometheus ask, on a port of its own and without TLS: `/livez`, `/readyz`, `/metrics`.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::call::Call;
use crate::evaluation::Admission;
use crate::glass::described;
use crate::metrics::Text;
use crate::tls::Serving;

/// What the answers are made of.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) admission: Arc<Admission>,
    pub(crate) serving: Arc<Serving>,
    pub(crate) draining: Arc<AtomicBool>,
    /// Who may say that there are newer policies.
    pub(crate) call: Option<Call>,
}

/// How long a connection of a probe may stand.
const PROBE: Duration = Duration::from_secs(30);

/// Serves a connection.
pub(crate) async fn serve(stream: TcpStream, told: Arc<Told>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&told)));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(5))
        .max_buf_size(16 << 10)
        .serve_connection(TokioIo::new(stream), service);
    let _ = timeout(PROBE, connection).await;
}

async fn answer(request: Request<Incoming>, told: Arc<Told>) -> Result<Response<Full<Bytes>>, Infallible> {
    // Whoever holds the lock of a mirror must not hold up the others.
    let path = request.uri().path().to_owned();
    if let (Some(call), "/bundle") = (&told.call, path.as_str()) {
        let mut response = Response::new(Full::default());
        *response.status_mut() = call.answer(request).await;
        return Ok(response);
    }
    let answered = tokio::task::spawn_blocking(move || told.answer(&path)).await;
    let (status, kind, body) =
        answered.unwrap_or((StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()));
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

impl Told {
    fn answer(&self, path: &str) -> (StatusCode, &'static str, String) {
        const JSON: &str = "application/json";
        let word = |is_so: bool| if is_so { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        match path {
            "/livez" | "/healthz" => {
                let lives = !self.admission.is_stuck();
                (word(lives), JSON, json!({"live": lives}).to_string())
            }
            "/readyz" => {
                let (ready, detail) = self.readiness();
                (word(ready), JSON, format!("{detail:#}\n"))
            }
            "/metrics" => (StatusCode::OK, "text/plain; version=0.0.4", self.metrics()),
            _ => (StatusCode::NOT_FOUND, "text/plain", "there is nothing at this path\n".to_owned()),
        }
    }

    /// Whether requests can be answered, and what that rests on.
    fn readiness(&self) -> (bool, Value) {
        let draining = self.draining.load(Ordering::Acquire);
        let standing = self.admission.policies().standing();
        let facts = self.admission.policies().facts().health();
        let has_facts = facts.iter().all(|fact| fact.synced || fact.error.is_some());
        let certificate = self.serving.not_after();
        let now = jiff::Timestamp::now().as_second();
        let has_certificate = certificate > now;
        let ready = !draining && standing.revision.is_some() && has_facts && has_certificate;
        let facts: Vec<Value> = facts
            .into_iter()
            .map(|fact| json!({"objects": fact.name, "synced": fact.synced, "count": fact.count, "error": fact.error}))
            .collect();
        let revision = |revision: &crate::Revision| json!({"source": revision.source, "digest": revision.digest, "commit": revision.commit});
        let refused = standing
            .refused
            .as_ref()
            .map(|(newer, why)| json!({"revision": newer.as_ref().map(&revision), "reason": why}));
        let broken: Vec<Value> = self
            .admission
            .broken_glass()
            .iter()
            .map(|glass| described(glass).into_iter().collect::<serde_json::Map<_, _>>().into())
            .collect();
        let lapses = self.admission.lapses().map(|list| match list {
            Ok(list) => json!({
                "action": list.action.as_str(),
                "images": list.images.len(),
                "left": list.left,
                "checked": list.checked.to_string(),
            }),
            Err(why) => json!({"error": why}),
        });
        let detail = json!({
            "ready": ready,
            "draining": draining,
            "policies": {
                "revision": standing.revision.as_ref().map(&revision),
                "since": standing.since.map(|since| since.to_string()),
                "count": standing.policies,
                "refused": refused,
            },
            "facts": facts,
            "brokenGlass": broken,
            "lapses": lapses,
            "certificate": {
                "notAfter": jiff::Timestamp::from_second(certificate).map(|time| time.to_string()).unwrap_or_default(),
                "error": self.serving.error(),
            },
        });
        (ready, detail)
    }

    fn metrics(&self) -> String {
        let standing = self.admission.policies().standing();
        let facts = self.admission.policies().facts().health();
        self.admission.metrics().write(|text: &mut Text| {
            text.begin("sekisho_admission_policies", "gauge", "Policies that count");
            text.value(&[], standing.policies);
            text.begin("sekisho_admission_bundle_info", "gauge", "The set of policies that counts");
            if let Some(revision) = &standing.revision {
                text.value(
                    &[
                        ("source", &revision.source),
                        ("digest", &revision.digest),
                        ("commit", &revision.commit),
                    ],
                    1,
                );
            }
            text.begin(
                "sekisho_admission_bundle_since_seconds",
                "gauge",
                "Since when it counts, in seconds since 1970",
            );
            text.value(&[], standing.since.map_or(0, jiff::Timestamp::as_second));
            text.begin(
                "sekisho_admission_bundle_refused",
                "gauge",
                "Whether there is a newer set that cannot be used",
            );
            text.value(&[], u8::from(standing.refused.is_some()));
            text.begin(
                "sekisho_admission_bundle_refusals_total",
                "counter",
                "Sets of policies that could not be used",
            );
            text.value(&[], standing.refusals);
            if let Some(list) = self.admission.lapses() {
                text.begin(
                    "sekisho_admission_lapses_known",
                    "gauge",
                    "Whether the list of lapsed approvals is known",
                );
                text.value(&[], u8::from(list.is_ok()));
                text.begin("sekisho_admission_lapsed_images", "gauge", "Images whose approval has lapsed");
                text.value(&[], list.as_ref().map_or(0, |list| list.images.len()));
                text.begin(
                    "sekisho_admission_lapses_checked_seconds",
                    "gauge",
                    "When the controller last looked at approvals, in seconds since 1970",
                );
                text.value(&[], list.map_or(0, |list| list.checked.as_second()));
            }
            text.begin("sekisho_admission_facts", "gauge", "Objects that policies can look at, by kind");
            for fact in &facts {
                text.value(&[("objects", &fact.name)], fact.count);
            }
            text.begin("sekisho_admission_facts_synced", "gauge", "Whether all objects of a kind were read");
            for fact in &facts {
                text.value(&[("objects", &fact.name)], u8::from(fact.synced));
            }
            text.begin(
                "sekisho_admission_broken_glass",
                "gauge",
                "Breaks of glass that are open: what policies refuse passes",
            );
            text.value(&[], self.admission.broken_glass().len());
            text.begin(
                "sekisho_admission_certificate_not_after_seconds",
                "gauge",
                "When the serving certificate ends, in seconds since 1970",
            );
            text.value(&[], self.serving.not_after());
            text.begin(
                "sekisho_admission_log_lines_left_out_total",
                "counter",
                "Lines of the log that had no room",
            );
            text.value(&[], self.admission.log().left_out());
            if let Some(tracer) = self.admission.tracer() {
                let (sent, left_out) = tracer.counts();
                text.begin(
                    "sekisho_admission_spans_total",
                    "counter",
                    "Spans of traces that the collector took",
                );
                text.value(&[], sent);
                text.begin(
                    "sekisho_admission_spans_left_out_total",
                    "counter",
                    "Spans that it did not take, or that had no room",
                );
                text.value(&[], left_out);
            }
            if let Some(images) = self.admission.images() {
                images.write(text);
            }
        })
    }
}
