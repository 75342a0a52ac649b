//! The floors: a crate depends only on floors below its own, or on a sibling that is allowed here.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Offences;
use crate::workspace::root;

/// The floor of every crate. A new crate is entered here when it appears.
const FLOORS: &[(&str, u8)] = &[
    ("sekisho-contents", 0),
    ("sekisho-finding", 0),
    ("sekisho-framework", 0),
    ("sekisho-go", 0),
    ("sekisho-manifest", 0),
    ("sekisho-version", 0),
    ("sekisho-capture", 1),
    ("sekisho-advisory", 1),
    ("sekisho-audit", 1),
    ("sekisho-cel", 1),
    ("sekisho-chart", 1),
    ("sekisho-dockerfile", 1),
    ("sekisho-falco", 1),
    ("sekisho-kustomize", 1),
    ("sekisho-kyverno", 1),
    ("sekisho-oci", 1),
    ("sekisho-rego", 1),
    ("sekisho-sbom", 1),
    ("sekisho-sigma", 1),
    ("sekisho-signature", 1),
    ("sekisho-tuf", 1),
    ("sekisho-yara", 1),
    ("sekisho-access", 2),
    ("sekisho-inventory", 2),
    ("sekisho-package", 2),
    ("sekisho-leak", 2),
    ("sekisho-policy", 2),
    ("sekisho-posture", 2),
    ("sekisho-risk", 2),
    ("sekisho-runtime", 2),
    ("sekisho-trust", 2),
    ("sekisho-vulnerability", 2),
    ("sekisho-cluster", 3),
    ("sekisho-notification", 3),
    ("sekisho-notary", 3),
    ("sekisho-registry", 3),
    ("sekisho-source", 3),
    ("sekisho-database", 3),
    ("sekisho-store", 3),
    ("sekisho-controller", 4),
    ("sekisho-report", 4),
    ("sekisho-webhook", 4),
    ("sekisho", 4),
];

/// Siblings on one floor that may depend on each other: (from, to). The binary stands above its floor.
const SIBLINGS: &[(&str, &str)] = &[
    ("sekisho-contents", "sekisho-version"),
    ("sekisho-finding", "sekisho-framework"),
    ("sekisho-finding", "sekisho-manifest"),
    // The seam between events and rules.
    ("sekisho-audit", "sekisho-falco"),
    ("sekisho-sigma", "sekisho-falco"),
    // Names and parameters of events.
    ("sekisho-falco", "sekisho-capture"),
    ("sekisho-go", "sekisho-manifest"),
    ("sekisho-kyverno", "sekisho-cel"),
    ("sekisho-kyverno", "sekisho-kustomize"),
    // Images of workloads are judged beside everything else of them.
    ("sekisho-policy", "sekisho-trust"),
    ("sekisho-posture", "sekisho-inventory"),
    // Templates and formats of Go, which Rego has as well.
    ("sekisho-rego", "sekisho-chart"),
    ("sekisho-risk", "sekisho-inventory"),
    // Keys and what they have signed.
    ("sekisho-tuf", "sekisho-signature"),
    // Policies that lie in a registry, or stand in a cluster.
    ("sekisho-source", "sekisho-registry"),
    ("sekisho-source", "sekisho-cluster"),
    // What policies look at of a running cluster.
    ("sekisho-controller", "sekisho-webhook"),
    ("sekisho", "sekisho-controller"),
    ("sekisho", "sekisho-report"),
    ("sekisho", "sekisho-webhook"),
];

pub(super) fn check() -> Result<Offences> {
    let mut offences = Offences::new();
    let metadata = metadata()?;
    for package in metadata.get("packages").and_then(Value::as_array).into_iter().flatten() {
        let name = text(package, "name");
        if name == "xtask" {
            continue;
        }
        let Some(floor) = floor(name) else {
            offences.push(format!("{name}: stands on no floor: enter it in xtask/src/tidy/floors.rs"));
            continue;
        };
        for dependency in package.get("dependencies").and_then(Value::as_array).into_iter().flatten() {
            let (to, is_dev) = (text(dependency, "name"), text(dependency, "kind") == "dev");
            let Some(below) = self::floor(to).filter(|_| !is_dev) else { continue };
            if below >= floor && !SIBLINGS.contains(&(name, to)) {
                offences.push(format!("{name} (floor {floor}) depends on {to} (floor {below})"));
            }
        }
    }
    Ok(offences)
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

fn metadata() -> Result<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root())
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}
