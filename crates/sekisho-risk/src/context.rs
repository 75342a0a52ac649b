//! What makes a fault in one workload worse than in another: what it lies open to, and what it may do.

use sekisho_inventory::Inventory;
use sekisho_manifest::workload::Pod;

/// By how much the surroundings of a Pod multiply the risk of a finding in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Factors {
    /// What it lies open to.
    exposure: f64,
    /// What it may do.
    privilege: f64,
}

/// The facts of an inventory that the factors are made of.
pub(crate) struct Context<'a> {
    inventory: &'a Inventory,
}

impl<'a> Context<'a> {
    pub(crate) fn new(inventory: &'a Inventory) -> Self {
        Self { inventory }
    }

    pub(crate) fn factors(&self, pod: &Pod<'_>) -> Factors {
        Factors { exposure: self.exposure(pod), privilege: self.privilege(pod) }
    }

    fn exposure(&self, pod: &Pod<'_>) -> f64 {
        if pod.spec.is_true("hostNetwork") { 1.5 } else { 1.0 }
    }

    fn privilege(&self, pod: &Pod<'_>) -> f64 {
        let _ = self.inventory;
        if pod.spec.is_false("automountServiceAccountToken") { 1.0 } else { 1.1 }
    }
}

impl Factors {
    /// Both together.
    pub(crate) fn product(&self) -> f64 {
        self.exposure * self.privilege
    }

    /// The larger of each.
    pub(crate) fn max(self, other: Self) -> Self {
        Self { exposure: self.exposure.max(other.exposure), privilege: self.privilege.max(other.privilege) }
    }
}
