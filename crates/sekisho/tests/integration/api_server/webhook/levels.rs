//! Pod Security by the labels of namespaces, as the API server's own admission has it, asked over the wire.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sekisho_manifest::Object;
use serde_json::json;

use super::{Webhook, pod, refuses};
use crate::api_server::pod_security::{VERSION, data, pods};
use crate::api_server::{ApiServer, object, wait};

/// A bundle without a policy about anything that is asked here.
const NOTHING: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: nothing}
spec:
  rules:
  - name: nothing
    match: {any: [{resources: {kinds: [Ingress]}}]}
    validate: {message: it has no x, pattern: {spec: {x: '?*'}}}
";

/// How many ask at once.
const ASKING: usize = 8;

/// Every Pod of Kubernetes' own suite, those of other versions too, each once.
fn every_pod(data: &Path) -> Vec<(String, Object)> {
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for level in ["baseline", "restricted"] {
        let mut versions: Vec<_> = fs::read_dir(data.join(level))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        versions.sort();
        for folder in
            versions.iter().flat_map(|version| ["pass", "fail"].map(|verdict| version.join(verdict)))
        {
            for pod in pods(&folder) {
                if known.insert(pod.root.to_json().to_string()) {
                    all.push((folder.join(pod.name.as_str()).display().to_string(), pod));
                }
            }
        }
    }
    all
}

/// What both said of a Pod.
#[derive(Debug, Default, Clone, Copy)]
struct Said {
    refused: usize,
    passed: usize,
    warned: usize,
    /// No server of this version takes it.
    invalid: usize,
}

/// The API server's Pod Security in one namespace, and ours behind the API server in another, say the same of a Pod.
fn both(server: &ApiServer, level: &str, name: &str, pod: &Object) -> Said {
    let (ours, theirs) = (format!("webhook-{level}"), format!("webhook-{level}-theirs"));
    let name = format!("{level} {name}");
    match (server.dry_run(pod, &ours), server.dry_run(pod, &theirs)) {
        (Ok((_, ours)), Ok((_, theirs))) => {
            let plain = |text: &String| text.split(" (PodSecurity ").next().map(str::to_owned);
            let ours: Vec<_> = ours.iter().filter_map(plain).collect();
            assert_eq!(ours, theirs, "{name}");
            Said { passed: 1, warned: theirs.len(), ..Said::default() }
        }
        (Err(ours), Err(theirs)) => {
            let (ours, theirs) = (ours.to_string(), theirs.to_string());
            let Some((_, why)) = theirs.split_once("is forbidden: violates PodSecurity") else {
                assert_eq!((ours, theirs.contains(" is invalid: ")), (theirs, true), "{name}");
                return Said { invalid: 1, ..Said::default() };
            };
            assert!(ours.contains("denied the request"), "{name}: {ours}");
            let why = format!("violates PodSecurity{why} (PodSecurity {level}:{VERSION}/enforce)");
            assert!(ours.contains(&why), "{name}:\n{ours}\n{theirs}");
            Said { refused: 1, ..Said::default() }
        }
        (ours, theirs) => panic!("{name}: {ours:?} {theirs:?}"),
    }
}

/// For every Pod of Kubernetes' own suite at every level: the API server's Pod Security and ours refuse the same Pods in
/// the same words, and warn of the same.
#[test]
fn pod_security_agrees_with_that_of_the_api_server_over_the_wire() {
    let Some(webhook) = Webhook::start("levels", NOTHING, &[]) else { return };
    let Some(data) = data() else {
        println!("skipped: no shared data");
        return;
    };
    let server = ApiServer::get().expect("a server");
    let levels = [("privileged", "baseline"), ("baseline", "restricted"), ("restricted", "baseline")];
    for (level, other) in levels {
        // The API server's own admission leaves the first alone, and nobody asks the webhook about the second.
        let labels = [
            ("pod-security.kubernetes.io/enforce", level),
            ("pod-security.kubernetes.io/enforce-version", VERSION),
            ("pod-security.kubernetes.io/warn", other),
            ("pod-security.kubernetes.io/warn-version", VERSION),
        ];
        webhook.namespace_with(&format!("webhook-{level}"), &labels);
        server.namespace(&format!("webhook-{level}-theirs"), &labels);
    }
    let pods = every_pod(&data);
    let asked: Vec<_> = levels
        .iter()
        .flat_map(|(level, _)| pods.iter().map(move |(name, pod)| (*level, name, pod)))
        .collect();
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Said::default());
    thread::scope(|scope| {
        for _ in 0..ASKING {
            scope.spawn(|| {
                let server = ApiServer::get().expect("a server");
                while let Some((level, name, pod)) = asked.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let pod = Object { namespace: None, ..(*pod).clone() };
                    let said = both(&server, level, name, &pod);
                    let mut total = total.lock().expect("nobody panicked");
                    total.refused += said.refused;
                    total.passed += said.passed;
                    total.warned += said.warned;
                    total.invalid += said.invalid;
                }
            });
        }
    });
    let total = total.into_inner().expect("nobody panicked");
    println!("{} Pods at each of {} levels, by both: {total:?}", pods.len(), levels.len());
    assert_eq!(total.refused + total.passed + total.invalid, pods.len() * levels.len());
    assert!(pods.len() > 300 && total.refused > 400 && total.passed > 400 && total.warned > 300, "{total:?}");
    assert!(total.invalid < asked.len() / 10, "{total:?}");
}

/// Labels count as soon as they are there, for what makes Pods too (catalogue 34, 37, 39, 40).
#[test]
fn labels_of_namespaces_count_as_they_are() {
    let Some(webhook) = Webhook::start("labels", NOTHING, &[]) else { return };
    let name = "webhook-labels";
    webhook.namespace(name);
    let mut bad = pod("bad");
    bad["spec"]["containers"][0]["securityContext"]["privileged"] = true.into();
    bad["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = true.into();
    webhook.create_with(name, &bad, "?dryRun=All").expect("no label says anything");
    let path = format!("/api/v1/namespaces/{name}");
    let label = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
    webhook.patch(&path, &label).expect("it is labelled");
    wait("the label is seen", || {
        refuses(&webhook.create_with(name, &bad, "?dryRun=All"), "violates PodSecurity \"restricted:latest\"")
            .then_some(())
    });
    webhook.create(name, &pod("good")).expect("it keeps to the level");
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "bad"},
        "spec": {"selector": {"matchLabels": {"app": "bad"}}, "template": {"metadata": bad["metadata"], "spec": bad["spec"]}},
    });
    let (_, warnings) = webhook.create_with(name, &deployment, "?dryRun=All").expect("it is warned of");
    assert!(warnings.iter().any(|text| text.starts_with("would violate PodSecurity")), "{warnings:?}");
    // An init container, a sidecar, a container that takes the Pod's word back, an ephemeral one.
    for (place, more) in [
        ("initContainers", json!([{"name": "x", "image": "a", "securityContext": {"privileged": true}}])),
        ("initContainers", json!([{"name": "x", "image": "a", "restartPolicy": "Always"}])),
    ] {
        let mut pod = pod("more");
        pod["spec"][place] = more;
        let outcome = webhook.create_with(name, &pod, "?dryRun=All");
        assert!(refuses(&outcome, "violates PodSecurity"), "{outcome:?}");
    }
    let mut pod = pod("seccomp");
    pod["spec"]["containers"][0]["securityContext"]["seccompProfile"] = json!({"type": "Unconfined"});
    let outcome = webhook.create_with(name, &pod, "?dryRun=All");
    assert!(refuses(&outcome, "seccompProfile"), "{outcome:?}");
    let ephemeral = json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": "a"}]}});
    let path = format!("/api/v1/namespaces/{name}/pods/good/ephemeralcontainers");
    let outcome = webhook.patch(&path, &ephemeral);
    assert!(refuses(&outcome, "container \"debug\""), "{outcome:?}");
}

/// A namespace that is so new that nobody was told of it yet is asked for (catalogue 40).
#[test]
fn what_comes_at_once_after_its_namespace_is_judged_by_its_labels() {
    let Some(webhook) = Webhook::start("fresh", NOTHING, &["--pod-security", "enforce=restricted"]) else {
        return;
    };
    let mut bad = pod("bad");
    bad["spec"]["containers"][0]["securityContext"] = json!({"privileged": true});
    for number in 0..10 {
        let name = format!("webhook-fresh-{number}");
        let labels = json!({"webhook": "fresh", "pod-security.kubernetes.io/enforce": "privileged"});
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
        let path = "/api/v1/namespaces";
        webhook.server.connection.create(path, &namespace.to_string()).expect("it is made");
        let mut bound = bad.clone();
        bound["spec"]["serviceAccountName"] = "default".into();
        // The service account may not be there yet; that is no word of the webhook.
        let outcome = webhook.create_with(&name, &bound, "?dryRun=All");
        assert!(!refuses(&outcome, ""), "{outcome:?}");
    }
}

/// What is read of a running object is what was asked about.
#[test]
fn a_pod_that_was_stored_is_the_one_that_was_judged() {
    let Some(webhook) = Webhook::start("stored", NOTHING, &["--pod-security", "enforce=baseline"]) else {
        return;
    };
    webhook.namespace("webhook-stored");
    let (stored, _) = webhook.create("webhook-stored", &pod("one")).expect("it passes");
    assert_eq!(object(&stored).name, "one");
}

/// What an object says of itself is no reason to let it pass (catalogue 43), and neither is it to look like the Pod of a file
/// on a node, which nobody could refuse (catalogue 44).
#[test]
fn annotations_that_somebody_puts_on_let_nothing_pass() {
    // The level is ours alone: no label has the API server look at it too.
    let Some(webhook) = Webhook::start("forged", NOTHING, &["--pod-security", "enforce=baseline"]) else {
        return;
    };
    let name = "webhook-forged";
    webhook.namespace(name);
    let mut bad = pod("bad");
    bad["spec"]["containers"][0]["securityContext"] = json!({"privileged": true});
    bad["spec"]["nodeName"] = "elsewhere".into();
    for annotations in [
        json!({}),
        json!({"kubernetes.io/config.mirror": "1f3870be274f6c49b3e31a0c6728957f"}),
        json!({"kubernetes.io/config.source": "file", "kubernetes.io/config.seen": "2026-01-01T00:00:00Z"}),
        json!({"kyverno.io/verify-images": "{\"a\":\"pass\"}", "sekisho/verified": "true"}),
        json!({"pod-security.kubernetes.io/exempt": "namespace", "sekisho/break-glass": "true"}),
    ] {
        let mut forged = bad.clone();
        forged["metadata"]["annotations"] = annotations.clone();
        let outcome = webhook.create_with(name, &forged, "?dryRun=All");
        assert!(refuses(&outcome, "violates PodSecurity \"baseline:latest\""), "{annotations}: {outcome:?}");
    }
}
