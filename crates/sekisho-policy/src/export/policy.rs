//! A policy and its binding on their way out.

use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load, to_yaml};
use serde_json::{Value, json};

use crate::admission::{self, LoadOptions};
use crate::kinds::Kinds;
use crate::problem::Weight;

/// A policy and its binding before they are written.
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) spec: Value,
    pub(super) actions: Vec<&'static str>,
    /// What the binding says of parameters.
    pub(super) parameters: Option<Value>,
}

impl Policy {
    pub(super) fn new(name: String, spec: Value, actions: Vec<&'static str>) -> Self {
        Self { name, spec, actions, parameters: None }
    }

    /// Both documents, if the API server takes them.
    pub(super) fn documents(self) -> Result<String, String> {
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
