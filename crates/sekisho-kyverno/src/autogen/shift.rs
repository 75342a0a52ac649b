//! Paths of Pods, shifted to where a controller holds them.

use smol_str::SmolStr;

use crate::value::{Map, Value};

/// Where the template of Pods lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    Controller,
    CronJob,
}

/// The whole rule with every mention of a Pod's fields shifted.
pub(super) fn fields(rule: &Value, template: Template) -> Value {
    let is_cel = rule.at(&["validate", "cel"]).is_some_and(|value| !value.is_null());
    let prefix = if is_cel { "" } else { "request." };
    let below = match template {
        Template::Controller => "spec.template",
        Template::CronJob => "spec.jobTemplate.spec.template",
    };
    let mut replacements = Vec::new();
    for part in ["spec", "metadata"] {
        for object in ["object", "oldObject"] {
            let from = format!("{prefix}{object}.{part}");
            let to = format!("{prefix}{object}.{below}.{part}");
            replacements.push((from, to));
        }
    }
    replace(rule, &replacements)
}

fn replace(value: &Value, replacements: &[(String, String)]) -> Value {
    match value {
        Value::String(text) => Value::String(replaced(text, replacements)),
        Value::List(items) => items.iter().map(|item| replace(item, replacements)).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (replaced(key, replacements), replace(value, replacements)))
            .collect::<Map>()
            .into(),
        other => other.clone(),
    }
}

fn replaced(text: &SmolStr, replacements: &[(String, String)]) -> SmolStr {
    if !text.contains("bject.") {
        return text.clone();
    }
    let mut text = text.to_string();
    for (from, to) in replacements {
        if text.contains(from.as_str()) {
            text = text.replace(from.as_str(), to);
        }
    }
    text.into()
}

/// A message with its references to the pattern, `$(…/pattern/…)`, shifted below the template.
pub(super) fn references(message: &str, pivot: &str, template: Template) -> String {
    let shift = match template {
        Template::Controller => "spec/template",
        Template::CronJob => "spec/jobTemplate/spec/template",
    };
    let mut shifted = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, reference)) = rest.split_once("$(") {
        shifted.push_str(before);
        shifted.push_str("$(");
        rest = reference;
        let word = reference.split(' ').next().unwrap_or("");
        if before.ends_with('\\') {
            continue;
        }
        let Some(end) = word.rfind(')') else { continue };
        let (inside, _) = word.split_at(end);
        let pivot = match inside.split_once(pivot) {
            // One of several patterns is named by its place.
            Some((_, behind)) if pivot == "anyPattern" => {
                let place = behind.strip_prefix('/').unwrap_or("").split('/').next().unwrap_or("");
                format!("{pivot}/{place}")
            }
            _ => pivot.to_owned(),
        };
        shifted.push_str(&inside.replace(&pivot, &format!("{pivot}/{shift}")));
        rest = reference.get(end..).unwrap_or("");
    }
    shifted.push_str(rest);
    shifted
}
