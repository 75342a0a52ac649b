//! Policies that remove objects on a schedule.

use sekisho_manifest::{Node, Span, field};
use smol_str::SmolStr;

use crate::context::ContextEntry;
use crate::matching::Filter;
use crate::operators::Conditions;
use crate::value::Value;

use super::error::{PolicyError, PolicyErrorKind};
use super::fields::{list, text};

/// A `CleanupPolicy` or `ClusterCleanupPolicy`.
#[derive(Debug)]
pub struct CleanupPolicy {
    /// Its name.
    pub name: SmolStr,
    /// Its namespace; empty for a `ClusterCleanupPolicy`.
    pub namespace: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// When it runs, in the form of cron.
    pub schedule: SmolStr,
    /// What becomes of the dependents: `Foreground`, `Background`, `Orphan`; empty: the API server's default.
    pub propagation: SmolStr,
    pub(crate) matches: Filter,
    pub(crate) excludes: Option<Filter>,
    pub(crate) context: Vec<ContextEntry>,
    pub(crate) conditions: Option<Conditions>,
}

impl CleanupPolicy {
    /// The kinds that it can remove; none where that cannot be told.
    pub fn kinds(&self) -> Option<Vec<SmolStr>> {
        let mut kinds = Vec::new();
        for block in self.matches.blocks() {
            if block.kinds.is_empty() {
                return None;
            }
            for kind in &block.kinds {
                kinds.push(kind.exact_kind()?.clone());
            }
        }
        Some(kinds)
    }
}

pub(super) fn read(root: &Node, errors: &mut Vec<PolicyError>) -> CleanupPolicy {
    let value = Value::from_node(root).with_floats();
    let empty = Value::Null;
    let spec = value.get("spec").unwrap_or(&empty);
    let metadata = value.get("metadata").unwrap_or(&empty);
    let span = root.get("spec").map_or(root.span, |node| node.span);
    let mut context = Vec::new();
    for item in list(spec, "context") {
        match ContextEntry::read(item) {
            Ok(entry) => context.push(entry),
            Err(error) => {
                let kind = PolicyErrorKind::Expression(error.to_string());
                errors.push(kind.at(span, field!["spec", "context"]));
            }
        }
    }
    if text(spec, "schedule").is_empty() {
        errors.push(PolicyErrorKind::Missing("schedule").at(span, field!["spec", "schedule"]));
    }
    let present = |key: &str| spec.get(key).filter(|value| !value.is_null());
    CleanupPolicy {
        name: text(metadata, "name"),
        namespace: text(metadata, "namespace"),
        span: root.span,
        schedule: text(spec, "schedule"),
        propagation: text(spec, "deletionPropagationPolicy"),
        matches: Filter::read(spec.get("match").unwrap_or(&empty)),
        excludes: present("exclude").map(Filter::read).filter(|filter| !filter.is_empty()),
        context,
        conditions: present("conditions").and_then(|value| Conditions::read(value).ok()),
    }
}
