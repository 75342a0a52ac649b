//! NetworkPolicy and GlobalNetworkPolicy as Calico reads them.

use sekisho_manifest::{Node, Place};

use super::{Action, Direction, Peer, PeerKind, Ports, Rule, items};
use crate::Cidr;

/// Without `types` a policy isolates inward, unless it has egress rules and no ingress rules, and outward
/// where it has egress rules.
pub(super) fn isolates(spec: &Place<'_>, direction: Direction) -> bool {
    let Some(spec) = spec.node() else { return false };
    let types = spec.get("types").map_or(&[][..], Node::items);
    if !types.is_empty() {
        return types.iter().any(|kind| kind.as_str() == Some(direction.name()));
    }
    let has = |key| !spec.get(key).map_or(&[][..], Node::items).is_empty();
    match direction {
        Direction::Ingress => has("ingress") || !has("egress"),
        Direction::Egress => has("egress"),
    }
}

/// The rules in their order, up to the one that decides everything.
pub(super) fn rules<'a>(spec: &Place<'a>, direction: Direction) -> Vec<Rule<'a>> {
    if !isolates(spec, direction) {
        return Vec::new();
    }
    let mut rules = Vec::new();
    for (place, node) in items(spec, direction.field()) {
        let action = match node.str("action").to_ascii_lowercase().as_str() {
            "allow" => Action::Allow,
            "deny" => Action::Deny,
            "pass" => Action::Pass,
            _ => continue,
        };
        let rule = rule(place, node, action, direction);
        let last = rule.is_unconditional();
        rules.push(rule);
        if last {
            break;
        }
    }
    rules
}

fn rule<'a>(place: Place<'a>, node: &'a Node, action: Action, direction: Direction) -> Rule<'a> {
    let (theirs, ours) = match direction {
        Direction::Ingress => ("source", "destination"),
        Direction::Egress => ("destination", "source"),
    };
    let end = place.child(theirs);
    let says = |entity: &str, key: &str| node.at(&[entity, key]).is_some_and(|value| !is_nothing(value));
    let others = ["selector", "namespaceSelector", "notSelector", "serviceAccounts", "services", "domains"];
    let narrowed = others.iter().any(|key| says(theirs, key));
    // Conditions on the Pod's own end narrow a rule as conditions on the other end do.
    let narrowed_here = others.iter().chain(&["nets", "notNets"]).any(|key| says(ours, key))
        || says("source", "ports")
        || says("http", "methods")
        || says("http", "paths");
    let except: Vec<Cidr> =
        end.node().map(|end| end.strings("notNets").filter_map(Cidr::parse).collect()).unwrap_or_default();
    let nets = items(&end, "nets");
    let peers = if narrowed || narrowed_here {
        Some(vec![Peer { place: place.clone(), kind: PeerKind::Some }])
    } else if !nets.is_empty() {
        let range = |(place, net): (Place<'a>, &Node)| {
            let kind = net
                .as_str()
                .and_then(Cidr::parse)
                .map_or(PeerKind::Some, |range| PeerKind::Range { range, except: except.clone() });
            Peer { place, kind }
        };
        Some(nets.into_iter().map(range).collect())
    } else if !except.is_empty() {
        Some(vec![Peer { place: end.child("notNets"), kind: PeerKind::Some }])
    } else {
        None
    };
    Rule { action, peers, ports: ports(node), place }
}

fn ports(node: &Node) -> Option<Vec<Ports>> {
    let protocol = node.str("protocol").to_ascii_uppercase();
    let narrowed = ["notProtocol", "icmp", "notICMP"].iter().any(|key| node.get(key).is_some())
        || node.at(&["destination", "notPorts"]).is_some();
    if narrowed {
        return Some(Vec::new());
    }
    let listed = node.at(&["destination", "ports"]).map_or(&[][..], Node::items);
    match (node.get("protocol").is_some(), listed.is_empty()) {
        (false, true) => None,
        (true, true) => Some(vec![Ports::every(&protocol)]),
        _ => Some(listed.iter().filter_map(|port| one_port(port, &protocol)).collect()),
    }
}

/// A number, or a range as text: `8000:9000`.
fn one_port(node: &Node, protocol: &str) -> Option<Ports> {
    if let Some(number) = node.as_i64() {
        return Ports::new(protocol, number, None);
    }
    let (first, last) = node.as_str()?.split_once(':')?;
    Ports::new(protocol, first.parse().ok()?, last.parse().ok())
}

fn is_nothing(value: &Node) -> bool {
    value.as_str().is_some_and(str::is_empty)
        || value.as_mapping().is_some_and(|mapping| mapping.entries().is_empty())
        || (value.as_str().is_none() && value.as_mapping().is_none() && value.items().is_empty())
}
