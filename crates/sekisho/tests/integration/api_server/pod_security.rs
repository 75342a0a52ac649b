//! Pod Security as the API server's own admission has it, asked over the wire: the same Pods are refused, warned of
//! and let through, in the same words.

use std::path::{Path, PathBuf};

use sekisho_manifest::Object;
use sekisho_policy::pod_security::{Configuration, review};
use sekisho_policy::{Kinds, Request, Snapshot};

use super::{ApiServer, beside_others, object, objects};

/// The version whose Pods are asked about: that of the server.
pub(crate) const VERSION: &str = "v1.36";

/// The folder of Kubernetes' own Pods for Pod Security; none where the shared data are absent.
pub(crate) fn data() -> Option<PathBuf> {
    let shared = std::env::var_os("SEKISHO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("conformance/pod-security");
    let there = folder.is_dir();
    assert!(there || std::env::var("CI").as_deref() != Ok("true"), "CI has no shared data");
    there.then_some(folder)
}

pub(crate) fn pods(folder: &Path) -> Vec<Object> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).expect("a Pod"));
    let read = texts.flat_map(|text| objects(&text));
    read.map(|pod| {
        // The names that they come with are none to the server.
        let mut root = pod.root.to_json();
        root["metadata"]["name"] = pod.name.replace('_', "-").into();
        objects(&root.to_string()).pop().expect("a Pod")
    })
    .collect()
}

#[test]
fn pod_security_says_the_same_on_the_api_server() {
    let Some(server) = ApiServer::get() else { return };
    let Some(data) = data() else {
        println!("skipped: no shared data");
        return;
    };
    let _shared = beside_others();
    let open = "pod-security-privileged";
    server.namespace(open, &[]);
    let (mut refused, mut passed, mut warned) = (0, 0, 0);
    for (level, other) in [("baseline", "restricted"), ("restricted", "baseline")] {
        let name = format!("pod-security-{level}");
        let labels = [
            ("pod-security.kubernetes.io/enforce", level),
            ("pod-security.kubernetes.io/enforce-version", VERSION),
            ("pod-security.kubernetes.io/warn", other),
            ("pod-security.kubernetes.io/warn-version", VERSION),
        ];
        server.namespace(&name, &labels);
        let found = server.connection.get(&format!("/api/v1/namespaces/{name}")).expect("a namespace");
        let facts = Snapshot::new(&[object(&found)], &name);
        for folder in ["baseline", "restricted"] {
            for verdict in ["pass", "fail"] {
                for pod in pods(&data.join(folder).join(VERSION).join(verdict)) {
                    // Admission sees the Pod with the server's defaults, and with fields where annotations stood.
                    // A few of them no server of this version takes.
                    let Ok((stored, _)) = server.dry_run(&pod, open) else { continue };
                    let stored = Object { namespace: None, ..object(&stored) };
                    let request = Request::create(&stored, &Kinds::default(), &name);
                    let ours = review(&request, &Configuration::default(), &facts);
                    match server.dry_run(&pod, &name) {
                        Ok((_, warnings)) => {
                            let refusal = ours.refusal.map(|status| status.message);
                            assert_eq!(refusal, None, "{folder} {}", pod.name);
                            let theirs: Vec<_> =
                                warnings.iter().filter(|text| text.contains("PodSecurity")).collect();
                            assert_eq!(ours.warnings.iter().collect::<Vec<_>>(), theirs, "{}", pod.name);
                            warned += theirs.len();
                            passed += 1;
                        }
                        Err(error) => {
                            let refusal = ours.refusal.map(|status| status.message);
                            assert_eq!(refusal, Some(error.to_string()), "{folder} {}", pod.name);
                            refused += 1;
                        }
                    }
                }
            }
        }
    }
    println!("{refused} Pods refused, {passed} let through, {warned} warnings");
    assert!(refused > 100 && passed > 30 && warned > 30, "{refused}, {passed}, {warned}");
}

#[test]
fn workloads_and_labels_are_answered_in_the_same_words() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let name = "pod-security-workloads";
    server.namespace(name, &[("pod-security.kubernetes.io/warn", "restricted")]);
    let found = server.connection.get(&format!("/api/v1/namespaces/{name}")).expect("a namespace");
    let facts = Snapshot::new(&[object(&found)], name);
    let deployment = objects(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {a: b}}, \
         template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: [{name: web, image: a, ports: \
         [{containerPort: 80, hostPort: 80}]}]}}}}",
    );
    let deployment = deployment.first().expect("a Deployment");
    let (_, theirs) = server.dry_run(deployment, name).expect("it is let through");
    let request = Request::create(deployment, &Kinds::default(), name);
    let ours = review(&request, &Configuration::default(), &facts);
    assert_eq!(ours.warnings, theirs);
    assert_eq!(ours.warnings.len(), 1);

    let wrong = objects(
        "{apiVersion: v1, kind: Namespace, metadata: {name: mistaken, labels: \
         {pod-security.kubernetes.io/enforce: strict}}}",
    );
    let wrong = wrong.first().expect("a Namespace");
    let refused = server.dry_run(wrong, "").expect_err("a level that does not exist is refused");
    let request = Request::create(wrong, &Kinds::default(), "");
    let ours = review(&request, &Configuration::default(), &facts).refusal.expect("we refuse it too");
    assert_eq!(ours.message, refused.to_string());
}
