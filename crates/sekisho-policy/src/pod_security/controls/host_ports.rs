//! Host ports: no container may take a port of the node.

use std::collections::BTreeSet;

use super::prelude::{Containers, Control, Edition, Fault, Found, Level, Pod, Refusal, integer, plural};

pub(in super::super) const CONTROL: Control = Control {
    id: "hostPorts",
    name: "Host Ports",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }],
};

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut containers = Vec::new();
    let mut ports = BTreeSet::new();
    let mut faults = Vec::new();
    for container in pod.containers() {
        let before = faults.len();
        let list = container.field("ports").map_or(&[][..], |list| list.items());
        for (index, port) in list.iter().enumerate() {
            let Some(number) = port.get("hostPort").and_then(integer).filter(|number| *number != 0) else {
                continue;
            };
            // They are listed in the order of their digits, not of their size.
            ports.insert(number.to_string());
            let mut path = container.path(&["ports"]);
            path.push(index);
            path.push("hostPort");
            faults.push(Fault { path, found: Found::Int(number) });
        }
        if faults.len() > before {
            containers.push(container.name());
        }
    }
    let detail = || {
        let numbers: Vec<_> = ports.iter().map(String::as_str).collect();
        let uses = plural("uses", "use", containers.len());
        let ports = plural("hostPort", "hostPorts", numbers.len());
        format!("{} {uses} {ports} {}", Containers(&containers), numbers.join(", "))
    };
    (!containers.is_empty()).then(|| Refusal { reason: "hostPort", detail: detail(), faults })
}
