//! Host path volumes: no volume may be a path of the node.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "hostPathVolumes",
    name: "HostPath Volumes",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }],
};

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut volumes = Vec::new();
    let mut faults = Vec::new();
    for (index, volume) in pod.list("volumes").iter().enumerate() {
        if let Some(source) = volume.get("hostPath") {
            volumes.push(volume.str("name"));
            let found = Found::Text(source.str("path").into());
            faults.push(Fault { path: field!["spec", "volumes", index, "hostPath"], found });
        }
    }
    let detail = || format!("{} {}", plural("volume", "volumes", volumes.len()), Quoted(&volumes));
    (!volumes.is_empty()).then(|| Refusal { reason: "hostPath volumes", detail: detail(), faults })
}
