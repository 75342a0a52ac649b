//! What was made and is kept as it was made: which object because of which.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_manifest::Node;
use sekisho_policy::{Effect, EffectKind, RuleName};
use sekisho_store::ObjectKey;

/// An object that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) key: ObjectKey,
    /// The rule that made it.
    pub(crate) rule: RuleName,
    /// Whether it stays when its policy goes.
    pub(crate) beyond_policy: bool,
}

/// What is kept, by the objects because of which it is.
#[derive(Debug, Default)]
pub(crate) struct Keeping {
    /// By the trigger: its identifier, and what was made, by name.
    triggers: BTreeMap<String, (String, BTreeMap<String, Made>)>,
    /// By what was made: the trigger.
    made: BTreeMap<String, String>,
    /// By the trigger: the policies that would copy something because of it that is not there yet, or is gone.
    awaiting: BTreeMap<String, BTreeSet<RuleName>>,
}

impl Made {
    /// What an effect makes that is kept; none where it makes nothing, or leaves what it makes.
    pub(crate) fn of(effect: &Effect) -> Option<Self> {
        let beyond_policy = match effect.kind {
            EffectKind::Keep => false,
            EffectKind::KeepBeyondPolicy => true,
            EffectKind::Make | EffectKind::Change | EffectKind::Withdraw => return None,
        };
        Some(Self { key: key(&effect.object), rule: effect.rule.clone(), beyond_policy })
    }
}

impl Keeping {
    /// Enters what is kept because of an object, in the place of what was. What was and is no longer is given back, but for
    /// what policies made that could not be asked now: that is kept as it is, unless what it is a copy of is gone.
    pub(crate) fn replace(
        &mut self,
        trigger: &str,
        uid: &str,
        now: impl IntoIterator<Item = Made>,
        silent: &BTreeSet<RuleName>,
        bereft: &BTreeMap<String, RuleName>,
    ) -> Vec<Made> {
        self.awaiting.remove(trigger);
        if !bereft.is_empty() {
            self.awaiting.insert(trigger.to_owned(), bereft.values().cloned().collect());
        }
        let (_, before) = self.triggers.remove(trigger).unwrap_or_default();
        let mut kept: BTreeMap<String, Made> = now.into_iter().map(|made| (made.key.id(), made)).collect();
        let mut lost = Vec::new();
        for (id, made) in before {
            if kept.contains_key(&id) {
                continue;
            }
            if silent.contains(&whole(&made.rule)) && !bereft.contains_key(&id) {
                kept.insert(id, made);
            } else {
                self.made.remove(&id);
                lost.push(made);
            }
        }
        self.made.extend(kept.keys().map(|id| (id.clone(), trigger.to_owned())));
        if !kept.is_empty() {
            self.triggers.insert(trigger.to_owned(), (uid.to_owned(), kept));
        }
        lost
    }

    /// Enters something that was made earlier because of an object.
    pub(crate) fn adopt(&mut self, trigger: &str, uid: &str, made: Made) {
        self.made.insert(made.key.id(), trigger.to_owned());
        let entry = self.triggers.entry(trigger.to_owned()).or_default();
        uid.clone_into(&mut entry.0);
        entry.1.insert(made.key.id(), made);
    }

    /// Takes out an object that is gone: its identifier, and what was kept because of it.
    pub(crate) fn bereave(&mut self, trigger: &str) -> Option<(String, Vec<Made>)> {
        self.awaiting.remove(trigger);
        let (uid, kept) = self.triggers.remove(trigger)?;
        for id in kept.keys() {
            self.made.remove(id);
        }
        Some((uid, kept.into_values().collect()))
    }

    /// The object because of which another is kept.
    pub(crate) fn trigger(&self, made: &str) -> Option<&str> {
        self.made.get(made).map(String::as_str)
    }

    /// All objects because of which others are kept, or would be.
    pub(crate) fn triggers(&self) -> impl Iterator<Item = &String> {
        let others = self.awaiting.keys().filter(|trigger| !self.triggers.contains_key(*trigger));
        self.triggers.keys().chain(others)
    }

    /// Whether anything is kept because of an object.
    pub(crate) fn keeps(&self, trigger: &str) -> bool {
        self.triggers.contains_key(trigger)
    }

    /// The policies that keep something because of an object, or would.
    pub(crate) fn policies(&self, trigger: &str) -> BTreeSet<RuleName> {
        let kept = self.triggers.get(trigger).into_iter().flat_map(|(_, kept)| kept.values());
        let awaiting = self.awaiting.get(trigger).into_iter().flatten().cloned();
        kept.map(|made| whole(&made.rule)).chain(awaiting).collect()
    }
}

/// Which object a document is.
pub(crate) fn key(object: &Node) -> ObjectKey {
    let metadata = |key: &str| object.at(&["metadata", key]).and_then(Node::as_str).unwrap_or("");
    ObjectKey {
        api_version: object.str("apiVersion").to_owned(),
        kind: object.str("kind").to_owned(),
        namespace: metadata("namespace").to_owned(),
        name: metadata("name").to_owned(),
    }
}

/// The policy of a rule.
pub(crate) fn whole(rule: &RuleName) -> RuleName {
    RuleName { rule: "".into(), ..rule.clone() }
}
