//! Templates of Pods in objects of any kind.

use std::sync::Arc;

use sekisho_manifest::{Entry, Mapping, Node, Span, Value};
use smol_str::SmolStr;

use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::request::Request;

/// How deep templates are looked for.
const DEEPEST: usize = 100;

/// The requests about the Pods of the templates of an object, each with the path of its template.
pub(super) fn requests(request: &Request) -> Vec<(String, Request)> {
    let new = request.object.as_ref().map(templates).unwrap_or_default();
    let old = request.old_object.as_ref().map(templates).unwrap_or_default();
    let is_new = request.object.is_some();
    let (found, other) = if is_new { (new, old) } else { (old, new) };
    let asked = found.into_iter().map(|(path, template)| {
        let own = pod(&template, request);
        let other =
            other.iter().find(|(known, _)| *known == path).map(|(_, template)| pod(template, request));
        let (object, old_object) = if is_new { (Some(own), other) } else { (other, Some(own)) };
        let about = object.as_ref().or(old_object.as_ref());
        let text =
            |key: &str| about.and_then(|pod| pod.at(&["metadata", key])).and_then(Node::as_str).unwrap_or("");
        let kind = GroupVersionKind::new("v1", "Pod");
        let resource =
            GroupVersionResource { group: SmolStr::default(), version: "v1".into(), resource: "pods".into() };
        let asked = Request {
            request_kind: kind.clone(),
            request_resource: resource.clone(),
            kind,
            resource,
            name: text("name").into(),
            namespace: text("namespace").into(),
            object: object.clone(),
            old_object: old_object.clone(),
            ..request.clone()
        };
        (path, asked)
    });
    asked.collect()
}

fn templates(object: &Node) -> Vec<(String, Node)> {
    let mut found = Vec::new();
    if let Some(spec) = object.get("spec").filter(|spec| spec.as_mapping().is_some()) {
        look(spec, "spec", 0, &mut found);
    }
    found
}

fn look(node: &Node, path: &str, depth: usize, found: &mut Vec<(String, Node)>) {
    if depth > DEEPEST {
        return;
    }
    if is_template(node) {
        found.push((path.to_owned(), node.clone()));
        return;
    }
    for entry in node.entries() {
        look(&entry.node, &format!("{path}.{}", entry.key), depth + 1, found);
    }
    for (place, item) in node.items().iter().enumerate() {
        look(item, &format!("{path}[{place}]"), depth + 1, found);
    }
}

fn is_template(node: &Node) -> bool {
    let is_container = |container: &Node| {
        !container.str("name").is_empty()
            && container.get("image").is_some_and(|image| image.as_str().is_some())
    };
    let containers = node.at(&["spec", "containers"]).map_or(&[][..], Node::items);
    let metadata = node.entry("metadata").is_none_or(|entry| entry.node.as_mapping().is_some());
    metadata && !containers.is_empty() && containers.iter().all(is_container)
}

/// The Pod that a template makes, named after the object where it has no name.
fn pod(template: &Node, request: &Request) -> Node {
    let text = |text: &str| Node { span: Span::default(), value: Value::String(text.into()) };
    let mut metadata = template.get("metadata").and_then(Node::as_mapping).cloned().unwrap_or_default();
    for (key, value) in [("name", &request.name), ("namespace", &request.namespace)] {
        if metadata.entry(key).and_then(|entry| entry.node.as_str()).is_none_or(str::is_empty) {
            metadata.put(Entry { key: key.into(), key_span: Span::default(), node: text(value) });
        }
    }
    let metadata = Node { span: Span::default(), value: Value::Mapping(Arc::new(metadata)) };
    let mut fields = vec![("apiVersion", text("v1")), ("kind", text("Pod")), ("metadata", metadata)];
    fields.extend(template.get("spec").map(|spec| ("spec", spec.clone())));
    let entry = |(key, node)| Entry { key: SmolStr::new_static(key), key_span: Span::default(), node };
    let mapping = Mapping::new(fields.into_iter().map(entry).collect());
    Node { span: Span::default(), value: Value::Mapping(Arc::new(mapping)) }
}
