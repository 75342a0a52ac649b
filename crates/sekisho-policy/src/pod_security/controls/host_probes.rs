//! Host probes and hooks, since v1.34: no probe or hook may make the kubelet call a host that it names.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "hostProbesAndHostLifecycle",
    name: "Host Probes / Lifecycle Hooks",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 34, examine }],
};

/// Where the handlers of a container stand.
const HANDLERS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    // Unlike elsewhere the containers are a set here.
    let mut containers = BTreeSet::new();
    let mut hosts = BTreeSet::new();
    let mut faults = Vec::new();
    for container in pod.containers() {
        for keys in HANDLERS {
            let (first, rest) = keys.split_first()?;
            let Some(handler) = container.field(first).and_then(|node| node.at(rest)) else { continue };
            for action in ["httpGet", "tcpSocket"] {
                let host = handler.get(action).map_or("", |action| action.str("host"));
                if host.is_empty() {
                    continue;
                }
                containers.insert(container.name());
                hosts.insert(host);
                let mut path = container.path(keys);
                path.push(action);
                path.push("host");
                faults.push(Fault { path, found: Found::Text(host.into()) });
            }
        }
    }
    let detail = || {
        let names: Vec<_> = containers.iter().copied().collect();
        let uses = plural("uses", "use", names.len());
        let what = plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len());
        format!("{} {uses} {what} {}", Containers(&names), quoted_set(&hosts))
    };
    (!containers.is_empty()).then(|| Refusal { reason: "probe or lifecycle host", detail: detail(), faults })
}
