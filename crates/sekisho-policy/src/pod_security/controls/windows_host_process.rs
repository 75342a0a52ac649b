//! Windows host processes: `windowsOptions.hostProcess` must not be true.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "windowsHostProcess",
    name: "HostProcess",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }],
};

const FIELD: [&str; 2] = ["windowsOptions", "hostProcess"];

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let is_set = |options: &Node| options.is_true("hostProcess");
    let mut setters = Setters::default();
    let mut faults = Vec::new();
    if pod.security("windowsOptions").is_some_and(is_set) {
        setters.pod = true;
        faults.push(Pod::fault(&FIELD, Found::Bool(true)));
    }
    for container in pod.containers() {
        if container.security("windowsOptions").is_some_and(is_set) {
            setters.containers.push(container.name());
            faults.push(container.fault(&FIELD, Found::Bool(true)));
        }
    }
    let detail = || format!("{setters} must not set securityContext.windowsOptions.hostProcess=true");
    (!setters.is_empty()).then(|| Refusal { reason: "hostProcess", detail: detail(), faults })
}
