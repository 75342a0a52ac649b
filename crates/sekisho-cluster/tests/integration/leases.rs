//! Leases: who leads, and who takes over from whom.

use std::path::Path;
use std::time::Duration;

use sekisho_cluster::{Candidate, Connection, Options};

use crate::server::{Answer, Asked, access, serve};

fn server(answers: Vec<Answer>) -> (Connection, Asked) {
    let (address, asked) = serve(answers);
    let connection = Connection::new(&access(&address, "{}", Path::new(".")), &Options::default());
    (connection.expect("a connection"), asked)
}

fn candidate() -> Candidate {
    Candidate::new("sekisho", "controller", "me", Duration::from_secs(15))
}

fn lease(holder: &str, version: &str, seconds: u32) -> Answer {
    let body = format!(
        r#"{{"metadata":{{"resourceVersion":"{version}"}},"spec":{{"holderIdentity":"{holder}","leaseDurationSeconds":{seconds},"leaseTransitions":3}}}}"#
    );
    (200, "", body)
}

fn ok() -> Answer {
    (200, "", "{}".to_owned())
}

fn conflict() -> Answer {
    (409, "", r#"{"kind":"Status","code":409,"reason":"Conflict"}"#.to_owned())
}

#[test]
fn who_comes_first_leads_and_stays() {
    let (connection, asked) = server(vec![(404, "", String::new()), ok(), lease("me", "2", 15), ok()]);
    let mut me = candidate();
    assert!(!me.leads());
    assert!(me.campaign(&connection).expect("an answer") && me.leads());
    assert!(me.campaign(&connection).expect("an answer") && me.leads());
    let asked = asked.lock().expect("a lock");
    assert!(asked[1][0].starts_with("POST /apis/coordination.k8s.io/v1/namespaces/sekisho/leases "));
    assert!(
        asked[3][0].starts_with("PUT /apis/coordination.k8s.io/v1/namespaces/sekisho/leases/controller ")
    );
    let body: serde_json::Value = serde_json::from_str(asked[3].last().expect("a body")).expect("JSON");
    assert_eq!(body["metadata"]["resourceVersion"], "2", "nobody else's change is overwritten");
    assert_eq!(body["spec"]["leaseTransitions"], 3);
}

#[test]
fn who_comes_second_waits_until_the_lease_no_longer_changes() {
    let answers = vec![lease("other", "2", 0), lease("other", "3", 0), lease("other", "3", 0), ok()];
    let (connection, asked) = server(answers);
    let mut me = candidate();
    assert!(!me.campaign(&connection).expect("an answer"));
    assert!(!me.campaign(&connection).expect("an answer"), "it changed meanwhile");
    assert!(me.campaign(&connection).expect("an answer"));
    let asked = asked.lock().expect("a lock");
    let body: serde_json::Value = serde_json::from_str(asked[3].last().expect("a body")).expect("JSON");
    assert_eq!(
        (&body["spec"]["holderIdentity"], &body["spec"]["leaseTransitions"]),
        (&"me".into(), &4.into())
    );
}

#[test]
fn of_two_that_take_over_one_leads() {
    let (connection, _) = server(vec![lease("", "2", 15), conflict()]);
    let mut me = candidate();
    assert!(!me.campaign(&connection).expect("an answer") && !me.leads());
}

#[test]
fn a_lease_is_given_back() {
    let (connection, asked) = server(vec![lease("me", "2", 15), ok(), lease("me", "3", 15), ok()]);
    let mut me = candidate();
    assert!(me.campaign(&connection).expect("an answer"));
    me.resign(&connection).expect("it is given back");
    assert!(!me.leads());
    let asked = asked.lock().expect("a lock");
    let body = r#"{"metadata":{"resourceVersion":"3"},"spec":{"holderIdentity":""}}"#;
    assert_eq!(asked[3].last().map(String::as_str), Some(body));
}
