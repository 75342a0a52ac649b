//! The areas of table 3.1 in the PCI SSC guidance for containers of September 2022.

use crate::control::Evidence::{Cluster, Image, Manifest, Manual, Node, Registry, RuntimeEvents};
use crate::control::{Control, Framework, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "pci",
    name: "Guidance for Containers and Container Orchestration Tools",
    version: "1.0",
    publisher: "PCI Security Standards Council",
    url: "https://www.pcisecuritystandards.org/document_library/",
    sections: &[Section { id: "3.1", title: "Threats and good practice", controls: SECTION_3_1 }],
};

const SECTION_3_1: &[Control] = &[
    Control::new(
        "1",
        "Authentication",
        "Every access to the orchestrator is authenticated by a personal, revocable credential with a \
         second factor; anonymous and generic accounts are closed.",
        &[&[Cluster, Node], &[Manual]],
    ),
    Control::new(
        "2",
        "Authorization",
        "People and workloads get the least rights, and grants are reviewed regularly.",
        &[&[Cluster], &[Manual]],
    ),
    Control::new(
        "3",
        "Workload security",
        "Workloads run without root and privileges, cannot reach the host, and policy keeps it so.",
        &[&[Manifest]],
    ),
    Control::new(
        "4",
        "Network security",
        "Traffic between workloads and to the control plane is denied unless needed, and encrypted \
         where untrusted.",
        &[&[Cluster], &[Manual]],
    ),
    Control::new(
        "5",
        "Public key infrastructure",
        "The certificate authorities of the orchestrator are guarded, and certificates can be \
         withdrawn, rotated and inventoried.",
        &[&[Node], &[Manual]],
    ),
    Control::new(
        "6",
        "Secrets management",
        "Secrets are encrypted at rest and in transit, out of images and manifests, rotated, and read \
         by few.",
        &[&[Manifest], &[Image], &[Cluster, Node]],
    ),
    Control::new(
        "7",
        "Auditing of the orchestrator",
        "API requests are recorded, records are protected from change, and times agree.",
        &[&[Cluster, Node], &[Manual]],
    ),
    Control::new(
        "8",
        "Monitoring of containers",
        "Logs and suspicious behaviour of containers, short-lived ones too, reach a central place and \
         raise alarms.",
        &[&[RuntimeEvents], &[Manual]],
    ),
    Control::new(
        "9",
        "Container runtime security",
        "Runtimes isolate containers with profiles or sandboxes that fit the sensitivity of the \
         workload.",
        &[&[Manifest], &[Node]],
    ),
    Control::new(
        "10",
        "Patching",
        "Orchestrator, hosts and images are supported versions and are patched in time.",
        &[&[Cluster], &[Image], &[Node]],
    ),
    Control::new(
        "11",
        "Resource management",
        "Workloads have limits, so none can exhaust what others need.",
        &[&[Manifest]],
    ),
    Control::new(
        "12",
        "Building of images",
        "Images are built from minimal, known parts by an automated, guarded process.",
        &[&[Image], &[Manual]],
    ),
    Control::new(
        "13",
        "Registry",
        "Images come from registries that authenticate, scan and sign; what is deployed is the image \
         that was approved.",
        &[&[Manifest], &[Registry]],
    ),
    Control::new(
        "14",
        "Version management",
        "Configurations and images are versioned, so each deployment can be traced and undone.",
        &[&[Manifest], &[Manual]],
    ),
    Control::new(
        "15",
        "Configuration management",
        "Orchestrator and hosts follow a hardened baseline, and drift from it is found.",
        &[&[Node], &[Cluster]],
    ),
    Control::new(
        "16",
        "Segmentation",
        "Workloads in scope of PCI DSS are separated from others by cluster, node or network, and the \
         separation is tested.",
        &[&[Cluster], &[Manual]],
    ),
];
