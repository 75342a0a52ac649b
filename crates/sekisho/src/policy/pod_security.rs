//! Where the level of a verdict of Pod Security is said.

use sekisho_finding::Location;
use sekisho_manifest::{Object, Place, field};
use sekisho_policy::pod_security::PodSecurity;
use sekisho_policy::{Bundle, Request, RuleName};

use super::{Origin, Resources};
use crate::arguments::pod_security::MODES;

/// The kind of the verdicts of Pod Security.
pub(crate) const KIND: &str = "PodSecurity";

/// Where the level of a verdict is said: in a label of the namespace, else in the configuration. None where it
/// was said on the command line.
pub(super) fn origin(
    rule: &RuleName,
    request: &Request,
    resources: &Resources,
    bundle: &Bundle,
) -> Option<Origin> {
    let namespace = resources.objects.iter().find(|object| {
        object.kind == "Namespace" && object.group().is_empty() && object.name == request.namespace
    });
    let labelled = namespace.and_then(|object| {
        // Who enforces a level and does not say of what to warn is warned of that level.
        let implied = || if rule.rule == "warn" { label(object, "enforce") } else { None };
        label(object, &rule.rule).or_else(implied)
    });
    if let Some(place) = labelled {
        return Location::of(&place, &resources.sources).as_ref().map(Origin::of);
    }
    let object = bundle.objects.iter().find(|object| sekisho_policy::pod_security::is_policy(object))?;
    let field = PodSecurity::default_field(&object.root, &rule.rule);
    let place = match object.root.resolve(&field) {
        Some(_) if MODES.iter().any(|mode| mode.as_str() == rule.rule) => object.place(field),
        _ => object.head(),
    };
    Location::of(&place, &bundle.sources).as_ref().map(Origin::of)
}

/// The label of a namespace for a mode, if there is one.
fn label<'o>(object: &'o Object, mode: &str) -> Option<Place<'o>> {
    let label = format!("pod-security.kubernetes.io/{mode}");
    let path = field!["metadata", "labels", label.as_str()];
    object.root.resolve(&path).map(|_| object.place(path))
}

/// The slug of a verdict of Pod Security: the level, whatever the mode and the version.
pub(super) fn slug(name: &RuleName) -> String {
    match name.policy.split_once(':') {
        Some((level, _)) => format!("pod-security/{level}"),
        None => name.policy.to_string(),
    }
}
