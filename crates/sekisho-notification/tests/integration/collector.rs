//! A collector of OpenTelemetry logs: what is sent together, and when.

use std::time::Duration;

use sekisho_falco::Priority;
use sekisho_notification::{OutboxCounts, OutboxSettings};
use serde_json::Value;

use crate::loopback::Loopback;
use crate::outbox::{LONG, message, open, settings};

/// The bodies of the records of each host.
fn records(body: &str) -> Vec<Vec<String>> {
    let value: Value = serde_json::from_str(body).expect("it is JSON");
    let resources = value["resourceLogs"].as_array().expect("a list");
    let records = |resource: &Value| {
        let records = resource["scopeLogs"][0]["logRecords"].as_array().expect("a list");
        records
            .iter()
            .map(|record| record["body"]["stringValue"].as_str().expect("a body").to_owned())
            .collect()
    };
    resources.iter().map(records).collect()
}

#[test]
fn what_waits_is_sent_when_no_more_comes() {
    let server = Loopback::healthy();
    let address = format!("otlp+{}", server.address);
    let outbox = open(&address, OutboxSettings { gather: Duration::from_millis(10), ..settings() });
    outbox.tell(&message(Priority::Notice, "one"));
    // Nothing ends, and it comes.
    assert_eq!(records(&server.body()), [["one"]]);
    outbox.tell(&message(Priority::Notice, "two"));
    assert_eq!(records(&server.body()), [["two"]]);
    assert_eq!(outbox.close(), OutboxCounts { delivered: 2, ..OutboxCounts::default() });
}

#[test]
fn many_are_sent_together_and_none_is_lost() {
    let mut server = Loopback::start();
    let address = format!("otlp+{}", server.address);
    let outbox = open(&address, OutboxSettings { alerts: 1_000, gather: LONG, ..settings() });
    for number in 0..250 {
        outbox.tell(&message(Priority::Notice, &number.to_string()));
    }
    let mut bodies = vec![server.body()];
    server.answers = None;
    assert_eq!(outbox.close().delivered, 250);
    bodies.extend(server.rest());
    let sent: Vec<Vec<String>> = bodies.iter().flat_map(|body| records(body)).collect();
    assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
    let expected: Vec<String> = (0..250).map(|number| number.to_string()).collect();
    assert_eq!(sent.concat(), expected);
}

#[test]
fn a_full_queue_is_not_waited_over() {
    let server = Loopback::healthy();
    let address = format!("otlp+{}", server.address);
    let outbox = open(&address, OutboxSettings { waits: true, gather: LONG, ..settings() });
    for number in 0..40 {
        outbox.tell(&message(Priority::Notice, &number.to_string()));
    }
    assert_eq!(outbox.close().delivered, 40);
}

#[test]
fn the_alerts_of_several_hosts_stand_apart() {
    let server = Loopback::healthy();
    let outbox = open(&format!("otlp+{}", server.address), OutboxSettings { gather: LONG, ..settings() });
    for (host, output) in [("a", "1"), ("a", "2"), ("b", "3")] {
        let mut alert = crate::outbox::alert(Priority::Notice, output.to_owned());
        alert.host = host.to_owned();
        let message = sekisho_notification::Message { alert, line: String::new() };
        outbox.tell(&std::sync::Arc::new(message));
    }
    assert_eq!(outbox.close().delivered, 3);
    let body = server.body();
    assert_eq!(records(&body), [vec!["1", "2"], vec!["3"]]);
    assert!(body.contains(r#"{"key":"host.name","value":{"stringValue":"b"}}"#), "{body}");
}
