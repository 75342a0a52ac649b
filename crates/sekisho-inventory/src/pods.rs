//! The Pods of a run by namespace.

use std::collections::HashMap;

use sekisho_manifest::workload::{self, Pod};
use smol_str::SmolStr;

use crate::{Inventory, ObjectId};

/// The objects of each namespace that are or make Pods.
#[derive(Debug, Default)]
pub(crate) struct PodIndex {
    namespaces: HashMap<SmolStr, Vec<ObjectId>>,
}

impl PodIndex {
    pub(crate) fn new(inventory: &Inventory) -> Self {
        let mut index = Self::default();
        for id in inventory.with_pods() {
            let Some(object) = inventory.object(*id) else { continue };
            index.namespaces.entry(inventory.namespace_of(object).into()).or_default().push(*id);
        }
        index
    }
}

impl Inventory {
    /// The Pods that the objects of a namespace are or make.
    pub fn pods_in<'a>(&'a self, namespace: &str) -> impl Iterator<Item = Pod<'a>> + use<'a> {
        let makers = self.pod_index().namespaces.get(namespace).map_or(&[][..], Vec::as_slice);
        makers.iter().filter_map(|id| self.object(*id)).flat_map(workload::pods)
    }
}
