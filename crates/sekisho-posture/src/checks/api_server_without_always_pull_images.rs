//! A Pod may run an image that another user pulled, without a right to pull it.
//!
//! ## Why
//!
//! An image stays on the node once it was pulled. A Pod with `imagePullPolicy: IfNotPresent` then runs it
//! without asking the registry, so on shared nodes a private image is open to everyone who knows its name.
//! `AlwaysPullImages` makes every start ask; so does the kubelet's own check of credentials since 1.33.
//!
//! ## Mend
//!
//! Add `AlwaysPullImages` to `--enable-admission-plugins` on clusters whose tenants do not trust each other.
//! Starts then depend on the registry being there.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver # here
//!         - --authorization-mode=Node,RBAC
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --enable-admission-plugins=NodeRestriction # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --enable-admission-plugins=NodeRestriction,AlwaysPullImages
//! ```
//!
//! ## References
//!
//! - Kubernetes: admission control, "AlwaysPullImages"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-always-pull-images",
    title: "Private images on nodes are open to all Pods",
    message: "a Pod may run a private image that another one pulled: `{setting}` lacks `AlwaysPullImages`",
    variants: &[(
        "unset",
        "a Pod may run a private image that another one pulled, because `{flag}` does not name `AlwaysPullImages`",
    )],
    remedy: "Add `AlwaysPullImages` to `--enable-admission-plugins`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.11",
        "nsa-cisa/control-plane-hardening",
        "nist-800-190/4.2.3",
        "pci/13",
        "microsoft-threat-matrix/MS-TA9037",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

const PLUGIN: &str = "AlwaysPullImages";

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "enable-admission-plugins";
    let plugins = settings.items(flag);
    if settings.is_known(flag) && !plugins.iter().any(|(plugin, _)| *plugin == PLUGIN) {
        examination.report(settings.found(flag));
    }
}
