//! What correlations make of matches, one after the other, with bounded memory.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::correlation::{Correlation, CorrelationKind, MOST};

/// Groups that are remembered of a correlation.
const GROUPS: usize = 20_000;
/// Events that are remembered of all groups of a correlation.
const EVENTS: usize = 500_000;
/// Correlations of correlations go no deeper.
const DEPTH: u32 = 8;
/// Bytes that are kept of a value by which events are put together.
const VALUE: usize = 256;

/// Gives what a field of the event holds; nothing where it is not there.
pub type FieldValues<'f> = &'f dyn Fn(&str) -> Vec<String>;

/// A correlation that holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Correlated {
    /// The place of the correlation.
    pub place: usize,
    /// The number that it counted.
    pub count: u64,
    /// The values that its events share, by the names in `group-by`.
    pub group: Vec<(String, String)>,
}

/// Correlations with what they remember.
#[derive(Debug, Default)]
pub struct Correlator {
    correlations: Vec<Correlation>,
    /// By the rule that found something: correlations that name it, with its places among their rules.
    by_rule: HashMap<String, Vec<(usize, Vec<usize>)>>,
    memories: Vec<Memory>,
    forgotten: u64,
}

#[derive(Debug, Default)]
struct Memory {
    groups: HashMap<Vec<String>, Group>,
    events: usize,
}

/// What is remembered of a group, newest last.
#[derive(Debug, Default)]
struct Group {
    newest: i128,
    /// Times with what is counted: nothing, the place of the rule, or the value as a number.
    seen: VecDeque<(i128, u64)>,
    /// When each value was there the last time, where values are counted.
    latest: HashMap<u64, i128>,
    /// For each rule in order when the first of those before it was, where they came in order.
    chain: Vec<Option<i128>>,
}

impl Correlator {
    /// Correlations whose `rules` are the names under which matches are given.
    pub fn new(correlations: Vec<Correlation>) -> Self {
        let mut by_rule: HashMap<String, Vec<(usize, Vec<usize>)>> = HashMap::new();
        for (place, correlation) in correlations.iter().enumerate() {
            for (step, rule) in correlation.rules.iter().enumerate() {
                let known = by_rule.entry(rule.clone()).or_default();
                match known.iter_mut().find(|(of, _)| *of == place) {
                    Some((_, steps)) => steps.push(step),
                    None => known.push((place, vec![step])),
                }
            }
        }
        let memories = correlations.iter().map(|_| Memory::default()).collect();
        Self { correlations, by_rule, memories, forgotten: 0 }
    }

    /// The correlations.
    pub fn correlations(&self) -> &[Correlation] {
        &self.correlations
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.correlations.is_empty()
    }

    /// Whether a rule tells nothing by itself, because only correlations are to tell of it.
    pub fn is_silent(&self, rule: &str) -> bool {
        let named = self.by_rule.get(rule).into_iter().flatten();
        let mut named = named.filter_map(|(place, _)| self.correlations.get(*place)).peekable();
        named.peek().is_some() && named.all(|correlation| !correlation.generates)
    }

    /// Groups that were forgotten because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Takes what a rule found in an event of this time, and gives the correlations that hold now.
    pub fn take(&mut self, rule: &str, time: i128, values: FieldValues<'_>) -> Vec<Correlated> {
        let mut found = Vec::new();
        self.take_within(rule, time, values, DEPTH, &mut found);
        found
    }

    fn take_within(
        &mut self,
        rule: &str,
        time: i128,
        values: FieldValues<'_>,
        depth: u32,
        found: &mut Vec<Correlated>,
    ) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for (place, steps) in self.by_rule.get(rule).cloned().unwrap_or_default() {
            let Some(correlated) = self.one(place, &steps, rule, time, values) else { continue };
            let name = self.correlations.get(place).map(Correlation::engine_name).unwrap_or_default();
            let group = correlated.group.clone();
            found.push(correlated);
            // What it shares is what others can group by.
            let shared = |field: &str| -> Vec<String> {
                group.iter().filter(|(name, _)| name == field).map(|(_, value)| value.clone()).collect()
            };
            self.take_within(&name, time, &shared, depth, found);
        }
    }

    fn one(
        &mut self,
        place: usize,
        steps: &[usize],
        rule: &str,
        time: i128,
        values: FieldValues<'_>,
    ) -> Option<Correlated> {
        let correlation = self.correlations.get(place)?;
        let memory = self.memories.get_mut(place)?;
        let mut key = Vec::new();
        for name in &correlation.group_by {
            let alias = correlation.aliases.get(name).and_then(|fields| fields.get(rule));
            let mut value = values(alias.unwrap_or(name));
            // What does not say what it belongs to belongs to nothing.
            if value.is_empty() {
                return None;
            }
            value.sort_unstable();
            key.push(shortened(value.join(", ")));
        }
        let counted = match &correlation.kind {
            CorrelationKind::Values(field) => values(field).iter().map(number).collect(),
            _ => Vec::new(),
        };
        if memory.groups.len() >= GROUPS && !memory.groups.contains_key(&key) || memory.events >= EVENTS {
            self.forgotten += memory.forget(time, correlation.timespan);
        }
        let group = memory.groups.entry(key.clone()).or_default();
        group.newest = group.newest.max(time);
        let before = group.seen.len();
        let count = group.count(correlation, steps, time, &counted);
        let holds =
            correlation.conditions.iter().all(|(comparison, wanted)| comparison.holds(count, *wanted));
        if holds {
            // It begins anew: the next events are not told with those of before again.
            group.seen.clear();
            group.latest.clear();
            group.chain.clear();
        }
        memory.events = (memory.events + group.seen.len()).saturating_sub(before);
        if holds {
            let group = correlation.group_by.iter().cloned().zip(key).collect();
            return Some(Correlated { place, count, group });
        }
        None
    }
}

impl Group {
    /// Takes an event in, and gives the number that the correlation compares.
    fn count(&mut self, correlation: &Correlation, steps: &[usize], time: i128, counted: &[u64]) -> u64 {
        let span = i128::from(correlation.timespan);
        let oldest = self.newest - span;
        match correlation.kind {
            CorrelationKind::Ordered => return self.ordered(correlation.rules.len(), steps, time, span),
            CorrelationKind::Values(_) => return self.values(counted, time, oldest),
            CorrelationKind::Rules => {
                for step in steps {
                    self.seen.retain(|(_, known)| *known != *step as u64);
                    self.seen.push_back((time, *step as u64));
                }
            }
            CorrelationKind::Events => self.seen.push_back((time, 0)),
        }
        let is_over = |seen: &VecDeque<(i128, u64)>| {
            seen.front().is_some_and(|(time, _)| *time < oldest) || seen.len() as u64 > MOST + 1
        };
        while is_over(&self.seen) {
            self.seen.pop_front();
        }
        self.seen.len() as u64
    }

    /// How many different values were there.
    fn values(&mut self, counted: &[u64], time: i128, oldest: i128) -> u64 {
        for value in counted {
            let latest = self.latest.entry(*value).or_insert(time);
            *latest = time.max(*latest);
            self.seen.push_back((time, *value));
        }
        while let Some((time, value)) = self.seen.front().copied() {
            if time >= oldest && self.latest.len() as u64 <= MOST + 1 {
                break;
            }
            self.seen.pop_front();
            // What was there again since then stays.
            if self.latest.get(&value) == Some(&time) {
                self.latest.remove(&value);
            }
        }
        // One value many times must not push the others out.
        if self.seen.len() as u64 > 2 * MOST {
            let latest = &self.latest;
            self.seen.retain(|(time, value)| latest.get(value) == Some(time));
            self.seen.truncate(2 * usize::try_from(MOST).unwrap_or(usize::MAX));
        }
        self.latest.len() as u64
    }

    /// How many of the rules came in their order.
    fn ordered(&mut self, rules: usize, steps: &[usize], time: i128, span: i128) -> u64 {
        self.chain.resize(rules, None);
        let mut furthest = 0;
        // One event is not two steps: the last ones look at what was before it.
        for step in steps.iter().rev() {
            let start = match step.checked_sub(1) {
                None => Some(time),
                Some(before) => {
                    self.chain.get(before).copied().flatten().filter(|start| time - start <= span)
                }
            };
            if let (Some(start), Some(slot)) = (start, self.chain.get_mut(*step)) {
                *slot = Some(start);
                furthest = furthest.max(*step as u64 + 1);
            }
        }
        furthest
    }
}

impl Memory {
    /// Forgets groups whose time is over, and where that is not enough the older half; how many were lost.
    fn forget(&mut self, now: i128, span: u64) -> u64 {
        self.groups.retain(|_, group| now - group.newest <= i128::from(span));
        let mut lost = 0;
        if self.groups.len() >= GROUPS / 2 || self.events >= EVENTS {
            let mut times: Vec<i128> = self.groups.values().map(|group| group.newest).collect();
            times.sort_unstable();
            let middle = times.get(times.len() / 2).copied().unwrap_or(now);
            let before = self.groups.len();
            self.groups.retain(|_, group| group.newest > middle);
            lost = (before - self.groups.len()) as u64;
        }
        self.events = self.groups.values().map(|group| group.seen.len()).sum();
        lost
    }
}

/// A value as a number, so that long ones need no more memory than others.
fn number(value: &String) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A value that is too long is known by its beginning and its number.
fn shortened(value: String) -> String {
    if value.len() <= VALUE {
        return value;
    }
    let number = number(&value);
    let end = value.floor_char_boundary(VALUE);
    format!("{}… {number:x}", value.get(..end).unwrap_or_default())
}
