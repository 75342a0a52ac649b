//! Facts of a running cluster: mirrors of the kinds that policies look at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sekisho_cel::{Decision, Question};
use sekisho_cluster::{
    Connection, Discovered, Interest, Mirror, Receiver, Resource, Selection, Snapshot, discover,
};
use sekisho_manifest::Node;
use sekisho_policy::{Facts, GroupVersionKind, Known, Need, Needed, ObjectQuery, Served, User, Views};

use super::{FactHealth, FactSource, FactsError};
use crate::json::parsed;
use crate::rights::Answers;

/// Facts of a running cluster.
pub struct Live {
    /// What mirrors go by.
    watching: Connection,
    /// What single questions go by; it is less patient.
    asking: Connection,
    state: Mutex<State>,
    /// Counts the changes.
    generation: Arc<AtomicU64>,
    /// The facts as they were at a change.
    kept: RwLock<(u64, Arc<Assembled>)>,
    /// How long a kind that is new may take until all of it is read.
    patience: Duration,
    /// What users may do, as it was asked for a moment ago.
    answers: Answers,
}

#[derive(Default)]
struct State {
    known: Arc<Discovered>,
    mirrors: BTreeMap<GroupVersionKind, Arc<Mirror<Node>>>,
    /// What the server does not have, with the reason.
    missing: BTreeMap<Need, String>,
}

/// The most Pods that a namespace is asked for.
const PODS: usize = 3_000;

/// The longest name of an object.
const NAME: usize = 253;

impl Live {
    /// Begins with nothing at hand.
    pub fn new(watching: Connection, asking: Connection, patience: Duration) -> Self {
        Self {
            watching,
            asking,
            state: Mutex::default(),
            generation: Arc::new(AtomicU64::new(1)),
            kept: RwLock::default(),
            patience,
            answers: Answers::default(),
        }
    }

    /// Looks again for kinds that the server did not have.
    pub fn retry(&self) {
        let missing: Vec<Need> = {
            let state = self.state();
            state.missing.keys().cloned().collect()
        };
        if !missing.is_empty() {
            // What is still missing stays so, and is said by `health`.
            let _ = self.prepare(&missing);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mirror(&self, resource: &Resource) -> Result<Mirror<Node>, std::io::Error> {
        let generation = Arc::clone(&self.generation);
        let told = move |_| {
            generation.fetch_add(1, Ordering::Release);
        };
        Mirror::start(&self.watching, Interest::of(resource.clone()), |item| Some(item.root.clone()), told)
    }

    fn assembled(&self) -> Arc<Assembled> {
        let generation = self.generation.load(Ordering::Acquire);
        {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            if kept.0 == generation {
                return Arc::clone(&kept.1);
            }
        }
        let state = self.state();
        let kinds = state.mirrors.iter().filter(|(_, mirror)| mirror.health().synced);
        let kinds = kinds.map(|(kind, mirror)| (kind.clone(), mirror.snapshot())).collect();
        let missing = state.missing.keys().cloned().collect();
        let known = Arc::clone(&state.known);
        let fresh = Arc::new(Assembled { kinds, known, missing, views: Views::default() });
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = (generation, Arc::clone(&fresh));
        fresh
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Live({})", self.watching.server())
    }
}

impl FactSource for Live {
    fn facts(&self) -> Arc<dyn Facts> {
        self.assembled()
    }

    fn prepare(&self, needs: &[Need]) -> Result<(), FactsError> {
        let away = |error: &dyn fmt::Display| FactsError::Away(error.to_string());
        let known = {
            let state = self.state();
            let has_all = needs.iter().all(|need| resource(&state.known, need).is_some());
            has_all.then(|| Arc::clone(&state.known))
        };
        let known = match known {
            Some(known) => known,
            None => Arc::new(discover(&self.asking).map_err(|error| away(&error))?),
        };
        let mut started = Vec::new();
        {
            let mut state = self.state();
            for need in needs {
                let Some(resource) = resource(&known, need) else {
                    let why = "the API server does not have this kind".to_owned();
                    state.missing.insert(need.clone(), why);
                    continue;
                };
                state.missing.remove(need);
                let kind = GroupVersionKind::new(&resource.api_version(), &resource.kind);
                let mirror = match state.mirrors.get(&kind) {
                    Some(mirror) => Arc::clone(mirror),
                    None => Arc::new(self.mirror(&resource).map_err(|error| away(&error))?),
                };
                state.mirrors.insert(kind.clone(), Arc::clone(&mirror));
                started.push((kind, mirror));
            }
            state.known = known;
        }
        // Requests go on being answered meanwhile.
        for (kind, mirror) in started {
            if !mirror.wait(self.patience) {
                let why = mirror.health().error.unwrap_or_else(|| "it takes too long".to_owned());
                let what = format!("{} `{}`", kind.api_version(), kind.kind);
                return Err(FactsError::Away(format!("{what} cannot be read: {why}")));
            }
        }
        self.generation.fetch_add(1, Ordering::Release);
        Ok(())
    }

    fn namespace(&self, name: &str) -> Result<Option<Node>, FactsError> {
        if !is_name(name) {
            return Ok(None);
        }
        match self.asking.get(&format!("/api/v1/namespaces/{name}")) {
            Ok(node) => Ok(Some(node)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(FactsError::Away(format!("the namespace `{name}` cannot be read: {error}"))),
        }
    }

    fn find(&self, kind: &GroupVersionKind, namespace: &str, name: &str) -> Result<Option<Node>, FactsError> {
        let plural = match kind.kind.as_str() {
            "Secret" => "secrets",
            "ServiceAccount" => "serviceaccounts",
            other => return Err(FactsError::Away(format!("`{other}` cannot be asked for"))),
        };
        if !is_name(namespace) || !is_name(name) {
            return Ok(None);
        }
        match self.asking.get(&format!("/api/v1/namespaces/{namespace}/{plural}/{name}")) {
            Ok(node) => Ok(Some(node)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => {
                let what = format!("the {} `{name}` of the namespace `{namespace}`", kind.kind);
                Err(FactsError::Away(format!("{what} cannot be read: {error}")))
            }
        }
    }

    fn pods(&self, namespace: &str) -> Option<Vec<Node>> {
        let resource = Resource {
            group: "".into(),
            version: "v1".into(),
            kind: "Pod".into(),
            plural: "pods".into(),
            namespaced: true,
            verbs: Vec::new(),
        };
        let leave = Interest::BOOKKEEPING;
        let selection = Selection { namespace: Some(namespace), leave, ..Selection::of(&resource) };
        let mut pods = Pods(Vec::new());
        self.asking.list(&selection, &mut pods).ok()?;
        Some(pods.0)
    }

    fn may(&self, user: &User, question: &Question) -> Option<Decision> {
        Some(self.answers.ask(&self.asking, user, question))
    }

    fn health(&self) -> Vec<FactHealth> {
        let state = self.state();
        let mirrors = state.mirrors.iter().map(|(kind, mirror)| {
            let health = mirror.health();
            let error = match health.left_out {
                0 => health.error,
                more => Some(format!("there is no room for {more} of them")),
            };
            let name = format!("{} {}", kind.api_version(), kind.kind);
            FactHealth { name, synced: health.synced, count: mirror.snapshot().len(), error }
        });
        let missing = state.missing.iter().map(|(need, why)| FactHealth {
            name: match &need.what {
                Needed::Kind(kind) => format!("{} {kind}", need.version),
                Needed::Plural(plural) => format!("{} {plural}", need.version),
            },
            synced: false,
            count: 0,
            error: Some(why.clone()),
        });
        mirrors.chain(missing).collect()
    }
}

/// Whether a text can be the name of an object, and nothing else in a path.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    !text.is_empty() && text.len() <= NAME && text.bytes().all(fits) && !text.starts_with('.')
}

/// What the server calls what is needed, in the version that is asked for.
fn resource(known: &Discovered, need: &Need) -> Option<Resource> {
    let is_it = |resource: &&Resource| {
        resource.group == need.group
            && match &need.what {
                Needed::Kind(kind) => resource.kind == *kind,
                Needed::Plural(plural) => resource.plural == *plural,
            }
    };
    let mut found = known.resources.iter().find(is_it)?.clone();
    if !need.version.is_empty() {
        found.version = need.version.clone();
    }
    Some(found)
}

/// Takes the Pods of a namespace.
struct Pods(Vec<Node>);

impl Receiver for Pods {
    fn item(&mut self, text: &str) -> bool {
        self.0.extend(parsed(text));
        self.0.len() < PODS
    }

    fn restart(&mut self) {
        self.0.clear();
    }
}

/// The objects of all mirrors at one moment.
#[derive(Default)]
struct Assembled {
    kinds: Vec<(GroupVersionKind, Arc<Snapshot<Node>>)>,
    /// What the server has.
    known: Arc<Discovered>,
    /// What the server does not have.
    missing: BTreeSet<Need>,
    views: Views,
}

impl Assembled {
    fn of_kind<'a>(&'a self, kind: &'a GroupVersionKind) -> impl Iterator<Item = &'a Arc<Snapshot<Node>>> {
        self.kinds
            .iter()
            .filter(|(known, _)| {
                known.group == kind.group
                    && known.kind == kind.kind
                    && (kind.version.is_empty() || known.version == kind.version)
            })
            .map(|(_, snapshot)| snapshot)
    }
}

impl Facts for Assembled {
    fn namespace(&self, name: &str) -> Option<Node> {
        let kind = GroupVersionKind::new("v1", "Namespace");
        let found = self.of_kind(&kind).find_map(|snapshot| snapshot.get("", name));
        found.map(|kept| kept.value.clone())
    }

    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>> {
        let mut found = None;
        for snapshot in self.of_kind(&query.kind) {
            let objects: &mut Vec<Node> = found.get_or_insert_default();
            let named = |name: &str| query.name.as_ref().is_none_or(|wanted| wanted == name);
            match (&query.namespace, &query.name) {
                (Some(namespace), Some(name)) => {
                    objects.extend(snapshot.get(namespace, name).map(|kept| kept.value.clone()));
                }
                (Some(namespace), None) => {
                    objects.extend(snapshot.of_namespace(namespace).map(|kept| kept.value.clone()));
                }
                (None, _) => {
                    let wanted = snapshot.iter().filter(|kept| named(&kept.name));
                    objects.extend(wanted.map(|kept| kept.value.clone()));
                }
            }
        }
        found
    }

    fn everything(&self) -> Vec<Known> {
        let of_kind = |(kind, snapshot): &(GroupVersionKind, Arc<Snapshot<Node>>)| -> Vec<Known> {
            let known = snapshot.iter().map(|kept| Known {
                kind: kind.clone(),
                namespace: kept.namespace.clone(),
                name: kept.name.clone(),
                root: kept.value.clone(),
            });
            known.collect()
        };
        self.kinds.iter().flat_map(of_kind).collect()
    }

    fn served(&self, need: &Need) -> Served {
        if self.missing.contains(need) {
            return Served::Absent;
        }
        let Some(Resource { group, version, kind, .. }) = resource(&self.known, need) else {
            return Served::Unknown;
        };
        let is_gathered =
            self.of_kind(&GroupVersionKind { group, version, kind: kind.clone() }).next().is_some();
        if is_gathered { Served::As(kind) } else { Served::Unknown }
    }

    fn views(&self) -> Option<&Views> {
        Some(&self.views)
    }
}
