//! What policies may know beside the request.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_cel::Permissions;
use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use crate::external::{self, Answers};
use crate::request::{GroupVersionKind, User, write_namespace};
use crate::trust::ImageFact;
use crate::views::Views;

/// Which objects a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectQuery {
    /// The kind; an empty version stands for any.
    pub kind: GroupVersionKind,
    /// The namespace; none: all of them, or the cluster as a whole.
    pub namespace: Option<SmolStr>,
    /// The name; none: all of them.
    pub name: Option<SmolStr>,
}

/// The state of the world as it was gathered before evaluation. Each question is a look-up.
pub trait Facts: Send + Sync {
    /// The object of a namespace; none where it is not known.
    fn namespace(&self, name: &str) -> Option<Node>;

    /// The objects that a query names, in the order of namespace and name; none where such objects were not
    /// gathered, which is not the same as there being none.
    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>>;

    /// The time, in nanoseconds since 1970 in UTC; none where each language's settings say it.
    fn now(&self) -> Option<i128> {
        None
    }

    /// What a user may do, for rules that ask; none where that was not gathered.
    fn permissions(&self, _user: &User) -> Option<Arc<dyn Permissions>> {
        None
    }

    /// Everything that was gathered, in no certain order, for rules that look for themselves.
    fn everything(&self) -> Vec<Known> {
        Vec::new()
    }

    /// What an external data provider answers to a key; none where it was not asked.
    fn external(&self, _provider: &str, _key: &str) -> Option<ExternalAnswer> {
        None
    }

    /// Whether an external data provider is registered, as far as is known.
    fn has_provider(&self, _provider: &str) -> bool {
        true
    }

    /// What is known of an image, by its reference as the object has it; none where nobody looked it up.
    fn image(&self, _reference: &str) -> Option<ImageFact> {
        None
    }

    /// Where forms of all the facts together are kept, so that they are made once.
    fn views(&self) -> Option<&Views> {
        None
    }
}

/// What an external data provider answers to a key.
#[derive(Debug, Clone)]
pub struct ExternalAnswer {
    /// The value.
    pub value: Node,
    /// Why there is no value; empty where there is one.
    pub error: String,
}

/// An object that was gathered.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its kind.
    pub kind: GroupVersionKind,
    /// Its namespace; empty for what lives in the cluster as a whole.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The object.
    pub root: Node,
}

/// Nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn namespace(&self, _name: &str) -> Option<Node> {
        None
    }

    fn objects(&self, _query: &ObjectQuery) -> Option<Vec<Node>> {
        None
    }
}

/// A set of objects that is all there is.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// By kind; each list in the order of namespace and name.
    kinds: HashMap<GroupVersionKind, Vec<Known>>,
    answers: Answers,
    views: Views,
}

impl Snapshot {
    /// Of these objects; those of namespaced kinds that name none live in `namespace`. Documents of kind
    /// `ExternalData` say what external data providers answer.
    pub fn new<'a>(objects: impl IntoIterator<Item = &'a Object>, namespace: &str) -> Self {
        let mut kinds: HashMap<GroupVersionKind, Vec<Known>> = HashMap::new();
        let mut answers = Answers::default();
        for object in objects {
            if Answers::is(object) {
                answers.enter(&object.root);
                continue;
            }
            if external::is_provider(object) {
                answers.register(object);
            }
            let kind = GroupVersionKind::new(&object.api_version, &object.kind);
            let namespace = match object.is_namespaced() {
                Some(false) => SmolStr::default(),
                _ => object.namespace.clone().unwrap_or_else(|| namespace.into()),
            };
            let mut root = object.root.clone();
            write_namespace(&mut root, &namespace);
            let known = Known { kind: kind.clone(), namespace, name: object.name.clone(), root };
            kinds.entry(kind).or_default().push(known);
        }
        for list in kinds.values_mut() {
            list.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        }
        Self { kinds, answers, views: Views::default() }
    }

    /// With the answers of external data providers that other documents declare, and those that they register.
    #[must_use]
    pub fn with_answers<'a>(mut self, documents: impl IntoIterator<Item = &'a Object>) -> Self {
        for document in documents {
            if Answers::is(document) {
                self.answers.enter(&document.root);
            } else if external::is_provider(document) {
                self.answers.register(document);
            }
        }
        self
    }

    /// The objects of a kind in any version.
    fn of_any_version<'a>(&'a self, kind: &'a GroupVersionKind) -> impl Iterator<Item = &'a Known> {
        let mut versions: Vec<_> = self
            .kinds
            .iter()
            .filter(|(known, _)| known.group == kind.group && known.kind == kind.kind)
            .collect();
        versions.sort_by_key(|(known, _)| *known);
        versions.into_iter().flat_map(|(_, list)| list)
    }
}

impl Facts for Snapshot {
    fn namespace(&self, name: &str) -> Option<Node> {
        let list = self.kinds.get(&GroupVersionKind::new("v1", "Namespace"))?;
        list.iter().find(|known| known.name == name).map(|known| known.root.clone())
    }

    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>> {
        let wanted = |known: &&Known| {
            query.namespace.as_ref().is_none_or(|namespace| *namespace == known.namespace)
                && query.name.as_ref().is_none_or(|name| *name == known.name)
        };
        let found = if query.kind.version.is_empty() {
            self.of_any_version(&query.kind).filter(wanted).map(|known| known.root.clone()).collect()
        } else {
            let list = self.kinds.get(&query.kind).map_or(&[][..], Vec::as_slice);
            list.iter().filter(wanted).map(|known| known.root.clone()).collect()
        };
        Some(found)
    }

    fn everything(&self) -> Vec<Known> {
        self.kinds.values().flatten().cloned().collect()
    }

    fn external(&self, provider: &str, key: &str) -> Option<ExternalAnswer> {
        self.answers.find(provider, key)
    }

    fn has_provider(&self, provider: &str) -> bool {
        self.answers.has_provider(provider)
    }

    fn views(&self) -> Option<&Views> {
        Some(&self.views)
    }
}
