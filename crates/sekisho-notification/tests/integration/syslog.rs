//! A log server over TCP.

use std::io::Read as _;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use sekisho_falco::Priority;
use sekisho_notification::{OutboxCounts, OutboxSettings};

use crate::outbox::{message, open, settings};

#[test]
fn a_healthy_log_gets_every_alert() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("syslog+tcp://{}", listener.local_addr().expect("an address"));
    let reading = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it is text");
        text
    });
    let outbox = open(&address, OutboxSettings { waits: true, ..settings() });
    for number in 0..100 {
        outbox.tell(&message(Priority::Notice, &format!("<{number}>")));
    }
    assert_eq!(outbox.close(), OutboxCounts { delivered: 100, ..OutboxCounts::default() });
    let text = reading.join().expect("it ends");
    let expected: Vec<String> = (0..100).map(|number| format!(" sekisho - Rule - <{number}>")).collect();
    assert_eq!(text.matches(" sekisho - Rule - <").count(), 100, "{text}");
    assert!(expected.iter().all(|line| text.contains(line)), "{text}");
}

#[test]
fn a_log_that_is_not_read_holds_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("syslog+tcp://{}", listener.local_addr().expect("an address"));
    let patience = Duration::from_millis(20);
    let outbox = open(&address, OutboxSettings { patience, end: patience, ..settings() });
    let line = "x".repeat(100_000);
    for _ in 0..1_000 {
        outbox.tell(&message(Priority::Notice, &line));
    }
    let counts = outbox.close();
    assert_eq!(counts.delivered + counts.lost(), 1_000, "{counts:?}");
}
