//! Complex numbers, which the language has as literals.

use std::any::Any;

use crate::value::{Host, Value};

/// A complex number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Complex {
    pub(crate) real: f64,
    pub(crate) imaginary: f64,
}

impl Host for Complex {
    fn type_name(&self) -> &'static str {
        "complex128"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn truth(&self) -> bool {
        self.real != 0.0 || self.imaginary != 0.0
    }
}

/// The complex number that a value is.
pub(crate) fn as_complex(value: &Value) -> Option<Complex> {
    value.as_host::<Complex>().copied()
}
