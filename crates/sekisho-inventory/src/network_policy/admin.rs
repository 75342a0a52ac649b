//! The policies of cluster administrators: AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy.

use sekisho_manifest::{Node, Place};

use super::{Action, Direction, Peer, PeerKind, Ports, Rule, is_empty_selector, items};
use crate::Cidr;

/// These policies isolate by rules alone: one must deny every Pod, or every address.
pub(super) fn isolates(spec: &Place<'_>, direction: Direction) -> bool {
    rules(spec, direction).iter().any(|rule| {
        rule.action == Action::Deny
            && rule.ports.is_none()
            && rule.peers.iter().flatten().any(|peer| match &peer.kind {
                PeerKind::Everyone | PeerKind::EveryPod => true,
                PeerKind::Range { range, .. } => range.is_everything(),
                PeerKind::Some => false,
            })
    })
}

/// The rules in their order, up to the one that decides for every Pod.
pub(super) fn rules<'a>(spec: &Place<'a>, direction: Direction) -> Vec<Rule<'a>> {
    let mut rules = Vec::new();
    for (place, node) in items(spec, direction.field()) {
        let action = match node.str("action") {
            "Allow" | "Accept" => Action::Allow,
            "Deny" => Action::Deny,
            _ => Action::Pass,
        };
        let peers = items(&place, direction.peers_field())
            .into_iter()
            .map(|(place, node)| peer(place, node))
            .collect();
        let rule = Rule { place, action, peers: Some(peers), ports: ports(node) };
        let last =
            rule.ports.is_none() && rule.peers.iter().flatten().any(|peer| peer.kind == PeerKind::EveryPod);
        rules.push(rule);
        if last {
            break;
        }
    }
    rules
}

fn peer<'a>(place: Place<'a>, node: &'a Node) -> Peer<'a> {
    if node.get("namespaces").is_some_and(is_empty_selector) {
        return Peer { place: place.child("namespaces"), kind: PeerKind::EveryPod };
    }
    if let Some(pods) = node.get("pods") {
        let both = ["namespaceSelector", "podSelector"]
            .iter()
            .all(|key| pods.get(key).is_none_or(is_empty_selector));
        let kind = if both { PeerKind::EveryPod } else { PeerKind::Some };
        return Peer { place: place.child("pods"), kind };
    }
    let networks = items(&place, "networks");
    let everything = |(_, network): &(Place<'_>, &Node)| {
        network.as_str().and_then(Cidr::parse).is_some_and(|range| range.is_everything())
    };
    match networks.iter().find(|network| everything(network)).or(networks.first()) {
        Some((place, network)) => {
            let range = network.as_str().and_then(Cidr::parse);
            let kind = range.map_or(PeerKind::Some, |range| PeerKind::Range { range, except: Vec::new() });
            Peer { place: place.clone(), kind }
        }
        None => Peer { place, kind: PeerKind::Some },
    }
}

fn ports(node: &Node) -> Option<Vec<Ports>> {
    let listed = ["ports", "protocols"].iter().flat_map(|key| node.get(key).map_or(&[][..], Node::items));
    let listed: Vec<&Node> = listed.collect();
    (!listed.is_empty()).then(|| listed.into_iter().filter_map(port).collect())
}

/// A port of the older form (`portNumber`, `portRange`) or of the newer one (`tcp.destinationPort`).
fn port(node: &Node) -> Option<Ports> {
    if let Some(number) = node.get("portNumber") {
        return Ports::new(number.str("protocol"), number.get("port")?.as_i64()?, None);
    }
    if let Some(range) = node.get("portRange") {
        return Ports::new(range.str("protocol"), range.get("start")?.as_i64()?, range.get("end")?.as_i64());
    }
    let protocol = ["tcp", "udp", "sctp"].into_iter().find(|protocol| node.get(protocol).is_some())?;
    let destination = node.at(&[protocol, "destinationPort"]);
    let Some(destination) = destination else { return Some(Ports::every(protocol)) };
    if let Some(number) = destination.get("number") {
        return Ports::new(protocol, number.as_i64()?, None);
    }
    let range = destination.get("range")?;
    Ports::new(protocol, range.get("start")?.as_i64()?, range.get("end")?.as_i64())
}
