//! What makes a fault in one workload worse than in another: what it lies open to, and what it may do.

use sekisho_inventory::{Inventory, Reach};
use sekisho_manifest::workload::Pod;

use crate::privilege::{Accounts, Privilege};

/// By how much the surroundings of a Pod multiply the risk of a finding in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Factors {
    exposure: f64,
    privilege: Privilege,
}

/// The facts of an inventory that the factors are made of.
pub(crate) struct Context<'a> {
    inventory: &'a Inventory,
    accounts: Accounts<'a>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(inventory: &'a Inventory) -> Self {
        Self { inventory, accounts: Accounts::of(inventory) }
    }

    pub(crate) fn factors(&self, pod: &Pod<'a>) -> Factors {
        let exposure = self.inventory.exposure(pod);
        Factors {
            exposure: match exposure.reach() {
                _ if exposure.is_public() => 2.0,
                None => 1.0,
                Some(Reach::Cluster) => 1.2,
                Some(_) => 1.5,
            },
            privilege: self.accounts.privilege(self.inventory, pod),
        }
    }
}

impl Factors {
    /// Both together.
    pub(crate) fn product(&self) -> f64 {
        self.exposure * self.privilege.factor()
    }

    /// The larger of each.
    pub(crate) fn max(self, other: Self) -> Self {
        Self { exposure: self.exposure.max(other.exposure), privilege: self.privilege.max(other.privilege) }
    }
}
