//! Label selectors whose keys and values may have wildcards.

use sekisho_manifest::selector::{Labels, Operator, Requirement};
use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::scalar::{has_wildcard, wildcard};
use crate::value::{Map, Value};

/// A label selector of a rule.
#[derive(Debug, Clone)]
pub(crate) struct LabelSelector {
    /// Labels that must be there with a value.
    labels: Vec<(SmolStr, SmolStr)>,
    /// What else must hold; none where the selector is wrong, so that it selects nothing.
    requirements: Option<Vec<Requirement>>,
}

/// The labels of an object.
struct LabelsOf<'m>(Option<&'m Map>);

impl Labels for LabelsOf<'_> {
    fn label_value(&self, key: &str) -> Option<&str> {
        self.0?.get(key)?.as_str()
    }
}

impl LabelSelector {
    pub(crate) fn read(value: &Value) -> Self {
        let texts = |map: &Map| -> Vec<(SmolStr, SmolStr)> {
            map.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or("").into())).collect()
        };
        let labels = value.get("matchLabels").and_then(Value::as_map).map(texts).unwrap_or_default();
        let expressions = value.get("matchExpressions").and_then(Value::as_list).unwrap_or(&[]);
        Self { labels, requirements: expressions.iter().map(requirement).collect() }
    }

    /// The labels that must be there, each with its value; both may have wildcards.
    pub(crate) fn labels(&self) -> &[(SmolStr, SmolStr)] {
        &self.labels
    }

    /// What else must hold; none where nothing is selected.
    pub(crate) fn requirements(&self) -> Option<&[Requirement]> {
        self.requirements.as_deref()
    }

    /// Whether an object with these labels is selected.
    pub(crate) fn matches(&self, labels: Option<&Map>, meter: &Meter) -> Result<bool, BudgetError> {
        let Some(requirements) = &self.requirements else { return Ok(false) };
        meter.work(requirements.len())?;
        let found = LabelsOf(labels);
        if !requirements.iter().all(|requirement| requirement.matches(&found)) {
            return Ok(false);
        }
        for (key, value) in &self.labels {
            let holds = if has_wildcard(key) || has_wildcard(value) {
                any_label(key, value, labels, meter)?
            } else {
                found.label_value(key) == Some(value)
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether there is a label that both patterns match.
fn any_label(key: &str, value: &str, labels: Option<&Map>, meter: &Meter) -> Result<bool, BudgetError> {
    for (known, actual) in labels.into_iter().flat_map(Map::iter) {
        let actual = actual.as_str().unwrap_or("");
        if wildcard(key, known, meter)? && wildcard(value, actual, meter)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn requirement(value: &Value) -> Option<Requirement> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or("");
    let operator = [Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist]
        .into_iter()
        .find(|operator| operator.as_str() == text("operator"))?;
    let values = value.get("values").and_then(Value::as_list).unwrap_or(&[]);
    Requirement::new(text("key"), operator, values.iter().map(|value| value.as_str().unwrap_or(""))).ok()
}
