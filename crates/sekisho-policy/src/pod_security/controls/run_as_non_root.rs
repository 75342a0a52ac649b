//! Running as non-root: the Pod or each of its containers must say so, and none may say otherwise, unless, since
//! v1.35, the Pod has users of its own.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "runAsNonRoot",
    name: "Running as Non-root",
    level: Level::Restricted,
    replaces: None,
    editions: &[Edition { since: 0, examine }, Edition { since: 35, examine: examine_users_of_node }],
};

fn examine_users_of_node(pod: &Pod<'_>) -> Option<Refusal> {
    if pod.has_own_users() { None } else { examine(pod) }
}

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut setters = Setters::default();
    let mut silent = Vec::new();
    let mut faults = Vec::new();
    let mut missing = Vec::new();
    let of_pod = pod.security("runAsNonRoot").and_then(Node::as_bool);
    if of_pod == Some(false) {
        setters.pod = true;
        faults.push(Pod::fault(&["runAsNonRoot"], Found::Bool(false)));
    }
    for container in pod.containers() {
        match container.security("runAsNonRoot").and_then(Node::as_bool) {
            Some(true) => {}
            Some(false) => {
                setters.containers.push(container.name());
                faults.push(container.fault(&["runAsNonRoot"], Found::Bool(false)));
            }
            None if of_pod == Some(true) => {}
            None => {
                silent.push(container.name());
                missing.push(container.fault(&["runAsNonRoot"], Found::Missing));
            }
        }
    }
    // Who says otherwise is named alone, though those who say nothing are at fault too.
    let detail = if !setters.is_empty() {
        format!("{setters} must not set securityContext.runAsNonRoot=false")
    } else if !silent.is_empty() {
        format!("pod or {} must set securityContext.runAsNonRoot=true", Containers(&silent))
    } else {
        return None;
    };
    faults.extend(missing);
    Some(Refusal { reason: "runAsNonRoot != true", detail, faults })
}
