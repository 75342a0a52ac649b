//! NetworkPolicy as Kubernetes reads it.

use sekisho_manifest::{Node, Place};

use super::{Action, Direction, Peer, PeerKind, Ports, Rule, is_empty_selector, items};
use crate::Cidr;

/// Without `policyTypes` a policy isolates inward, and outward where it has egress rules.
pub(super) fn isolates(spec: &Place<'_>, direction: Direction) -> bool {
    let Some(spec) = spec.node() else { return false };
    let types = spec.get("policyTypes").map_or(&[][..], Node::items);
    if !types.is_empty() {
        return types.iter().any(|kind| kind.as_str() == Some(direction.name()));
    }
    match direction {
        Direction::Ingress => true,
        Direction::Egress => !spec.get("egress").map_or(&[][..], Node::items).is_empty(),
    }
}

pub(super) fn rules<'a>(spec: &Place<'a>, direction: Direction) -> Vec<Rule<'a>> {
    if !isolates(spec, direction) {
        return Vec::new();
    }
    items(spec, direction.field()).into_iter().map(|(place, node)| rule(place, node, direction)).collect()
}

fn rule<'a>(place: Place<'a>, node: &'a Node, direction: Direction) -> Rule<'a> {
    let peers: Vec<_> =
        items(&place, direction.peers_field()).into_iter().map(|(place, node)| peer(place, node)).collect();
    let ports: Vec<_> = node.get("ports").map_or(&[][..], Node::items).iter().collect();
    Rule {
        action: Action::Allow,
        peers: (!peers.is_empty()).then_some(peers),
        ports: (!ports.is_empty()).then(|| ports.into_iter().filter_map(port).collect()),
        place,
    }
}

fn peer<'a>(place: Place<'a>, node: &'a Node) -> Peer<'a> {
    if let Some(block) = node.get("ipBlock") {
        let place = place.child("ipBlock").child("cidr");
        let Some(range) = Cidr::parse(block.str("cidr")) else { return Peer { place, kind: PeerKind::Some } };
        let except = block.strings("except").filter_map(Cidr::parse).collect();
        return Peer { place, kind: PeerKind::Range { range, except } };
    }
    let every_namespace = node.get("namespaceSelector").is_some_and(is_empty_selector);
    if every_namespace && node.get("podSelector").is_none_or(is_empty_selector) {
        return Peer { place: place.child("namespaceSelector"), kind: PeerKind::EveryPod };
    }
    Peer { place, kind: PeerKind::Some }
}

fn port(node: &Node) -> Option<Ports> {
    let protocol = node.str("protocol");
    match node.get("port") {
        None => Some(Ports::every(protocol)),
        Some(port) => Ports::new(protocol, port.as_i64()?, node.get("endPort").and_then(Node::as_i64)),
    }
}
