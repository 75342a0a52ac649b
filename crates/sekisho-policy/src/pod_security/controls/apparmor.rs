//! AppArmor: nobody may turn it off, neither by field nor by the annotations of old.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "appArmorProfile",
    name: "AppArmor",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine }],
};

const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";
const FIELD: [&str; 2] = ["appArmorProfile", "type"];

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut setters = Setters::default();
    let mut kinds = BTreeSet::new();
    let mut faults = Vec::new();
    if let Some(kind) = forbidden(pod.security("appArmorProfile")) {
        setters.pod = true;
        kinds.insert(kind);
        faults.push(Pod::fault(&FIELD, Found::Text(kind.into())));
    }
    for container in pod.containers() {
        if let Some(kind) = forbidden(container.security("appArmorProfile")) {
            setters.containers.push(container.name());
            kinds.insert(kind);
            faults.push(container.fault(&FIELD, Found::Text(kind.into())));
        }
    }
    let mut annotations = Vec::new();
    for entry in pod.annotations() {
        let profile = text(&entry.node);
        if entry.key.starts_with(ANNOTATION) && !is_allowed_annotation(profile) {
            annotations.push(format!("{}={}", entry.key, quote(profile)));
            let path = field!["metadata", "annotations", &entry.key];
            faults.push(Fault { path, found: Found::Text(profile.into()) });
        }
    }
    if faults.is_empty() {
        return None;
    }
    annotations.sort_unstable();
    let who = match (setters.is_empty(), plural("annotation", "annotations", annotations.len())) {
        (true, word) => word.to_owned(),
        (false, _) if annotations.is_empty() => setters.to_string(),
        (false, word) => format!("{setters} and {word}"),
    };
    // What annotations say stands with its own quotes between those of the list.
    let values: Vec<&str> = kinds.iter().copied().chain(annotations.iter().map(String::as_str)).collect();
    let detail = format!("{who} must not set AppArmor profile type to {}", Quoted(&values));
    let reason = plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values.len());
    Some(Refusal { reason, detail, faults })
}

/// The type of a profile that must not be.
fn forbidden(profile: Option<&Node>) -> Option<&str> {
    profile.map(|profile| profile.str("type")).filter(|kind| !matches!(*kind, "RuntimeDefault" | "Localhost"))
}

fn is_allowed_annotation(profile: &str) -> bool {
    matches!(profile, "" | "runtime/default") || profile.starts_with("localhost/")
}
