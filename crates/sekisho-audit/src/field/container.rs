//! Fields of the containers of a Pod.

use std::borrow::Cow;

use sekisho_falco::Value;

use super::values::{along, index, push, text};
use crate::event::{AuditEvent, Member};
use crate::json::{Json, JsonKind};

/// Which containers.
#[derive(Clone, Copy, Debug)]
pub(super) enum List {
    Containers,
    InitContainers,
    EphemeralContainers,
    /// The older fields, which mean the first of the containers, or one of them.
    OneOfContainers,
}

/// A field of a container.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfContainer {
    At(&'static [&'static str]),
    Words(&'static str),
    Name,
    Image,
    Repository,
    HostPorts,
    AnyPrivileged,
    AddedCapabilities,
    /// What holds in the end, by the container or by the Pod.
    Effective(&'static str),
}

impl List {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "containers" => Self::Containers,
            "initContainers" => Self::InitContainers,
            "ephemeralContainers" => Self::EphemeralContainers,
            _ => return None,
        })
    }

    fn key(self) -> &'static str {
        match self {
            Self::Containers | Self::OneOfContainers => "containers",
            Self::InitContainers => "initContainers",
            Self::EphemeralContainers => "ephemeralContainers",
        }
    }
}

impl OfContainer {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "args" => Self::Words("args"),
            "command" => Self::Words("command"),
            "name" => Self::Name,
            "image" => Self::Image,
            "image.repository" => Self::Repository,
            "host_port" => Self::HostPorts,
            "privileged" => Self::At(&["securityContext", "privileged"]),
            "allow_privilege_escalation" => Self::At(&["securityContext", "allowPrivilegeEscalation"]),
            "read_only_fs" => Self::At(&["securityContext", "readOnlyRootFilesystem"]),
            "run_as_user" => Self::At(&["securityContext", "runAsUser"]),
            "run_as_group" => Self::At(&["securityContext", "runAsGroup"]),
            "proc_mount" => Self::At(&["securityContext", "procMount"]),
            "eff_run_as_user" => Self::Effective("runAsUser"),
            "eff_run_as_group" => Self::Effective("runAsGroup"),
            "add_capabilities" => Self::AddedCapabilities,
            _ => return None,
        })
    }
}

pub(super) fn extract<'e>(
    event: &'e AuditEvent<'_>,
    list: List,
    what: OfContainer,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    let Some(spec) = event.member(Member::Request).and_then(|request| request.get("spec")) else {
        return false;
    };
    // The older fields of images mean the first container.
    let is_first = matches!(list, List::OneOfContainers) && !matches!(what, OfContainer::AnyPrivileged);
    let (index, key) = (index(argument).or(is_first.then_some(0)), list.key());
    let at = |path: &[&str]| {
        let mut whole = vec![key];
        whole.extend_from_slice(path);
        along(spec, index, &whole)
    };
    match what {
        OfContainer::At(path) => {
            let Some(found) = at(path) else { return false };
            found.into_iter().flatten().for_each(|value| push(value, values));
            true
        }
        OfContainer::Name | OfContainer::Image => {
            let key = if matches!(what, OfContainer::Name) { "name" } else { "image" };
            // One without a name spoils all.
            let found = at(&[key]).and_then(|found| found.into_iter().collect::<Option<Vec<_>>>());
            let Some(found) = found else { return false };
            values.extend(found.into_iter().map(|value| text(value.shown())));
            true
        }
        OfContainer::Repository => {
            let found = at(&["image"]).and_then(|found| found.into_iter().collect::<Option<Vec<_>>>());
            let Some(found) = found else { return false };
            values.extend(found.into_iter().map(|image| text(repository(image.shown()))));
            true
        }
        OfContainer::Words(key) => {
            let Some(found) = at(&[key]) else { return false };
            let before = values.len();
            for words in found.into_iter().flatten() {
                let Some(line) = joined(words) else {
                    values.truncate(before);
                    return false;
                };
                values.push(text(Cow::Owned(line)));
            }
            true
        }
        OfContainer::HostPorts => {
            let Some(found) = at(&["ports"]) else { return false };
            for ports in found.into_iter().flatten() {
                if ports.kind() != JsonKind::Array {
                    return false;
                }
                // With the network of the node a port of the container is one of the node.
                let ports = ports
                    .items()
                    .filter_map(|port| port.get("hostPort").or_else(|| port.get("containerPort")));
                ports.for_each(|port| push(port, values));
            }
            true
        }
        OfContainer::AnyPrivileged => {
            let Some(found) = at(&["securityContext", "privileged"]) else { return false };
            let is_privileged = found.into_iter().flatten().any(|value| value.as_bool() == Some(true));
            values.push(Value::text(if is_privileged { "true" } else { "false" }));
            true
        }
        OfContainer::AddedCapabilities => {
            let Some(found) = at(&["securityContext", "capabilities", "add"]) else { return false };
            for capabilities in found.into_iter().flatten() {
                super::values::list(capabilities, values);
            }
            true
        }
        OfContainer::Effective(key) => {
            let Some(containers) = spec.get(list.key()) else { return false };
            let of_pod = spec.along(&["securityContext", key]);
            let wanted = |place: usize| index.is_none_or(|index| index == place);
            for (_, container) in containers.items().enumerate().filter(|(place, _)| wanted(*place)) {
                let holds = container.along(&["securityContext", key]).or(of_pod);
                values.push(text(holds.map_or(Cow::Borrowed("0"), Json::shown)));
            }
            true
        }
    }
}

/// The name of an image up to its tag or digest, which is also where a port of the registry begins.
fn repository(image: Cow<'_, str>) -> Cow<'_, str> {
    let end = image.find([':', '@']).unwrap_or(image.len());
    match image {
        Cow::Borrowed(image) => Cow::Borrowed(image.get(..end).unwrap_or_default()),
        Cow::Owned(mut image) => {
            image.truncate(end);
            Cow::Owned(image)
        }
    }
}

/// The words of a command with blanks between them; none where it is no array of texts.
fn joined(words: Json<'_>) -> Option<String> {
    if words.kind() != JsonKind::Array {
        return None;
    }
    let words: Option<Vec<_>> = words.items().map(Json::as_str).collect();
    Some(words?.join(" "))
}
