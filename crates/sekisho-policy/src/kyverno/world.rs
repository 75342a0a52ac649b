//! What was gathered, as Kyverno's rules ask for it: ConfigMaps, answers of the API server, objects.

use sekisho_kyverno::context::{ApiCall, FactError, FactKind, Facts as KyvernoFacts};
use sekisho_kyverno::given::Values;
use sekisho_kyverno::matching::Kind;
use sekisho_kyverno::rule::{ApiPath, ObjectQuery, Objects};
use sekisho_kyverno::{Meter, Value};

use crate::facts::{self, Facts};
use crate::request::GroupVersionKind;

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
        let unknown = || FactError::Unknown(format!("the answer to `{}`", call.url_path));
        if call.service.is_some() || call.method == "POST" {
            return Err(unknown());
        }
        let path = ApiPath::parse(&call.url_path).ok_or_else(unknown)?;
        let mut known = self.facts.everything();
        known.retain(|known| path.reads(&kind(&known.kind), &known.namespace, &known.name));
        known.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
        let objects: Vec<Value> = known.iter().map(|known| Value::from_node(&known.root)).collect();
        path.answer(&objects).ok_or_else(unknown)
    }
}

impl Objects for Gathered<'_> {
    fn find(&self, query: &ObjectQuery, meter: &Meter) -> Result<Vec<Value>, FactError> {
        let failed = |error: sekisho_kyverno::BudgetError| FactError::Failed(error.to_string());
        let mut found = Vec::new();
        for known in self.facts.everything() {
            meter.work(1).map_err(failed)?;
            if known.kind.kind != query.kind && !query.kind.contains(['*', '?']) {
                continue;
            }
            let value = Value::from_node(&known.root);
            if query.matches(&value, meter).map_err(failed)? {
                found.push(value);
            }
        }
        Ok(found)
    }
}

fn kind(kind: &GroupVersionKind) -> Kind {
    Kind { group: kind.group.clone(), version: kind.version.clone(), kind: kind.kind.clone() }
}
