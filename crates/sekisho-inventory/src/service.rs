//! Services: which Pods they select, and where they open a way to them.

use std::collections::HashMap;

use sekisho_manifest::Object;
use sekisho_manifest::selector::Selector;
use sekisho_manifest::workload::Pod;
use smol_str::SmolStr;

use crate::exposure::{self, Opening};
use crate::filed::Filed;
use crate::{Inventory, ObjectId};

/// The Services that select Pods, and those of each namespace by their selectors.
#[derive(Debug, Default)]
pub(crate) struct ServiceIndex {
    services: Vec<Selecting>,
    namespaces: HashMap<SmolStr, Filed<u32>>,
}

/// A Service that selects Pods, and the ways that it opens to them.
#[derive(Debug)]
pub(crate) struct Selecting {
    pub(crate) id: ObjectId,
    pub(crate) ways: Vec<Opening>,
}

impl ServiceIndex {
    pub(crate) fn new(inventory: &Inventory) -> Self {
        let mut index = Self::default();
        let selecting = inventory
            .of_with_ids("", "Service")
            .filter_map(|(id, service)| Some((id, service, selector(service)?)));
        for ((id, service, selector), number) in selecting.zip(0..) {
            let namespace = inventory.namespace_of(service);
            let pods = inventory.pod_index().namespace(namespace);
            index.namespaces.entry(namespace.into()).or_default().add(selector, number, pods);
            index.services.push(Selecting { id, ways: exposure::openings(service, inventory) });
        }
        index
    }

    /// The Services that select a Pod, in no order that means anything.
    pub(crate) fn selecting<'a>(
        &'a self,
        pod: &'a Pod<'_>,
        namespace: &str,
    ) -> impl Iterator<Item = &'a Selecting> + use<'a> {
        let found = self.namespaces.get(namespace).into_iter().flat_map(|services| services.selecting(pod));
        found.filter_map(|number| self.services.get(*number as usize))
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
        let namespace = self.namespace_of(pod.object);
        let mut found: Vec<ObjectId> =
            self.service_index().selecting(pod, namespace).map(|service| service.id).collect();
        found.sort_unstable();
        found.into_iter().filter_map(|id| self.object(id))
    }
}
