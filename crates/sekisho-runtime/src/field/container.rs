//! `container.*` and `k8s.*`.

use sekisho_falco::Value;

use super::{fields, index, made, push};
use crate::state::container::{Container, Mount, SHORT_IDENTIFIER_BYTES};
use crate::state::image::texts;
use crate::step::{Action, Parameters, action};
use crate::view::View;

fields! {
    /// Fields of containers, and of their Pods as the containers' labels tell of them.
    ContainerField {
        Identifier "container.id",
        FullIdentifier "container.full_id",
        Name "container.name",
        Image "container.image",
        ImageIdentifier "container.image.id",
        Type "container.type",
        IsPrivileged "container.privileged",
        Mounts "container.mounts",
        OneMount "container.mount",
        MountSource "container.mount.source",
        MountDestination "container.mount.dest",
        MountMode "container.mount.mode",
        MountWritable "container.mount.rdwr",
        MountPropagation "container.mount.propagation",
        ImageRepository "container.image.repository",
        ImageTag "container.image.tag",
        ImageDigest "container.image.digest",
        HealthCheck "container.healthcheck",
        LivenessProbe "container.liveness_probe",
        ReadinessProbe "container.readiness_probe",
        Started "container.start_ts",
        Duration "container.duration",
        Address "container.ip",
        Network "container.cni.json",
        HostPid "container.host_pid",
        HostNetwork "container.host_network",
        HostIpc "container.host_ipc",
        Label "container.label",
        Labels "container.labels",
        IsHealthCheck "proc.is_container_healthcheck",
        IsLivenessProbe "proc.is_container_liveness_probe",
        IsReadinessProbe "proc.is_container_readiness_probe",
        PodName "k8s.pod.name",
        NamespaceName "k8s.ns.name",
        PodIdentifier "k8s.pod.id",
        PodUid "k8s.pod.uid",
        Sandbox "k8s.pod.sandbox_id",
        FullSandbox "k8s.pod.full_sandbox_id",
        PodLabel "k8s.pod.label",
        PodLabels "k8s.pod.labels",
        PodAddress "k8s.pod.ip",
        PodNetwork "k8s.pod.cni.json",
        ControllerName "k8s.rc.name",
        ControllerIdentifier "k8s.rc.id",
        ControllerLabel "k8s.rc.label",
        ControllerLabels "k8s.rc.labels",
        ServiceName "k8s.svc.name",
        ServiceIdentifier "k8s.svc.id",
        ServiceLabel "k8s.svc.label",
        ServiceLabels "k8s.svc.labels",
        NamespaceIdentifier "k8s.ns.id",
        NamespaceLabel "k8s.ns.label",
        NamespaceLabels "k8s.ns.labels",
        SetName "k8s.rs.name",
        SetIdentifier "k8s.rs.id",
        SetLabel "k8s.rs.label",
        SetLabels "k8s.rs.labels",
        DeploymentName "k8s.deployment.name",
        DeploymentIdentifier "k8s.deployment.id",
        DeploymentLabel "k8s.deployment.label",
        DeploymentLabels "k8s.deployment.labels",
    }
}

/// The name and identifier of what is in no container.
const HOST: &str = "host";

pub(crate) fn extract<'e>(
    view: &'e View<'_>,
    field: ContainerField,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    push(values, value(view, field, argument))
}

/// The container that an event is about: one that it tells of, or that of its thread.
fn container<'e>(view: &'e View<'_>) -> Option<(Option<&'e Container>, &'e [u8])> {
    let event = view.event;
    let json = match event.head.kind.info().constant {
        _ if action(event.head.kind) != Action::Notice => None,
        "CONTAINER_JSON_E" | "CONTAINER_JSON_2_E" => event.text(0),
        "ASYNCEVENT_E" if event.text(1) == Some(b"container") => event.text(2),
        _ => None,
    };
    if let Some(json) = json {
        let known = view.state.containers.told_by(json)?;
        return Some((Some(known), known.identifier.as_bytes()));
    }
    let thread = view.thread()?;
    Some((view.state.container(thread), &thread.control_groups.container))
}

fn value<'e>(view: &'e View<'_>, field: ContainerField, argument: Option<&[u8]>) -> Option<Value<'e>> {
    use ContainerField as F;
    let (known, identifier) = container(view)?;
    match field {
        F::Identifier if identifier.is_empty() => return Some(Value::text(HOST)),
        F::Identifier => return Some(Value::text(identifier)),
        F::Started | F::Duration => {
            let start = view.thread()?.namespace_start;
            if start == 0 || identifier.is_empty() && view.is_legacy() {
                return None;
            }
            let since = view.event.head.time.wrapping_sub(start);
            return Some(Value::UInt(if field == F::Started { start } else { since }));
        }
        F::IsHealthCheck | F::IsLivenessProbe | F::IsReadinessProbe => {
            return Some(Value::Bool(is_probe(view, known, field)));
        }
        _ => {}
    }
    if identifier.is_empty() {
        return host(view, field);
    }
    of_container(view, field, argument, known?)
}

/// What fields are on the machine itself.
fn host<'e>(view: &View<'_>, field: ContainerField) -> Option<Value<'e>> {
    use ContainerField as F;
    match field {
        F::Name | F::Type => Some(Value::text(HOST)),
        _ if view.is_legacy() => None,
        F::FullIdentifier
        | F::Image
        | F::ImageIdentifier
        | F::ImageRepository
        | F::ImageTag
        | F::ImageDigest
        | F::Mounts
        | F::Labels
        | F::Address
        | F::Network
        | F::Sandbox
        | F::FullSandbox
        | F::PodLabels => Some(Value::text("")),
        F::IsPrivileged | F::HostPid | F::HostNetwork | F::HostIpc => Some(Value::Bool(false)),
        _ => None,
    }
}

fn of_container<'e>(
    view: &'e View<'_>,
    field: ContainerField,
    argument: Option<&[u8]>,
    container: &'e Container,
) -> Option<Value<'e>> {
    use ContainerField as F;
    let label = |name: &str| container.labels.get(name).map(Value::text);
    Some(match field {
        F::FullIdentifier => Value::text(&container.full_identifier),
        F::Name => Value::text(&container.name),
        F::Image => Value::text(&container.image),
        F::ImageIdentifier => Value::text(&container.image_identifier),
        F::Type => Value::text(container.runtime()),
        F::IsPrivileged => Value::Bool(container.is_privileged),
        F::Mounts => made(container.mounts.iter().map(Mount::shown).collect::<Vec<_>>().join(",")),
        F::OneMount
        | F::MountSource
        | F::MountDestination
        | F::MountMode
        | F::MountWritable
        | F::MountPropagation => mount(field, container, argument)?,
        F::ImageRepository => Value::text(&container.image_repository),
        F::ImageTag => Value::text(&container.image_tag),
        F::ImageDigest => Value::text(&container.image_digest),
        F::HealthCheck => probe(container, "Healthcheck")?,
        F::LivenessProbe => probe(container, "LivenessProbe")?,
        F::ReadinessProbe => probe(container, "ReadinessProbe")?,
        F::Address => Value::text(&container.address),
        F::Network => Value::text(&container.network_json),
        F::HostPid => Value::Bool(container.host_pid),
        F::HostNetwork => Value::Bool(container.host_network),
        F::HostIpc => Value::Bool(container.host_ipc),
        F::Label => label(std::str::from_utf8(argument?).ok()?)?,
        F::Labels => made(joined(&container.labels)),
        F::PodName => label("io.kubernetes.pod.name")?,
        F::NamespaceName => label("io.kubernetes.pod.namespace")?,
        F::PodIdentifier | F::PodUid => label("io.kubernetes.pod.uid")?,
        F::FullSandbox => Value::text(&container.sandbox),
        F::Sandbox => {
            let end = container.sandbox.len().min(SHORT_IDENTIFIER_BYTES);
            Value::text(container.sandbox.get(..end).unwrap_or_default())
        }
        F::PodLabel => {
            let name = std::str::from_utf8(argument?).ok()?;
            let labels = sandbox(view, container).map_or(&container.sandbox_labels, |of| &of.sandbox_labels);
            Value::text(labels.get(name).or_else(|| container.sandbox_labels.get(name))?)
        }
        F::PodLabels => {
            made(joined(sandbox(view, container).map_or(&container.sandbox_labels, |of| &of.sandbox_labels)))
        }
        F::PodAddress => match &container.network_json {
            json if json.is_empty() => Value::text(&sandbox(view, container)?.address),
            _ => Value::text(&container.address),
        },
        F::PodNetwork => match &container.network_json {
            json if json.is_empty() => Value::text(&sandbox(view, container)?.network_json),
            json => Value::text(json),
        },
        // What stands above a Pod is told by the collector of metadata alone.
        _ => return None,
    })
}

/// The sandbox of a container whose own record does not tell of the Pod.
fn sandbox<'e>(view: &'e View<'_>, container: &Container) -> Option<&'e Container> {
    if !container.network_json.is_empty() {
        return None;
    }
    let end = container.sandbox.len().min(SHORT_IDENTIFIER_BYTES);
    view.state.containers.get(container.sandbox.get(..end)?.as_bytes())
}

fn joined(labels: &std::collections::BTreeMap<String, String>) -> String {
    let own = labels
        .iter()
        .filter(|(name, _)| !name.starts_with("annotation.") && !name.starts_with("io.kubernetes."));
    let shown =
        own.map(|(name, value)| if value.is_empty() { name.clone() } else { format!("{name}:{value}") });
    shown.collect::<Vec<_>>().join(", ")
}

fn mount<'e>(field: ContainerField, container: &'e Container, argument: Option<&[u8]>) -> Option<Value<'e>> {
    use ContainerField as F;
    let wanted = std::str::from_utf8(argument?).ok()?;
    let mount = match index(argument) {
        Some(place) => container.mounts.get(place)?,
        None => container.mounts.iter().find(|mount| {
            let known = if field == F::MountSource { &mount.destination } else { &mount.source };
            matches(wanted, known)
        })?,
    };
    Some(match field {
        F::MountSource => Value::text(&mount.source),
        F::MountDestination => Value::text(&mount.destination),
        F::MountMode => Value::text(&mount.mode),
        F::MountWritable => Value::text(if mount.is_writable { "true" } else { "false" }),
        F::MountPropagation => Value::text(&mount.propagation),
        _ => made(mount.shown()),
    })
}

/// Whether a path matches a pattern in which `*` stands for anything and `?` for one character.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = path.get(place) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((behind, from)) = star else { return false };
                star = Some((behind, from + 1));
                at = behind + 1;
                place = from + 1;
            }
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

fn probe<'e>(container: &'e Container, kind: &str) -> Option<Value<'e>> {
    let (_, exe, arguments) = container.probes.iter().find(|(known, ..)| *known == kind)?;
    let mut line = exe.clone();
    for argument in arguments {
        line.push(' ');
        line.push_str(argument);
    }
    Some(made(line))
}

/// Whether a process, or one above it, is the program of a probe.
fn is_probe(view: &View<'_>, container: Option<&Container>, field: ContainerField) -> bool {
    let kind = match field {
        ContainerField::IsHealthCheck => "Healthcheck",
        ContainerField::IsLivenessProbe => "LivenessProbe",
        _ => "ReadinessProbe",
    };
    let found = container.and_then(|container| container.probes.iter().find(|(known, ..)| *known == kind));
    let (Some((_, exe, arguments)), Some(slot), Some(thread)) = (found, view.slot(), view.thread()) else {
        return false;
    };
    let is_program = |image: &crate::state::image::Image| {
        image.exe == exe.as_bytes() && texts(&image.arguments).eq(arguments.iter().map(String::as_bytes))
    };
    is_program(&thread.image) || view.state.threads.ancestors(slot).any(|process| is_program(&process.image))
}
