//! The tests that rules have beside them: objects, settings, and the answers that are expected.

use std::collections::HashSet;

use sekisho_manifest::Node;
use serde_json::Value as Json;

use super::response::Response;
use super::rule::{Inputs, Rule};

/// One test.
#[derive(Debug)]
pub struct Test<'t> {
    /// The objects, in the order of their files.
    pub objects: &'t [Node],
    /// The settings that hold where the test gives no others.
    pub settings: Option<&'t Node>,
    /// `data.json` of the test.
    pub data: Option<&'t Node>,
    /// What is expected: one answer, or a list of them.
    pub expected: &'t Json,
}

/// Compares what a rule answers with what a test expects.
///
/// # Errors
/// How they differ, or why there is no answer.
pub fn run(rule: &Rule, test: &Test<'_>) -> Result<(), String> {
    let mut posture = test.settings.cloned();
    let own = test.data.and_then(|given| given.get("postureControlInputs"));
    match posture.as_mut().and_then(Node::as_mapping_mut) {
        Some(mapping) => {
            own.map(Node::entries).unwrap_or_default().iter().for_each(|entry| mapping.put(entry.clone()));
        }
        None => posture = own.cloned(),
    }
    let inputs = Inputs {
        posture_control: posture,
        data_control: test.data.and_then(|given| given.get("dataControlInputs").cloned()),
    };
    let answers = rule.evaluate(test.objects, &inputs).map_err(|error| error.to_string())?;
    let mut ours: Vec<String> = answers
        .into_iter()
        .map(|mut answer| {
            answer.objects.iter_mut().for_each(keep_names);
            format!("{answer:?}")
        })
        .collect();
    let wanted = match test.expected {
        Json::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut theirs: Vec<String> =
        wanted.iter().filter_map(Response::of).map(|answer| format!("{answer:?}")).collect();
    ours.sort();
    theirs.sort();
    if ours == theirs {
        return Ok(());
    }
    let first = |a: &[String], b: &[String]| {
        let known: HashSet<&String> = b.iter().collect();
        a.iter().find(|one| !known.contains(one)).cloned().unwrap_or_default()
    };
    Err(format!(
        "{} answers, not {}: {} in place of {}",
        ours.len(),
        theirs.len(),
        first(&ours, &theirs),
        first(&theirs, &ours)
    ))
}

/// Leaves of an object what names it, as Kubescape's own runner does before it compares.
fn keep_names(object: &mut Json) {
    let Some(fields) = object.as_object_mut() else { return };
    fields.retain(|key, _| matches!(key.as_str(), "kind" | "apiVersion" | "metadata"));
    if let Some(metadata) = fields.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.retain(|key, _| matches!(key.as_str(), "name" | "labels"));
    }
}
