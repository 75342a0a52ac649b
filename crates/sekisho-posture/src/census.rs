//! How many things each check could look at, so that "nothing found" is told apart from "nothing there".

use std::collections::HashMap;

use sekisho_inventory::Inventory;
use sekisho_manifest::workload;
use smol_str::SmolStr;

use crate::build::Build;
use crate::component::{self, Component, Surroundings};
use crate::{Check, Examine, KindName};

/// The numbers of an inventory, taken once for all checks.
#[derive(Debug, Clone, Default)]
pub struct Census {
    objects: usize,
    pods: usize,
    builds: usize,
    containers: usize,
    kinds: HashMap<(SmolStr, SmolStr), usize>,
    components: HashMap<Component, usize>,
}

impl Census {
    /// Counts an inventory.
    pub fn of(inventory: &Inventory) -> Self {
        let mut census = Self::default();
        let surroundings = Surroundings::of(inventory);
        for object in inventory.objects() {
            if Build::is_one(object) {
                census.builds += 1;
                continue;
            }
            // What is written of an image is no object of a cluster.
            census.objects += usize::from(object.api_version != sekisho_dockerfile::API_VERSION);
            *census.kinds.entry((object.group().into(), object.kind.clone())).or_default() += 1;
            let pods = workload::pods(object);
            census.pods += pods.len();
            census.containers += pods.iter().map(|pod| pod.containers().len()).sum::<usize>();
            for set_up in component::settings(object, &pods, &surroundings) {
                // Where settings may come from elsewhere too, the silence of a check proves nothing.
                if set_up.is_whole() {
                    *census.components.entry(set_up.component).or_default() += 1;
                }
            }
        }
        census
    }

    /// How many things of the kind that a check speaks of are there.
    pub fn subjects(&self, check: &Check) -> usize {
        match check.examine {
            Examine::Container(_) => self.containers,
            Examine::Pod(_) => self.pods,
            Examine::Build(_) => self.builds,
            Examine::Object(kinds, _) => kinds.iter().map(|kind| self.of_kind(*kind)).sum(),
            Examine::AnyObject(_) => self.objects,
            Examine::Component(components, _) => {
                components.iter().filter_map(|component| self.components.get(component)).sum()
            }
            Examine::Inventory(kinds, _) => kinds
                .iter()
                .map(|kind| if *kind == ("", "Pod") { self.pods } else { self.of_kind(*kind) })
                .sum(),
        }
    }

    fn of_kind(&self, (group, kind): KindName) -> usize {
        self.kinds.get(&(SmolStr::new(group), SmolStr::new(kind))).copied().unwrap_or(0)
    }
}
