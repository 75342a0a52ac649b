//! The rules that can hold for an event, asked so that few of them are looked at: what several rules demand is asked
//! once, and where it does not hold none of them is asked further; a thousand rules about a thousand programs cost one
//! look-up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasherDefault;

use crate::program::{Event, Graph, NodeId, Run, TextHasher};

/// As many rules must ask for a text of one value, and for as many texts, before it is worth to look for the value first.
const LEAST_KEYED: usize = 8;
/// A rule that asks for one of more texts than this is not looked up.
const MOST_TEXTS: usize = 16;

/// Bits of words, of which those without bits are left out.
type Bits = Box<[(usize, u64)]>;

/// A rule by its place, and its condition.
pub(crate) type Candidate = (usize, NodeId);

/// Rules, in order.
#[derive(Default)]
pub(crate) struct Candidates {
    all: Vec<Candidate>,
    /// Those that no text chooses.
    plain: Vec<Plain>,
    /// For each demand that several of the plain ones make, those that make it, as bits of words.
    shared: Vec<Bits>,
    keyed: Vec<Keyed>,
}

/// A rule as demands that must all hold.
struct Plain {
    place: usize,
    demands: Box<[Demand]>,
}

#[derive(Clone, Copy)]
struct Demand {
    node: NodeId,
    /// Its place among those that several rules make.
    shared: Option<u32>,
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
        let mut asked: BTreeMap<u32, (usize, BTreeSet<&[u8]>)> = BTreeMap::new();
        for (extract, texts) in choices.iter().flatten() {
            let (rules, distinct) = asked.entry(*extract).or_default();
            *rules += 1;
            distinct.extend(texts);
        }
        // A text that every rule asks for chooses nothing.
        let worth = |extract: &u32| asked.get(extract).map_or(0, |(rules, texts)| texts.len().min(*rules));
        let mut plain = Vec::new();
        let mut keyed: BTreeMap<u32, Keyed> = BTreeMap::new();
        for (candidate, choice) in all.iter().zip(&choices) {
            let best = choice.iter().max_by_key(|(extract, _)| worth(extract));
            let Some((extract, texts)) = best.filter(|(extract, _)| worth(extract) >= LEAST_KEYED) else {
                plain.push(*candidate);
                continue;
            };
            let keyed = keyed.entry(*extract).or_insert_with(|| Keyed {
                extract: *extract,
                by_text: HashMap::default(),
                all: Vec::new(),
            });
            keyed.all.push(*candidate);
            for text in texts {
                keyed.by_text.entry((*text).into()).or_default().push(*candidate);
            }
        }
        let (plain, shared) = demands(&plain, graph);
        let keyed = keyed.into_values().collect();
        Self { all, plain, shared, keyed }
    }

    pub(crate) fn all(&self) -> &[Candidate] {
        &self.all
    }

    /// The rules that texts choose for the event, in order.
    fn chosen<E: Event + ?Sized>(&self, run: &mut Run<'_, '_, E>) -> Vec<Candidate> {
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
        if !chosen.is_sorted() {
            chosen.sort_unstable();
        }
        chosen
    }

    /// Calls with each rule whose condition holds, in order, until it answers false.
    pub(crate) fn each_that_holds<E: Event + ?Sized>(
        &self,
        run: &mut Run<'_, '_, E>,
        is_asked: impl Fn(usize) -> bool,
        mut found: impl FnMut(usize, &mut Run<'_, '_, E>) -> bool,
    ) {
        let chosen = self.chosen(run);
        let mut chosen = chosen.iter().peekable();
        let mut words = run.take_words(self.plain.len());
        let mut next = 0;
        loop {
            let plain = lowest(&words, &mut next).and_then(|place| Some((place, self.plain.get(place)?)));
            let before = plain.map_or(usize::MAX, |(_, rule)| rule.place);
            let mut is_over = false;
            while let Some((place, node)) = chosen.next_if(|(place, _)| *place < before) {
                if is_asked(*place) && run.holds(*node) && !found(*place, run) {
                    is_over = true;
                    break;
                }
            }
            let Some((bit, rule)) = plain.filter(|_| !is_over) else { break };
            remove(&mut words, &[(bit / 64, 1 << (bit % 64))]);
            if !is_asked(rule.place) {
                continue;
            }
            match rule.demands.iter().find(|demand| !run.holds(demand.node)) {
                Some(Demand { shared: Some(shared), .. }) => {
                    let others = self.shared.get(*shared as usize).map(AsRef::as_ref).unwrap_or_default();
                    remove(&mut words, others);
                }
                None if !found(rule.place, run) => break,
                None | Some(Demand { shared: None, .. }) => {}
            }
        }
        run.give_words(words);
    }
}

/// Each rule as demands, of which those come first that most rules make, and for those the rules that make them.
fn demands(rules: &[Candidate], graph: &Graph) -> (Vec<Plain>, Vec<Bits>) {
    let mut makers: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
    for (bit, (_, node)) in rules.iter().enumerate() {
        for demand in graph.demands(*node) {
            makers.entry(*demand).or_default().push(bit);
        }
    }
    let mut shared = Vec::new();
    let mut places: BTreeMap<NodeId, u32> = BTreeMap::new();
    for (node, bits) in makers.iter().filter(|(_, bits)| bits.len() > 1) {
        let mut words: BTreeMap<usize, u64> = BTreeMap::new();
        for bit in bits {
            *words.entry(bit / 64).or_default() |= 1 << (bit % 64);
        }
        places.insert(*node, u32::try_from(shared.len()).unwrap_or(u32::MAX));
        shared.push(words.into_iter().collect());
    }
    let plain = rules.iter().map(|(place, node)| {
        let mut demands: Vec<Demand> = graph
            .demands(*node)
            .iter()
            .map(|node| Demand { node: *node, shared: places.get(node).copied() })
            .collect();
        demands.sort_by_key(|demand| std::cmp::Reverse(makers.get(&demand.node).map_or(0, Vec::len)));
        Plain { place: *place, demands: demands.into() }
    });
    (plain.collect(), shared)
}

/// The lowest bit that is set, from a word on, which becomes that of the bit.
fn lowest(words: &[u64], from: &mut usize) -> Option<usize> {
    while let Some(word) = words.get(*from) {
        if *word != 0 {
            return Some(*from * 64 + word.trailing_zeros() as usize);
        }
        *from += 1;
    }
    None
}

fn remove(words: &mut [u64], bits: &[(usize, u64)]) {
    for (place, bits) in bits {
        if let Some(word) = words.get_mut(*place) {
            *word &= !bits;
        }
    }
}
