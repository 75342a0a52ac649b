//! Mutators that contradict each other about the shape of a kind: none of them is applied.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::location::Step;
use super::mutator::{Change, Mutator};
use super::value::Assigned;

/// What a mutator takes a field to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Object,
    List,
    Set,
    Text,
    Unknown,
}

/// One field that mutators name, in the shape that they take it to be.
#[derive(Debug, Default)]
struct Place {
    named_by: BTreeSet<usize>,
    ends_here: BTreeSet<usize>,
    below: BTreeMap<SmolStr, BTreeMap<Shape, Place>>,
}

/// The mutators, by their number, that are in conflict with another.
pub(crate) fn conflicts(mutators: &[Mutator]) -> BTreeSet<usize> {
    let mut kinds: BTreeMap<_, Place> = BTreeMap::new();
    for (number, mutator) in mutators.iter().enumerate() {
        for binding in mutator.bindings() {
            let key = (binding.0, binding.1, binding.2, binding.3.as_str());
            kinds.entry(key).or_default().add(number, mutator, &mutator.steps);
        }
    }
    let mut found = BTreeSet::new();
    for place in kinds.values() {
        place.collect(&mut found);
    }
    found
}

impl Place {
    fn add(&mut self, number: usize, mutator: &Mutator, steps: &[Step]) {
        self.named_by.insert(number);
        let Some((step, rest)) = steps.split_first() else {
            if must_end(&mutator.change) {
                self.ends_here.insert(number);
            }
            return;
        };
        let key = match step {
            Step::Field(name) => name,
            Step::Items { key, .. } => key,
        };
        let shape = match rest.first() {
            Some(Step::Field(_)) => Shape::Object,
            Some(Step::Items { .. }) => Shape::List,
            None => shape_at_end(&mutator.change),
        };
        let below = self.below.entry(key.clone()).or_default().entry(shape).or_default();
        below.add(number, mutator, rest);
    }

    fn collect(&self, found: &mut BTreeSet<usize>) {
        for shapes in self.below.values() {
            let known = shapes.keys().filter(|shape| **shape != Shape::Unknown).count();
            for (shape, place) in shapes {
                let has_keys = *shape == Shape::List && place.below.len() > 1;
                if *shape != Shape::Unknown && (known > 1 || has_keys) {
                    found.extend(&place.named_by);
                }
            }
            let ends = shapes.values().any(|place| !place.ends_here.is_empty());
            let goes_on = shapes.values().any(|place| !place.below.is_empty());
            if ends && goes_on {
                for place in shapes.values() {
                    found.extend(&place.ends_here);
                    for further in place.below.values().flat_map(BTreeMap::values) {
                        found.extend(&further.named_by);
                    }
                }
            }
            for place in shapes.values() {
                place.collect(found);
            }
        }
    }
}

/// What stands at the end of the location.
fn shape_at_end(change: &Change) -> Shape {
    match change {
        Change::Assign(_) | Change::AssignMetadata(_) => Shape::Unknown,
        Change::ModifySet(_) => Shape::Set,
        Change::AssignImage(_) => Shape::Text,
    }
}

/// Whether nothing can lie below the location.
fn must_end(change: &Change) -> bool {
    match change {
        Change::Assign(assigned) | Change::AssignMetadata(assigned) => {
            matches!(assigned, Assigned::External(_))
        }
        Change::ModifySet(_) => false,
        Change::AssignImage(_) => true,
    }
}
