//! What policies look at beside the request: objects of the cluster, gathered before they are asked.

mod live;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sekisho_cel::{Decision, Permissions, Question};
use sekisho_manifest::Node;
use sekisho_policy::{
    Bundle, ExternalAnswer, Facts, GroupVersionKind, ImageFact, Known, Need, ObjectQuery, Operation, Request,
    Served, Snapshot, User, Views,
};
use smol_str::SmolStr;
use tokio::time::Instant;

pub use self::live::Live;
use crate::images::{Asker, Images};
use crate::json::parsed;
use crate::rights::{self, Asking};

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

    /// An object of a namespace, asked for now; none where there is no such object.
    fn find(&self, kind: &GroupVersionKind, namespace: &str, name: &str) -> Result<Option<Node>, FactsError> {
        let query =
            ObjectQuery { kind: kind.clone(), namespace: Some(namespace.into()), name: Some(name.into()) };
        Ok(self.facts().objects(&query).and_then(|objects| objects.into_iter().next()))
    }

    /// Whether a user may do something, asked for now; none where nobody can tell.
    fn may(&self, _user: &User, _question: &Question) -> Option<Decision> {
        None
    }

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
    images: ImagesOfRequest,
    asking: Arc<Asking>,
}

/// The images that policies ask for: what is known of them, and those that must be looked up first.
pub(crate) struct ImagesOfRequest {
    images: Option<Arc<Images>>,
    asker: Asker,
    bundle: Arc<Bundle>,
    asked: Mutex<AskedFor>,
}

#[derive(Default)]
struct AskedFor {
    known: HashMap<SmolStr, ImageFact>,
    wanted: BTreeSet<SmolStr>,
    /// Nothing more is looked up.
    is_over: bool,
}

/// The most images of a request that are looked up.
const IMAGES: usize = 128;

impl ImagesOfRequest {
    pub(crate) fn new(images: Option<Arc<Images>>, request: &Request, bundle: Arc<Bundle>) -> Self {
        let asker = Asker::of(request, &bundle.loaded.trust);
        Self { images, asker, bundle, asked: Mutex::default() }
    }

    fn asked(&self) -> MutexGuard<'_, AskedFor> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks up what was asked for and is not known; whether there was anything.
    pub(crate) async fn look_up(&self, deadline: Instant) -> bool {
        let wanted: Vec<SmolStr> = std::mem::take(&mut self.asked().wanted).into_iter().collect();
        let Some(images) = self.images.as_ref().filter(|_| !wanted.is_empty()) else { return false };
        let facts = images.look_up(wanted, &self.asker, &self.bundle, deadline).await;
        self.asked().known.extend(facts);
        true
    }

    /// Whether something was asked for that is not known.
    pub(crate) fn wants_more(&self) -> bool {
        !self.asked().wanted.is_empty()
    }

    /// From here on what is not known is not known for good.
    pub(crate) fn end(&self) {
        let mut asked = self.asked();
        asked.is_over = true;
        asked.wanted.clear();
    }

    fn fact(&self, reference: &str) -> Option<ImageFact> {
        let unknown = |why: &str| Some(ImageFact::Unknown(why.to_owned()));
        let Some(images) = &self.images else { return unknown("this webhook looks up no images") };
        let mut asked = self.asked();
        if let Some(fact) = asked.known.get(reference) {
            return Some(fact.clone());
        }
        // What is said of an image stays the same for the whole review.
        if let Some(fact) = images.known(reference, &self.asker, &self.bundle.loaded.trust) {
            asked.known.insert(reference.into(), fact.clone());
            return Some(fact);
        }
        if asked.is_over {
            return unknown("it was not looked up");
        }
        if asked.known.len() + asked.wanted.len() >= IMAGES && !asked.wanted.contains(reference) {
            return unknown("the request brings in more images than are looked up at once");
        }
        asked.wanted.insert(reference.into());
        None
    }
}

impl Gathered {
    /// Gathers what a request needs that is not at hand.
    pub(crate) fn of(
        request: &Request,
        source: &dyn FactSource,
        images: ImagesOfRequest,
        now: i128,
    ) -> Result<Self, FactsError> {
        let facts = source.facts();
        let mut gathered = Self { facts, now, namespace: None, pods: None, images, asking: Arc::default() };
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

    /// The images that policies ask for.
    pub(crate) fn images(&self) -> &ImagesOfRequest {
        &self.images
    }

    /// Asks what users may do, where expressions asked that; whether there is more to go by than before.
    pub(crate) fn settle(&self, source: &dyn FactSource, request: &Request) -> bool {
        self.asking.settle(|question| source.may(&request.user, question))
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
        self.facts.permissions(user).or_else(|| Some(rights::shared(&self.asking)))
    }

    fn everything(&self) -> Vec<Known> {
        self.facts.everything()
    }

    fn external(&self, provider: &str, key: &str) -> Option<ExternalAnswer> {
        self.facts.external(provider, key)
    }

    fn image(&self, reference: &str) -> Option<ImageFact> {
        self.images.fact(reference)
    }

    fn served(&self, need: &Need) -> Served {
        self.facts.served(need)
    }

    fn views(&self) -> Option<&Views> {
        self.facts.views()
    }
}
