//! The ten risks of the OWASP Kubernetes Top Ten, edition of 2022.

use crate::control::Evidence::{Cluster, Image, Manifest, Manual, Node};
use crate::control::{Control, Framework, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "owasp-2022",
    name: "OWASP Kubernetes Top Ten",
    version: "2022",
    publisher: "OWASP Foundation",
    url: "https://owasp.org/www-project-kubernetes-top-ten/",
    sections: &[Section { id: "categories", title: "Categories", controls: CATEGORIES }],
};

const CATEGORIES: &[Control] = &[
    Control::new(
        "K01",
        "Workloads run with insecure settings",
        "Containers run as root, privileged, with a writable root file system or with too many \
         capabilities, so whoever breaks into one gains more than the application.",
        &[&[Manifest]],
    )
    .number("K01:2022"),
    Control::new(
        "K02",
        "The supply chain of images is not secured",
        "Images come from unknown sources, are not signed, or carry vulnerable or surplus software, so \
         what runs is not what was built.",
        &[&[Manifest], &[Image], &[Manual]],
    )
    .number("K02:2022"),
    Control::new(
        "K03",
        "RBAC grants more than is needed",
        "Roles with wildcards, `cluster-admin` bindings and broad reading of Secrets turn one stolen \
         identity into the whole cluster.",
        &[&[Cluster]],
    )
    .number("K03:2022"),
    Control::new(
        "K04",
        "No central policy guards what is admitted",
        "Without Pod Security levels or admission policies in every namespace, each team decides for \
         itself what is safe.",
        &[&[Cluster]],
    )
    .number("K04:2022"),
    Control::new(
        "K05",
        "Logging and monitoring do not show an attack",
        "Audit, node and workload logs are missing, too short-lived or watched by nobody.",
        &[&[Cluster, Node], &[Manual]],
    )
    .number("K05:2022"),
    Control::new(
        "K06",
        "Authentication is weak",
        "Anonymous access, static tokens, client certificates of people and long-lived service account \
         tokens let credentials be guessed, leaked or never withdrawn.",
        &[&[Cluster, Node], &[Manual]],
    )
    .number("K06:2022"),
    Control::new(
        "K07",
        "The network is not segmented",
        "Without NetworkPolicies every Pod reaches every other, the control plane and the metadata \
         service.",
        &[&[Cluster]],
    )
    .number("K07:2022"),
    Control::new(
        "K08",
        "Secrets are badly kept",
        "Credentials stand in manifests, images or environment variables, or lie unencrypted in etcd.",
        &[&[Manifest], &[Image], &[Cluster, Node]],
    )
    .number("K08:2022"),
    Control::new(
        "K09",
        "Cluster components are misconfigured",
        "The API server, kubelet, etcd and their peers run with settings that let strangers in or \
         leave traffic unprotected.",
        &[&[Node]],
    )
    .number("K09:2022"),
    Control::new(
        "K10",
        "Components are outdated and vulnerable",
        "Kubernetes itself, add-ons and images are out of support or have known vulnerabilities.",
        &[&[Cluster], &[Image]],
    )
    .number("K10:2022"),
];
