//! Pod Security admission as the checks see it: its labels on a namespace and the defaults of the API server.

use sekisho_inventory::Inventory;
use sekisho_manifest::{Node, Object};

/// The label that makes the API server refuse Pods above a level.
pub(crate) const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The labels that only tell: a warning to the client, a note in the audit log.
pub(crate) const TELLING: [&str; 2] = ["pod-security.kubernetes.io/warn", "pod-security.kubernetes.io/audit"];

/// The namespaces that Kubernetes itself makes and fills; what runs there is not the user's to choose.
pub(crate) const SYSTEM_NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// Whether a level is one that the API server knows.
pub(crate) fn is_level(level: &str) -> bool {
    matches!(level, "privileged" | "baseline" | "restricted")
}

/// Whether the API server, as far as its configuration is in the inventory, enforces a level above
/// `privileged` in namespaces that carry no label.
pub(crate) fn enforced_by_default(inventory: &Inventory) -> bool {
    let inline = inventory.of("apiserver.config.k8s.io", "AdmissionConfiguration").flat_map(|object| {
        let plugins = object.root.get("plugins").map_or(&[][..], Node::items);
        plugins
            .iter()
            .filter(|plugin| plugin.str("name") == "PodSecurity")
            .filter_map(|plugin| plugin.get("configuration"))
    });
    let own = inventory
        .of("pod-security.admission.config.k8s.io", "PodSecurityConfiguration")
        .map(|object: &Object| &object.root);
    inline
        .chain(own)
        .filter_map(|configuration| configuration.at(&["defaults", "enforce"])?.as_str())
        .any(|level| matches!(level, "baseline" | "restricted"))
}
