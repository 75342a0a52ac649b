//! The field specifications that kustomize has by itself, as facts.

use crate::field_spec::{FieldSpec, NameReference};
use crate::id::Gvk;

/// Where the template of a Pod lies in an object of a kind, and where its Pod's specification does.
struct Workload {
    gvk: Gvk,
    /// The path of the template, with a slash at its end; empty for a Pod.
    template: &'static str,
}

impl Workload {
    const fn new(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        template: &'static str,
    ) -> Self {
        Self { gvk: Gvk::of(group, version, kind), template }
    }

    fn spec(&self, path: &str) -> FieldSpec {
        FieldSpec::new(self.gvk.clone(), format!("{}spec/{path}", self.template), false)
    }
}

const TEMPLATE: &str = "spec/template/";
const JOB_TEMPLATE: &str = "spec/jobTemplate/spec/template/";

/// The kinds whose Pods refer to ConfigMaps and Secrets.
const REFERRING: [Workload; 8] = [
    Workload::new("", "v1", "Pod", ""),
    Workload::new("", "", "PodTemplate", "template/"),
    Workload::new("", "", "Deployment", TEMPLATE),
    Workload::new("", "", "ReplicaSet", TEMPLATE),
    Workload::new("", "", "DaemonSet", TEMPLATE),
    Workload::new("", "", "StatefulSet", TEMPLATE),
    Workload::new("", "", "Job", TEMPLATE),
    Workload::new("", "", "CronJob", JOB_TEMPLATE),
];

/// The kinds whose Pods name accounts, claims and priorities.
const NAMING: [Workload; 7] = [
    Workload::new("", "", "Pod", ""),
    Workload::new("", "", "StatefulSet", TEMPLATE),
    Workload::new("", "", "Deployment", TEMPLATE),
    Workload::new("", "", "ReplicationController", TEMPLATE),
    Workload::new("", "", "CronJob", JOB_TEMPLATE),
    Workload::new("", "", "Job", TEMPLATE),
    Workload::new("", "", "DaemonSet", TEMPLATE),
];

/// The kinds in whose Pods variables are looked for.
const WITH_VARIABLES: [Workload; 7] = [
    Workload::new("", "", "CronJob", JOB_TEMPLATE),
    Workload::new("", "", "DaemonSet", TEMPLATE),
    Workload::new("", "", "Deployment", TEMPLATE),
    Workload::new("", "", "Job", TEMPLATE),
    Workload::new("", "", "Pod", ""),
    Workload::new("", "", "ReplicaSet", TEMPLATE),
    Workload::new("", "", "StatefulSet", TEMPLATE),
];

/// The kinds of group `rbac.authorization.k8s.io` and `admissionregistration.k8s.io`.
const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

fn spec(group: &'static str, kind: &'static str, path: &'static str) -> FieldSpec {
    FieldSpec::new(Gvk::of(group, "", kind), path, false)
}

fn created(group: &'static str, version: &'static str, kind: &'static str, path: &'static str) -> FieldSpec {
    FieldSpec::new(Gvk::of(group, version, kind), path, true)
}

pub(crate) fn namespace() -> Vec<FieldSpec> {
    vec![
        created("", "", "Namespace", "metadata/name"),
        created("apiregistration.k8s.io", "", "APIService", "spec/service/namespace"),
        spec(
            "apiextensions.k8s.io",
            "CustomResourceDefinition",
            "spec/conversion/webhook/clientConfig/service/namespace",
        ),
    ]
}

pub(crate) fn images() -> Vec<FieldSpec> {
    ["", TEMPLATE]
        .into_iter()
        .flat_map(|template| {
            ["containers[]/image", "initContainers[]/image", "volumes[]/image/reference"]
                .map(|path| FieldSpec::new(Gvk::default(), format!("{template}spec/{path}"), true))
        })
        .collect()
}

pub(crate) fn replicas() -> Vec<FieldSpec> {
    ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"]
        .map(|kind| created("", "", kind, "spec/replicas"))
        .to_vec()
}

pub(crate) fn template_labels() -> Vec<FieldSpec> {
    let template = "spec/template/metadata/labels";
    vec![
        created("", "", "", "metadata/labels"),
        created("", "v1", "ReplicationController", template),
        created("", "", "Deployment", template),
        created("", "", "ReplicaSet", template),
        created("", "", "DaemonSet", template),
        created("apps", "", "StatefulSet", template),
        created("apps", "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels"),
        created("batch", "", "Job", template),
        created("batch", "", "CronJob", "spec/jobTemplate/metadata/labels"),
        created("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels"),
    ]
}

pub(crate) fn common_labels() -> Vec<FieldSpec> {
    let selector = "spec/selector/matchLabels";
    let mut specs = vec![
        created("", "v1", "Service", "spec/selector"),
        created("", "v1", "ReplicationController", "spec/selector"),
        created("", "", "Deployment", selector),
    ];
    let placed = |kind: &'static str| {
        [
            "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
            "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution",
            "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
            "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
            "topologySpreadConstraints",
        ]
        .map(|path| {
            let path = format!("spec/template/spec/{path}/labelSelector/matchLabels");
            FieldSpec::new(Gvk::of("apps", "", kind), path, false)
        })
    };
    specs.extend(placed("Deployment"));
    specs.push(created("", "", "ReplicaSet", selector));
    specs.push(created("", "", "DaemonSet", selector));
    specs.push(created("apps", "", "StatefulSet", selector));
    specs.extend(placed("StatefulSet"));
    specs.extend([
        spec("batch", "Job", selector),
        spec("batch", "CronJob", "spec/jobTemplate/spec/selector/matchLabels"),
        spec("policy", "PodDisruptionBudget", selector),
        spec("networking.k8s.io", "NetworkPolicy", "spec/podSelector/matchLabels"),
        spec("networking.k8s.io", "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels"),
        spec("networking.k8s.io", "NetworkPolicy", "spec/egress/to/podSelector/matchLabels"),
    ]);
    specs.extend(template_labels());
    specs
}

pub(crate) fn common_annotations() -> Vec<FieldSpec> {
    let template = "spec/template/metadata/annotations";
    vec![
        created("", "", "", "metadata/annotations"),
        created("", "v1", "ReplicationController", template),
        created("", "", "Deployment", template),
        created("", "", "ReplicaSet", template),
        created("", "", "DaemonSet", template),
        created("", "", "StatefulSet", template),
        created("batch", "", "Job", template),
        created("batch", "", "CronJob", "spec/jobTemplate/metadata/annotations"),
        created("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/annotations"),
    ]
}

pub(crate) fn variable_references() -> Vec<FieldSpec> {
    let mut specs = Vec::new();
    for workload in &WITH_VARIABLES {
        for containers in ["containers", "initContainers"] {
            for field in ["args", "command", "env/value", "volumeMounts/mountPath"] {
                specs.push(workload.spec(&format!("{containers}/{field}")));
            }
        }
        specs.push(match workload.gvk.kind.as_str() {
            "CronJob" => spec("", "CronJob", "spec/jobTemplate/spec/template/volumes/nfs/server"),
            "StatefulSet" => spec("", "StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"),
            _ => workload.spec("volumes/nfs/server"),
        });
    }
    specs.extend([
        spec("", "Deployment", "spec/template/metadata/annotations"),
        spec("", "Ingress", "spec/rules/host"),
        spec("", "Ingress", "spec/tls/hosts"),
        spec("", "Ingress", "spec/tls/secretName"),
        spec("", "Service", "spec/ports/port"),
        spec("", "Service", "spec/ports/targetPort"),
        spec("", "PersistentVolume", "spec/nfs/server"),
        spec("", "", "metadata/labels"),
        spec("", "", "metadata/annotations"),
    ]);
    specs
}

fn reference(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    fields: Vec<FieldSpec>,
) -> NameReference {
    NameReference { gvk: Gvk::of(group, version, kind), fields }
}

/// A field in the Pods of these kinds.
fn of_pods(workloads: &[Workload], paths: &[&str]) -> Vec<FieldSpec> {
    workloads.iter().flat_map(|workload| paths.iter().map(|path| workload.spec(path))).collect()
}

pub(crate) fn name_references() -> Vec<NameReference> {
    let scaled = || vec![spec("", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name")];
    let mut references: Vec<_> = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"]
        .map(|kind| reference("", "", kind, scaled()))
        .into();
    references.extend([
        reference("", "v1", "ConfigMap", config_map_fields()),
        reference("", "v1", "Secret", secret_fields()),
        reference(
            "",
            "v1",
            "Service",
            vec![
                spec("apps", "StatefulSet", "spec/serviceName"),
                spec("", "Ingress", "spec/rules/http/paths/backend/serviceName"),
                spec("", "Ingress", "spec/backend/serviceName"),
                spec("", "Ingress", "spec/rules/http/paths/backend/service/name"),
                spec("", "Ingress", "spec/defaultBackend/service/name"),
                spec("apiregistration.k8s.io", "APIService", "spec/service/name"),
                spec(ADMISSION, "ValidatingWebhookConfiguration", "webhooks/clientConfig/service"),
                spec(ADMISSION, "MutatingWebhookConfiguration", "webhooks/clientConfig/service"),
            ],
        ),
        reference(RBAC, "", "Role", vec![spec(RBAC, "RoleBinding", "roleRef/name")]),
        reference(
            RBAC,
            "",
            "ClusterRole",
            vec![spec(RBAC, "RoleBinding", "roleRef/name"), spec(RBAC, "ClusterRoleBinding", "roleRef/name")],
        ),
        reference("", "v1", "ServiceAccount", {
            let mut fields =
                vec![spec(RBAC, "RoleBinding", "subjects"), spec(RBAC, "ClusterRoleBinding", "subjects")];
            fields.extend(of_pods(&NAMING, &["serviceAccountName"]));
            fields
        }),
        reference(
            "",
            "v1",
            "PersistentVolumeClaim",
            of_pods(&NAMING, &["volumes/persistentVolumeClaim/claimName"]),
        ),
        reference(
            "",
            "v1",
            "PersistentVolume",
            vec![
                spec("", "PersistentVolumeClaim", "spec/volumeName"),
                spec("", "ClusterRole", "rules/resourceNames"),
            ],
        ),
        reference(
            "storage.k8s.io",
            "v1",
            "StorageClass",
            vec![
                spec("", "PersistentVolume", "spec/storageClassName"),
                spec("", "PersistentVolumeClaim", "spec/storageClassName"),
                spec("", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
            ],
        ),
        reference("scheduling.k8s.io", "v1", "PriorityClass", of_pods(&NAMING, &["priorityClassName"])),
        reference(
            ADMISSION,
            "",
            "ValidatingAdmissionPolicy",
            vec![spec(ADMISSION, "ValidatingAdmissionPolicyBinding", "spec/policyName")],
        ),
    ]);
    references
}

fn config_map_fields() -> Vec<FieldSpec> {
    let mut fields = of_pods(
        &REFERRING,
        &[
            "volumes/configMap/name",
            "containers/env/valueFrom/configMapKeyRef/name",
            "initContainers/env/valueFrom/configMapKeyRef/name",
            "containers/envFrom/configMapRef/name",
            "initContainers/envFrom/configMapRef/name",
            "volumes/projected/sources/configMap/name",
        ],
    );
    fields.extend([
        spec("", "Node", "spec/configSource/configMap"),
        spec("", "Role", "rules/resourceNames"),
        spec("", "ClusterRole", "rules/resourceNames"),
        spec("", "Ingress", r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap"),
    ]);
    fields
}

fn secret_fields() -> Vec<FieldSpec> {
    let mut fields = of_pods(
        &REFERRING,
        &[
            "volumes/secret/secretName",
            "containers/env/valueFrom/secretKeyRef/name",
            "initContainers/env/valueFrom/secretKeyRef/name",
            "containers/envFrom/secretRef/name",
            "initContainers/envFrom/secretRef/name",
            "imagePullSecrets/name",
            "volumes/projected/sources/secret/name",
        ],
    );
    let knative = Workload::new("serving.knative.dev", "v1", "Service", TEMPLATE);
    fields.push(knative.spec("containers/env/valueFrom/secretKeyRef/name"));
    fields.extend([
        spec("", "Ingress", "spec/tls/secretName"),
        spec("", "Ingress", r"metadata/annotations/ingress.kubernetes.io\/auth-secret"),
        spec("", "Ingress", r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret"),
        spec("", "Ingress", r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret"),
        spec("", "ServiceAccount", "imagePullSecrets/name"),
        spec("", "StorageClass", "parameters/secretName"),
        spec("", "StorageClass", "parameters/adminSecretName"),
        spec("", "StorageClass", "parameters/userSecretName"),
        spec("", "StorageClass", "parameters/secretRef"),
        spec("", "Role", "rules/resourceNames"),
        spec("", "ClusterRole", "rules/resourceNames"),
        spec("", "PersistentVolume", "spec/azureFile/secretName"),
    ]);
    fields
}
