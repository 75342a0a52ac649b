//! Selectors filed under labels, so that those which pick a Pod are found without asking each of them.

use std::collections::HashMap;

use sekisho_manifest::selector::Selector;
use sekisho_manifest::workload::Pod;
use smol_str::SmolStr;

use crate::pods::{self, NamespacePods};

/// The selectors of one namespace, each with what belongs to it.
#[derive(Debug)]
pub(crate) struct Filed<T> {
    entries: Vec<(Selector, Vec<T>)>,
    /// Where each selector stands among the entries: equal ones share an entry.
    places: HashMap<Selector, u32>,
    /// INVARIANT: an entry stands under labels of which all that it selects carry one.
    by_label: HashMap<(SmolStr, SmolStr), Vec<u32>>,
    /// The entries that no label tells.
    rest: Vec<u32>,
}

impl<T> Default for Filed<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: HashMap::new(), by_label: HashMap::new(), rest: Vec::new() }
    }
}

impl<T> Filed<T> {
    /// Files a selector under the labels that it asks for and that the fewest Pods of its namespace carry.
    pub(crate) fn add(&mut self, selector: Selector, belongs: T, pods: Option<&NamespacePods>) {
        if let Some((_, list)) =
            self.places.get(&selector).and_then(|place| self.entries.get_mut(*place as usize))
        {
            list.push(belongs);
            return;
        }
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
        self.places.insert(selector.clone(), index);
        self.entries.push((selector, vec![belongs]));
    }

    /// What belongs to the selectors that pick the Pod, in no order that means anything.
    pub(crate) fn selecting<'a>(&'a self, pod: &'a Pod<'_>) -> impl Iterator<Item = &'a T> {
        let selecting = self.candidates(pod).filter(|(selector, _)| pods::selects(selector, pod));
        selecting.flat_map(|(_, belongs)| belongs)
    }

    /// Whether something that meets a condition belongs to a selector that picks the Pod.
    pub(crate) fn any_selecting(&self, pod: &Pod<'_>, wanted: impl Fn(&T) -> bool) -> bool {
        self.candidates(pod)
            .any(|(selector, belongs)| belongs.iter().any(&wanted) && pods::selects(selector, pod))
    }

    /// The entries among which are all that pick the Pod. None comes twice: an entry stands under one key, of
    /// which a Pod has one value.
    fn candidates<'a>(&'a self, pod: &'a Pod<'_>) -> impl Iterator<Item = &'a (Selector, Vec<T>)> {
        let filed = |(key, value): (&str, &str)| self.by_label.get(&(key.into(), value.into()));
        let labelled = pods::labels(pod).filter_map(filed).flatten();
        labelled.chain(&self.rest).filter_map(|index| self.entries.get(*index as usize))
    }
}
