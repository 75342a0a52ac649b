//! `values.schema.json`: values against the schema of their chart.
//!
//! Schemas are JSON Schema, of draft 2020-12 where they do not say otherwise. Nothing is fetched: what a
//! schema refers to outside itself is taken for `true`, and told.

mod cost;

use std::sync::{Arc, Mutex};

use jsonschema::{Draft, PatternOptions, Retrieve, Uri, ValidationError, ValidationOptions};
use sekisho_manifest::{FieldPath, Segment, Span};
use serde_json::{Number, Value as Json};
use smol_str::SmolStr;

use crate::value::{Data, Map, Value, ValueKey};
use crate::values::Unit;

pub use self::cost::CostError;
pub use self::cost::check as check_cost;

/// Where values do not fit the schema of their chart, or the schema is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("chart `{chart}`, values `{path}`: {fault}")]
pub struct SchemaError {
    /// The name of the chart.
    pub chart: SmolStr,
    /// The key, counted from the root of all values.
    pub path: FieldPath,
    /// Where the value stands, if it stands in a file.
    pub span: Option<Span>,
    /// What is wrong.
    pub fault: SchemaFault,
}

/// What is wrong with values or a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    /// The value does not fit; the text does not show it.
    #[error("{0}")]
    Misfit(String),
    /// The values of a chart below are no mapping.
    #[error("the values of a chart must be a mapping")]
    NoMapping,
    /// The schema is no JSON, or no schema.
    #[error("`values.schema.json` is no JSON schema: {0}")]
    Schema(String),
    /// Validating would cost too much.
    #[error("`values.schema.json`: {0}")]
    Cost(#[from] CostError),
}

/// What the schemas of a chart and those below it say.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) errors: Vec<SchemaError>,
    /// The addresses that schemas refer to and that were not fetched, each with the chart.
    pub(crate) not_fetched: Vec<(SmolStr, String)>,
}

/// Validates the values of a chart and of those below it.
pub(crate) fn validate(unit: &Unit<'_>, values: &Map, verdict: &mut Verdict) {
    if let Some(schema) = &unit.chart.schema {
        let error = |path: FieldPath, span: Option<Span>, fault: SchemaFault| SchemaError {
            chart: unit.name().clone(),
            path,
            span,
            fault,
        };
        match misfits(schema, unit.name(), values, verdict) {
            Err(fault) => verdict.errors.push(error(unit.key.path(), None, fault)),
            Ok(misfits) => {
                for (path, fault) in misfits {
                    let span = key_at(values, &path).and_then(|key| key.span());
                    verdict.errors.push(error(unit.key.path().join(&path), span, SchemaFault::Misfit(fault)));
                }
            }
        }
    }
    for below in &unit.below {
        let Some(value) = values.get(below.name()).filter(|value| !value.is_nil()) else {
            continue;
        };
        match value.as_map() {
            Some(values) => validate(below, values, verdict),
            None => verdict.errors.push(SchemaError {
                chart: below.name().clone(),
                path: below.key.path(),
                span: value.origin_key().and_then(|key| key.span()),
                fault: SchemaFault::NoMapping,
            }),
        }
    }
}

/// Where values do not fit a schema, and why.
fn misfits(
    schema: &[u8],
    chart: &SmolStr,
    values: &Map,
    verdict: &mut Verdict,
) -> Result<Vec<(FieldPath, String)>, SchemaFault> {
    let schema: Json =
        serde_json::from_slice(schema).map_err(|error| SchemaFault::Schema(error.to_string()))?;
    let instance = map_to_json(values);
    check_cost(&schema, &instance)?;
    let outside = Outside::new(&schema);
    let built = options(&schema)
        .with_retriever(outside.clone())
        .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
        .build(&schema);
    let not_fetched = outside.take();
    let is_whole = not_fetched.is_empty();
    verdict.not_fetched.extend(not_fetched.into_iter().map(|address| (chart.clone(), address)));
    let validator = match built {
        Ok(validator) => validator,
        // What is missing may be all that is wrong with it.
        Err(_) if !is_whole => return Ok(Vec::new()),
        Err(error) => return Err(SchemaFault::Schema(error.to_string())),
    };
    if validator.is_valid(&instance) {
        return Ok(Vec::new());
    }
    let shown = |error: &ValidationError<'_>| {
        // The value itself may be a credential.
        let message = error.masked_with("the value").to_string();
        (path_of(error), message)
    };
    Ok(validator.iter_errors(&instance).take(MOST_ERRORS).map(|error| shown(&error)).collect())
}

/// So many places that do not fit are told.
const MOST_ERRORS: usize = 100;

/// The options for the draft that a schema names; an unknown one counts as none.
fn options(schema: &Json) -> ValidationOptions<'static> {
    let options = jsonschema::options();
    let named = schema.get("$schema").and_then(Json::as_str).is_some();
    match Draft::default().detect(schema) {
        Draft::Unknown if named => options.with_draft(Draft::default()),
        _ => options,
    }
}

/// The path of the value that an error speaks of.
fn path_of(error: &ValidationError<'_>) -> FieldPath {
    let unescaped = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let pointer = error.instance_path().to_string();
    let parts = pointer.split('/').skip(1);
    parts
        .map(|part| match part.parse() {
            Ok(index) => Segment::Index(index),
            Err(_) => Segment::Key(unescaped(part).into()),
        })
        .collect()
}

/// The key that the value at a path has.
fn key_at(values: &Map, path: &FieldPath) -> Option<Arc<ValueKey>> {
    let mut value = Value::from(values.clone());
    for segment in path.segments() {
        value = match (&value.data, segment) {
            (Data::Map(map), Segment::Key(key)) => map.get(key)?,
            (Data::Map(map), Segment::Index(index)) => map.get(&index.to_string())?,
            (Data::List(list), Segment::Index(index)) => list.items().get(*index)?.clone(),
            _ => return None,
        };
    }
    value.origin_key().cloned()
}

fn map_to_json(map: &Map) -> Json {
    let entries = map.entries();
    Json::Object(entries.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect())
}

/// A value as JSON. A number without fraction is an integer, as it was in the file.
fn to_json(value: &Value) -> Json {
    /// The floats below this are exact as integers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match &value.data {
        Data::Bool(value) => (*value).into(),
        Data::Int(value, _) => (*value).into(),
        Data::Uint(value, _) => (*value).into(),
        #[expect(clippy::cast_possible_truncation, reason = "whole, and smaller than an i64")]
        Data::Float(value) if value.fract() == 0.0 && value.abs() < EXACT => (*value as i64).into(),
        Data::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Data::Text(text) => text.to_str().into(),
        Data::List(list) => list.items().iter().map(to_json).collect(),
        Data::Map(map) => map_to_json(map),
        Data::Absent | Data::Nil | Data::Bytes(_) | Data::Host(_) => Json::Null,
    }
}

/// Answers every request for a schema outside with one that everything fits, and remembers the addresses; a
/// file beside the chart's schema is no schema, as for Helm.
#[derive(Debug, Clone)]
struct Outside {
    addresses: Arc<Mutex<Vec<String>>>,
    /// What stands in for each of them: wherever the chart's schema points into one, there is something.
    answer: Json,
}

impl Outside {
    fn new(schema: &Json) -> Self {
        let mut answer = Json::Object(serde_json::Map::new());
        point_into(schema, &mut answer);
        Self { addresses: Arc::default(), answer }
    }

    fn take(&self) -> Vec<String> {
        self.addresses.lock().map(|mut addresses| std::mem::take(&mut *addresses)).unwrap_or_default()
    }
}

/// Makes the places to which a schema refers outside itself in another one.
fn point_into(schema: &Json, answer: &mut Json) {
    match schema {
        Json::Array(items) => items.iter().for_each(|item| point_into(item, answer)),
        Json::Object(entries) => {
            if let Some((address, pointer)) =
                entries.get("$ref").and_then(Json::as_str).and_then(|reference| reference.split_once('#'))
                && !address.is_empty()
            {
                make(answer, pointer);
            }
            entries.values().for_each(|value| point_into(value, answer));
        }
        _ => {}
    }
}

/// Makes the objects that lie on the way of a JSON pointer, up to a depth that no schema has.
fn make(mut at: &mut Json, pointer: &str) {
    const DEEPEST: usize = 32;
    for part in pointer.split('/').skip(1).take(DEEPEST) {
        let Json::Object(entries) = at else { return };
        let part = part.replace("~1", "/").replace("~0", "~");
        at = entries.entry(part).or_insert_with(|| Json::Object(serde_json::Map::new()));
    }
}

impl Retrieve for Outside {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        if !matches!(uri.scheme().as_str(), "http" | "https" | "urn") {
            return Err("only schemas inside values.schema.json can be referred to".into());
        }
        if let Ok(mut addresses) = self.addresses.lock() {
            addresses.push(uri.as_str().to_owned());
        }
        Ok(self.answer.clone())
    }
}
