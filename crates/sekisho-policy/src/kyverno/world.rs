//! What was gathered, as Kyverno's rules ask for it: ConfigMaps, answers of the API server, objects.

use sekisho_kyverno::context::{ApiCall, FactError, Facts as KyvernoFacts};
use sekisho_kyverno::rule::{ObjectQuery, Objects};
use sekisho_kyverno::{Map, Meter, Value};
use smol_str::SmolStr;

use crate::facts::{self, Facts};
use crate::kinds::Kinds;
use crate::request::GroupVersionKind;

/// The facts of a review.
pub(super) struct Gathered<'f> {
    facts: &'f dyn Facts,
}

/// A path of the API server: `/apis/apps/v1/namespaces/shop/deployments/front`.
struct ApiPath<'p> {
    group: &'p str,
    version: &'p str,
    namespace: &'p str,
    resource: &'p str,
    name: &'p str,
}

impl<'f> Gathered<'f> {
    pub(super) fn new(facts: &'f dyn Facts) -> Self {
        Self { facts }
    }
}

impl KyvernoFacts for Gathered<'_> {
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
        let kinds = Kinds::default();
        let mut found: Vec<_> = self
            .facts
            .everything()
            .into_iter()
            .filter(|known| {
                known.kind.group == path.group
                    && known.kind.version == path.version
                    && kinds.of(&known.kind).resource.resource == path.resource
                    && (path.namespace.is_empty() || known.namespace == path.namespace)
                    && (path.name.is_empty() || known.name == path.name)
            })
            .collect();
        found.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
        if !path.name.is_empty() {
            let first = found.first().ok_or_else(unknown)?;
            return Ok(Value::from_node(&first.root));
        }
        let mut list = Map::default();
        list.insert("apiVersion", Value::from(path.api_version()));
        list.insert("kind", Value::from("List"));
        list.insert("items", found.iter().map(|known| Value::from_node(&known.root)).collect());
        Ok(Value::from(list))
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

impl<'p> ApiPath<'p> {
    fn parse(path: &'p str) -> Option<Self> {
        let path = path.split('?').next()?;
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (group, version) = match parts.next()? {
            "api" => ("", parts.next()?),
            "apis" => (parts.next()?, parts.next()?),
            _ => return None,
        };
        let rest: Vec<&str> = parts.collect();
        let (namespace, resource, name) = match rest.as_slice() {
            ["namespaces", namespace, resource] => (*namespace, *resource, ""),
            ["namespaces", namespace, resource, name] => (*namespace, *resource, *name),
            [resource] => ("", *resource, ""),
            [resource, name] => ("", *resource, *name),
            _ => return None,
        };
        Some(Self { group, version, namespace, resource, name })
    }

    fn api_version(&self) -> SmolStr {
        if self.group.is_empty() {
            self.version.into()
        } else {
            smol_str::format_smolstr!("{}/{}", self.group, self.version)
        }
    }
}
