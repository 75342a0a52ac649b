//! Clocks that are wrong: who leads, what is removed and who is trusted does not go by the clock of one machine alone.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;

use super::keeping::Controller;
use super::{ApiServer, beside_others, wait};
use crate::command::Workbench;

/// A library that tells a program another time.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok).map(|entry| entry.path());
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|path| path.is_file())
}

/// The command at another time: `+3d`, `-30m`. None where that cannot be had, which is a failure in CI.
pub(crate) fn at(time: &str) -> Option<Command> {
    let Some(library) = library() else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI has no faketime: run `cargo xtask test`");
        println!("skipped: Debian's `faketime` is not installed");
        return None;
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    // What only measures how long something took goes on.
    command.env("LD_PRELOAD", library).env("FAKETIME", time).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    Some(command)
}

/// So many days from now, a few seconds before the next minute begins.
fn before_a_minute(days: i64) -> String {
    let now = Timestamp::now() + SignedDuration::from_hours(24 * days);
    let (second, ahead) = (now.to_zoned(TimeZone::UTC).second(), 24 * 3_600 * days);
    format!("+{}", ahead + i64::from(50 - second.min(50)))
}

/// Looks at something until the next minute has come: where getting ready took longer than what was left of the one before,
/// a schedule waits for it.
fn in_its_minute<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    const LOOKS: usize = 900;
    for _ in 0..LOOKS {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("waited in vain: {what}");
}

/// Removes what is older than an hour, or all, at each minute.
fn policy(namespace: &str, is_all: bool) -> String {
    let conditions = if is_all {
        ""
    } else {
        "  conditions: {all: [{key: \"{{ time_since('', '{{ target.metadata.creationTimestamp }}', '') }}\", operator: GreaterThan, value: 1h0m0s}]}\n"
    };
    format!(
        "apiVersion: kyverno.io/v2\nkind: CleanupPolicy\nmetadata: {{name: old, namespace: {namespace}}}\nspec:\n  schedule: '* * * * *'\n\
         {conditions}  match: {{any: [{{resources: {{kinds: [Secret]}}}}]}}\n"
    )
}

#[test]
fn nothing_is_removed_by_a_clock_that_is_ahead() {
    let Some(server) = ApiServer::get() else { return };
    let (Some(ahead), Some(right)) = (at(&before_a_minute(1)), at(&before_a_minute(0))) else { return };
    let _shared = beside_others();
    let [kept, cleaned] = ["clock-ahead", "clock-right"].map(|name| server.space(name));
    let path = |namespace: &str| format!("/api/v1/namespaces/{namespace}/secrets");
    for namespace in [&kept, &cleaned] {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "new"}});
        server.connection.create(&path(namespace), &secret.to_string()).expect("it is made");
    }
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let (bench, other) = (Workbench::new(), Workbench::new());
    bench.file("policies/old.yaml", policy(&kept, false));
    other.file("policies/all.yaml", policy(&cleaned, true));
    let wrong = Controller::start_by(ahead, &bench, "ahead", &kubeconfig, &["--cleanup"]);
    let right = Controller::start_by(right, &other, "right", &kubeconfig, &["--cleanup"]);
    // The schedule is that of both: what is removed by the one shows that its time came for the other.
    let gone = |namespace: &str| server.connection.get(&format!("{}/new", path(namespace))).is_err();
    in_its_minute("the controller whose clock is right removes", || gone(&cleaned).then_some(()));
    in_its_minute("the other says why it does not", || {
        (wrong.metric("clock_apart") == Some(1)).then_some(())
    });
    let said = wrong.get("/readyz");
    assert!(said.contains("nothing is removed: the clock here is 864"), "{said}");
    assert!(said.contains("s ahead of the API server's"), "{said}");
    assert!(!gone(&kept), "it is not an hour old");
    assert_eq!((wrong.metric("removed_total"), right.metric("clock_apart")), (Some(0), Some(0)));
}

#[test]
fn a_clock_that_is_ahead_takes_no_lease_from_who_holds_it() {
    let Some(server) = ApiServer::get() else { return };
    let Some(ahead) = at("+1d") else { return };
    let _shared = beside_others();
    let namespace = server.space("clock-lease");
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let bench = Workbench::new();
    bench.file("policies/old.yaml", policy(&namespace, false));
    let lease = format!("{namespace}/controller");
    let mut first = Controller::start_with(&bench, "first", &["--lease", &lease]);
    wait("the first leads", || (first.metric("leads") == Some(1)).then_some(()));
    let second = Controller::start_by(ahead, &bench, "second", &kubeconfig, &["--lease", &lease]);
    wait("the second is ready", || second.get("/readyz").starts_with("HTTP/1.1 200").then_some(()));
    let path = format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/controller");
    let renewed = || {
        let lease = server.connection.get(&path).expect("a lease");
        let text = |name: &str| lease.at(&["spec", name]).map(sekisho_manifest::Node::to_json);
        assert_eq!(text("holderIdentity"), Some("first".into()));
        text("renewTime")
    };
    // By its clock the lease has not been renewed for a day.
    let before = renewed();
    wait("the first renews it beside the second", || (renewed() != before).then_some(()));
    assert_eq!((first.metric("leads"), second.metric("leads")), (Some(1), Some(0)));
    first.kill();
    wait("the second takes over in its time", || (second.metric("leads") == Some(1)).then_some(()));
}

/// Of two replicas the one whose clock is ahead wrote last: what goes before the other takes over is resolved all the same.
#[test]
fn what_went_away_is_resolved_whoever_wrote_it_last() {
    let Some(server) = ApiServer::get() else { return };
    let Some(ahead) = at("+1d") else { return };
    let _shared = beside_others();
    let namespace = server.space("clock-results");
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let bench = Workbench::new();
    bench.file(
        "policies/team.yaml",
        format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: team}}, spec: {{rules: [{{name: team, \
             match: {{any: [{{resources: {{kinds: [ConfigMap], namespaces: [{namespace}]}}}}]}}, \
             validate: {{message: needs a team, pattern: {{metadata: {{labels: {{team: '?*'}}}}}}}}}}]}}}}"
        ),
    );
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "passing"}});
    server.connection.create(&maps, &map.to_string()).expect("it is made");
    let reported = || {
        let report =
            bench.run(&["report", "--from", "results.db", "--namespace", &namespace, "--format", "json"]);
        report.out.contains("\"passing\"")
    };
    let mut first = Controller::start_by(ahead, &bench, "ahead", &kubeconfig, &["--store", "results.db"]);
    wait("it is written", || reported().then_some(()));
    first.kill();
    server.connection.delete(&format!("{maps}/passing")).expect("it is removed");
    let _second = Controller::start_with(&bench, "right", &["--store", "results.db"]);
    wait("it is resolved", || (!reported()).then_some(()));
}
