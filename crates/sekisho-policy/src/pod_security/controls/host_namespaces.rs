//! Host namespaces: the Pod must share neither network nor processes nor IPC with its node.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "hostNamespaces",
    name: "Host Namespaces",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }],
};

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut shared = Vec::new();
    let mut faults = Vec::new();
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        if pod.field(key).and_then(Node::as_bool) == Some(true) {
            shared.push(format!("{key}=true"));
            faults.push(Fault { path: field!["spec", key], found: Found::Bool(true) });
        }
    }
    (!shared.is_empty()).then(|| Refusal { reason: "host namespaces", detail: shared.join(", "), faults })
}
