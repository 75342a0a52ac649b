//! Section 5: policies.

use super::{COMPONENT, JUDGED_COMPONENT, JUDGED_OBJECTS, OBJECTS, manual_1, manual_2};
use crate::control::Control;

pub(super) const SECTION_5_1: &[Control] = &[
    manual_1(
        "5.1.1",
        "cluster-admin is bound only where nothing less will do",
        "Every binding to `cluster-admin` has a reason that a narrower role cannot meet.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.2",
        "Few can read Secrets",
        "`get`, `list` and `watch` on Secrets go to those who need them.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.3",
        "Roles use no wildcards",
        "Roles and ClusterRoles name their verbs, resources and groups; `*` also grants what will be \
         added later.",
        OBJECTS,
    ),
    manual_1(
        "5.1.4",
        "Few can create Pods",
        "Who creates Pods can use every Secret and service account of the namespace, and, without Pod \
         Security, the node.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.5",
        "Default service accounts are idle",
        "No Pod runs as `default`, nothing is bound to it, and its token is not mounted.",
        OBJECTS,
    ),
    manual_1(
        "5.1.6",
        "Tokens are mounted only where the API is used",
        "Pods that never call the API set `automountServiceAccountToken: false`.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.7",
        "Group system:masters is not used",
        "No certificate or mapping puts people into `system:masters`, which no authorizer can restrict.",
        JUDGED_COMPONENT,
    ),
    manual_1(
        "5.1.8",
        "Few can bind, impersonate or escalate",
        "These verbs let their holder take rights that were never granted.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.9",
        "Few can create PersistentVolumes",
        "A PersistentVolume of type `hostPath` opens the file system of a node.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.10",
        "Few can use nodes/proxy",
        "Through `nodes/proxy` one reaches the kubelet past admission and audit.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.11",
        "Few can approve certificate requests",
        "Who approves a CertificateSigningRequest can issue a credential for any user or node.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.12",
        "Few can configure admission webhooks",
        "Who writes webhook configurations reads, and with a mutating one changes, every object that \
         is admitted.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "5.1.13",
        "Few can create service account tokens",
        "`create` on `serviceaccounts/token` yields the identity of that account.",
        JUDGED_OBJECTS,
    ),
];

pub(super) const SECTION_5_2: &[Control] = &[
    manual_1(
        "5.2.1",
        "A policy mechanism guards Pods",
        "Pod Security admission, ValidatingAdmissionPolicies or a policy engine is active in every \
         namespace that has workloads.",
        OBJECTS,
    ),
    manual_1(
        "5.2.2",
        "Privileged containers are not admitted",
        "No namespace of workloads admits, and no Pod runs, a container with `privileged: true`.",
        OBJECTS,
    ),
    manual_1(
        "5.2.3",
        "The host's process namespace is not shared",
        "No namespace of workloads admits, and no Pod has, `hostPID: true`.",
        OBJECTS,
    ),
    manual_1(
        "5.2.4",
        "The host's IPC namespace is not shared",
        "No namespace of workloads admits, and no Pod has, `hostIPC: true`.",
        OBJECTS,
    ),
    manual_1(
        "5.2.5",
        "The host's network is not shared",
        "No namespace of workloads admits, and no Pod has, `hostNetwork: true`.",
        OBJECTS,
    ),
    manual_1(
        "5.2.6",
        "Processes cannot gain privileges",
        "No namespace of workloads admits, and no Pod runs, a container without \
         `allowPrivilegeEscalation: false`.",
        OBJECTS,
    ),
    manual_2(
        "5.2.7",
        "Containers do not run as root",
        "Containers set `runAsNonRoot: true` or a user id other than 0.",
        OBJECTS,
    ),
    manual_1(
        "5.2.8",
        "Containers lack NET_RAW",
        "Containers drop `NET_RAW` or `ALL`, so they cannot forge packets.",
        OBJECTS,
    ),
    manual_2(
        "5.2.9",
        "Containers hold no capabilities",
        "Containers drop `ALL` capabilities and add none they do not need.",
        OBJECTS,
    ),
    manual_1(
        "5.2.10",
        "Windows HostProcess containers are not admitted",
        "No namespace of workloads admits, and no Pod has, `hostProcess: true`.",
        OBJECTS,
    ),
    manual_1(
        "5.2.11",
        "hostPath volumes are not admitted",
        "No namespace of workloads admits, and no Pod mounts, a directory of its node.",
        OBJECTS,
    ),
    manual_1(
        "5.2.12",
        "Host ports are not admitted",
        "No namespace of workloads admits, and no container takes, a port of its node.",
        OBJECTS,
    ),
];

pub(super) const SECTION_5_3: &[Control] = &[
    manual_1(
        "5.3.1",
        "Network plugin enforces NetworkPolicies",
        "The CNI plugin in use acts on NetworkPolicy objects; with one that does not, they are words \
         only.",
        JUDGED_COMPONENT,
    ),
    manual_2(
        "5.3.2",
        "Every namespace has NetworkPolicies",
        "In each namespace at least one NetworkPolicy selects the Pods.",
        OBJECTS,
    ),
];

pub(super) const SECTION_5_4: &[Control] = &[
    manual_2(
        "5.4.1",
        "Secrets reach containers as files",
        "Containers mount Secrets rather than read them from environment variables, which leak through \
         logs and child processes.",
        OBJECTS,
    ),
    manual_2(
        "5.4.2",
        "A secret store outside the cluster is considered",
        "Where Secrets of Kubernetes do not meet the need for rotation, audit or separation, an \
         external store holds them.",
        JUDGED_OBJECTS,
    ),
];

pub(super) const SECTION_5_5: &[Control] = &[manual_2(
    "5.5.1",
    "Admission verifies where images come from",
    "`ImagePolicyWebhook` or another admission control refuses images whose origin is not proven.",
    COMPONENT,
)];

pub(super) const SECTION_5_6: &[Control] = &[
    manual_1(
        "5.6.1",
        "Namespaces separate teams and systems",
        "Objects that different people answer for stand in different namespaces.",
        JUDGED_OBJECTS,
    )
    .former(&["5.7.1"]),
    manual_2(
        "5.6.2",
        "Pods have a seccomp profile",
        "Pods set `RuntimeDefault` or a profile of their own.",
        OBJECTS,
    )
    .former(&["5.7.2"]),
    manual_2(
        "5.6.3",
        "Pods and containers have a security context",
        "Pods and containers say with which rights they run instead of taking the defaults.",
        OBJECTS,
    )
    .former(&["5.7.3"]),
    manual_2(
        "5.6.4",
        "The default namespace is empty",
        "Workloads stand in namespaces of their own; `default` holds only what the cluster itself puts \
         there.",
        OBJECTS,
    )
    .former(&["5.7.4"]),
];
