//! A Pod mounts a part of its node that holds secrets or code of the node.
//!
//! ## Why
//!
//! Whoever may write the node's programs, scheduled jobs or configuration runs code on the node. Whoever may read
//! the kubelet's folder, the control plane's certificates or etcd's data holds the credentials of the node or of
//! the whole cluster. The finding says which part it is.
//!
//! Paths are read as the kernel will: `..` is followed, `subPath` is added, a folder above a sensitive one counts,
//! `/var/run` is `/run`. Where the containers in question cannot be root the finding weighs less, for most of these
//! files belong to root alone.
//!
//! ## Mend
//!
//! Take the volume away. Where one file is needed, mount that file alone, read-only.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       volumeMounts:
//!         - name: node
//!           mountPath: /host
//!           readOnly: true
//!         - name: jobs
//!           mountPath: /jobs
//!   volumes:
//!     - name: node
//!       hostPath:
//!         path: / # here
//!     - name: jobs
//!       hostPath:
//!         path: /etc/cron.d # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       volumeMounts:
//!         - name: certificates
//!           mountPath: /etc/ssl/certs
//!           readOnly: true
//!   volumes:
//!     - name: certificates
//!       hostPath:
//!         path: /etc/ssl/certs
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "HostPath Volumes"
//! - Kubernetes documentation: "Volumes", section "hostPath"

use super::prelude::*;
use crate::host_path::{Danger, volumes};

pub(super) const CHECK: Check = Check {
    id: "host-path-sensitive",
    title: "Pod mounts a part of its node that holds secrets or code",
    message: "volume `{volume}` opens `{path}` of the node, which holds secrets or code",
    variants: &[
        ("node", "volume `{volume}` opens the whole file system of the node"),
        (
            "credentials",
            "volume `{volume}` opens `{path}` of the node, which holds credentials of Kubernetes",
        ),
        (
            "etcd",
            "volume `{volume}` opens `{path}` of the node, where etcd keeps every object of the cluster",
        ),
        (
            "containers",
            "volume `{volume}` opens `{path}` of the node, which holds the files of all containers",
        ),
        ("accounts", "volume `{volume}` opens `{path}` of the node, which holds accounts, passwords or keys"),
        (
            "processes",
            "volume `{volume}` opens `{path}` of the node, through which its processes and kernel are seen",
        ),
        ("devices", "volume `{volume}` opens `{path}` of the node, which holds its devices"),
        ("kernel", "volume `{volume}` lets the Pod write to `{path}` of the node, which sets up its kernel"),
        (
            "logs",
            "volume `{volume}` lets the Pod write to `{path}` of the node, whose links the kubelet follows",
        ),
        (
            "programs",
            "volume `{volume}` lets the Pod write to `{path}` of the node, which holds what the node runs",
        ),
    ],
    remedy: "Take the host path away, or mount only the one file that is needed, read-only",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.11",
        "nsa-cisa/host-path",
        "nist-800-190/4.5.5",
        "pci/3",
        "pss/host-path-volumes",
        "pss/volume-types",
        "attack/T1611",
        "attack/T1552.001",
        "microsoft-threat-matrix/MS-TA9017",
        "microsoft-threat-matrix/MS-TA9026",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    for host in volumes(pod) {
        let Danger::Sensitive(part) = host.danger else { continue };
        let confidence = host.confidence();
        let mut found = Found::at(host.place).variant(part).arg("volume", host.name).arg("path", host.path);
        if host.mounts.is_empty() {
            let mend =
                Mend::safe("remove the host path volume that no container mounts").remove(&host.volume);
            found = found.mend(mend);
        }
        for mount in host.mounts {
            found = found.related(mount.place, format!("container `{}` mounts it", mount.container.name()));
        }
        examination.report(found.severity(host.severity).confidence(confidence));
    }
}
