//! `sekisho.yaml`: found upward, every mistake with its place.

use crate::command::{PRIVILEGED, Workbench};

#[test]
fn the_nearest_file_above_the_target_counts() {
    let bench = Workbench::new();
    bench.file("sekisho.yaml", "scan:\n  failOn: none\n");
    bench.file("deploy/app/pod.yaml", PRIVILEGED);
    assert_eq!(bench.run(&["scan", "deploy/app"]).status, 0);
    assert_eq!(bench.run(&["scan", "deploy/app/pod.yaml"]).status, 0);
    bench.file("deploy/sekisho.yaml", "scan:\n  failOn: low\n");
    assert_eq!(bench.run(&["scan", "deploy/app"]).status, 1);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    for (config, place, words) in [
        ("scan:\n  failOnn: none\n", ":2:3", "failOnn"),
        ("scan:\n  failOn: terrible\n", ":2:", "terrible"),
        ("checks:\n  disable: [privileged-contaner]\n", ":2:13", "did you mean `privileged-container`"),
        ("checks:\n  severity:\n    no-such-check: low\n", ":3:", "no-such-check"),
        ("exceptions:\n  - checks: [host-network]\n    reason: because\n", ":2:", "owner"),
        ("exceptions:\n  - checks: [host-network]\n    reason: x\n    owner: \"\"\n", ":2:", "owner"),
        (
            "exceptions:\n  - checks: [host-networkk]\n    reason: x\n    owner: me\n",
            ":2:14",
            "did you mean `host-network`",
        ),
        (
            "exceptions:\n  - checks: [host-network]\n    reason: x\n    owner: me\n    expires: tomorrow\n",
            ":2:",
            "is no date",
        ),
        ("scan: [\n", ":", ""),
        ("scan: {}\n---\nscan: {}\n", ":3:1", "one document"),
        ("checks:\n  kubernetesVersion: latest\n", "", "no Kubernetes version"),
        ("checks:\n  enable: [host-port]\n  disable: [host-port]\n", "", "both enables and disables"),
        ("scan:\n  exclude: [\"a{b\"]\n", "", "no valid pattern"),
        ("language: klingon\n", "", "klingon"),
    ] {
        bench.file("sekisho.yaml", config);
        let ran = bench.run(&["scan", "."]);
        assert_eq!(ran.status, 2, "{config}: {}{}", ran.out, ran.err);
        assert!(
            ran.err.contains(&format!("sekisho.yaml{place}")) || place.is_empty(),
            "{config}: {}",
            ran.err
        );
        assert!(ran.err.contains(words), "{config}: {}", ran.err);
        assert_eq!(ran.err.trim().lines().count(), 1, "{config}: {}", ran.err);
    }
}

#[test]
fn an_empty_file_and_one_of_comments_are_fine() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    for config in ["", "# nothing yet\n", "---\n"] {
        bench.file("sekisho.yaml", config);
        assert_eq!(bench.run(&["scan", "."]).status, 1);
    }
}

#[test]
fn settings_reach_the_checks() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    bench.file(
        "sekisho.yaml",
        "scan:\n  exclude: [\"generated/\"]\nchecks:\n  disable: [privileged-container]\n  \
         severity: {latest-tag: critical}\n  trustedRegistries: [ghcr.io/acme]\n",
    );
    bench.file("generated/pod.yaml", PRIVILEGED.replace("privileged: true", "runAsUser: 0"));
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert!(!ran.has("privileged-container") && !ran.has("run-as-root"), "{}", ran.out);
    assert!(ran.has("untrusted-registry"), "{}", ran.out);
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let bench = Workbench::new();
    let schema: serde_json::Value =
        serde_json::from_str(&bench.run(&["schema", "config"]).out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let good = serde_json::json!({
        "scan": { "failOn": "none", "exclude": ["a"], "persona": "pedantic", "maxFileSize": 3 },
        "checks": { "severity": { "host-port": "low" } },
        "exceptions": [{ "checks": ["host-port"], "owner": "me", "reason": "why", "expires": "2027-01-31" }],
    });
    assert!(validator.is_valid(&good));
    assert!(!validator.is_valid(&serde_json::json!({ "scan": { "failOn": "terrible" } })));
    assert!(!validator.is_valid(&serde_json::json!({ "sca": {} })));
}
