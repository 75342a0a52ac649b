//! What users give for Kyverno's policies beside resources: values of variables, and who asks.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use sekisho_kyverno::Settings;
use sekisho_kyverno::given::{Values, user};
use sekisho_manifest::Node;
use sekisho_policy::kyverno;

use crate::arguments::policy::GivenArguments;

/// The fields of a file of values.
const VALUES: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "globalValues",
    "policies",
    "namespaceSelector",
    "namespaces",
    "subresources",
];

/// The fields of a file that says who asks.
const USER: &[&str] = &["apiVersion", "kind", "metadata", "roles", "clusterRoles", "userInfo"];

/// Reads what is given: files, and the texts of single variables.
pub(crate) fn read(arguments: &GivenArguments) -> Result<kyverno::Options> {
    let mut given = kyverno::Options::from(Settings { now: super::now(), ..Settings::default() });
    if let Some(path) = &arguments.values {
        given.values = Values::read(&document(path, "Values", VALUES)?);
    }
    for (name, text) in &arguments.set {
        given.values = std::mem::take(&mut given.values).with(name, text);
    }
    if let Some(path) = &arguments.user_info {
        given.user = Some(user(&document(path, "UserInfo", USER)?));
    }
    Ok(given)
}

/// The first document of a file, which must be of a kind; older files do not say theirs.
fn document(path: &Path, kind: &str, fields: &[&str]) -> Result<Node> {
    let roots = super::testing::read_roots(path).map_err(|problem| anyhow!(problem))?;
    let Some(root) = roots.into_iter().next() else {
        bail!("`{}` is empty: write a document of kind {kind}", path.display());
    };
    let Some(mapping) = root.as_mapping() else {
        bail!("`{}` holds no mapping: write a document of kind {kind}", path.display());
    };
    // Kyverno does not look at the kind of a file of values, and many say `Value`.
    let found = root.str("kind");
    if !found.is_empty() && found.trim_end_matches('s') != kind.trim_end_matches('s') {
        bail!("`{}` is of kind `{found}`: write one of kind {kind}", path.display());
    }
    if let Some(entry) = mapping.entries().iter().find(|entry| !fields.contains(&entry.key.as_str())) {
        bail!("`{}` has a field `{}`: use {}", path.display(), entry.key, fields.join(", "));
    }
    Ok(root)
}
