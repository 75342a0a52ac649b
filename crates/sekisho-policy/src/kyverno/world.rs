//! What was gathered, as Kyverno's rules ask for it: ConfigMaps, answers of the API server, objects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sekisho_kyverno::given::Values;
use sekisho_kyverno::matching::Kind;
use sekisho_kyverno::rule::{ApiPath, ObjectQuery, Objects};
use sekisho_kyverno::{ApiCall, FactError, FactKind, Facts as KyvernoFacts};
use sekisho_kyverno::{Meter, Value};
use smol_str::SmolStr;

use super::globals::Globals;
use crate::facts::{self, Facts, Served};
use crate::group_version::GroupVersionKind;
use crate::need::{Need, Needed};

/// The facts of a review.
pub(super) struct Gathered<'f> {
    facts: &'f dyn Facts,
    values: &'f Values,
    globals: &'f Globals,
    policy: &'f str,
}

impl<'f> Gathered<'f> {
    /// The facts for a policy. Where the values give something for an entry, it is not looked for.
    pub(super) fn new(
        facts: &'f dyn Facts,
        values: &'f Values,
        globals: &'f Globals,
        policy: &'f str,
    ) -> Self {
        Self { facts, values, globals, policy }
    }
}

impl KyvernoFacts for Gathered<'_> {
    fn loads(&self, _kind: FactKind, name: &str) -> bool {
        self.values.is_empty() || !self.values.names(self.policy).any(|known| known == name)
    }

    fn config_map(&self, namespace: &str, name: &str) -> Result<Value, FactError> {
        let query = facts::ObjectQuery {
            kind: GroupVersionKind::new("v1", "ConfigMap"),
            namespace: Some(namespace.into()),
            name: Some(name.into()),
        };
        let what = || format!("the ConfigMap `{namespace}/{name}`");
        let found = self.facts.objects(&query).ok_or_else(|| FactError::Unknown(what()))?;
        match found.first() {
            Some(node) => Ok(Value::from_node(node)),
            None => Err(FactError::Failed(format!("configmaps \"{name}\" not found"))),
        }
    }

    fn api_call(&self, call: &ApiCall) -> Result<Value, FactError> {
        let asked = call.service.as_ref().map_or(&call.url_path, |service| &service.url);
        if call.service.is_some() || call.method == "POST" {
            return Err(unanswered(asked));
        }
        answer(&call.url_path, self.facts)
    }

    fn global(&self, name: &str, projection: &str) -> Result<Value, FactError> {
        self.globals.get(name, projection, self.facts)
    }
}

/// What is said of a call that nobody makes.
pub(super) fn unanswered(address: &str) -> FactError {
    FactError::Unknown(format!("the answer to `{address}`"))
}

/// A path of the API server that is read, where what it reads was gathered.
pub(super) fn served(written: &str, facts: &dyn Facts) -> Result<ApiPath, FactError> {
    let path = ApiPath::parse(written).ok_or_else(|| unanswered(written))?;
    match facts.served(&Need::plural(&path.group, &path.version, &path.resource)) {
        Served::Assumed => Ok(path),
        Served::As(kind) => Ok(path.of_kind(kind)),
        Served::Absent => {
            Err(FactError::Failed("the server could not find the requested resource".to_owned()))
        }
        Served::Unknown => Err(unanswered(written)),
    }
}

/// What the API server answers to a path that is read.
pub(super) fn answer(written: &str, facts: &dyn Facts) -> Result<Value, FactError> {
    let path = served(written, facts)?;
    let missing = || FactError::Failed(format!("{} \"{}\" not found", path.resource, path.name));
    KnownObjects::shared(facts).answer(written, &path).ok_or_else(missing)
}

impl Objects for Gathered<'_> {
    fn find(&self, query: &ObjectQuery, meter: &Meter) -> Result<Vec<Value>, FactError> {
        let failed = |error: sekisho_kyverno::BudgetError| FactError::Failed(error.to_string());
        if ![&query.group, &query.version, &query.kind].iter().any(|text| text.contains(['*', '?'])) {
            let what = Needed::Kind(query.kind.clone());
            let need = Need { group: query.group.clone(), version: query.version.clone(), what };
            match self.facts.served(&need) {
                Served::Assumed | Served::As(_) => {}
                Served::Absent => {
                    return Err(FactError::Failed(format!("the cluster has no `{}`", query.kind)));
                }
                Served::Unknown => {
                    return Err(FactError::Unknown(format!("the objects of kind `{}`", query.kind)));
                }
            }
        }
        let mut found = Vec::new();
        for known in &KnownObjects::shared(self.facts).all {
            meter.work(1).map_err(failed)?;
            if known.kind.kind != query.kind && !query.kind.contains(['*', '?']) {
                continue;
            }
            if query.matches(&known.value, meter).map_err(failed)? {
                found.push(known.value.clone());
            }
        }
        Ok(found)
    }
}

/// The objects that were gathered, in the form in which rules see them, and the answers that they gave.
pub(super) struct KnownObjects {
    /// In the order of namespace and name.
    all: Vec<KnownObject>,
    answers: Mutex<HashMap<SmolStr, Option<Value>>>,
}

struct KnownObject {
    kind: Kind,
    namespace: SmolStr,
    name: SmolStr,
    value: Value,
}

/// How many answers are kept.
const KEPT: usize = 256;

impl KnownObjects {
    /// Everything that was gathered; made once for all policies and requests that share it.
    pub(super) fn shared(facts: &dyn Facts) -> Arc<Self> {
        match facts.views() {
            Some(views) => views.get(|| Self::of(facts)),
            None => Arc::new(Self::of(facts)),
        }
    }

    /// The objects that a path reads.
    pub(super) fn at<'k>(&'k self, path: &'k ApiPath) -> impl Iterator<Item = &'k Value> {
        let reads = |known: &&KnownObject| path.reads(&known.kind, &known.namespace, &known.name);
        self.all.iter().filter(reads).map(|known| &known.value)
    }

    fn of(facts: &dyn Facts) -> Self {
        let all = facts.everything().into_iter().map(|known| KnownObject {
            kind: kind(&known.kind),
            value: Value::from_node(&known.root),
            namespace: known.namespace,
            name: known.name,
        });
        let mut all: Vec<KnownObject> = all.collect();
        all.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
        Self { all, answers: Mutex::default() }
    }

    /// What the API server answers to a path, which is written like this.
    fn answer(&self, written: &str, path: &ApiPath) -> Option<Value> {
        let answers = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = answers().get(written) {
            return known.clone();
        }
        let answer = path.answer(self.at(path));
        let answer = answer.map(|answer| answer.with_floats());
        let mut answers = answers();
        if answers.len() < KEPT {
            answers.insert(written.into(), answer.clone());
        }
        answer
    }
}

fn kind(kind: &GroupVersionKind) -> Kind {
    Kind { group: kind.group.clone(), version: kind.version.clone(), kind: kind.kind.clone() }
}
