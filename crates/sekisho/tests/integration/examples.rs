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
