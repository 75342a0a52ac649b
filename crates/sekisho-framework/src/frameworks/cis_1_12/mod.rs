//! The items of the CIS Kubernetes Benchmark 1.12, for Kubernetes 1.32 to 1.34. Numbers, profile levels and the
//! kind of assessment are facts of the benchmark; the words are ours.

mod api_server;
mod control_plane;
mod control_plane_files;
mod policies;
mod worker_nodes;

use crate::control::Evidence::{Cluster, Manual, Node};
use crate::control::{Classification, Control, Framework, Needs, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "cis-1.12",
    name: "CIS Kubernetes Benchmark",
    version: "1.12",
    publisher: "Center for Internet Security",
    url: "https://www.cisecurity.org/benchmark/kubernetes",
    sections: &[
        Section {
            id: "1.1",
            title: "Control plane: files on the host",
            controls: control_plane_files::SECTION_1_1,
        },
        Section { id: "1.2", title: "API server", controls: api_server::SECTION_1_2 },
        Section { id: "1.3", title: "Controller manager", controls: control_plane::SECTION_1_3 },
        Section { id: "1.4", title: "Scheduler", controls: control_plane::SECTION_1_4 },
        Section { id: "2", title: "etcd", controls: control_plane::SECTION_2 },
        Section { id: "3.1", title: "Control plane: authentication", controls: control_plane::SECTION_3_1 },
        Section { id: "3.2", title: "Control plane: audit policy", controls: control_plane::SECTION_3_2 },
        Section { id: "4.1", title: "Worker nodes: files", controls: worker_nodes::SECTION_4_1 },
        Section { id: "4.2", title: "Worker nodes: kubelet", controls: worker_nodes::SECTION_4_2 },
        Section { id: "4.3", title: "Worker nodes: kube-proxy", controls: worker_nodes::SECTION_4_3 },
        Section { id: "5.1", title: "Policies: RBAC and service accounts", controls: policies::SECTION_5_1 },
        Section { id: "5.2", title: "Policies: Pod security", controls: policies::SECTION_5_2 },
        Section { id: "5.3", title: "Policies: network", controls: policies::SECTION_5_3 },
        Section { id: "5.4", title: "Policies: secrets", controls: policies::SECTION_5_4 },
        Section { id: "5.5", title: "Policies: admission of images", controls: policies::SECTION_5_5 },
        Section { id: "5.6", title: "Policies: general", controls: policies::SECTION_5_6 },
    ],
};

/// Modes and owners of files, and what stands in them: only the host shows them.
const HOST: Needs = &[&[Node]];
const JUDGED_HOST: Needs = &[&[Node], &[Manual]];

/// Settings of a component: read from its process and files on the node, or, where its Pod or its configuration
/// is visible there, through the API server.
const COMPONENT: Needs = &[&[Cluster, Node]];
const JUDGED_COMPONENT: Needs = &[&[Cluster, Node], &[Manual]];

/// What a cluster holds and admits. Manifests that have not reached it show faults, but not their absence.
const OBJECTS: Needs = &[&[Cluster]];
const JUDGED_OBJECTS: Needs = &[&[Cluster], &[Manual]];

const fn automated_1(
    number: &'static str,
    title: &'static str,
    description: &'static str,
    evidence: Needs,
) -> Control {
    item(1, true, number, title, description, evidence)
}

const fn automated_2(
    number: &'static str,
    title: &'static str,
    description: &'static str,
    evidence: Needs,
) -> Control {
    item(2, true, number, title, description, evidence)
}

const fn manual_1(
    number: &'static str,
    title: &'static str,
    description: &'static str,
    evidence: Needs,
) -> Control {
    item(1, false, number, title, description, evidence)
}

const fn manual_2(
    number: &'static str,
    title: &'static str,
    description: &'static str,
    evidence: Needs,
) -> Control {
    item(2, false, number, title, description, evidence)
}

const fn item(
    level: u8,
    automated: bool,
    number: &'static str,
    title: &'static str,
    description: &'static str,
    evidence: Needs,
) -> Control {
    Control::new(number, title, description, evidence)
        .classified(Classification::Benchmark { level, automated })
}
