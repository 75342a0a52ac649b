//! Conditions and blocks of them, as policies write them.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::operator::Operator;
use crate::budget::BudgetError;
use crate::context::Context;
use crate::value::Value;
use crate::variables::Template;
use crate::variables::{VariableError, substitute};

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is looked at, with its variables.
    key: Template,
    /// How it is compared; none where the name is unknown.
    pub operator: Option<Operator>,
    /// What it is compared with, with its variables.
    value: Template,
    /// What is said of it.
    pub message: SmolStr,
}

/// Conditions in one of the forms that policies may write.
#[derive(Debug, Clone, PartialEq)]
pub enum Conditions {
    /// Blocks, all of which must hold.
    Blocks(Vec<Block>),
    /// The older form: a list of conditions, all of which must hold.
    List(Vec<Condition>),
}

/// A block of conditions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// At least one of these must hold, where they are written.
    any: Option<Vec<Condition>>,
    /// All of these must hold.
    all: Vec<Condition>,
}

/// What came of conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whether they hold.
    pub holds: bool,
    /// The messages of the conditions that decided it.
    pub message: String,
}

/// Why something is no list of conditions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// Neither a list nor a map.
    #[error("conditions must be a map with `any` or `all`, or a list")]
    Shape,
}

impl Condition {
    /// Reads a condition; numbers in it are floats.
    pub fn read(source: &Value) -> Self {
        let text = |key: &str| source.get(key).and_then(Value::as_str).unwrap_or("");
        let part = |key: &str| Template::new(&source.get(key).map(Value::with_floats).unwrap_or_default());
        Self {
            key: part("key"),
            operator: Operator::parse(text("operator")),
            value: part("value"),
            message: text("message").into(),
        }
    }

    /// What is looked at, with its variables.
    pub fn key(&self) -> &Value {
        self.key.source()
    }

    /// What it is compared with, with its variables.
    pub fn value(&self) -> &Value {
        self.value.source()
    }

    /// Whether the condition holds.
    pub fn holds(&self, context: &Context<'_>) -> Result<bool, VariableError> {
        let key = replaced(&self.key, context)
            .map_err(|error| error.within("failed to substitute variables in condition key"))?;
        let value = replaced(&self.value, context)
            .map_err(|error| error.within("failed to substitute variables in condition value"))?;
        let Some(operator) = self.operator else {
            return Err(VariableError::failed("failed to create handler for condition operator: %!w(<nil>)"));
        };
        Ok(operator.holds(&key, &value, context.meter())?)
    }
}

/// A part of a condition with its variables replaced.
fn replaced<'t>(part: &'t Template, context: &Context<'_>) -> Result<Cow<'t, Value>, VariableError> {
    match part.constant() {
        Some(value) => {
            context.meter().work(1)?;
            Ok(Cow::Borrowed(value))
        }
        None => substitute(part.source(), context).map(Cow::Owned),
    }
}

impl Conditions {
    /// Reads conditions in any of their forms: a block, a list of blocks, or a list of conditions.
    pub fn read(source: &Value) -> Result<Self, ConditionError> {
        match source {
            Value::Null => Ok(Self::List(Vec::new())),
            Value::Map(_) => Ok(Self::Blocks(vec![Block::read(source)])),
            Value::List(items) => {
                let is_block = |item: &Value| item.get("any").is_some() || item.get("all").is_some();
                if items.iter().any(is_block) {
                    return Ok(Self::Blocks(items.iter().map(Block::read).collect()));
                }
                Ok(Self::List(items.iter().map(Condition::read).collect()))
            }
            _ => Err(ConditionError::Shape),
        }
    }

    /// Whether the conditions hold, with the messages of those that decided.
    pub fn evaluate(&self, context: &Context<'_>) -> Result<Held, VariableError> {
        let mut messages = Vec::new();
        match self {
            Self::Blocks(blocks) => {
                for block in blocks {
                    let held = block.evaluate(context)?;
                    if !held.holds {
                        return Ok(held);
                    }
                    messages.push(held.message);
                }
            }
            Self::List(conditions) => {
                for condition in conditions {
                    if !condition.holds(context)? {
                        return Ok(Held { holds: false, message: condition.message.to_string() });
                    }
                    messages.push(condition.message.to_string());
                }
            }
        }
        let joined = joined(messages.iter().map(String::as_str), ";", context)?;
        Ok(Held { holds: true, message: joined })
    }
}

impl Block {
    /// The conditions of which one must hold; none where none are written.
    pub(crate) fn any(&self) -> Option<&[Condition]> {
        self.any.as_deref()
    }

    /// The conditions that must all hold.
    pub(crate) fn all(&self) -> &[Condition] {
        &self.all
    }

    fn read(source: &Value) -> Self {
        let list = |key: &str| {
            source.get(key).and_then(Value::as_list).map(|items| items.iter().map(Condition::read).collect())
        };
        Self { any: list("any"), all: list("all").unwrap_or_default() }
    }

    fn evaluate(&self, context: &Context<'_>) -> Result<Held, VariableError> {
        let (mut held, mut failed) = (Vec::new(), Vec::new());
        let mut any_holds = self.any.is_none();
        for condition in self.any.iter().flatten() {
            if condition.holds(context)? {
                any_holds = true;
                held.push(condition.message.as_str());
                break;
            }
            failed.push(condition.message.as_str());
        }
        let mut all_hold = true;
        for condition in &self.all {
            if condition.holds(context)? {
                held.push(condition.message.as_str());
            } else {
                all_hold = false;
                failed.push(condition.message.as_str());
                break;
            }
        }
        let holds = any_holds && all_hold;
        let message = joined(if holds { held } else { failed }.into_iter(), "; ", context)?;
        Ok(Held { holds, message })
    }
}

fn joined<'m>(
    messages: impl Iterator<Item = &'m str>,
    separator: &str,
    context: &Context<'_>,
) -> Result<String, BudgetError> {
    let messages: Vec<&str> = messages.filter(|message| !message.is_empty()).collect();
    context.meter().memory(messages.iter().map(|message| message.len() + 2).sum())?;
    Ok(messages.join(separator))
}
