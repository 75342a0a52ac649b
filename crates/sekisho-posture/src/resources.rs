//! Whether a container has a request or a limit, its own or one that the API server fills in.

use sekisho_inventory::Inventory;
use sekisho_manifest::workload::{Container, ContainerRole};
use sekisho_manifest::{Node, Quantity, field};

use crate::{Examination, Found};

/// A list of a container's `resources`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// What the scheduler sets aside.
    Requests,
    /// What the container may not pass.
    Limits,
}

impl List {
    const fn key(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Limits => "limits",
        }
    }

    /// The fields of a `LimitRange` that fill this list in, first the one that counts before the others.
    const fn defaults(self) -> &'static [&'static str] {
        match self {
            Self::Requests => &["defaultRequest", "default", "max", "min"],
            Self::Limits => &["default", "max"],
        }
    }
}

/// Reports the container where it ends up without this request or limit.
pub(crate) fn report_missing<'a>(
    container: &'a Container<'a>,
    list: List,
    resource: &'static str,
    examination: &mut Examination<'a>,
) {
    // Ephemeral containers may have no resources.
    if container.role == ContainerRole::Ephemeral || container.is_patch() {
        return;
    }
    if is_said(container.node, list, resource)
        || is_said(container.pod.spec, list, resource)
        || is_filled_in(container, list, resource, examination.inventory())
    {
        return;
    }
    examination.report(Found::at(container.field(field!["resources", list.key(), resource])));
}

/// Whether the `resources` of a container or of a Pod say it. A request that is left out is as large as the
/// limit, and a limit of zero is none.
fn is_said(holder: &Node, list: List, resource: &str) -> bool {
    let says = |list: List| {
        let quantity = holder.at(&["resources", list.key(), resource]);
        quantity.is_some_and(|quantity| list == List::Requests || !is_zero(quantity))
    };
    says(list) || list == List::Requests && says(List::Limits)
}

/// Whether a `LimitRange` of the namespace gives every container a default.
fn is_filled_in(container: &Container<'_>, list: List, resource: &str, inventory: &Inventory) -> bool {
    let namespace = inventory.namespace_of(container.pod.object);
    let ranges = inventory.of("", "LimitRange").filter(|range| inventory.namespace_of(range) == namespace);
    ranges
        .filter_map(|range| range.root.at(&["spec", "limits"]))
        .flat_map(Node::items)
        .filter(|item| item.str("type") == "Container")
        .any(|item| list.defaults().iter().any(|field| item.at(&[field, resource]).is_some()))
}

fn is_zero(quantity: &Node) -> bool {
    Quantity::from_node(quantity).is_ok_and(|quantity| quantity.is_zero())
}
