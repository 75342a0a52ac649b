//! Where policies and their rules stand, by their names.

use std::collections::HashMap;

use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use crate::verdict::RuleName;

/// The places of policies among documents, and of rules in policies.
#[derive(Debug)]
pub(crate) struct Places {
    /// By kind and name, in the order of the documents.
    policies: HashMap<(SmolStr, SmolStr), Vec<usize>>,
    /// By the document and the name of the rule: the first of that name.
    rules: HashMap<(usize, SmolStr), usize>,
}

impl Places {
    pub(super) fn of(objects: &[Object]) -> Self {
        let mut policies: HashMap<(SmolStr, SmolStr), Vec<usize>> = HashMap::new();
        let mut rules = HashMap::new();
        for (place, object) in objects.iter().enumerate() {
            policies.entry((object.kind.clone(), object.name.clone())).or_default().push(place);
            let own = object.root.at(&["spec", "rules"]).map(Node::items).unwrap_or_default();
            for (index, rule) in own.iter().enumerate() {
                rules.entry((place, rule.str("name").into())).or_insert(index);
            }
        }
        Self { policies, rules }
    }

    /// The document of a rule's policy, and the place of the rule in it where the policy names its rules.
    pub(super) fn find<'o>(
        &self,
        rule: &RuleName,
        objects: &'o [Object],
    ) -> Option<(&'o Object, Option<usize>)> {
        let known = self.policies.get(&(rule.kind.clone(), rule.policy.clone()))?;
        known.iter().find_map(|place| {
            let object = objects.get(*place)?;
            if !rule.namespace.is_empty() && object.namespace.as_ref() != Some(&rule.namespace) {
                return None;
            }
            let named =
                (!rule.rule.is_empty()).then(|| self.rules.get(&(*place, rule.rule.clone()))).flatten();
            Some((object, named.copied()))
        })
    }
}
