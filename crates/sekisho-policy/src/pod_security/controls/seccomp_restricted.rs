//! Seccomp, restricted, since v1.19: the Pod or each of its containers must set a profile. Windows has none; since
//! v1.25 a Pod that says it runs there passes.

use super::prelude::{Containers, Control, Edition, Level, Pod, Refusal};
use super::seccomp_baseline::Profiles;

pub(in super::super) const CONTROL: Control = Control {
    id: "seccompProfile_restricted",
    name: "Seccomp",
    level: Level::Restricted,
    replaces: Some("seccompProfile_baseline"),
    editions: &[Edition { since: 19, examine }, Edition { since: 25, examine: examine_linux }],
};

fn examine_linux(pod: &Pod<'_>) -> Option<Refusal> {
    if pod.is_windows() { None } else { examine(pod) }
}

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let profiles = Profiles::of(pod);
    if !profiles.sets_none_forbidden() {
        return profiles.refuse_set();
    }
    let detail = || {
        format!(
            "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            Containers(&profiles.without)
        )
    };
    (!profiles.without.is_empty()).then(|| Refusal {
        reason: "seccompProfile",
        detail: detail(),
        faults: profiles.missing,
    })
}
