//! Which seccomp profile a container runs under: by field, or by the annotations of old versions.

use sekisho_manifest::workload::{Container, Pod};
use sekisho_manifest::{Node, Place, field};
use serde_json::json;
use smol_str::format_smolstr;

use crate::Mend;

/// The Pod's annotation of old versions.
const POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// The container's annotation of old versions, without the container's name.
const CONTAINER_ANNOTATION: &str = "container.seccomp.security.alpha.kubernetes.io/";
/// The first minor version that reads no seccomp annotation.
const FIRST_WITHOUT_ANNOTATIONS: u32 = 27;

/// The profile of a container.
#[derive(Debug)]
pub(crate) enum Profile<'a> {
    /// The runtime's, or one of the node.
    Confined,
    /// None, because the field or annotation at this place says so.
    Unconfined(Place<'a>),
    /// None, because nothing is said.
    Unset,
    /// None, because the annotation at this place is no longer read.
    Unread(Place<'a>),
}

/// The profile of a container on a cluster of this minor version; without one, of a current version.
pub(crate) fn profile<'a>(container: &Container<'a>, kubernetes_minor: Option<u32>) -> Profile<'a> {
    let (profile, place) = container.effective("seccompProfile");
    if let Some(profile) = profile {
        return match profile.str("type") {
            "" => Profile::Unset,
            "Unconfined" => Profile::Unconfined(place.child("type")),
            _ => Profile::Confined,
        };
    }
    let Some((value, place)) = annotation(container) else { return Profile::Unset };
    if kubernetes_minor.is_none_or(|minor| minor >= FIRST_WITHOUT_ANNOTATIONS) {
        return Profile::Unread(place);
    }
    if value == "unconfined" { Profile::Unconfined(place) } else { Profile::Confined }
}

/// Whether this is the place of the Pod's annotation.
pub(crate) fn is_of_pod(place: &Place<'_>) -> bool {
    place.path.segments().last() == Some(&POD_ANNOTATION.into())
}

/// The fix that gives a `seccompProfile` field the runtime's profile.
pub(crate) fn set_runtime_default(mend: impl FnOnce(&'static str) -> Mend, profile: &Place<'_>) -> Mend {
    mend("set `seccompProfile.type: RuntimeDefault`").set(profile, json!({ "type": "RuntimeDefault" }))
}

fn annotation<'a>(container: &Container<'a>) -> Option<(&'a str, Place<'a>)> {
    let pod: &'a Pod<'a> = container.pod;
    let own = format_smolstr!("{CONTAINER_ANNOTATION}{}", container.node.str("name"));
    [own.as_str(), POD_ANNOTATION].into_iter().find_map(|key| {
        let value: &Node = pod.metadata?.at(&["annotations", key])?;
        Some((value.as_str()?, pod.metadata_field(field!["annotations", key])))
    })
}
