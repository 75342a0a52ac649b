//! The audit: objects as texts, policies, and what each policy says of each object that it can concern.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use sekisho_manifest::{Budget, Format, Node, Object, SourceId, load};
use sekisho_policy::{
    Asked, Bundle, Facts, GroupVersionResource, Interest, Kinds, Need, Needed, Origin, Policy, Request,
    Target, Views,
};
use sekisho_store::{FindingRow, ObjectKey, ObjectResult};
use smol_str::SmolStr;

use crate::changes::{Unit, unchanged, units};
use crate::judged::Said;
use crate::texts::Texts;

/// An object as it is held: as the text that it came in.
#[derive(Debug, Clone)]
pub struct ObjectText {
    /// Which object.
    pub key: ObjectKey,
    /// Its resource.
    pub resource: GroupVersionResource,
    /// Its identifier.
    pub uid: SmolStr,
    /// Its version.
    pub version: SmolStr,
    /// The object as JSON, with its kind and API version.
    pub text: Arc<str>,
}

/// What was done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Objects that are held.
    pub objects: u64,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Policies in force that judge what exists.
    pub policies: u64,
    /// Times that an object was looked at.
    pub looks: u64,
    /// Times that a policy judged an object.
    pub judgements: u64,
    /// Objects that wait to be looked at.
    pub waiting: u64,
    /// Findings that there are.
    pub findings: u64,
}

/// Which policies are to look at an object.
#[derive(Debug, Clone)]
enum Waiting {
    All,
    Some(BTreeSet<usize>),
}

#[derive(Debug)]
struct Held {
    object: ObjectText,
    /// What policies said, by their place in the set; those that said nothing are not there.
    said: BTreeMap<usize, Said>,
}

impl Held {
    fn findings(&self) -> u64 {
        self.said.values().map(|said| said.findings.len() as u64).sum()
    }
}

/// The audit of a cluster. What it is told waits until [`Auditor::run`].
#[derive(Debug, Default)]
pub struct Auditor {
    bundle: Option<Arc<Bundle>>,
    digest: String,
    units: Vec<Unit>,
    interests: Vec<Interest>,
    held: BTreeMap<String, Held>,
    kinds: HashMap<String, BTreeSet<String>>,
    resources: HashMap<SmolStr, BTreeSet<String>>,
    namespaces: HashMap<String, BTreeSet<String>>,
    waiting: BTreeMap<String, Waiting>,
    /// What is wrong with objects beside what policies say.
    beside: BTreeMap<String, (ObjectKey, Vec<FindingRow>)>,
    /// What went away since the last run.
    gone: Vec<ObjectResult>,
    counters: Counters,
    texts: Texts,
}

impl Auditor {
    /// With no objects and no policies.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was done so far.
    pub fn counters(&self) -> Counters {
        Counters {
            objects: self.held.len() as u64,
            policies: self.interests.len() as u64,
            waiting: self.waiting.len() as u64,
            ..self.counters
        }
    }

    /// How many objects wait to be looked at.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The digest of the bundle in force.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The kinds that policies can concern: whether one is of use to the audit.
    pub fn wants(&self, kind: &str, resource: &str) -> bool {
        let policies = self.bundle.iter().flat_map(|bundle| bundle.loaded.policies.iter());
        policies
            .zip(&self.interests)
            .filter(|(policy, _)| policy.audits())
            .any(|(_, interest)| interest.targets.iter().any(|target| target.is_of(kind, resource)))
    }

    /// Takes a bundle in place of the one in force. Objects wait for the policies that differ, where these can concern
    /// them, and for no others.
    pub fn policies(&mut self, bundle: Arc<Bundle>, digest: &str) {
        let after = units(&bundle);
        let same = unchanged(&self.units, &after);
        let mut places: HashMap<usize, usize> = HashMap::new();
        for (place, before) in same.iter().enumerate() {
            places.extend(before.map(|before| (before, place)));
        }
        // What policies said that are still the same is still said.
        for (id, held) in &mut self.held {
            let before = std::mem::take(&mut held.said);
            let mut lost = false;
            for (place, said) in before {
                if let Some(place) = places.get(&place) {
                    held.said.insert(*place, said);
                } else {
                    lost = true;
                    self.counters.findings -= said.findings.len() as u64;
                }
            }
            if lost {
                // The result changes even where no policy looks again.
                self.waiting.entry(id.clone()).or_insert_with(|| Waiting::Some(BTreeSet::new()));
            }
        }
        for waiting in self.waiting.values_mut() {
            if let Waiting::Some(units) = waiting {
                *units = units.iter().filter_map(|unit| places.get(unit).copied()).collect();
            }
        }
        self.interests = bundle.loaded.policies.iter().map(Policy::interest).collect();
        let audited: Vec<bool> = bundle.loaded.policies.iter().map(Policy::audits).collect();
        self.bundle = Some(bundle);
        digest.clone_into(&mut self.digest);
        self.units = after;
        for (place, before) in same.into_iter().enumerate() {
            if before.is_none() && audited.get(place) == Some(&true) {
                self.look_again(place);
            }
        }
    }

    /// Enters an object as it is now.
    pub fn object(&mut self, object: ObjectText) {
        let id = object.key.id();
        if let Some(known) = self.held.get(&id)
            && known.object.text == object.text
        {
            return;
        }
        self.fact(&object);
        self.kinds.entry(object.key.kind.clone()).or_default().insert(id.clone());
        self.resources.entry(object.resource.resource.clone()).or_default().insert(id.clone());
        self.namespaces.entry(object.key.namespace.clone()).or_default().insert(id.clone());
        self.counters.bytes += object.text.len() as u64;
        let before = self.held.insert(id.clone(), Held { object, said: BTreeMap::new() });
        if let Some(before) = before {
            self.counters.bytes -= before.object.text.len() as u64;
            self.counters.findings -= before.findings();
        }
        self.waiting.insert(id, Waiting::All);
    }

    /// Takes an object out.
    pub fn gone(&mut self, key: &ObjectKey) {
        let id = key.id();
        let Some(held) = self.held.remove(&id) else { return };
        self.fact(&held.object);
        self.counters.bytes -= held.object.text.len() as u64;
        self.counters.findings -= held.findings();
        for ids in [
            self.kinds.get_mut(&held.object.key.kind),
            self.resources.get_mut(&held.object.resource.resource),
            self.namespaces.get_mut(&held.object.key.namespace),
        ]
        .into_iter()
        .flatten()
        {
            ids.remove(&id);
        }
        self.waiting.remove(&id);
        self.gone.push(ObjectResult { key: key.clone(), gone: true, ..ObjectResult::default() });
    }

    /// Enters what is wrong with objects beside what policies say, in place of what was entered before.
    pub fn beside(&mut self, findings: BTreeMap<ObjectKey, Vec<FindingRow>>) {
        let findings = findings.into_iter().map(|(key, rows)| (key.id(), (key, rows)));
        let before = std::mem::replace(&mut self.beside, findings.collect());
        let ids: BTreeSet<&String> = before.keys().chain(self.beside.keys()).collect();
        for id in ids {
            let (was, is) = (before.get(id), self.beside.get(id));
            if was.map(|(_, rows)| rows) == is.map(|(_, rows)| rows) {
                continue;
            }
            if self.held.contains_key(id) {
                // The result changes though no policy looks again.
                self.waiting.entry(id.clone()).or_insert_with(|| Waiting::Some(BTreeSet::new()));
            } else if let Some((key, _)) = is.or(was) {
                // A kind that no policy concerns is not followed; the object is there for what is wrong with it.
                self.gone.push(ObjectResult {
                    key: key.clone(),
                    bundle: self.digest.clone(),
                    findings: is.map(|(_, rows)| rows.clone()).unwrap_or_default(),
                    gone: is.is_none(),
                    ..ObjectResult::default()
                });
            }
        }
    }

    /// Objects of these kinds changed that policies look at beside the one that they judge; those policies look again
    /// at whatever they can concern. What lives in a namespace is looked at again when its labels change.
    fn fact(&mut self, object: &ObjectText) {
        let (group, kind) = (&object.resource.group, &object.key.kind);
        if group.is_empty() && kind == "Namespace" {
            let labels =
                |text: &str| read(text).and_then(|root| root.at(&["metadata", "labels"]).map(Node::to_json));
            let before = self.held.get(&object.key.id()).and_then(|held| labels(&held.object.text));
            if before != labels(&object.text) {
                for id in self.namespaces.get(&object.key.name).into_iter().flatten() {
                    self.waiting.insert(id.clone(), Waiting::All);
                }
            }
            return;
        }
        let meant = |need: &Need| {
            need.group == *group
                && match &need.what {
                    Needed::Kind(wanted) => wanted == kind.as_str(),
                    Needed::Plural(wanted) => *wanted == object.resource.resource,
                }
        };
        let looking: Vec<usize> = self
            .units
            .iter()
            .enumerate()
            .filter(|(_, unit)| unit.needs.iter().any(meant))
            .map(|(at, _)| at)
            .collect();
        for unit in looking {
            self.look_again(unit);
        }
    }

    /// Has a policy look at whatever it can concern.
    fn look_again(&mut self, unit: usize) {
        let Some(interest) = self.interests.get(unit) else { return };
        for target in &interest.targets {
            let ids: Box<dyn Iterator<Item = &String>> = match target {
                Target::Kind { kind, .. } => Box::new(self.kinds.get(kind.as_str()).into_iter().flatten()),
                Target::Resource { resource, .. } => {
                    Box::new(self.resources.get(resource).into_iter().flatten())
                }
                Target::Any => Box::new(self.held.keys()),
            };
            for id in ids {
                match self.waiting.entry(id.clone()).or_insert_with(|| Waiting::Some(BTreeSet::new())) {
                    Waiting::All => {}
                    Waiting::Some(units) => {
                        units.insert(unit);
                    }
                }
            }
        }
    }

    /// Has policies look at what waits, at most at so many objects, and gives back the results that may have changed.
    pub fn run(&mut self, facts: &dyn Facts, most: usize) -> Vec<ObjectResult> {
        let mut results = std::mem::take(&mut self.gone);
        let Some(bundle) = self.bundle.clone() else { return results };
        let mut batch = Vec::new();
        while batch.len() < most {
            let Some((id, waiting)) = self.waiting.pop_first() else { break };
            batch.push((id, waiting));
        }
        let looked: Vec<(String, BTreeMap<usize, Said>, u64)> = batch
            .par_iter()
            .filter_map(|(id, waiting)| {
                let held = self.held.get(id)?;
                let (said, count) = self.look(&bundle, held, waiting, facts);
                Some((id.clone(), said, count))
            })
            .collect();
        for (id, said, count) in looked {
            let Some(held) = self.held.get_mut(&id) else { continue };
            self.counters.looks += 1;
            self.counters.judgements += count;
            self.counters.findings -= held.findings();
            held.said = said;
            self.counters.findings += held.findings();
            results.push(ObjectResult {
                key: held.object.key.clone(),
                uid: held.object.uid.to_string(),
                version: held.object.version.to_string(),
                bundle: self.digest.clone(),
                passed: held.said.values().map(|said| said.passed).sum(),
                findings: held
                    .said
                    .values()
                    .flat_map(|said| &said.findings)
                    .chain(self.beside.get(&id).iter().flat_map(|(_, rows)| rows))
                    .cloned()
                    .collect(),
                gone: false,
            });
        }
        self.texts.sweep();
        results
    }

    /// What policies say of an object now, and how many judged.
    fn look(
        &self,
        bundle: &Bundle,
        held: &Held,
        waiting: &Waiting,
        facts: &dyn Facts,
    ) -> (BTreeMap<usize, Said>, u64) {
        let mut said = match waiting {
            Waiting::All => BTreeMap::new(),
            Waiting::Some(_) => held.said.clone(),
        };
        if matches!(waiting, Waiting::Some(units) if units.is_empty()) {
            return (said, 0);
        }
        let Some(request) = request(&held.object) else { return (said, 0) };
        let views = Views::default();
        let asked = Asked::new(&request, &views);
        let mut count = 0;
        for (place, (policy, interest)) in bundle.loaded.policies.iter().zip(&self.interests).enumerate() {
            if matches!(waiting, Waiting::Some(units) if !units.contains(&place)) {
                continue;
            }
            said.remove(&place);
            if !policy.audits() || !interest.meets(&request) {
                continue;
            }
            let mut verdicts = Vec::new();
            policy.validate(&asked, facts, &mut verdicts);
            count += 1;
            let row = Said::of(&verdicts, &request, &held.object.key, bundle, &self.texts);
            if row != Said::default() {
                said.insert(place, row);
            }
        }
        (said, count)
    }

    /// An object, by its identifier.
    pub(crate) fn held(&self, id: &str) -> Option<&ObjectText> {
        self.held.get(id).map(|held| &held.object)
    }

    /// All objects.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &ObjectText> {
        self.held.values().map(|held| &held.object)
    }

    /// The objects of some kinds, as requests.
    pub fn requests(&self, wanted: impl Fn(&ObjectText) -> bool) -> Vec<Request> {
        self.held
            .values()
            .filter(|held| wanted(&held.object))
            .filter_map(|held| request(&held.object))
            .collect()
    }

    /// The findings of all objects, with their objects.
    pub fn findings(&self) -> impl Iterator<Item = (&ObjectKey, &FindingRow)> {
        let of_policies = self.held.values().flat_map(|held| {
            held.said.values().flat_map(|said| &said.findings).map(|finding| (&held.object.key, finding))
        });
        let beside = self.beside.values();
        of_policies.chain(beside.flat_map(|(key, rows)| rows.iter().map(move |row| (key, row))))
    }

    /// How many rules hold in a namespace.
    pub fn passed(&self, namespace: &str) -> u64 {
        let ids = self.namespaces.get(namespace).into_iter().flatten();
        let held = ids.filter_map(|id| self.held.get(id));
        held.flat_map(|held| held.said.values()).map(|said| u64::from(said.passed)).sum()
    }
}

fn read(text: &str) -> Option<Node> {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    loaded.documents.into_iter().next().map(|document| document.root)
}

/// The request that stands for an object which exists: that it be made as it is.
pub(crate) fn request(held: &ObjectText) -> Option<Request> {
    let root = read(&held.text)?;
    let key = &held.key;
    let object = Object {
        api_version: key.api_version.as_str().into(),
        kind: key.kind.as_str().into(),
        name: key.name.as_str().into(),
        namespace: Some(SmolStr::new(&key.namespace)).filter(|namespace| !namespace.is_empty()),
        source: root.span.source,
        document: 0,
        within: sekisho_manifest::FieldPath::root(),
        root,
    };
    let mut request = Request::create(&object, &Kinds::default(), "");
    request.namespace = key.namespace.as_str().into();
    request.resource = held.resource.clone();
    request.request_resource = held.resource.clone();
    request.origin = Origin::Cluster;
    Some(request)
}
