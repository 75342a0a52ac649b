//! The rules that can hold for an event, found by a text that they ask for: a thousand rules about a thousand programs
//! cost one look-up.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;

use crate::program::{Event, Graph, NodeId, Run, TextHasher};

/// As many rules must ask for a text of one value before it is worth to look for the value first.
const LEAST_KEYED: usize = 8;
/// A rule that asks for one of more texts than this is not looked up.
const MOST_TEXTS: usize = 16;

/// A rule by its place, and its condition.
pub(crate) type Candidate = (usize, NodeId);

/// Rules, in order.
#[derive(Default)]
pub(crate) struct Candidates {
    all: Vec<Candidate>,
    /// Those that no text chooses.
    plain: Vec<Candidate>,
    keyed: Vec<Keyed>,
}

/// The rules that hold only where a value is one of their texts.
struct Keyed {
    extract: u32,
    by_text: HashMap<Box<[u8]>, Vec<Candidate>, BuildHasherDefault<TextHasher>>,
    all: Vec<Candidate>,
}

impl Candidates {
    pub(crate) fn new(all: Vec<Candidate>, graph: &Graph) -> Self {
        let choices: Vec<_> = all.iter().map(|(_, node)| graph.texts_asked(*node, MOST_TEXTS)).collect();
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for extract in choices.iter().flat_map(BTreeMap::keys) {
            *counts.entry(*extract).or_default() += 1;
        }
        let mut plain = Vec::new();
        let mut keyed: BTreeMap<u32, Keyed> = BTreeMap::new();
        for (candidate, choice) in all.iter().zip(choices) {
            let count = |extract: &u32| counts.get(extract).copied().unwrap_or_default();
            let best = choice.into_iter().max_by_key(|(extract, _)| count(extract));
            let Some((extract, texts)) = best.filter(|(extract, _)| count(extract) >= LEAST_KEYED) else {
                plain.push(*candidate);
                continue;
            };
            let keyed = keyed.entry(extract).or_insert_with(|| Keyed {
                extract,
                by_text: HashMap::default(),
                all: Vec::new(),
            });
            keyed.all.push(*candidate);
            for text in texts {
                keyed.by_text.entry(text.into()).or_default().push(*candidate);
            }
        }
        Self { all, plain, keyed: keyed.into_values().collect() }
    }

    pub(crate) fn all(&self) -> &[Candidate] {
        &self.all
    }

    /// The rules that can hold for the event, in order, where they are not the plain ones alone.
    fn chosen<E: Event + ?Sized>(&self, run: &mut Run<'_, '_, E>) -> Option<Vec<Candidate>> {
        let mut chosen = Vec::new();
        for keyed in &self.keyed {
            let Some(values) = run.values(keyed.extract) else { continue };
            match values {
                [value] if let Some(text) = value.as_bytes() => {
                    chosen.extend(keyed.by_text.get(text).into_iter().flatten());
                }
                _ => chosen.extend(&keyed.all),
            }
        }
        if chosen.is_empty() {
            return None;
        }
        chosen.extend(&self.plain);
        chosen.sort_unstable();
        Some(chosen)
    }

    /// Calls with each rule whose condition holds, in order, until it answers false.
    pub(crate) fn each_that_holds<E: Event + ?Sized>(
        &self,
        run: &mut Run<'_, '_, E>,
        is_asked: impl Fn(usize) -> bool,
        mut found: impl FnMut(usize, &mut Run<'_, '_, E>) -> bool,
    ) {
        let chosen = self.chosen(run);
        for (place, node) in chosen.as_deref().unwrap_or(&self.plain) {
            if is_asked(*place) && run.holds(*node) && !found(*place, run) {
                return;
            }
        }
    }
}
