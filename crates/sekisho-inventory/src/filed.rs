//! Selectors filed under labels, so that those which pick a Pod are found without asking each of them.

use std::collections::HashMap;

use sekisho_manifest::selector::Selector;
use sekisho_manifest::workload::Pod;
use smol_str::SmolStr;

use crate::pods::{self, NamespacePods};

/// The selectors of one namespace, each with what it belongs to.
#[derive(Debug)]
pub(crate) struct Filed<T> {
    entries: Vec<(Selector, T)>,
    /// INVARIANT: an entry stands under labels of which all that it selects carry one.
    by_label: HashMap<(SmolStr, SmolStr), Vec<u32>>,
    /// The entries that no label tells.
    rest: Vec<u32>,
}

impl<T> Default for Filed<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), by_label: HashMap::new(), rest: Vec::new() }
    }
}

impl<T> Filed<T> {
    /// Files a selector under the labels that it asks for and that the fewest Pods of its namespace carry.
    pub(crate) fn add(&mut self, selector: Selector, belongs: T, pods: Option<&NamespacePods>) {
        let Ok(index) = u32::try_from(self.entries.len()) else { return };
        let nobody = NamespacePods::default();
        let pods = pods.unwrap_or(&nobody);
        let counted = selector.requirements().iter().filter_map(|one| Some((pods.carriers(one)?, one)));
        match counted.min_by_key(|(count, _)| *count) {
            Some((_, rarest)) => {
                for value in rarest.values() {
                    let label = (SmolStr::new(rarest.key()), value.clone());
                    self.by_label.entry(label).or_default().push(index);
                }
            }
            None => self.rest.push(index),
        }
        self.entries.push((selector, belongs));
    }

    /// What belongs to the selectors that pick the Pod, in the order in which they were filed.
    pub(crate) fn selecting(&self, pod: &Pod<'_>) -> Vec<&T> {
        let labelled = pods::labels(pod)
            .filter_map(|(key, value)| self.by_label.get(&(key.into(), value.into())))
            .flatten();
        let mut found: Vec<u32> = labelled.chain(&self.rest).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
            .into_iter()
            .filter_map(|index| self.entries.get(index as usize))
            .filter(|(selector, _)| pods::selects(selector, pod))
            .map(|(_, belongs)| belongs)
            .collect()
    }
}
