//! A condition of our own as a `ValidatingAdmissionPolicy` with its binding, so that the API server enforces it
//! by itself.

use sekisho_manifest::to_yaml;
use serde_json::{Value, json};

use super::matching::is_beyond;
use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::kinds::Kinds;
use crate::verdict::Enforcement;

/// What is exported.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The name of the policy and of its binding.
    pub name: &'a str,
    /// What is wrong where the condition does not hold, in one line.
    pub title: &'a str,
    /// The condition in CEL: true for a good object.
    pub expression: &'a str,
    /// What the condition is about, which says what variables it has.
    pub about: About<'a>,
    /// What the binding does.
    pub actions: &'a [Enforcement],
}

/// What a condition is about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// Every container of a Pod or of what makes Pods: `container`, and `pod`, the Pod's `spec`.
    Containers,
    /// A Pod or what makes Pods: `pod`, the Pod's `spec`, and its `metadata`.
    Pods,
    /// Objects of these kinds, each a group and a kind: `object`.
    Objects(&'a [(&'a str, &'a str)]),
    /// Objects of any kind: `object`.
    AnyObject,
}

/// The template of the Pod that an object makes, or the Pod itself, in a list; the list is empty where there is
/// none.
const TEMPLATES: &str = r#"[?(object.kind == "Pod" ? optional.of(object)
  : object.kind == "PodTemplate" ? object.?template
  : object.kind == "CronJob" ? object.?spec.?jobTemplate.?spec.?template
  : object.?spec.?template)]"#;

/// The containers of the Pod in the order in which they start.
const CONTAINERS: &str = "size(variables.pods) == 0 ? [] : variables.pods[0].?initContainers.orValue([])\n  + \
                          variables.pods[0].?containers.orValue([])\n  + \
                          variables.pods[0].?ephemeralContainers.orValue([])";

/// The policy and its binding as YAML, two documents; none where the API server asks no policy about these objects.
pub fn export(export: &Export<'_>) -> Option<String> {
    if let About::Objects(kinds) = export.about
        && kinds.iter().all(|(group, kind)| is_beyond(&resource(group, kind)))
    {
        return None;
    }
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": export.name, "annotations": {"kubernetes.io/description": export.title}},
        "spec": spec(export),
    });
    let actions: Vec<String> = export.actions.iter().map(|action| format!("{action:?}")).collect();
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": export.name},
        "spec": {"policyName": export.name, "validationActions": actions},
    });
    Some(format!("{}---\n{}", to_yaml(&policy), to_yaml(&binding)))
}

/// The resource of a kind, in the version `v1`.
fn resource(group: &str, kind: &str) -> GroupVersionResource {
    let kind = GroupVersionKind { group: group.into(), version: "v1".into(), kind: kind.into() };
    Kinds::default().of(&kind).resource
}

fn spec(export: &Export<'_>) -> Value {
    let mut spec = json!({
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": rules(export.about)},
    });
    let condition = export.expression;
    let mut validation = json!({"message": export.title});
    validation["expression"] = match export.about {
        About::Containers => {
            let failing = format!(
                "{} + variables.pods.map(pod, variables.containers.filter(container, \
                 !({condition})).map(container, container.?name.orValue(\"\")).join(\", \")).join(\"\")",
                quoted(&format!("{}: ", export.title))
            );
            validation["messageExpression"] = failing.into();
            format!("variables.pods.all(pod, variables.containers.all(container,\n  {condition}\n))").into()
        }
        About::Pods => format!(
            "variables.templates.all(template, [template.spec].all(pod, \
             [template.?metadata.orValue({{}})].all(metadata,\n  {condition}\n)))"
        )
        .into(),
        About::Objects(_) | About::AnyObject => condition.into(),
    };
    let variable = |name: &str, expression: String| json!({"name": name, "expression": expression});
    match export.about {
        About::Containers => {
            let pods = format!("{TEMPLATES}.map(template, has(template.spec), template.spec)");
            let containers = variable("containers", CONTAINERS.to_owned());
            spec["variables"] = json!([variable("pods", pods), containers]);
        }
        About::Pods => {
            let templates = format!("{TEMPLATES}.filter(template, has(template.spec))");
            spec["variables"] = json!([variable("templates", templates)]);
        }
        About::Objects(_) | About::AnyObject => {}
    }
    spec["validations"] = json!([validation]);
    spec
}

fn rules(about: About<'_>) -> Value {
    let rule = |group: &str, resources: &[String]| {
        json!({
            "apiGroups": [group],
            "apiVersions": ["*"],
            "operations": ["CREATE", "UPDATE"],
            "resources": resources,
        })
    };
    let texts = |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| (*text).to_owned()).collect() };
    match about {
        About::AnyObject => json!([rule("*", &texts(&["*"]))]),
        About::Containers | About::Pods => json!([
            rule("", &texts(&["pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers"])),
            rule("apps", &texts(&["deployments", "statefulsets", "daemonsets", "replicasets"])),
            rule("batch", &texts(&["jobs", "cronjobs"])),
        ]),
        About::Objects(kinds) => {
            let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
            for (group, kind) in kinds {
                let resource = resource(group, kind).resource.to_string();
                match groups.iter_mut().find(|(known, _)| known == group) {
                    Some((_, resources)) => resources.push(resource),
                    None => groups.push((group, vec![resource])),
                }
            }
            groups.iter().map(|(group, resources)| rule(group, resources)).collect()
        }
    }
}

/// A text as a literal of CEL.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
