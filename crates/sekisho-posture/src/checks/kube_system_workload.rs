//! A workload is put into a namespace of Kubernetes itself.
//!
//! ## Why
//!
//! `kube-system` holds the Secrets and service accounts of the control plane, and policies often leave it out. Whoever
//! gets into a Pod there is a step from the cluster.
//!
//! Static Pods of the control plane are not reported. Whether another workload belongs to the cluster itself, as a
//! network plugin does, no manifest says: the finding is a hint.
//!
//! ## Mend
//!
//! Put the workload into a namespace of its own.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//!   namespace: kube-system # here
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//!   namespace: shop
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - NSA and CISA: Kubernetes Hardening Guide, "Namespaces"

use super::prelude::*;
use sekisho_manifest::workload;

pub(super) const CHECK: Check = Check {
    id: "kube-system-workload",
    title: "Workload is in a namespace of Kubernetes itself",
    message: "the workload is in the namespace `{namespace}`, which belongs to Kubernetes itself",
    variants: &[],
    remedy: "Put the workload into a namespace of its own",
    severity: Severity::Low,
    confidence: Confidence::Low,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "cis-1.12/5.6.1",
        "nsa-cisa/kube-system-not-used",
        "nsa-cisa/namespace-separation",
        "nist-800-190/4.3.4",
        "pci/16",
        "attack/T1036.005",
    ],
    cel: None,
    examine: Examine::AnyObject(examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let Some(namespace @ ("kube-system" | "kube-public" | "kube-node-lease")) = object.namespace.as_deref()
    else {
        return;
    };
    let pods = workload::pods(object);
    if !pods.is_empty() && !pods.iter().all(Pod::is_static) {
        let place = object.place(field!["metadata", "namespace"]);
        examination.report(Found::at(place).arg("namespace", namespace));
    }
}
