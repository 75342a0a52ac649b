//! The service account of a Pod: whether its token is in the Pod, and whether it has rights.

use sekisho_inventory::Inventory;
use sekisho_manifest::Object;
use sekisho_manifest::workload::Pod;

/// The service account of a Pod, where the inventory holds it.
pub(crate) fn of_pod<'a>(pod: &Pod<'_>, inventory: &'a Inventory) -> Option<&'a Object> {
    let namespace = inventory.namespace_of(pod.object);
    inventory.find("", "ServiceAccount", Some(namespace), pod.service_account())
}

/// Whether the containers of a Pod find the token of its service account in their file system: what the Pod
/// says counts before what its service account says, and where neither says anything they do. A Pod that is
/// only a patch shows nothing.
pub(crate) fn mounts_token(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    const FIELD: &str = "automountServiceAccountToken";
    if pod.is_static() || pod.is_patch() {
        return false;
    }
    match pod.spec.get(FIELD) {
        Some(said) => said.as_bool() != Some(false),
        None => !of_pod(pod, inventory).is_some_and(|account| account.root.is_false(FIELD)),
    }
}

/// A binding that gives the service account of a Pod rights, where the inventory holds one.
pub(crate) fn binding<'a>(pod: &Pod<'_>, inventory: &'a Inventory) -> Option<&'a Object> {
    inventory.bindings_to_account(inventory.namespace_of(pod.object), pod.service_account()).next()
}
