//! The ten risks of the OWASP Kubernetes Top Ten, edition of 2025, which renumbers those of 2022.

use crate::control::Evidence::{Cloud, Cluster, Image, Manifest, Manual, Node};
use crate::control::{Control, Framework, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "owasp-2025",
    name: "OWASP Kubernetes Top Ten",
    version: "2025",
    publisher: "OWASP Foundation",
    url: "https://owasp.org/www-project-kubernetes-top-ten/",
    sections: &[Section { id: "categories", title: "Categories", controls: CATEGORIES }],
};

const CATEGORIES: &[Control] = &[
    Control::new(
        "K01",
        "Workloads run with insecure settings",
        "Containers keep unsafe defaults: root, capabilities, privilege escalation, a writable root \
         file system, no seccomp profile, a mounted token, no limits.",
        &[&[Manifest]],
    )
    .number("K01:2025"),
    Control::new(
        "K02",
        "Authorization grants more than is needed",
        "Roles and other authorizers give people and workloads rights they do not use: wildcards, \
         `cluster-admin`, reading of Secrets, impersonation, bindings without end.",
        &[&[Cluster]],
    )
    .number("K02:2025"),
    Control::new(
        "K03",
        "Secrets are badly kept",
        "Credentials stand in code, images, ConfigMaps, environment variables or logs, are not \
         encrypted at rest, or are never rotated.",
        &[&[Manifest], &[Image], &[Cluster, Node]],
    )
    .number("K03:2025"),
    Control::new(
        "K04",
        "The cluster enforces no policy",
        "Namespaces have no Pod Security level and no admission policy or webhook, or one that only \
         warns or fails open.",
        &[&[Cluster]],
    )
    .number("K04:2025"),
    Control::new(
        "K05",
        "The network is not segmented",
        "Namespaces lack a default-deny policy for traffic in or out, or Pods share the network of the \
         host without need.",
        &[&[Cluster]],
    )
    .number("K05:2025"),
    Control::new(
        "K06",
        "Components are reachable from too far",
        "The API server, kubelet, etcd, dashboards or node ports answer to networks that do not need \
         them.",
        &[&[Cluster], &[Cloud]],
    )
    .number("K06:2025"),
    Control::new(
        "K07",
        "Cluster components are misconfigured or vulnerable",
        "Components depart from hardening guides, or the version in use is past its support of about \
         14 months.",
        &[&[Node], &[Cluster]],
    )
    .number("K07:2025"),
    Control::new(
        "K08",
        "A Pod opens the way into the cloud account",
        "Pods reach the metadata service, hold static cloud keys, or run on nodes whose cloud role is \
         too broad.",
        &[&[Cluster], &[Cloud]],
    )
    .number("K08:2025"),
    Control::new(
        "K09",
        "Authentication is weak",
        "People log in by certificate or shared token, anonymous access is open, or service account \
         tokens live long and are used outside the cluster.",
        &[&[Cluster, Node], &[Manual]],
    )
    .number("K09:2025"),
    Control::new(
        "K10",
        "Logging and monitoring do not show an attack",
        "API audit logs are off, not kept or not shipped; issue of credentials is not recorded; node \
         and workload logs are not collected.",
        &[&[Cluster, Node], &[Manual]],
    )
    .number("K10:2025"),
];
