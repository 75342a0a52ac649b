//! What there was to look at, and with it what can be said of the controls of a framework.

use std::collections::BTreeMap;

use sekisho_framework::{ControlState, Evidence, Outcome, RuleRun, Run, assess, framework};
use sekisho_posture::{Census, Check, examine};

use crate::support::{inventory, settings};

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  initContainers:
    - {name: setup, image: registry.example.com/setup:1}
  containers:
    - {name: web, image: registry.example.com/web:1}
";

const CONFIGURATION: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: words, namespace: shop}
data: {greeting: hello}
";

const API_SERVER: &str = "
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.34.0
      command: [kube-apiserver, --authorization-mode=AlwaysAllow, --profiling=false]
";

fn check(id: &str) -> &'static Check {
    match sekisho_posture::check(id) {
        Some(check) => check,
        None => panic!("no check `{id}`"),
    }
}

fn subjects(text: &str, id: &str) -> usize {
    Census::of(&inventory(text)).subjects(check(id))
}

/// The states of a framework's controls after every check ran over these manifests.
fn states(id: &str, text: &str, evidence: Evidence) -> BTreeMap<&'static str, ControlState> {
    let inventory = inventory(text);
    let census = Census::of(&inventory);
    let checks: Vec<_> = sekisho_posture::checks().collect();
    let findings = examine(&inventory, &checks, &settings());
    let rules = checks
        .iter()
        .map(|check| RuleRun {
            rule: check.id,
            controls: check.controls.to_vec(),
            outcome: Outcome::Ran {
                evidence: vec![evidence],
                subjects: census.subjects(check),
                findings: findings.iter().filter(|finding| finding.rule == check.id).count(),
                excepted: 0,
            },
        })
        .collect();
    let run = Run { rules, unreadable: 0 };
    let Some(framework) = framework(id) else { panic!("no framework `{id}`") };
    assess(framework, &run).into_iter().map(|result| (result.control.id, result.state)).collect()
}

#[test]
fn checks_count_what_they_look_at() {
    assert_eq!(subjects(POD, "privileged-container"), 2);
    assert_eq!(subjects(CONFIGURATION, "privileged-container"), 0);
    assert_eq!(subjects(POD, "namespace-without-pod-security"), 0);
    assert_eq!(subjects(POD, "dangling-subject"), 0);
}

#[test]
fn a_pod_is_not_an_api_server() {
    assert_eq!(subjects(POD, "api-server-always-allow"), 0);
    assert_eq!(subjects(API_SERVER, "api-server-always-allow"), 1);
    assert_eq!(subjects(API_SERVER, "scheduler-profiling"), 0);
}

#[test]
fn a_component_that_may_be_set_up_elsewhere_counts_for_nothing() {
    let elsewhere = API_SERVER.replace("--profiling=false", "$(FLAGS)");
    assert_ne!(elsewhere, API_SERVER);
    assert_eq!(subjects(&elsewhere, "api-server-profiling"), 0);
}

#[test]
fn manifests_answer_for_pods_and_never_for_the_control_plane_they_do_not_hold() {
    let pods = states("pss", POD, Evidence::Manifest);
    assert_eq!(pods["privileged"], ControlState::Passed);
    let none = states("pss", CONFIGURATION, Evidence::Manifest);
    assert_eq!(none["privileged"], ControlState::NotApplicable);
    // A managed cluster shows no API server; its settings are not examined, not passed and not missing.
    for evidence in [Evidence::Manifest, Evidence::Cluster] {
        let cluster = states("cis-1.12", POD, evidence);
        assert_eq!(cluster["1.2.6"], ControlState::NotExamined);
        assert_eq!(cluster["1.1.1"], ControlState::NotAutomated);
    }
}

#[test]
fn a_live_api_server_passes_and_fails_by_its_settings() {
    let live = states("cis-1.12", API_SERVER, Evidence::Cluster);
    assert_eq!(live["1.2.6"], ControlState::Failed);
    assert_eq!(live["1.2.15"], ControlState::Passed);
    assert_eq!(live["1.4.1"], ControlState::NotExamined);
    let file = states("cis-1.12", API_SERVER, Evidence::Manifest);
    assert_eq!(file["1.2.6"], ControlState::Failed);
    assert_eq!(file["1.2.15"], ControlState::PartlyExamined);
}
