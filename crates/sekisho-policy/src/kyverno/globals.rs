//! `GlobalContextEntry` of Kyverno: what is gathered under a name for all policies.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use sekisho_kyverno::jmespath::{Expression, Surroundings};
use sekisho_kyverno::{Budget, FactError, Meter, NoFacts, Settings, Value};
use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::world::{self, KnownObjects};
use crate::facts::Facts;
use crate::problem::Problem;

/// The versions in which there are entries.
const VERSIONS: [&str; 3] = ["kyverno.io/v2alpha1", "kyverno.io/v2beta1", "kyverno.io/v2"];

/// The entries of some documents, by their names.
#[derive(Debug, Default)]
pub(crate) struct Globals(BTreeMap<SmolStr, Entry>);

#[derive(Debug)]
struct Entry {
    source: Source,
    /// The expressions of its parts, by their names.
    projections: BTreeMap<SmolStr, SmolStr>,
}

#[derive(Debug)]
enum Source {
    /// The objects that the API server lists at this path.
    Objects(SmolStr),
    /// What the API server answers to this path.
    Answer(SmolStr),
    /// What nobody asks from here, by its address.
    Elsewhere(SmolStr),
}

/// Parts that entries gave of the same facts.
#[derive(Default)]
struct Kept(Mutex<HashMap<Part, Result<Value, FactError>>>);

/// A part of an entry, by what it is taken from and how, so that entries that change do not share it.
#[derive(PartialEq, Eq, Hash)]
struct Part {
    is_list: bool,
    path: SmolStr,
    expression: SmolStr,
}

/// How many parts of entries are kept.
const KEPT: usize = 256;

impl Globals {
    /// Reads the entries among these documents; others are left alone. One with mistakes is not used.
    pub(crate) fn read(documents: &[Node]) -> (Self, Vec<(usize, Problem)>) {
        let (mut entries, mut problems) = (BTreeMap::new(), Vec::new());
        for (place, root) in documents.iter().enumerate() {
            let version = root.str("apiVersion");
            if root.str("kind") != "GlobalContextEntry" || !version.starts_with("kyverno.io/") {
                continue;
            }
            let name = root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("");
            match Entry::read(name, root) {
                Ok(entry) => drop(entries.insert(name.into(), entry)),
                Err((at, why)) => problems.push((place, Problem::error(at, why))),
            }
        }
        (Self(entries), problems)
    }

    /// What an entry or a part of it holds as of these facts.
    pub(super) fn get(&self, name: &str, projection: &str, facts: &dyn Facts) -> Result<Value, FactError> {
        let dot = if projection.is_empty() { "" } else { "." };
        let unknown = || FactError::Unknown(format!("the global context entry `{name}{dot}{projection}`"));
        let entry = self.0.get(name).ok_or_else(unknown)?;
        if projection.is_empty() {
            return entry.data(facts);
        }
        let (is_list, path) = match &entry.source {
            Source::Objects(path) => (true, path),
            Source::Answer(path) => (false, path),
            Source::Elsewhere(address) => return Err(world::unanswered(address)),
        };
        let missing = || FactError::Failed(format!("projection \"{projection}\" not found"));
        let expression = entry.projections.get(projection).ok_or_else(missing)?;
        let kept = facts.views().map(|views| views.get(Kept::default)).unwrap_or_default();
        let part = Part { is_list, path: path.clone(), expression: expression.clone() };
        kept.get(part, || searched(expression, &entry.data(facts)?)).and_then(|value| entry.sound(value))
    }
}

impl Kept {
    fn get(&self, what: Part, make: impl FnOnce() -> Result<Value, FactError>) -> Result<Value, FactError> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(&what) {
            return known.clone();
        }
        let fresh = make();
        let mut kept = kept();
        if kept.len() < KEPT {
            kept.insert(what, fresh.clone());
        }
        fresh
    }
}

impl Entry {
    fn read<'n>(name: &str, root: &'n Node) -> Result<Self, (&'n Node, String)> {
        let version = root.str("apiVersion");
        if !VERSIONS.contains(&version) {
            let at = root.get("apiVersion").unwrap_or(root);
            let why = format!("`GlobalContextEntry` has no version `{version}`: use `kyverno.io/v2`");
            return Err((at, why));
        }
        let part = |key: &str| root.at(&["spec", key]).filter(|node| !node.is_null());
        let source = match (part("kubernetesResource"), part("apiCall")) {
            (Some(resource), None) => Source::of_objects(resource).map_err(|why| (resource, why))?,
            (None, Some(call)) => Source::of_call(call).map_err(|why| (call, why))?,
            _ => {
                let why = "an entry has either `kubernetesResource` or `apiCall`".to_owned();
                return Err((root.get("spec").unwrap_or(root), why));
            }
        };
        let mut projections = BTreeMap::new();
        for projection in part("projections").map(Node::items).unwrap_or_default() {
            let (own, expression) = (projection.str("name"), projection.str("jmesPath"));
            if own.is_empty() || own == name {
                let why = "a projection has a name, and another than the entry".to_owned();
                return Err((projection, why));
            }
            Expression::compile(expression)
                .map_err(|error| (projection, format!("the projection `{own}`: {error}")))?;
            projections.insert(own.into(), expression.into());
        }
        Ok(Self { source, projections })
    }

    /// All that it holds.
    fn data(&self, facts: &dyn Facts) -> Result<Value, FactError> {
        match &self.source {
            Source::Objects(written) => {
                let path = world::served(written, facts)?;
                // Its numbers are those of the objects.
                Ok(KnownObjects::shared(facts).at(&path).cloned().collect())
            }
            Source::Answer(written) => world::answer(written, facts),
            Source::Elsewhere(address) => Err(world::unanswered(address)),
        }
    }

    /// A part that is there. Of an answer, nothing is as good as no data.
    fn sound(&self, value: Value) -> Result<Value, FactError> {
        if value.is_null() && matches!(self.source, Source::Answer(_)) {
            return Err(FactError::Failed("no data available".to_owned()));
        }
        Ok(value)
    }
}

impl Source {
    fn of_objects(node: &Node) -> Result<Self, String> {
        let [group, version, resource, namespace] =
            ["group", "version", "resource", "namespace"].map(|key| node.str(key));
        if version.is_empty() || resource.is_empty() || (group.is_empty() && version != "v1") {
            return Err("a resource has a group, a version and its plural name".to_owned());
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        if ![group, version, resource, namespace].iter().all(|text| text.bytes().all(is_plain)) {
            return Err("a resource is named without wildcards, variables and subresources".to_owned());
        }
        let root = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{group}") };
        let within = if namespace.is_empty() { String::new() } else { format!("/namespaces/{namespace}") };
        Ok(Self::Objects(format!("{root}/{version}{within}/{resource}").into()))
    }

    fn of_call(node: &Node) -> Result<Self, String> {
        let service = node.get("service").filter(|service| !service.is_null());
        let path = node.str("urlPath");
        match service {
            Some(service) if path.is_empty() => Ok(Self::Elsewhere(service.str("url").into())),
            None if !path.is_empty() => {
                let reads = matches!(node.str("method"), "" | "GET");
                Ok(if reads { Self::Answer(path.into()) } else { Self::Elsewhere(path.into()) })
            }
            _ => Err("a call has either `service` or `urlPath`".to_owned()),
        }
    }
}

fn searched(expression: &str, data: &Value) -> Result<Value, FactError> {
    let (meter, settings) = (Meter::new(Budget::default()), Settings::default());
    let around = Surroundings::new(&meter, &NoFacts, &settings);
    let found = Expression::compile(expression).and_then(|compiled| compiled.search(data, &around));
    found.map_err(|error| FactError::Failed(error.to_string()))
}
