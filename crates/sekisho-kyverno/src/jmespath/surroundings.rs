//! What expressions learn from outside.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use ::regex::Regex;
use smol_str::SmolStr;

use super::error::JmespathError;
use super::expressions::Expressions;
use crate::budget::{BudgetError, Meter};
use crate::facts::Facts;
use crate::regex;
use crate::settings::Settings;
use crate::value::Value;

/// The most regular expressions that are kept compiled.
const PATTERNS: usize = 64;

/// What an evaluation may use besides its data: an account, facts, and settings with the time.
pub struct Surroundings<'s> {
    /// The account that every step is put on.
    pub meter: &'s Meter,
    /// What is asked of the outside.
    pub facts: &'s dyn Facts,
    /// Time, seed and images' defaults.
    pub settings: &'s Settings,
    random: Cell<u64>,
    patterns: RefCell<HashMap<SmolStr, Arc<Regex>>>,
    pub(super) expressions: Option<&'s Expressions>,
}

impl<'s> Surroundings<'s> {
    /// Puts surroundings together; the random sequence begins with the settings' seed.
    pub fn new(meter: &'s Meter, facts: &'s dyn Facts, settings: &'s Settings) -> Self {
        Self {
            meter,
            facts,
            settings,
            random: Cell::new(settings.seed),
            patterns: RefCell::default(),
            expressions: None,
        }
    }

    /// The same with compiled expressions that several evaluations share.
    #[must_use]
    pub fn with_expressions(self, expressions: &'s Expressions) -> Self {
        Self { expressions: Some(expressions), ..self }
    }

    /// The next number of the random sequence.
    pub(crate) fn random(&self) -> u64 {
        // SplitMix64: good enough for names, and the same everywhere.
        let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Puts a list or a map of so many values on the account.
    pub(crate) fn items(&self, count: usize) -> Result<(), BudgetError> {
        self.meter.work(count)?;
        self.meter.memory(count.saturating_mul(size_of::<Value>()))
    }

    /// Puts a text of so many bytes on the account.
    pub(crate) fn text(&self, bytes: usize) -> Result<(), BudgetError> {
        self.meter.work(bytes / 16)?;
        self.meter.memory(bytes)
    }

    /// The compiled form of a regular expression.
    pub(crate) fn pattern(&self, source: &SmolStr) -> Result<Arc<Regex>, JmespathError> {
        if let Some(known) = self.patterns.borrow().get(source) {
            return Ok(Arc::clone(known));
        }
        // Compiling is dear: a loop over ever new expressions shall end soon.
        self.meter.work(10_000_usize.saturating_add(source.len().saturating_mul(100)))?;
        let compiled = regex::compile(source).map_err(|error| JmespathError::refused(error.to_string()))?;
        let compiled = Arc::new(compiled);
        if self.patterns.borrow().len() < PATTERNS {
            self.patterns.borrow_mut().insert(source.clone(), Arc::clone(&compiled));
        }
        Ok(compiled)
    }

    /// Puts a search over so many bytes on the account.
    pub(crate) fn matching(&self, pattern: &Regex, bytes: usize) -> Result<(), BudgetError> {
        self.meter.work(bytes.saturating_mul(pattern.as_str().len() / 64 + 1) / 8 + 1)
    }
}
