//! What layers above bring along: functions and types of their own.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::activation::Activation;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::{Code, Form, Overload};
use crate::value::Value;

/// What an added function does.
pub(crate) type HostCode = Arc<dyn Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync>;

/// One overload of a function that a layer above adds.
///
/// A signature names the types of the arguments, the target first, and of the result:
/// `kyverno.Image, string -> list(dyn)`. The types are `dyn`, `null`, `bool`, `int`, `uint`, `double`,
/// `string`, `bytes`, `timestamp`, `duration`, `list(…)`, `map(…, …)`, `optional(…)`, `type(…)`; a name with a
/// dot is a message or a type of one's own, and any other name stands for whatever type an argument has.
#[derive(Clone)]
pub struct Extension {
    pub(crate) name: SmolStr,
    pub(crate) overload: Overload,
}

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

impl Extension {
    /// A function that is called `name(…)`; the name may have dots, as `json.unmarshal`.
    pub fn global(
        name: impl Into<SmolStr>,
        signature: &str,
        code: impl Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name.into(), Form::Global, signature, Arc::new(code))
    }

    /// A function that is called `target.name(…)`.
    pub fn member(
        name: impl Into<SmolStr>,
        signature: &str,
        code: impl Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name.into(), Form::Member, signature, Arc::new(code))
    }

    fn new(name: SmolStr, form: Form, signature: &str, code: HostCode) -> Self {
        let id = format_smolstr!("{name}:{form:?}:{signature}");
        let code = Code::Host { code, cost: ExtensionCost::Fixed(1) };
        Self { name, overload: Overload::new(id, form, signature, code) }
    }

    /// With this cost; else a call costs 1.
    #[must_use]
    pub fn costing(mut self, units: ExtensionCost) -> Self {
        if let Code::Host { cost, .. } = &mut self.overload.code {
            *cost = units;
        }
        self
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Extension").field(&self.overload.id).finish()
    }
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

/// A value of a type of the caller's own.
pub trait Foreign: Any + fmt::Debug + Send + Sync {
    /// The full name of its type, with a dot in it: `kyverno.Image`.
    fn type_name(&self) -> SmolStr;

    /// Whether this value is the same as another of the caller's own.
    fn is_equal(&self, other: &dyn Foreign) -> bool;

    /// A field of the value, for types whose fields are selected (`value.field`).
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// What the cost model counts with as its size.
    fn size(&self) -> usize {
        1
    }
}
