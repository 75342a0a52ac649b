//! What the Kubernetes Hardening Guide of NSA and CISA asks for. The guide numbers nothing: the slugs are ours, the
//! sections follow its chapters.

use crate::control::Evidence::{Cloud, Cluster, Image, Manifest, Manual, Node, Registry, RuntimeEvents};
use crate::control::{Control, Framework, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "nsa-cisa",
    name: "Kubernetes Hardening Guide",
    version: "1.2",
    publisher: "National Security Agency, Cybersecurity and Infrastructure Security Agency",
    url: "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
    sections: &[
        Section { id: "pod-security", title: "Pod security", controls: POD_SECURITY },
        Section { id: "network", title: "Network separation and hardening", controls: NETWORK },
        Section { id: "access", title: "Authentication and authorization", controls: ACCESS },
        Section { id: "logging", title: "Audit logging and threat detection", controls: LOGGING },
        Section { id: "upgrade", title: "Upgrading and application security", controls: UPGRADE },
    ],
};

const POD_SECURITY: &[Control] = &[
    Control::new(
        "non-root-containers",
        "Containers run as an ordinary user",
        "Images and Pods name a user and group other than root, or a rootless engine or user namespace \
         maps root away.",
        &[&[Manifest]],
    ),
    Control::new(
        "immutable-filesystem",
        "Container file systems are read-only",
        "The root file system cannot be written; what must change lies in volumes.",
        &[&[Manifest]],
    ),
    Control::new(
        "secure-images",
        "Images are trusted, scanned and verified",
        "Images come from known registries, are scanned when built and before they run, and are pinned \
         or signed.",
        &[&[Manifest], &[Image], &[Registry]],
    ),
    Control::new(
        "pod-security-enforcement",
        "Pod security is enforced at admission",
        "Pod Security levels or an admission engine refuse Pods below the minimum in every namespace.",
        &[&[Cluster]],
    ),
    Control::new(
        "privileged-containers",
        "Containers are not privileged",
        "No container sets `privileged: true`.",
        &[&[Manifest]],
    ),
    Control::new(
        "capabilities",
        "Containers hold few capabilities",
        "Containers drop the capabilities they do not use and add no dangerous ones.",
        &[&[Manifest]],
    ),
    Control::new(
        "privilege-escalation",
        "Processes cannot gain privileges",
        "Containers set `allowPrivilegeEscalation: false`.",
        &[&[Manifest]],
    ),
    Control::new(
        "host-namespaces",
        "Pods keep away from the host's namespaces",
        "Pods share neither process ids, nor IPC, nor the network with their node.",
        &[&[Manifest]],
    ),
    Control::new(
        "host-path",
        "Pods mount no directories of the host",
        "Volumes of type `hostPath` are refused, or limited to named paths, read-only.",
        &[&[Manifest]],
    ),
    Control::new(
        "service-account-tokens",
        "Tokens are mounted only where the API is used",
        "Pods that never call the API set `automountServiceAccountToken: false`.",
        &[&[Manifest]],
    ),
    Control::new(
        "hardened-environment",
        "Containers run confined",
        "seccomp, AppArmor or SELinux profiles, or a sandboxed runtime, limit what a container asks of \
         the kernel.",
        &[&[Manifest]],
    ),
];

const NETWORK: &[Control] = &[
    Control::new(
        "namespace-separation",
        "Namespaces separate teams and systems",
        "Workloads stand in namespaces of their own; `default` is not used.",
        &[&[Cluster]],
    ),
    Control::new(
        "kube-system-not-used",
        "kube-system holds system Pods only",
        "Nobody's workloads stand in `kube-system` or `kube-public`.",
        &[&[Cluster]],
    ),
    Control::new(
        "network-policies",
        "NetworkPolicies limit who talks to whom",
        "A plugin that enforces them is in use, and policies select the Pods of every namespace.",
        &[&[Cluster]],
    ),
    Control::new(
        "default-deny",
        "Traffic is denied unless allowed",
        "Each namespace has a policy that selects all Pods and denies traffic in and out by default.",
        &[&[Cluster]],
    ),
    Control::new(
        "resource-policies",
        "Resources are limited",
        "LimitRange, ResourceQuota and process limits keep one workload from exhausting a node or the \
         cluster.",
        &[&[Cluster]],
    ),
    Control::new(
        "control-plane-hardening",
        "The control plane is hardened",
        "Components run with TLS, authentication, RBAC and safe settings.",
        &[&[Node]],
    ),
    Control::new(
        "control-plane-network",
        "The control plane is not exposed",
        "A firewall closes the ports of the control plane to the internet and to networks that do not \
         need them.",
        &[&[Cluster], &[Cloud]],
    ),
    Control::new(
        "etcd-protection",
        "etcd is protected",
        "Only the API server reaches etcd, by TLS with certificates of an authority of its own, and \
         its data is encrypted.",
        &[&[Node]],
    ),
    Control::new(
        "kubeconfig-protection",
        "kubeconfig files are protected",
        "Files that hold credentials of the cluster can be read and changed by their owner only.",
        &[&[Node]],
    ),
    Control::new(
        "worker-node-hardening",
        "Worker nodes are separated and hardened",
        "Nodes stand in a network of their own, their kubelets demand authentication, and node ports \
         are closed to outsiders.",
        &[&[Node], &[Cloud]],
    ),
    Control::new(
        "tls-encryption",
        "Traffic is encrypted",
        "Components talk over TLS 1.2 or newer, and services that face outward offer TLS.",
        &[&[Cluster, Node]],
    ),
    Control::new(
        "secrets-protection",
        "Secrets are encrypted and out of the manifests",
        "Credentials stand in Secrets or an external store, are encrypted at rest, and few can read \
         them.",
        &[&[Manifest], &[Cluster, Node]],
    ),
    Control::new(
        "cloud-metadata-protection",
        "Pods cannot reach the cloud's metadata",
        "Network policy or cloud settings block the metadata service, from which node credentials can \
         be taken.",
        &[&[Cluster], &[Cloud]],
    ),
];

const ACCESS: &[Control] = &[
    Control::new(
        "anonymous-access",
        "Anonymous requests are refused",
        "API server and kubelets do not serve requests without an identity, and nothing is bound to \
         the anonymous user.",
        &[&[Cluster, Node]],
    ),
    Control::new(
        "strong-authentication",
        "People authenticate strongly",
        "An identity provider with a second factor and short-lived credentials is in use, not static \
         tokens or passwords.",
        &[&[Cluster, Node], &[Manual]],
    ),
    Control::new(
        "rbac-least-privilege",
        "RBAC grants the least",
        "Users, administrators and service accounts have separate roles with no more rights than they \
         use.",
        &[&[Cluster]],
    ),
];

const LOGGING: &[Control] = &[
    Control::new(
        "audit-logging",
        "Audit logging is on",
        "The API server records requests under a policy, and the log is kept outside the cluster.",
        &[&[Cluster, Node]],
    ),
    Control::new(
        "log-monitoring",
        "Logs are collected, watched and alarmed on",
        "Logs of nodes, containers and the API come together in one place, survive the loss of a node, \
         and raise alarms.",
        &[&[RuntimeEvents], &[Manual]],
    ),
];

const UPGRADE: &[Control] = &[Control::new(
    "vulnerability-patching",
    "Vulnerabilities are found and patched",
    "Kubernetes, nodes, images and add-ons are scanned regularly and updated, and what is unused \
     is removed.",
    &[&[Cluster], &[Image]],
)];
