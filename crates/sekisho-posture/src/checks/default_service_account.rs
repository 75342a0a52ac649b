//! A Pod talks to the API server as the default service account of its namespace.
//!
//! ## Why
//!
//! Every Pod that names no service account shares `default`. Rights that one of them gets all of them have, and the audit
//! log cannot tell them apart.
//!
//! A Pod without a token of the account is not reported.
//!
//! ## Mend
//!
//! Make a service account for the workload and name it in `serviceAccountName`, or set
//! `automountServiceAccountToken: false`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec: # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   serviceAccountName: default # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   serviceAccountName: shop
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: cart
//! spec:
//!   automountServiceAccountToken: false
//!   containers:
//!     - name: cart
//!       image: registry.example.com/cart:1.0.0
//! ```
//!
//! ## References
//!
//! - CIS Kubernetes Benchmark 1.12, 5.1.5

use super::prelude::*;
use crate::service_account::mounts_token;

pub(super) const CHECK: Check = Check {
    id: "default-service-account",
    title: "Pod uses the default service account",
    message: "the Pod uses the default service account of its namespace",
    variants: &[],
    remedy: "Give the workload a service account of its own",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/5.1.5",
        "nsa-cisa/service-account-tokens",
        "nist-800-190/4.3.1",
        "pci/1",
        "attack/T1078.001",
        "microsoft-threat-matrix/MS-TA9016",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let place = pod.field(field!["serviceAccountName"]);
    // What a custom resource leaves out, its operator may fill in.
    let open = pod.object.is_custom() && place.node().is_none_or(Node::is_null);
    if pod.service_account() == "default" && !open && mounts_token(pod, examination.inventory()) {
        examination.report(Found::at(place));
    }
}
