//! Exceptions: resources that are let off from rules.

use sekisho_manifest::{Node, Span};
use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::matching::Filter;
use crate::operators::Conditions;
use crate::scalar::wildcard;
use crate::value::Value;

use super::fields::{list, text, texts};
use super::standard::Standard;

/// A `PolicyException`.
#[derive(Debug)]
pub struct Exception {
    /// Its name.
    pub name: SmolStr,
    /// Its namespace.
    pub namespace: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// Whether it holds for existing objects too.
    pub background: bool,
    pub(crate) matches: Filter,
    pub(crate) conditions: Option<Conditions>,
    /// Policies and their rules.
    pub(crate) rules: Vec<(SmolStr, Vec<SmolStr>)>,
    /// The controls of Pod Security that are let off; where there are any, the rest of them still counts.
    pub(crate) pod_security: Vec<Standard>,
}

pub(super) fn read(root: &Node) -> Exception {
    let value = Value::from_node(root).with_floats();
    let empty = Value::Null;
    let spec = value.get("spec").unwrap_or(&empty);
    let metadata = value.get("metadata").unwrap_or(&empty);
    Exception {
        name: text(metadata, "name"),
        namespace: text(metadata, "namespace"),
        span: root.span,
        background: spec.get("background").and_then(Value::as_bool).unwrap_or(true),
        matches: Filter::read(spec.get("match").unwrap_or(&empty)),
        conditions: spec
            .get("conditions")
            .filter(|value| !value.is_null())
            .and_then(|value| Conditions::read(value).ok()),
        rules: list(spec, "exceptions")
            .iter()
            .map(|item| (text(item, "policyName"), texts(item, "ruleNames")))
            .collect(),
        pod_security: Standard::list(spec.get("podSecurity")),
    }
}

impl Exception {
    /// Namespace and name in one.
    pub(crate) fn key(&self) -> String {
        if self.namespace.is_empty() {
            self.name.to_string()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }

    /// Whether the exception names a rule of a policy.
    pub(crate) fn names(&self, policy: &str, rule: &str, meter: &Meter) -> Result<bool, BudgetError> {
        for (name, rules) in &self.rules {
            if name != policy {
                continue;
            }
            for pattern in rules {
                if wildcard(pattern, rule, meter)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
