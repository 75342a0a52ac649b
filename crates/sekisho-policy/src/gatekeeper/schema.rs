//! The schema of a constraint's parameters: OpenAPI v3 as resource definitions use it (structural schemas).

use regex::Regex;
use sekisho_manifest::{Entry, FieldPath, Mapping, Node, Value};

/// How deep schemas and values are followed; templates that go deeper are refused.
const DEEPEST: usize = 64;

/// A schema, read where it stands in the template.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    root: Option<Node>,
    /// Whether fields that the schema does not name are kept, as the schemas of old templates have it.
    open: bool,
}

/// One thing about a value that its schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub(crate) struct Violation {
    pub(crate) path: FieldPath,
    pub(crate) reason: String,
}

impl Schema {
    /// The schema below `openAPIV3Schema`; none: nothing is demanded.
    pub(crate) fn new(root: Option<&Node>, open: bool) -> Self {
        Self { root: root.cloned(), open }
    }

    /// Everything that the schema does not allow, fields that it does not know included.
    pub(crate) fn violations(&self, value: &Node) -> Vec<Violation> {
        let mut found = Vec::new();
        if let Some(root) = &self.root {
            self.check(root, value, &FieldPath::root(), &mut found, DEEPEST);
        }
        found
    }

    /// The value with the defaults of the schema filled in.
    pub(crate) fn with_defaults(&self, mut value: Node) -> Node {
        if let Some(root) = &self.root {
            fill(root, &mut value, DEEPEST);
        }
        value
    }

    fn check(&self, schema: &Node, value: &Node, path: &FieldPath, found: &mut Vec<Violation>, depth: usize) {
        let mut report =
            |path: &FieldPath, reason: String| found.push(Violation { path: path.clone(), reason });
        let Some(depth) = depth.checked_sub(1) else {
            return report(path, format!("is nested deeper than {DEEPEST} levels"));
        };
        if value.is_null() && schema.is_true("nullable") {
            return;
        }
        if let Some(wanted) = wrong_type(schema, value) {
            return report(path, format!("must be of type {wanted}, not {}", type_name(value)));
        }
        for reason in limits(schema, value) {
            report(path, reason);
        }
        for key in schema.strings("required").filter(|_| value.as_mapping().is_some()) {
            if value.entry(key).is_none() {
                report(&path.child(key), "is required".to_owned());
            }
        }
        self.check_children(schema, value, path, found, depth);
        check_combinations(schema, value, path, found, depth);
    }

    fn check_children(
        &self,
        schema: &Node,
        value: &Node,
        path: &FieldPath,
        found: &mut Vec<Violation>,
        depth: usize,
    ) {
        if let Some(items) = schema.get("items") {
            for (index, item) in value.items().iter().enumerate() {
                self.check(items, item, &path.child(index), found, depth);
            }
        }
        let properties = schema.get("properties");
        let additional = schema.get("additionalProperties");
        let closed = properties.is_some() || schema.str("type") == "object";
        for entry in value.entries() {
            let path = path.child(&entry.key);
            match (properties.and_then(|properties| properties.get(&entry.key)), additional) {
                (Some(known), _) => self.check(known, &entry.node, &path, found, depth),
                (None, Some(any)) if any.as_mapping().is_some() => {
                    self.check(any, &entry.node, &path, found, depth);
                }
                (None, Some(any)) if any.as_bool() == Some(true) => {}
                (None, _) if self.open || !closed || is_open(schema) => {}
                (None, _) => found.push(Violation { path, reason: "is not a known field".to_owned() }),
            }
        }
    }
}

/// Whether fields that the schema does not name are kept.
fn is_open(schema: &Node) -> bool {
    schema.is_true("x-kubernetes-preserve-unknown-fields") || schema.is_true("x-kubernetes-embedded-resource")
}

/// `allOf`, `anyOf`, `oneOf` and `not`: they judge values, and never make fields known or unknown.
fn check_combinations(node: &Node, value: &Node, path: &FieldPath, found: &mut Vec<Violation>, depth: usize) {
    let judge = Schema { root: None, open: true };
    let holds = |part: &Node| {
        let mut inner = Vec::new();
        judge.check(part, value, path, &mut inner, depth);
        inner.is_empty()
    };
    let parts = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let mut report = |reason: &str| found.push(Violation { path: path.clone(), reason: reason.to_owned() });
    if !parts("allOf").iter().all(holds) {
        report("must meet all schemas of `allOf`");
    }
    if !parts("anyOf").is_empty() && !parts("anyOf").iter().any(holds) {
        report("must meet one of the schemas of `anyOf`");
    }
    if !parts("oneOf").is_empty() && parts("oneOf").iter().filter(|part| holds(part)).count() != 1 {
        report("must meet exactly one of the schemas of `oneOf`");
    }
    if node.get("not").is_some_and(holds) {
        report("must not meet the schema of `not`");
    }
}

/// The type that the schema demands, where the value is not of it.
fn wrong_type<'a>(schema: &'a Node, value: &Node) -> Option<&'a str> {
    if schema.is_true("x-kubernetes-int-or-string") {
        let fits = matches!(value.value, Value::Int(_) | Value::UInt(_) | Value::String(_));
        return (!fits).then_some("integer or string");
    }
    let wanted = schema.get("type")?.as_str()?;
    let fits = match (wanted, &value.value) {
        ("object", Value::Mapping(_))
        | ("array", Value::Sequence(_))
        | ("string", Value::String(_))
        | ("boolean", Value::Bool(_))
        | ("integer", Value::Int(_) | Value::UInt(_))
        | ("number", Value::Int(_) | Value::UInt(_) | Value::Float(_)) => true,
        ("integer", Value::Float(number)) => number.fract() == 0.0,
        _ => false,
    };
    (!fits).then_some(wanted)
}

fn type_name(value: &Node) -> &'static str {
    match value.value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::UInt(_) => "integer",
        Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::Sequence(_) => "array",
        Value::Mapping(_) => "object",
    }
}

/// The limits of a schema that a value does not keep.
fn limits(schema: &Node, value: &Node) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(allowed) = schema.get("enum")
        && !allowed.items().iter().any(|one| one.to_json() == value.to_json())
    {
        let allowed: Vec<String> = allowed.items().iter().map(|one| one.to_json().to_string()).collect();
        found.push(format!("must be one of {}", allowed.join(", ")));
    }
    let count = match &value.value {
        Value::String(text) => Some(("minLength", "maxLength", text.chars().count())),
        Value::Sequence(items) => Some(("minItems", "maxItems", items.len())),
        Value::Mapping(mapping) => Some(("minProperties", "maxProperties", mapping.entries().len())),
        _ => None,
    };
    if let Some((least, most, count)) = count {
        let limit = |key: &str| schema.get(key).and_then(Node::as_i64).and_then(|n| usize::try_from(n).ok());
        if let Some(limit) = limit(least).filter(|limit| count < *limit) {
            found.push(format!("must have at least {limit}, not {count} (`{least}`)"));
        }
        if let Some(limit) = limit(most).filter(|limit| count > *limit) {
            found.push(format!("must have at most {limit}, not {count} (`{most}`)"));
        }
    }
    if let (Some(pattern), Some(text)) = (schema.get("pattern").and_then(Node::as_str), value.as_str())
        && Regex::new(pattern).is_ok_and(|pattern| !pattern.is_match(text))
    {
        found.push(format!("must match the pattern `{pattern}`"));
    }
    found.extend(number_limits(schema, value));
    found
}

fn number_limits(schema: &Node, value: &Node) -> Vec<String> {
    let Some(given) = number(value) else { return Vec::new() };
    let limit = |key: &str| schema.get(key).and_then(number);
    let mut found = Vec::new();
    if let Some(least) = limit("minimum")
        && (given < least || schema.is_true("exclusiveMinimum") && given <= least)
    {
        found.push(format!("must not be below {least} (`minimum`)"));
    }
    if let Some(most) = limit("maximum")
        && (given > most || schema.is_true("exclusiveMaximum") && given >= most)
    {
        found.push(format!("must not be above {most} (`maximum`)"));
    }
    found
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        #[expect(clippy::cast_precision_loss, reason = "the API server compares limits as floats too")]
        Value::Int(value) => Some(value as f64),
        #[expect(clippy::cast_precision_loss, reason = "the API server compares limits as floats too")]
        Value::UInt(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}

/// Fills in defaults, top down: a default may bring fields that have defaults of their own.
fn fill(schema: &Node, value: &mut Node, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let span = value.span;
    if let Some(items) = schema.get("items")
        && let Some(list) = value.items_mut()
    {
        for item in list {
            fill(items, item, depth);
        }
    }
    let Some(mapping) = value.as_mapping_mut() else { return };
    for property in schema.get("properties").map(Node::entries).unwrap_or_default() {
        let Some(default) = property.node.entry("default") else { continue };
        let known = mapping.entry(&property.key);
        let missing = known.is_none_or(|known| known.node.is_null() && !property.node.is_true("nullable"));
        if missing {
            let node = Node { span, value: default.node.value.clone() };
            mapping.put(Entry { key: property.key.clone(), key_span: span, node });
        }
    }
    let keys: Vec<_> = Mapping::entries(mapping).iter().map(|entry| entry.key.clone()).collect();
    for key in keys {
        let known = schema.get("properties").and_then(|properties| properties.get(&key));
        let below = known.or_else(|| schema.get("additionalProperties"));
        if let (Some(below), Some(node)) = (below, mapping.value_mut(&key)) {
            fill(below, node, depth);
        }
    }
}
