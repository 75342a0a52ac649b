//! What a function may ask of the evaluator.

use super::machine::Machine;
use super::{BudgetError, CallError};
use crate::functions::State;
use crate::value::{Site, Text, Value};

/// The call of a function, through which it reaches templates, budget and state.
#[derive(Debug)]
pub struct Call<'c, 's> {
    pub(super) machine: &'c mut Machine<'s>,
    /// The action that calls.
    pub(super) site: Option<Site>,
}

impl Call<'_, '_> {
    /// Renders the template of a name.
    ///
    /// # Errors
    /// Where there is none, it fails, or it has called itself too often.
    pub fn include(&mut self, name: &str, data: Value) -> Result<Text, CallError> {
        self.machine.include(name, data)
    }

    /// Renders a text as a template.
    ///
    /// # Errors
    /// Where it is none, or fails.
    pub fn tpl(&mut self, text: &Text, data: Value) -> Result<Text, CallError> {
        self.machine.tpl(text, data, self.site)
    }

    /// What functions keep between calls.
    pub fn state(&mut self) -> &mut State {
        &mut self.machine.state
    }

    /// Takes steps of work from the budget; one is about what an action without functions costs.
    ///
    /// # Errors
    /// Where the budget does not hold them.
    pub fn charge(&mut self, steps: u64) -> Result<(), BudgetError> {
        self.machine.charge(steps)
    }

    /// Takes bytes of memory from the budget, for texts and lists that are longer than the arguments.
    ///
    /// # Errors
    /// Where the budget does not hold them.
    pub fn allocate(&mut self, bytes: usize) -> Result<(), BudgetError> {
        self.machine.allocate(bytes)
    }
}
