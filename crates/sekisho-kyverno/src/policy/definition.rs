//! A policy, compiled.

use sekisho_manifest::Span;
use smol_str::SmolStr;

use super::action::{FailureAction, Override};
use super::rule::Rule;
use crate::jmespath::Expressions;

/// A `ClusterPolicy` or `Policy`.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the document")]
pub struct Policy {
    /// Whether it holds for one namespace only.
    pub is_namespaced: bool,
    /// Its name.
    pub name: SmolStr,
    /// Its namespace; empty for a `ClusterPolicy`.
    pub namespace: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// What happens where a rule that validates does not hold, unless the rule says otherwise.
    pub failure_action: FailureAction,
    /// What happens instead in some namespaces.
    pub(crate) overrides: Vec<Override>,
    /// Whether rules behind the first one that applies are left out.
    pub applies_one: bool,
    /// Whether a failure counts as one; otherwise it is a warning.
    pub is_scored: bool,
    /// Whether existing objects are examined too.
    pub background: bool,
    /// Whether requests are examined.
    pub admission: bool,
    /// Whether failures that are only recorded are shown to the sender as warnings.
    pub emits_warnings: bool,
    /// Whether objects that exist when the policy is made make rules generate.
    pub generates_existing: bool,
    /// Whether targets are mutated when the policy is made.
    pub mutates_existing_on_update: bool,
    /// Whether a request is let through that could not be examined.
    pub ignores_failures: bool,
    /// How long an examination may take.
    pub timeout_seconds: Option<i64>,
    /// CEL expressions that must hold for the policy to be asked: name and expression.
    pub match_conditions: Vec<(SmolStr, SmolStr)>,
    /// The expressions of the policy, each compiled when it is first evaluated.
    pub(crate) expressions: Expressions,
    /// The rules, and behind them those made of them for the controllers of Pods.
    pub rules: Vec<Rule>,
}

impl Policy {
    /// The kinds that the rules concern; none where a rule may concern any.
    pub fn kinds(&self) -> Option<Vec<SmolStr>> {
        let mut kinds = Vec::new();
        for rule in &self.rules {
            kinds.extend(rule.exact_kinds()?);
        }
        kinds.sort_unstable();
        kinds.dedup();
        Some(kinds)
    }
}
