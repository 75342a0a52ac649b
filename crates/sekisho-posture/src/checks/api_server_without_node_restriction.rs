//! The API server lets a kubelet change nodes and Pods other than its own.
//!
//! ## Why
//!
//! The admission plugin `NodeRestriction` holds each kubelet to its own Node object and to the Pods bound to
//! it, and keeps it from setting labels that schedulers trust. Without it, who takes one node can draw the
//! workloads of others to it, with their Secrets. The plugin is off unless it is named.
//!
//! ## Mend
//!
//! Add `NodeRestriction` to `--enable-admission-plugins`. kubeadm names it by itself, but not where that
//! argument is given: then the list that is given counts alone.
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
//!         - --authorization-mode=Node,RBAC
//!         - --enable-admission-plugins=EventRateLimit # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta3
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     enable-admission-plugins: AlwaysPullImages # here
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
//!         - --authorization-mode=Node,RBAC
//!         - --enable-admission-plugins=NodeRestriction,EventRateLimit
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: enable-admission-plugins
//!       value: NodeRestriction,AlwaysPullImages
//! ```
//!
//! ## References
//!
//! - Kubernetes: admission control, "NodeRestriction"

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-node-restriction",
    title: "API server does not hold kubelets to their own node",
    message: "kubelets may change the objects of other nodes: `{setting}` lacks `NodeRestriction`",
    variants: &[
        (
            "unset",
            "kubelets may change the objects of other nodes, because `{flag}` does not name `NodeRestriction`",
        ),
        ("disabled", "kubelets may change the objects of other nodes: `{setting}`"),
    ],
    remedy: "Add `NodeRestriction` to `--enable-admission-plugins`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K02",
        "owasp-2025/K07",
        "cis-1.12/1.2.14",
        "nsa-cisa/control-plane-hardening",
        "nist-800-190/4.3.5",
        "pci/2",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

const PLUGIN: &str = "NodeRestriction";

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let (enable, disable) = ("enable-admission-plugins", "disable-admission-plugins");
    let disabled = settings.items(disable).into_iter().find(|(plugin, _)| *plugin == PLUGIN);
    if let Some((_, setting)) = disabled {
        examination.report(settings.found_at(setting).variant("disabled"));
        return;
    }
    // The list of plugins had another name before Kubernetes 1.10.
    let lists = [enable, "admission-control"];
    let named = lists.iter().any(|flag| settings.items(flag).iter().any(|(plugin, _)| *plugin == PLUGIN));
    if named || lists.iter().any(|flag| !settings.is_known(flag)) {
        return;
    }
    let plugins: Vec<_> = settings.items(enable).iter().map(|(plugin, _)| *plugin).chain([PLUGIN]).collect();
    let mend = settings.mend(Safety::Safe, enable, plugins.join(","));
    examination.report(settings.found(enable).mend(mend));
}
