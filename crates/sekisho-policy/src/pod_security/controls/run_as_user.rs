//! Running as non-root user, since v1.23: nobody may ask for user 0, unless, since v1.35, the Pod has users of its
//! own.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "runAsUser",
    name: "Running as Non-root user",
    level: Level::Restricted,
    replaces: None,
    editions: &[Edition { since: 23, examine }, Edition { since: 35, examine: examine_users_of_node }],
};

fn examine_users_of_node(pod: &Pod<'_>) -> Option<Refusal> {
    if pod.has_own_users() { None } else { examine(pod) }
}

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let is_root = |user: Option<&Node>| user.and_then(integer) == Some(0);
    let mut setters = Setters::default();
    let mut faults = Vec::new();
    if is_root(pod.security("runAsUser")) {
        setters.pod = true;
        faults.push(Pod::fault(&["runAsUser"], Found::Int(0)));
    }
    for container in pod.containers() {
        if is_root(container.security("runAsUser")) {
            setters.containers.push(container.name());
            faults.push(container.fault(&["runAsUser"], Found::Int(0)));
        }
    }
    let detail = || format!("{setters} must not set runAsUser=0");
    (!setters.is_empty()).then(|| Refusal { reason: "runAsUser=0", detail: detail(), faults })
}
