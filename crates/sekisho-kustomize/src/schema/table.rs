//! The lists of Kubernetes 1.21 that are merged by key, the schema that kustomize 5.8 goes by: the facts of
//! `x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key` and `x-kubernetes-list-map-keys`.
//!
//! Fields that hold no such list, however deep, are left out.

/// The fields of an object that are, or lead to, lists that are merged.
#[derive(Debug)]
pub(crate) struct Type(&'static [(&'static str, Field)]);

#[derive(Debug)]
pub(super) enum Field {
    Object(&'static Type),
    /// A list that is merged by these keys, or by its values where there are none, and what its items are.
    List(&'static [&'static str], Option<&'static Type>),
}

use Field::{List, Object};

impl Type {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, field)| field)
    }
}

static METADATA: Type = Type(&[("finalizers", List(&[], None)), ("ownerReferences", List(&["uid"], None))]);
static CONDITIONS: Type = Type(&[("conditions", List(&["type"], None))]);

static CONTAINER: Type = Type(&[
    ("env", List(&["name"], None)),
    ("ports", List(&["containerPort", "protocol"], None)),
    ("volumeDevices", List(&["devicePath"], None)),
    ("volumeMounts", List(&["mountPath"], None)),
]);
static EPHEMERAL_CONTAINER: Type = Type(&[
    ("env", List(&["name"], None)),
    ("volumeDevices", List(&["devicePath"], None)),
    ("volumeMounts", List(&["mountPath"], None)),
]);
static VOLUME: Type = Type(&[("ephemeral", Object(&EPHEMERAL_VOLUME))]);
static EPHEMERAL_VOLUME: Type = Type(&[("volumeClaimTemplate", Object(&PLAIN))]);
static POD_SPEC: Type = Type(&[
    ("containers", List(&["name"], Some(&CONTAINER))),
    ("ephemeralContainers", List(&["name"], Some(&EPHEMERAL_CONTAINER))),
    ("hostAliases", List(&["ip"], None)),
    ("imagePullSecrets", List(&["name"], None)),
    ("initContainers", List(&["name"], Some(&CONTAINER))),
    ("topologySpreadConstraints", List(&["topologyKey", "whenUnsatisfiable"], None)),
    ("volumes", List(&["name"], Some(&VOLUME))),
]);
static POD_STATUS: Type = Type(&[("conditions", List(&["type"], None)), ("podIPs", List(&["ip"], None))]);
static POD: Type =
    Type(&[("metadata", Object(&METADATA)), ("spec", Object(&POD_SPEC)), ("status", Object(&POD_STATUS))]);
static POD_TEMPLATE_SPEC: Type = Type(&[("metadata", Object(&METADATA)), ("spec", Object(&POD_SPEC))]);
static POD_TEMPLATE: Type =
    Type(&[("metadata", Object(&METADATA)), ("template", Object(&POD_TEMPLATE_SPEC))]);
static WORKLOAD_SPEC: Type = Type(&[("template", Object(&POD_TEMPLATE_SPEC))]);
static WORKLOAD: Type = Type(&[
    ("metadata", Object(&METADATA)),
    ("spec", Object(&WORKLOAD_SPEC)),
    ("status", Object(&CONDITIONS)),
]);
static JOB_TEMPLATE: Type = Type(&[("metadata", Object(&METADATA)), ("spec", Object(&WORKLOAD_SPEC))]);
static CRON_JOB_SPEC: Type = Type(&[("jobTemplate", Object(&JOB_TEMPLATE))]);
static CRON_JOB: Type = Type(&[("metadata", Object(&METADATA)), ("spec", Object(&CRON_JOB_SPEC))]);
static SERVICE_SPEC: Type = Type(&[("ports", List(&["port", "protocol"], None))]);
static SERVICE: Type = Type(&[
    ("metadata", Object(&METADATA)),
    ("spec", Object(&SERVICE_SPEC)),
    ("status", Object(&CONDITIONS)),
]);
static SERVICE_ACCOUNT: Type = Type(&[("metadata", Object(&METADATA)), ("secrets", List(&["name"], None))]);
static WEBHOOKS: Type = Type(&[("metadata", Object(&METADATA)), ("webhooks", List(&["name"], None))]);
static NODE: Type =
    Type(&[("metadata", Object(&METADATA)), ("spec", Object(&NODE_SPEC)), ("status", Object(&NODE_STATUS))]);
static NODE_SPEC: Type = Type(&[("podCIDRs", List(&[], None))]);
static NODE_STATUS: Type =
    Type(&[("addresses", List(&["type"], None)), ("conditions", List(&["type"], None))]);
static CSI_NODE: Type = Type(&[("metadata", Object(&METADATA)), ("spec", Object(&CSI_NODE_SPEC))]);
static CSI_NODE_SPEC: Type = Type(&[("drivers", List(&["name"], None))]);
static COMPONENT_STATUS: Type =
    Type(&[("conditions", List(&["type"], None)), ("metadata", Object(&METADATA))]);
static WITH_CONDITIONS: Type = Type(&[("metadata", Object(&METADATA)), ("status", Object(&CONDITIONS))]);
static PLAIN: Type = Type(&[("metadata", Object(&METADATA))]);

const ADMISSION: &[&str] = &["admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"];
const CORE: &[&str] = &["v1"];
const APPS: &[&str] = &["apps/v1"];
const BATCH: &[&str] = &["batch/v1", "batch/v1beta1"];
const STORAGE: &[&str] = &["storage.k8s.io/v1", "storage.k8s.io/v1beta1"];
const RBAC: &[&str] = &["rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1"];
const POLICY: &[&str] = &["policy/v1", "policy/v1beta1"];
const OLD_POLICY: &[&str] = &["policy/v1beta1"];
const API_REGISTRATION: &[&str] = &["apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"];
const API_EXTENSIONS: &[&str] = &["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"];
const CERTIFICATES: &[&str] = &["certificates.k8s.io/v1", "certificates.k8s.io/v1beta1"];
const AUTHORIZATION: &[&str] = &["authorization.k8s.io/v1", "authorization.k8s.io/v1beta1"];
const AUTHENTICATION: &[&str] = &["authentication.k8s.io/v1", "authentication.k8s.io/v1beta1"];
const FLOW: &[&str] = &["flowcontrol.apiserver.k8s.io/v1beta1"];
const NETWORKING: &[&str] = &["networking.k8s.io/v1", "networking.k8s.io/v1beta1"];
const INGRESS: &[&str] = &["extensions/v1beta1", "networking.k8s.io/v1", "networking.k8s.io/v1beta1"];
const DISCOVERY: &[&str] = &["discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"];
const NODES: &[&str] = &["node.k8s.io/v1", "node.k8s.io/v1beta1"];
const SCHEDULING: &[&str] = &["scheduling.k8s.io/v1", "scheduling.k8s.io/v1beta1"];
const COORDINATION: &[&str] = &["coordination.k8s.io/v1", "coordination.k8s.io/v1beta1"];
const EVENTS: &[&str] = &["events.k8s.io/v1", "events.k8s.io/v1beta1", "v1"];
const AUTOSCALING: &[&str] = &["autoscaling/v1", "autoscaling/v2beta1", "autoscaling/v2beta2"];

/// INVARIANT: sorted by kind, each kind once.
#[rustfmt::skip]
static KINDS: &[(&str, &[&str], &Type)] = &[
    ("APIService", API_REGISTRATION, &PLAIN),
    ("Binding", CORE, &PLAIN),
    ("CSIDriver", STORAGE, &PLAIN),
    ("CSINode", STORAGE, &CSI_NODE),
    ("CSIStorageCapacity", &["storage.k8s.io/v1beta1"], &PLAIN),
    ("CertificateSigningRequest", CERTIFICATES, &PLAIN),
    ("ClusterRole", RBAC, &PLAIN),
    ("ClusterRoleBinding", RBAC, &PLAIN),
    ("ComponentStatus", CORE, &COMPONENT_STATUS),
    ("ConfigMap", CORE, &PLAIN),
    ("ControllerRevision", APPS, &PLAIN),
    ("CronJob", BATCH, &CRON_JOB),
    ("CustomResourceDefinition", API_EXTENSIONS, &PLAIN),
    ("DaemonSet", APPS, &WORKLOAD),
    ("Deployment", APPS, &WORKLOAD),
    ("EndpointSlice", DISCOVERY, &PLAIN),
    ("Endpoints", CORE, &PLAIN),
    ("Event", EVENTS, &PLAIN),
    ("Eviction", OLD_POLICY, &PLAIN),
    ("FlowSchema", FLOW, &PLAIN),
    ("HorizontalPodAutoscaler", AUTOSCALING, &PLAIN),
    ("Ingress", INGRESS, &PLAIN),
    ("IngressClass", NETWORKING, &PLAIN),
    ("Job", &["batch/v1"], &WORKLOAD),
    ("Lease", COORDINATION, &PLAIN),
    ("LimitRange", CORE, &PLAIN),
    ("LocalSubjectAccessReview", AUTHORIZATION, &PLAIN),
    ("MutatingWebhookConfiguration", ADMISSION, &WEBHOOKS),
    ("Namespace", CORE, &WITH_CONDITIONS),
    ("NetworkPolicy", &["networking.k8s.io/v1"], &PLAIN),
    ("Node", CORE, &NODE),
    ("PersistentVolume", CORE, &PLAIN),
    ("PersistentVolumeClaim", CORE, &WITH_CONDITIONS),
    ("Pod", CORE, &POD),
    ("PodDisruptionBudget", POLICY, &WITH_CONDITIONS),
    ("PodSecurityPolicy", OLD_POLICY, &PLAIN),
    ("PodTemplate", CORE, &POD_TEMPLATE),
    ("PriorityClass", SCHEDULING, &PLAIN),
    ("PriorityLevelConfiguration", FLOW, &PLAIN),
    ("ReplicaSet", APPS, &WORKLOAD),
    ("ReplicationController", CORE, &WORKLOAD),
    ("ResourceQuota", CORE, &PLAIN),
    ("Role", RBAC, &PLAIN),
    ("RoleBinding", RBAC, &PLAIN),
    ("RuntimeClass", NODES, &PLAIN),
    ("Scale", &["autoscaling/v1"], &PLAIN),
    ("Secret", CORE, &PLAIN),
    ("SelfSubjectAccessReview", AUTHORIZATION, &PLAIN),
    ("SelfSubjectRulesReview", AUTHORIZATION, &PLAIN),
    ("Service", CORE, &SERVICE),
    ("ServiceAccount", CORE, &SERVICE_ACCOUNT),
    ("StatefulSet", APPS, &WORKLOAD),
    ("StorageClass", STORAGE, &PLAIN),
    ("SubjectAccessReview", AUTHORIZATION, &PLAIN),
    ("TokenRequest", &["authentication.k8s.io/v1"], &PLAIN),
    ("TokenReview", AUTHENTICATION, &PLAIN),
    ("ValidatingWebhookConfiguration", ADMISSION, &WEBHOOKS),
    ("VolumeAttachment", STORAGE, &PLAIN),
];

/// The kinds outside namespaces that kustomize knows.
#[rustfmt::skip]
pub(super) static CLUSTER_SCOPED: &[(&str, &[&str])] = &[
    ("APIService", API_REGISTRATION),
    ("CSIDriver", STORAGE),
    ("CSINode", STORAGE),
    ("CertificateSigningRequest", CERTIFICATES),
    ("ClusterRole", RBAC),
    ("ClusterRoleBinding", RBAC),
    ("ComponentStatus", CORE),
    ("CustomResourceDefinition", API_EXTENSIONS),
    ("FlowSchema", FLOW),
    ("IngressClass", NETWORKING),
    ("MutatingWebhookConfiguration", ADMISSION),
    ("Namespace", CORE),
    ("Node", CORE),
    ("NodeProxyOptions", CORE),
    ("PersistentVolume", CORE),
    ("PodSecurityPolicy", OLD_POLICY),
    ("PriorityClass", SCHEDULING),
    ("PriorityLevelConfiguration", FLOW),
    ("RuntimeClass", NODES),
    ("StorageClass", STORAGE),
    ("ValidatingWebhookConfiguration", ADMISSION),
    ("VolumeAttachment", STORAGE),
];

/// Kinds inside namespaces whose scope kustomize does not know beforehand, though it knows their fields.
#[rustfmt::skip]
static SCOPE_UNKNOWN: &[(&str, &[&str])] = &[
    ("Binding", CORE),
    ("Eviction", OLD_POLICY),
    ("LocalSubjectAccessReview", AUTHORIZATION),
    ("SelfSubjectAccessReview", AUTHORIZATION),
    ("SelfSubjectRulesReview", AUTHORIZATION),
    ("SubjectAccessReview", AUTHORIZATION),
    ("TokenRequest", &["authentication.k8s.io/v1"]),
    ("TokenReview", AUTHENTICATION),
];

/// What a schema of one's own can refer to of Kubernetes' definitions, besides the kinds.
static DEFINITIONS: &[(&str, &Type)] = &[
    ("io.k8s.api.batch.v1.CronJobSpec", &CRON_JOB_SPEC),
    ("io.k8s.api.batch.v1.JobSpec", &WORKLOAD_SPEC),
    ("io.k8s.api.batch.v1.JobTemplateSpec", &JOB_TEMPLATE),
    ("io.k8s.api.core.v1.Container", &CONTAINER),
    ("io.k8s.api.core.v1.EphemeralContainer", &EPHEMERAL_CONTAINER),
    ("io.k8s.api.core.v1.PodSpec", &POD_SPEC),
    ("io.k8s.api.core.v1.PodStatus", &POD_STATUS),
    ("io.k8s.api.core.v1.PodTemplateSpec", &POD_TEMPLATE_SPEC),
    ("io.k8s.api.core.v1.ServiceSpec", &SERVICE_SPEC),
    ("io.k8s.api.core.v1.Volume", &VOLUME),
    ("io.k8s.api.apps.v1.DaemonSetSpec", &WORKLOAD_SPEC),
    ("io.k8s.api.apps.v1.DeploymentSpec", &WORKLOAD_SPEC),
    ("io.k8s.api.apps.v1.ReplicaSetSpec", &WORKLOAD_SPEC),
    ("io.k8s.api.apps.v1.StatefulSetSpec", &WORKLOAD_SPEC),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", &METADATA),
];

/// The built-in definition of this name.
pub(super) fn definition(name: &str) -> Option<&'static Type> {
    if let Some((_, known)) = DEFINITIONS.iter().find(|(known, _)| *known == name) {
        return Some(known);
    }
    let (version, kind) = name.strip_prefix("io.k8s.api.")?.rsplit_once('.')?;
    let (group, version) = version.split_once('.')?;
    let place = KINDS.binary_search_by(|(known, ..)| (*known).cmp(kind)).ok()?;
    let (_, versions, known) = KINDS.get(place)?;
    // Definitions have the group's first part only: `rbac` for `rbac.authorization.k8s.io`.
    let is_same = |api_version: &&str| match api_version.split_once('/') {
        None => group == "core" && **api_version == *version,
        Some((full, other)) => full.split('.').next() == Some(group) && other == version,
    };
    versions.iter().any(is_same).then_some(known)
}

/// Whether kustomize knows without a schema if objects of a kind lie in namespaces.
pub(super) fn has_known_scope(api_version: &str, kind: &str) -> bool {
    let is_in = |kinds: &[(&str, &[&str])]| {
        kinds.iter().any(|(known, versions)| *known == kind && versions.contains(&api_version))
    };
    is_in(CLUSTER_SCOPED) || (of(api_version, kind).is_some() && !is_in(SCOPE_UNKNOWN))
}

/// The type of a kind in this version of its group.
pub(super) fn of(api_version: &str, kind: &str) -> Option<&'static Type> {
    let place = KINDS.binary_search_by(|(known, ..)| (*known).cmp(kind)).ok()?;
    let (_, versions, known) = KINDS.get(place)?;
    versions.contains(&api_version).then_some(known)
}
