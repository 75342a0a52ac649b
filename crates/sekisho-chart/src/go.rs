//! What Go's `text/template` and `fmt` make of values that another language has.

use crate::error::BudgetError;
use crate::operation::format::{BigInteger, print_within};
use crate::value::{Text, Value};

/// Templates.
pub mod template {
    pub use crate::error::{BudgetError, TemplateError};
    pub use crate::template::Budget;
    pub use crate::value::{List, Map, Text, Type, Value};

    /// Renders a text as Go's own package does, with no functions but those of the language; gives what was
    /// rendered, and the steps and bytes that were spent.
    ///
    /// # Errors
    /// Where the text is no template, an action fails, or the budget is spent.
    pub fn render(
        name: &str,
        text: &str,
        data: &Value,
        budget: Budget,
    ) -> Result<(Vec<u8>, (u64, usize)), TemplateError> {
        let (text, spent) = crate::template::render_as_go(name, text, data, budget)?;
        Ok((text.as_bytes().to_vec(), spent))
    }
}

/// An argument of [`sprintf`].
#[derive(Debug, Clone)]
pub enum Argument {
    /// A string.
    Text(Vec<u8>),
    /// An `int64`.
    Int(i64),
    /// A `float64`.
    Float(f64),
    /// A `*big.Int` by its digits, in each system of numbers that there is a verb for.
    Big {
        /// In the decimal system.
        decimal: String,
        /// In the system of 16.
        hexadecimal: String,
        /// In the system of 8.
        octal: String,
        /// In the system of 2.
        binary: String,
    },
}

/// A format with its arguments, as `fmt.Sprintf` prints it; none where that takes more bytes than
/// `most`.
pub fn sprintf(format: &[u8], arguments: Vec<Argument>, most: usize) -> Option<Vec<u8>> {
    let values: Vec<Value> = arguments
        .into_iter()
        .map(|argument| match argument {
            Argument::Text(bytes) => Text::from_bytes(bytes).into(),
            Argument::Int(number) => Value::int64(number),
            Argument::Float(number) => number.into(),
            Argument::Big { decimal, hexadecimal, octal, binary } => {
                Value::host(BigInteger { decimal, hexadecimal, octal, binary })
            }
        })
        .collect();
    let mut left = most;
    let mut allow = |bytes: usize| match left.checked_sub(bytes) {
        Some(rest) => {
            left = rest;
            Ok(())
        }
        None => Err(BudgetError::Bytes { limit: most }),
    };
    let text = print_within(&mut allow, &Text::from_bytes(format.to_vec()), &values).ok()?;
    Some(text.as_bytes().to_vec())
}
