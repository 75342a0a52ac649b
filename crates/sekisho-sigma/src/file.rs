//! What stands in a file: rules, rules over what they found, and what many of them leave out.

use sekisho_manifest::{Format, SourceId};

use crate::correlation::{Correlation, correlation};
use crate::error::{SigmaError, SigmaErrorKind};
use crate::filter::{SigmaFilter, filter};
use crate::rule::{Budget, SigmaRule, rule};

/// The rules of a file, and why others cannot be used.
#[derive(Clone, Debug, Default)]
pub struct SigmaFile {
    /// The rules.
    pub rules: Vec<SigmaRule>,
    /// Rules over what other rules found.
    pub correlations: Vec<Correlation>,
    /// What many rules leave out.
    pub filters: Vec<SigmaFilter>,
    /// What is wrong. A rule with an error is not among the rules.
    pub errors: Vec<SigmaError>,
}

/// Reads a file: one rule a document.
pub fn load(source: SourceId, text: &str, budget: &Budget) -> SigmaFile {
    let mut file = SigmaFile::default();
    let loaded = sekisho_manifest::load(source, text, Format::YamlCore, &budget.manifest);
    for error in &loaded.errors {
        file.errors.push(SigmaError { kind: SigmaErrorKind::Yaml(error.kind.to_string()), span: error.span });
    }
    for document in &loaded.documents {
        if let Some(node) = document.root.get("correlation") {
            match correlation(&document.root, node) {
                Ok(correlation) => file.correlations.push(correlation),
                Err(error) => file.errors.push(error),
            }
            continue;
        }
        if let Some(node) = document.root.get("filter") {
            match filter(&document.root, node, budget) {
                Ok(filter) => file.filters.push(filter),
                Err(error) => file.errors.push(error),
            }
            continue;
        }
        match rule(&document.root, budget) {
            Ok(rule) => file.rules.push(rule),
            Err(error) => file.errors.push(error),
        }
    }
    file
}
