//! What was gathered, as Kyverno's rules ask for it: ConfigMaps, answers of the API server, objects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sekisho_kyverno::given::Values;
use sekisho_kyverno::matching::Kind;
use sekisho_kyverno::rule::{ApiPath, ObjectQuery, Objects};
use sekisho_kyverno::{ApiCall, FactError, FactKind, Facts as KyvernoFacts};
use sekisho_kyverno::{Meter, Value};
use smol_str::SmolStr;

use crate::facts::{self, Facts, Served};
use crate::group_version::GroupVersionKind;
use crate::need::{Need, Needed};

/// The facts of a review.
pub(super) struct Gathered<'f> {
    facts: &'f dyn Facts,
    values: &'f Values,
    policy: &'f str,
}

impl<'f> Gathered<'f> {
    /// The facts for a policy. Where the values give something for an entry, it is not looked for.
    pub(super) fn new(facts: &'f dyn Facts, values: &'f Values, policy: &'f str) -> Self {
        Self { facts, values, policy }
    }

    /// Everything that was gathered; made once for all policies and requests that share it.
    fn known(&self) -> Arc<KnownObjects> {
        match self.facts.views() {
            Some(views) => views.get(|| KnownObjects::of(self.facts)),
            None => Arc::new(KnownObjects::of(self.facts)),
        }
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
        let unknown = || FactError::Unknown(format!("the answer to `{asked}`"));
        if call.service.is_some() || call.method == "POST" {
            return Err(unknown());
        }
        let path = ApiPath::parse(&call.url_path).ok_or_else(unknown)?;
        let path = match self.facts.served(&Need::plural(&path.group, &path.version, &path.resource)) {
            Served::Assumed => path,
            Served::As(kind) => path.of_kind(kind),
            Served::Absent => {
                let why = "the server could not find the requested resource";
                return Err(FactError::Failed(why.to_owned()));
            }
            Served::Unknown => return Err(unknown()),
        };
        let missing = || FactError::Failed(format!("{} \"{}\" not found", path.resource, path.name));
        self.known().answer(&call.url_path, &path).ok_or_else(missing)
    }
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
        for known in &self.known().all {
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
struct KnownObjects {
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
        let reads = |known: &&KnownObject| path.reads(&known.kind, &known.namespace, &known.name);
        let answer = path.answer(self.all.iter().filter(reads).map(|known| &known.value));
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
