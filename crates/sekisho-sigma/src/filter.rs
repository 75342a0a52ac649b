//! Filters: what many rules leave out, said once.

use sekisho_falco::condition::Condition;
use sekisho_manifest::{Node, Span};

use crate::error::{SigmaError, SigmaErrorKind};
use crate::item::all;
use crate::rule::{Budget, SigmaRule, detected, logsource};

/// What other rules must hold besides.
#[derive(Clone, Debug)]
pub struct SigmaFilter {
    /// Its title.
    pub title: String,
    /// The rules that it is about, by name or identifier; none for all.
    pub rules: Option<Vec<String>>,
    /// What an event must hold for a rule to find it.
    pub condition: Condition,
    /// Where it stands.
    pub span: Span,
}

impl SigmaFilter {
    /// Adds what it asks to a rule that it is about.
    pub fn apply(&self, rule: &mut SigmaRule) {
        let is_about = self.rules.as_ref().is_none_or(|rules| {
            rules.iter().any(|name| !name.is_empty() && (*name == rule.id || *name == rule.name))
        });
        if is_about {
            let was = std::mem::replace(&mut rule.condition, Condition::And(Vec::new()));
            rule.condition = all(vec![was, self.condition.clone()]);
        }
    }
}

/// Reads a document with `filter`.
pub(crate) fn filter(root: &Node, node: &Node, budget: &Budget) -> Result<SigmaFilter, SigmaError> {
    let missing = |name| SigmaError { kind: SigmaErrorKind::Missing(name), span: node.span };
    if node.as_mapping().is_none() {
        let kind = SigmaErrorKind::Kind { name: "filter".to_owned(), wanted: "a map" };
        return Err(SigmaError { kind, span: node.span });
    }
    logsource(root.get("logsource").ok_or_else(|| missing("logsource"))?)?;
    let rules = node.get("rules").ok_or_else(|| missing("rules"))?;
    let rules = match rules.as_str() {
        Some(any) if any.eq_ignore_ascii_case("any") => None,
        Some(one) => Some(vec![one.to_owned()]),
        None => Some(node.strings("rules").map(str::to_owned).collect::<Vec<_>>()),
    };
    Ok(SigmaFilter {
        title: root.str("title").trim().to_owned(),
        rules: rules.filter(|rules| !rules.is_empty()),
        condition: detected(node, &["rules"], budget)?,
        span: root.span,
    })
}
