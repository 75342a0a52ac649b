//! The API server writes Secrets to etcd in plain text.
//!
//! ## Why
//!
//! Whoever gets a snapshot of etcd, a disk of the control plane or a backup of either reads every Secret of the
//! cluster. Base64 is no encryption. Nothing is encrypted unless a configuration says so.
//!
//! ## Mend
//!
//! Write an `EncryptionConfiguration` that names a KMS v2 plugin (or at least `aesgcm` or `secretbox` with a
//! key kept off the disk) for `secrets`, hand it to the API server with `--encryption-provider-config`, and
//! write all Secrets anew.
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
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer: # here
//!   certSANs:
//!     - api.example.com
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
//!         - --encryption-provider-config=/etc/kubernetes/encryption.yaml
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: encryption-provider-config
//!       value: /etc/kubernetes/encryption.yaml
//! ```
//!
//! ## References
//!
//! - Kubernetes: encrypting confidential data at rest

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "encryption-provider-missing",
    title: "Secrets are stored in plain text",
    message: "Secrets are stored in plain text: `{setting}`",
    variants: &[("unset", "Secrets are stored in plain text, because `{flag}` is not set")],
    remedy: "Set `--encryption-provider-config` to a configuration that encrypts Secrets",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "cis-1.12/1.2.27",
        "cis-1.12/1.2.28",
        "nsa-cisa/secrets-protection",
        "nsa-cisa/etcd-protection",
        "nist-800-190/4.1.4",
        "pci/6",
        "attack/T1552.007",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "encryption-provider-config";
    // The flag had another name before Kubernetes 1.13.
    if settings.lacks(flag) && !settings.has("experimental-encryption-provider-config") {
        examination.report(settings.found(flag));
    }
}
