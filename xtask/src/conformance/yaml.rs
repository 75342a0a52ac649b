//! The cases of `conformance/yaml`: what sigs.k8s.io/yaml makes of a text's first document.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sekisho_manifest::{Budget, Format, LoadErrorKind, Node, SourceId, Value, load, load_one};

use super::Outcome;

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let path = data.join("cases.jsonl");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    // Our own JSON reader, since its floats are exact.
    let rows = load(SourceId::default(), &text, Format::Json, &Budget::default());
    if let Some(error) = rows.errors.first() {
        bail!("`{}` has a row that is no JSON: {error}", path.display());
    }
    let outcome = |(index, case): (usize, &Node)| Outcome {
        id: format!("cases:{}", index + 1),
        miss: miss(case).map(|why| format!("{why}: {:?}", case.str("yaml"))),
    };
    Ok(rows.documents.iter().map(|document| &document.root).enumerate().map(outcome).collect())
}

/// Why a case does not pass.
fn miss(case: &Node) -> Option<String> {
    let loaded = load_one(SourceId::default(), case.str("yaml"), &Budget::default());
    let error = loaded.errors.first();
    match (case.get("error"), error) {
        (Some(_), None) => return Some(format!("wants the error `{}`", case.str("error"))),
        (None, Some(error)) => return Some(format!("has the error `{error}`")),
        _ => {}
    }
    let strict = error.or_else(|| {
        loaded.warnings.iter().find(|warning| {
            matches!(warning.kind, LoadErrorKind::DuplicateKey { .. } | LoadErrorKind::MergedKey { .. })
        })
    });
    match (case.get("strict_error"), strict) {
        (Some(_), None) => return Some(format!("wants the strict error `{}`", case.str("strict_error"))),
        (None, Some(error)) => return Some(format!("has the strict error `{error}`")),
        _ => {}
    }
    if error.is_some() {
        return None;
    }
    let wanted = case.entry("json").map_or(&Value::Null, |entry| &entry.node.value);
    let found = &loaded.documents.first()?.root;
    (!same(wanted, &found.value)).then(|| format!("wants another value than {}", found.to_json()))
}

/// Whether two values are the same; an integer above 64 bits with sign is a float to Kubernetes.
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "the same rounding on both sides")]
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::UInt(b)) | (Value::UInt(b), Value::Float(a)) => *a == *b as f64,
        (Value::Float(a), Value::Int(b)) | (Value::Int(b), Value::Float(a)) => *a == *b as f64,
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(&a.value, &b.value))
        }
        (Value::Mapping(a), Value::Mapping(b)) => {
            a.entries().len() == b.entries().len()
                && a.entries().iter().all(|entry| {
                    b.entry(&entry.key).is_some_and(|other| same(&entry.node.value, &other.node.value))
                })
        }
        _ => a == b,
    }
}
