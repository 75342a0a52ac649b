//! Capabilities, baseline: none may be added that container runtimes do not give anyway.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "capabilities_baseline",
    name: "Capabilities",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }],
};

/// What may be added: the runtimes' usual set but for `NET_RAW`.
const ALLOWED: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let added = Added::beyond(pod, &ALLOWED);
    if added.containers.is_empty() {
        return None;
    }
    let detail = added.to_string();
    Some(Refusal { reason: "non-default capabilities", detail, faults: added.faults })
}

/// The capabilities that containers add beyond those they may.
#[derive(Default)]
pub(super) struct Added<'a> {
    pub(super) containers: Vec<&'a str>,
    capabilities: BTreeSet<&'a str>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Added<'a> {
    pub(super) fn beyond(pod: &Pod<'a>, allowed: &[&str]) -> Self {
        let mut added = Self::default();
        for container in pod.containers() {
            let list = container.security("capabilities").and_then(|capabilities| capabilities.get("add"));
            let forbidden: BTreeSet<&str> = list
                .map_or(&[][..], Node::items)
                .iter()
                .map(text)
                .filter(|name| !allowed.contains(name))
                .collect();
            if forbidden.is_empty() {
                continue;
            }
            added.containers.push(container.name());
            let found = Found::Texts(forbidden.iter().copied().map(Into::into).collect());
            added.faults.push(container.fault(&["capabilities", "add"], found));
            added.capabilities.extend(forbidden);
        }
        added
    }
}

impl std::fmt::Display for Added<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let capabilities = quoted_set(&self.capabilities);
        let containers = Containers(&self.containers);
        write!(f, "{containers} must not include {capabilities} in securityContext.capabilities.add")
    }
}
