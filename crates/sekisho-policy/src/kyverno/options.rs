//! What Kyverno's rules are given beside requests and facts: settings, values of variables, who asks.

use std::borrow::Cow;

use sekisho_kyverno::Settings;
use sekisho_kyverno::given::Values;
use sekisho_kyverno::matching::{Kind, Operation, User};
use sekisho_manifest::{FieldPath, Node, Object};
use smol_str::SmolStr;

use crate::facts::Facts;
use crate::group_version::GroupVersionKind;
use crate::kinds::Kinds;
use crate::request::{self, Request};

/// What Kyverno's rules are given.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The settings of the installation, and the time.
    pub settings: Settings,
    /// What variables stand for, labels of namespaces, what parts of objects are.
    pub values: Values,
    /// Who asks, with the roles that are bound to them; none: whom the request names.
    pub user: Option<User>,
}

impl From<Settings> for Options {
    fn from(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }
}

impl Options {
    /// Whether requests are as they come: neither values nor a user are given.
    pub(super) fn leaves_requests(&self) -> bool {
        self.values.is_empty() && self.user.is_none()
    }

    /// The request as all policies see it: who asks, what is done, and the object of which it is a part.
    pub fn apply(&self, request: &mut Request, kinds: &Kinds) {
        if let Some(user) = &self.user {
            request.user = request::User {
                name: user.name.clone(),
                uid: user.uid.clone(),
                groups: user.groups.clone(),
                ..request::User::default()
            };
        }
        let GroupVersionKind { group, version, kind } = request.kind.clone();
        if let Some(part) = self.values.part(&Kind { group, version, kind }) {
            let Kind { group, version, kind } = part.parent;
            request.kind = GroupVersionKind { group, version, kind };
            request.resource = kinds.of(&request.kind).resource;
            request.request_kind = request.kind.clone();
            request.request_resource = request.resource.clone();
            request.subresource = part.name;
        }
        match self.values.operation() {
            Some(Operation::Update) => {
                request.operation = Operation::Update;
                request.old_object = request.object.clone();
            }
            Some(Operation::Delete) => {
                request.operation = Operation::Delete;
                request.old_object = request.object.take();
            }
            _ => {}
        }
    }

    /// The namespaces that the values hold.
    pub fn namespaces(&self) -> Vec<Object> {
        let namespaces = self.values.namespaces();
        namespaces.iter().map(|namespace| namespace_object(namespace.to_node())).collect()
    }
}

fn namespace_object(root: Node) -> Object {
    let name = root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("");
    Object {
        api_version: SmolStr::new_static("v1"),
        kind: SmolStr::new_static("Namespace"),
        name: name.into(),
        namespace: None,
        source: root.span.source,
        document: 0,
        within: FieldPath::root(),
        root,
    }
}

/// The settings at the time that facts tell. Random sequences begin elsewhere at each time.
pub(super) fn settings<'s>(known: &'s Settings, facts: &dyn Facts) -> Cow<'s, Settings> {
    match facts.now() {
        None => Cow::Borrowed(known),
        Some(now) => {
            let low = u64::try_from(now.rem_euclid(1 << 64)).unwrap_or_default();
            Cow::Owned(Settings { now, seed: known.seed ^ low, ..known.clone() })
        }
    }
}
