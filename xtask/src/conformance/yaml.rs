//! The cases of `conformance/yaml`: what sigs.k8s.io/yaml makes of a text's first document.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sekisho_manifest::{Budget, LoadErrorKind, SourceId, load_one};
use serde::Deserialize;
use serde_json::{Number, Value};

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    yaml: String,
    #[serde(default, deserialize_with = "present")]
    json: Option<Value>,
    error: Option<String>,
    strict_error: Option<String>,
}

/// A field that is there, also when it is null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let path = data.join("cases.jsonl");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .map(|(index, line)| {
            let case: Case = serde_json::from_str(line).with_context(|| format!("case {}", index + 1))?;
            let miss = miss(&case).map(|why| format!("{why}: {:?}", case.yaml));
            Ok(Outcome { id: format!("cases:{}", index + 1), miss })
        })
        .collect()
}

/// Why a case does not pass.
fn miss(case: &Case) -> Option<String> {
    let loaded = load_one(SourceId::default(), &case.yaml, &Budget::default());
    let error = loaded.errors.first();
    match (&case.error, error) {
        (Some(wanted), None) => return Some(format!("wants the error `{wanted}`")),
        (None, Some(error)) => return Some(format!("has the error `{error}`")),
        _ => {}
    }
    let strict = error.or_else(|| {
        loaded.warnings.iter().find(|warning| {
            matches!(warning.kind, LoadErrorKind::DuplicateKey { .. } | LoadErrorKind::MergedKey { .. })
        })
    });
    match (&case.strict_error, strict) {
        (Some(wanted), None) => return Some(format!("wants the strict error `{wanted}`")),
        (None, Some(error)) => return Some(format!("has the strict error `{error}`")),
        _ => {}
    }
    if case.error.is_some() {
        return None;
    }
    let wanted = case.json.as_ref().unwrap_or(&Value::Null);
    let found = loaded.documents.first().map_or(Value::Null, |document| document.root.to_json());
    (!same(wanted, &found)).then(|| format!("wants {wanted}, has {found}"))
}

/// Whether two values are the same, integers by their digits and other numbers by the float they name.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn same_number(a: &Number, b: &Number) -> bool {
    let integer =
        |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a.as_f64() == b.as_f64(),
    }
}
