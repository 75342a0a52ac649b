//! A workload is put into the namespace `default`.
//!
//! ## Why
//!
//! Everything that names no namespace ends up in `default`. Rights, quotas and network policies that are made for one
//! namespace then hold for all sorts of things.
//!
//! Only a namespace that is written is reported: one that is left out is chosen by the command that applies the
//! manifest.
//!
//! ## Mend
//!
//! Make a namespace for each application or team.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//!   namespace: default # here
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
//! - CIS Kubernetes Benchmark 1.12, 5.6.4

use super::prelude::*;
use sekisho_manifest::workload;

pub(super) const CHECK: Check = Check {
    id: "default-namespace",
    title: "Workload is in the default namespace",
    message: "the workload is in the namespace `default`",
    variants: &[],
    remedy: "Put the workload into a namespace of its own",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "cis-1.12/5.6.1",
        "cis-1.12/5.6.4",
        "nsa-cisa/namespace-separation",
        "nist-800-190/4.3.4",
        "pci/16",
    ],
    cel: None,
    examine: Examine::AnyObject(examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    if object.namespace.as_deref() == Some("default") && !workload::pods(object).is_empty() {
        examination.report(Found::at(object.place(field!["metadata", "namespace"])));
    }
}
