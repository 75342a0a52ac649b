//! Conditions as text, in the one form that the original engine prints.

use std::fmt;

use super::escape::escape;
use super::tree::{Condition, FieldRef, Operand, Right};

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(children) => joined(f, children, " and "),
            Self::Or(children) => joined(f, children, " or "),
            Self::Not(child) => write!(f, "not {child}"),
            Self::Macro { name, .. } => f.write_str(name),
            Self::Exists { left, .. } => write!(f, "{left} exists"),
            Self::Check { left, operator, modifier, right, .. } => {
                write!(f, "{left} {}", operator.word())?;
                if let Some(modifier) = modifier {
                    write!(f, " {}", modifier.word())?;
                }
                write!(f, " {right}")
            }
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => write!(f, "{field}"),
            Self::Transformed { transformer, arguments, argument } => {
                f.write_str(transformer.word())?;
                joined(f, arguments, ",")?;
                bracketed(f, argument.as_deref())
            }
            Self::Constant(text) => f.write_str(&escape(text)),
            Self::List(items) => joined(f, items, ","),
        }
    }
}

impl fmt::Display for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        bracketed(f, self.argument.as_deref())
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => f.write_str(&escape(value)),
            Self::List(values) => {
                let values: Vec<_> = values.iter().map(|value| escape(value)).collect();
                write!(f, "({})", values.join(", "))
            }
            Self::Operand(operand) => write!(f, "{operand}"),
        }
    }
}

fn bracketed(f: &mut fmt::Formatter<'_>, argument: Option<&[u8]>) -> fmt::Result {
    match argument {
        None => Ok(()),
        Some([]) => f.write_str("[\"\"]"),
        Some(argument) => write!(f, "[{}]", escape(argument)),
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[impl fmt::Display], between: &str) -> fmt::Result {
    f.write_str("(")?;
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        write!(f, "{part}")?;
    }
    f.write_str(")")
}
