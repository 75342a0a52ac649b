//! The schema of the chart's values, made of its `values.yaml`: a value that nobody reads is a mistake that is said, not an
//! installation that is other than somebody meant.

use sekisho_manifest::{Budget, Format, Node, SourceId, Value as Held, load};
use serde_json::{Map, Value, json};

/// Values whose keys are the user's.
const FREE: [&str; 3] = ["nodeSelector", "resources", "controller.resources"];

/// Values that are one of a few words.
const WORDS: [(&str, &[&str]); 2] = [
    ("image.pullPolicy", &["Always", "IfNotPresent", "Never"]),
    ("webhooks.callers", &["api-server", "anyone"]),
];

/// What becomes of a request that is against a critical rule.
const ACTIONS: (&str, [&str; 3]) = ("criticalPolicies.actions", ["Deny", "Warn", "Audit"]);

/// The schema of these values.
pub(super) fn schema(values: &str) -> String {
    let loaded = load(SourceId::default(), values, Format::Yaml, &Budget::default());
    let mut root = loaded.documents.first().map_or_else(|| json!({}), |document| of(&document.root, ""));
    root["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    // What charts that have this one as a part give to all of their parts.
    root["properties"]["global"] = json!({"type": "object"});
    format!("{root:#}\n")
}

fn of(node: &Node, path: &str) -> Value {
    if let Some((_, words)) = WORDS.iter().find(|(known, _)| *known == path) {
        return json!({"enum": words});
    }
    if path == ACTIONS.0 {
        return json!({"type": "array", "items": {"enum": ACTIONS.1}});
    }
    match &node.value {
        Held::Mapping(_) if node.entries().is_empty() || FREE.contains(&path) => json!({"type": "object"}),
        Held::Mapping(_) => {
            let inner = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let entries = node.entries().iter();
            let properties: Map<String, Value> =
                entries.map(|entry| (entry.key.to_string(), of(&entry.node, &inner(&entry.key)))).collect();
            json!({"type": "object", "additionalProperties": false, "properties": properties})
        }
        Held::Sequence(_) => json!({"type": "array"}),
        Held::String(_) => json!({"type": ["string", "number"]}),
        _ if node.as_bool().is_some() => json!({"type": "boolean"}),
        _ => json!({"type": "integer"}),
    }
}
