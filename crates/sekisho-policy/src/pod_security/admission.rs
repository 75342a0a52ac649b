//! The admission: which requests are looked at, and what is answered.

use std::collections::HashMap;

use sekisho_manifest::{FieldPath, Node, Operation};
use smol_str::format_smolstr;

use crate::facts::Facts;
use crate::group_version::GroupVersionResource;
use crate::request::Request;

use super::answer::{Answer, Finding, Mode, Status, StatusDetails};
use super::catalogue::evaluate;
use super::configuration::Configuration;
use super::level::{Level, LevelVersion};
use super::levels::{LabelError, Levels, aggregate};
use super::namespace;
use super::pod::Pod;
use super::violation::Violation;
use super::wording::quote;

/// The resources that make Pods, and where each has its template.
const CONTROLLERS: [(&str, &str, &[&str]); 8] = [
    ("", "podtemplates", &["template"]),
    ("", "replicationcontrollers", &["spec", "template"]),
    ("apps", "daemonsets", &["spec", "template"]),
    ("apps", "deployments", &["spec", "template"]),
    ("apps", "replicasets", &["spec", "template"]),
    ("apps", "statefulsets", &["spec", "template"]),
    ("batch", "cronjobs", &["spec", "jobTemplate", "spec", "template"]),
    ("batch", "jobs", &["spec", "template"]),
];

/// The parts of a Pod that cannot make it more dangerous. Any other is taken for a whole Pod, so that a part
/// nobody knows yet is judged too.
const HARMLESS: [&str; 8] =
    ["attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status"];

/// Every resource that the admission looks at, by group and plural.
pub(super) fn resources() -> impl Iterator<Item = (&'static str, &'static str)> {
    [("", "namespaces"), ("", "pods")]
        .into_iter()
        .chain(CONTROLLERS.into_iter().map(|(group, resource, _)| (group, resource)))
}

/// Answers a request as the API server's own admission does.
///
/// A Pod is held against the levels of its namespace, which `facts` must know; of what makes Pods the template
/// is, and nothing is refused. Of a namespace the labels must be right, and of a level that is newly enforced
/// the Pods that do not keep to it are told. Everything else may pass.
pub fn review(request: &Request, configuration: &Configuration, facts: &dyn Facts) -> Answer {
    if !matches!(request.operation, Operation::Create | Operation::Update) {
        return Answer::default();
    }
    let GroupVersionResource { group, resource, .. } = &request.resource;
    if group.is_empty() && resource == "namespaces" {
        return namespace::review(request, configuration, facts);
    }
    if group.is_empty() && resource == "pods" {
        return review_pod(request, configuration, facts);
    }
    let controller = CONTROLLERS.iter().find(|(known, plural, _)| group == known && resource == plural);
    match controller {
        Some((_, _, template)) => review_controller(request, template, configuration, facts),
        None => Answer::default(),
    }
}

fn review_pod(request: &Request, configuration: &Configuration, facts: &dyn Facts) -> Answer {
    if HARMLESS.contains(&request.subresource.as_str()) {
        return Answer::default();
    }
    if let Some(exempt) = exempt(request, configuration) {
        return exempt;
    }
    let Some(namespace) = facts.namespace(&request.namespace) else {
        let status = Status::internal(format!("failed to lookup namespace {}", quote(&request.namespace)));
        return Answer::failed(status, &not_found(request));
    };
    let (levels, errors) = Levels::of(&namespace, &configuration.defaults);
    if errors.is_empty() && levels.is_privileged() {
        return Answer::recorded("enforce-policy", LevelVersion::latest(Level::Privileged).to_string());
    }
    let Some(pod) = whole(request.object.as_ref()) else {
        return Answer::failed(Status::bad_request("failed to decode pod"), "");
    };
    if request.operation == Operation::Update {
        let Some(old) = whole(request.old_object.as_ref()) else {
            return Answer::failed(Status::bad_request("failed to decode old pod"), "");
        };
        if !is_significant(pod, old) {
            return Answer::default();
        }
    }
    let review = PodReview { request, configuration, levels, errors, enforce: true };
    review.answer(&Pod::of(pod), &FieldPath::root())
}

fn review_controller(
    request: &Request,
    template: &[&str],
    configuration: &Configuration,
    facts: &dyn Facts,
) -> Answer {
    if !request.subresource.is_empty() {
        return Answer::default();
    }
    if let Some(exempt) = exempt(request, configuration) {
        return exempt;
    }
    let Some(namespace) = facts.namespace(&request.namespace) else {
        let name = quote(&request.namespace);
        return Answer::recorded(
            "error",
            format!("failed to lookup namespace {name}: {}", not_found(request)),
        );
    };
    let (levels, errors) = Levels::of(&namespace, &configuration.defaults);
    if errors.is_empty() && levels.warn.level == Level::Privileged && levels.audit.level == Level::Privileged
    {
        return Answer::default();
    }
    let Some(object) = whole(request.object.as_ref()) else {
        return Answer::recorded("error", "failed to decode object: the request holds none");
    };
    let pod = match object.at(template) {
        Some(template) => Pod::of(template),
        // Elsewhere the API server reads a template that is not there as an empty one.
        None if request.resource.resource == "replicationcontrollers" => return Answer::default(),
        None => Pod::new(None, None),
    };
    let review = PodReview { request, configuration, levels, errors, enforce: false };
    review.answer(&pod, &template.iter().copied().collect())
}

/// The answer to a request that is exempt by its namespace or its user.
fn exempt(request: &Request, configuration: &Configuration) -> Option<Answer> {
    let exemptions = &configuration.exemptions;
    let by = if exemptions.namespace(&request.namespace) {
        "namespace"
    } else if exemptions.user(&request.user.name) {
        "user"
    } else {
        return None;
    };
    Some(Answer::recorded("exempt", by))
}

/// What the API server says of a namespace that is not there.
fn not_found(request: &Request) -> String {
    format!("namespaces {} not found", quote(&request.namespace))
}

/// An object, if it is one.
fn whole(object: Option<&Node>) -> Option<&Node> {
    object.filter(|node| node.as_mapping().is_some())
}

/// A Pod that is to be held against the levels of its namespace.
struct PodReview<'a> {
    request: &'a Request,
    configuration: &'a Configuration,
    levels: Levels,
    errors: Vec<LabelError>,
    /// Whether the enforced level counts too.
    enforce: bool,
}

impl PodReview<'_> {
    /// `place` is the path of the Pod in the object of the request.
    fn answer(&self, pod: &Pod<'_>, place: &FieldPath) -> Answer {
        if self.configuration.exemptions.runtime_class(pod.runtime_class()) {
            return Answer::recorded("exempt", "runtimeClass");
        }
        let mut answer = Answer::default();
        if !self.errors.is_empty() {
            answer.record("error", format!("Failed to parse policy: {}", aggregate(&self.errors)));
        }
        if self.enforce {
            answer.record("enforce-policy", self.levels.enforce.to_string());
            let finding = find(Mode::Enforce, self.levels.enforce, pod, place, &answer.findings);
            answer.refusal = finding.message().map(|message| forbidden(self.request, &message));
            answer.findings.push(finding);
        }
        let finding = find(Mode::Audit, self.levels.audit, pod, place, &answer.findings);
        if let Some(message) = finding.message() {
            answer.record("audit-violations", message);
        }
        answer.findings.push(finding);
        // Who is refused need not be warned.
        if answer.is_allowed() {
            let finding = find(Mode::Warn, self.levels.warn, pod, place, &answer.findings);
            answer.warnings.extend(finding.message());
            answer.findings.push(finding);
        }
        answer
    }
}

/// Holds a Pod against a level, if that was not done yet.
fn find(mode: Mode, policy: LevelVersion, pod: &Pod<'_>, place: &FieldPath, known: &[Finding]) -> Finding {
    let known = known.iter().find(|finding| finding.policy == policy);
    let violations = known.map_or_else(
        || evaluate(policy, pod).into_iter().map(|violation| moved(violation, place)).collect(),
        |finding| finding.violations.clone(),
    );
    Finding { mode, policy, violations }
}

/// A violation with paths that begin further up.
fn moved(mut violation: Violation, place: &FieldPath) -> Violation {
    if !place.is_root() {
        for fault in &mut violation.faults {
            fault.path = place.join(&fault.path);
        }
    }
    violation
}

fn forbidden(request: &Request, why: &str) -> Status {
    let GroupVersionResource { group, resource, .. } = &request.resource;
    let what = if group.is_empty() { resource.clone() } else { format_smolstr!("{resource}.{group}") };
    let message = if request.name.is_empty() {
        format!("{what} is forbidden: {why}")
    } else {
        format!("{what} {} is forbidden: {why}", quote(&request.name))
    };
    let details = StatusDetails {
        group: group.clone(),
        kind: resource.clone(),
        name: request.name.clone(),
        causes: Vec::new(),
    };
    Status { code: 403, reason: "Forbidden", message, details: Some(details) }
}

/// Whether an update can make a Pod worse: of what may be changed in a running Pod only images count, and
/// containers that come or go.
fn is_significant(pod: &Node, old: &Node) -> bool {
    let differs = |key: &str| {
        let (new, old) = (containers(pod, key), containers(old, key));
        new.len() != old.len() || new.iter().zip(old).any(|(new, old)| new.str("image") != old.str("image"))
    };
    if differs("containers") || differs("initContainers") {
        return true;
    }
    let mut images: HashMap<&str, &str> = HashMap::new();
    for container in containers(old, "ephemeralContainers") {
        images.entry(container.str("name")).or_insert_with(|| container.str("image"));
    }
    containers(pod, "ephemeralContainers")
        .iter()
        .any(|container| images.get(container.str("name")) != Some(&container.str("image")))
}

fn containers<'a>(pod: &'a Node, key: &str) -> &'a [Node] {
    pod.at(&["spec", key]).map_or(&[], Node::items)
}
