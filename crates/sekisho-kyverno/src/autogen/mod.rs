//! Rules about Pods, written out for the controllers that make Pods.
//!
//! A rule that names Pods holds for what Deployments, Jobs and their like make of their templates. When a
//! policy is read, such rules are copied: `autogen-…` looks at `spec.template`, `autogen-cronjob-…` at
//! `spec.jobTemplate.spec.template`. An annotation of the policy names the controllers, and some rules say
//! things that cannot be said of a controller; then nothing is copied.

mod kinds;
mod shift;
mod support;

use self::kinds::{kinds_of, list, names_pods};
use self::shift::Template;
use smol_str::{SmolStr, ToSmolStr};

use crate::value::{Map, Value};

/// The annotation of a policy that names the controllers.
pub(crate) const ANNOTATION: &str = "pod-policies.kyverno.io/autogen-controllers";

/// The controllers, each with the form in which copied rules name it.
const CONTROLLERS: [(&str, &str); 7] = [
    ("CronJob", "batch/v1/CronJob"),
    ("DaemonSet", "apps/v1/DaemonSet"),
    ("Deployment", "apps/v1/Deployment"),
    ("Job", "batch/v1/Job"),
    ("ReplicaSet", "apps/v1/ReplicaSet"),
    ("ReplicationController", "v1/ReplicationController"),
    ("StatefulSet", "apps/v1/StatefulSet"),
];

/// A copied rule.
#[derive(Debug, Clone)]
pub(crate) struct Copied {
    /// The rule.
    pub(crate) rule: Value,
    /// Where the rule that was copied stands in its policy.
    pub(crate) original: usize,
    /// The kinds for which it was made.
    pub(crate) kinds: Vec<SmolStr>,
}

/// The copies of the rules of a policy, in order; `annotation` is what the policy says about controllers.
pub(crate) fn expand(rules: &[Value], annotation: Option<&str>) -> Vec<Copied> {
    if !support::is_supported(rules) {
        return Vec::new();
    }
    let known: Vec<SmolStr> = CONTROLLERS.iter().map(|(kind, _)| SmolStr::new_static(kind)).collect();
    let mut kinds: Vec<SmolStr> = match annotation {
        Some(list) => {
            list.split(',').filter(|kind| !matches!(*kind, "" | "none")).map(SmolStr::new).collect()
        }
        None => known.clone(),
    };
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.iter().any(|kind| known.contains(kind)) {
        kinds.retain(|kind| known.contains(kind));
    }
    let (cron, controllers): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|kind| kind == "CronJob");
    let mut copies = Vec::new();
    for (original, rule) in rules.iter().enumerate() {
        if !concerns_pods(rule) {
            continue;
        }
        if !controllers.is_empty()
            && let Some(copy) = copy(rule, "autogen", Template::Controller, &controllers)
        {
            let rule = shift::fields(&copy, Template::Controller);
            copies.push(Copied { rule, original, kinds: controllers.clone() });
        }
        if !cron.is_empty()
            && let Some(copy) = copy(rule, "autogen", Template::Controller, &cron)
            && let Some(copy) = copy_again(rule, &copy, &cron)
        {
            let rule = shift::fields(&copy, Template::CronJob);
            copies.push(Copied { rule, original, kinds: cron.clone() });
        }
    }
    copies
}

/// Whether a rule is one of those that copying makes.
pub(crate) fn is_copy(rule: &Value) -> bool {
    text(rule, "name").starts_with("autogen-")
}

/// Whether Pods are among what the rule names, and among what it leaves out, where it leaves out kinds.
fn concerns_pods(rule: &Value) -> bool {
    if is_copy(rule) {
        return false;
    }
    let kinds = |key: &str| rule.get(key).map(all_kinds).unwrap_or_default();
    let excluded = kinds("exclude");
    names_pods(&kinds("match")) && (excluded.is_empty() || names_pods(&excluded))
}

/// The kinds of all blocks of a `match` or `exclude`.
fn all_kinds(filter: &Value) -> Vec<SmolStr> {
    let listed = ["any", "all"].into_iter().flat_map(|key| list(filter, key));
    std::iter::once(filter).chain(listed).flat_map(kinds_of).collect()
}

/// A rule for the controllers that hold a template in `spec.template`.
fn copy(rule: &Value, prefix: &str, template: Template, kinds: &[SmolStr]) -> Option<Value> {
    let source = rule.as_map()?;
    let mut copy = Map::default();
    copy.insert("name", Value::from(name(prefix, &text(rule, "name"))));
    for key in ["context", "preconditions", "celPreconditions", "reportProperties", "skipBackgroundRequests"]
    {
        if let Some(value) = source.get(key) {
            copy.insert(key, value.clone());
        }
    }
    let kinds: Value = kinds.iter().map(|kind| Value::from(written(kind))).collect();
    for key in ["match", "exclude"] {
        if let Some(filter) = source.get(key).filter(|value| !value.is_null()) {
            copy.insert(key, with_kinds(filter, &kinds, template, key == "exclude"));
        }
    }
    let body = body(source, template)?;
    copy.insert(body.0, body.1);
    Some(Value::from(copy))
}

/// A rule for CronJobs, made of the one for controllers.
fn copy_again(rule: &Value, copied: &Value, kinds: &[SmolStr]) -> Option<Value> {
    let mut copy = copy(copied, "autogen-cronjob", Template::CronJob, kinds)?;
    if let Value::Map(map) = &mut copy {
        let name = Value::from(name("autogen-cronjob", &text(rule, "name")));
        std::sync::Arc::make_mut(map).insert("name", name);
    }
    Some(copy)
}

/// The name of a copy, as long as a name may be.
fn name(prefix: &str, name: &str) -> String {
    let mut name = format!("{prefix}-{name}");
    if name.len() > 63 {
        let end = (0..=63).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
        name.truncate(end);
    }
    name
}

/// A controller's kind in the form in which copied rules name it.
fn written(kind: &SmolStr) -> SmolStr {
    if kind == "Pod" {
        return SmolStr::new_static("v1/Pod");
    }
    CONTROLLERS
        .iter()
        .find(|(known, _)| known == kind)
        .map_or_else(|| kind.clone(), |(_, full)| SmolStr::new_static(full))
}

/// A filter with the kinds of the controllers in place of Pods.
fn with_kinds(filter: &Value, kinds: &Value, template: Template, is_exclude: bool) -> Value {
    let Some(map) = filter.as_map() else { return filter.clone() };
    let mut filter = map.clone();
    for key in ["any", "all"] {
        let blocks = map.get(key).and_then(Value::as_list).unwrap_or(&[]);
        if blocks.is_empty() {
            continue;
        }
        let replaced = blocks.iter().map(|block| {
            // For CronJobs every block was one about Pods, or is about nothing that concerns them.
            if template == Template::CronJob || names_pods(&kinds_of(block)) {
                set_kinds(block, kinds)
            } else {
                block.clone()
            }
        });
        filter.insert(key, replaced.collect());
        return Value::from(filter);
    }
    if is_exclude && kinds_of(&Value::from(filter.clone())).is_empty() {
        return Value::from(filter);
    }
    set_kinds(&Value::from(filter), kinds)
}

fn set_kinds(block: &Value, kinds: &Value) -> Value {
    let mut block = block.as_map().cloned().unwrap_or_default();
    let mut resources = block.get("resources").and_then(Value::as_map).cloned().unwrap_or_default();
    resources.insert("kinds", kinds.clone());
    block.insert("resources", Value::from(resources));
    Value::from(block)
}

/// What the rule does, put below the template.
fn body(rule: &Map, template: Template) -> Option<(&'static str, Value)> {
    if let Some(mutate) = rule.get("mutate").and_then(Value::as_map)
        && let Some(mutate) = mutate_body(mutate, template)
    {
        return Some(("mutate", mutate));
    }
    if let Some(validate) = rule.get("validate").and_then(Value::as_map)
        && let Some(validate) = validate_body(validate, template)
    {
        return Some(("validate", validate));
    }
    rule.get("verifyImages").filter(|value| !value.is_null()).map(|value| ("verifyImages", value.clone()))
}

/// Puts a pattern below the template of Pods.
fn below(pattern: &Value, template: Template) -> Value {
    let key = match template {
        Template::Controller => "template",
        Template::CronJob => "jobTemplate",
    };
    let spec = Map::from_iter([(SmolStr::new_static(key), pattern.clone())]);
    Value::from(Map::from_iter([(SmolStr::new_static("spec"), Value::from(spec))]))
}

fn mutate_body(mutate: &Map, template: Template) -> Option<Value> {
    let present = |map: &Map, key: &str| map.get(key).filter(|value| !value.is_null()).cloned();
    if let Some(patch) = present(mutate, "patchStrategicMerge") {
        let patch = below(&patch, template);
        return Some(Value::from(Map::from_iter([("patchStrategicMerge".to_smolstr(), patch)])));
    }
    let loops = mutate.get("foreach").and_then(Value::as_list).filter(|loops| !loops.is_empty())?;
    let copied: Value = loops
        .iter()
        .map(|each| {
            let mut copied = Map::default();
            for key in ["list", "context", "preconditions"] {
                if let Some(value) = each.get(key) {
                    copied.insert(key, value.clone());
                }
            }
            let patch = each.get("patchStrategicMerge").cloned().unwrap_or_default();
            copied.insert("patchStrategicMerge", below(&patch, template));
            Value::from(copied)
        })
        .collect();
    Some(Value::from(Map::from_iter([("foreach".to_smolstr(), copied)])))
}

fn validate_body(validate: &Map, template: Template) -> Option<Value> {
    let mut copied = Map::default();
    for key in ["failureAction", "failureActionOverrides", "allowExistingViolations"] {
        if let Some(value) = validate.get(key) {
            copied.insert(key, value.clone());
        }
    }
    let present = |key: &str| validate.get(key).filter(|value| !value.is_null());
    let message = validate.get("message").and_then(Value::as_str);
    let mut with = |key: &'static str, value: Value, pivot: &str| {
        copied.insert(key, value);
        if let Some(message) = message {
            copied.insert("message", Value::from(shift::references(message, pivot, template)));
        }
        Some(Value::from(std::mem::take(&mut copied)))
    };
    if let Some(pattern) = present("pattern") {
        return with("pattern", below(pattern, template), "pattern");
    }
    if let Some(deny) = present("deny") {
        return with("deny", deny.clone(), "deny");
    }
    if let Some(security) = present("podSecurity") {
        return with("podSecurity", security.clone(), "podSecurity");
    }
    if let Some(patterns) = present("anyPattern") {
        let patterns = patterns.as_list().unwrap_or(&[]).iter().map(|pattern| below(pattern, template));
        return with("anyPattern", patterns.collect(), "anyPattern");
    }
    if let Some(loops) = present("foreach").filter(|loops| loops.as_list().is_some_and(|l| !l.is_empty())) {
        return with("foreach", loops.clone(), "pattern");
    }
    present("cel").map(|_| Value::from(validate.clone()))
}

fn text(value: &Value, key: &str) -> SmolStr {
    value.get(key).and_then(Value::as_str).unwrap_or("").into()
}
