//! SELinux: only the types made for containers, and neither user nor role. v1.31 brought one type more.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "seLinuxOptions",
    name: "SELinux",
    level: Level::Baseline,
    replaces: None,
    editions: &[
        Edition { since: 0, examine: |pod| examine(pod, &[]) },
        Edition { since: 31, examine: |pod| examine(pod, &["container_engine_t"]) },
    ],
};

const OPTIONS: &str = "seLinuxOptions";

/// The types that were allowed from the start.
const ALLOWED: [&str; 4] = ["", "container_t", "container_init_t", "container_kvm_t"];

fn examine(pod: &Pod<'_>, later: &[&str]) -> Option<Refusal> {
    let mut setters = Setters::default();
    let mut values = BTreeSet::new();
    let mut faults = Vec::new();
    for (key, value) in forbidden(pod.security(OPTIONS), later) {
        setters.pod = true;
        values.insert((key, value));
        faults.push(Pod::fault(&[OPTIONS, key], Found::Text(value.into())));
    }
    for container in pod.containers() {
        let before = faults.len();
        for (key, value) in forbidden(container.security(OPTIONS), later) {
            values.insert((key, value));
            faults.push(container.fault(&[OPTIONS, key], Found::Text(value.into())));
        }
        if faults.len() > before {
            setters.containers.push(container.name());
        }
    }
    if setters.is_empty() {
        return None;
    }
    let types: BTreeSet<&str> =
        values.iter().filter(|(key, _)| *key == "type").map(|(_, value)| *value).collect();
    let mut parts = Vec::new();
    if !types.is_empty() {
        parts.push(format!("{} {}", plural("type", "types", types.len()), quoted_set(&types)));
    }
    for key in ["user", "role"] {
        if values.iter().any(|(known, _)| *known == key) {
            parts.push(format!("{key} may not be set"));
        }
    }
    let detail = format!("{setters} set forbidden securityContext.{OPTIONS}: {}", parts.join("; "));
    Some(Refusal { reason: OPTIONS, detail, faults })
}

/// The options that must not be as they are, and their values.
fn forbidden<'a>(options: Option<&'a Node>, later: &[&str]) -> impl Iterator<Item = (&'static str, &'a str)> {
    let is_forbidden = move |key: &str, value: &str| match key {
        "type" => !ALLOWED.contains(&value) && !later.contains(&value),
        _ => !value.is_empty(),
    };
    ["type", "user", "role"].into_iter().filter_map(move |key| {
        let value = options?.str(key);
        is_forbidden(key, value).then_some((key, value))
    })
}
