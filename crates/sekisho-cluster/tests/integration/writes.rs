//! Changes: what is sent, and what the refusals mean.

use std::path::Path;

use sekisho_cluster::{Applying, Connection, Happening, Options, Propagation, Record, Removal};
use sekisho_manifest::ObjectRef;

use crate::server::{Answer, access, has, serve};

fn run<T>(answer: Answer, change: impl FnOnce(&Connection) -> T) -> (T, Vec<String>) {
    let (address, asked) = serve(vec![answer]);
    let connection = Connection::new(&access(&address, "{}", Path::new(".")), &Options::default());
    let outcome = change(&connection.expect("a connection"));
    let asked = asked.lock().expect("a lock").remove(0);
    (outcome, asked)
}

fn ok() -> Answer {
    (200, "warning: 299 - \"it is \\\"old\\\"\"\r\n", "{}".to_owned())
}

#[test]
fn objects_are_applied_in_somebodys_name() {
    let how = Applying { manager: "sekisho/x y", force: true, dry_run: true };
    let (outcome, asked) = run(ok(), |connection| connection.apply("/api/v1/namespaces/a", "{}", how));
    assert_eq!(outcome.expect("it is applied").1, ["it is \"old\""]);
    let line = "PATCH /api/v1/namespaces/a?fieldManager=sekisho%2Fx%20y&force=true&dryRun=All HTTP/1.1";
    assert_eq!(asked[0], line);
    assert!(has(&asked, "content-type: application/apply-patch+yaml"));
}

#[test]
fn what_happens_to_a_pod_is_told() {
    let message = "é".repeat(1_000);
    let happening = Happening {
        namespace: "guard",
        pod: "sekisho-0",
        component: "sekisho-controller",
        is_warning: true,
        reason: "BundleRefused",
        message: &message,
    };
    let (outcome, asked) = run(ok(), |connection| connection.tell(&happening));
    outcome.expect("it is written");
    assert!(asked[0].starts_with("POST /api/v1/namespaces/guard/events "));
    let body = asked.last().expect("a body");
    for part in [r#""type":"Warning""#, r#""reason":"BundleRefused""#, r#""name":"sekisho-0""#] {
        assert!(body.contains(part), "{body}");
    }
    // The API server takes 1,024 bytes.
    assert!(body.contains(&"é".repeat(512)) && !body.contains(&"é".repeat(513)));
}

#[test]
fn objects_are_removed_when_they_are_what_they_were() {
    let removal =
        Removal { uid: Some("u1"), version: Some("7"), propagation: Propagation::Foreground, dry_run: true };
    let (_, asked) = run(ok(), |connection| connection.remove("/api/v1/pods/a", &removal));
    assert!(asked[0].starts_with("DELETE /api/v1/pods/a "));
    let body = r#"{"apiVersion":"v1","dryRun":["All"],"kind":"DeleteOptions","preconditions":{"resourceVersion":"7","uid":"u1"},"propagationPolicy":"Foreground"}"#;
    assert_eq!(asked.last().map(String::as_str), Some(body));
    let (_, asked) = run(ok(), |connection| connection.delete("/api/v1/pods/a"));
    let body = r#"{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}"#;
    assert_eq!(asked.last().map(String::as_str), Some(body));
}

#[test]
fn refusals_are_told_apart() {
    let refused = |code: u16, reason: &str| {
        let status = format!(r#"{{"kind":"Status","code":{code},"reason":"{reason}","message":"no"}}"#);
        let (outcome, _) = run((code, "", status), |connection| connection.replace("/api/v1/pods/a", "{}"));
        outcome.expect_err("it is refused")
    };
    assert!(refused(404, "NotFound").is_absent());
    assert!(refused(403, "Forbidden").is_forbidden());
    assert!(refused(410, "Expired").is_expired());
    let (present, conflict) = (refused(409, "AlreadyExists"), refused(409, "Conflict"));
    assert!(present.is_present() && !present.is_conflict());
    assert!(conflict.is_conflict() && !conflict.is_present());
}

#[test]
fn events_are_recorded_beside_their_objects() {
    let about = ObjectRef {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        namespace: Some("shop".into()),
        name: "web".into(),
    };
    let note = "n".repeat(3_000);
    let record = Record {
        about: &about,
        uid: "u1",
        is_warning: true,
        reason: "BundleRefused",
        action: "Load",
        note: &note,
        controller: "sekisho.dev/controller",
        instance: "sekisho-0",
    };
    let (outcome, asked) = run(ok(), |connection| connection.record(&record));
    outcome.expect("it is recorded");
    assert!(asked[0].starts_with("POST /apis/events.k8s.io/v1/namespaces/shop/events "), "{asked:?}");
    let body: serde_json::Value = serde_json::from_str(asked.last().expect("a body")).expect("JSON");
    assert_eq!((body["type"].as_str(), body["regarding"]["name"].as_str()), (Some("Warning"), Some("web")));
    assert_eq!(body["note"].as_str().map(str::len), Some(1_000));
}

#[test]
fn a_closed_connection_takes_no_request() {
    let (address, _) = serve(vec![ok()]);
    let access = access(&address, "{}", Path::new("."));
    let connection = Connection::new(&access, &Options::default()).expect("a connection");
    let apart = connection.apart();
    apart.close();
    assert_eq!(apart.get("/version").expect_err("it is closed").to_string(), "the connection was closed");
    connection.get("/version").expect("the other is open");
}
