//! The call of a function: what it may spend, what is kept for it, and the outside.

use super::error::BuiltinError;
use super::kept::Kept;
use super::meter::{Meter, MeterError};
use super::world::World;
use crate::value::Value;

/// The call of a function.
#[derive(Debug)]
pub struct Call<'c> {
    pub(super) meter: &'c mut Meter,
    pub(super) kept: &'c mut Kept,
    pub(super) world: World<'c>,
}

impl<'c> Call<'c> {
    /// A call that spends from a meter.
    pub fn new(meter: &'c mut Meter, kept: &'c mut Kept, world: World<'c>) -> Self {
        Self { meter, kept, world }
    }

    /// Takes steps of work from the budget.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), BuiltinError> {
        Ok(self.meter.charge(steps as u64)?)
    }

    /// Takes the work of going over so many bytes of text.
    pub(super) fn charge_text(&mut self, bytes: usize) -> Result<(), BuiltinError> {
        self.charge(bytes / 32)
    }

    /// Takes bytes of memory from the budget.
    pub(super) fn allocate(&mut self, bytes: usize) -> Result<(), BuiltinError> {
        Ok(self.meter.allocate(bytes as u64)?)
    }

    /// A value as it prints, with the memory and work of that.
    pub(super) fn printed(&mut self, value: &Value) -> Result<String, BuiltinError> {
        let text = value.printed_within(self.bytes_left()).ok_or(MeterError::Bytes)?;
        self.allocate_text(text.len())?;
        Ok(text)
    }

    /// The bytes that may still be made, as far as they can be counted.
    pub(super) fn bytes_left(&self) -> usize {
        usize::try_from(self.meter.left().1).unwrap_or(usize::MAX)
    }

    /// Takes the memory and work of so many values in a collection.
    pub(super) fn allocate_values(&mut self, count: usize) -> Result<(), BuiltinError> {
        self.charge(count / 8)?;
        self.allocate(count.saturating_mul(size_of::<Value>()))
    }

    /// Takes the memory of a text that is about to be made.
    pub(super) fn allocate_text(&mut self, bytes: usize) -> Result<(), BuiltinError> {
        self.charge_text(bytes)?;
        self.allocate(bytes)
    }

    /// The next random number of this evaluation.
    pub(super) fn random(&mut self) -> u64 {
        self.kept.random(self.world.seed)
    }
}
