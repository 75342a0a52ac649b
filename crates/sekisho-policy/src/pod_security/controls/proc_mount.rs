//! `/proc` mount type, baseline: `/proc` must be masked as usual. Since v1.35 a Pod with users of its own may do
//! as it likes.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "procMount",
    name: "/proc Mount Type",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }, Edition { since: 35, examine: examine_users_of_node }],
};

fn examine_users_of_node(pod: &Pod<'_>) -> Option<Refusal> {
    if pod.has_own_users() { None } else { examine(pod) }
}

pub(super) fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut containers = Vec::new();
    let mut kinds = BTreeSet::new();
    let mut faults = Vec::new();
    for container in pod.containers() {
        let Some(kind) = container.security("procMount").map(text).filter(|kind| *kind != "Default") else {
            continue;
        };
        containers.push(container.name());
        kinds.insert(kind);
        faults.push(container.fault(&["procMount"], Found::Text(kind.into())));
    }
    let detail = || {
        let kinds = quoted_set(&kinds);
        format!("{} must not set securityContext.procMount to {kinds}", Containers(&containers))
    };
    (!containers.is_empty()).then(|| Refusal { reason: "procMount", detail: detail(), faults })
}
