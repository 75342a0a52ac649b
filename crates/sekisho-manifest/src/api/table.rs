//! The API versions of Kubernetes itself, one row a kind: the facts of its type declarations, from 1.0 to 1.37.
//!
//! A kind that was dropped from the sources before its announced removal is removed in the release that
//! lacks it. Kinds that no manifest holds (reviews of webhooks, scale and rollback subresources) are left out.

use super::ApiVersion;
use super::Scope::{self, Cluster, Namespaced};

const fn api(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    scope: Scope,
    introduced: u32,
) -> ApiVersion {
    ApiVersion { group, version, kind, scope, introduced, deprecated: None, removed: None, successor: None }
}

impl ApiVersion {
    const fn deprecated(self, minor: u32) -> Self {
        Self { deprecated: Some(minor), ..self }
    }

    const fn removed(self, minor: u32) -> Self {
        Self { removed: Some(minor), ..self }
    }

    const fn replaced_by(self, group: &'static str, kind: &'static str) -> Self {
        Self { successor: Some((group, kind)), ..self }
    }
}

/// INVARIANT: sorted by group, version and kind, each once.
#[rustfmt::skip]
pub(super) static API_VERSIONS: &[ApiVersion] = &[
    api("", "v1", "Binding", Namespaced, 0),
    api("", "v1", "ComponentStatus", Cluster, 0).deprecated(19),
    api("", "v1", "ConfigMap", Namespaced, 2),
    api("", "v1", "Endpoints", Namespaced, 0).deprecated(33).replaced_by("discovery.k8s.io", "EndpointSlice"),
    api("", "v1", "Event", Namespaced, 0),
    api("", "v1", "LimitRange", Namespaced, 0),
    api("", "v1", "Namespace", Cluster, 0),
    api("", "v1", "Node", Cluster, 0),
    api("", "v1", "PersistentVolume", Cluster, 0),
    api("", "v1", "PersistentVolumeClaim", Namespaced, 0),
    api("", "v1", "Pod", Namespaced, 0),
    api("", "v1", "PodTemplate", Namespaced, 0),
    api("", "v1", "ReplicationController", Namespaced, 0),
    api("", "v1", "ResourceQuota", Namespaced, 0),
    api("", "v1", "Secret", Namespaced, 0),
    api("", "v1", "Service", Namespaced, 0),
    api("", "v1", "ServiceAccount", Namespaced, 0),

    api("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy", Cluster, 36),
    api("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicyBinding", Cluster, 36),
    api("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", Cluster, 16),
    api("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", Cluster, 30),
    api("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", Cluster, 30),
    api("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", Cluster, 16),
    api("admissionregistration.k8s.io", "v1alpha1", "ExternalAdmissionHookConfiguration", Cluster, 7).removed(9).replaced_by("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    api("admissionregistration.k8s.io", "v1alpha1", "InitializerConfiguration", Cluster, 7).removed(14),
    api("admissionregistration.k8s.io", "v1alpha1", "MutatingAdmissionPolicy", Cluster, 32).deprecated(35).removed(38),
    api("admissionregistration.k8s.io", "v1alpha1", "MutatingAdmissionPolicyBinding", Cluster, 32).deprecated(35).removed(38),
    api("admissionregistration.k8s.io", "v1alpha1", "ValidatingAdmissionPolicy", Cluster, 26).deprecated(29).removed(32),
    api("admissionregistration.k8s.io", "v1alpha1", "ValidatingAdmissionPolicyBinding", Cluster, 26).deprecated(29).removed(32),
    api("admissionregistration.k8s.io", "v1beta1", "MutatingAdmissionPolicy", Cluster, 34).deprecated(37).removed(40),
    api("admissionregistration.k8s.io", "v1beta1", "MutatingAdmissionPolicyBinding", Cluster, 34).deprecated(37).removed(40),
    api("admissionregistration.k8s.io", "v1beta1", "MutatingWebhookConfiguration", Cluster, 9).deprecated(16).removed(22),
    api("admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicy", Cluster, 28).deprecated(31).removed(34),
    api("admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicyBinding", Cluster, 28).deprecated(31).removed(34),
    api("admissionregistration.k8s.io", "v1beta1", "ValidatingWebhookConfiguration", Cluster, 9).deprecated(16).removed(22),

    api("apiextensions.k8s.io", "v1", "CustomResourceDefinition", Cluster, 16),
    api("apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition", Cluster, 7).deprecated(16).removed(22),

    api("apiregistration.k8s.io", "v1", "APIService", Cluster, 10),
    api("apiregistration.k8s.io", "v1beta1", "APIService", Cluster, 7).deprecated(19).removed(22),

    api("apps", "v1", "ControllerRevision", Namespaced, 9),
    api("apps", "v1", "DaemonSet", Namespaced, 9),
    api("apps", "v1", "Deployment", Namespaced, 9),
    api("apps", "v1", "ReplicaSet", Namespaced, 9),
    api("apps", "v1", "StatefulSet", Namespaced, 9),
    api("apps", "v1alpha1", "PetSet", Namespaced, 3).removed(5).replaced_by("apps", "StatefulSet"),
    api("apps", "v1beta1", "ControllerRevision", Namespaced, 7).deprecated(8).removed(16),
    api("apps", "v1beta1", "Deployment", Namespaced, 6).deprecated(8).removed(16),
    api("apps", "v1beta1", "StatefulSet", Namespaced, 5).deprecated(8).removed(16),
    api("apps", "v1beta2", "ControllerRevision", Namespaced, 8).deprecated(9).removed(16),
    api("apps", "v1beta2", "DaemonSet", Namespaced, 8).deprecated(9).removed(16),
    api("apps", "v1beta2", "Deployment", Namespaced, 8).deprecated(9).removed(16),
    api("apps", "v1beta2", "ReplicaSet", Namespaced, 8).deprecated(9).removed(16),
    api("apps", "v1beta2", "StatefulSet", Namespaced, 8).deprecated(9).removed(16),

    api("auditregistration.k8s.io", "v1alpha1", "AuditSink", Cluster, 13).removed(19),

    api("authentication.k8s.io", "v1", "SelfSubjectReview", Cluster, 28),
    api("authentication.k8s.io", "v1", "TokenRequest", Namespaced, 10),
    api("authentication.k8s.io", "v1", "TokenReview", Cluster, 6),
    api("authentication.k8s.io", "v1alpha1", "SelfSubjectReview", Cluster, 26).deprecated(29).removed(32),
    api("authentication.k8s.io", "v1beta1", "SelfSubjectReview", Cluster, 27).deprecated(30).removed(33),
    api("authentication.k8s.io", "v1beta1", "TokenReview", Cluster, 4).deprecated(19).removed(22),

    api("authorization.k8s.io", "v1", "LocalSubjectAccessReview", Namespaced, 6),
    api("authorization.k8s.io", "v1", "SelfSubjectAccessReview", Cluster, 6),
    api("authorization.k8s.io", "v1", "SelfSubjectRulesReview", Cluster, 8),
    api("authorization.k8s.io", "v1", "SubjectAccessReview", Cluster, 6),
    api("authorization.k8s.io", "v1beta1", "LocalSubjectAccessReview", Namespaced, 2).deprecated(19).removed(22),
    api("authorization.k8s.io", "v1beta1", "SelfSubjectAccessReview", Cluster, 2).deprecated(19).removed(22),
    api("authorization.k8s.io", "v1beta1", "SelfSubjectRulesReview", Cluster, 8).deprecated(19).removed(22),
    api("authorization.k8s.io", "v1beta1", "SubjectAccessReview", Cluster, 2).deprecated(19).removed(22),

    api("autoscaling", "v1", "HorizontalPodAutoscaler", Namespaced, 2),
    api("autoscaling", "v2", "HorizontalPodAutoscaler", Namespaced, 23),
    api("autoscaling", "v2beta1", "HorizontalPodAutoscaler", Namespaced, 8).deprecated(22).removed(25),
    api("autoscaling", "v2beta2", "HorizontalPodAutoscaler", Namespaced, 12).deprecated(23).removed(26),

    api("batch", "v1", "CronJob", Namespaced, 21),
    api("batch", "v1", "Job", Namespaced, 2),
    api("batch", "v1beta1", "CronJob", Namespaced, 8).deprecated(21).removed(25),
    api("batch", "v2alpha1", "CronJob", Namespaced, 5).removed(21),
    api("batch", "v2alpha1", "ScheduledJob", Namespaced, 4).deprecated(5).removed(8).replaced_by("batch", "CronJob"),

    api("certificates.k8s.io", "v1", "CertificateSigningRequest", Cluster, 19),
    api("certificates.k8s.io", "v1", "ClusterTrustBundle", Cluster, 37),
    api("certificates.k8s.io", "v1", "PodCertificateRequest", Namespaced, 37),
    api("certificates.k8s.io", "v1alpha1", "ClusterTrustBundle", Cluster, 26).deprecated(34).removed(37),
    api("certificates.k8s.io", "v1alpha1", "PodCertificateRequest", Namespaced, 34).removed(35),
    api("certificates.k8s.io", "v1beta1", "CertificateSigningRequest", Cluster, 6).deprecated(19).removed(22),
    api("certificates.k8s.io", "v1beta1", "ClusterTrustBundle", Cluster, 33).deprecated(37).removed(40),
    api("certificates.k8s.io", "v1beta1", "PodCertificateRequest", Namespaced, 35).deprecated(37).removed(40),

    api("coordination.k8s.io", "v1", "Lease", Namespaced, 14),
    api("coordination.k8s.io", "v1alpha1", "LeaseCandidate", Namespaced, 31).removed(32),
    api("coordination.k8s.io", "v1alpha2", "LeaseCandidate", Namespaced, 32).deprecated(35).removed(38),
    api("coordination.k8s.io", "v1beta1", "Lease", Namespaced, 12).deprecated(19).removed(22),
    api("coordination.k8s.io", "v1beta1", "LeaseCandidate", Namespaced, 33).deprecated(36).removed(39),

    api("discovery.k8s.io", "v1", "EndpointSlice", Namespaced, 21),
    api("discovery.k8s.io", "v1alpha1", "EndpointSlice", Namespaced, 16).removed(21),
    api("discovery.k8s.io", "v1beta1", "EndpointSlice", Namespaced, 16).deprecated(21).removed(25),

    api("events.k8s.io", "v1", "Event", Namespaced, 19),
    api("events.k8s.io", "v1beta1", "Event", Namespaced, 8).deprecated(22).removed(25),

    api("extensions", "v1beta1", "DaemonSet", Namespaced, 1).deprecated(8).removed(16).replaced_by("apps", "DaemonSet"),
    api("extensions", "v1beta1", "Deployment", Namespaced, 1).deprecated(8).removed(16).replaced_by("apps", "Deployment"),
    api("extensions", "v1beta1", "HorizontalPodAutoscaler", Namespaced, 1).deprecated(2).removed(8).replaced_by("autoscaling", "HorizontalPodAutoscaler"),
    api("extensions", "v1beta1", "Ingress", Namespaced, 1).deprecated(14).removed(22).replaced_by("networking.k8s.io", "Ingress"),
    api("extensions", "v1beta1", "Job", Namespaced, 1).deprecated(5).removed(6).replaced_by("batch", "Job"),
    api("extensions", "v1beta1", "NetworkPolicy", Namespaced, 3).deprecated(9).removed(16).replaced_by("networking.k8s.io", "NetworkPolicy"),
    api("extensions", "v1beta1", "PodSecurityPolicy", Cluster, 2).deprecated(11).removed(16).replaced_by("policy", "PodSecurityPolicy"),
    api("extensions", "v1beta1", "ReplicaSet", Namespaced, 2).deprecated(8).removed(16).replaced_by("apps", "ReplicaSet"),
    api("extensions", "v1beta1", "ThirdPartyResource", Cluster, 1).removed(8).replaced_by("apiextensions.k8s.io", "CustomResourceDefinition"),

    api("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", Cluster, 29),
    api("flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration", Cluster, 29),
    api("flowcontrol.apiserver.k8s.io", "v1alpha1", "FlowSchema", Cluster, 17).deprecated(20).removed(21),
    api("flowcontrol.apiserver.k8s.io", "v1alpha1", "PriorityLevelConfiguration", Cluster, 17).deprecated(20).removed(21),
    api("flowcontrol.apiserver.k8s.io", "v1beta1", "FlowSchema", Cluster, 20).deprecated(23).removed(26),
    api("flowcontrol.apiserver.k8s.io", "v1beta1", "PriorityLevelConfiguration", Cluster, 20).deprecated(23).removed(26),
    api("flowcontrol.apiserver.k8s.io", "v1beta2", "FlowSchema", Cluster, 23).deprecated(26).removed(29),
    api("flowcontrol.apiserver.k8s.io", "v1beta2", "PriorityLevelConfiguration", Cluster, 23).deprecated(26).removed(29),
    api("flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema", Cluster, 26).deprecated(29).removed(32),
    api("flowcontrol.apiserver.k8s.io", "v1beta3", "PriorityLevelConfiguration", Cluster, 26).deprecated(29).removed(32),

    api("internal.apiserver.k8s.io", "v1alpha1", "StorageVersion", Cluster, 20),

    api("lifecycle.k8s.io", "v1alpha1", "Eviction", Namespaced, 37).deprecated(40).removed(43),
    api("lifecycle.k8s.io", "v1alpha1", "EvictionRequest", Namespaced, 37).deprecated(40).removed(43),

    api("networking.k8s.io", "v1", "IPAddress", Cluster, 33),
    api("networking.k8s.io", "v1", "Ingress", Namespaced, 19),
    api("networking.k8s.io", "v1", "IngressClass", Cluster, 19),
    api("networking.k8s.io", "v1", "NetworkPolicy", Namespaced, 7),
    api("networking.k8s.io", "v1", "ServiceCIDR", Cluster, 33),
    api("networking.k8s.io", "v1alpha1", "ClusterCIDR", Cluster, 25).deprecated(28).removed(29),
    api("networking.k8s.io", "v1alpha1", "IPAddress", Cluster, 27).deprecated(30).removed(33),
    api("networking.k8s.io", "v1alpha1", "ServiceCIDR", Cluster, 27).deprecated(30).removed(33),
    api("networking.k8s.io", "v1beta1", "IPAddress", Cluster, 31).deprecated(34).removed(37),
    api("networking.k8s.io", "v1beta1", "Ingress", Namespaced, 14).deprecated(19).removed(22),
    api("networking.k8s.io", "v1beta1", "IngressClass", Cluster, 18).deprecated(19).removed(22),
    api("networking.k8s.io", "v1beta1", "ServiceCIDR", Cluster, 31).deprecated(34).removed(37),

    api("node.k8s.io", "v1", "RuntimeClass", Cluster, 20),
    api("node.k8s.io", "v1alpha1", "RuntimeClass", Cluster, 14).removed(24),
    api("node.k8s.io", "v1beta1", "RuntimeClass", Cluster, 13).deprecated(22).removed(25),

    api("policy", "v1", "Eviction", Namespaced, 22),
    api("policy", "v1", "PodDisruptionBudget", Namespaced, 21),
    api("policy", "v1beta1", "Eviction", Namespaced, 5).deprecated(22).removed(25),
    api("policy", "v1beta1", "PodDisruptionBudget", Namespaced, 5).deprecated(21).removed(25),
    api("policy", "v1beta1", "PodSecurityPolicy", Cluster, 10).deprecated(21).removed(25),

    api("rbac.authorization.k8s.io", "v1", "ClusterRole", Cluster, 8),
    api("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", Cluster, 8),
    api("rbac.authorization.k8s.io", "v1", "Role", Namespaced, 8),
    api("rbac.authorization.k8s.io", "v1", "RoleBinding", Namespaced, 8),
    api("rbac.authorization.k8s.io", "v1alpha1", "ClusterRole", Cluster, 3).removed(23),
    api("rbac.authorization.k8s.io", "v1alpha1", "ClusterRoleBinding", Cluster, 3).removed(23),
    api("rbac.authorization.k8s.io", "v1alpha1", "Role", Namespaced, 3).removed(23),
    api("rbac.authorization.k8s.io", "v1alpha1", "RoleBinding", Namespaced, 3).removed(23),
    api("rbac.authorization.k8s.io", "v1beta1", "ClusterRole", Cluster, 6).deprecated(17).removed(22),
    api("rbac.authorization.k8s.io", "v1beta1", "ClusterRoleBinding", Cluster, 6).deprecated(17).removed(22),
    api("rbac.authorization.k8s.io", "v1beta1", "Role", Namespaced, 6).deprecated(17).removed(22),
    api("rbac.authorization.k8s.io", "v1beta1", "RoleBinding", Namespaced, 6).deprecated(17).removed(22),

    api("resource.k8s.io", "v1", "DeviceClass", Cluster, 34),
    api("resource.k8s.io", "v1", "DeviceTaintRule", Cluster, 37),
    api("resource.k8s.io", "v1", "ResourceClaim", Namespaced, 34),
    api("resource.k8s.io", "v1", "ResourceClaimTemplate", Namespaced, 34),
    api("resource.k8s.io", "v1", "ResourceSlice", Cluster, 34),
    api("resource.k8s.io", "v1alpha1", "PodScheduling", Namespaced, 26).removed(27),
    api("resource.k8s.io", "v1alpha1", "ResourceClaim", Namespaced, 26).removed(27),
    api("resource.k8s.io", "v1alpha1", "ResourceClaimTemplate", Namespaced, 26).removed(27),
    api("resource.k8s.io", "v1alpha1", "ResourceClass", Cluster, 26).removed(27).replaced_by("resource.k8s.io", "DeviceClass"),
    api("resource.k8s.io", "v1alpha2", "PodSchedulingContext", Namespaced, 27).removed(31),
    api("resource.k8s.io", "v1alpha2", "ResourceClaim", Namespaced, 27).removed(31),
    api("resource.k8s.io", "v1alpha2", "ResourceClaimParameters", Namespaced, 30).removed(31),
    api("resource.k8s.io", "v1alpha2", "ResourceClaimTemplate", Namespaced, 27).removed(31),
    api("resource.k8s.io", "v1alpha2", "ResourceClass", Cluster, 27).removed(31).replaced_by("resource.k8s.io", "DeviceClass"),
    api("resource.k8s.io", "v1alpha2", "ResourceClassParameters", Namespaced, 30).removed(31),
    api("resource.k8s.io", "v1alpha2", "ResourceSlice", Cluster, 30).removed(31),
    api("resource.k8s.io", "v1alpha3", "DeviceClass", Cluster, 31).removed(34),
    api("resource.k8s.io", "v1alpha3", "DeviceTaintRule", Cluster, 33).deprecated(36).removed(39),
    api("resource.k8s.io", "v1alpha3", "PodSchedulingContext", Namespaced, 31).removed(32),
    api("resource.k8s.io", "v1alpha3", "ResourceClaim", Namespaced, 31).removed(34),
    api("resource.k8s.io", "v1alpha3", "ResourceClaimTemplate", Namespaced, 31).removed(34),
    api("resource.k8s.io", "v1alpha3", "ResourcePoolStatusRequest", Cluster, 36).deprecated(39).removed(42),
    api("resource.k8s.io", "v1alpha3", "ResourceSlice", Cluster, 31).removed(34),
    api("resource.k8s.io", "v1beta1", "DeviceClass", Cluster, 32).deprecated(35).removed(38),
    api("resource.k8s.io", "v1beta1", "ResourceClaim", Namespaced, 32).deprecated(35).removed(38),
    api("resource.k8s.io", "v1beta1", "ResourceClaimTemplate", Namespaced, 32).deprecated(35).removed(38),
    api("resource.k8s.io", "v1beta1", "ResourceSlice", Cluster, 32).deprecated(35).removed(38),
    api("resource.k8s.io", "v1beta2", "DeviceClass", Cluster, 33).deprecated(36).removed(39),
    api("resource.k8s.io", "v1beta2", "DeviceTaintRule", Cluster, 36).deprecated(39).removed(42),
    api("resource.k8s.io", "v1beta2", "ResourceClaim", Namespaced, 33).deprecated(36).removed(39),
    api("resource.k8s.io", "v1beta2", "ResourceClaimTemplate", Namespaced, 33).deprecated(36).removed(39),
    api("resource.k8s.io", "v1beta2", "ResourceSlice", Cluster, 33).deprecated(36).removed(39),

    api("scheduling.k8s.io", "v1", "PriorityClass", Cluster, 14),
    api("scheduling.k8s.io", "v1alpha1", "PriorityClass", Cluster, 8).removed(23),
    api("scheduling.k8s.io", "v1alpha1", "Workload", Namespaced, 35).removed(36),
    api("scheduling.k8s.io", "v1alpha2", "PodGroup", Namespaced, 36).removed(37),
    api("scheduling.k8s.io", "v1alpha2", "Workload", Namespaced, 36).removed(37),
    api("scheduling.k8s.io", "v1alpha3", "CompositePodGroup", Namespaced, 37),
    api("scheduling.k8s.io", "v1alpha3", "PodGroup", Namespaced, 37),
    api("scheduling.k8s.io", "v1alpha3", "Workload", Namespaced, 37),
    api("scheduling.k8s.io", "v1beta1", "PodGroup", Namespaced, 37).deprecated(40).removed(43),
    api("scheduling.k8s.io", "v1beta1", "PriorityClass", Cluster, 11).deprecated(14).removed(22),
    api("scheduling.k8s.io", "v1beta1", "Workload", Namespaced, 37).deprecated(40).removed(43),

    api("settings.k8s.io", "v1alpha1", "PodPreset", Namespaced, 6).removed(20),

    api("storage.k8s.io", "v1", "CSIDriver", Cluster, 18),
    api("storage.k8s.io", "v1", "CSINode", Cluster, 17),
    api("storage.k8s.io", "v1", "CSIStorageCapacity", Namespaced, 24),
    api("storage.k8s.io", "v1", "StorageClass", Cluster, 6),
    api("storage.k8s.io", "v1", "VolumeAttachment", Cluster, 13),
    api("storage.k8s.io", "v1", "VolumeAttributesClass", Cluster, 34),
    api("storage.k8s.io", "v1alpha1", "CSIStorageCapacity", Namespaced, 19).deprecated(21).removed(24),
    api("storage.k8s.io", "v1alpha1", "VolumeAttachment", Cluster, 9).deprecated(21).removed(24),
    api("storage.k8s.io", "v1alpha1", "VolumeAttributesClass", Cluster, 29).deprecated(32).removed(35),
    api("storage.k8s.io", "v1beta1", "CSIDriver", Cluster, 14).deprecated(19).removed(22),
    api("storage.k8s.io", "v1beta1", "CSINode", Cluster, 14).deprecated(17).removed(22),
    api("storage.k8s.io", "v1beta1", "CSIStorageCapacity", Namespaced, 21).deprecated(24).removed(27),
    api("storage.k8s.io", "v1beta1", "StorageClass", Cluster, 4).deprecated(19).removed(22),
    api("storage.k8s.io", "v1beta1", "VolumeAttachment", Cluster, 10).deprecated(19).removed(22),
    api("storage.k8s.io", "v1beta1", "VolumeAttributesClass", Cluster, 31).deprecated(34).removed(37),

    api("storagemigration.k8s.io", "v1", "StorageVersionMigration", Cluster, 37),
    api("storagemigration.k8s.io", "v1alpha1", "StorageVersionMigration", Cluster, 30).deprecated(33).removed(35),
    api("storagemigration.k8s.io", "v1beta1", "StorageVersionMigration", Cluster, 35).deprecated(37).removed(40),
];
