//! Trust policies: those of `sekisho.yaml`, and files with policies of policy-controller and of Kyverno.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use sekisho_manifest::{Budget, Format, SourceId, load};
use sekisho_notary::Services;
use sekisho_signature::root::TrustedRoot;
use sekisho_trust::{
    PUBLIC_GOOD_NAME, Policy, Surroundings, of_cluster_image_policy, of_image_validating_policy,
    of_kyverno_rule, of_trust_root,
};
use serde_json::Value;

use super::keys;
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

/// The policies in files: `ClusterImagePolicy` with the `TrustRoot`s that it names, and what of
/// Kyverno's verifies images.
pub(crate) fn of_files(paths: &[PathBuf], root: Option<&str>, offline: bool) -> Result<Vec<Policy>> {
    let root = Arc::new(root_of(Some(root.unwrap_or(PUBLIC_GOOD_NAME)))?);
    let mut documents = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
        if let Some(error) = loaded.errors.first() {
            bail!("`{}`: {error}", path.display());
        }
        documents.extend(loaded.documents.iter().map(|document| (path, document.root.to_json())));
    }
    let mut roots = Roots { usual: root, named: BTreeMap::new() };
    for (path, object) in &documents {
        if text_of(object, "/kind") == "TrustRoot" {
            let root = of_trust_root(object).with_context(|| format!("`{}`", path.display()))?;
            roots.named.insert(text_of(object, "/metadata/name").to_owned(), Arc::new(root));
        }
    }
    let services = Services::new();
    let mut policies = Vec::new();
    for path in paths {
        let named = || format!("`{}`", path.display());
        let before = policies.len();
        for (_, object) in documents.iter().filter(|(place, _)| *place == path) {
            let mut object = object.clone();
            resolve_keys(&mut object, "", &services, offline).with_context(named)?;
            policies.extend(of_object(&object, &roots).with_context(named)?);
        }
        if policies.len() == before && !roots.are_in(&documents, path) {
            bail!("`{}` holds no policy that verifies images", path.display());
        }
    }
    Ok(policies)
}

/// Roots of trust: the usual one, and those that have a name.
struct Roots {
    usual: Arc<TrustedRoot>,
    named: BTreeMap<String, Arc<TrustedRoot>>,
}

impl Roots {
    fn get(&self, name: Option<&str>) -> Option<Arc<TrustedRoot>> {
        match name {
            None => Some(Arc::clone(&self.usual)),
            Some(name) => self.named.get(name).map(Arc::clone),
        }
    }

    /// Whether a file holds one.
    fn are_in(&self, documents: &[(&PathBuf, Value)], path: &PathBuf) -> bool {
        let mut of_file = documents.iter().filter(|(place, _)| *place == path);
        !self.named.is_empty() && of_file.any(|(_, object)| text_of(object, "/kind") == "TrustRoot")
    }
}

fn text_of<'v>(object: &'v Value, path: &str) -> &'v str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// Puts keys that services and devices hold in the place of their names.
fn resolve_keys(value: &mut Value, field: &str, services: &Services, offline: bool) -> Result<()> {
    match value {
        Value::Array(values) => {
            values.iter_mut().try_for_each(|value| resolve_keys(value, field, services, offline))
        }
        Value::Object(fields) => {
            // `key` of policy-controller, `keys` of Kyverno.
            let target = match field {
                "key" => Some("data"),
                "keys" => Some("publicKeys"),
                _ => None,
            };
            let name = fields.get("kms").and_then(Value::as_str).filter(|name| !name.is_empty());
            if let (Some(target), Some(name)) = (target, name)
                && !fields.contains_key(target)
            {
                let key = keys::public(name, services, offline)?;
                fields.insert(target.to_owned(), key.to_pem().into());
            }
            fields.iter_mut().try_for_each(|(name, value)| resolve_keys(value, name, services, offline))
        }
        _ => Ok(()),
    }
}

fn of_object(object: &Value, roots: &Roots) -> Result<Vec<Policy>> {
    match text_of(object, "/kind") {
        "ClusterImagePolicy" => Ok(vec![of_cluster_image_policy(object, &|name| roots.get(name))?]),
        "ClusterPolicy" | "Policy" => {
            let rules = object.pointer("/spec/rules").and_then(Value::as_array);
            let mut found = Vec::new();
            for rule in rules.into_iter().flatten().filter(|rule| rule.get("verifyImages").is_some()) {
                found.extend(of_kyverno_rule(text_of(object, "/metadata/name"), rule, &roots.usual)?);
            }
            Ok(found)
        }
        "ImageValidatingPolicy" | "NamespacedImageValidatingPolicy" => {
            Ok(vec![of_image_validating_policy(object, &roots.usual)?])
        }
        _ => Ok(Vec::new()),
    }
}
