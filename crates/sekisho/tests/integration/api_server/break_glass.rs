//! Breaks of glass on a real API server: what is refused passes for a time, and everybody can see who wanted that.

use serde_json::json;

use super::served::Served;
use super::{ApiServer, beside_others, objects, wait};
use crate::command::{Ran, Workbench};

const POLICY: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: owned}
spec:
  validationFailureAction: Enforce
  rules:
  - name: owner
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: name an owner, pattern: {metadata: {labels: {owner: '?*'}}}}
";

fn run(arguments: &[&str]) -> Ran {
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    Workbench::new().run(&[arguments, &["--kubeconfig", &kubeconfig]].concat())
}

/// Tries what the policy refuses: the warnings where it passes.
fn attempt(server: &ApiServer, namespace: &str) -> Result<Vec<String>, String> {
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "unowned"}});
    let made = server
        .connection
        .create(&format!("/api/v1/namespaces/{namespace}/configmaps?dryRun=All"), &map.to_string());
    made.map(|(_, warnings)| warnings).map_err(|error| error.to_string())
}

#[test]
fn what_is_refused_passes_for_a_time_on_the_api_server() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let (guarded, guard) = (server.space("glass"), server.space("glass-guard"));
    let bench = Workbench::new();
    bench.file("policies/owned.yaml", POLICY);
    let _served = Served::start(&server, &guarded, bench.path(), &["--break-glass", &guard]);
    let refused = || {
        wait("it is refused", || attempt(&server, &guarded).err().filter(|why| why.contains("name an owner")))
    };
    refused();

    let glass = ["--namespace", guard.as_str()];
    // Glass of another namespace changes nothing here.
    let opened =
        run(&[&["break-glass", "open", "--reason", "elsewhere", "--only", "shop"][..], &glass].concat());
    assert_eq!(opened.status, 0, "{}", opened.err);
    let opened =
        run(&[
            &[
                "break-glass",
                "open",
                "--reason",
                "INC-7: the shop is down",
                "--for",
                "30m",
                "--only",
                &guarded,
            ][..],
            &glass,
        ]
        .concat());
    assert_eq!(opened.status, 0, "{}", opened.err);
    let warnings = wait("it passes", || attempt(&server, &guarded).ok());
    assert!(
        warnings.iter().any(|one| one.contains("broke the glass until") && one.contains("name an owner")),
        "{warnings:?}"
    );
    let listed = run(&[&["break-glass", "list"][..], &glass].concat());
    assert_eq!(listed.out.matches("open ").count(), 2, "{}", listed.out);
    assert!(
        listed.out.contains(&format!("{guarded}, until")) && listed.out.contains("INC-7: the shop is down"),
        "{}",
        listed.out
    );
    let events =
        server.connection.get(&format!("/apis/events.k8s.io/v1/namespaces/{guard}/events")).expect("events");
    assert!(events.to_json().to_string().contains("GlassBroken"), "{events:?}");

    let closed = run(&[&["break-glass", "close"][..], &glass].concat());
    assert_eq!((closed.status, closed.out.matches("is closed").count()), (0, 2), "{}", closed.err);
    refused();

    // It is over by itself, though nobody closes it.
    run(&[&["break-glass", "open", "--reason", "short", "--for", "4s"][..], &glass].concat());
    wait("it passes", || attempt(&server, &guarded).ok());
    refused();
    let listed = run(&[&["break-glass", "list"][..], &glass].concat());
    assert!(listed.out.starts_with("over "), "{}", listed.out);
}

#[test]
fn glass_that_would_stay_broken_is_refused_on_the_api_server() {
    let Some(server) = ApiServer::get() else { return };
    let guard = server.space("glass-limits");
    let glass = ["--namespace", guard.as_str()];
    for (options, why) in [
        (["--reason", "x", "--for", "9h"], "8 hours at most"),
        (["--reason", " ", "--for", "1h"], "say why with --reason"),
        (["--reason", "x", "--for", "soon"], "`soon` is no duration"),
    ] {
        let ran = run(&[&["break-glass", "open"], &options[..], &glass].concat());
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
    // Who makes the ConfigMap by hand is held to the same.
    let forged = "
apiVersion: v1
kind: ConfigMap
metadata: {name: forged, labels: {sekisho/break-glass: 'true'}}
data: {person: nobody, reason: x, until: '2099-01-01T00:00:00Z'}
";
    for object in objects(forged) {
        server.create(&object, &guard);
    }
    let listed = run(&[&["break-glass", "list"][..], &glass].concat());
    assert!(
        listed.out.starts_with("invalid  `forged` breaks no glass: it may last 8 hours"),
        "{}",
        listed.out
    );
    let ran = run(&[&["break-glass", "open", "--reason", "x", "--as", "nobody"][..], &glass].concat());
    assert!(ran.err.contains("the glass is not broken"), "{}", ran.err);
}
