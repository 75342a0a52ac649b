//! Rules that hold Pods to the Pod Security Standards. Who judges Pods is the caller's choice; here are the
//! exclusions of rules and exceptions, and the words.

use std::fmt::Write as _;
use std::sync::{Arc, PoisonError};

use sekisho_manifest::{Entry, FieldPath, Mapping, Node, Segment, Span};
use smol_str::{SmolStr, ToSmolStr as _};

use crate::budget::BudgetError;
use crate::matching::{Identity, Operation};
use crate::policy::{Exception, PodSecurityRule, Rule, Standard};
use crate::scalar::wildcard;
use crate::value::{Map, Value};
use crate::variables::VariableError;

use super::request::Examined;
use super::result::Said;
use super::running::{Running, keys};
use super::standards::{Fault, Found, PodSecurity, Violation};

/// The ids of the controls that one name stands for.
const CONTROLS: &[(&str, &[&str])] = &[
    ("Capabilities", &["capabilities_baseline", "capabilities_restricted"]),
    ("Seccomp", &["seccompProfile_baseline", "seccompProfile_restricted"]),
    ("Privileged Containers", &["privileged"]),
    ("Host Ports", &["hostPorts"]),
    ("/proc Mount Type", &["procMount"]),
    ("HostProcess", &["windowsHostProcess"]),
    ("SELinux", &["seLinuxOptions"]),
    ("Host Namespaces", &["hostNamespaces"]),
    ("HostPath Volumes", &["hostPathVolumes"]),
    ("Sysctls", &["sysctls"]),
    ("AppArmor", &["appArmorProfile"]),
    ("Privilege Escalation", &["allowPrivilegeEscalation"]),
    ("Running as Non-root", &["runAsNonRoot"]),
    ("Running as Non-root user", &["runAsUser"]),
    ("Volume Types", &["restrictedVolumes"]),
];

/// The control whose fields Kyverno does not name, and lets nobody exclude.
const UNNAMED: &str = "hostProbesAndHostLifecycle";

/// The control that tells a field without a value, `nil`, from one whose holder is missing.
const UNSET: &str = "allowPrivilegeEscalation";

const CONTAINER_LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Applies a rule.
pub(super) fn run(
    running: &Running<'_>,
    rule: &Rule,
    security: &PodSecurityRule,
    exceptions: &[&Exception],
) -> Result<Option<Said>, VariableError> {
    if running.request.operation == Operation::Delete {
        return Ok(None);
    }
    let Some(object) = &running.object else { return Ok(None) };
    hold(running, rule, security, exceptions, object)
}

/// Holds an object to a rule: the one of the request, or the one that it changes.
pub(super) fn hold(
    running: &Running<'_>,
    rule: &Rule,
    security: &PodSecurityRule,
    exceptions: &[&Exception],
    object: &Value,
) -> Result<Option<Said>, VariableError> {
    if let Some(whole) = exceptions.iter().find(|exception| exception.pod_security.is_empty()) {
        let key = whole.key();
        let message = format!("rule is skipped due to policy exception {key}");
        return Ok(Some(Said::skip(message).for_exceptions(vec![key])));
    }
    let Some(judge) = running.world.pod_security else {
        let message = "Pod Security is not examined: nobody who judges Pods was given";
        return Ok(Some(Said::not_examined(message)));
    };
    let kind = Identity::of(object).kind;
    let Some(pod) = pod_of(object, kind) else {
        let message = "Error while getting new resource: could not find correct resource type";
        return Ok(Some(Said::error(message)));
    };
    let judging = Judging { running, security, judge, pod: &pod };
    let is_asked = running.request.object.as_ref().is_some_and(|asked| asked.is_same(object));
    let examined = if is_asked { judging.examine_asked() } else { judging.examine(&pod.to_node()) };
    let mut violations = match examined {
        Ok(violations) => violations,
        Err(error) => {
            let message = format!("failed to parse pod security api version: {error}");
            return Ok(Some(Said::error(message)));
        }
    };
    for exclude in &security.exclude {
        judging.exempt(&mut violations, exclude)?;
    }
    let name = &rule.name;
    if violations.is_empty() {
        return Ok(Some(Said::pass(format!("Validation rule '{name}' passed."))));
    }
    for exclude in exceptions.iter().flat_map(|exception| &exception.pod_security) {
        judging.exempt(&mut violations, exclude)?;
    }
    if violations.is_empty() {
        let keys = keys(exceptions);
        let message = format!("rule is skipped due to policy exceptions {}", keys.join(", "));
        return Ok(Some(Said::skip(message).for_exceptions(keys)));
    }
    let mut message = format!(
        "Validation rule '{name}' failed. It violates PodSecurity \"{}:{}\": ",
        security.level, security.version
    );
    for violation in &violations {
        judging.describe(violation, kind, &mut message);
    }
    Ok(Some(Said::fail(message)))
}

/// The Pod, or the template of Pods, in an object.
fn pod_of(object: &Value, kind: &str) -> Option<Value> {
    let (metadata, spec) = match kind {
        "Pod" => (object.get("metadata"), object.get("spec")),
        "DaemonSet" | "Deployment" | "Job" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
            (object.at(&["spec", "template", "metadata"]), object.at(&["spec", "template", "spec"]))
        }
        "CronJob" => (
            object.at(&["spec", "jobTemplate", "metadata"]),
            object.at(&["spec", "jobTemplate", "spec", "template", "spec"]),
        ),
        _ => return None,
    };
    let mut pod = Map::default();
    for (key, value) in [("metadata", metadata), ("spec", spec)] {
        if let Some(value) = value {
            pod.insert(key, value.clone());
        }
    }
    Some(Value::from(pod))
}

/// The same of the tree that an object was read from.
fn node_of(object: &Node, kind: &str) -> Node {
    let holder = match kind {
        "Pod" => Some(object),
        "CronJob" => object.at(&["spec", "jobTemplate", "spec", "template"]),
        _ => object.at(&["spec", "template"]),
    };
    let metadata = match kind {
        "CronJob" => object.at(&["spec", "jobTemplate", "metadata"]),
        _ => holder.and_then(|holder| holder.get("metadata")),
    };
    let parts = [("metadata", metadata), ("spec", holder.and_then(|holder| holder.get("spec")))];
    let entries = parts.into_iter().filter_map(|(key, node)| {
        Some(Entry { key: SmolStr::new_static(key), key_span: Span::default(), node: node?.clone() })
    });
    let value = sekisho_manifest::Value::Mapping(Arc::new(Mapping::new(entries.collect())));
    Node { span: object.span, value }
}

struct Judging<'j> {
    running: &'j Running<'j>,
    security: &'j PodSecurityRule,
    judge: &'j dyn PodSecurity,
    pod: &'j Value,
}

impl Judging<'_> {
    fn examine(&self, pod: &Node) -> Result<Vec<Violation>, String> {
        self.judge.examine(&self.security.level.to_lowercase(), &self.security.version, pod)
    }

    /// Examines the Pod of the request; what several policies want to know of it is found out once.
    fn examine_asked(&self) -> Result<Vec<Violation>, String> {
        let forms = &self.running.request.forms;
        let (level, version) = (self.security.level.to_lowercase(), &self.security.version);
        let mut examined = forms.examined.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = examined.iter().find(|known| known.level == level && known.version == *version) {
            return known.violations.clone();
        }
        let pod = || match &forms.source {
            Some(object) => node_of(object, object.str("kind")),
            None => self.pod.to_node(),
        };
        let violations = self.examine(forms.pod.get_or_init(pod));
        examined.push(Examined { level, version: version.clone(), violations: violations.clone() });
        violations
    }

    /// Takes away the faults that an exclusion lets off.
    fn exempt(&self, violations: &mut Vec<Violation>, exclude: &Standard) -> Result<(), BudgetError> {
        let ids = CONTROLS.iter().find(|(name, _)| *name == exclude.control).map_or(&[][..], |(_, ids)| ids);
        if !violations.iter().any(|violation| ids.contains(&violation.control.as_str())) {
            return Ok(());
        }
        let of_containers = !exclude.images.is_empty();
        let excluded_pod = self.excluded_pod(exclude)?;
        let Ok(excluded) = self.examine(&excluded_pod.to_node()) else { return Ok(()) };
        for violation in excluded.iter().filter(|violation| ids.contains(&violation.control.as_str())) {
            for fault in &violation.faults {
                let field = restricted_field(&fault.path);
                let named = exclude.field.is_empty() || exclude.field == field;
                if !named || !self.allows(exclude, &violation.control, fault, &excluded_pod)? {
                    continue;
                }
                let Some(found) = violations.iter_mut().find(|known| known.control == violation.control)
                else {
                    continue;
                };
                let container = container_name(&excluded_pod, &fault.path);
                let same = |known: &Fault| {
                    restricted_field(&known.path) == field
                        && (!of_containers
                            || container.is_none()
                            || container_name(self.pod, &known.path) == container)
                };
                if let Some(place) = found.faults.iter().position(same) {
                    found.faults.swap_remove(place);
                }
                violations.retain(|violation| !violation.faults.is_empty());
            }
        }
        Ok(())
    }

    /// Whether the values at fault are those that the exclusion allows.
    fn allows(
        &self,
        exclude: &Standard,
        control: &str,
        fault: &Fault,
        pod: &Value,
    ) -> Result<bool, BudgetError> {
        if exclude.values.is_empty() {
            return Ok(true);
        }
        let values = match &fault.found {
            Found::Value(value) if !value.is_empty() => std::slice::from_ref(value),
            Found::Values(values) => values,
            Found::Missing if control == UNSET && has_holder(pod, &fault.path) => {
                &[SmolStr::new_static("nil")]
            }
            _ => &[],
        };
        for value in values {
            if !self.any(&exclude.values, value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn any(&self, patterns: &[SmolStr], text: &str) -> Result<bool, BudgetError> {
        for pattern in patterns {
            if wildcard(pattern, text, self.running.meter)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The Pod as the exclusion sees it: without its containers, or with those alone whose images it names.
    fn excluded_pod(&self, exclude: &Standard) -> Result<Value, BudgetError> {
        let mut pod = self.pod.as_map().cloned().unwrap_or_default();
        let spec = pod.get("spec").and_then(Value::as_map).cloned().unwrap_or_default();
        if exclude.images.is_empty() {
            let mut spec = spec;
            let fake = Map::from_iter([("name".to_smolstr(), Value::from("fake"))]);
            spec.insert("containers", [Value::from(fake)].into_iter().collect());
            spec.remove("initContainers");
            spec.remove("ephemeralContainers");
            pod.insert("spec", Value::from(spec));
            return Ok(Value::from(pod));
        }
        let mut matching = Map::default();
        for list in CONTAINER_LISTS {
            let mut kept = Vec::new();
            for container in spec.get(list).and_then(Value::as_list).unwrap_or(&[]) {
                let image = container.get("image").and_then(Value::as_str).unwrap_or("");
                if self.any(&exclude.images, image)? {
                    kept.push(container.clone());
                }
            }
            if !kept.is_empty() {
                matching.insert(list, Value::from(kept));
            }
        }
        Ok(Value::from(Map::from_iter([("spec".to_smolstr(), Value::from(matching))])))
    }

    /// Writes what a control has against the object.
    fn describe(&self, violation: &Violation, kind: &str, message: &mut String) {
        let _ = write!(message, "(Forbidden reason: {}, field error list: [", violation.reason);
        let faults = if violation.control == UNNAMED { &[][..] } else { &violation.faults };
        for (place, fault) in faults.iter().enumerate() {
            if place > 0 {
                message.push_str(", ");
            }
            let field = in_object(&printed(&fault.path), kind);
            let _ = match &fault.found {
                Found::Missing if violation.control == UNSET && has_holder(self.pod, &fault.path) => {
                    write!(message, "{field} is forbidden, forbidden values found: nil")
                }
                Found::Missing => write!(message, "{field}: Required value"),
                Found::Present => write!(message, "{field}: Forbidden"),
                Found::Value(value) if value.is_empty() => write!(message, "{field}: Forbidden"),
                Found::Value(value) => {
                    write!(message, "{field} is forbidden, forbidden values found: {value}")
                }
                Found::Values(values) => write!(
                    message,
                    "{field} is forbidden, forbidden values found: [{}]",
                    values.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(" ")
                ),
            };
        }
        message.push_str("])");
    }
}

/// Whether there is what should hold a field.
fn has_holder(pod: &Value, path: &FieldPath) -> bool {
    let segments = path.segments();
    let above = segments.get(..segments.len().saturating_sub(1)).unwrap_or(&[]);
    let holder = above.iter().try_fold(pod, |value, segment| match segment {
        Segment::Key(key) => value.get(key),
        Segment::Index(index) => value.as_list()?.get(*index),
    });
    holder.is_some_and(|holder| !holder.is_null())
}

/// The field as messages print it.
fn printed(path: &FieldPath) -> String {
    let mut text = String::new();
    for segment in path.segments() {
        let _ = match segment {
            Segment::Index(index) => write!(text, "[{index}]"),
            Segment::Key(key) if key.contains(['.', '/']) => write!(text, "[{key}]"),
            Segment::Key(key) if text.is_empty() => write!(text, "{key}"),
            Segment::Key(key) => write!(text, ".{key}"),
        };
    }
    text
}

/// The field with `*` for every index, as exclusions name it.
fn restricted_field(path: &FieldPath) -> String {
    let mut text = String::new();
    let mut in_number = false;
    for letter in printed(path).chars() {
        match (letter.is_ascii_digit(), in_number) {
            (true, false) => text.push('*'),
            (true, true) => {}
            (false, _) => text.push(letter),
        }
        in_number = letter.is_ascii_digit();
    }
    text
}

/// The name of the container that a field belongs to.
fn container_name<'p>(pod: &'p Value, path: &FieldPath) -> Option<&'p str> {
    match path.segments() {
        [_, Segment::Key(list), Segment::Index(index), ..] if CONTAINER_LISTS.contains(&list.as_str()) => {
            let container = pod.at(&["spec", list])?.as_list()?.get(*index)?;
            Some(container.get("name").and_then(Value::as_str).unwrap_or(""))
        }
        _ => None,
    }
}

/// A field of a Pod as one of the object that holds its template.
fn in_object(field: &str, kind: &str) -> String {
    let field = match kind {
        "Pod" => field.to_owned(),
        "CronJob" => field.replace("spec", "spec.jobTemplate.spec.template.spec"),
        _ => field.replace("spec", "spec.template.spec"),
    };
    field.replace("metadata", "spec.template.metadata")
}
