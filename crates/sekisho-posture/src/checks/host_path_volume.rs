//! A Pod mounts a part of its node's file system.
//!
//! ## Why
//!
//! A host path ties the Pod to what lies on one node and lets it read what other Pods and the node itself leave
//! there. Several escapes from containers began with a harmless host path and a symbolic link.
//!
//! This check speaks of host paths that are only read and hold no known secret. Writable ones are the subject of
//! `host-path-writable`, dangerous ones of `host-path-sensitive`, runtime sockets of `container-socket`; each
//! volume is reported once, for the worst.
//!
//! ## Mend
//!
//! Use a `persistentVolumeClaim`, an `emptyDir`, a `configMap` or a `csi` volume. A volume that no container mounts
//! can be taken away.
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
//!         - name: zone
//!           mountPath: /etc/localtime
//!           readOnly: true
//!   volumes:
//!     - name: zone
//!       hostPath:
//!         path: /etc/localtime # here
//! ```
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
//!   volumes:
//!     - name: zone
//!       hostPath:
//!         path: /etc/localtime # here
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
//!         - name: data
//!           mountPath: /data
//!   volumes:
//!     - name: data
//!       persistentVolumeClaim:
//!         claimName: data
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "HostPath Volumes"
//! - CIS Kubernetes Benchmark 1.12, 5.2.11

use super::prelude::*;
use crate::host_path::{Danger, volumes};

pub(super) const CHECK: Check = Check {
    id: "host-path-volume",
    title: "Pod mounts a path of its node",
    message: "volume `{volume}` is the path `{path}` of the node",
    variants: &[(
        "unmounted",
        "volume `{volume}` is the path `{path}` of the node, and no container mounts it",
    )],
    remedy: "Use a volume that is not a path of the node",
    severity: Severity::Low,
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
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    for host in volumes(pod).into_iter().filter(|host| host.danger == Danger::Readable) {
        let found = Found::at(host.place).arg("volume", host.name).arg("path", host.path);
        examination.report(if host.mounts.is_empty() {
            let mend =
                Mend::safe("remove the host path volume that no container mounts").remove(&host.volume);
            found.variant("unmounted").mend(mend)
        } else {
            found
        });
    }
}
