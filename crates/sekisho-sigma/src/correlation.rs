//! Correlations: rules over what other rules found, within a time and for each group of values.

use std::collections::BTreeMap;

use sekisho_manifest::{Node, Span};

use crate::error::{SigmaError, SigmaErrorKind};
use crate::level::{Level, level};

/// No more events of a group are kept, so that no more can be asked for.
pub(crate) const MOST: u64 = 10_000;
/// Rules that a correlation may name.
const MOST_RULES: usize = 64;

/// A rule over what other rules found.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Its title.
    pub title: String,
    /// What tells it from every other; empty where it does not say.
    pub id: String,
    /// What other correlations call it; empty where it does not say.
    pub name: String,
    /// What it finds.
    pub description: String,
    /// How grave a match is.
    pub level: Level,
    /// Its tags, as they are written.
    pub tags: Vec<String>,
    /// What is counted.
    pub kind: CorrelationKind,
    /// The rules that it is about, by name or identifier.
    pub rules: Vec<String>,
    /// What events are put together by.
    pub group_by: Vec<String>,
    /// For a name in `group_by` the fields of rules that it stands for.
    pub aliases: BTreeMap<String, BTreeMap<String, String>>,
    /// Within how many nanoseconds.
    pub timespan: u64,
    /// The same as it was written.
    pub written_timespan: String,
    /// What the number must be.
    pub conditions: Vec<(Comparison, u64)>,
    /// Whether the rules that it names tell by themselves too.
    pub generates: bool,
    /// Where it stands.
    pub span: Span,
}

/// What a correlation counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CorrelationKind {
    /// Events.
    Events,
    /// Different values of a field.
    Values(String),
    /// Rules that found something.
    Rules,
    /// Rules that found something in their order.
    Ordered,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Comparison {
    /// Whether a number compares so.
    pub(crate) fn holds(self, number: u64, wanted: u64) -> bool {
        match self {
            Self::Less => number < wanted,
            Self::LessOrEqual => number <= wanted,
            Self::Greater => number > wanted,
            Self::GreaterOrEqual => number >= wanted,
            Self::Equal => number == wanted,
            Self::NotEqual => number != wanted,
        }
    }
}

/// Reads a document with `correlation`.
pub(crate) fn correlation(root: &Node, node: &Node) -> Result<Correlation, SigmaError> {
    let fail = |kind, node: &Node| SigmaError { kind, span: node.span };
    let missing = |name| SigmaError { kind: SigmaErrorKind::Missing(name), span: node.span };
    let wrong =
        |name: &str, wanted, node: &Node| fail(SigmaErrorKind::Kind { name: name.to_owned(), wanted }, node);
    if node.as_mapping().is_none() {
        return Err(wrong("correlation", "a map", node));
    }
    let title = root.str("title").trim().to_owned();
    if title.is_empty() {
        return Err(SigmaError { kind: SigmaErrorKind::Missing("title"), span: root.span });
    }
    let texts = |node: &Node, key: &str| -> Vec<String> {
        match node.get(key).and_then(Node::as_str) {
            Some(one) => vec![one.to_owned()],
            None => node.strings(key).map(str::to_owned).collect(),
        }
    };
    let rules = texts(node, "rules");
    if rules.is_empty() {
        return Err(missing("rules"));
    }
    if rules.len() > MOST_RULES {
        return Err(fail(SigmaErrorKind::TooLarge("a correlation names more than 64 rules"), node));
    }
    let condition = node.get("condition");
    let kind_node = node.get("type").ok_or_else(|| missing("type"))?;
    let kind = match kind_node.as_str().unwrap_or_default() {
        "event_count" => CorrelationKind::Events,
        "value_count" => {
            let field = condition.map(|condition| condition.str("field")).unwrap_or_default();
            if field.is_empty() {
                return Err(missing("condition.field"));
            }
            CorrelationKind::Values(field.to_owned())
        }
        "temporal" => CorrelationKind::Rules,
        "temporal_ordered" => CorrelationKind::Ordered,
        "value_sum" | "value_avg" | "value_percentile" | "value_median" => {
            let words = "sums and averages of values are not computed: use event_count, value_count, temporal or \
                         temporal_ordered";
            return Err(fail(SigmaErrorKind::Unsupported(words), kind_node));
        }
        _ => return Err(wrong("type", "event_count, value_count, temporal or temporal_ordered", kind_node)),
    };
    let span_node =
        node.get("timespan").or_else(|| node.get("timeframe")).ok_or_else(|| missing("timespan"))?;
    let written = span_node.as_str().unwrap_or_default();
    let timespan = timespan(written)
        .ok_or_else(|| wrong("timespan", "a number with s, m, h, d, w, M or y behind it", span_node))?;
    let mut conditions = conditions(condition)?;
    let counts = matches!(kind, CorrelationKind::Events | CorrelationKind::Values(_));
    if conditions.is_empty() && counts {
        return Err(missing("condition"));
    }
    if conditions.is_empty() {
        conditions.push((Comparison::GreaterOrEqual, rules.len() as u64));
    }
    let aliases = node.get("aliases").map(Node::entries).unwrap_or_default().iter().map(|alias| {
        let fields = alias.node.entries().iter();
        let fields =
            fields.map(|entry| (entry.key.to_string(), entry.node.as_str().unwrap_or_default().to_owned()));
        (alias.key.to_string(), fields.collect())
    });
    Ok(Correlation {
        title,
        id: root.str("id").to_owned(),
        name: root.str("name").to_owned(),
        description: root.str("description").trim().to_owned(),
        level: level(root)?,
        tags: texts(root, "tags"),
        kind,
        rules,
        group_by: texts(node, "group-by"),
        aliases: aliases.collect(),
        timespan,
        written_timespan: written.to_owned(),
        conditions,
        generates: node.is_true("generate") || root.is_true("generate"),
        span: root.span,
    })
}

/// What the number must be, where it is said.
fn conditions(condition: Option<&Node>) -> Result<Vec<(Comparison, u64)>, SigmaError> {
    let fail = |kind, node: &Node| SigmaError { kind, span: node.span };
    let wrong =
        |wanted, node: &Node| fail(SigmaErrorKind::Kind { name: "condition".to_owned(), wanted }, node);
    let mut conditions = Vec::new();
    if let Some(node) = condition.filter(|node| node.as_str().is_some()) {
        let words = "conditions that join rules by `and`, `or` and `not` are not evaluated: name the rules that must all come, \
                     or say how many";
        return Err(fail(SigmaErrorKind::Unsupported(words), node));
    }
    if let Some(node) = condition.filter(|node| node.as_mapping().is_none()) {
        return Err(wrong("a map of lt, lte, gt, gte, eq, neq and field", node));
    }
    for entry in condition.map(Node::entries).unwrap_or_default() {
        let comparison = match entry.key.as_str() {
            "lt" => Comparison::Less,
            "lte" => Comparison::LessOrEqual,
            "gt" => Comparison::Greater,
            "gte" => Comparison::GreaterOrEqual,
            "eq" => Comparison::Equal,
            "neq" => Comparison::NotEqual,
            "field" => continue,
            _ => return Err(wrong("a map of lt, lte, gt, gte, eq, neq and field", &entry.node)),
        };
        let number = entry.node.as_i64().and_then(|number| u64::try_from(number).ok());
        let number = number.ok_or_else(|| wrong("made of whole numbers", &entry.node))?;
        if number > MOST {
            return Err(fail(SigmaErrorKind::TooLarge("a correlation counts to 10,000"), &entry.node));
        }
        conditions.push((comparison, number));
    }
    Ok(conditions)
}

impl Correlation {
    /// What its matches are called: titles need not be unique, and identifiers are.
    pub fn engine_name(&self) -> String {
        engine_name(&self.title, &self.id)
    }
}

/// What matches of a title and an identifier are called.
pub(crate) fn engine_name(title: &str, id: &str) -> String {
    if id.is_empty() { title.to_owned() } else { format!("{title} ({id})") }
}

/// Nanoseconds of a time as `15m`.
fn timespan(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        'M' => 2_629_746,
        'y' => 31_556_952,
        _ => return None,
    };
    number.checked_mul(seconds)?.checked_mul(1_000_000_000).filter(|span| *span > 0)
}
