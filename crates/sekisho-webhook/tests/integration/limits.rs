//! What callers can take: sizes, times, numbers. A class that closes refuses; one that leaves open says that it fails.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use sekisho_manifest::Node;
use sekisho_policy::{Facts, Need, NoFacts};
use sekisho_webhook::Limits;
use sekisho_webhook::facts::{FactHealth, FactSource, FactsError};

use crate::peer::{WITHOUT, Wanted, Webhook, review};

/// Facts that come when the test says so.
struct Gate {
    asked: Mutex<Sender<()>>,
    open: Mutex<Receiver<()>>,
}

impl Gate {
    /// The facts, what tells that they were asked for, and what lets one question through.
    fn new() -> (Arc<Self>, Receiver<()>, Sender<()>) {
        let ((asked, told), (let_through, open)) = (channel(), channel());
        (Arc::new(Self { asked: Mutex::new(asked), open: Mutex::new(open) }), told, let_through)
    }
}

impl FactSource for Gate {
    fn facts(&self) -> Arc<dyn Facts> {
        Arc::new(NoFacts)
    }

    fn prepare(&self, _needs: &[Need]) -> Result<(), FactsError> {
        Ok(())
    }

    fn namespace(&self, name: &str) -> Result<Option<Node>, FactsError> {
        let _ = self.asked.lock().unwrap_or_else(PoisonError::into_inner).send(());
        let opened = self.open.lock().unwrap_or_else(PoisonError::into_inner).recv();
        assert!(opened.is_ok() || name != "default", "nobody opens any more");
        Ok(Some(crate::peer::parsed("{\"metadata\":{}}")))
    }

    fn pods(&self, _namespace: &str) -> Option<Vec<Node>> {
        None
    }

    fn health(&self) -> Vec<FactHealth> {
        Vec::new()
    }
}

fn limits() -> Limits {
    Limits { notice: Duration::ZERO, evaluations: 1, waiting: 1, ..Limits::default() }
}

/// Catalogue 45: an object of 3 MB passes, a review beyond the limit does not.
#[test]
fn a_review_that_is_too_large_is_refused_by_its_uid() {
    let limits = Limits { body: 4 << 20, ..limits() };
    let webhook = Webhook::start(Wanted { limits, ..Wanted::default() });
    let large = WITHOUT.replace("}}", &format!("}},\"data\":{{\"x\":\"{}\"}}}}", "x".repeat(3 << 20)));
    assert!(webhook.review("/validate/fail", &review(&large)).is_false("allowed"));
    let larger = large.replace("\"x\":\"", &format!("\"y\":\"{}\",\"x\":\"", "y".repeat(2 << 20)));
    let refused = webhook.review("/validate/fail", &review(&larger));
    assert!(refused.is_false("allowed"));
    assert_eq!(
        (refused.str("uid"), refused.get("status").expect("a status").str("reason")),
        ("0f3a-17", "RequestEntityTooLarge")
    );
    assert_eq!(webhook.post("/validate/ignore", &review(&larger)).0, 413);
}

#[test]
fn overload_refuses_in_a_class_that_closes_and_fails_in_one_that_leaves_open() {
    let (gate, asked, open) = Gate::new();
    let webhook = Webhook::start(Wanted { limits: limits(), facts: Some(gate), ..Wanted::default() });
    let body = review(WITHOUT);
    thread::scope(|scope| {
        let held = scope.spawn(|| webhook.review("/validate/fail", &body));
        asked.recv().expect("a review is evaluated");
        let shed = webhook.review("/validate/fail", &body);
        assert!(shed.is_false("allowed"));
        assert_eq!(shed.get("status").expect("a status").str("reason"), "ServiceUnavailable");
        assert_eq!(webhook.post("/validate/ignore", &body).0, 503);
        open.send(()).expect("it waits");
        assert!(held.join().expect("an answer").is_false("allowed"));
    });
    let (_, metrics) = webhook.status("/metrics");
    assert!(
        metrics.contains(r#"reviews_total{action="validate",class="fail",result="shed"} 1"#),
        "{metrics}"
    );
}

#[test]
fn an_answer_comes_before_the_api_server_gives_up() {
    let (gate, asked, open) = Gate::new();
    let limits = Limits { waiting: 8, ..limits() };
    let webhook = Webhook::start(Wanted { limits, facts: Some(gate), ..Wanted::default() });
    let body = review(WITHOUT);
    let late = webhook.review("/validate/fail?timeout=200ms", &body);
    assert!(late.is_false("allowed"));
    assert_eq!(late.get("status").expect("a status").str("reason"), "Timeout");
    asked.recv().expect("it was evaluated");
    // The one evaluation hangs still: that is told, and others are refused meanwhile.
    assert_eq!(webhook.status("/livez").0, 503);
    assert_eq!(webhook.post("/validate/ignore?timeout=100ms", &body).0, 503);
    open.send(()).expect("it waits");
    while webhook.status("/livez").0 != 200 {
        thread::yield_now();
    }
    open.send(()).expect("it waits");
    assert!(webhook.review("/validate/fail", &body).is_false("allowed"));
}

#[test]
fn a_panic_is_a_refusal() {
    let (gate, _, open) = Gate::new();
    drop(open);
    let webhook = Webhook::start(Wanted { limits: limits(), facts: Some(gate), ..Wanted::default() });
    let body = review(WITHOUT);
    let refused = webhook.review("/validate/fail", &body);
    assert!(refused.is_false("allowed"));
    assert_eq!(refused.get("status").expect("a status").str("reason"), "InternalError");
    assert_eq!(webhook.post("/mutate/ignore", &body).0, 500);
    assert!(webhook.lines.lock().unwrap().iter().any(|line| line.contains("\"event\":\"panic\"")));
}

/// A webhook without policies knows nothing, and lets nothing pass.
#[test]
fn without_policies_nothing_passes() {
    let webhook = Webhook::start(Wanted { policies: None, ..Wanted::default() });
    assert!(webhook.review("/validate/fail", &review(WITHOUT)).is_false("allowed"));
    assert!(webhook.review("/mutate/fail", &review(WITHOUT)).is_false("allowed"));
    assert_eq!(webhook.post("/validate/ignore", &review(WITHOUT)).0, 500);
    assert_eq!(webhook.status("/readyz").0, 503);
}

#[test]
fn a_slow_caller_is_let_go_and_holds_nobody_up() {
    let limits =
        Limits { silence: Duration::from_millis(300), patience: Duration::from_millis(300), ..limits() };
    let webhook = Webhook::start(Wanted { limits, ..Wanted::default() });
    // One that never ends its head, and one that never ends its body.
    let mut head = webhook.connect();
    head.send(b"POST /validate/fail HTTP/1.1\r\nhost: a\r\nx-").expect("sent");
    let mut body = webhook.connect();
    body.send(b"POST /validate/fail HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{").expect("sent");
    assert!(webhook.review("/validate/fail", &review(WITHOUT)).is_false("allowed"));
    assert_eq!(body.answer().expect("an answer").0, 408);
    assert!(head.answer().map_or(true, |(status, _)| status == 408));
}

#[test]
fn connections_beyond_the_limit_are_closed_and_the_others_served() {
    let limits = Limits { connections: 4, handshake: Duration::from_secs(1), ..limits() };
    let webhook = Webhook::start(Wanted { limits, ..Wanted::default() });
    let mut first = webhook.connect();
    // Others that say nothing take what is left.
    let silent: Vec<_> =
        (0..20).map(|_| std::net::TcpStream::connect(webhook.address).expect("it listens")).collect();
    assert_eq!(first.post("/validate/fail", &review(WITHOUT)).0, 200);
    // They are let go when they do not shake hands.
    let mut tries = 0;
    while webhook.connect_as(None).is_err() {
        tries += 1;
        assert!(tries < 100, "nobody comes in any more");
        thread::sleep(Duration::from_millis(50));
    }
    drop(silent);
    let (_, metrics) = webhook.status("/metrics");
    let refused =
        metrics.lines().find(|line| line.starts_with("sekisho_admission_connections_refused_total"));
    assert!(refused.is_some_and(|line| !line.ends_with(" 0")), "{metrics}");
}
