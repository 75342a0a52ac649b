//! A Pod reaches the control socket of its node's container runtime.
//!
//! ## Why
//!
//! Whoever can talk to the socket of containerd, CRI-O or Docker starts a privileged container next door and owns
//! the node; Kubernetes neither sees nor limits it. A read-only mount does not help: connecting is not writing.
//!
//! The folder in which the socket lies (`/run`, `/run/containerd`) gives it away just as well.
//!
//! ## Mend
//!
//! Take the volume away. Builds need no runtime socket (Buildah, BuildKit without root); monitoring agents can ask
//! the kubelet instead.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: build
//!       image: registry.example.com/build:3.1.0
//!       volumeMounts:
//!         - name: docker
//!           mountPath: /var/run/docker.sock
//!           readOnly: true
//!         - name: containerd
//!           mountPath: /containerd
//!   volumes:
//!     - name: docker
//!       hostPath:
//!         path: /var/run/docker.sock # here
//!         type: Socket
//!     - name: containerd
//!       hostPath:
//!         path: /run/containerd # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: build
//!       image: registry.example.com/build:3.1.0
//!       volumeMounts:
//!         - name: work
//!           mountPath: /work
//!   volumes:
//!     - name: work
//!       emptyDir: {}
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.4.3
//! - MITRE ATT&CK T1611: Escape to Host

use super::prelude::*;
use crate::host_path::{Danger, volumes};

pub(super) const CHECK: Check = Check {
    id: "container-socket",
    title: "Pod reaches the socket of the container runtime",
    message: "volume `{volume}` hands the container runtime's socket `{path}` to the Pod",
    variants: &[(
        "folder",
        "volume `{volume}` hands `{path}` to the Pod, where the container runtime's socket lies",
    )],
    remedy: "Take the volume away; nothing but the node itself should talk to its container runtime",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.11",
        "nsa-cisa/host-path",
        "nist-800-190/4.4.3",
        "nist-800-190/4.5.5",
        "pci/3",
        "pci/9",
        "pss/host-path-volumes",
        "pss/volume-types",
        "attack/T1611",
        "attack/T1610",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    for host in volumes(pod) {
        let Danger::Socket { folder } = host.danger else { continue };
        let confidence = host.confidence();
        let mut found = Found::at(host.place).arg("volume", host.name).arg("path", host.path);
        if folder {
            found = found.variant("folder");
        }
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
