//! The facts of a review, as functions ask for them.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_kyverno::FactError;
use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::outside::{Address, Outside, Silence};
use crate::facts::{Facts, Known};
use crate::kinds::Kinds;
use crate::kyverno::Globals;

/// What was gathered for a review.
pub(super) struct Gathered<'f> {
    pub(super) facts: &'f dyn Facts,
    pub(super) globals: &'f Globals,
}

/// The objects by version and resource, each list in the order of namespace and name.
struct ByResource(HashMap<(SmolStr, SmolStr), Vec<Known>>);

impl ByResource {
    fn of(facts: &dyn Facts) -> Self {
        let kinds = Kinds::default();
        let mut all: HashMap<(SmolStr, SmolStr), Vec<Known>> = HashMap::new();
        for known in facts.everything() {
            let place = (known.kind.api_version(), kinds.of(&known.kind).resource.resource);
            all.entry(place).or_default().push(known);
        }
        for list in all.values_mut() {
            list.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
        }
        Self(all)
    }

    /// The objects at an address; in all namespaces where it names none.
    fn at(&self, address: &Address) -> impl Iterator<Item = &Known> {
        let namespace = address.namespace.clone().unwrap_or_default();
        let all = self.0.get(&(address.api_version.clone(), address.resource.clone()));
        all.into_iter().flatten().filter(move |known| namespace.is_empty() || known.namespace == namespace)
    }
}

impl Gathered<'_> {
    fn known(&self) -> Arc<ByResource> {
        match self.facts.views() {
            Some(views) => views.get(|| ByResource::of(self.facts)),
            None => Arc::new(ByResource::of(self.facts)),
        }
    }
}

impl Outside for Gathered<'_> {
    fn get(&self, address: &Address, name: &str) -> Result<Option<Node>, Silence> {
        let namespace = address.namespace.as_deref().unwrap_or("");
        let fits = |known: &&Known| known.name == name && known.namespace == namespace;
        Ok(self.known().at(address).find(fits).map(|known| known.root.clone()))
    }

    fn list(&self, address: &Address, labels: &[(SmolStr, SmolStr)]) -> Result<Vec<Node>, Silence> {
        let has = |root: &&Node| {
            let own = root.at(&["metadata", "labels"]);
            labels.iter().all(|(key, value)| own.is_some_and(|own| own.str(key) == value))
        };
        Ok(self.known().at(address).map(|known| &known.root).filter(has).cloned().collect())
    }

    fn global(&self, name: &str, projection: &str) -> Result<Node, Silence> {
        let found = self.globals.get(name, projection, self.facts);
        found.map(|value| value.to_node()).map_err(|error| match error {
            FactError::Failed(why) => Silence::Failed(why),
            _ => Silence::Unknown,
        })
    }

    fn namespace(&self, name: &str) -> Option<Node> {
        self.facts.namespace(name)
    }
}
