//! A Pod has a volume that the node fills from a git repository.
//!
//! ## Why
//!
//! The kubelet runs `git` as root on the node to fill a `gitRepo` volume. A hook in the repository has run commands
//! on the node that way (CVE-2024-10220). The type is deprecated, and nodes of Kubernetes 1.33 and later refuse it unless
//! a feature gate is set.
//!
//! ## Mend
//!
//! Clone the repository in an init container that shares an `emptyDir` with the others.
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
//!     - name: pages
//!       gitRepo:
//!         repository: https://git.example.com/pages.git # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   initContainers:
//!     - name: clone
//!       image: registry.example.com/git:2.50.0
//!       command: [git, clone, "https://git.example.com/pages.git", /pages]
//!       volumeMounts:
//!         - name: pages
//!           mountPath: /pages
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!   volumes:
//!     - name: pages
//!       emptyDir: {}
//! ```
//!
//! ## References
//!
//! - CVE-2024-10220
//! - Kubernetes: Pod Security Standards, level restricted, "Volume Types"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "git-repo-volume",
    title: "Node fills a volume from a git repository",
    message: "volume `{volume}` makes the node run `git` for the Pod",
    variants: &[],
    remedy: "Clone the repository in an init container into an `emptyDir`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "nist-800-190/4.4.1",
        "nist-800-190/4.5.3",
        "pci/3",
        "pss/volume-types",
        "attack/T1611",
    ],
    cel: Some("pod.?volumes.orValue([]).all(volume, !has(volume.gitRepo))"),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let volumes = pod.spec.get("volumes").map_or(&[][..], Node::items).iter().enumerate();
    for (index, volume) in volumes {
        if volume.get("gitRepo").is_some() {
            let place = pod.field(field!["volumes", index, "gitRepo", "repository"]);
            examination.report(Found::at(place).arg("volume", volume.str("name")));
        }
    }
}
