//! What a function may ask of whoever evaluates it.

mod cluster;
mod expression;
mod state;

use std::fmt;

pub use self::cluster::Cluster;
pub(crate) use self::expression::Expression;
pub use self::state::State;
use crate::error::{BudgetError, CallError};
use crate::value::{Site, Text, Value};

/// Who evaluates the templates that functions are called from.
pub(crate) trait Evaluator: fmt::Debug {
    /// Renders the template of a name.
    fn include(&mut self, name: &str, data: Value) -> Result<Text, CallError>;
    /// Renders a text as a template.
    fn tpl(&mut self, text: &Text, data: Value, site: Option<Site>) -> Result<Text, CallError>;
    /// What functions keep between calls.
    fn state(&mut self) -> &mut State;
    /// Takes steps of work from the budget.
    fn charge(&mut self, steps: u64) -> Result<(), BudgetError>;
    /// Takes bytes of memory from the budget.
    fn allocate(&mut self, bytes: usize) -> Result<(), BudgetError>;
}

/// The call of a function, through which it reaches templates, budget and state.
#[derive(Debug)]
pub struct Call<'c> {
    evaluator: &'c mut dyn Evaluator,
    /// The action that calls.
    site: Option<Site>,
}

impl<'c> Call<'c> {
    /// A call from an action.
    pub(crate) fn new(evaluator: &'c mut dyn Evaluator, site: Option<Site>) -> Self {
        Self { evaluator, site }
    }

    /// Renders the template of a name.
    ///
    /// # Errors
    /// Where there is none, it fails, or it has called itself too often.
    pub fn include(&mut self, name: &str, data: Value) -> Result<Text, CallError> {
        self.evaluator.include(name, data)
    }

    /// Renders a text as a template.
    ///
    /// # Errors
    /// Where it is none, or fails.
    pub fn tpl(&mut self, text: &Text, data: Value) -> Result<Text, CallError> {
        self.evaluator.tpl(text, data, self.site)
    }

    /// What functions keep between calls.
    pub fn state(&mut self) -> &mut State {
        self.evaluator.state()
    }

    /// Takes steps of work from the budget; one is about what an action without functions costs.
    ///
    /// # Errors
    /// Where the budget does not hold them.
    pub fn charge(&mut self, steps: u64) -> Result<(), BudgetError> {
        self.evaluator.charge(steps)
    }

    /// Takes bytes of memory from the budget, for texts and lists that are longer than the arguments.
    ///
    /// # Errors
    /// Where the budget does not hold them.
    pub fn allocate(&mut self, bytes: usize) -> Result<(), BudgetError> {
        self.evaluator.allocate(bytes)
    }
}
