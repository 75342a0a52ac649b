//! What the kubelet and the container runtime make of a container's security context.

use sekisho_manifest::workload::{Container, Pod};
use sekisho_manifest::{Node, Place, field};
use smol_str::SmolStr;

use crate::capability;

/// Whether the container runs privileged, which turns every other confinement off.
pub(crate) fn is_privileged(container: &Container<'_>) -> bool {
    is_true(container.security("privileged"))
}

/// Whether the container has its Pod's user namespace: its root is nobody on the node.
pub(crate) fn in_user_namespace(pod: &Pod<'_>) -> bool {
    pod.spec.is_false("hostUsers")
}

/// Whether the container cannot run as user 0: another user is said, or the kubelet refuses to start it.
pub(crate) fn cannot_be_root(container: &Container<'_>) -> bool {
    let user = container.effective("runAsUser").0.and_then(Node::as_i64);
    user.is_some_and(|user| user > 0) || is_true(container.effective("runAsNonRoot").0)
}

/// Whether no process of the container can hold a capability: none runs as root, and none can gain
/// privileges by starting another program. Kubernetes gives other users no ambient capabilities.
pub(crate) fn cannot_hold_capabilities(container: &Container<'_>) -> bool {
    !is_privileged(container)
        && cannot_be_root(container)
        && container.security("allowPrivilegeEscalation").and_then(Node::as_bool) == Some(false)
}

/// The capabilities that the container adds: the place of each and its name.
pub(crate) fn added_capabilities<'a>(container: &Container<'a>) -> Vec<(Place<'a>, SmolStr)> {
    let added = container.node.at(&["securityContext", "capabilities", "add"]);
    let places = container.field(field!["securityContext", "capabilities", "add"]);
    let items = added.map_or(&[][..], Node::items).iter().enumerate();
    items.filter_map(|(index, item)| Some((places.child(index), capability::name(item.as_str()?)))).collect()
}

/// Whether the container adds one of these capabilities.
pub(crate) fn adds_any(container: &Container<'_>, names: &[&str]) -> bool {
    added_capabilities(container).iter().any(|(_, name)| names.contains(&name.as_str()))
}

/// Whether the container drops every capability.
pub(crate) fn drops_all(container: &Container<'_>) -> bool {
    container
        .node
        .at(&["securityContext", "capabilities"])
        .is_some_and(|capabilities| capabilities.strings("drop").any(|name| capability::name(name) == "ALL"))
}

/// A field of the container's Windows options, else of the Pod's, and the place where it stands.
pub(crate) fn windows_option<'a>(container: &Container<'a>, key: &str) -> Option<(&'a Node, Place<'a>)> {
    let of_container = container.node.at(&["securityContext", "windowsOptions", key]);
    let of_pod = container.pod.spec.at(&["securityContext", "windowsOptions", key]);
    let path = field!["securityContext", "windowsOptions", key];
    match (of_container, of_pod) {
        (Some(node), _) => Some((node, container.field(path))),
        (None, Some(node)) => Some((node, container.pod.field(path))),
        (None, None) => None,
    }
}

fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::as_bool) == Some(true)
}
