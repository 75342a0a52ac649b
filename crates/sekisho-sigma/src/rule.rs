//! Rules, each of a document.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sekisho_falco::condition::Condition;
use sekisho_falco::{EventTypes, Rule};
use sekisho_manifest::{Node, Span, Value as Yaml};

use crate::condition::parse;
use crate::correlation::engine_name;
use crate::error::{SigmaError, SigmaErrorKind};
use crate::item::{any, search};
use crate::level::{Level, level};

/// Limits on a file.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Bytes of a file, and nodes and depth of its YAML.
    pub manifest: sekisho_manifest::Budget,
    /// Comparisons of a condition with its searches written out.
    pub comparisons: usize,
}

impl Default for Budget {
    fn default() -> Self {
        let manifest =
            sekisho_manifest::Budget { bytes: 16 << 20, depth: 50, nodes: 1_000_000, documents: 10_000 };
        Self { manifest, comparisons: 20_000 }
    }
}

/// A rule for audit events.
#[derive(Clone, Debug)]
pub struct SigmaRule {
    /// Its title.
    pub title: String,
    /// What tells it from every other; empty where it does not say.
    pub id: String,
    /// What correlations call it; empty where it does not say.
    pub name: String,
    /// What it finds.
    pub description: String,
    /// How grave a match is.
    pub level: Level,
    /// `stable`, `test`, `experimental`, …
    pub status: String,
    /// Its tags, as they are written.
    pub tags: Vec<String>,
    /// What else may cause it.
    pub false_positives: Vec<String>,
    /// The fields that a person wants to see.
    pub fields: Vec<String>,
    /// What it asks of an event.
    pub condition: Condition,
    /// Where it stands.
    pub span: Span,
}

/// Reads a document with a rule.
pub(crate) fn rule(root: &Node, budget: &Budget) -> Result<SigmaRule, SigmaError> {
    let fail = |kind, node: &Node| SigmaError { kind, span: node.span };
    let missing = |name| SigmaError { kind: SigmaErrorKind::Missing(name), span: root.span };
    if root.as_mapping().is_none() {
        return Err(fail(SigmaErrorKind::Kind { name: "a rule".to_owned(), wanted: "a map" }, root));
    }
    if let Some(node) = root.get("action") {
        let words =
            "documents that complete others (`action`) are no longer part of Sigma: write each rule out";
        return Err(fail(SigmaErrorKind::Unsupported(words), node));
    }
    let title = root.str("title").trim().to_owned();
    if title.is_empty() {
        return Err(missing("title"));
    }
    logsource(root.get("logsource").ok_or_else(|| missing("logsource"))?)?;
    let level = level(root)?;
    let detection = root.get("detection").ok_or_else(|| missing("detection"))?;
    let texts = |key: &str| root.strings(key).map(str::to_owned).collect::<Vec<_>>();
    Ok(SigmaRule {
        title,
        id: root.str("id").to_owned(),
        name: root.str("name").to_owned(),
        description: root.str("description").trim().to_owned(),
        level,
        status: root.str("status").to_owned(),
        tags: texts("tags"),
        false_positives: texts("falsepositives"),
        fields: texts("fields"),
        condition: detected(detection, &[], budget)?,
        span: root.span,
    })
}

/// Whether a rule looks at audit events of Kubernetes: the product, and its service or category where it names one.
pub(crate) fn logsource(node: &Node) -> Result<(), SigmaError> {
    let (product, service, category) = (node.str("product"), node.str("service"), node.str("category"));
    let is_meant = product == "kubernetes"
        && matches!(service, "" | "audit")
        && matches!(category, "" | "application" | "audit")
        && !(service.is_empty() && category == "application");
    if is_meant {
        return Ok(());
    }
    let shown = [product, service, category]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("/");
    Err(SigmaError { kind: SigmaErrorKind::Source(shown), span: node.span })
}

/// The condition of a map of searches; these keys are no searches.
pub(crate) fn detected(detection: &Node, others: &[&str], budget: &Budget) -> Result<Condition, SigmaError> {
    let fail = |kind, node: &Node| SigmaError { kind, span: node.span };
    let mut searches = Vec::new();
    let mut conditions: Vec<(&str, &Node)> = Vec::new();
    for entry in detection.entries() {
        match entry.key.as_str() {
            "condition" => match &entry.node.value {
                Yaml::Sequence(items) => {
                    conditions.extend(items.iter().map(|item| (item.as_str().unwrap_or_default(), item)));
                }
                _ => conditions.push((entry.node.as_str().unwrap_or_default(), &entry.node)),
            },
            "timeframe" => {
                let words = "`timeframe` is no longer part of Sigma: write a correlation over the rule";
                return Err(fail(SigmaErrorKind::Unsupported(words), &entry.node));
            }
            other if others.contains(&other) => {}
            name => searches.push((name.to_owned(), search(name, &entry.node)?)),
        }
    }
    if conditions.is_empty() {
        return Err(fail(SigmaErrorKind::Missing("condition"), detection));
    }
    let sizes: Vec<(String, usize)> =
        searches.iter().map(|(name, condition)| (name.clone(), comparisons(condition))).collect();
    let most = sizes.iter().map(|(_, size)| size).sum::<usize>().max(1);
    let mut alternatives = Vec::new();
    let mut total = 0;
    for (text, node) in conditions {
        // A name that stands often is written out as often.
        total += text.split_whitespace().count().saturating_mul(most);
        if total > budget.comparisons.saturating_mul(10) {
            return Err(fail(SigmaErrorKind::TooLarge("the condition names too much"), node));
        }
        let condition = parse(text, &searches).map_err(|kind| fail(kind, node))?;
        if comparisons(&condition) > budget.comparisons {
            return Err(fail(SigmaErrorKind::TooLarge("the condition has too many comparisons"), node));
        }
        alternatives.push(condition);
    }
    Ok(any(alternatives))
}

/// How many comparisons a condition makes.
fn comparisons(condition: &Condition) -> usize {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().map(comparisons).sum(),
        Condition::Not(part) => comparisons(part),
        Condition::Macro { .. } | Condition::Exists { .. } | Condition::Check { .. } => 1,
    }
}

impl SigmaRule {
    /// What its matches are called: titles need not be unique, and identifiers are.
    pub fn engine_name(&self) -> String {
        engine_name(&self.title, &self.id)
    }

    /// The rule for the engine. `name` is what it is called there, which must be its own.
    pub fn into_rule(self, name: String, source: &str) -> Rule {
        let priority = self.level.priority();
        // A per cent sign begins the name of a field there.
        let mut output = self.title.replace('%', "");
        output.push_str(
            " (user=%ka.user.name verb=%ka.verb object=%ka.target.resource/%ka.target.name \
             namespace=%ka.target.namespace from=%ka.sourceips",
        );
        for field in self.fields.iter().filter(|field| is_shown(field)) {
            // Writing to a string cannot fail.
            let _ = write!(output, " {field}=%audit.value[{field}]");
        }
        output.push(')');
        let mut tags: BTreeSet<String> = self.tags.iter().map(|tag| mapped(tag)).collect();
        tags.insert("sigma".to_owned());
        Rule {
            name,
            source: source.to_owned(),
            description: self.description,
            priority,
            tags,
            enabled: !matches!(self.status.as_str(), "deprecated" | "unsupported"),
            capture: false,
            capture_duration: 0,
            output,
            event_types: EventTypes::of(&self.condition),
            condition: self.condition,
            span: self.span,
        }
    }
}

/// Whether a name can stand in an output.
fn is_shown(field: &str) -> bool {
    !field.is_empty()
        && field.len() < 200
        && field
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '/'))
}

/// A technique of ATT&CK as other rules write it; any other tag as it is.
pub(crate) fn mapped(tag: &str) -> String {
    match tag.strip_prefix("attack.t") {
        Some(number) if number.starts_with(|first: char| first.is_ascii_digit()) => {
            format!("attack/T{number}")
        }
        _ => tag.to_owned(),
    }
}
