//! What a Pod lies open to: the ways on which traffic reaches it.

use sekisho_manifest::workload::Pod;
use sekisho_manifest::{Node, Object};

use crate::{Inventory, load_balancer, route, service};

/// The ways on which traffic reaches a Pod.
#[derive(Debug, Clone)]
pub struct Exposure<'a> {
    /// The ways, narrowest first.
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
        for service in self.services_of(pod) {
            ways.extend(self.service_ways(service));
        }
        ways.sort_by_key(|way| (way.reach, !way.internal));
        Exposure { ways }
    }

    /// The ways that a Service opens to the Pods it selects.
    pub fn service_ways<'a>(&'a self, service: &'a Object) -> Vec<Way<'a>> {
        let way = |reach, internal| Way { reach, object: service, service: None, internal };
        let mut ways = vec![way(Reach::Cluster, true)];
        if service::has_node_port(service) {
            ways.push(way(Reach::NodePort, false));
        }
        if service::has_external_addresses(service) {
            ways.push(way(Reach::ExternalAddress, false));
        }
        if load_balancer::is_load_balancer(service) {
            ways.push(way(Reach::LoadBalancer, load_balancer::is_internal(service)));
        }
        for object in self.routes_to(service) {
            let internal = route::is_internal(object, self);
            ways.push(Way { reach: Reach::Route, object, service: Some(service), internal });
        }
        ways
    }
}

fn has_host_port(pod: &Pod<'_>) -> bool {
    pod.containers().iter().any(|container| {
        let ports = container.node.get("ports").map_or(&[][..], Node::items);
        ports.iter().any(|port| port.get("hostPort").and_then(Node::as_i64).is_some_and(|number| number > 0))
    })
}
