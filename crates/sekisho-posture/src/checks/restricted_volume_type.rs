//! A Pod uses a kind of volume that the restricted level of the Pod Security Standards does not allow.
//!
//! ## Why
//!
//! Volumes that name a server or a disk in the Pod itself let whoever writes Pods reach storage past the
//! administrator, who hands storage out as PersistentVolumes. Allowed are `configMap`, `csi`, `downwardAPI`,
//! `emptyDir`, `ephemeral`, `image`, `persistentVolumeClaim`, `projected` and `secret`.
//!
//! Host paths and git repositories have checks of their own.
//!
//! ## Mend
//!
//! Use a `persistentVolumeClaim` whose storage class or PersistentVolume names the server.
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
//!     - name: data
//!       nfs: # here
//!         server: files.example.com
//!         path: /shop
//!     - name: scratch
//!       emptyDir: {}
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
//!   volumes:
//!     - name: data
//!       persistentVolumeClaim:
//!         claimName: shop
//!     - name: scratch
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level restricted, "Volume Types"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "restricted-volume-type",
    title: "Pod uses a volume type beyond the restricted level",
    message: "volume `{volume}` is of the type `{type}`, which the restricted level does not allow",
    variants: &[],
    remedy: "Use a `persistentVolumeClaim` or another allowed type",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K01", "owasp-2025/K01", "nist-800-190/4.4.3", "pci/3", "pss/volume-types"],
    cel: None,
    examine: Examine::Pod(examine),
};

/// Types that are allowed, and those that other checks speak of.
const OTHERS: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "gitRepo",
    "hostPath",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let volumes = pod.spec.get("volumes").map_or(&[][..], Node::items).iter().enumerate();
    for (index, volume) in volumes {
        let sources = volume.entries().iter().filter(|entry| entry.key != "name" && !entry.node.is_null());
        for source in sources.filter(|source| !OTHERS.contains(&source.key.as_str())) {
            let place = pod.field(field!["volumes", index, &source.key]);
            let found = Found::at(place).arg("volume", volume.str("name")).arg("type", source.key.clone());
            examination.report(found);
        }
    }
}
