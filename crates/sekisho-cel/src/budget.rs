//! What an evaluation may cost, and what it has cost so far.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use sekisho_manifest::Mapping;
use smol_str::SmolStr;

use crate::error::Failure;
use crate::pattern;
use crate::value::{Map, Nulls, Value};

/// What evaluations may still cost. Several evaluations may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Units of Kubernetes' cost model.
    pub cost: u64,
    /// Steps: nodes visited, items compared and copied.
    pub work: u64,
    /// Bytes of the texts, lists and maps that the evaluation makes, taken together.
    pub memory: u64,
}

impl Budget {
    /// What the API server lets one expression cost.
    pub const PER_CALL_COST: u64 = 1_000_000;
    /// What the API server lets the expressions of one policy cost together.
    pub const PER_POLICY_COST: u64 = 10_000_000;
}

impl Default for Budget {
    fn default() -> Self {
        Self { cost: Self::PER_CALL_COST, work: 50_000_000, memory: 256 << 20 }
    }
}

/// How many entries a manifest's mapping may have before its keys are looked up by hash.
const LINEAR: usize = 24;

/// Keeps the account of one evaluation.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: Budget,
    spent: u64,
    /// The places of the keys of large mappings, by the address of the mapping, which is kept alive.
    indexes: HashMap<usize, (Arc<Mapping>, HashMap<SmolStr, usize>)>,
    /// The patterns that stand in the expression, compiled beforehand.
    constant_patterns: Arc<Patterns>,
    patterns: Patterns,
}

/// Regular expressions by their source.
pub(crate) type Patterns = HashMap<SmolStr, Arc<Regex>>;

/// The most patterns of one evaluation that are kept compiled.
const PATTERNS: usize = 64;

impl Meter {
    pub(crate) fn new(budget: Budget) -> Self {
        Self::with_patterns(budget, Arc::default())
    }

    pub(crate) fn with_patterns(budget: Budget, constant_patterns: Arc<Patterns>) -> Self {
        Self { budget, spent: 0, indexes: HashMap::new(), constant_patterns, patterns: HashMap::new() }
    }

    /// The compiled form of a pattern.
    pub(crate) fn pattern(&mut self, source: &SmolStr) -> Result<Arc<Regex>, Failure> {
        let known = self.constant_patterns.get(source).or_else(|| self.patterns.get(source));
        if let Some(known) = known {
            return Ok(Arc::clone(known));
        }
        // Compiling is dear: a loop over ever new patterns shall end soon.
        self.work(10_000_usize.saturating_add(source.len().saturating_mul(100)))?;
        let compiled = Arc::new(pattern::compile(source)?);
        if self.patterns.len() < PATTERNS {
            self.patterns.insert(source.clone(), Arc::clone(&compiled));
        }
        Ok(compiled)
    }

    /// What is left.
    pub(crate) fn rest(&self) -> Budget {
        Budget { cost: self.budget.cost.saturating_sub(self.spent), ..self.budget }
    }

    pub(crate) fn cost(&mut self, units: u64) -> Result<(), Failure> {
        self.spent = self.spent.saturating_add(units);
        if self.spent > self.budget.cost { Err(Failure::CostLimit) } else { Ok(()) }
    }

    pub(crate) fn work(&mut self, steps: usize) -> Result<(), Failure> {
        let left = self.budget.work.checked_sub(steps as u64).ok_or(Failure::WorkLimit)?;
        self.budget.work = left;
        Ok(())
    }

    pub(crate) fn memory(&mut self, bytes: usize) -> Result<(), Failure> {
        let left = self.budget.memory.checked_sub(bytes as u64).ok_or(Failure::MemoryLimit)?;
        self.budget.memory = left;
        Ok(())
    }

    /// Accounts for a list or a map of so many values.
    pub(crate) fn items(&mut self, count: usize) -> Result<(), Failure> {
        self.work(count)?;
        self.memory(count.saturating_mul(size_of::<Value>()))
    }

    /// The value of a key; large mappings are indexed when they are first asked.
    pub(crate) fn lookup(&mut self, map: &Map, key: &Value) -> Result<Option<Value>, Failure> {
        let (Some((mapping, nulls)), Value::String(name)) = (map.mapping(), key) else {
            return Ok(map.get(key));
        };
        if mapping.entries().len() <= LINEAR {
            return Ok(map.field(name));
        }
        let address = Arc::as_ptr(mapping).addr();
        if !self.indexes.contains_key(&address) {
            let entries = mapping.entries();
            self.items(entries.len())?;
            let places =
                entries.iter().enumerate().map(|(place, entry)| (entry.key.clone(), place)).collect();
            self.indexes.insert(address, (Arc::clone(mapping), places));
        }
        let place = self.indexes.get(&address).and_then(|(_, places)| places.get(name));
        let node = place.and_then(|place| mapping.entries().get(*place)).map(|entry| &entry.node);
        Ok(node
            .filter(|node| nulls == Nulls::Kept || !node.is_null())
            .map(|node| Value::from_node(node, nulls)))
    }
}
