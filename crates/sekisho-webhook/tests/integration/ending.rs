//! How the webhook ends, and how policies change while it runs.

use std::time::Duration;

use sekisho_webhook::{Limits, Revision};

use crate::peer::{POLICIES, WITHOUT, Wanted, Webhook, bundle, review};

#[test]
fn what_was_begun_is_answered_when_the_end_was_asked_for() {
    let limits = Limits { notice: Duration::from_millis(500), ..Limits::default() };
    let webhook = Webhook::start(Wanted { limits, ..Wanted::default() });
    let mut caller = webhook.connect();
    let body = review(WITHOUT);
    let head = format!(
        "POST /validate/fail HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    caller.send(head.as_bytes()).expect("sent");
    webhook.running.handle().end();
    // For a while it is not ready, and answers.
    while webhook.status("/readyz").0 != 503 {
        std::thread::yield_now();
    }
    assert!(webhook.review("/validate/fail", &body).is_false("allowed"));
    caller.send(body.as_bytes()).expect("sent");
    assert_eq!(caller.answer().expect("an answer").0, 200);
    let address = webhook.address;
    webhook.running.stop();
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn policies_are_taken_at_one_stroke_and_the_last_good_ones_stay() {
    let webhook = Webhook::start(Wanted::default());
    let body = review(WITHOUT);
    let mut caller = webhook.connect();
    assert!(caller.post("/validate/fail", &body).1.contains("\"allowed\":false"));
    let revision = Revision { source: "git".into(), digest: "sha256:1".into(), commit: "ab".into() };
    let milder = POLICIES.replace("validationFailureAction: Enforce", "validationFailureAction: Audit");
    webhook.policies.install(bundle(&milder), revision.clone()).expect("the facts are there");
    assert!(caller.post("/validate/fail", &body).1.contains("\"allowed\":true"));
    webhook.policies.refuse(None, "its tests fail".to_owned());
    assert!(caller.post("/validate/fail", &body).1.contains("\"allowed\":true"));
    let (status, ready) = webhook.status("/readyz");
    assert_eq!(status, 200);
    assert!(ready.contains("its tests fail") && ready.contains("sha256:1"), "{ready}");
    let (_, metrics) = webhook.status("/metrics");
    assert!(metrics.contains("sekisho_admission_bundle_refused 1"), "{metrics}");
    assert!(metrics.contains(r#"bundle_info{source="git",digest="sha256:1",commit="ab"} 1"#), "{metrics}");
    webhook.policies.confirm();
    assert!(!webhook.status("/readyz").1.contains("its tests fail"));
}

#[test]
fn the_log_holds_no_part_of_an_object_but_its_name() {
    let webhook = Webhook::start(Wanted::default());
    let secret = WITHOUT.replace("}}", "},\"data\":{\"password\":\"hunter2\"}}");
    webhook.review("/validate/fail", &review(&secret));
    webhook.review("/mutate/fail", &review(&secret));
    webhook.running.stop();
    let lines = webhook.lines.lock().unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines.iter() {
        assert!(!line.contains("hunter2") && !line.contains("password"), "{line}");
        assert!(line.contains("\"name\":\"settings\"") && line.contains("\"user\":\"ann\""), "{line}");
    }
}
