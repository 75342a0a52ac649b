//! Capabilities, restricted, since v1.22: every container drops all of them and adds `NET_BIND_SERVICE` at most.
//! Windows has none; since v1.25 a Pod that says it runs there passes.

use super::capabilities_baseline::Added;
use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "capabilities_restricted",
    name: "Capabilities",
    level: Level::Restricted,
    replaces: Some("capabilities_baseline"),
    editions: &[Edition { since: 22, examine }, Edition { since: 25, examine: examine_linux }],
};

fn examine_linux(pod: &Pod<'_>) -> Option<Refusal> {
    if pod.is_windows() { None } else { examine(pod) }
}

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut keeping = Vec::new();
    let mut faults = Vec::new();
    for container in pod.containers() {
        let list = container.security("capabilities").and_then(|capabilities| capabilities.get("drop"));
        let dropped = list.map_or(&[][..], Node::items);
        if dropped.iter().any(|name| text(name) == "ALL") {
            continue;
        }
        keeping.push(container.name());
        let names: BTreeSet<&str> = dropped.iter().map(text).collect();
        let found = if names.is_empty() {
            Found::Missing
        } else {
            Found::Texts(names.into_iter().map(Into::into).collect())
        };
        faults.push(container.fault(&["capabilities", "drop"], found));
    }
    let added = Added::beyond(pod, &["NET_BIND_SERVICE"]);
    let detail = || {
        let dropping =
            format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", Containers(&keeping));
        match (keeping.is_empty(), added.containers.is_empty()) {
            (false, true) => dropping,
            (false, false) => format!("{dropping}; {added}"),
            (true, _) => added.to_string(),
        }
    };
    if keeping.is_empty() && added.containers.is_empty() {
        return None;
    }
    let detail = detail();
    faults.extend(added.faults);
    Some(Refusal { reason: "unrestricted capabilities", detail, faults })
}
