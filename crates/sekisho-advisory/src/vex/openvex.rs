//! OpenVEX 0.2. See github.com/openvex/spec.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::{Document, Justification, Product, Statement, Status};
use crate::budget::{AdvisoryError, list};

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "@id", default)]
    id: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    timestamp: String,
    #[serde(default)]
    version: Value,
    #[serde(default, deserialize_with = "list")]
    statements: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    vulnerability: Vulnerability,
    #[serde(default, deserialize_with = "list")]
    products: Vec<Named>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    justification: String,
    #[serde(default)]
    impact_statement: String,
    #[serde(default)]
    action_statement: String,
    #[serde(default)]
    timestamp: Option<String>,
}

#[derive(Default)]
struct Vulnerability {
    name: String,
    aliases: Vec<String>,
}

/// A text in the first edition, an object since.
impl<'de> Deserialize<'de> for Vulnerability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if let Some(name) = value.as_str() {
            return Ok(Self { name: name.to_owned(), aliases: Vec::new() });
        }
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = if text("name").is_empty() { text("@id") } else { text("name") };
        let aliases = value.get("aliases").and_then(Value::as_array).into_iter().flatten();
        Ok(Self {
            name: name.to_owned(),
            aliases: aliases.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

struct Named {
    id: String,
    components: Vec<String>,
}

/// A text in the first edition, an object since; a package URL among its identifiers comes first.
impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let components = value.get("subcomponents").and_then(Value::as_array).into_iter().flatten();
        Ok(Self { id: identifier(&value), components: components.map(identifier).collect() })
    }
}

fn identifier(value: &Value) -> String {
    let purl = value.get("identifiers").and_then(|identifiers| identifiers.get("purl"));
    let id = purl.or_else(|| value.get("@id")).unwrap_or(value);
    id.as_str().unwrap_or_default().to_owned()
}

pub(super) fn read(text: &str) -> Result<Document, AdvisoryError> {
    let record: Record = serde_json::from_str(text)?;
    let statement = |said: Said| -> Result<Statement, AdvisoryError> {
        Ok(Statement {
            vulnerability: said.vulnerability.name,
            aliases: said.vulnerability.aliases,
            products: said
                .products
                .into_iter()
                .map(|named| Product { id: named.id, versions: None, components: named.components })
                .collect(),
            status: Status::named(&said.status).ok_or(AdvisoryError::Missing("status"))?,
            justification: Justification::named(&said.justification),
            impact: said.impact_statement,
            action: said.action_statement,
            timestamp: said.timestamp,
        })
    };
    let version = match &record.version {
        Value::Number(number) => number.as_u64(),
        other => other.as_str().and_then(|text| text.parse().ok()),
    };
    Ok(Document {
        id: record.id,
        author: record.author,
        timestamp: record.timestamp,
        version: version.unwrap_or(1),
        statements: record.statements.into_iter().map(statement).collect::<Result<_, _>>()?,
    })
}

pub(super) fn write(document: &Document) -> Value {
    let statements: Vec<Value> = document.statements.iter().map(said).collect();
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": document.id,
        "author": document.author,
        "timestamp": document.timestamp,
        "version": document.version,
        "statements": statements,
    })
}

fn said(statement: &Statement) -> Value {
    let products: Vec<Value> = statement
        .products
        .iter()
        .map(|product| {
            let components: Vec<Value> = product.components.iter().map(|id| named(id)).collect();
            let mut value = named(&product.id);
            if let (Some(map), false) = (value.as_object_mut(), components.is_empty()) {
                map.insert("subcomponents".into(), components.into());
            }
            value
        })
        .collect();
    let mut vulnerability = json!({ "name": statement.vulnerability });
    if let (Some(map), false) = (vulnerability.as_object_mut(), statement.aliases.is_empty()) {
        map.insert("aliases".into(), statement.aliases.clone().into());
    }
    let mut map = Map::new();
    map.insert("vulnerability".into(), vulnerability);
    map.insert("products".into(), products.into());
    map.insert("status".into(), statement.status.name().into());
    let texts = [
        ("justification", statement.justification.map(Justification::name)),
        ("impact_statement", Some(statement.impact.as_str())),
        ("action_statement", Some(statement.action.as_str())),
        ("timestamp", statement.timestamp.as_deref()),
    ];
    for (key, text) in texts {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            map.insert(key.into(), text.into());
        }
    }
    map.into()
}

fn named(id: &str) -> Value {
    if id.starts_with("pkg:") {
        json!({ "@id": id, "identifiers": { "purl": id } })
    } else {
        json!({ "@id": id })
    }
}
