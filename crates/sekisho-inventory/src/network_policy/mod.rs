//! Network policies of every kind in one form: which direction they isolate, and what each rule lets through.
//!
//! Read are NetworkPolicy of Kubernetes, the policies of Cilium and of Calico, and the policies of cluster
//! administrators (AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy).

mod admin;
mod calico;
mod cilium;
mod expression;
mod kubernetes;
mod subject;

use sekisho_manifest::{Node, Object, Place};

use crate::Cidr;

pub(crate) use subject::{Namespace, Subject};

/// The way of traffic, seen from the Pods that a policy selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Into the Pod.
    Ingress,
    /// Out of the Pod.
    Egress,
}

/// What a rule does with traffic that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Lets it through.
    Allow,
    /// Stops it.
    Deny,
    /// Leaves it to rules elsewhere.
    Pass,
}

/// One rule of a policy, for one direction.
#[derive(Debug, Clone)]
pub struct Rule<'a> {
    /// The rule's entry in the policy.
    pub place: Place<'a>,
    /// What it does.
    pub action: Action,
    /// The other ends of the traffic; none: every one, inside and outside the cluster.
    pub peers: Option<Vec<Peer<'a>>>,
    /// The ports of the receiving end; none: every one.
    pub ports: Option<Vec<Ports>>,
}

/// An end of traffic as a rule names it.
#[derive(Debug, Clone)]
pub struct Peer<'a> {
    /// Where the rule names it.
    pub place: Place<'a>,
    /// Who it is.
    pub kind: PeerKind,
}

/// Who the other end of traffic is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerKind {
    /// Everyone, inside and outside the cluster.
    Everyone,
    /// Every Pod of every namespace.
    EveryPod,
    /// A range of addresses without some parts of it.
    Range {
        /// The range.
        range: Cidr,
        /// The parts that are left out.
        except: Vec<Cidr>,
    },
    /// Something narrower.
    Some,
}

/// Ports of one transport protocol, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// Whether TCP is among the protocols meant.
    pub tcp: bool,
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
}

/// How far a rule opens the Pods.
#[derive(Debug, Clone)]
pub enum Openness<'a> {
    /// To everyone, on every port; the place that says so.
    Everyone(Place<'a>),
    /// To every Pod of every namespace, on every port; the place that says so.
    EveryPod(Place<'a>),
}

/// The trees of a policy that hold rules: its `spec`, and for Cilium the items of `specs`. Empty for an object
/// that is no network policy.
pub fn specs(policy: &Object) -> Vec<Place<'_>> {
    let Some(flavour) = Flavour::of(policy) else { return Vec::new() };
    if flavour == Flavour::Cilium {
        return cilium::specs(policy);
    }
    vec![policy.place(sekisho_manifest::field!["spec"])]
}

/// The rules of a policy's tree for a direction, as far as they have an effect.
pub fn rules<'a>(spec: &Place<'a>, direction: Direction) -> Vec<Rule<'a>> {
    match Flavour::of(spec.object) {
        Some(Flavour::Kubernetes) => kubernetes::rules(spec, direction),
        Some(Flavour::Cilium) => cilium::rules(spec, direction),
        Some(Flavour::Calico) => calico::rules(spec, direction),
        Some(Flavour::Admin) => admin::rules(spec, direction),
        None => Vec::new(),
    }
}

/// Whether a policy's tree stops what no rule allows, for a direction, for the Pods that it selects.
pub fn isolates(spec: &Place<'_>, direction: Direction) -> bool {
    match Flavour::of(spec.object) {
        Some(Flavour::Kubernetes) => kubernetes::isolates(spec, direction),
        Some(Flavour::Cilium) => cilium::isolates(spec, direction),
        Some(Flavour::Calico) => calico::isolates(spec, direction),
        Some(Flavour::Admin) => admin::isolates(spec, direction),
        None => false,
    }
}

/// Whose kind of policy an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    Kubernetes,
    Cilium,
    Calico,
    Admin,
}

/// The kinds that are network policies.
pub(crate) const KINDS: &[(&str, &str, Flavour)] = &[
    ("networking.k8s.io", "NetworkPolicy", Flavour::Kubernetes),
    ("extensions", "NetworkPolicy", Flavour::Kubernetes),
    ("cilium.io", "CiliumNetworkPolicy", Flavour::Cilium),
    ("cilium.io", "CiliumClusterwideNetworkPolicy", Flavour::Cilium),
    ("projectcalico.org", "NetworkPolicy", Flavour::Calico),
    ("projectcalico.org", "GlobalNetworkPolicy", Flavour::Calico),
    ("crd.projectcalico.org", "NetworkPolicy", Flavour::Calico),
    ("crd.projectcalico.org", "GlobalNetworkPolicy", Flavour::Calico),
    ("policy.networking.k8s.io", "AdminNetworkPolicy", Flavour::Admin),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy", Flavour::Admin),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy", Flavour::Admin),
];

impl Flavour {
    pub(crate) fn of(object: &Object) -> Option<Self> {
        KINDS.iter().find(|(group, kind, _)| object.is(group, kind)).map(|(_, _, flavour)| *flavour)
    }
}

impl Direction {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    /// The field that holds the rules of the direction.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    const fn peers_field(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

impl Ports {
    const EVERY: (u16, u16) = (0, u16::MAX);

    /// Reads a port and the end of its range; none for a named port.
    fn new(protocol: &str, first: i64, last: Option<i64>) -> Option<Self> {
        let first = u16::try_from(first).ok()?;
        let last = last.map_or(Some(first), |last| u16::try_from(last).ok())?;
        Some(Self { tcp: is_tcp(protocol), first, last })
    }

    fn every(protocol: &str) -> Self {
        let (first, last) = Self::EVERY;
        Self { tcp: is_tcp(protocol), first, last }
    }

    fn is_every(self) -> bool {
        self.first <= 1 && self.last == u16::MAX
    }
}

fn is_tcp(protocol: &str) -> bool {
    matches!(protocol, "" | "TCP" | "tcp" | "ANY")
}

impl<'a> Rule<'a> {
    /// How far the rule opens the Pods, where that is too far.
    pub fn openness(&self) -> Option<Openness<'a>> {
        if self.action != Action::Allow || !self.is_for_every_port() {
            return None;
        }
        let Some(peers) = &self.peers else { return Some(Openness::Everyone(self.place.clone())) };
        let everyone = peers.iter().find(|peer| match &peer.kind {
            PeerKind::Everyone => true,
            PeerKind::Range { range, except } => range.is_everything() && except.is_empty(),
            PeerKind::EveryPod | PeerKind::Some => false,
        });
        let pods = || peers.iter().find(|peer| peer.kind == PeerKind::EveryPod);
        everyone
            .map(|peer| Openness::Everyone(peer.place.clone()))
            .or_else(|| pods().map(|peer| Openness::EveryPod(peer.place.clone())))
    }

    /// Whether the rule matches traffic to a TCP port.
    pub fn is_for_tcp_port(&self, port: u16) -> bool {
        self.ports.as_ref().is_none_or(|ports| {
            ports.iter().any(|ports| ports.tcp && ports.first <= port && port <= ports.last)
        })
    }

    fn is_for_every_port(&self) -> bool {
        self.ports.as_ref().is_none_or(|ports| ports.iter().any(|ports| ports.is_every()))
    }

    /// Whether the rule matches all traffic of its direction.
    fn is_unconditional(&self) -> bool {
        self.ports.is_none() && self.peers.is_none()
    }
}

/// The items of a list field with their places.
fn items<'a>(place: &Place<'a>, key: &str) -> Vec<(Place<'a>, &'a Node)> {
    let list = place.child(key);
    let items = list.node().map_or(&[][..], Node::items);
    items.iter().enumerate().map(|(index, node)| (list.child(index), node)).collect()
}

/// Whether a label selector is there and asks for nothing.
fn is_empty_selector(selector: &Node) -> bool {
    selector.as_mapping().is_some()
        && selector.get("matchLabels").is_none_or(|labels| labels.entries().is_empty())
        && selector.get("matchExpressions").is_none_or(|expressions| expressions.items().is_empty())
}
