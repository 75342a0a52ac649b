//! etcd makes its own certificate at every start.
//!
//! ## Why
//!
//! Nobody signed such a certificate, so clients and peers cannot check it and must accept any: whoever can
//! answer in etcd's place gets what the API server writes, Secrets included.
//!
//! ## Mend
//!
//! Set `--auto-tls=false` and `--peer-auto-tls=false`, and give certificates that an authority signed.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: etcd
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: etcd
//!       image: registry.k8s.io/etcd:3.6.5-0
//!       command:
//!         - etcd
//!         - --auto-tls=true # here
//!         - --peer-auto-tls=true # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: etcd
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: etcd
//!       image: registry.k8s.io/etcd:3.6.5-0
//!       command:
//!         - etcd
//!         - --auto-tls=false
//!         - --peer-auto-tls=false
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: etcd
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: etcd
//!       image: registry.k8s.io/etcd:3.6.5-0
//!       command:
//!         - etcd
//!         - --cert-file=/etc/kubernetes/pki/etcd/server.crt
//! ```
//!
//! ## References
//!
//! - etcd: transport security model

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "etcd-auto-tls",
    title: "etcd makes its own certificate",
    message: "etcd serves a certificate of its own making: `{setting}`",
    variants: &[],
    remedy: "Set `--auto-tls=false` and `--peer-auto-tls=false`, and give signed certificates",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/2.3",
        "cis-1.12/2.6",
        "nsa-cisa/etcd-protection",
        "nsa-cisa/tls-encryption",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Etcd], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    for flag in ["auto-tls", "peer-auto-tls"] {
        if settings.boolean(flag, false) == Some(true) {
            examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, false)));
        }
    }
}
