//! Calls of functions that layers above bring along, and what they cost.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::activation::Activation;
use crate::budget::Meter;
use crate::error::Failure;
use crate::value::Value;

/// What an added function does.
pub(crate) type HostCode = Arc<dyn Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync>;

/// What a call of an added function costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionCost {
    /// Always the same.
    Fixed(u64),
    /// So many tenths for each character, byte, item or entry of the argument at this place, the target
    /// being at place 0.
    Size {
        /// The place of the argument.
        argument: usize,
        /// Tenths of a unit.
        tenths: u32,
    },
}

/// A call of an added function: its arguments, the caller's facts, and the account that it is on.
pub struct Call<'a> {
    pub(crate) arguments: &'a [Value],
    pub(crate) activation: &'a dyn Activation,
    pub(crate) meter: &'a mut Meter,
}

impl<'a> Call<'a> {
    /// The arguments, the target first. They fit the signature, as far as types can be seen from outside.
    pub fn arguments(&self) -> &'a [Value] {
        self.arguments
    }

    /// The facts that the caller's [`Activation`](crate::Activation::facts) holds, if they are of this type.
    pub fn facts<F: Any>(&self) -> Option<&'a F> {
        self.activation.facts().and_then(<dyn Any>::downcast_ref)
    }

    /// What the caller's [`Activation`](crate::Activation::answer) answers to a question; none where it has no
    /// answer of this type.
    pub fn ask<A: Any>(&self, question: &dyn Any) -> Option<A> {
        let answer = self.activation.answer(question)?.downcast().ok()?;
        Some(*answer)
    }

    /// Accounts for steps that the function takes; fails where too many were taken.
    pub fn work(&mut self, steps: usize) -> Result<(), Failure> {
        self.meter.work(steps)
    }

    /// Accounts for bytes that the function's result holds; fails where they are too many.
    pub fn memory(&mut self, bytes: usize) -> Result<(), Failure> {
        self.meter.memory(bytes)
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("arguments", &self.arguments).finish_non_exhaustive()
    }
}
