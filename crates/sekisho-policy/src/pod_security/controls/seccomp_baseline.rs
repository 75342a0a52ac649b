//! Seccomp, baseline: nobody may turn it off. Up to v1.18 annotations say so, since v1.19 fields.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "seccompProfile_baseline",
    name: "Seccomp",
    level: Level::Baseline,
    replaces: None,
    editions: &[Edition { since: 0, examine: examine_annotations }, Edition { since: 19, examine }],
};

const OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn examine_annotations(pod: &Pod<'_>) -> Option<Refusal> {
    let annotations = pod.annotations();
    // Of the annotations of containers only those count whose container is there.
    let of_containers = annotations.iter().any(|entry| entry.key.starts_with(OF_CONTAINER));
    let names: BTreeSet<&str> = if of_containers {
        pod.containers().map(|container| container.name()).collect()
    } else {
        BTreeSet::new()
    };
    let counts =
        |key: &str| key == OF_POD || key.strip_prefix(OF_CONTAINER).is_some_and(|name| names.contains(name));
    let forbidden: BTreeSet<(&str, &str)> = annotations
        .iter()
        .map(|entry| (entry.key.as_str(), text(&entry.node)))
        .filter(|(key, value)| counts(key) && !is_allowed_annotation(value))
        .collect();
    if forbidden.is_empty() {
        return None;
    }
    let mut texts: Vec<_> = forbidden.iter().map(|(key, value)| format!("{key}={}", quote(value))).collect();
    texts.sort_unstable();
    let detail =
        format!("forbidden {} {}", plural("annotation", "annotations", texts.len()), texts.join(", "));
    let fault = |(key, value): (&str, &str)| Fault {
        path: field!["metadata", "annotations", key],
        found: Found::Text(value.into()),
    };
    Some(Refusal { reason: "seccompProfile", detail, faults: forbidden.into_iter().map(fault).collect() })
}

fn is_allowed_annotation(profile: &str) -> bool {
    matches!(profile, "runtime/default" | "docker/default") || profile.starts_with("localhost/")
}

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    Profiles::of(pod).refuse_set()
}

/// The seccomp profiles that a Pod and its containers set.
#[derive(Default)]
pub(super) struct Profiles<'a> {
    /// Who sets one that must not be.
    setters: Setters<'a>,
    kinds: BTreeSet<&'a str>,
    faults: Vec<Fault>,
    /// Containers for which nobody sets one that may be.
    pub(super) without: Vec<&'a str>,
    pub(super) missing: Vec<Fault>,
}

const FIELD: [&str; 2] = ["seccompProfile", "type"];

impl<'a> Profiles<'a> {
    pub(super) fn of(pod: &Pod<'a>) -> Self {
        let mut profiles = Self::default();
        let of_pod = pod.security("seccompProfile").map(|profile| profile.str("type"));
        if let Some(kind) = of_pod.filter(|kind| !is_allowed(kind)) {
            profiles.setters.pod = true;
            profiles.kinds.insert(kind);
            profiles.faults.push(Pod::fault(&FIELD, Found::Text(kind.into())));
        }
        for container in pod.containers() {
            match container.security("seccompProfile").map(|profile| profile.str("type")) {
                Some(kind) if is_allowed(kind) => {}
                Some(kind) => {
                    profiles.setters.containers.push(container.name());
                    profiles.kinds.insert(kind);
                    profiles.faults.push(container.fault(&FIELD, Found::Text(kind.into())));
                }
                None if of_pod.is_some_and(is_allowed) => {}
                None => {
                    profiles.without.push(container.name());
                    profiles.missing.push(container.fault(&FIELD, Found::Missing));
                }
            }
        }
        profiles
    }

    /// Refuses what is set and must not be.
    pub(super) fn refuse_set(self) -> Option<Refusal> {
        if self.setters.is_empty() {
            return None;
        }
        let kinds = quoted_set(&self.kinds);
        let detail = format!("{} must not set securityContext.seccompProfile.type to {kinds}", self.setters);
        Some(Refusal { reason: "seccompProfile", detail, faults: self.faults })
    }

    pub(super) fn sets_none_forbidden(&self) -> bool {
        self.setters.is_empty()
    }
}

fn is_allowed(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}
