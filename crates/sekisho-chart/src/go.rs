//! What Go's libraries make of texts, for the languages beside this one that come from Go as well.

pub use crate::functions::characters::{to_lower, to_upper};
pub use crate::functions::encoding::base64_decode;
use crate::template::BudgetError;
use crate::template::format::{BigInteger, print_within};
pub use crate::template::quote::{is_printable, quote_bytes, unquote};
use crate::value::{Text, Value};

/// Regular expressions of Go in the syntax of the `regex` crate.
pub mod regexp {
    pub use crate::functions::pattern::Pattern;

    /// Reads an expression.
    ///
    /// # Errors
    /// Where it is none, with the message that Go gives.
    pub fn translate(whole: &str) -> Result<Pattern, String> {
        crate::functions::pattern::translate(whole).map_err(|error| error.to_string())
    }
}

/// Points in time, their zones, and the layouts that they are read and written by.
pub mod time {
    pub use crate::functions::time::{Civil, MONTHS, Moment, Offset, WEEKDAYS, Zone, month_length, parse};
}

/// URLs.
pub mod url {
    pub use crate::functions::urls::Url;
}

/// Templates.
pub mod template {
    pub use crate::template::{Budget, BudgetError, TemplateError};
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
