//! What policies are asked about: an admission request as `admission.k8s.io/v1` has it.

use sekisho_manifest::{Entry, Node, Object, Operation, Value};
use smol_str::SmolStr;

use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::kinds::Kinds;

/// A request to the API server, after it was read and before it is carried out.
#[derive(Debug, Clone)]
pub struct Request {
    /// Names the request; empty where it did not come from an API server.
    pub uid: SmolStr,
    /// The kind of the object.
    pub kind: GroupVersionKind,
    /// The resource that is changed.
    pub resource: GroupVersionResource,
    /// The part of it that is changed: `status`, `scale`, `ephemeralcontainers`; empty: the whole.
    pub subresource: SmolStr,
    /// The kind of the original request, before it was converted for a webhook.
    pub request_kind: GroupVersionKind,
    /// The resource of the original request.
    pub request_resource: GroupVersionResource,
    /// The name of the object; empty where the API server is to make one.
    pub name: SmolStr,
    /// The namespace; empty for what lives in the cluster as a whole.
    pub namespace: SmolStr,
    /// What is done.
    pub operation: Operation,
    /// Who does it.
    pub user: User,
    /// The object as it shall be; none when it is deleted.
    pub object: Option<Node>,
    /// The object as it is; none when it is created.
    pub old_object: Option<Node>,
    /// The options of the operation: `CreateOptions` and its like.
    pub options: Option<Node>,
    /// Whether nothing will be stored.
    pub dry_run: bool,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Origin {
    /// A manifest: the request is thought of.
    #[default]
    Manifest,
    /// The API server, which asks before it carries the request out.
    Admission,
    /// An object that a cluster holds, as if it were made as it is.
    Cluster,
}

impl Origin {
    /// Whether an API server holds the object, which has it in every version of its resource.
    pub(crate) fn is_served(self) -> bool {
        self != Self::Manifest
    }
}

/// Who sends a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// The name: `system:serviceaccount:shop:default`.
    pub name: SmolStr,
    /// What tells apart users who had the same name one after the other.
    pub uid: SmolStr,
    /// The groups.
    pub groups: Vec<SmolStr>,
    /// What the authenticator adds.
    pub extra: Vec<(SmolStr, Vec<SmolStr>)>,
}

impl Request {
    /// The creation of an object, as if its manifest were applied to an empty cluster. `namespace` stands for
    /// the one that a namespaced object does not name.
    pub fn create(object: &Object, kinds: &Kinds, namespace: &str) -> Self {
        let kind = GroupVersionKind::new(&object.api_version, &object.kind);
        let known = kinds.of(&kind);
        let namespace = if known.namespaced {
            object.namespace.clone().unwrap_or_else(|| namespace.into())
        } else {
            SmolStr::default()
        };
        Self {
            uid: SmolStr::default(),
            resource: known.resource.clone(),
            request_resource: known.resource,
            request_kind: kind.clone(),
            kind,
            subresource: SmolStr::default(),
            name: object.name.clone(),
            namespace,
            operation: Operation::Create,
            user: User::default(),
            object: Some(object.root.clone()),
            old_object: None,
            options: None,
            dry_run: false,
            origin: Origin::Manifest,
        }
    }

    /// The creation of an object as the API server hands it on: an object that names no namespace has it written into
    /// its metadata.
    pub fn admitted(object: &Object, kinds: &Kinds, namespace: &str) -> Self {
        let mut request = Self::create(object, kinds, namespace);
        if let Some(root) = &mut request.object {
            write_namespace(root, &request.namespace);
        }
        request
    }

    /// The object that the request is about: as it shall be, else as it is.
    pub fn subject(&self) -> Option<&Node> {
        self.object.as_ref().or(self.old_object.as_ref())
    }
}

/// Writes the namespace into the metadata of an object that lives in one and names none.
pub(crate) fn write_namespace(root: &mut Node, namespace: &SmolStr) {
    if namespace.is_empty() || root.at(&["metadata", "namespace"]).is_some_and(|node| !node.is_null()) {
        return;
    }
    let Some(metadata) = root.as_mapping_mut().and_then(|root| root.value_mut("metadata")) else { return };
    let span = metadata.span;
    let node = Node { span, value: Value::String(namespace.clone()) };
    if let Some(metadata) = metadata.as_mapping_mut() {
        metadata.put(Entry { key: "namespace".into(), key_span: span, node });
    }
}
