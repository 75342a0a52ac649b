//! Conditions: their tree, parser and printer.

mod escape;
mod parse;
mod print;
mod tree;

pub use escape::{escape, unescape};
pub(crate) use parse::parse_output_field;
pub use parse::{ConditionError, MAX_DEPTH, parse, parse_within};
pub use tree::{Condition, FieldRef, Modifier, Operand, Operator, Right, Transformer};
