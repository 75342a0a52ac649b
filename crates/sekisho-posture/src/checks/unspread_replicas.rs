//! Nothing spreads the replicas of a workload over nodes.
//!
//! ## Why
//!
//! Replicas on one node fall together with it. Topology spread constraints, or Pod anti-affinity, put them on different
//! nodes or zones.
//!
//! Clusters that keep the scheduler's defaults spread replicas a little without being told, which no manifest shows.
//!
//! ## Mend
//!
//! Add a `topologySpreadConstraints` entry over `kubernetes.io/hostname`. With `whenUnsatisfiable: ScheduleAnyway` it never
//! keeps a Pod from starting.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   replicas: 3
//!   selector:
//!     matchLabels:
//!       app: shop
//!   template:
//!     metadata:
//!       labels:
//!         app: shop
//!     spec: # here
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
//! spec:
//!   replicas: 3
//!   selector:
//!     matchLabels:
//!       app: shop
//!   template:
//!     metadata:
//!       labels:
//!         app: shop
//!     spec:
//!       topologySpreadConstraints:
//!         - maxSkew: 1
//!           topologyKey: kubernetes.io/hostname
//!           whenUnsatisfiable: ScheduleAnyway
//!           labelSelector:
//!             matchLabels:
//!               app: shop
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Pod Topology Spread Constraints"

use super::prelude::*;
use sekisho_manifest::workload;
use serde_json::json;

use crate::replicas::{Replicas, replicas};

pub(super) const CHECK: Check = Check {
    id: "unspread-replicas",
    title: "Replicas are not spread over nodes",
    message: "nothing spreads the replicas of the workload over nodes",
    variants: &[],
    remedy: "Add `topologySpreadConstraints` to the Pod",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["pci/11", "attack/T1499"],
    cel: None,
    examine: Examine::Object(&[("apps", "Deployment"), ("apps", "StatefulSet")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    if matches!(replicas(object, examination.inventory()), Replicas::Fixed(..=1)) {
        return;
    }
    for pod in &workload::pods(object) {
        let spread = pod.spec.get("topologySpreadConstraints").is_some_and(|list| !list.items().is_empty());
        if spread || pod.is_patch() || pod.spec.at(&["affinity", "podAntiAffinity"]).is_some() {
            continue;
        }
        let place = pod.field(field!["topologySpreadConstraints"]);
        let mend = object.root.at(&["spec", "selector"]).map(|selector| {
            let constraint = json!({
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": selector.to_json(),
            });
            Mend::safe("spread replicas over nodes where possible").set(&place, json!([constraint]))
        });
        let found = Found::at(place);
        examination.report(match mend {
            Some(mend) => found.mend(mend),
            None => found,
        });
    }
}
