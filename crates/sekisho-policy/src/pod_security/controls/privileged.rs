//! Privileged containers: `privileged` must not be true.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "privileged",
    name: "Privileged Containers",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }],
};

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut containers = Vec::new();
    let mut faults = Vec::new();
    for container in pod.containers() {
        if container.security("privileged").and_then(Node::as_bool) == Some(true) {
            containers.push(container.name());
            faults.push(container.fault(&["privileged"], Found::Bool(true)));
        }
    }
    let detail = || format!("{} must not set securityContext.privileged=true", Containers(&containers));
    (!containers.is_empty()).then(|| Refusal { reason: "privileged", detail: detail(), faults })
}
