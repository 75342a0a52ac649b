//! `sekisho watch`: alerts as findings, whose they are, and what is learned of them.

use std::fs;

use sekisho_runtime::Scenario;
use serde_json::Value;

use crate::command::Workbench;

const RULES: &str = "- rule: Shadow\n  desc: d\n  condition: evt.type = openat and fd.name startswith /etc\n  output: '%proc.name opened %fd.name'\n  priority: WARNING\n  tags: [owasp-2025/K03]\n";
const EXEC: &str = include_str!("../../../../rules/audit/tests/shell-asked-for-in-a-container.fires.log");

/// A Pod of a Deployment, with the status that its node gave, and a StatefulSet of which no Pod is known.
const INVENTORY: &str = "apiVersion: v1\nkind: List\nitems:\n\
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {spec: {serviceAccountName: web, containers: []}}}}\n\
- {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-7c9d8f6b5, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: a, controller: true}]}}\n\
- {apiVersion: v1, kind: Pod, metadata: {name: web-7c9d8f6b5-x2x4z, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-7c9d8f6b5, uid: b, controller: true}]}, spec: {containers: []}, status: {containerStatuses: [{name: web, containerID: 'containerd://0a1b2c3d4e5f0000000000000000000000000000000000000000000000000000'}]}}\n\
- {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop}, spec: {template: {spec: {containers: []}}}}\n";

fn bench(scenario: &str) -> Workbench {
    let bench = Workbench::new();
    let scenario = Scenario::parse(scenario).expect("a scenario");
    fs::write(bench.path().join("one.scap"), scenario.capture().expect("a capture")).expect("a file");
    bench.file("rules.yaml", RULES);
    bench.file("cluster/all.yaml", INVENTORY);
    bench
}

fn json(bench: &Workbench, name: &str) -> Value {
    let text = fs::read_to_string(bench.path().join(name)).expect("it was written");
    serde_json::from_str(&text).expect("it is JSON")
}

const WATCH: &[&str] = &["watch", "--capture", "one.scap", "--rules", "rules.yaml"];

/// Who did it: a container of which the runtime says no Pod, a Pod of a workload that is known by its name alone, and
/// a process of the machine.
const THREE: &str = "container 0a1b2c3d4e5f name=web image=shop/web:1\n\
container 0b1b2c3d4e5f name=db image=shop/db:1 pod=db-0 namespace=shop\n\
process 5 cat container=0a1b2c3d4e5f\nprocess 6 dog container=0b1b2c3d4e5f\nprocess 7 cow\n\
5 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n\
5 openat fd=4 dirfd=AT_FDCWD name=/etc/passwd flags=O_RDONLY\n\
6 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n\
7 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n";

#[test]
fn alerts_are_of_workloads() {
    let bench = bench(THREE);
    let arguments = [WATCH, &["--inventory", "cluster", "--format", "json"]].concat();
    let ran = bench.run(&arguments);
    let alerts: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let workloads: Vec<_> = alerts.iter().map(|alert| alert["workload"].as_str().unwrap_or("-")).collect();
    assert_eq!(workloads, ["Deployment shop/web", "Deployment shop/web", "StatefulSet shop/db", "-"]);
    let text = bench.run(&[WATCH, &["--inventory", "cluster"]].concat());
    assert!(text.out.contains("Warning cat opened /etc/shadow of Deployment shop/web\n"), "{}", text.out);
    assert!(
        text.err.contains("1 rule of 1 file\n") && text.err.contains("4 alerts: 4 warning"),
        "{}",
        text.err
    );
    bench.file("empty/readme.txt", "nothing");
    let empty = bench.run(&[WATCH, &["--inventory", "empty"]].concat());
    assert_eq!(empty.status, 2, "{}", empty.err);
}

#[test]
fn alerts_are_findings() {
    let bench = bench(THREE);
    let more = ["--inventory", "cluster", "--report", "json=f.json", "--report", "sarif=f.sarif"];
    let ran = bench.run(&[WATCH, &more].concat());
    assert_eq!(ran.status, 1, "{}", ran.err);
    let report = json(&bench, "f.json");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 3, "{report}");
    let web = findings.iter().find(|finding| finding["object"]["name"] == "web").expect("the Deployment");
    assert_eq!((&web["rule"], &web["severity"]), (&"shadow".into(), &"medium".into()));
    assert_eq!((&web["object"]["kind"], &web["object"]["namespace"]), (&"Deployment".into(), &"shop".into()));
    assert!(web["message"].to_string().contains("2 times, the first: cat opened /etc/shadow"), "{web}");
    let sarif = json(&bench, "f.sarif");
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "rules.yaml", "{place}");
    assert_eq!(place["region"]["startLine"], 1);
    // Shown in place of alerts.
    let shown = bench.run(&[WATCH, &["--format", "sarif", "--fail-on", "none"]].concat());
    assert_eq!((shown.status, shown.out.contains("\"version\": \"2.1.0\"")), (0, true), "{}", shown.out);
    assert_eq!(bench.run(&[WATCH, &["--format", "nope"]].concat()).status, 2);
}

#[test]
fn requests_are_of_workloads() {
    let bench = bench(THREE);
    let event = |user: &str, resource: &str, name: &str| {
        let group = if resource == "replicasets" { "apps" } else { "" };
        format!(
            "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"stage\":\"ResponseComplete\",\"stageTimestamp\":\"2026-01-02T03:04:05Z\",\"verb\":\"get\",\"user\":{{\"username\":\"{user}\"}},\"objectRef\":{{\"resource\":\"{resource}\",\"apiGroup\":\"{group}\",\"namespace\":\"shop\",\"name\":\"{name}\"}}}}\n"
        )
    };
    let log = [
        event("ada", "pods", "web-7c9d8f6b5-x2x4z"),
        event("ada", "replicasets", "web-7c9d8f6b5"),
        event("system:serviceaccount:shop:web", "secrets", "key"),
        event("ada", "secrets", "key"),
    ];
    bench.file("audit.log", log.concat());
    bench.file(
        "audit.yaml",
        "- {rule: All, desc: d, condition: ka.verb = get, output: o, priority: INFO, source: k8s_audit}\n",
    );
    let ran = bench.run(&[
        "watch",
        "--audit-log",
        "audit.log",
        "--rules",
        "audit.yaml",
        "--inventory",
        "cluster",
        "-f",
        "json",
    ]);
    let workloads: Vec<_> = ran
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["workload"].as_str().unwrap_or("-").to_owned()
        })
        .collect();
    assert_eq!(workloads, ["Deployment shop/web", "Deployment shop/web", "Deployment shop/web", "-"]);
}

#[test]
fn what_is_learned_silences_what_was_seen() {
    let bench = bench(THREE);
    let more = ["--learn", "learned.yaml", "--report", "json=f.json"];
    let ran = bench.run(&[WATCH, &more].concat());
    assert!(ran.out.contains("Warning cat opened /etc/shadow\n"), "{}", ran.out);
    let learned = fs::read_to_string(bench.path().join("learned.yaml")).expect("it was written");
    assert!(learned.contains("- rule: 'Shadow'") && learned.contains("exceptions: append"), "{learned}");
    assert!(learned.contains("# 4 alerts from 20"), "{learned}");
    assert!(learned.contains("# 2 alerts, the first: cat opened /etc/shadow"), "{learned}");
    let again = bench.run(&[WATCH, &["learned.yaml"]].concat());
    assert_eq!((again.status, again.out.as_str()), (0, ""), "{learned}{}", again.err);
    // Another process is told as before.
    let other =
        Scenario::parse("process 8 ox\n8 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n");
    fs::write(bench.path().join("one.scap"), other.expect("a scenario").capture().expect("a capture"))
        .expect("a file");
    assert_eq!(bench.run(&[WATCH, &["learned.yaml"]].concat()).status, 1);
}

#[test]
fn what_is_learned_of_requests_silences_them() {
    let bench = bench(THREE);
    bench.file("audit.log", EXEC);
    let ran = bench.run(&["watch", "--audit-log", "audit.log", "--learn", "learned.yaml"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/audit");
    let rules = rules.display().to_string();
    let before = bench.run(&["watch", "--audit-log", "audit.log", "--rules", &rules]);
    assert!(!before.out.is_empty());
    let matching =
        ["watch", "--audit-log", "audit.log", "--matching", "all", "--rules", &rules, "learned.yaml"];
    let again = bench.run(&matching);
    assert_eq!((again.status, again.out.as_str()), (0, ""), "{}", again.err);
}

#[test]
fn what_would_kill_a_rule_is_refused() {
    let bench = bench(
        "process 5 cat parent=1 path=/bin/cat\nprocess 1 init\n5 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n",
    );
    let narrow = "- rule: Cat\n  desc: d\n  condition: evt.type = openat and proc.name = cat and proc.pname = init and proc.exepath = /bin/cat\n  output: o\n  priority: INFO\n";
    bench.file("rules.yaml", narrow);
    bench.run(&[WATCH, &["--learn", "learned.yaml"]].concat());
    let learned = fs::read_to_string(bench.path().join("learned.yaml")).expect("it was written");
    assert!(
        learned
            .contains("# refused for the rule `Cat`: with exceptions for what was seen it could never fire"),
        "{learned}"
    );
    // What holds nothing loads too.
    let again = bench.run(&[WATCH, &["learned.yaml", "--fail-on", "none"]].concat());
    assert_eq!((again.status, again.out.lines().count()), (0, 1), "{}", again.err);
}

/// Values that mean something in the language of rules, or in YAML, are quoted.
#[test]
fn what_is_learned_of_strange_names_loads() {
    let bench = bench(
        "process 5 \"a'b(c), d\" path=\"/x/\\\"y\\\" = z\"\nprocess 1 init\n5 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n",
    );
    bench.run(&[WATCH, &["--learn", "learned.yaml"]].concat());
    let learned = fs::read_to_string(bench.path().join("learned.yaml")).expect("it was written");
    let again = bench.run(&[WATCH, &["learned.yaml"]].concat());
    assert_eq!((again.status, again.out.as_str()), (0, ""), "{learned}{}", again.err);
}

#[test]
fn logs_of_clouds_are_told() {
    let bench = Workbench::new();
    let line = EXEC.lines().next().expect("a line");
    let record = serde_json::json!({"records": [{"category": "kube-audit", "properties": {"log": line}}]});
    bench.file("aks.json", format!("{record}\n"));
    let ran = bench.run(&["watch", "--audit-log", "aks.json"]);
    assert_eq!((ran.status, ran.out.lines().count()), (1, 1), "{}", ran.err);
    assert!(ran.err.contains("1 entry: diagnostic records of Azure (AKS)\n1 audit event\n"), "{}", ran.err);
    // As the command lines of clouds print them, on many lines, and as they pack them.
    let event =
        serde_json::json!({"logStreamName": "kube-apiserver-audit-1", "message": line, "ingestionTime": 2});
    let pretty = |value| serde_json::to_string_pretty(&value).expect("it is JSON");
    bench.file("eks.json", pretty(serde_json::json!({"events": [event, event], "searchedLogStreams": []})));
    bench.file("rows.json", pretty(serde_json::json!([{"Category": "kube-audit", "log_s": line}])));
    let entry = serde_json::json!({
        "timestamp": "2026-01-02T03:04:05Z", "insertId": "1",
        "protoPayload": {
            "serviceName": "k8s.io", "methodName": "io.k8s.core.v1.pods.exec.create", "status": {},
            "resourceName": "core/v1/namespaces/shop/pods/web/exec", "authenticationInfo": {"principalEmail": "ada"},
        },
    });
    bench.file("gke.json", pretty(serde_json::json!([entry, entry])));
    for (file, count, shape) in
        [("eks.json", 2, "CloudWatch"), ("rows.json", 1, "Azure"), ("gke.json", 2, "GKE")]
    {
        let ran = bench.run(&["watch", "--audit-log", file]);
        assert_eq!(ran.out.lines().count(), count, "{file} {}", ran.err);
        assert!(ran.err.contains(shape), "{file} {}", ran.err);
        let ran = bench.run(&["access", "least-privilege", "--from-audit", file]);
        assert_eq!(ran.status, 0, "{file} {}", ran.err);
        assert!(ran.out.contains("pods/exec"), "{file} {}", ran.out);
    }
}
