//! What an evaluation may cost, and what it has cost so far.

use std::cell::Cell;

use crate::value::Value;

/// What the evaluation of one policy over one resource may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Steps: nodes visited, items compared and copied, characters matched.
    pub work: u64,
    /// Bytes of the texts, lists and maps that are made, taken together.
    pub memory: u64,
    /// How deep values and calls may be nested.
    pub depth: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { work: 50_000_000, memory: 256 << 20, depth: 1_000 }
    }
}

/// Which limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// Too many steps.
    #[error("the evaluation takes too many steps: make the expression or the data smaller")]
    Work,
    /// Too many bytes.
    #[error("the evaluation takes too much memory: make the expression or the data smaller")]
    Memory,
    /// Too deeply nested.
    #[error("the expression or the data is nested too deeply: make it flatter")]
    Depth,
}

/// How deep a value may be that an expression gives.
const DEEPEST: u32 = 2_000;

fn weigh(value: &Value, left: &mut u64, depth: u32) -> Result<(), BudgetError> {
    let steps = value.as_str().map_or(1, |text| text.len() as u64 / 16 + 1);
    let Some(rest) = left.checked_sub(steps) else {
        *left = 0;
        return Err(BudgetError::Work);
    };
    *left = rest;
    let depth = depth.checked_sub(1).ok_or(BudgetError::Depth)?;
    match value {
        Value::List(items) => items.iter().try_for_each(|item| weigh(item, left, depth)),
        Value::Map(map) => map.values().try_for_each(|item| weigh(item, left, depth)),
        _ => Ok(()),
    }
}

/// Keeps the account of one evaluation. It is shared by reference.
#[derive(Debug)]
pub struct Meter {
    work: Cell<u64>,
    memory: Cell<u64>,
    depth: Cell<u32>,
}

impl Meter {
    /// An account with everything of a budget left.
    pub fn new(budget: Budget) -> Self {
        Self {
            work: Cell::new(budget.work),
            memory: Cell::new(budget.memory),
            depth: Cell::new(budget.depth),
        }
    }

    /// Takes so many steps.
    pub fn work(&self, steps: usize) -> Result<(), BudgetError> {
        let left = self.work.get().checked_sub(steps as u64).ok_or(BudgetError::Work)?;
        self.work.set(left);
        Ok(())
    }

    /// Takes so many bytes.
    pub fn memory(&self, bytes: usize) -> Result<(), BudgetError> {
        let left = self.memory.get().checked_sub(bytes as u64).ok_or(BudgetError::Memory)?;
        self.memory.set(left);
        Ok(())
    }

    /// Goes through all of a value, shared parts as often as they are seen: none that is too large or too
    /// deep comes through, and what does may be printed, compared and copied.
    pub fn weigh(&self, value: &Value) -> Result<(), BudgetError> {
        let mut left = self.work.get();
        let result = weigh(value, &mut left, DEEPEST);
        self.work.set(left);
        result
    }

    /// Runs something one level deeper.
    pub fn deeper<T, E: From<BudgetError>>(&self, run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let left = self.depth.get().checked_sub(1).ok_or(BudgetError::Depth)?;
        self.depth.set(left);
        let result = run();
        self.depth.set(left.saturating_add(1));
        result
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new(Budget::default())
    }
}
