//! A plain value against a plain pattern.

use std::borrow::Cow;
use std::cmp::Ordering;

use sekisho_manifest::{Duration, Quantity};
use smol_str::SmolStr;

use super::number::{parse_float, parse_int};
use super::range::{Operator, ends, operator};
use super::wildcard;
use super::wildcard::has_wildcard;
use crate::budget::{BudgetError, Meter};
use crate::value::Value;

/// The text of a pattern, read once: alternatives (`|`), each of demands (`&`) that hold together.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: SmolStr,
    alternatives: Vec<Vec<Demand>>,
}

/// One demand: an operator and what it compares with.
#[derive(Debug, Clone)]
pub(crate) enum Demand {
    Compare(Comparison),
    /// Between two ends, both included.
    In(Comparison, Comparison),
    /// Below the one or above the other end.
    Out(Comparison, Comparison),
}

#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    operator: Operator,
    operand: SmolStr,
    duration: Option<Duration>,
    quantity: Option<Quantity>,
}

/// Whether a value is what a pattern describes. Lists are no patterns, and of a map only the type counts.
pub fn matches(value: &Value, pattern: &Value, meter: &Meter) -> Result<bool, BudgetError> {
    Ok(match pattern {
        Value::Bool(wanted) => value.as_bool() == Some(*wanted),
        Value::Int(wanted) => matches_int(value, *wanted),
        Value::Float(wanted) => matches_float(value, *wanted),
        Value::Null => is_nothing(value),
        Value::Map(_) => value.as_map().is_some(),
        Value::String(text) => return matches_text(value, text, meter),
        Value::List(_) => false,
    })
}

/// Whether a value is what the text of a pattern describes.
pub fn matches_text(value: &Value, pattern: &str, meter: &Meter) -> Result<bool, BudgetError> {
    if value.as_str() == Some(pattern) {
        return Ok(true);
    }
    for alternative in pattern.split('|') {
        let mut holds = true;
        for demand in alternative.trim_matches(' ').split('&') {
            if !Demand::read(demand.trim_matches(' ')).holds(value, meter)? {
                holds = false;
                break;
            }
        }
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Pattern {
    /// Reads a pattern. Every text is one.
    pub fn new(source: &str) -> Self {
        let demands = |alternative: &str| {
            alternative
                .trim_matches(' ')
                .split('&')
                .map(|demand| Demand::read(demand.trim_matches(' ')))
                .collect()
        };
        Self { source: source.into(), alternatives: source.split('|').map(demands).collect() }
    }

    /// What must hold: all demands of one of these.
    pub(crate) fn alternatives(&self) -> &[Vec<Demand>] {
        &self.alternatives
    }

    /// The text that was read.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether a value is what the pattern describes.
    pub fn matches(&self, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
        if value.as_str() == Some(self.source.as_str()) {
            return Ok(true);
        }
        for alternative in &self.alternatives {
            let mut holds = true;
            for demand in alternative {
                if !demand.holds(value, meter)? {
                    holds = false;
                    break;
                }
            }
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Demand {
    fn read(text: &str) -> Self {
        match operator(text) {
            Operator::InRange => match ends(text, "-") {
                Some((left, right)) => Self::In(
                    Comparison::new(Operator::MoreEqual, left),
                    Comparison::new(Operator::LessEqual, right),
                ),
                None => Self::Compare(Comparison::new(Operator::Equal, text)),
            },
            Operator::NotInRange => match ends(text, "!-") {
                Some((left, right)) => {
                    Self::Out(Comparison::new(Operator::Less, left), Comparison::new(Operator::More, right))
                }
                None => Self::Compare(Comparison::new(Operator::Equal, text)),
            },
            sign => Self::Compare(Comparison::new(sign, text.get(sign.sign().len()..).unwrap_or("").trim())),
        }
    }

    fn holds(&self, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
        Ok(match self {
            Self::Compare(one) => one.holds(value, meter)?,
            Self::In(from, to) => from.holds(value, meter)? && to.holds(value, meter)?,
            Self::Out(below, above) => below.holds(value, meter)? || above.holds(value, meter)?,
        })
    }
}

impl Comparison {
    fn new(operator: Operator, operand: &str) -> Self {
        // Both kinds of amounts begin with a digit, a sign or a point, or are a lone suffix.
        Self {
            operator,
            operand: operand.into(),
            duration: operand.parse().ok(),
            quantity: operand.parse().ok(),
        }
    }

    pub(crate) fn operator(&self) -> Operator {
        self.operator
    }

    pub(crate) fn operand(&self) -> &str {
        &self.operand
    }

    pub(crate) fn quantity(&self) -> Option<Quantity> {
        self.quantity
    }

    pub(crate) fn duration(&self) -> Option<Duration> {
        self.duration
    }

    /// Whether amounts are compared with it.
    pub(crate) fn is_amount(&self) -> bool {
        self.duration.is_some() || self.quantity.is_some()
    }

    /// Whether it asks for one text, without wildcards.
    pub(crate) fn is_plain_text(&self) -> bool {
        self.operator == Operator::Equal && !self.is_amount() && !has_wildcard(&self.operand)
    }

    pub(crate) fn holds(&self, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
        if (self.duration.is_some() || self.quantity.is_some())
            && let Some(text) = amount(value)
        {
            if let Some(wanted) = self.duration
                && let Ok(found) = text.parse::<Duration>()
            {
                return Ok(self.is(found.cmp(&wanted)));
            }
            if let Some(wanted) = self.quantity
                && let Ok(found) = text.parse::<Quantity>()
            {
                return Ok(self.is(found.cmp(&wanted)));
            }
        }
        if !matches!(self.operator, Operator::Equal | Operator::NotEqual) {
            return Ok(false);
        }
        let Some(text) = plain_text(value) else { return Ok(false) };
        Ok(wildcard(&self.operand, &text, meter)? == (self.operator == Operator::Equal))
    }

    /// Whether the order of what was found to what is wanted is as the operator says.
    fn is(&self, order: Ordering) -> bool {
        match self.operator {
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => order.is_ne(),
            Operator::More => order.is_gt(),
            Operator::MoreEqual => order.is_ge(),
            Operator::Less => order.is_lt(),
            Operator::LessEqual => order.is_le(),
            Operator::InRange | Operator::NotInRange => false,
        }
    }
}

/// The text of a value where an amount is looked for; nothing counts as zero.
fn amount(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => Some("0".into()),
        Value::String(text) => Some(text.as_str().into()),
        Value::Int(value) => Some(value.to_string().into()),
        Value::Float(value) => Some(format!("{value:.6}").into()),
        Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// The text of a value where a text is looked for.
fn plain_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Int(value) => Some(value.to_string().into()),
        Value::Float(value) => Some(scientific(*value).into()),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// A float with an exponent of at least two digits: `1.5E+00`.
fn scientific(value: f64) -> String {
    let text = format!("{value:E}");
    let Some((mantissa, exponent)) = text.split_once('E') else { return text };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}E{sign}{digits:0>2}")
}

fn matches_int(value: &Value, wanted: i64) -> bool {
    match value {
        Value::Int(value) => *value == wanted,
        Value::Float(value) => value.fract() == 0.0 && truncated(*value) == wanted,
        Value::String(text) => parse_int(text) == Some(wanted),
        _ => false,
    }
}

fn matches_float(value: &Value, wanted: f64) -> bool {
    match value {
        Value::Int(value) => wanted.fract() == 0.0 && truncated(wanted) == *value,
        #[expect(clippy::float_cmp, reason = "the pattern wants this very number")]
        Value::Float(value) => *value == wanted,
        #[expect(clippy::float_cmp, reason = "the pattern wants this very number")]
        Value::String(text) => parse_float(text).is_some_and(|value| value == wanted),
        _ => false,
    }
}

/// What an empty pattern describes: the empty value of each plain type.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Int(value) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::String(text) => text.is_empty(),
        Value::List(_) | Value::Map(_) => false,
    }
}

/// A float as a whole number. What does not fit becomes the smallest, as on the processors that clusters
/// run on.
pub(crate) fn truncated(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "the range is held by the condition")]
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}
