//! Traces of reviews: which are told, what of them, and what becomes of a collector that is away.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use sekisho_manifest::Node;
use sekisho_notification::Traces;
use sekisho_webhook::Tracer;

use crate::peer::{WITH, WITHOUT, Wanted, Webhook, parsed, review};

/// A collector on loopback: its address, and what is sent to it.
fn collector() -> (String, Receiver<(String, Node)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (tell, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.expect("a connection"));
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).expect("a request");
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a header");
                let line = line.trim().to_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(said) = line.strip_prefix("content-length: ") {
                    length = said.parse().expect("a length");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            reader.get_mut().write_all(answer.as_bytes()).expect("sent");
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let body = parsed(&String::from_utf8(body).expect("a text"));
            if tell.send((path, body)).is_err() {
                return;
            }
        }
    });
    (address, told)
}

fn traced(address: &str, share: f64) -> Webhook {
    let traces = Traces::start(address, "sekisho-admission", "pod-1", |_| {}).expect("a thread");
    Webhook::start(Wanted { tracer: Some(Tracer::new(traces, share)), ..Wanted::default() })
}

/// All spans that a webhook tells until it ends.
fn spans(webhook: Webhook, told: &Receiver<(String, Node)>) -> Vec<Node> {
    webhook.running.stop();
    let mut spans = Vec::new();
    while let Ok((path, body)) = told.try_recv() {
        assert_eq!(path, "/v1/traces");
        let resource = &body.get("resourceSpans").expect("resources").items()[0];
        let service = resource.get("resource").expect("a resource").clone();
        assert_eq!(attribute(&service, "service.name"), Some("sekisho-admission".to_owned()));
        assert_eq!(attribute(&service, "service.instance.id"), Some("pod-1".to_owned()));
        spans.extend(
            resource.get("scopeSpans").expect("scopes").items()[0]
                .get("spans")
                .expect("spans")
                .items()
                .to_vec(),
        );
    }
    spans
}

fn attribute(node: &Node, name: &str) -> Option<String> {
    let attributes = node.get("attributes")?.items();
    let value = attributes.iter().find(|one| one.str("key") == name)?.get("value")?;
    let value = &value.entries().first()?.node;
    Some(value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned))
}

const PARENT: &str =
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: a=1\r\n";

#[test]
fn a_review_is_part_of_the_trace_that_the_api_server_samples() {
    let (address, told) = collector();
    let webhook = traced(&address, 0.0);
    webhook.connect().post_with("/validate/fail", PARENT, &review(WITH));
    let unsampled = PARENT.replace("-01\r\n", "-00\r\n");
    webhook.connect().post_with("/validate/fail", &unsampled, &review(WITHOUT));
    let spans = spans(webhook, &told);
    let (whole, parts) = spans.split_first().expect("spans");
    assert!(spans.iter().all(|span| span.str("traceId") == "0af7651916cd43dd8448eb211c80319c"));
    assert_eq!((whole.str("parentSpanId"), whole.str("traceState")), ("b7ad6b7169203331", "a=1"));
    assert_eq!(
        (whole.str("name"), whole.get("kind").and_then(Node::as_i64)),
        ("POST /validate/fail", Some(2))
    );
    for (name, value) in [
        ("http.route", "/validate/fail"),
        ("http.response.status_code", "200"),
        ("sekisho.review.result", "allowed"),
        ("sekisho.review.operation", "CREATE"),
        ("sekisho.review.resource", "configmaps"),
        ("k8s.namespace.name", "default"),
        ("sekisho.review.dry_run", "true"),
        ("sekisho.policies", "3"),
    ] {
        assert_eq!(attribute(whole, name).as_deref(), Some(value), "{name}");
    }
    let names: BTreeSet<&str> = parts.iter().map(|part| part.str("name")).collect();
    assert_eq!(names, BTreeSet::from(["evaluate", "facts", "read", "receive", "wait"]));
    let time = |span: &Node, name: &str| span.str(name).parse::<i128>().expect("a time");
    for part in parts {
        assert_eq!(part.str("parentSpanId"), whole.str("spanId"));
        assert!(time(part, "startTimeUnixNano") >= time(whole, "startTimeUnixNano"));
        assert!(time(part, "endTimeUnixNano") <= time(whole, "endTimeUnixNano"));
        assert!(time(part, "startTimeUnixNano") <= time(part, "endTimeUnixNano"));
    }
    let ids: BTreeSet<&str> = spans.iter().map(|span| span.str("spanId")).collect();
    assert_eq!(ids.len(), spans.len());
}

#[test]
fn without_a_trace_a_share_is_told_and_what_is_refused() {
    let (address, told) = collector();
    let webhook = traced(&address, 0.0);
    webhook.post("/validate/fail", &review(WITH));
    // A header that is none begins no trace.
    let wrong = PARENT.replace("00-0af", "ff-0af");
    webhook.connect().post_with("/validate/fail", &wrong, &review(WITH));
    webhook.post("/validate/fail", &review(WITHOUT));
    webhook.post("/validate/fail", "{}");
    let refused: Vec<Node> =
        spans(webhook, &told).into_iter().filter(|span| span.get("parentSpanId").is_none()).collect();
    let results: Vec<_> =
        refused.iter().filter_map(|span| attribute(span, "sekisho.review.result")).collect();
    assert_eq!(results, ["denied", "malformed"]);
    let event = &refused[0].get("events").expect("events").items()[0];
    assert_eq!(attribute(event, "sekisho.rule.policy").as_deref(), Some("team"));
    assert_eq!(attribute(event, "sekisho.rule.follows").as_deref(), Some("deny"));
    assert_eq!(attribute(event, "sekisho.rule.file").as_deref(), Some("policies.yaml"));
    // To be refused is no failure; not to be judged is one.
    assert!(refused[0].get("status").is_none());
    assert_eq!(refused[1].get("status").expect("a status").str("message"), "malformed");

    let (address, told) = collector();
    let webhook = traced(&address, 1.0);
    webhook.post("/mutate/fail", &review(WITH));
    let spans = spans(webhook, &told);
    assert_eq!(attribute(&spans[0], "sekisho.review.patched").as_deref(), Some("true"));
    assert!(spans.iter().all(|span| !span.to_json().to_string().contains("forbidden")));
}

#[test]
fn a_collector_that_is_away_is_in_nobodys_way_and_is_counted() {
    let away = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/v1/traces", away.local_addr().expect("an address"));
    drop(away);
    let (tell, told) = channel();
    let said = move |error: &sekisho_notification::NotificationError| {
        let _ = tell.send(error.to_string());
    };
    let sending = Traces::start(&address, "sekisho-admission", "pod-1", said).expect("a thread");
    let tracer = Some(Tracer::new(sending, 1.0));
    let webhook = Webhook::start(Wanted { tracer, ..Wanted::default() });
    assert!(webhook.review("/validate/fail", &review(WITH)).is_true("allowed"));
    assert!(told.recv().expect("a reason").contains(&address));
    let (_, metrics) = webhook.status("/metrics");
    assert!(metrics.contains("\nsekisho_admission_spans_total 0\n"), "{metrics}");
    assert!(metrics.contains("\nsekisho_admission_spans_left_out_total 6\n"), "{metrics}");
    assert!(webhook.review("/validate/fail", &review(WITH)).is_true("allowed"));
}
