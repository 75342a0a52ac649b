//! Baselines: the findings that were there already, by their fingerprints, so that only new ones fail.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Finding, Fingerprint};

/// The findings of an earlier run: how many of each fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    counts: BTreeMap<String, (String, usize)>,
}

/// What is wrong with a baseline file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// The text is not JSON.
    #[error("the baseline is not JSON: {0}")]
    Json(String),
    /// It is JSON of another shape or version.
    #[error("the baseline is not of version 1: write it anew with `sekisho scan --write-baseline FILE`")]
    Shape,
}

impl Baseline {
    /// The baseline of these findings; suppressed ones are left out.
    pub fn of(findings: &[Finding]) -> Self {
        let mut counts = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
            let entry =
                counts.entry(finding.fingerprint.to_string()).or_insert((finding.rule.to_string(), 0));
            entry.1 += 1;
        }
        Self { counts }
    }

    /// Takes one occurrence of a fingerprint out; false when none is left.
    pub fn take(&mut self, fingerprint: &Fingerprint) -> bool {
        match self.counts.get_mut(&fingerprint.to_string()) {
            Some((_, count)) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// The baseline as the text of its file: JSON, sorted, a line a fingerprint.
    pub fn to_text(&self) -> String {
        let mut text = String::from("{\n  \"version\": 1,\n  \"findings\": {");
        for (place, (fingerprint, (rule, count))) in self.counts.iter().enumerate() {
            text.push_str(if place == 0 { "\n" } else { ",\n" });
            let value = json!({ "rule": rule, "count": count });
            text.push_str("    \"");
            text.push_str(fingerprint);
            text.push_str("\": ");
            text.push_str(&value.to_string());
        }
        text.push_str(if self.counts.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
        text
    }

    /// Reads the text of a baseline file.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| BaselineError::Json(error.to_string()))?;
        if value.get("version") != Some(&json!(1)) {
            return Err(BaselineError::Shape);
        }
        let findings = value.get("findings").and_then(Value::as_object).ok_or(BaselineError::Shape)?;
        let mut counts = BTreeMap::new();
        for (fingerprint, entry) in findings {
            let rule = entry.get("rule").and_then(Value::as_str).ok_or(BaselineError::Shape)?;
            let count = entry.get("count").and_then(Value::as_u64).ok_or(BaselineError::Shape)?;
            let count = usize::try_from(count).map_err(|_| BaselineError::Shape)?;
            counts.insert(fingerprint.clone(), (rule.to_owned(), count));
        }
        Ok(Self { counts })
    }
}
