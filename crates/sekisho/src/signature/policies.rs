//! Trust policies: those of `sekisho.yaml`, and files with policies of policy-controller and of Kyverno.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use sekisho_manifest::{Budget, Format, SourceId, load};
use sekisho_signature::root::TrustedRoot;
use sekisho_trust::{PUBLIC_GOOD_NAME, Policy, Surroundings, of_cluster_image_policy, of_kyverno_rule};
use serde_json::Value;

use super::trust::root_of;
use crate::config::Config;

/// The policies of a configuration.
pub(crate) fn of_config(config: &Config) -> Result<Vec<Policy>> {
    let file = config.source.as_ref().map(|source| PathBuf::from(source.name.as_str()));
    let folder = file.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    let file = |path: &str| {
        let path = folder.join(path);
        fs::read_to_string(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
    };
    let public_good = || root_of(Some(PUBLIC_GOOD_NAME)).map(Arc::new).map_err(|error| format!("{error:#}"));
    let around = Surroundings { file: &file, public_good: &public_good };
    config.document.trust.iter().map(|entry| Ok(entry.policy(&around)?)).collect()
}

/// The policies in files: `ClusterImagePolicy`, and rules of Kyverno that verify images.
pub(crate) fn of_files(paths: &[PathBuf], root: Option<&str>) -> Result<Vec<Policy>> {
    let root = Arc::new(root_of(Some(root.unwrap_or(PUBLIC_GOOD_NAME)))?);
    let mut policies = Vec::new();
    for path in paths {
        let named = || format!("`{}`", path.display());
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
        if let Some(error) = loaded.errors.first() {
            bail!("`{}`: {error}", path.display());
        }
        let before = policies.len();
        for document in &loaded.documents {
            policies.extend(of_object(&document.root.to_json(), &root).with_context(named)?);
        }
        if policies.len() == before {
            bail!("`{}` holds no policy that verifies images", path.display());
        }
    }
    Ok(policies)
}

fn of_object(object: &Value, root: &Arc<TrustedRoot>) -> Result<Vec<Policy>> {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
    match text("/kind") {
        "ClusterImagePolicy" => {
            let roots = |name: Option<&str>| name.is_none().then(|| Arc::clone(root));
            Ok(vec![of_cluster_image_policy(object, &roots)?])
        }
        "ClusterPolicy" | "Policy" => {
            let rules = object.pointer("/spec/rules").and_then(Value::as_array);
            let mut found = Vec::new();
            for rule in rules.into_iter().flatten().filter(|rule| rule.get("verifyImages").is_some()) {
                found.extend(of_kyverno_rule(text("/metadata/name"), rule, root)?);
            }
            Ok(found)
        }
        "ImageValidatingPolicy" => {
            bail!("`ImageValidatingPolicy` is not applied to images of a registry yet")
        }
        _ => Ok(Vec::new()),
    }
}
