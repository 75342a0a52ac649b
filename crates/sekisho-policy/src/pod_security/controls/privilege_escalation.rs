//! Privilege escalation, since v1.8: every container must rule it out. Windows knows none; since v1.25 a Pod that
//! says it runs there passes.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "allowPrivilegeEscalation",
    name: "Privilege Escalation",
    level: Level::Restricted,
    replaces: None,
    editions: &[Edition { since: 8, examine }, Edition { since: 25, examine: examine_linux }],
};

fn examine_linux(pod: &Pod<'_>) -> Option<Refusal> {
    if pod.is_windows() { None } else { examine(pod) }
}

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut containers = Vec::new();
    let mut faults = Vec::new();
    for container in pod.containers() {
        let found = match container.security("allowPrivilegeEscalation").and_then(Node::as_bool) {
            Some(false) => continue,
            Some(true) => Found::Bool(true),
            None => Found::Missing,
        };
        containers.push(container.name());
        faults.push(container.fault(&["allowPrivilegeEscalation"], found));
    }
    let detail =
        || format!("{} must set securityContext.allowPrivilegeEscalation=false", Containers(&containers));
    (!containers.is_empty()).then(|| Refusal {
        reason: "allowPrivilegeEscalation != false",
        detail: detail(),
        faults,
    })
}
