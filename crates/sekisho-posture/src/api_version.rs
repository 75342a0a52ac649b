//! What becomes of an object when only its `apiVersion` is changed to the one that takes its place.

use sekisho_manifest::api::{self, ApiVersion, LATEST_MINOR};
use sekisho_manifest::selector::Selector;
use sekisho_manifest::{Node, Object, Place, Value, field};

use crate::{Examination, Found, Mend};

/// A built-in API version that an object is written for, and the release that the object is meant for.
pub(crate) struct Written {
    pub(crate) known: &'static ApiVersion,
    pub(crate) minor: u32,
    /// What takes its place in that release.
    pub(crate) replacement: Option<&'static ApiVersion>,
}

/// The wordings of a check for objects that have a replacement and for those that have none.
pub(crate) struct Variants {
    pub(crate) replaced: Option<&'static str>,
    pub(crate) bare: Option<&'static str>,
}

impl Written {
    /// What is known of an object's API version; none for a custom resource. Where the run names no
    /// release, the newest counts.
    pub(crate) fn of(object: &Object, examination: &Examination<'_>) -> Option<Self> {
        let known = api::lookup(object.group(), object.version(), &object.kind)?;
        let minor = examination.settings().kubernetes_minor.unwrap_or(LATEST_MINOR);
        Some(Self { known, minor, replacement: known.replacement(minor) })
    }

    /// A finding at the object's `apiVersion`, with what every message about it names.
    pub(crate) fn found<'a>(&self, object: &'a Object, variants: Variants) -> Found<'a> {
        let place = object.place(field!["apiVersion"]);
        let mend = self.replacement.and_then(|replacement| {
            let version = replacement.api_version();
            let words = format!("set `apiVersion: {version}`");
            let mend = match rename(object, self.known, replacement)? {
                Change::Same => Mend::safe(words),
                Change::OtherBehaviour => Mend::risky(words),
            };
            Some(mend.set(&place, version.as_str()))
        });
        self.found_at(place, variants).mend(mend)
    }

    /// A finding at a place that says how the object is written, with what every message about it names.
    pub(crate) fn found_at<'a>(&self, place: Place<'a>, variants: Variants) -> Found<'a> {
        let found = Found::at(place).arg("version", self.known.api_version()).arg("kind", self.known.kind);
        let (found, variant) = match self.replacement {
            Some(other) => {
                let name = format!("{} {}", other.api_version(), other.kind);
                (found.arg("replacement", name), variants.replaced)
            }
            None => (found, variants.bare),
        };
        match variant {
            Some(variant) => found.variant(variant),
            None => found,
        }
    }
}

/// What a change of the version alone does to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// It means the same.
    Same,
    /// It is accepted, and fields that are left out mean something else.
    OtherBehaviour,
}

/// What a change of the version alone does to an object; none where fields have to change too.
fn rename(object: &Object, from: &ApiVersion, to: &ApiVersion) -> Option<Change> {
    if from.kind != to.kind {
        return None;
    }
    let spec = object.root.get("spec");
    let has = |key: &str| spec.is_some_and(|spec| spec.get(key).is_some());
    let same = |condition: bool| condition.then_some(Change::Same);
    match (from.group, from.version, from.kind) {
        ("apps", "v1beta2", _)
        | ("apps", _, "ControllerRevision")
        | ("batch", _, "CronJob")
        | ("rbac.authorization.k8s.io", "v1beta1", _)
        | ("rbac.authorization.k8s.io", _, "Role" | "ClusterRole")
        | ("storage.k8s.io" | "coordination.k8s.io" | "apiregistration.k8s.io", _, _)
        | ("scheduling.k8s.io", _, "PriorityClass")
        | ("networking.k8s.io", _, "IngressClass" | "IPAddress" | "ServiceCIDR")
        | ("extensions", _, "NetworkPolicy")
        | ("flowcontrol.apiserver.k8s.io", _, "FlowSchema")
        | ("node.k8s.io", "v1beta1", "RuntimeClass")
        | (
            "admissionregistration.k8s.io",
            _,
            "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy" | "MutatingAdmissionPolicyBinding",
        )
        | ("resource.k8s.io", "v1beta1" | "v1beta2", "DeviceClass") => Some(Change::Same),
        ("apps" | "extensions", _, kind) => workload(spec?, kind),
        ("rbac.authorization.k8s.io", _, _) => same(subjects_fit(object)),
        ("admissionregistration.k8s.io", _, "ValidatingAdmissionPolicyBinding") => {
            same(has("validationActions"))
        }
        ("autoscaling", "v2beta2", _) => same(to.version.starts_with("v2")),
        ("autoscaling", _, _) => same(to.version.starts_with("v2") && !has("metrics")),
        ("policy", _, "PodDisruptionBudget") => Some(budget(spec?)),
        ("flowcontrol.apiserver.k8s.io", version, "PriorityLevelConfiguration") => {
            same(!has("limited") || (version == "v1beta3" && to.version == "v1" && shares(spec?) != Some(0)))
        }
        ("certificates.k8s.io", _, "CertificateSigningRequest") => {
            let signer = spec?.str("signerName");
            same(!signer.is_empty() && signer != "kubernetes.io/legacy-unknown" && has("usages"))
        }
        ("discovery.k8s.io", "v1beta1", _) => {
            let endpoints = object.root.get("endpoints").map_or(&[][..], Node::items);
            same(endpoints.iter().all(|endpoint| endpoint.get("topology").is_none()))
        }
        _ => None,
    }
}

/// A workload of the first versions, in which the selector could be left out and updates had other defaults.
fn workload(spec: &Node, kind: &str) -> Option<Change> {
    spec.get("selector")?;
    if spec.get("rollbackTo").is_some() || spec.get("templateGeneration").is_some() {
        return None;
    }
    let by_hand = matches!(kind, "DaemonSet" | "StatefulSet");
    let said = spec.at(&["updateStrategy", "type"]).is_some();
    match kind {
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" if by_hand && !said => {
            Some(Change::OtherBehaviour)
        }
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" => Some(Change::Same),
        _ => None,
    }
}

/// An empty selector picked no Pod in `v1beta1` and picks all in `v1`.
fn budget(spec: &Node) -> Change {
    let selector = spec.get("selector").and_then(|node| Selector::from_label_selector(node).ok());
    let empty = selector.is_some_and(|selector| selector.is_empty());
    if empty { Change::OtherBehaviour } else { Change::Same }
}

/// Whether the subjects of a binding of `v1alpha1` mean the same today: they had an `apiVersion` of their
/// own, and the user `*` was everyone.
fn subjects_fit(object: &Object) -> bool {
    let subjects = object.root.get("subjects").map_or(&[][..], Node::items);
    subjects.iter().all(|subject| subject.get("apiVersion").is_none() && subject.str("name") != "*")
}

/// The shares of a priority level, of which 0 was the default before `v1`.
fn shares(spec: &Node) -> Option<i64> {
    match spec.at(&["limited", "nominalConcurrencyShares"])?.value {
        Value::Int(shares) => Some(shares),
        _ => None,
    }
}
