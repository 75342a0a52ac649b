//! What waits for a web server: how long, how much, and what gives way.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sekisho_falco::Priority;
use sekisho_notification::{
    Address, Channel, Message, NotificationError, Outbox, OutboxCounts, OutboxSettings, Said,
};
use sekisho_runtime::{Alert, Decision, Subject, Throttle, ThrottleSettings};
use serde_json::Value;

use crate::loopback::Loopback;

/// Longer than any test may take.
pub(crate) const LONG: Duration = Duration::from_mins(10);
/// So short that a receiver that does not answer has stalled.
const SHORT: Duration = Duration::from_millis(20);

pub(crate) fn settings() -> OutboxSettings {
    OutboxSettings { alerts: 4, patience: LONG, end: LONG, ..OutboxSettings::default() }
}

pub(crate) fn open(address: &str, settings: OutboxSettings) -> Outbox {
    open_and_hear(address, settings, Arc::new(|_| {}))
}

fn open_and_hear(address: &str, settings: OutboxSettings, said: Said) -> Outbox {
    let address: Address = address.parse().expect("an address");
    match Channel::open(&address, settings, said).expect("it opens") {
        Some(Channel::Outbox(outbox)) => outbox,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn alert(priority: Priority, output: String) -> Alert {
    Alert {
        rule: "Rule".to_owned(),
        priority,
        source: "syscall".to_owned(),
        tags: Vec::new(),
        time: 1_700_000_000_000_000_000,
        output,
        fields: Vec::new(),
        host: "node".to_owned(),
        subject: Subject::default(),
        workload: String::new(),
        repeated: 0,
    }
}

pub(crate) fn message(priority: Priority, output: &str) -> Arc<Message> {
    Arc::new(Message { alert: alert(priority, output.to_owned()), line: output.to_owned() })
}

fn tell(outbox: &Outbox, priority: Priority, count: usize) {
    for number in 0..count {
        outbox.tell(&message(priority, &format!("{} {number}", priority.name())));
    }
}

/// The outputs of alerts as they came.
fn outputs(bodies: &[String]) -> Vec<String> {
    let output = |body: &String| {
        let value: Value = serde_json::from_str(body).expect("it is JSON");
        // Behind the time and the priority.
        let output = value["output"].as_str().expect("an output");
        output.splitn(3, ' ').last().expect("a part").to_owned()
    };
    bodies.iter().map(output).collect()
}

fn left_out(counts: &[(Priority, u64)]) -> BTreeMap<Priority, u64> {
    counts.iter().copied().collect()
}

#[test]
fn a_receiver_that_stalls_holds_nobody_up_and_the_more_important_is_kept() {
    let mut server = Loopback::start();
    let (heard, said) = channel();
    let heard = Mutex::new(heard);
    let said_to = move |error: &NotificationError| {
        heard.lock().expect("a lock").send(error.to_string()).expect("it is heard");
    };
    let outbox = open_and_hear(&server.address, settings(), Arc::new(said_to));
    tell(&outbox, Priority::Debug, 1);
    // It has the first, and says nothing.
    server.body();
    tell(&outbox, Priority::Notice, 100);
    tell(&outbox, Priority::Warning, 1);
    tell(&outbox, Priority::Critical, 2);
    tell(&outbox, Priority::Debug, 100);
    assert_eq!(outbox.waiting(), 4);
    server.answers = None;
    let counts = outbox.close();
    // The end takes the gravest first.
    let told = outputs(&server.rest());
    assert_eq!(told, ["Critical 0", "Critical 1", "Warning 0", "Notice 0"]);
    let left_out = left_out(&[(Priority::Notice, 99), (Priority::Debug, 100)]);
    assert_eq!(counts, OutboxCounts { delivered: 5, left_out, ..OutboxCounts::default() });
    assert_eq!(counts.lost(), 199);
    let said: Vec<String> = said.try_iter().collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("more slowly than they come"), "{said:?}");
}

#[test]
fn memory_is_a_bound_too() {
    let server = Loopback::start();
    let outbox = open(&server.address, OutboxSettings { alerts: 1_000, bytes: 10_000, ..settings() });
    tell(&outbox, Priority::Debug, 1);
    server.body();
    tell(&outbox, Priority::Debug, 500);
    assert!((2..20).contains(&outbox.waiting()), "{}", outbox.waiting());
    // One that never has room takes none from others.
    let before = outbox.waiting();
    outbox.tell(&message(Priority::Emergency, &"x".repeat(20_000)));
    assert_eq!(outbox.waiting(), before);
    outbox.tell(&message(Priority::Emergency, &"x".repeat(3_000)));
    assert!(outbox.waiting() < before);
}

#[test]
fn a_healthy_receiver_gets_every_alert_in_order_where_reading_waits() {
    let server = Loopback::healthy();
    let outbox = open(&server.address, OutboxSettings { waits: true, ..settings() });
    tell(&outbox, Priority::Notice, 300);
    let counts = outbox.close();
    assert_eq!(counts, OutboxCounts { delivered: 300, ..OutboxCounts::default() });
    let expected: Vec<String> = (0..300).map(|number| format!("Notice {number}")).collect();
    assert_eq!(outputs(&server.rest()), expected);
}

#[test]
fn reading_waits_no_longer_for_a_receiver_that_stalls() {
    let server = Loopback::start();
    let outbox = open(&server.address, OutboxSettings { waits: true, patience: SHORT, ..settings() });
    tell(&outbox, Priority::Debug, 1);
    server.body();
    tell(&outbox, Priority::Debug, 49);
    tell(&outbox, Priority::Alert, 3);
    assert_eq!(outbox.waiting(), 4);
    let counts = outbox.close();
    assert_eq!((counts.delivered, counts.refused, counts.lost()), (0, 0, 53));
    assert_eq!(counts.left_out.keys().collect::<Vec<_>>(), [&Priority::Debug]);
}

#[test]
fn a_server_that_never_answers_is_given_up_at_the_end() {
    // Whoever connects is sent away.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || listener.incoming().for_each(drop));
    let outbox = open(&address, OutboxSettings { waits: true, ..settings() });
    tell(&outbox, Priority::Warning, 100);
    let counts = outbox.close();
    assert_eq!((counts.delivered, counts.refused, counts.lost()), (0, 0, 100));
}

#[test]
fn what_failed_is_sent_again_and_what_is_refused_is_counted() {
    let server = Loopback::start();
    let outbox = open(&server.address, settings());
    tell(&outbox, Priority::Warning, 3);
    for status in [503, 429, 200, 404, 500, 500, 500] {
        server.body();
        server.answer(status);
    }
    let counts = outbox.close();
    assert_eq!(counts, OutboxCounts { delivered: 1, refused: 2, ..OutboxCounts::default() });
    assert!(server.rest().is_empty());
}

#[test]
fn a_flood_ends_with_counts_and_a_bounded_queue() {
    let server = Loopback::start();
    let throttled = open(&server.address, settings());
    let unthrottled = open(&server.address, settings());
    let mut throttle = Throttle::new(ThrottleSettings { rate: 100, burst: 1_000, window: 0 });
    for number in 0..100_000_u64 {
        // A thousand a second.
        let mut alert = alert(Priority::Warning, format!("{number}"));
        alert.time += number * 1_000_000;
        let is_told = throttle.decide(&mut alert) == Decision::Tell;
        let message = Arc::new(Message { alert, line: String::new() });
        unthrottled.tell(&message);
        if is_told {
            throttled.tell(&message);
        }
        if number % 1_000 == 0 {
            assert!(throttled.waiting() <= 4 && unthrottled.waiting() <= 4);
        }
    }
    let counts = throttle.counts();
    let [("Rule", of_rule)] = counts[..] else { panic!("{counts:?}") };
    assert_eq!(of_rule.told + of_rule.too_many, 100_000);
    assert!((10_000..12_000).contains(&of_rule.told), "{of_rule:?}");
    server.answer(400);
    server.answer(400);
    let mut server = server;
    server.answers = None;
    let (throttled, unthrottled) = (throttled.close(), unthrottled.close());
    assert_eq!(throttled.delivered + throttled.lost(), of_rule.told);
    assert_eq!(unthrottled.delivered + unthrottled.lost(), 100_000);
    assert!(unthrottled.left_out[&Priority::Warning] > 99_000, "{unthrottled:?}");
}
