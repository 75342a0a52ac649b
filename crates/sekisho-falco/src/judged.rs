//! What was judged before: an event whose grounds are those of one in which no rule held has none that holds either.
//!
//! A source of events says of each field what its values come from: the process, the descriptor, a parameter. Where all of
//! these are the same as they were, the answer is too, and no rule is asked again. Rules that ask for more, such as the
//! time, are asked each time.

use std::collections::HashSet;

use sekisho_capture::EventType;

use crate::candidates::Candidates;
use crate::catalog::Field;
use crate::program::{Event, Graph, Grounds, Identity, NodeId, Run};

/// What is remembered: so many events, of which each takes 64 bytes, in pairs of which the older is pushed out.
const ENTRIES: usize = 4_096;
/// The bit of an entry's plan that says that no rule can hold.
const CLOSED: u64 = 1 << 32;

/// How events of one type are judged.
pub(crate) struct Plan {
    grounds: Grounds,
    /// The rules that ask for more than the grounds.
    open: Candidates,
    /// What each of those demands that the grounds decide: where one of these does not hold, the rule does not either.
    demands: Vec<(usize, Vec<NodeId>)>,
}

/// What is remembered of an event.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Memory {
    Nothing,
    /// No rule held, and those that ask for more than the grounds must be asked again.
    Open,
    /// No rule can hold.
    Closed,
}

/// An event as it is remembered: the place of its plan, and its identity.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Key {
    plan: u64,
    identity: Identity,
}

/// What is known of how events of a type are judged.
#[derive(Default)]
enum Known {
    /// None was seen yet.
    #[default]
    Nothing,
    /// It is not worth to remember anything.
    Worthless,
    Plan(Plan),
}

/// What was judged before.
#[derive(Default)]
pub(crate) struct Judged {
    /// The rules that it was judged by.
    rules: u64,
    /// By the numbers of types.
    plans: Vec<Known>,
    entries: Vec<Key>,
}

impl Plan {
    /// The plan for events such as this one; none where too little can be remembered.
    fn new<E: Event + ?Sized>(candidates: &Candidates, graph: &Graph, event: &E) -> Option<Self> {
        let mut grounds = Grounds::default();
        let mut open = Vec::new();
        let mut demands = Vec::new();
        for (place, node) in candidates.all() {
            if let Some(of_rule) = of_node(*node, graph, event) {
                grounds = grounds.and(of_rule);
                continue;
            }
            open.push((*place, *node));
            let mut decided = Vec::new();
            for demand in graph.demands(*node) {
                if let Some(of_demand) = of_node(*demand, graph, event) {
                    grounds = grounds.and(of_demand);
                    decided.push(*demand);
                }
            }
            demands.push((*place, decided));
        }
        let is_worth = open.len() < candidates.all().len() || demands.iter().all(|(_, of)| !of.is_empty());
        is_worth.then(|| Self { grounds, open: Candidates::new(open, graph), demands })
    }

    /// Whether no rule can hold that asks for more than the grounds.
    pub(crate) fn is_closed<E: Event + ?Sized>(
        &self,
        run: &mut Run<'_, '_, E>,
        is_asked: impl Fn(usize) -> bool,
    ) -> bool {
        self.demands
            .iter()
            .all(|(place, decided)| !is_asked(*place) || decided.iter().any(|node| !run.holds(*node)))
    }

    /// The rules that must be asked each time.
    pub(crate) fn open(&self) -> &Candidates {
        &self.open
    }
}

/// What decides whether a node holds.
fn of_node<E: Event + ?Sized>(node: NodeId, graph: &Graph, event: &E) -> Option<Grounds> {
    let mut predicates = HashSet::new();
    graph.predicates_below(node, &mut predicates);
    let mut fields: Vec<&Field> = Vec::new();
    for predicate in predicates {
        graph.fields_of(predicate, &mut fields);
    }
    fields.into_iter().try_fold(Grounds::default(), |all, field| Some(all.and(event.grounds(field)?)))
}

impl Judged {
    /// What an event is remembered by, and what is; none where it is not worth to remember.
    #[inline]
    pub(crate) fn look<E: Event + ?Sized>(
        &mut self,
        rules: u64,
        kind: EventType,
        event: &E,
        candidates: &Candidates,
        graph: &Graph,
    ) -> Option<(Key, Memory)> {
        if self.rules != rules {
            *self = Self { rules, ..Self::default() };
        }
        let place = usize::from(kind.number());
        if self.plans.len() <= place {
            self.plans.resize_with(place + 1, Known::default);
        }
        let known = self.plans.get_mut(place)?;
        if let Known::Nothing = known {
            *known = Plan::new(candidates, graph, event).map_or(Known::Worthless, Known::Plan);
        }
        let Known::Plan(plan) = known else { return None };
        let key = Key { plan: u64::from(kind.number()), identity: event.identity(plan.grounds)? };
        let place = key.place();
        let pair = self.entries.get(place..place + 2).unwrap_or_default();
        let known = pair.iter().find(|known| known.is_of(&key));
        let memory = match known {
            Some(known) if known.plan & CLOSED != 0 => Memory::Closed,
            Some(_) => Memory::Open,
            None => Memory::Nothing,
        };
        Some((key, memory))
    }

    /// The plan that an event was looked for with.
    pub(crate) fn plan(&self, key: &Key) -> Option<&Plan> {
        match self.plans.get(usize::try_from(key.plan).ok()?)? {
            Known::Plan(plan) => Some(plan),
            Known::Nothing | Known::Worthless => None,
        }
    }

    /// Remembers that no rule held, or that none can.
    pub(crate) fn remember(&mut self, key: Key, is_closed: bool) {
        if self.entries.is_empty() {
            self.entries.resize(ENTRIES, Key { plan: u64::MAX, identity: Identity::default() });
        }
        let place = key.place();
        if let Some([newer, older]) = self.entries.get_mut(place..place + 2) {
            *older = *newer;
            *newer = key;
            newer.plan |= if is_closed { CLOSED } else { 0 };
        }
    }
}

impl Key {
    /// Whether what is remembered is of an event.
    #[inline]
    fn is_of(&self, event: &Self) -> bool {
        self.plan & !CLOSED == event.plan && self.identity == event.identity
    }

    /// Where the pair is in which it is remembered.
    #[inline]
    fn place(&self) -> usize {
        let mix =
            |hash: u64, number: &u64| (hash.rotate_left(5) ^ number).wrapping_mul(0x517C_C1B7_2722_0A95);
        let hash = self.identity.iter().fold(mix(0, &self.plan), mix);
        (hash >> 40) as usize % (ENTRIES / 2) * 2
    }
}
