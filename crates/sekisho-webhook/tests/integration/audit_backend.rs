//! The audit backend as the API server and others see it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use sekisho_webhook::audit::{AuditBackend, AuditLimits, Batches};
use sekisho_webhook::tls::{ClientSource, Clients, Folder, Own, Rotation, Serving};

use crate::peer::{Caller, Vouching};

const LONG: Duration = Duration::from_secs(20);

fn plain(limits: AuditLimits) -> (SocketAddr, Batches) {
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let backend = AuditBackend::bind(any, None, limits).expect("it listens");
    (backend.address().expect("an address"), backend.start().expect("a thread"))
}

fn request(method: &str, path: &str, kind: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn ask(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(LONG)).expect("a limit");
    let _ = stream.write_all(text.as_bytes());
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

fn post(address: SocketAddr, body: &str) -> String {
    ask(address, &request("POST", "/audit", "application/json", body))
}

#[test]
fn lists_come_in_order() {
    let (address, mut batches) = plain(AuditLimits::default());
    for body in ["one", "two"] {
        assert!(post(address, body).starts_with("HTTP/1.1 200"));
    }
    assert_eq!(batches.next(LONG).0.expect("a list").bytes(), b"one");
    batches.stop();
    // What was taken can be had after the end.
    assert_eq!(batches.next(LONG).0.expect("a list").bytes(), b"two");
    assert!(matches!(batches.next(LONG), (None, true)));
    assert_eq!(batches.counts().taken, 2);
}

#[test]
fn what_is_no_list_is_refused() {
    let (address, batches) = plain(AuditLimits { body: 100, ..AuditLimits::default() });
    assert!(ask(address, &request("GET", "/audit", "application/json", "")).starts_with("HTTP/1.1 405"));
    assert!(ask(address, &request("POST", "/other", "application/json", "")).starts_with("HTTP/1.1 404"));
    assert!(ask(address, &request("POST", "/audit", "text/plain", "")).starts_with("HTTP/1.1 415"));
    assert!(post(address, &"x".repeat(101)).starts_with("HTTP/1.1 413"));
    assert!(
        ask(address, &request("POST", "/k8s-audit", "application/json; charset=utf-8", "x"))
            .starts_with("HTTP/1.1 200")
    );
    let counts = batches.counts();
    assert_eq!((counts.other, counts.too_large, counts.taken), (3, 1, 1));
}

#[test]
fn a_full_queue_asks_to_come_again() {
    let (address, batches) = plain(AuditLimits { waiting: 1, retry_after: 7, ..AuditLimits::default() });
    assert!(post(address, "one").starts_with("HTTP/1.1 200"));
    let refused = post(address, "two");
    assert!(refused.starts_with("HTTP/1.1 429") && refused.contains("retry-after: 7"), "{refused}");
    drop(batches.next(LONG));
    assert!(post(address, "two").starts_with("HTTP/1.1 200"));
    assert_eq!(batches.counts().refused, 1);
}

#[test]
fn lists_take_so_much_memory_together() {
    let (address, batches) = plain(AuditLimits { bytes: 10, ..AuditLimits::default() });
    assert!(post(address, "12345678").starts_with("HTTP/1.1 200"));
    assert!(post(address, "12345678").starts_with("HTTP/1.1 429"));
    let (held, _) = batches.next(LONG);
    assert!(post(address, "12345678").starts_with("HTTP/1.1 429"), "it is still held");
    drop(held);
    assert!(post(address, "12345678").starts_with("HTTP/1.1 200"));
}

#[test]
fn who_stalls_is_cut_off() {
    let patience = Duration::from_millis(100);
    let limits = AuditLimits { patience, silence: patience, connections: 2, ..AuditLimits::default() };
    let (address, batches) = plain(limits);
    let half = "POST /audit HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\nhalf";
    assert!(ask(address, half).starts_with("HTTP/1.1 408"));
    // Not even the head of a request.
    let _ = ask(address, "POST /audit HTT");
    assert!(post(address, "one").starts_with("HTTP/1.1 200"));
    assert_eq!(batches.counts().broken, 1);
}

#[test]
fn only_senders_with_a_certificate_are_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    let vouching = Vouching::new();
    let authority = folder.path().join("callers.crt");
    std::fs::write(&authority, &vouching.certificate).expect("written");
    let own = Own::new(
        Box::new(Folder::new(folder.path().to_owned())),
        vec!["localhost".to_owned()],
        Rotation::default(),
    );
    let names = vec!["kube-apiserver".to_owned()];
    let clients = Clients::Trusted { source: ClientSource::File(authority), names };
    let serving = Arc::new(Serving::new(Box::new(own), clients).expect("a certificate"));
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let backend = AuditBackend::bind(any, Some(serving), AuditLimits::default()).expect("it listens");
    let address = backend.address().expect("an address");
    let batches = backend.start().expect("a thread");
    let trusted = std::fs::read_to_string(folder.path().join("ca.crt")).expect("the authority is told");
    let is_heard = |identity: Option<&(String, String)>| {
        let Ok(mut caller) = Caller::connect(address, &trusted, identity) else { return false };
        let sent = caller.send(request("POST", "/", "application/json", "{}").as_bytes());
        sent.is_ok() && caller.answer().is_ok_and(|(status, _)| status == 200)
    };
    assert!(is_heard(Some(&vouching.identity("kube-apiserver", 2100))));
    assert!(!is_heard(Some(&vouching.identity("kubelet", 2100))));
    assert!(!is_heard(Some(&Vouching::new().identity("kube-apiserver", 2100))));
    assert!(!is_heard(None));
    assert_eq!(batches.counts().taken, 1);
}
