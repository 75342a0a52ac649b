//! Requests about namespaces: their labels must be right, and of a stricter level it is told who does not keep to
//! it.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use sekisho_manifest::{Node, Operation};
use smol_str::SmolStr;

use crate::facts::{Facts, ObjectQuery};
use crate::group_version::GroupVersionKind;
use crate::request::Request;

use super::answer::{Answer, Cause, Status, StatusDetails};
use super::catalogue::evaluate;
use super::configuration::{Configuration, Exemptions};
use super::level::{Level, LevelVersion};
use super::levels::{self, LabelError, Levels, aggregate};
use super::pod::Pod;
use super::violation::reasons;
use super::wording::quote;

/// How many Pods of a namespace are looked at.
const PODS: usize = 3_000;

pub(super) fn review(request: &Request, configuration: &Configuration, facts: &dyn Facts) -> Answer {
    if !request.subresource.is_empty() {
        return Answer::default();
    }
    let Some(namespace) = request.object.as_ref().filter(|node| node.as_mapping().is_some()) else {
        return Answer::failed(Status::bad_request("failed to decode namespace"), "");
    };
    let (new, errors) = Levels::of(namespace, &configuration.defaults);
    // The API server gives the name of a namespace for the namespace of the request too.
    let name = if request.namespace.is_empty() { &request.name } else { &request.namespace };
    let is_exempt = configuration.exemptions.namespace(name);
    if request.operation == Operation::Create {
        if !errors.is_empty() {
            return Answer::refused(invalid(request, &errors));
        }
        return if is_exempt { ignored(namespace, &new, configuration) } else { Answer::default() };
    }
    let Some(old) = request.old_object.as_ref().filter(|node| node.as_mapping().is_some()) else {
        return Answer::failed(Status::bad_request("failed to decode  old namespace"), "");
    };
    let (old, old_errors) = Levels::of(old, &configuration.defaults);
    // Who leaves wrong labels as they were is not to blame for them.
    if !errors.is_empty() && errors != old_errors {
        return Answer::refused(invalid(request, &errors));
    }
    let relaxed = new.enforce.version == old.enforce.version && new.enforce.level <= old.enforce.level;
    if relaxed || new.enforce.level == Level::Privileged {
        return Answer::default();
    }
    if is_exempt {
        return ignored(namespace, &new, configuration);
    }
    let name = namespace.get("metadata").map_or("", |metadata| metadata.str("name"));
    let warnings = existing(name, new.enforce, &configuration.exemptions, facts);
    Answer { warnings, ..Answer::default() }
}

fn invalid(request: &Request, errors: &[LabelError]) -> Status {
    let GroupVersionKind { group, kind, .. } = &request.kind;
    let dot = if group.is_empty() { "" } else { "." };
    let name = quote(&request.name);
    let message = format!("{kind}{dot}{group} {name} is invalid: {}", aggregate(errors));
    let cause = |error: &LabelError| Cause {
        reason: "FieldValueInvalid",
        message: error.body(),
        field: error.field(),
    };
    let causes = errors.iter().map(cause).collect();
    let details =
        StatusDetails { group: group.clone(), kind: kind.clone(), name: request.name.clone(), causes };
    Status { code: 422, reason: "Invalid", message, details: Some(details) }
}

/// The answer to a request about a namespace that is exempt: labels that ask for something are of no use.
fn ignored(namespace: &Node, levels: &Levels, configuration: &Configuration) -> Answer {
    if levels.is_privileged() || levels.is_equivalent(&configuration.defaults) {
        return Answer::default();
    }
    let labels = namespace.at(&["metadata", "labels"]);
    let has = |label: &str| labels.is_some_and(|labels| labels.entry(label).is_some());
    let modes = [
        ("enforce", levels.enforce, levels::ENFORCE, levels::ENFORCE_VERSION),
        ("audit", levels.audit, levels::AUDIT, levels::AUDIT_VERSION),
        ("warn", levels.warn, levels::WARN, levels::WARN_VERSION),
    ];
    let mut asked = String::new();
    for (mode, policy, level, version) in modes {
        if policy.level != Level::Privileged && (has(level) || has(version)) {
            let comma = if asked.is_empty() { "" } else { ", " };
            let _ = write!(asked, "{comma}{mode}={policy}");
        }
    }
    let name = quote(namespace.get("metadata").map_or("", |metadata| metadata.str("name")));
    let warning =
        format!("namespace {name} is exempt from Pod Security, and the policy ({asked}) will be ignored");
    Answer { warnings: vec![warning], ..Answer::default() }
}

/// Holds the Pods of a namespace against a level, and says who does not keep to it.
fn existing(
    namespace: &str,
    enforce: LevelVersion,
    exemptions: &Exemptions,
    facts: &dyn Facts,
) -> Vec<String> {
    let query = ObjectQuery {
        kind: GroupVersionKind::new("v1", "Pod"),
        namespace: Some(namespace.into()),
        name: None,
    };
    let Some(pods) = facts.objects(&query) else {
        return vec!["failed to list pods while checking new PodSecurity enforce level".to_owned()];
    };
    let pods = in_order(&pods, exemptions);
    // By what is said: the first name, and how many Pods it is said of.
    let mut said: BTreeMap<String, (SmolStr, usize)> = BTreeMap::new();
    for pod in pods.iter().take(PODS) {
        let violations = evaluate(enforce, &Pod::of(pod));
        if violations.is_empty() {
            continue;
        }
        let name = pod.get("metadata").map_or("", |metadata| metadata.str("name"));
        let (first, count) = said.entry(reasons(&violations)).or_insert_with(|| (name.into(), 0));
        *count += 1;
        if name < first.as_str() {
            *first = name.into();
        }
    }
    let mut warnings = Vec::new();
    if pods.len() > PODS {
        warnings.push(format!(
            "new PodSecurity enforce level only checked against the first {PODS} of {} existing pods",
            pods.len()
        ));
    }
    if !said.is_empty() {
        let namespace = quote(namespace);
        warnings.push(format!(
            "existing pods in namespace {namespace} violate the new PodSecurity enforce level \"{enforce}\""
        ));
    }
    let line = |(reasons, (first, count)): (String, (SmolStr, usize))| match count {
        1 => format!("{first}: {reasons}"),
        2 => format!("{first} (and 1 other pod): {reasons}"),
        _ => format!("{first} (and {} other pods): {reasons}", count - 1),
    };
    let mut lines: Vec<String> = said.into_iter().map(line).collect();
    lines.sort_unstable();
    warnings.extend(lines);
    warnings
}

/// The Pods to look at: those that are not exempt, and of each controller one before the others.
fn in_order<'a>(pods: &'a [Node], exemptions: &Exemptions) -> Vec<&'a Node> {
    let mut seen = HashSet::new();
    let mut later = Vec::new();
    let mut order = Vec::new();
    for pod in pods.iter().filter(|pod| !exemptions.runtime_class(Pod::of(pod).runtime_class())) {
        let owners = pod.at(&["metadata", "ownerReferences"]).map_or(&[][..], Node::items);
        match owners.iter().find(|owner| owner.is_true("controller")) {
            Some(controller) if !seen.insert(controller.str("uid")) => later.push(pod),
            _ => order.push(pod),
        }
    }
    order.append(&mut later);
    order
}
