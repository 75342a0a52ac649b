//! FriendsOfPHP: YAML with constraints a branch. See github.com/FriendsOfPHP/security-advisories.

use sekisho_manifest::{Budget as LoadBudget, Node, SourceId, Value, load_one};
use sekisho_version::Ecosystem;

use crate::advisory::{Advisory, Affected};
use crate::budget::{AdvisoryError, Budget};

/// Reads one record. Its identifier is its CVE, else the path that it lies under, without the extension.
pub fn read(text: &str, path: &str, budget: &Budget) -> Result<Advisory, AdvisoryError> {
    budget.admit(text)?;
    let loaded = load_one(SourceId::default(), text, &LoadBudget::default());
    if let Some(error) = loaded.errors.first() {
        return Err(AdvisoryError::Yaml(error.to_string()));
    }
    let root = &loaded.documents.first().ok_or(AdvisoryError::Missing("branches"))?.root;
    let name =
        root.str("reference").strip_prefix("composer://").ok_or(AdvisoryError::Missing("reference"))?;
    let branches = root.get("branches").ok_or(AdvisoryError::Missing("branches"))?;
    let mut within = Vec::new();
    let mut published: Option<String> = None;
    if let Value::Mapping(branches) = &branches.value {
        for branch in branches.entries() {
            let time = branch.node.str("time");
            if !time.is_empty() && published.as_deref().is_none_or(|earlier| time < earlier) {
                published = Some(time.to_owned());
            }
            let Some(Node { value: Value::Sequence(versions), .. }) = branch.node.get("versions") else {
                continue;
            };
            let constraints: Vec<&str> = versions.iter().filter_map(Node::as_str).collect();
            if !constraints.is_empty() {
                within.push(constraints.join(", "));
            }
        }
    }
    let cve = Some(root.str("cve")).filter(|cve| cve.starts_with("CVE-"));
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let affected = Affected {
        ecosystem: Ecosystem::named("Packagist"),
        name: name.to_owned(),
        within,
        ..Affected::default()
    };
    Ok(Advisory {
        id: cve.unwrap_or(stem).to_owned(),
        summary: root.str("title").trim().to_owned(),
        published,
        affected: vec![affected],
        ..Advisory::default()
    })
}
