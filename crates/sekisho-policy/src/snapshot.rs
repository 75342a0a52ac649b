//! A set of objects that is all there is.

use std::collections::HashMap;

use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use crate::external::{self, Answers};
use crate::facts::{ExternalAnswer, Facts, Known, ObjectQuery};
use crate::group_version::GroupVersionKind;
use crate::request::write_namespace;
use crate::views::Views;

/// What is known where nothing else exists than these objects.
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
