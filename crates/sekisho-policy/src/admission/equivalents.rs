//! The versions in which the API server serves one resource, in the order of its registry.

use smol_str::SmolStr;

use crate::group_version::{GroupVersionKind, GroupVersionResource};

/// A resource, its kind, and the versions of it that mean the same object: those that are served today, and
/// those that were, so that old manifests match too.
const SAME: &[(&str, &str, &[&str])] = &[
    ("deployments", "Deployment", &["apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"]),
    ("daemonsets", "DaemonSet", &["apps/v1", "apps/v1beta2", "extensions/v1beta1"]),
    ("replicasets", "ReplicaSet", &["apps/v1", "apps/v1beta2", "extensions/v1beta1"]),
    ("statefulsets", "StatefulSet", &["apps/v1", "apps/v1beta2", "apps/v1beta1"]),
    ("controllerrevisions", "ControllerRevision", &["apps/v1", "apps/v1beta2", "apps/v1beta1"]),
    ("cronjobs", "CronJob", &["batch/v1", "batch/v1beta1", "batch/v2alpha1"]),
    (
        "horizontalpodautoscalers",
        "HorizontalPodAutoscaler",
        &["autoscaling/v1", "autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v2beta1"],
    ),
    ("events", "Event", &["v1", "events.k8s.io/v1", "events.k8s.io/v1beta1"]),
    ("ingresses", "Ingress", &["networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"]),
    ("ingressclasses", "IngressClass", &["networking.k8s.io/v1", "networking.k8s.io/v1beta1"]),
    ("networkpolicies", "NetworkPolicy", &["networking.k8s.io/v1", "extensions/v1beta1"]),
    ("ipaddresses", "IPAddress", &["networking.k8s.io/v1", "networking.k8s.io/v1beta1"]),
    ("servicecidrs", "ServiceCIDR", &["networking.k8s.io/v1", "networking.k8s.io/v1beta1"]),
    ("poddisruptionbudgets", "PodDisruptionBudget", &["policy/v1", "policy/v1beta1"]),
    ("podsecuritypolicies", "PodSecurityPolicy", &["policy/v1beta1", "extensions/v1beta1"]),
    (
        "roles",
        "Role",
        &[
            "rbac.authorization.k8s.io/v1",
            "rbac.authorization.k8s.io/v1beta1",
            "rbac.authorization.k8s.io/v1alpha1",
        ],
    ),
    (
        "rolebindings",
        "RoleBinding",
        &[
            "rbac.authorization.k8s.io/v1",
            "rbac.authorization.k8s.io/v1beta1",
            "rbac.authorization.k8s.io/v1alpha1",
        ],
    ),
    (
        "clusterroles",
        "ClusterRole",
        &[
            "rbac.authorization.k8s.io/v1",
            "rbac.authorization.k8s.io/v1beta1",
            "rbac.authorization.k8s.io/v1alpha1",
        ],
    ),
    (
        "clusterrolebindings",
        "ClusterRoleBinding",
        &[
            "rbac.authorization.k8s.io/v1",
            "rbac.authorization.k8s.io/v1beta1",
            "rbac.authorization.k8s.io/v1alpha1",
        ],
    ),
    ("storageclasses", "StorageClass", &["storage.k8s.io/v1", "storage.k8s.io/v1beta1"]),
    ("volumeattachments", "VolumeAttachment", &["storage.k8s.io/v1", "storage.k8s.io/v1beta1"]),
    ("csidrivers", "CSIDriver", &["storage.k8s.io/v1", "storage.k8s.io/v1beta1"]),
    ("csinodes", "CSINode", &["storage.k8s.io/v1", "storage.k8s.io/v1beta1"]),
    ("csistoragecapacities", "CSIStorageCapacity", &["storage.k8s.io/v1", "storage.k8s.io/v1beta1"]),
    ("volumeattributesclasses", "VolumeAttributesClass", &["storage.k8s.io/v1", "storage.k8s.io/v1beta1"]),
    ("priorityclasses", "PriorityClass", &["scheduling.k8s.io/v1", "scheduling.k8s.io/v1beta1"]),
    ("runtimeclasses", "RuntimeClass", &["node.k8s.io/v1", "node.k8s.io/v1beta1"]),
    ("leases", "Lease", &["coordination.k8s.io/v1", "coordination.k8s.io/v1beta1"]),
    ("endpointslices", "EndpointSlice", &["discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"]),
    (
        "certificatesigningrequests",
        "CertificateSigningRequest",
        &["certificates.k8s.io/v1", "certificates.k8s.io/v1beta1"],
    ),
    (
        "customresourcedefinitions",
        "CustomResourceDefinition",
        &["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"],
    ),
    ("apiservices", "APIService", &["apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"]),
    (
        "validatingwebhookconfigurations",
        "ValidatingWebhookConfiguration",
        &["admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"],
    ),
    (
        "mutatingwebhookconfigurations",
        "MutatingWebhookConfiguration",
        &["admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"],
    ),
    (
        "flowschemas",
        "FlowSchema",
        &[
            "flowcontrol.apiserver.k8s.io/v1",
            "flowcontrol.apiserver.k8s.io/v1beta3",
            "flowcontrol.apiserver.k8s.io/v1beta2",
            "flowcontrol.apiserver.k8s.io/v1beta1",
        ],
    ),
    (
        "prioritylevelconfigurations",
        "PriorityLevelConfiguration",
        &[
            "flowcontrol.apiserver.k8s.io/v1",
            "flowcontrol.apiserver.k8s.io/v1beta3",
            "flowcontrol.apiserver.k8s.io/v1beta2",
            "flowcontrol.apiserver.k8s.io/v1beta1",
        ],
    ),
    (
        "resourceclaims",
        "ResourceClaim",
        &["resource.k8s.io/v1", "resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"],
    ),
    (
        "resourceclaimtemplates",
        "ResourceClaimTemplate",
        &["resource.k8s.io/v1", "resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"],
    ),
    (
        "deviceclasses",
        "DeviceClass",
        &["resource.k8s.io/v1", "resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"],
    ),
    (
        "resourceslices",
        "ResourceSlice",
        &["resource.k8s.io/v1", "resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"],
    ),
];

/// A version of a resource and its kind there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) resource: GroupVersionResource,
    pub(super) kind: GroupVersionKind,
}

/// All versions of a built-in resource, this one too; empty for any other.
pub(super) fn of(resource: &GroupVersionResource) -> Vec<Version> {
    let version = |name: &SmolStr, kind: &str, api_version: &str| {
        let kind = GroupVersionKind::new(api_version, kind);
        let (group, version) = (kind.group.clone(), kind.version.clone());
        Version { resource: GroupVersionResource { group, version, resource: name.clone() }, kind }
    };
    for (name, kind, versions) in SAME {
        if resource.resource != *name {
            continue;
        }
        let all: Vec<Version> =
            versions.iter().map(|api_version| version(&resource.resource, kind, api_version)).collect();
        if all.iter().any(|known| known.resource.group == resource.group) {
            return all;
        }
    }
    Vec::new()
}
