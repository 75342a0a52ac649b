//! The images that a request brings in: those of the containers of a Pod, or of the template of a workload, that were not
//! there before.

use std::collections::HashSet;

use sekisho_manifest::{FieldPath, Node, Operation, Value};
use sekisho_trust::Resource;
use smol_str::SmolStr;

use crate::group_version::GroupVersionKind;
use crate::interest::{Interest, Target};
use crate::request::Request;

/// An image that a request brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Where the reference stands in the object.
    pub(crate) path: FieldPath,
    /// The container, or the volume.
    pub(crate) of: SmolStr,
    /// The reference as it is written.
    pub(crate) text: SmolStr,
}

/// The kinds that hold Pods, and where.
const KINDS: [(&str, &str, &[&str]); 9] = [
    ("", "Pod", &[]),
    ("", "PodTemplate", &["template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

/// Lists of containers in a Pod's `spec`.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// The requests that can bring images in.
pub(crate) fn interest() -> Interest {
    let targets = KINDS.iter().map(|(group, kind, _)| Target::Kind {
        group: Some(SmolStr::new_static(group)),
        kind: SmolStr::new_static(kind),
    });
    Interest { targets: targets.collect(), operations: vec![Operation::Create, Operation::Update] }
}

/// The Pod, or the template of one, that an object of a kind holds.
pub fn pod_template<'n>(kind: &GroupVersionKind, root: &'n Node) -> Option<&'n Node> {
    template(kind, root).map(|(pod, _)| pod)
}

/// The same, and where it stands.
fn template<'n>(kind: &GroupVersionKind, root: &'n Node) -> Option<(&'n Node, FieldPath)> {
    let (_, _, path) = KINDS.iter().find(|(group, name, _)| kind.group == *group && kind.kind == *name)?;
    Some((root.at(path)?, path.iter().copied().collect()))
}

/// What a request brings in. Parts of objects that hold no images bring in none.
pub(crate) fn carried(request: &Request) -> Vec<Carried> {
    let is_part = !request.subresource.is_empty() && request.subresource != "ephemeralcontainers";
    if is_part || !matches!(request.operation, Operation::Create | Operation::Update) {
        return Vec::new();
    }
    let Some(object) = &request.object else { return Vec::new() };
    let mut images = of_object(&request.kind, object);
    let old = request.old_object.as_ref().filter(|_| request.operation == Operation::Update);
    if let Some(old) = old {
        // What ran before may go on to run under its own name; under another it is new.
        let before = of_object(&request.kind, old);
        let before: HashSet<(&FieldPath, &str, &str)> = before
            .iter()
            .map(|image| (&image.list, image.image.of.as_str(), image.image.text.as_str()))
            .collect();
        images.retain(|image| {
            !before.contains(&(&image.list, image.image.of.as_str(), image.image.text.as_str()))
        });
    }
    images.into_iter().map(|found| found.image).collect()
}

/// The object of a request, for policies that look at it; none where it is removed.
pub fn resource_of(request: &Request) -> Option<Resource> {
    let object = request.object.as_ref()?;
    Some(Resource {
        group: request.resource.group.to_string(),
        version: request.resource.version.to_string(),
        resource: request.resource.resource.to_string(),
        object: object.to_json(),
    })
}

struct InList {
    list: FieldPath,
    image: Carried,
}

fn of_object(kind: &GroupVersionKind, root: &Node) -> Vec<InList> {
    let Some((pod, path)) = template(kind, root) else { return Vec::new() };
    let Some(spec) = pod.get("spec") else { return Vec::new() };
    let path = path.child("spec");
    let mut images = Vec::new();
    let mut enter = |list: &FieldPath, path: FieldPath, holder: &Node, key: &str, of: &str| {
        let text = holder.str(key);
        // A template may leave its images to others; a Pod may not, and the API server sees to that.
        if !text.is_empty() {
            let image = Carried { path: path.child(key), of: of.into(), text: text.into() };
            images.push(InList { list: list.clone(), image });
        }
    };
    for list in LISTS {
        let place = path.child(list);
        for (index, container) in spec.get(list).map_or(&[][..], Node::items).iter().enumerate() {
            enter(&place, place.child(index), container, "image", container.str("name"));
        }
    }
    let place = path.child("volumes");
    for (index, volume) in spec.get("volumes").map_or(&[][..], Node::items).iter().enumerate() {
        if let Some(image) = volume.get("image") {
            enter(&place, place.child(index).child("image"), image, "reference", volume.str("name"));
        }
    }
    images
}

/// The object with other texts at some places.
pub(crate) fn with_texts(root: &Node, texts: &[(FieldPath, SmolStr)]) -> Node {
    let mut root = root.clone();
    for (path, text) in texts {
        put(&mut root, path.segments(), text);
    }
    root
}

fn put(node: &mut Node, path: &[sekisho_manifest::Segment], text: &SmolStr) {
    use sekisho_manifest::Segment;
    let below = match path.split_first() {
        None => {
            node.value = Value::String(text.clone());
            return;
        }
        Some((Segment::Key(key), rest)) => {
            node.as_mapping_mut().and_then(|mapping| mapping.value_mut(key)).map(|below| (below, rest))
        }
        Some((Segment::Index(index), rest)) => {
            node.items_mut().and_then(|items| items.get_mut(*index)).map(|below| (below, rest))
        }
    };
    if let Some((below, rest)) = below {
        put(below, rest, text);
    }
}
