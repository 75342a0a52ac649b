//! A container may write to a part of its node's file system.
//!
//! ## Why
//!
//! What a container writes to its node outlives the Pod, fills the node's disk, and is read by whatever else
//! mounts the same path. An attacker leaves things there for the next Pod.
//!
//! A path that holds code or secrets of the node is the subject of `host-path-sensitive`.
//!
//! ## Mend
//!
//! Mount it with `readOnly: true` where the container only reads, else use a `persistentVolumeClaim` or an
//! `emptyDir`.
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
//!         - name: data
//!           mountPath: /data
//!   volumes:
//!     - name: data
//!       hostPath:
//!         path: /srv/shop # here
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
//!           readOnly: true
//!   volumes:
//!     - name: data
//!       hostPath:
//!         path: /srv/shop
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `VolumeMount.readOnly`, `HostPathVolumeSource`

use super::prelude::*;
use crate::host_path::{Danger, volumes};

pub(super) const CHECK: Check = Check {
    id: "host-path-writable",
    title: "Container may write to a path of its node",
    message: "volume `{volume}` lets the Pod write to the path `{path}` of the node",
    variants: &[],
    remedy: "Mount the host path with `readOnly: true`, or use another kind of volume",
    severity: Severity::Medium,
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
        "microsoft-threat-matrix/MS-TA9013",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    for host in volumes(pod).into_iter().filter(|host| host.danger == Danger::Writable) {
        let mut mend = Mend::risky("mount the host path with `readOnly: true`");
        let mut found = Found::at(host.place).arg("volume", host.name).arg("path", host.path);
        for mount in host.mounts.into_iter().filter(|mount| mount.writable) {
            mend = mend.set(&mount.place.child("readOnly"), true);
            found =
                found.related(mount.place, format!("container `{}` may write to it", mount.container.name()));
        }
        examination.report(found.severity(host.severity).mend(mend));
    }
}
