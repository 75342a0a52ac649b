//! What a Pod lies open to: the ways on which traffic reaches it.

use std::collections::BTreeMap;

use sekisho_manifest::workload::Pod;
use sekisho_manifest::{Node, Object};

use crate::{Inventory, ObjectId, load_balancer, route};

/// The ways on which traffic reaches a Pod.
#[derive(Debug, Clone)]
pub struct Exposure<'a> {
    /// The ways, narrowest first: of those that reach equally far the first public one and the first private
    /// one.
    pub ways: Vec<Way<'a>>,
}

/// One way on which traffic reaches a Pod.
#[derive(Debug, Clone)]
pub struct Way<'a> {
    /// How far it reaches.
    pub reach: Reach,
    /// The object that opens it: the workload itself, a Service, an Ingress or a route.
    pub object: &'a Object,
    /// The Service in between, where an Ingress or a route opens it.
    pub service: Option<&'a Object>,
    /// Whether it is known to end inside a private network.
    pub internal: bool,
}

/// How far a way reaches, narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// A Service inside the cluster.
    Cluster,
    /// A port of the container on its node.
    HostPort,
    /// The network of the node.
    HostNetwork,
    /// A port of every node.
    NodePort,
    /// Addresses that every node takes for the Service.
    ExternalAddress,
    /// A load balancer.
    LoadBalancer,
    /// An Ingress, a gateway or a proxy that speaks HTTP or TLS.
    Route,
}

impl Exposure<'_> {
    /// How far the widest way reaches; none where no way leads to the Pod.
    pub fn reach(&self) -> Option<Reach> {
        self.ways.last().map(|way| way.reach)
    }

    /// Whether a way leads to the Pod from outside the cluster's machines that is not known to be private.
    pub fn is_public(&self) -> bool {
        self.ways.iter().any(|way| way.reach >= Reach::ExternalAddress && !way.internal)
    }
}

impl Inventory {
    /// What a Pod lies open to.
    pub fn exposure<'a>(&'a self, pod: &Pod<'a>) -> Exposure<'a> {
        let mut ways = Vec::new();
        let own = |reach| Way { reach, object: pod.object, service: None, internal: false };
        if pod.spec.is_true("hostNetwork") {
            ways.push(own(Reach::HostNetwork));
        } else if has_host_port(pod) {
            ways.push(own(Reach::HostPort));
        }
        if pod.object.is("serving.knative.dev", "Service") {
            let internal = pod.object.label("networking.knative.dev/visibility") == Some("cluster-local");
            ways.push(Way { reach: Reach::Route, object: pod.object, service: None, internal });
        }
        let mut first: BTreeMap<(Reach, bool), (ObjectId, Option<ObjectId>)> = BTreeMap::new();
        for service in self.service_index().selecting(pod, self.namespace_of(pod.object)) {
            for way in &service.ways {
                let found = (service.id, way.by);
                first
                    .entry((way.reach, way.internal))
                    .and_modify(|known| *known = found.min(*known))
                    .or_insert(found);
            }
        }
        let way = |((reach, internal), (service, by))| {
            self.way(Opening { reach, by, internal }, self.object(service)?)
        };
        ways.extend(first.into_iter().filter_map(way));
        ways.sort_by_key(|way| (way.reach, !way.internal));
        Exposure { ways }
    }

    /// Every way that a Service opens to the Pods it selects.
    pub fn service_ways<'a>(&'a self, service: &'a Object) -> Vec<Way<'a>> {
        let openings = openings(service, self).into_iter();
        openings.filter_map(|opening| self.way(opening, service)).collect()
    }

    fn way<'a>(&'a self, opening: Opening, service: &'a Object) -> Option<Way<'a>> {
        let Opening { reach, by, internal } = opening;
        let object = by.map_or(Some(service), |by| self.object(by))?;
        Some(Way { reach, object, service: by.map(|_| service), internal })
    }
}

/// A way that a Service opens to the Pods it selects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    reach: Reach,
    /// The Ingress or the route that opens it; none where the Service does by itself.
    by: Option<ObjectId>,
    internal: bool,
}

/// The ways that a Service opens to the Pods it selects.
pub(crate) fn openings(service: &Object, inventory: &Inventory) -> Vec<Opening> {
    let own = |reach, internal| Opening { reach, by: None, internal };
    let mut ways = vec![own(Reach::Cluster, true)];
    if has_node_port(service) {
        ways.push(own(Reach::NodePort, false));
    }
    if has_external_addresses(service) {
        ways.push(own(Reach::ExternalAddress, false));
    }
    if load_balancer::is_load_balancer(service) {
        ways.push(own(Reach::LoadBalancer, load_balancer::is_internal(service)));
    }
    ways.extend(inventory.routes_with_ids(service).map(|(by, route)| {
        let internal = route::is_internal(route, inventory);
        Opening { reach: Reach::Route, by: Some(by), internal }
    }));
    ways
}

fn has_host_port(pod: &Pod<'_>) -> bool {
    pod.containers().iter().any(|container| {
        let ports = container.node.get("ports").map_or(&[][..], Node::items);
        ports.iter().any(|port| port.get("hostPort").and_then(Node::as_i64).is_some_and(|number| number > 0))
    })
}

/// Whether each node opens a port for the Service.
fn has_node_port(service: &Object) -> bool {
    let spec = service.root.get("spec");
    match spec.map_or("", |spec| spec.str("type")) {
        "NodePort" => true,
        // A load balancer gets node ports too, unless it says that it needs none.
        "LoadBalancer" => !spec.is_some_and(|spec| spec.is_false("allocateLoadBalancerNodePorts")),
        _ => false,
    }
}

/// Whether the Service takes the traffic to addresses outside the cluster's own.
fn has_external_addresses(service: &Object) -> bool {
    !service.root.at(&["spec", "externalIPs"]).map_or(&[][..], Node::items).is_empty()
}
