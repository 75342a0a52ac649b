//! A network policy lets Pods connect to the metadata service of the cloud.
//!
//! ## Why
//!
//! At `169.254.169.254` (`fd00:ec2::254`) a cloud hands out the credentials of the machine to whoever asks from
//! it. A Pod that reaches the service acts with the rights of its node: it pulls images, reads storage, often
//! much more. Request forgery in a web application is enough.
//!
//! Found are egress rules that allow TCP port 80 to a range that holds the address. A range of link-local
//! addresses is found as certain. A range that holds the address among many, `0.0.0.0/0` for instance, is a
//! hint, and surer where the objects show that they run in a cloud; so is a rule for every address, which is
//! found in a cloud only.
//!
//! ## Mend
//!
//! Leave the address out by `except: [169.254.169.254/32]`, give Pods credentials of their own by workload
//! identity, and let the machines answer with a hop limit of 1 (IMDSv2 of AWS) or through the provider's
//! metadata proxy.
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   podSelector: {}
//!   policyTypes: [Egress]
//!   egress:
//!     - to:
//!         - ipBlock:
//!             cidr: 169.254.169.254/32 # here
//!     - to:
//!         - ipBlock:
//!             cidr: 0.0.0.0/0 # here
//!             except: [10.0.0.0/8]
//! ```
//!
//! ```yaml bad
//! apiVersion: cilium.io/v2
//! kind: CiliumNetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   endpointSelector: {}
//!   egress:
//!     - toCIDR:
//!         - 169.254.0.0/16 # here
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: shop
//! spec:
//!   podSelector: {}
//!   policyTypes: [Egress]
//!   egress:
//!     - to:
//!         - ipBlock:
//!             cidr: 0.0.0.0/0
//!             except: [169.254.0.0/16]
//!     - to:
//!         - ipBlock:
//!             cidr: 0.0.0.0/0
//!       ports:
//!         - port: 443
//! ```
//!
//! ## References
//!
//! - NSA and CISA: Kubernetes Hardening Guidance, cloud metadata
//! - AWS: Instance Metadata Service, version 2

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sekisho_inventory::Cidr;
use sekisho_inventory::network_policy::{Action, Direction, Peer, PeerKind, Rule, rules, specs};

use super::prelude::*;

/// Where the clouds' metadata services listen, all of them on port 80.
const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];
const PORT: u16 = 80;
/// An address outside the link-local block: a range that holds it too was not written for metadata alone.
const ELSEWHERE: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(169, 255, 0, 0)), IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec3, 0, 0, 0, 0, 0, 0))];

pub(super) const CHECK: Check = Check {
    id: "metadata-endpoint-reachable",
    title: "Policy opens the cloud's metadata service",
    message: "policy `{policy}` lets its Pods connect to the cloud's metadata service by `{range}`",
    variants: &[(
        "everyone",
        "policy `{policy}` lets its Pods connect to every address, the cloud's metadata service included",
    )],
    remedy: "Leave `169.254.169.254/32` out by `except`, and give Pods credentials by workload identity",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cloud, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K08",
        "nsa-cisa/cloud-metadata-protection",
        "nist-800-190/4.4.2",
        "pci/4",
        "attack/T1552.005",
        "microsoft-threat-matrix/MS-TA9020",
        "microsoft-threat-matrix/MS-TA9028",
        "microsoft-threat-matrix/MS-TA9033",
    ],
    cel: None,
    examine: Examine::Object(
        &[
            ("networking.k8s.io", "NetworkPolicy"),
            ("extensions", "NetworkPolicy"),
            ("cilium.io", "CiliumNetworkPolicy"),
            ("cilium.io", "CiliumClusterwideNetworkPolicy"),
            ("projectcalico.org", "NetworkPolicy"),
            ("projectcalico.org", "GlobalNetworkPolicy"),
            ("crd.projectcalico.org", "NetworkPolicy"),
            ("crd.projectcalico.org", "GlobalNetworkPolicy"),
        ],
        examine,
    ),
};

fn examine<'a>(policy: &'a Object, examination: &mut Examination<'a>) {
    for spec in specs(policy) {
        let all = rules(&spec, Direction::Egress);
        // Rules that deny the address go before those that allow it.
        let denied = |rule: &Rule<'_>| {
            rule.action == Action::Deny && rule.peers.iter().flatten().any(|peer| holds(peer).is_some())
        };
        if all.iter().any(denied) {
            continue;
        }
        for rule in all.iter().filter(|rule| rule.action == Action::Allow && rule.is_for_tcp_port(PORT)) {
            report(policy, rule, examination);
        }
    }
}

fn report<'a>(policy: &'a Object, rule: &Rule<'a>, examination: &mut Examination<'a>) {
    let in_cloud = !examination.inventory().clouds().is_empty();
    let Some(peers) = &rule.peers else {
        if in_cloud {
            let found = Found::at(rule.place.clone()).variant("everyone").confidence(Confidence::Medium);
            examination.report(found.arg("policy", policy.name.clone()));
        }
        return;
    };
    for peer in peers {
        let Some(range) = holds(peer) else { continue };
        let confidence = match (ELSEWHERE.iter().any(|address| range.contains(*address)), in_cloud) {
            (false, _) => Confidence::High,
            (true, true) => Confidence::Medium,
            (true, false) => Confidence::Low,
        };
        let written = peer.place.node().and_then(Node::as_str).unwrap_or("").to_owned();
        let found = Found::at(peer.place.clone()).confidence(confidence);
        examination.report(found.arg("policy", policy.name.clone()).arg("range", written));
    }
}

/// The range of a peer, where it holds the address of a metadata service.
fn holds(peer: &Peer<'_>) -> Option<Cidr> {
    let PeerKind::Range { range, except } = &peer.kind else { return None };
    let open =
        |address: &IpAddr| range.contains(*address) && !except.iter().any(|part| part.contains(*address));
    METADATA.iter().any(open).then_some(*range)
}
