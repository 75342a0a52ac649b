//! The facts of a review, as functions ask for them.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::outside::{Address, Outside, Silence};
use crate::facts::{Facts, Known};
use crate::kinds::Kinds;

/// What was gathered for a review.
pub(super) struct Gathered<'f>(pub(super) &'f dyn Facts);

impl Gathered<'_> {
    /// The objects at an address; in all namespaces where it names none.
    fn at(&self, address: &Address) -> Vec<Known> {
        let kinds = Kinds::default();
        let namespace = address.namespace.as_deref().unwrap_or("");
        let mut found: Vec<Known> = self
            .0
            .everything()
            .into_iter()
            .filter(|known| {
                known.kind.api_version() == address.api_version
                    && (namespace.is_empty() || known.namespace == namespace)
                    && kinds.of(&known.kind).resource.resource == address.resource
            })
            .collect();
        found.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
        found
    }
}

impl Outside for Gathered<'_> {
    fn get(&self, address: &Address, name: &str) -> Result<Option<Node>, Silence> {
        let namespace = address.namespace.as_deref().unwrap_or("");
        let fits = |known: &Known| known.name == name && known.namespace == namespace;
        Ok(self.at(address).into_iter().find(fits).map(|known| known.root))
    }

    fn list(&self, address: &Address, labels: &[(SmolStr, SmolStr)]) -> Result<Vec<Node>, Silence> {
        let has = |root: &Node| {
            let own = root.at(&["metadata", "labels"]);
            labels.iter().all(|(key, value)| own.is_some_and(|own| own.str(key) == value))
        };
        Ok(self.at(address).into_iter().map(|known| known.root).filter(has).collect())
    }

    fn namespace(&self, name: &str) -> Option<Node> {
        self.0.namespace(name)
    }
}
