//! Users may give Services external addresses of their choice.
//!
//! ## Why
//!
//! Who may create a Service may set `externalIPs` to any address, and the nodes then send the traffic for that
//! address to Pods of that user (CVE-2020-8554). No version fixes this; the admission plugin
//! `DenyServiceExternalIPs` forbids the field.
//!
//! ## Mend
//!
//! Add `DenyServiceExternalIPs` to `--enable-admission-plugins`, or forbid the field by a policy.
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
//!         - --enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs
//! ```
//!
//! ## References
//!
//! - Kubernetes: admission control, "DenyServiceExternalIPs"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-allows-external-ips",
    title: "Services may take external addresses",
    message: "Services may take any external address: `{setting}` lacks `DenyServiceExternalIPs`",
    variants: &[(
        "unset",
        "Services may take any external address, because `{flag}` does not name `DenyServiceExternalIPs`",
    )],
    remedy: "Add `DenyServiceExternalIPs` to `--enable-admission-plugins`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "cis-1.12/1.2.3",
        "nsa-cisa/network-policies",
        "pci/4",
        "attack/T1557",
        "microsoft-threat-matrix/MS-TA9036",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

const PLUGIN: &str = "DenyServiceExternalIPs";

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "enable-admission-plugins";
    let plugins = settings.items(flag);
    if settings.is_known(flag) && !plugins.iter().any(|(plugin, _)| *plugin == PLUGIN) {
        examination.report(settings.found(flag));
    }
}
