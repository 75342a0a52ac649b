//! Services: which Pods they select, and where they open a way to them.

use std::collections::HashMap;

use sekisho_manifest::selector::Selector;
use sekisho_manifest::workload::Pod;
use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use crate::filed::Filed;
use crate::{Inventory, ObjectId};

/// The Services of each namespace by their selectors.
#[derive(Debug, Default)]
pub(crate) struct ServiceIndex {
    namespaces: HashMap<SmolStr, Filed<ObjectId>>,
}

impl ServiceIndex {
    pub(crate) fn new(inventory: &Inventory) -> Self {
        let mut index = Self::default();
        for (id, service) in inventory.of_with_ids("", "Service") {
            let Some(selector) = selector(service) else { continue };
            let namespace = inventory.namespace_of(service);
            let pods = inventory.pod_index().namespace(namespace);
            index.namespaces.entry(namespace.into()).or_default().add(selector, id, pods);
        }
        index
    }
}

/// The selector of a Service; none where its endpoints are given by hand or by name, or the selector is one
/// that the API server refuses.
pub fn selector(service: &Object) -> Option<Selector> {
    let spec = service.root.get("spec")?;
    let map = spec.get("selector").filter(|map| !map.entries().is_empty())?;
    if spec.str("type") == "ExternalName" {
        return None;
    }
    Selector::from_map(map).ok()
}

impl Inventory {
    /// The Services that select a Pod, in the order of their ids.
    pub fn services_of(&self, pod: &Pod<'_>) -> impl Iterator<Item = &Object> {
        let namespace = self.service_index().namespaces.get(self.namespace_of(pod.object));
        let found = namespace.map_or_else(Vec::new, |services| services.selecting(pod));
        found.into_iter().filter_map(|id| self.object(*id))
    }
}

/// Whether each node opens a port for the Service.
pub fn has_node_port(service: &Object) -> bool {
    let spec = service.root.get("spec");
    match spec.map_or("", |spec| spec.str("type")) {
        "NodePort" => true,
        // A load balancer gets node ports too, unless it says that it needs none.
        "LoadBalancer" => !spec.is_some_and(|spec| spec.is_false("allocateLoadBalancerNodePorts")),
        _ => false,
    }
}

/// Whether the Service takes the traffic to addresses outside the cluster's own.
pub fn has_external_addresses(service: &Object) -> bool {
    !service.root.at(&["spec", "externalIPs"]).map_or(&[][..], Node::items).is_empty()
}
