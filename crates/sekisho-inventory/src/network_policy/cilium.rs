//! CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy as Cilium reads them.

use sekisho_manifest::{Node, Object, Place, field};

use super::{Action, Direction, Peer, PeerKind, Ports, Rule, items};
use crate::Cidr;

pub(super) fn specs(policy: &Object) -> Vec<Place<'_>> {
    let spec = policy.place(field!["spec"]);
    let many = items(&policy.place(field![]), "specs").into_iter().map(|(place, _)| place);
    spec.node().is_some().then_some(spec).into_iter().chain(many).collect()
}

/// A direction is isolated by any rule for it, an empty one included, unless `enableDefaultDeny` says.
pub(super) fn isolates(spec: &Place<'_>, direction: Direction) -> bool {
    let Some(spec) = spec.node() else { return false };
    if let Some(asked) = spec.at(&["enableDefaultDeny", direction.field()]).and_then(Node::as_bool) {
        return asked;
    }
    let (allow, deny) = fields(direction);
    [allow, deny].iter().any(|key| !spec.get(key).map_or(&[][..], Node::items).is_empty())
}

pub(super) fn rules<'a>(spec: &Place<'a>, direction: Direction) -> Vec<Rule<'a>> {
    let (allow, deny) = fields(direction);
    [(allow, Action::Allow), (deny, Action::Deny)]
        .into_iter()
        .flat_map(|(key, action)| {
            items(spec, key).into_iter().map(move |(place, node)| (place, node, action))
        })
        // A rule that says nothing at all allows nothing.
        .filter(|(_, node, _)| node.entries().iter().any(|entry| !entry.node.is_null()))
        .map(|(place, node, action)| rule(place, node, action, direction))
        .collect()
}

const fn fields(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Ingress => ("ingress", "ingressDeny"),
        Direction::Egress => ("egress", "egressDeny"),
    }
}

fn rule<'a>(place: Place<'a>, node: &'a Node, action: Action, direction: Direction) -> Rule<'a> {
    let head = direction.peers_field();
    let mut sourced = false;
    let mut peers = Vec::new();
    for entry in node.entries().iter().filter(|entry| !entry.node.is_null()) {
        let Some(what) = entry.key.strip_prefix(head) else { continue };
        if what == "Ports" {
            continue;
        }
        sourced = true;
        for (place, item) in items(&place, &entry.key) {
            peers.push(peer(place, item, what));
        }
    }
    // For ingress `toPorts` has another head than the peers, for egress the same.
    let ports: Vec<_> = node.get("toPorts").map_or(&[][..], Node::items).iter().collect();
    let limited = !ports.is_empty() || node.get("icmps").is_some();
    let listed =
        ports.into_iter().flat_map(|ports| ports.get("ports").map_or(&[][..], Node::items)).filter_map(port);
    Rule { action, peers: sourced.then_some(peers), ports: limited.then(|| listed.collect()), place }
}

fn peer<'a>(place: Place<'a>, item: &'a Node, what: &str) -> Peer<'a> {
    let kind = match what {
        "Entities" => match item.as_str() {
            Some("all") => PeerKind::Everyone,
            Some("world" | "world-ipv4") => range("0.0.0.0/0", Vec::new()),
            Some("world-ipv6") => range("::/0", Vec::new()),
            Some("cluster") => PeerKind::EveryPod,
            _ => PeerKind::Some,
        },
        "CIDR" => range(item.as_str().unwrap_or(""), Vec::new()),
        "CIDRSet" => range(item.str("cidr"), item.strings("except").filter_map(Cidr::parse).collect()),
        _ => PeerKind::Some,
    };
    Peer { place, kind }
}

fn range(text: &str, except: Vec<Cidr>) -> PeerKind {
    Cidr::parse(text).map_or(PeerKind::Some, |range| PeerKind::Range { range, except })
}

fn port(node: &Node) -> Option<Ports> {
    let port = node.get("port")?;
    let first = port.as_i64().or_else(|| port.as_str()?.parse().ok())?;
    // Port 0 stands for every port.
    if first == 0 {
        return Some(Ports::every(node.str("protocol")));
    }
    Ports::new(node.str("protocol"), first, node.get("endPort").and_then(Node::as_i64))
}
