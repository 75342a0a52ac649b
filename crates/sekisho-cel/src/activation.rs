//! The values of an evaluation's variables.

use std::any::Any;

use smol_str::SmolStr;

use crate::error::EvaluationError;
use crate::value::Value;

/// Gives an evaluation the values of its variables.
pub trait Activation {
    /// The value of a variable; none where it has none.
    fn variable(&self, name: &str) -> Option<Value>;

    /// The value of a field of a variable, for variables whose fields are worked out when they are asked for;
    /// none where the variable has a value of its own.
    fn field(&self, _variable: &str, _field: &str) -> Option<Result<Value, EvaluationError>> {
        None
    }

    /// What the functions that the caller [added](crate::Extension) may see of the caller.
    fn facts(&self) -> Option<&dyn Any> {
        None
    }

    /// The answer to a question of a function that the caller [added](crate::Extension); none where the caller
    /// has none.
    fn answer(&self, _question: &dyn Any) -> Option<Box<dyn Any>> {
        None
    }
}

/// Variables with their values.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    values: Vec<(SmolStr, Value)>,
}

impl Bindings {
    /// No variables.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this variable too; it hides one of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<SmolStr>, value: impl Into<Value>) -> Self {
        self.bind(name, value);
        self
    }

    /// Gives a variable its value.
    pub fn bind(&mut self, name: impl Into<SmolStr>, value: impl Into<Value>) {
        self.values.push((name.into(), value.into()));
    }
}

impl Activation for Bindings {
    fn variable(&self, name: &str) -> Option<Value> {
        self.values.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}
