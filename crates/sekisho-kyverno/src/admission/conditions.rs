//! Preconditions and conditions of a denial.
//!
//! Keys can be said that are a field of the request, of the object or of an item of a loop, with what counts where it is
//! missing. How a field is compared follows from what it holds, so that must be known.

use sekisho_manifest::{Duration, Quantity};

use super::expression::{Expression, fits, quoted};
use super::place::{Kinds, Place, Shape, Slot};
use super::refused::Untranslatable;
use crate::budget::{Budget, Meter};
use crate::operators::{Block, Condition, Conditions, Operator, Order};
use crate::scalar::{self, has_wildcard};
use crate::value::Value;

type Answer = Result<Expression, Untranslatable>;

/// What keys may name.
pub(super) struct Around<'a> {
    pub(super) kinds: &'a Kinds<'a>,
    /// The object of the request.
    pub(super) object: Place,
    /// The item of a loop.
    pub(super) element: Option<Place>,
    /// The operation, as it is named.
    pub(super) operation: &'a str,
}

/// What a key names.
enum Key {
    /// A value that is written out.
    Constant(Value),
    /// A text that has no wildcards.
    Name(String),
    /// A field, with what counts where it is missing or empty.
    Field(Slot, Option<Value>),
}

impl Around<'_> {
    pub(super) fn conditions(&self, conditions: &Conditions) -> Answer {
        match conditions {
            Conditions::List(list) => self.all(list),
            Conditions::Blocks(blocks) => {
                let blocks: Result<Vec<Expression>, _> =
                    blocks.iter().map(|block| self.block(block)).collect();
                Ok(Expression::all(blocks?))
            }
        }
    }

    fn block(&self, block: &Block) -> Answer {
        let any = match block.any() {
            None => Expression::Always(true),
            Some(any) => {
                let any: Result<Vec<Expression>, _> = any.iter().map(|one| self.condition(one)).collect();
                Expression::any(any?)
            }
        };
        Ok(Expression::all([any, self.all(block.all())?]))
    }

    fn all(&self, list: &[Condition]) -> Answer {
        let all: Result<Vec<Expression>, _> = list.iter().map(|one| self.condition(one)).collect();
        Ok(Expression::all(all?))
    }

    fn condition(&self, condition: &Condition) -> Answer {
        let refused = || Untranslatable::Condition(condition.key().to_plain());
        let operator = condition.operator.ok_or_else(refused)?;
        let value = constant(condition.value()).ok_or_else(refused)?;
        match self.key(condition.key()).ok_or_else(refused)? {
            Key::Constant(key) => {
                let meter = Meter::new(Budget::default());
                operator.holds(&key, &value, &meter).map(Expression::Always).map_err(|_| Untranslatable::Size)
            }
            Key::Name(text) => name(&text, operator, &value).ok_or_else(refused),
            Key::Field(slot, default) => field(&slot, default.as_ref(), operator, &value).ok_or_else(refused),
        }
    }

    fn key(&self, key: &Value) -> Option<Key> {
        if let Some(key) = constant(key) {
            return Some(Key::Constant(key));
        }
        let text = key.as_str()?.trim();
        let query = text.strip_prefix("{{")?.strip_suffix("}}")?;
        if query.contains("{{") || query.contains("}}") {
            return None;
        }
        let (path, default) = match query.split_once("||") {
            Some((path, default)) => (path.trim(), Some(literal(default.trim())?)),
            None => (query.trim(), None),
        };
        let plain = |text: &str| Some(Key::Name(text.to_owned()));
        match path {
            "request.operation" => return plain(self.operation),
            "request.namespace" => return plain("request.?namespace.orValue(\"\")"),
            "request.name" => return plain("request.?name.orValue(\"\")"),
            _ => {}
        }
        let mut steps = steps(path)?.into_iter();
        let mut place = match (steps.next()?.as_str(), &self.element) {
            ("element", Some(element)) => element.clone(),
            ("request", _) if steps.next()? == "object" => self.object.clone(),
            _ => return None,
        };
        let mut slot = None;
        let mut optional = place.text.clone();
        for step in steps {
            let below = place.field(&step, self.kinds);
            optional = below.behind(&optional);
            place = below.place.clone();
            slot = Some(below);
        }
        Some(Key::Field(slot?.with_optional(optional), default))
    }
}

/// A value without variables.
fn constant(value: &Value) -> Option<Value> {
    let is_plain = match value {
        Value::String(text) => !text.contains("{{") && !text.contains("$("),
        Value::List(items) => items.iter().all(|item| constant(item).is_some()),
        Value::Map(_) => false,
        _ => true,
    };
    is_plain.then(|| value.clone())
}

/// A text or a value as a query writes it.
fn literal(text: &str) -> Option<Value> {
    if let Some(inner) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        return (!inner.contains(['\'', '\\'])).then(|| Value::from(inner));
    }
    let inner = text.strip_prefix('`')?.strip_suffix('`')?.trim();
    match inner {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => inner.parse().ok().map(Value::Int),
    }
}

/// The fields of a path: `request.object.metadata.labels."a/b"`.
fn steps(path: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = path;
    loop {
        let (step, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        let is_plain = !step.is_empty() && !step.contains('\\');
        let is_word = step.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_plain || (!rest.starts_with('"') && !is_word) {
            return None;
        }
        steps.push(step.to_owned());
        match behind.strip_prefix('.') {
            Some(next) => rest = next,
            None => return behind.is_empty().then_some(steps),
        }
    }
}

/// A text without wildcards, which is no amount either.
fn name(text: &str, operator: Operator, value: &Value) -> Option<Expression> {
    match operator {
        Operator::Equals => equals(text, value),
        Operator::NotEquals => equals(text, value).map(Expression::not),
        Operator::In | Operator::AnyIn | Operator::AllIn => among(text, value),
        Operator::NotIn | Operator::AnyNotIn | Operator::AllNotIn => among(text, value).map(Expression::not),
        Operator::Amount(_) | Operator::Duration(_) => None,
    }
}

fn equals(text: &str, value: &Value) -> Option<Expression> {
    match value {
        Value::String(wanted) => Some(fits(text, wanted)),
        Value::List(_) | Value::Map(_) | Value::Bool(_) | Value::Null => Some(Expression::Always(false)),
        Value::Int(_) | Value::Float(_) => None,
    }
}

fn among(text: &str, value: &Value) -> Option<Expression> {
    match value {
        Value::List(items) => {
            let texts: Vec<String> = items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_plain(), str::to_owned))
                .collect();
            if texts.iter().any(|text| has_wildcard(text)) {
                return Some(Expression::any(texts.iter().map(|pattern| fits(text, pattern))));
            }
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            Some(Expression::plain(format!("{text} in [{}]", texts.join(", "))))
        }
        Value::String(wanted) => {
            let is_plain = scalar::operator(wanted) == scalar::Operator::Equal
                && !wanted.trim_start().starts_with(|first: char| !first.is_alphabetic())
                && !matches!(wanted.as_str(), "true" | "false" | "null");
            is_plain.then(|| fits(text, wanted))
        }
        _ => None,
    }
}

fn field(slot: &Slot, default: Option<&Value>, operator: Operator, value: &Value) -> Option<Expression> {
    match slot.shape() {
        Shape::Text => text_field(slot, default, operator, value),
        Shape::Number => number_field(slot, default, operator, value),
        Shape::Truth => truth_field(slot, default, operator, value),
        Shape::Unknown | Shape::Scalar | Shape::List | Shape::Map => None,
    }
}

fn text_field(slot: &Slot, default: Option<&Value>, operator: Operator, value: &Value) -> Option<Expression> {
    let text = match default {
        None => slot.place.text.clone(),
        Some(Value::String(default)) if default.is_empty() => slot.or("\"\""),
        Some(Value::String(default)) => {
            let found = slot.or("\"\"");
            format!("({found} == \"\" ? {} : {found})", quoted(default))
        }
        Some(_) => return None,
    };
    let same = || {
        // An amount is compared as such.
        let is_amount = value.as_str().is_some_and(is_amount);
        let found = equals(&text, value)?;
        let wild = value.as_str().is_some_and(has_wildcard);
        if is_amount {
            return None;
        }
        let plain = Expression::plain(format!("isQuantity({text})")).not();
        Some(if wild { Expression::all([plain, found]) } else { found })
    };
    match operator {
        Operator::Equals => same(),
        Operator::NotEquals => same().map(Expression::not),
        _ => None,
    }
}

/// Whether a text is read as an amount.
fn is_amount(text: &str) -> bool {
    text.parse::<Quantity>().is_ok() || text.parse::<Duration>().is_ok()
}

fn number_field(
    slot: &Slot,
    default: Option<&Value>,
    operator: Operator,
    value: &Value,
) -> Option<Expression> {
    let literal = |value: &Value| match value {
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => Some(format!("{value:.0}")),
        Value::Float(value) => Some(format!("{value:?}")),
        _ => None,
    };
    let found = match default {
        None => slot.place.text.clone(),
        Some(default) => slot.or(&literal(default)?),
    };
    let wanted = literal(value)?;
    let compare = |sign: &str| Some(Expression::plain(format!("{found} {sign} {wanted}")));
    match operator {
        Operator::Equals => compare("=="),
        Operator::NotEquals => compare("!="),
        Operator::Amount(Order::AtLeast) => compare(">="),
        Operator::Amount(Order::More) => compare(">"),
        Operator::Amount(Order::AtMost) => compare("<="),
        Operator::Amount(Order::Less) => compare("<"),
        _ => None,
    }
}

fn truth_field(
    slot: &Slot,
    default: Option<&Value>,
    operator: Operator,
    value: &Value,
) -> Option<Expression> {
    let found = match default {
        None => Expression::plain(slot.place.text.clone()),
        Some(Value::Bool(false)) => Expression::plain(slot.or("false")),
        Some(_) => return None,
    };
    let wanted = value.as_bool()?;
    match operator {
        Operator::Equals => Some(if wanted { found } else { found.not() }),
        Operator::NotEquals => Some(if wanted { found.not() } else { found }),
        _ => None,
    }
}
