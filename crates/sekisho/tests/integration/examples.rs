//! The shops that stand in `examples/`: what the README shows must be so.

use std::path::Path;
use std::process::Command;

fn scan(example: &str, arguments: &[&str]) -> (i32, serde_json::Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["scan", example, "--format", "json"])
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("the command runs");
    let report = serde_json::from_slice(&output.stdout).expect("JSON");
    (output.status.code().expect("a status"), report)
}

#[test]
fn the_shop_has_ranked_findings_and_the_hardened_one_has_none() {
    let (status, report) = scan("examples/shop", &[]);
    assert_eq!(status, 0, "its configuration says that findings do not fail the run");
    let risks: Vec<f64> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["risk"].as_f64().expect("a risk"))
        .collect();
    assert!(risks.len() >= 60, "{} findings", risks.len());
    assert!(risks.is_sorted_by(|a, b| a >= b), "not ranked");
    assert!(!report["actions"].as_array().expect("actions").is_empty());

    let (status, report) = scan("examples/shop-hardened", &["--fail-on", "info"]);
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!((status, findings.len()), (0, 0), "{}", report["findings"]);
}

#[test]
fn the_chart_has_findings_of_one_of_its_sets_and_the_kustomization_of_both_overlays() {
    let (status, report) = scan("examples/orders-chart", &[]);
    assert_eq!(status, 0, "{}", report["coverage"]);
    let findings = report["findings"].as_array().expect("findings");
    let of = |rule: &str| findings.iter().find(|finding| finding["rule"] == rule).expect("a finding");
    let password = of("secret-in-manifest");
    assert_eq!(password["location"]["value"]["key"], "database.password");
    assert_eq!(password["valueSets"], serde_json::json!(["development"]));
    assert_eq!(of("latest-tag")["valueSets"], serde_json::Value::Null, "the hook is there with both");

    let (status, report) = scan("examples/orders-kustomize", &[]);
    assert_eq!(status, 0, "{}", report["coverage"]);
    let findings = report["findings"].as_array().expect("findings");
    let latest = findings.iter().find(|finding| finding["rule"] == "latest-tag").expect("a finding");
    assert_eq!(latest["location"]["file"], "examples/orders-kustomize/overlays/staging/kustomization.yaml");
}
