//! Compiled rules and what they match.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use sekisho_capture::{EventFlags, EventType};
use sekisho_manifest::Span;

use crate::candidates::{Candidate, Candidates};
use crate::catalog::Catalog;
use crate::condition::Condition;
use crate::event_types::{EventTypes, is_generic};
use crate::judged::{Judged, Memory};
use crate::output::{MatchField, Output};
use crate::program::{CompileError, Event, Graph, GraphSize, NodeId, Workspace};

/// Where rules of no stated source belong.
pub(crate) const DEFAULT_SOURCE: &str = "syscall";

/// How grave a match is, gravest first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Priority {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Informational,
    Debug,
}

impl Priority {
    /// Every one, gravest first.
    pub const ALL: &[Self] = &[
        Self::Emergency,
        Self::Alert,
        Self::Critical,
        Self::Error,
        Self::Warning,
        Self::Notice,
        Self::Informational,
        Self::Debug,
    ];

    /// The name that rules use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emergency => "Emergency",
            Self::Alert => "Alert",
            Self::Critical => "Critical",
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Notice => "Notice",
            Self::Informational => "Informational",
            Self::Debug => "Debug",
        }
    }
}

impl FromStr for Priority {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.eq_ignore_ascii_case("info") {
            return Ok(Self::Informational);
        }
        Self::ALL.iter().copied().find(|known| known.name().eq_ignore_ascii_case(text)).ok_or(())
    }
}

/// A compiled rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Where the events that it looks at come from.
    pub source: String,
    /// What it finds.
    pub description: String,
    /// How grave a match is.
    pub priority: Priority,
    /// Words to choose rules by.
    pub tags: BTreeSet<String>,
    /// Whether it is looked at.
    pub enabled: bool,
    /// Whether events are to be captured after a match.
    pub capture: bool,
    /// For how long, in milliseconds; zero leaves it to the settings.
    pub capture_duration: u32,
    /// The output as it was written.
    pub output: String,
    /// The condition with lists, exceptions and macros written out.
    pub condition: Condition,
    /// The types of events that the condition can hold for.
    pub event_types: EventTypes,
    /// Where the rule was last defined.
    pub span: Span,
}

/// Which of the rules that hold for an event match it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Matching {
    /// The first in the order of definition, as Falco does unless it is told otherwise.
    #[default]
    First,
    /// Every one.
    All,
}

/// A rule that matched.
#[derive(Clone, Debug)]
pub struct Match<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Its output.
    pub output: String,
    /// The fields of the output with their values.
    pub fields: Vec<MatchField>,
}

/// What rules cost for events of a type, where every comparison is made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cost<'r> {
    /// The name of the type; empty for sources whose events have none.
    pub event: &'static str,
    /// Rules that can hold.
    pub rules: usize,
    /// Distinct comparisons.
    pub comparisons: usize,
    /// The same by what each costs: one for a text that is looked up, ten for a regular expression.
    pub weight: u64,
    /// The rule that costs most by itself.
    pub heaviest: &'r str,
    /// What that rule costs.
    pub heaviest_weight: u64,
}

/// Chooses rules to enable or disable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Selector {
    /// Rules whose name matches this glob; `*` is every rule.
    Name(String),
    /// Rules with this tag.
    Tag(String),
}

/// The memory that evaluation uses again for each event, and what it learned of events before.
#[derive(Default)]
pub struct Evaluator {
    workspace: Workspace,
    judged: Judged,
}

impl Evaluator {
    /// Memory for nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Predicates that were evaluated, and values that were had, over all events so far.
    pub fn counts(&self) -> (u64, u64) {
        self.workspace.counts()
    }
}

/// Compiled rules.
#[derive(Default)]
pub struct RuleSet {
    rules: Vec<Compiled>,
    /// The sources that rules name, which are few.
    sources: Vec<(String, Source)>,
    /// A number that no other rules had, and that these do not keep when they change.
    edition: u64,
}

/// The number that the next rules get.
static EDITIONS: AtomicU64 = AtomicU64::new(1);

fn edition() -> u64 {
    EDITIONS.fetch_add(1, Ordering::Relaxed)
}

struct Compiled {
    rule: Rule,
    output: Output,
}

struct Source {
    graph: Graph,
    /// The rules with their conditions, in order.
    all: Vec<Candidate>,
    /// The same, once all are known.
    any_type: Candidates,
    /// For each type of event the place of the rules that can hold, with their conditions as they are for it.
    by_type: Vec<usize>,
    /// What types of events have in common.
    distinct: Vec<Candidates>,
}

impl Source {
    /// The rules that can hold for events of a type.
    #[inline]
    fn candidates(&self, kind: EventType) -> Option<&Candidates> {
        self.distinct.get(*self.by_type.get(usize::from(kind.number()))?)
    }
}

/// Collects rules while they are compiled.
#[derive(Default)]
pub(crate) struct RuleSetBuilder {
    rules: Vec<Compiled>,
    sources: HashMap<String, Source>,
}

impl RuleSetBuilder {
    fn source(&mut self, name: &str) -> &mut Source {
        self.sources.entry(name.to_owned()).or_insert_with(|| Source {
            graph: Graph::new(),
            all: Vec::new(),
            any_type: Candidates::default(),
            by_type: Vec::new(),
            distinct: Vec::new(),
        })
    }

    pub(crate) fn condition(
        &mut self,
        source: &str,
        condition: &Condition,
        catalog: &Catalog,
    ) -> Result<NodeId, CompileError> {
        self.source(source).graph.add(condition, catalog, source)
    }

    pub(crate) fn output(
        &mut self,
        source: &str,
        text: &str,
        catalog: &Catalog,
    ) -> Result<Output, CompileError> {
        Output::compile(text, self.source(source).graph.extracts_mut(), catalog, source)
    }

    pub(crate) fn rule(&mut self, rule: Rule, node: NodeId, output: Output) {
        let place = self.rules.len();
        self.source(&rule.source).all.push((place, node));
        self.rules.push(Compiled { rule, output });
    }

    pub(crate) fn finish(mut self) -> RuleSet {
        for source in self.sources.values_mut() {
            // Types of one name share their special conditions.
            let mut known: HashMap<&str, HashMap<NodeId, NodeId>> = HashMap::new();
            let mut places: HashMap<Vec<Candidate>, usize> = HashMap::new();
            for kind in EventType::all() {
                let name = kind.info().name;
                let mut rules = Vec::new();
                for (place, node) in &source.all {
                    let may = self.rules.get(*place).is_some_and(|rule| rule.rule.event_types.contains(kind));
                    if !may {
                        continue;
                    }
                    let special = if is_generic(kind) {
                        *node
                    } else {
                        source.graph.specialize(*node, name, known.entry(name).or_default())
                    };
                    if !source.graph.is_never(special) {
                        rules.push((*place, special));
                    }
                }
                let place = *places.entry(rules).or_insert_with_key(|rules| {
                    source.distinct.push(Candidates::new(rules.clone(), &source.graph));
                    source.distinct.len() - 1
                });
                source.by_type.push(place);
            }
            source.any_type = Candidates::new(std::mem::take(&mut source.all), &source.graph);
        }
        RuleSet { rules: self.rules, sources: self.sources.into_iter().collect(), edition: edition() }
    }
}

impl RuleSet {
    /// The rules in the order in which they were first defined.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.name == name)
    }

    /// Enables or disables the chosen rules; how many were chosen.
    pub fn enable(&mut self, selector: &Selector, enabled: bool) -> usize {
        let is_chosen = |rule: &Rule| match selector {
            Selector::Name(pattern) => crate::program::glob(pattern, &rule.name),
            Selector::Tag(tag) => rule.tags.contains(tag),
        };
        let mut count = 0;
        for compiled in self.rules.iter_mut().filter(|compiled| is_chosen(&compiled.rule)) {
            compiled.rule.enabled = enabled;
            count += 1;
        }
        self.edition = edition();
        count
    }

    #[inline]
    fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|(known, _)| known == name).map(|(_, source)| source)
    }

    /// Whether a rule can hold for events of a type; where none can, there is no need to ask.
    #[inline]
    pub fn may_match(&self, source: &str, kind: EventType) -> bool {
        self.source(source)
            .and_then(|source| source.candidates(kind))
            .is_some_and(|candidates| !candidates.all().is_empty())
    }

    /// How large the graph of a source is.
    pub fn size(&self, source: &str) -> GraphSize {
        self.source(source).map(|source| source.graph.size()).unwrap_or_default()
    }

    /// How many rules can hold for events of a type, and how many distinct comparisons they make at most.
    pub fn cost(&self, source: &str, kind: EventType) -> (usize, usize) {
        let Some(source) = self.source(source) else { return (0, 0) };
        let rules = source.candidates(kind).map(Candidates::all).unwrap_or_default();
        let mut predicates = HashSet::new();
        for (_, node) in rules {
            source.graph.predicates_below(*node, &mut predicates);
        }
        (rules.len(), predicates.len())
    }

    /// What events of each kind cost at most: of each type that events of the source have, the dearest first. Events
    /// of sources without types are all alike.
    pub fn costs(&self, name: &str) -> Vec<Cost<'_>> {
        let Some(source) = self.source(name) else { return Vec::new() };
        let mut costs: BTreeMap<&'static str, Cost<'_>> = BTreeMap::new();
        if name == DEFAULT_SOURCE {
            let kinds = EventType::all().filter(|kind| !kind.info().flags.contains(EventFlags::UNUSED));
            for kind in kinds {
                let rules = source.candidates(kind).map(Candidates::all);
                let cost = self.cost_of(kind.info().name, &source.graph, rules.unwrap_or_default());
                let known = costs.entry(cost.event).or_default();
                if cost.weight > known.weight {
                    *known = cost;
                }
            }
        } else {
            costs.insert("", self.cost_of("", &source.graph, source.any_type.all()));
        }
        let mut costs: Vec<_> = costs.into_values().filter(|cost| cost.rules > 0).collect();
        costs.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.event.cmp(b.event)));
        costs
    }

    fn cost_of<'r>(&'r self, event: &'static str, graph: &Graph, rules: &[Candidate]) -> Cost<'r> {
        let mut all = HashSet::new();
        let mut heaviest = (0, "");
        let mut count = 0;
        for (place, node) in rules {
            let Some(rule) = self.rules.get(*place).filter(|compiled| compiled.rule.enabled) else {
                continue;
            };
            count += 1;
            let mut own = HashSet::new();
            graph.predicates_below(*node, &mut own);
            let weight = graph.weight(&own);
            if weight > heaviest.0 {
                heaviest = (weight, rule.rule.name.as_str());
            }
            all.extend(own);
        }
        let (weight, comparisons) = (graph.weight(&all), all.len());
        Cost { event, rules: count, comparisons, weight, heaviest: heaviest.1, heaviest_weight: heaviest.0 }
    }

    /// The rules that match an event.
    pub fn matches<'r, E: Event + ?Sized>(
        &'r self,
        evaluator: &mut Evaluator,
        event: &E,
        matching: Matching,
    ) -> Vec<Match<'r>> {
        let Some(source) = self.source(event.source()) else { return Vec::new() };
        let candidates = match event.event_type() {
            Some(kind) => source.candidates(kind).unwrap_or(&source.any_type),
            None => &source.any_type,
        };
        let mut matches = Vec::new();
        if candidates.all().is_empty() {
            return matches;
        }
        // An event like one in which no rule held is asked no further than that one could tell.
        let looked = event
            .event_type()
            .and_then(|kind| evaluator.judged.look(self.edition, kind, event, candidates, &source.graph));
        if let Some((_, Memory::Closed)) = looked {
            return matches;
        }
        let mut judged = std::mem::take(&mut evaluator.judged);
        let plan = looked.as_ref().and_then(|(key, _)| judged.plan(key));
        let (asked, missed) = match (looked, plan) {
            (Some((_, Memory::Open)), Some(plan)) => (plan.open(), None),
            (Some((key, _)), Some(plan)) => (candidates, Some((plan, key))),
            _ => (candidates, None),
        };
        let is_asked = |place: usize| self.rules.get(place).is_some_and(|compiled| compiled.rule.enabled);
        let mut run = evaluator.workspace.begin(&source.graph, event);
        asked.each_that_holds(&mut run, is_asked, |place, run| {
            if let Some(compiled) = self.rules.get(place) {
                let (output, fields) = compiled.output.render(run);
                matches.push(Match { rule: &compiled.rule, output, fields });
            }
            matching == Matching::All
        });
        if let Some((plan, key)) = missed.filter(|_| matches.is_empty()) {
            let is_closed = plan.is_closed(&mut run, is_asked);
            judged.remember(key, is_closed);
        }
        evaluator.judged = judged;
        matches
    }
}
