//! A Cilium policy lets every address outside the cluster in, or every source at all.
//!
//! ## Why
//!
//! The entity `world` stands for every address outside the cluster, `all` for these and every Pod. An ingress
//! rule that names ports and no source lets every source in too. One such rule undoes the default deny that
//! the policy brings for the Pods it selects.
//!
//! A rule that is limited to ports is found as low: an ingress controller is meant for everyone, on its ports.
//!
//! ## Mend
//!
//! Name the sources: `fromEndpoints`, `fromEntities: [cluster]`, `fromEntities: [ingress]`, or `fromCIDRSet`
//! with the networks that need it.
//!
//! ```yaml bad
//! apiVersion: cilium.io/v2
//! kind: CiliumNetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   endpointSelector:
//!     matchLabels:
//!       app: shop
//!   ingress:
//!     - fromEntities:
//!         - cluster
//!         - world # here
//! ```
//!
//! ```yaml bad
//! apiVersion: cilium.io/v2
//! kind: CiliumClusterwideNetworkPolicy
//! metadata:
//!   name: shop
//! specs:
//!   - endpointSelector: {}
//!     ingress:
//!       - fromCIDRSet:
//!           - cidr: 0.0.0.0/0 # here
//!         toPorts:
//!           - ports: [{port: "443", protocol: TCP}]
//! ```
//!
//! ```yaml bad
//! apiVersion: cilium.io/v2
//! kind: CiliumNetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   endpointSelector: {}
//!   ingress:
//!     - toPorts: # here
//!         - ports: [{port: "8080", protocol: TCP}]
//! ```
//!
//! ```yaml good
//! apiVersion: cilium.io/v2
//! kind: CiliumNetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   endpointSelector: {}
//!   ingress:
//!     - {}
//!     - fromEntities: [cluster]
//!   ingressDeny:
//!     - fromEntities: [world]
//!   egress:
//!     - toEntities: [world]
//! ```
//!
//! ## References
//!
//! - Cilium: Layer 3 Policies, "Entities Based" and "IP/CIDR based"

use sekisho_inventory::Cidr;

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "cilium-from-world",
    title: "Cilium policy lets everyone in",
    message: "policy `{policy}` lets every source of `{source}` in",
    variants: &[("any-source", "policy `{policy}` lets every source in: a rule names ports and no source")],
    remedy: "Name the sources: `fromEndpoints`, `fromEntities: [cluster]` or single networks",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nsa-cisa/network-policies",
        "nist-800-190/4.3.3",
        "pci/4",
        "pci/16",
        "attack/T1190",
    ],
    cel: None,
    examine: Examine::Object(
        &[("cilium.io", "CiliumNetworkPolicy"), ("cilium.io", "CiliumClusterwideNetworkPolicy")],
        examine,
    ),
};

const WORLD: [&str; 4] = ["world", "world-ipv4", "world-ipv6", "all"];

fn examine<'a>(policy: &'a Object, examination: &mut Examination<'a>) {
    let specs = policy.place(field!["specs"]);
    let many = specs.node().map_or(0, |specs| specs.items().len());
    let all = (0..many).map(|index| specs.child(index)).chain([policy.place(field!["spec"])]);
    for spec in all.filter(|spec| spec.node().is_some()) {
        let rules = spec.child("ingress");
        for index in 0..rules.node().map_or(0, |rules| rules.items().len()) {
            examine_rule(&rules.child(index), examination);
        }
    }
}

fn examine_rule<'a>(place: &Place<'a>, examination: &mut Examination<'a>) {
    let Some(rule) = place.node() else { return };
    let limited = rule.get("toPorts").is_some_and(|ports| !ports.items().is_empty());
    let severity = if limited { Severity::Low } else { Severity::Medium };
    let policy = &place.object.name;
    let mut open = |place: Place<'a>, source: &str| {
        let found = Found::at(place).arg("policy", policy.clone()).arg("source", source).severity(severity);
        examination.report(found);
    };
    for (index, entity) in items(rule, "fromEntities") {
        if let Some(entity) = entity.as_str().filter(|entity| WORLD.contains(entity)) {
            open(place.child("fromEntities").child(index), entity);
        }
    }
    for (index, range) in items(rule, "fromCIDR") {
        if let Some(range) = range.as_str().filter(|range| is_everything(range)) {
            open(place.child("fromCIDR").child(index), range);
        }
    }
    for (index, set) in items(rule, "fromCIDRSet") {
        let range = set.str("cidr");
        if is_everything(range) && items(set, "except").next().is_none() {
            open(place.child("fromCIDRSet").child(index).child("cidr"), range);
        }
    }
    let unsourced =
        !rule.entries().iter().any(|entry| entry.key.starts_with("from") && !entry.node.is_null());
    if limited && unsourced {
        let found = Found::at(place.child("toPorts")).variant("any-source").arg("policy", policy.clone());
        examination.report(found.severity(severity));
    }
}

fn items<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = (usize, &'a Node)> {
    node.get(key).map_or(&[][..], Node::items).iter().enumerate()
}

fn is_everything(range: &str) -> bool {
    Cidr::parse(range).is_some_and(|range| range.is_everything())
}
