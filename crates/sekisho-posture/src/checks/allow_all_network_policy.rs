//! A network policy has a rule that allows everything.
//!
//! ## Why
//!
//! Policies of one namespace add up: what one of them allows is allowed. A rule without peers and without ports
//! switches the isolation of the selected Pods off, as if no policy were there.
//!
//! An empty list and a missing one both mean everything: `- {}`, `from: []`, `ports: []`. The block `0.0.0.0/0`
//! means every address. `namespaceSelector: {}` means every Pod of every namespace, which is found as low.
//! `podSelector: {}` alone means the Pods of the same namespace and is not found, nor is a rule that is limited
//! to ports. Rules of a direction that `policyTypes` leaves out have no effect and are not found.
//!
//! Rules of Calico that allow without a condition, and of AdminNetworkPolicy that allow every Pod, count too.
//!
//! ## Mend
//!
//! Name who may connect, and on which ports.
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   podSelector: {}
//!   ingress:
//!     - {} # here
//! ```
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   podSelector:
//!     matchLabels:
//!       app: shop
//!   policyTypes: [Ingress, Egress]
//!   ingress:
//!     - from:
//!         - podSelector: {}
//!         - namespaceSelector: {} # here
//!   egress:
//!     - to:
//!         - ipBlock:
//!             cidr: 0.0.0.0/0 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: projectcalico.org/v3
//! kind: GlobalNetworkPolicy
//! metadata:
//!   name: everyone
//! spec:
//!   types: [Ingress]
//!   ingress:
//!     - action: Allow # here
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   podSelector:
//!     matchLabels:
//!       app: shop
//!   policyTypes: [Ingress]
//!   ingress:
//!     - from:
//!         - podSelector: {}
//!     - ports:
//!         - port: 8080
//!   egress:
//!     - {}
//! ```
//!
//! ## References
//!
//! - Kubernetes: Network Policies, "Allow all ingress traffic"
//! - Kubernetes API reference: `NetworkPolicyIngressRule`

use sekisho_inventory::network_policy::{Direction, Openness, Rule, rules, specs};

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "allow-all-network-policy",
    title: "Network policy allows everything",
    message: "policy `{policy}` lets every source in on every port",
    variants: &[
        ("egress", "policy `{policy}` lets its Pods connect to every address on every port"),
        ("ingress-pods", "policy `{policy}` lets every Pod of every namespace in on every port"),
        (
            "egress-pods",
            "policy `{policy}` lets its Pods connect to every Pod of every namespace on every port",
        ),
    ],
    remedy: "Name who may connect, and on which ports",
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
        "attack/T1046",
        "microsoft-threat-matrix/MS-TA9031",
        "microsoft-threat-matrix/MS-TA9034",
    ],
    cel: None,
    examine: Examine::Object(
        &[
            ("networking.k8s.io", "NetworkPolicy"),
            ("extensions", "NetworkPolicy"),
            ("projectcalico.org", "NetworkPolicy"),
            ("projectcalico.org", "GlobalNetworkPolicy"),
            ("crd.projectcalico.org", "NetworkPolicy"),
            ("crd.projectcalico.org", "GlobalNetworkPolicy"),
            ("policy.networking.k8s.io", "AdminNetworkPolicy"),
            ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
            ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
        ],
        examine,
    ),
};

fn examine<'a>(policy: &'a Object, examination: &mut Examination<'a>) {
    for spec in specs(policy) {
        for direction in Direction::ALL {
            for rule in rules(&spec, direction) {
                report(policy, &rule, direction, examination);
            }
        }
    }
}

fn report<'a>(policy: &'a Object, rule: &Rule<'a>, direction: Direction, examination: &mut Examination<'a>) {
    let found = match (rule.openness(), direction) {
        (None, _) => return,
        (Some(Openness::Everyone(place)), Direction::Ingress) => Found::at(place),
        // What a Pod may reach is worth less to an attacker than who may reach it.
        (Some(Openness::Everyone(place)), Direction::Egress) => {
            Found::at(place).variant("egress").severity(Severity::Low)
        }
        (Some(Openness::EveryPod(place)), Direction::Ingress) => {
            Found::at(place).variant("ingress-pods").severity(Severity::Low)
        }
        (Some(Openness::EveryPod(place)), Direction::Egress) => {
            Found::at(place).variant("egress-pods").severity(Severity::Low)
        }
    };
    examination.report(found.arg("policy", policy.name.clone()));
}
