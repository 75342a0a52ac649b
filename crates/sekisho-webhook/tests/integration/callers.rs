//! Who may call, and with which protocols. Catalogue 45: a caller that is not the API server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::peer::{Vouching, WITHOUT, Wanted, Webhook, review};

fn guarded(names: &[&str]) -> (Webhook, Vouching) {
    let vouching = Vouching::new();
    let names = names.iter().map(ToString::to_string).collect();
    let callers = Some((vouching.certificate.clone(), names));
    (Webhook::start(Wanted { callers, ..Wanted::default() }), vouching)
}

/// Whether a caller with this certificate is answered.
fn is_answered(webhook: &Webhook, identity: Option<&(String, String)>) -> bool {
    let Ok(mut caller) = webhook.connect_as(identity) else { return false };
    // In TLS 1.3 the caller learns of the refusal when it reads.
    let body = review(WITHOUT);
    let head = format!(
        "POST /validate/fail HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    caller.send(head.as_bytes()).is_ok() && caller.answer().is_ok_and(|(status, _)| status == 200)
}

#[test]
fn only_callers_with_a_certificate_of_the_authority_are_answered() {
    let (webhook, vouching) = guarded(&[]);
    assert!(is_answered(&webhook, Some(&vouching.identity("kube-apiserver", 2100))));
    assert!(!is_answered(&webhook, None));
    assert!(!is_answered(&webhook, Some(&Vouching::new().identity("kube-apiserver", 2100))));
    assert!(!is_answered(&webhook, Some(&vouching.identity("kube-apiserver", 2001))));
    let (_, metrics) = webhook.status("/metrics");
    assert!(metrics.contains("sekisho_admission_handshakes_failed_total 3"), "{metrics}");
}

#[test]
fn only_callers_of_the_name_are_answered() {
    let (webhook, vouching) = guarded(&["kube-apiserver", "other"]);
    assert!(is_answered(&webhook, Some(&vouching.identity("kube-apiserver", 2100))));
    assert!(!is_answered(&webhook, Some(&vouching.identity("kubelet", 2100))));
    assert!(!is_answered(&webhook, Some(&vouching.identity("", 2100))));
}

#[test]
fn who_speaks_no_tls_is_not_answered() {
    let webhook = Webhook::start(Wanted::default());
    let mut stream = TcpStream::connect(webhook.address).expect("it listens");
    stream.write_all(b"POST /validate/fail HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    assert!(is_answered(&webhook, None));
}

#[test]
fn the_status_port_shows_no_reviews() {
    let webhook = Webhook::start(Wanted::default());
    assert_eq!(webhook.status("/validate/fail").0, 404);
    assert_eq!(webhook.status("/livez").0, 200);
    let (status, ready) = webhook.status("/readyz");
    assert_eq!(status, 200, "{ready}");
    assert!(ready.contains("\"count\": 3"), "{ready}");
}
