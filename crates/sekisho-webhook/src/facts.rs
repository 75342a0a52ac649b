//! What policies look at beside the request: objects of the cluster, gathered before they are asked.

mod live;

use std::sync::Arc;

use sekisho_cel::Permissions;
use sekisho_manifest::Node;
use sekisho_policy::{
    ExternalAnswer, Facts, Known, Need, ObjectQuery, Operation, Request, Snapshot, User, Views,
};
use smol_str::SmolStr;

pub use self::live::Live;
use crate::json::parsed;

/// Why facts are not at hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// They cannot be had.
    #[error("{0}")]
    Away(String),
}

/// How a part of the facts stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactHealth {
    /// The objects: `namespaces`.
    pub name: String,
    /// Whether all of them were read once.
    pub synced: bool,
    /// How many there are.
    pub count: usize,
    /// What is wrong with keeping them up; none where nothing is.
    pub error: Option<String>,
}

/// Where facts come from.
pub trait FactSource: Send + Sync {
    /// The facts as they are at this moment.
    fn facts(&self) -> Arc<dyn Facts>;

    /// Sees to it that objects are at hand, and waits until they are.
    fn prepare(&self, needs: &[Need]) -> Result<(), FactsError>;

    /// A namespace that is not among the facts, asked for now; none where there is no such namespace.
    fn namespace(&self, name: &str) -> Result<Option<Node>, FactsError>;

    /// The Pods of a namespace, asked for now; none where nobody can tell.
    fn pods(&self, namespace: &str) -> Option<Vec<Node>>;

    /// How the facts stand.
    fn health(&self) -> Vec<FactHealth>;
}

/// Facts that do not change.
#[derive(Debug, Default)]
pub struct Fixed(Arc<Snapshot>);

impl Fixed {
    /// These.
    pub fn new(snapshot: Snapshot) -> Self {
        Self(Arc::new(snapshot))
    }
}

impl FactSource for Fixed {
    fn facts(&self) -> Arc<dyn Facts> {
        Arc::clone(&self.0) as Arc<dyn Facts>
    }

    fn prepare(&self, _needs: &[Need]) -> Result<(), FactsError> {
        Ok(())
    }

    /// Every namespace that is not given has no labels.
    fn namespace(&self, name: &str) -> Result<Option<Node>, FactsError> {
        let text = serde_json::json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        });
        Ok(parsed(&text.to_string()))
    }

    fn pods(&self, _namespace: &str) -> Option<Vec<Node>> {
        None
    }

    fn health(&self) -> Vec<FactHealth> {
        Vec::new()
    }
}

/// The facts of one request: those of the moment, what was asked for because of the request, and the time.
pub(crate) struct Gathered {
    facts: Arc<dyn Facts>,
    now: i128,
    namespace: Option<(SmolStr, Node)>,
    pods: Option<(SmolStr, Vec<Node>)>,
}

impl Gathered {
    /// Gathers what a request needs that is not at hand.
    pub(crate) fn of(request: &Request, source: &dyn FactSource, now: i128) -> Result<Self, FactsError> {
        let facts = source.facts();
        let mut gathered = Self { facts, now, namespace: None, pods: None };
        let is_namespace = request.resource.group.is_empty() && request.resource.resource == "namespaces";
        if is_namespace {
            // Of a level that is newly enforced the Pods are told that do not keep to it.
            if request.operation == Operation::Update && changes_levels(request) {
                gathered.pods = source.pods(&request.name).map(|pods| (request.name.clone(), pods));
            }
        } else if !request.namespace.is_empty() && gathered.facts.namespace(&request.namespace).is_none() {
            let found = source.namespace(&request.namespace)?;
            let Some(found) = found else {
                return Err(FactsError::Away(format!("there is no namespace `{}`", request.namespace)));
            };
            gathered.namespace = Some((request.namespace.clone(), found));
        }
        Ok(gathered)
    }
}

/// Whether the labels of a namespace change that say its levels.
fn changes_levels(request: &Request) -> bool {
    let labels = |node: &Option<Node>| -> Vec<(SmolStr, String)> {
        let labels = node.as_ref().and_then(|node| node.at(&["metadata", "labels"]));
        let entries = labels.map(Node::entries).unwrap_or_default();
        let own = entries.iter().filter(|entry| entry.key.starts_with("pod-security.kubernetes.io/"));
        own.map(|entry| (entry.key.clone(), entry.node.as_str().unwrap_or("").to_owned())).collect()
    };
    labels(&request.object) != labels(&request.old_object)
}

impl Facts for Gathered {
    fn namespace(&self, name: &str) -> Option<Node> {
        match &self.namespace {
            Some((known, node)) if known == name => Some(node.clone()),
            _ => self.facts.namespace(name),
        }
    }

    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>> {
        match &self.pods {
            Some((namespace, pods))
                if query.kind.kind == "Pod"
                    && query.kind.group.is_empty()
                    && query.namespace.as_ref() == Some(namespace)
                    && query.name.is_none() =>
            {
                Some(pods.clone())
            }
            _ => self.facts.objects(query),
        }
    }

    fn now(&self) -> Option<i128> {
        Some(self.now)
    }

    fn permissions(&self, user: &User) -> Option<Arc<dyn Permissions>> {
        self.facts.permissions(user)
    }

    fn everything(&self) -> Vec<Known> {
        self.facts.everything()
    }

    fn external(&self, provider: &str, key: &str) -> Option<ExternalAnswer> {
        self.facts.external(provider, key)
    }

    fn views(&self) -> Option<&Views> {
        self.facts.views()
    }
}
