//! Where a release comes from, as an in-toto statement with SLSA's provenance v1.

use std::fs;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Product, Source, hex};
use crate::workspace::root;

/// The statement about the products: what they are, of which commit, by which tools.
pub(super) fn statement(
    source: &Source,
    target: &str,
    products: &[Product],
    certificates: &str,
) -> Result<Vec<u8>> {
    let toolchain: toml::Value = toml::from_str(&fs::read_to_string(root().join("rust-toolchain.toml"))?)?;
    let subjects: Vec<Value> = products
        .iter()
        .map(|product| json!({"name": product.name, "digest": {"sha256": product.digest}}))
        .collect();
    let lock = fs::read(root().join("Cargo.lock"))?;
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://sekisho.dev/release/v1",
                "externalParameters": {"target": target},
                "internalParameters": {"rust": toolchain["toolchain"]["channel"].as_str()},
                "resolvedDependencies": [
                    {"name": "sekisho", "digest": {"gitCommit": source.commit}},
                    {"name": "Cargo.lock", "digest": {"sha256": hex(&lock)}},
                    {"name": "ca-certificates.crt", "digest": {"sha256": certificates}},
                ],
            },
            "runDetails": {"builder": {"id": "https://sekisho.dev/release/local"}},
        },
    });
    let mut bytes = serde_json::to_vec_pretty(&statement)?;
    bytes.push(b'\n');
    Ok(bytes)
}
