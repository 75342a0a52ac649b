//! Policies of other languages that are CEL inside, as `ValidatingAdmissionPolicy`s with their bindings, so that the
//! API server enforces them by itself.

mod gatekeeper;
mod kyverno;
mod kyverno_rules;

use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load, to_yaml};
use serde_json::{Value, json};

use crate::admission::{self, LoadOptions};
use crate::kinds::Kinds;
use crate::problem::Weight;

/// What came of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The policy: `K8sRequiredLabels/all-must-have-owner`.
    pub name: String,
    /// The admission policy and its binding as YAML, or why the policy can be none.
    pub documents: Result<String, String>,
}

/// Exports every policy among these objects that can be said in CEL: constraints of templates with
/// `K8sNativeValidation`, Kyverno's `ValidatingPolicy`, and the rules of its `ClusterPolicy` and `Policy`. Others are
/// left alone.
pub fn export_policies(objects: &[Object]) -> Vec<Exported> {
    let kinds = Kinds::new(objects);
    let mut made = gatekeeper::policies(objects, &kinds);
    made.extend(kyverno::policies(objects));
    made.extend(kyverno_rules::policies(objects, &kinds));
    made.into_iter()
        .map(|(name, policy)| Exported { name, documents: policy.and_then(Policy::documents) })
        .collect()
}

/// A policy and its binding before they are written.
struct Policy {
    name: String,
    spec: Value,
    actions: Vec<&'static str>,
    /// What the binding says of parameters.
    parameters: Option<Value>,
}

impl Policy {
    fn new(name: String, spec: Value, actions: Vec<&'static str>) -> Self {
        Self { name, spec, actions, parameters: None }
    }

    /// Both documents, if the API server takes them.
    fn documents(self) -> Result<String, String> {
        let policy = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": self.name},
            "spec": self.spec,
        });
        let mut binding = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": self.name},
            "spec": {"policyName": self.name, "validationActions": self.actions},
        });
        if let Some(parameters) = self.parameters {
            binding["spec"]["paramRef"] = parameters;
        }
        let text = format!("{}---\n{}", to_yaml(&policy), to_yaml(&binding));
        let read = load(SourceId(0), &text, Format::Yaml, &Budget::default());
        if let Some(error) = read.errors.first() {
            return Err(error.to_string());
        }
        let objects: Vec<Object> = read.documents.iter().flat_map(Document::objects).collect();
        let loaded = admission::load(&objects, &[], &Kinds::default(), LoadOptions::default());
        match loaded.problems.iter().find(|problem| problem.weight == Weight::Error) {
            Some(problem) => Err(problem.message.clone()),
            None => Ok(text),
        }
    }
}

/// A value as a literal of CEL, every part of which may be of any type.
fn literal(value: &Value) -> String {
    let text = match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), literal(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        // A text of JSON is one of CEL.
        plain => plain.to_string(),
    };
    format!("dyn({text})")
}
