//! `k8smeta.*`: what the collector of metadata tells of a thread's Pod and what stands around it.

use sekisho_falco::Value;

use super::made;
use crate::state::kubernetes::Resource;
use crate::view::View;

/// A field of an object around a Pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KubernetesField {
    /// The kind; none for the Pod itself.
    kind: Option<&'static str>,
    part: Part,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Name,
    Uid,
    Label,
    Labels,
    Address,
}

impl KubernetesField {
    /// The field of this name.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let (kind, part) = name.strip_prefix("k8smeta.")?.split_once('.')?;
        let kind = match kind {
            "pod" => None,
            "ns" => Some("Namespace"),
            "deployment" => Some("Deployment"),
            "svc" => Some("Service"),
            "rs" => Some("ReplicaSet"),
            "rc" => Some("ReplicationController"),
            _ => return None,
        };
        let part = match part {
            "name" => Part::Name,
            "uid" => Part::Uid,
            "label" => Part::Label,
            "labels" => Part::Labels,
            "ip" => Part::Address,
            _ => return None,
        };
        Some(Self { kind, part })
    }
}

pub(crate) fn extract<'e>(
    view: &'e View<'_>,
    field: &KubernetesField,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    let before = values.len();
    let Some(pod) = pod(view) else { return false };
    let objects = match field.kind {
        None => vec![pod],
        Some(kind) => view.state.pods.related(pod, kind),
    };
    for object in objects {
        match field.part {
            Part::Name => values.push(Value::text(&object.name)),
            Part::Uid => values.push(Value::text(&object.uid)),
            Part::Address => values.push(Value::text(&object.address)),
            Part::Label => {
                let label = object.labels.iter().find(|(name, _)| Some(name.as_bytes()) == argument);
                values.extend(label.map(|(_, value)| Value::text(value)));
            }
            Part::Labels => {
                values.extend(object.labels.iter().map(|(name, value)| made(format!("{name}:{value}"))));
            }
        }
    }
    if values.len() == before && matches!((field.kind, &field.part), (Some("Namespace"), Part::Name)) {
        values.push(Value::text(&pod.namespace));
    }
    values.len() > before
}

/// The Pod of a thread, by the label of its container or by its control groups.
fn pod<'e>(view: &'e View<'_>) -> Option<&'e Resource> {
    let thread = view.thread()?;
    let label =
        view.state.container(thread).and_then(|container| container.labels.get("io.kubernetes.pod.uid"));
    if let Some(uid) = label {
        return view.state.pods.get(uid);
    }
    let uid = thread.control_groups.groups.iter().find_map(|(_, path)| uid(path))?;
    view.state.pods.get(&uid)
}

/// The identifier of a Pod in the path of a control group: `pod` and an identifier, with `-` or `_`.
fn uid(path: &[u8]) -> Option<String> {
    const BYTES: usize = 36;
    let path = std::str::from_utf8(path).ok()?;
    let is_uid = |text: &&str| {
        text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => matches!(byte, b'-' | b'_'),
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let starts = path.match_indices("pod").map(|(place, _)| place + 3);
    let found = starts.filter_map(|start| path.get(start..start + BYTES)).find(is_uid)?;
    Some(found.replace('_', "-"))
}
