//! Which policies differ between two bundles.
//!
//! A policy differs when its own document does, or a document that belongs to policies without being one itself (an
//! exception, a template, a binding, a configuration) and names it or its kind, or when its rollout has come to another
//! stage. A document that names no policy may belong to all of them. So more may be taken to differ than does, never less.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_manifest::{Node, Object, Value};
use sekisho_policy::{Bundle, Need, RuleName};
use sha2::{Digest as _, Sha256};

/// What tells a policy apart from others of the bundle, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unit {
    /// The names of its documents; with a number where several policies have the same.
    pub(crate) identity: (Vec<RuleName>, usize),
    /// The digest of all that it depends on.
    content: [u8; 32],
    /// What it looks at beside the object.
    pub(crate) needs: BTreeSet<Need>,
}

/// The policies of a bundle, in the order of its set.
pub(crate) fn units(bundle: &Bundle) -> Vec<Unit> {
    let named: Vec<Vec<RuleName>> =
        bundle.loaded.policies.iter().map(sekisho_policy::Policy::names).collect();
    let is_own = |object: &Object, name: &RuleName| {
        object.kind == name.kind
            && object.name == name.policy
            && (name.namespace.is_empty() || object.namespace.as_ref() == Some(&name.namespace))
    };
    // What documents that are no policy by themselves name.
    let mut beside: Vec<(&Object, BTreeSet<&str>)> = Vec::new();
    for object in bundle.objects.iter().filter(|object| sekisho_policy::is_policy(object)) {
        if !named.iter().flatten().any(|name| is_own(object, name)) {
            let mut words = BTreeSet::new();
            collect(&object.root, 64, &mut words);
            beside.push((object, words));
        }
    }
    let names_any = |words: &BTreeSet<&str>| {
        named
            .iter()
            .flatten()
            .any(|name| words.contains(name.policy.as_str()) || words.contains(name.kind.as_str()))
    };
    let of_all: Vec<bool> = beside.iter().map(|(_, words)| !names_any(words)).collect();
    let mut modules = Sha256::new();
    if bundle.has_modules() {
        for source in &bundle.sources {
            modules.update(source.text.as_bytes());
        }
    }
    let modules: [u8; 32] = modules.finalize().into();
    let mut seen: BTreeMap<Vec<RuleName>, usize> = BTreeMap::new();
    let mut units = Vec::new();
    for names in named {
        let mut content = Sha256::new();
        let mut needs = BTreeSet::new();
        let mut enter = |object: &Object| {
            let text = object.root.to_json().to_string();
            content.update(text.len().to_be_bytes());
            content.update(text);
            needs.extend(Bundle::needs_of(object));
        };
        let mut found = false;
        for object in bundle.objects.iter().filter(|object| names.iter().any(|name| is_own(object, name))) {
            enter(object);
            found = true;
        }
        for ((object, words), of_all) in beside.iter().zip(&of_all) {
            let mentions =
                |name: &RuleName| words.contains(name.policy.as_str()) || words.contains(name.kind.as_str());
            if *of_all || names.iter().any(mentions) {
                enter(object);
            }
        }
        // What follows of a verdict rests on how far the rule is introduced.
        for name in &names {
            content.update(bundle.stage_of(name).as_str());
        }
        if !found {
            // A rule of a module, or a policy without names: any module may be part of it.
            content.update(modules);
        }
        let number = seen.entry(names.clone()).or_default();
        units.push(Unit { identity: (names, *number), content: content.finalize().into(), needs });
        *number += 1;
    }
    units
}

/// For each policy of the next bundle its place in the former one, where it has not changed.
pub(crate) fn unchanged(before: &[Unit], after: &[Unit]) -> Vec<Option<usize>> {
    let known: BTreeMap<_, usize> =
        before.iter().enumerate().map(|(place, unit)| (&unit.identity, place)).collect();
    let same = |unit: &Unit| {
        let place = *known.get(&unit.identity)?;
        (before.get(place)?.content == unit.content).then_some(place)
    };
    after.iter().map(same).collect()
}

/// The texts that a document holds as values.
fn collect<'n>(node: &'n Node, depth: usize, words: &mut BTreeSet<&'n str>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Value::String(_) = &node.value
        && let Some(text) = node.as_str()
    {
        words.insert(text);
    }
    for item in node.items() {
        collect(item, depth, words);
    }
    for entry in node.entries() {
        collect(&entry.node, depth, words);
    }
}
