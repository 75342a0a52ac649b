//! Audit events: what an event costs with a hundred rules, on one core.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use super::{measure, release_binary};
use crate::workspace::root;

/// Events of the log.
const EVENTS: usize = 600_000;

/// Rules beside our own, which make a hundred.
const FURTHER: usize = 19;

/// How often it is gone over.
const RUNS: usize = 5;

pub(super) fn run() -> Result<()> {
    let folder = root().join("target/bench/audit-events");
    fs::create_dir_all(&folder)?;
    let (log, few) = (folder.join("audit.log"), folder.join("few.log"));
    fs::write(&log, events(EVENTS))?;
    fs::write(&few, events(1))?;
    let further = folder.join("further.yaml");
    fs::write(&further, rules())?;
    let own = root().join("rules/audit");
    let (own, further) = (own.display().to_string(), further.display().to_string());
    let program = release_binary()?;
    let over = |log: &std::path::Path| -> Result<measure::Cost> {
        let log = log.display().to_string();
        let arguments =
            ["watch", "--audit-log", &log, "--rules", &own, &further, "--fail-on", "none", "--quiet"];
        measure::median(&program, &arguments, RUNS)
    };
    let (start, whole) = (over(&few)?, over(&log)?);
    let bytes = fs::metadata(&log).context("the log is there")?.len();
    #[allow(clippy::cast_precision_loss, reason = "both are far below 2^52")]
    let (events, bytes) = (EVENTS as f64, bytes as f64);
    let seconds = whole.cpu - start.cpu;
    println!(
        "audit events: {:.0} a second and core with 100 rules, {:.0} MB a second, {:.0} MB of memory",
        events / seconds,
        bytes / seconds / 1e6,
        whole.memory
    );
    Ok(())
}

/// A log as a cluster of some size writes it: mostly leases, reads and watches, and some objects.
fn events(count: usize) -> String {
    let pod = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","labels":{"app":"web","tier":"front"},"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:resources":{}}}}}}]},"spec":{"containers":[{"name":"web","image":"registry.example.com/web:1.4.2","securityContext":{"allowPrivilegeEscalation":false}}]}}"#;
    let mut log = String::new();
    for number in 0..count {
        let (user, agent, verb, object, more) = match number % 20 {
            0..=6 => (
                "system:node:n1",
                "kubelet/v1.35.0",
                "update",
                r#""resource":"leases","namespace":"kube-node-lease","name":"n1","apiGroup":"coordination.k8s.io""#,
                String::new(),
            ),
            7..=10 => (
                "system:serviceaccount:shop:web",
                "web/1.4.2",
                "get",
                r#""resource":"configmaps","namespace":"shop","name":"settings""#,
                String::new(),
            ),
            11..=13 => (
                "system:kube-controller-manager",
                "kube-controller-manager/v1.35.0",
                "watch",
                r#""resource":"endpointslices","apiGroup":"discovery.k8s.io""#,
                String::new(),
            ),
            14..=15 => (
                "system:node:n1",
                "kubelet/v1.35.0",
                "patch",
                r#""resource":"pods","namespace":"shop","name":"web","subresource":"status""#,
                format!(r#","responseObject":{pod}"#),
            ),
            16..=17 => (
                "system:serviceaccount:kube-system:replicaset-controller",
                "kube-controller-manager/v1.35.0",
                "create",
                r#""resource":"pods","namespace":"shop","name":"web""#,
                format!(r#","requestObject":{pod},"responseObject":{pod}"#),
            ),
            18 => (
                "jane@example.com",
                "kubectl/v1.35.0",
                "update",
                r#""resource":"deployments","namespace":"shop","name":"web","apiGroup":"apps""#,
                format!(r#","requestObject":{pod},"responseObject":{pod}"#),
            ),
            _ => (
                "jane@example.com",
                "kubectl/v1.35.0",
                "list",
                r#""resource":"pods","namespace":"shop""#,
                String::new(),
            ),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            log,
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"{number:08x}-0000-4000-8000-000000000000","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/objects/{number}","verb":"{verb}","user":{{"username":"{user}","uid":"3f0c9a","groups":["system:authenticated"]}},"sourceIPs":["198.51.100.7"],"userAgent":"{agent} (linux/amd64) kubernetes/abc1234","objectRef":{{{object},"apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}}{more},"requestReceivedTimestamp":"2026-03-04T05:06:07.000000Z","stageTimestamp":"2026-03-04T05:06:07.100000Z","annotations":{{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}}}}"#
        );
    }
    log
}

/// Rules that ask for what our own do not.
fn rules() -> String {
    let mut text = String::new();
    for number in 0..FURTHER {
        let _ = writeln!(
            text,
            "- rule: Further {number}\n  desc: d\n  condition: ka.verb = create and ka.target.resource = resource{number} and ka.user.name startswith user{number} and not ka.target.namespace in (a{number}, b{number})\n  output: o\n  priority: NOTICE\n  source: k8s_audit"
        );
    }
    text
}
