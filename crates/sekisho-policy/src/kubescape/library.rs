//! A library of rules: rules, the controls that name them, and the settings of controls.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::{Node, SourceId, Span};
use smol_str::SmolStr;

use super::policy::{Control, OfRule, Scope};
use super::rule::{Inputs, Rule, RuleError};
use crate::about::About;
use crate::policy::Policy;
use crate::problem::{Problem, Weight};
use crate::rego::{LintRemark, Module, objection};
use crate::verdict::RuleName;

/// The kind that rules have in names of rules.
pub const KIND: &str = "Kubescape";

/// The files of one rule.
#[derive(Debug, Clone)]
pub struct RuleFiles {
    /// The source that places in the module count in.
    pub source: SourceId,
    /// The name of the module, as errors show it.
    pub file: String,
    /// `raw.rego`.
    pub module: String,
    /// `filter.rego`, which says which objects the rule is about.
    pub filter: Option<String>,
    /// `rule.metadata.json`.
    pub metadata: Node,
}

/// Rules and what belongs to them.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// The rules.
    pub rules: Vec<RuleFiles>,
    /// The controls; none: each rule stands for itself.
    pub controls: Option<Vec<Node>>,
    /// The settings of controls.
    pub inputs: Inputs,
}

/// What a library holds.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The policies, one a rule.
    pub policies: Vec<Box<dyn Policy>>,
    /// What is wrong with rules.
    pub problems: Vec<Problem>,
    /// What controls and rules say of themselves.
    pub rules: BTreeMap<RuleName, About>,
}

/// Makes policies of a library. Rules that no control names are left out where there are controls.
pub fn load(library: &Library) -> Loaded {
    let mut loaded = Loaded::default();
    let data = Arc::new(library.inputs.data());
    for files in &library.rules {
        let name = files.metadata.str("name");
        let start = Span { source: files.source, ..Span::default() };
        let own = About {
            span: start,
            title: None,
            description: text(&files.metadata, "description"),
            severity: None,
            remedy: text(&files.metadata, "remediation"),
        };
        let controls: Vec<(Control, About)> = match &library.controls {
            None => vec![(Control::of_rule(name), own.clone())],
            Some(controls) => controls
                .iter()
                .filter(|control| control.strings("rulesNames").any(|named| named == name))
                .map(|node| (Control::read(node, &files.metadata, &library.inputs), about(node, &own)))
                .collect(),
        };
        if controls.is_empty() {
            continue;
        }
        let rule = Rule::compile(&files.file, &files.module, &files.metadata);
        let filter = files.filter.as_ref().map(|text| Rule::compile(&files.file, text, &files.metadata));
        let (rule, filter) = match (rule, filter.transpose()) {
            (Ok(rule), Ok(filter)) => (rule, filter),
            (Err(error), _) | (_, Err(error)) => {
                loaded.problems.extend(problems(&error, start));
                continue;
            }
        };
        let rule_name = |control: &Control| RuleName {
            kind: KIND.into(),
            namespace: SmolStr::default(),
            policy: control.id.clone(),
            rule: if control.id == name { SmolStr::default() } else { name.into() },
        };
        let named: Vec<(RuleName, Control)> =
            controls.iter().map(|(control, _)| (rule_name(control), control.clone())).collect();
        loaded.rules.extend(controls.into_iter().map(|(control, about)| (rule_name(&control), about)));
        loaded.policies.push(Box::new(OfRule {
            rule,
            filter,
            scope: Scope::read(&files.metadata),
            controls: named,
            data: Arc::clone(&data),
        }));
    }
    loaded
}

fn text(node: &Node, key: &str) -> Option<String> {
    Some(node.str(key).trim().to_owned()).filter(|text| !text.is_empty())
}

fn about(control: &Node, rule: &About) -> About {
    About {
        span: rule.span,
        title: text(control, "name"),
        description: text(control, "description").or_else(|| rule.description.clone()),
        severity: control.get("baseScore").and_then(number).map(|score| severity(score).to_owned()),
        remedy: text(control, "remediation").or_else(|| rule.remedy.clone()),
    }
}

fn number(node: &Node) -> Option<f64> {
    node.to_json().as_f64()
}

/// The word for a score from 0 to 10, as Kubescape has it.
fn severity(score: f64) -> &'static str {
    match score {
        score if score >= 9.0 => "critical",
        score if score >= 7.0 => "high",
        score if score >= 4.0 => "medium",
        _ => "low",
    }
}

/// What is wrong with a rule, at its places in the module.
fn problems(error: &RuleError, start: Span) -> Vec<Problem> {
    match error {
        // What is in other modules than the first is in what we bring ourselves.
        RuleError::Compile(errors) => errors
            .iter()
            .map(|error| Problem {
                span: if error.span.module == 0 {
                    Span { source: start.source, start: error.span.start, end: error.span.end }
                } else {
                    start
                },
                message: format!("{}: {}", error.code, error.message),
                weight: Weight::Error,
            })
            .collect(),
        other => vec![Problem { span: start, message: other.to_string(), weight: Weight::Error }],
    }
}

/// What can be said of the modules of rules that compile: see [`crate::rego::lint`].
pub fn lint(library: &Library) -> Vec<LintRemark> {
    let remarks = library.rules.iter().map(|rule| {
        let module = Module { source: rule.source, file: &rule.file, text: &rule.module };
        crate::rego::lint(&[module], &|name| name == "deny" || objection(name).is_some(), false)
    });
    remarks.flatten().collect()
}
