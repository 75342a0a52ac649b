//! Plain values of patterns, with their operators and wildcards.

use super::expression::{Expression, fits, quoted};
use super::place::{Shape, Slot};
use super::refused::Untranslatable;
use crate::budget::{Budget, Meter};
use crate::scalar::{Comparison, Demand, Operator, has_wildcard, wildcard};
use crate::value::Value;

type Answer = Result<Expression, Untranslatable>;

/// How Go writes spans of time.
const DURATION: &str = "^[-+]?(0|(([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|µs|ms|s|m|h))+)$";

/// That one value, which is no list, is what the alternatives of a text describe.
pub(super) fn text(slot: &Slot, alternatives: &[Vec<Demand>]) -> Answer {
    if slot.shape() == Shape::Text
        && let Some(texts) = plain_texts(alternatives)
    {
        return Ok(Expression::plain(format!("{} in [{}]", slot.or("\"\""), texts.join(", "))));
    }
    let mut any = Vec::new();
    for demands in alternatives {
        let all: Result<Vec<Expression>, Untranslatable> =
            demands.iter().map(|demand| self::demand(slot, demand)).collect();
        any.push(Expression::all(all?));
    }
    Ok(Expression::any(any))
}

/// The alternatives as literals, where there are several and each is a text to be equal to.
fn plain_texts(alternatives: &[Vec<Demand>]) -> Option<Vec<String>> {
    let texts: Option<Vec<String>> = alternatives
        .iter()
        .map(|demands| match demands.as_slice() {
            [Demand::Compare(one)] if one.is_plain_text() && !one.operand().is_empty() => {
                Some(quoted(one.operand()))
            }
            _ => None,
        })
        .collect();
    texts.filter(|texts| texts.len() > 1)
}

fn demand(slot: &Slot, demand: &Demand) -> Answer {
    match demand {
        Demand::Compare(one) => comparison(slot, one),
        Demand::In(from, to) => Ok(Expression::all([comparison(slot, from)?, comparison(slot, to)?])),
        Demand::Out(below, above) => {
            Ok(Expression::any([comparison(slot, below)?, comparison(slot, above)?]))
        }
    }
}

fn comparison(slot: &Slot, one: &Comparison) -> Answer {
    let meter = Meter::new(Budget::default());
    let holds = |value: &Value| one.holds(value, &meter).unwrap_or(false);
    let nothing = holds(&Value::Null);
    Ok(match slot.shape() {
        Shape::Truth => truth(slot, holds(&Value::Bool(true)), holds(&Value::Bool(false)), nothing),
        Shape::Number => number(slot, one)?,
        Shape::Text if one.is_amount() => amount(&slot.or(zero(one)), one, false),
        Shape::Text => plain(slot, &slot.place.text, one),
        Shape::Scalar if one.is_amount() => amount(&format!("string({})", slot.or(zero(one))), one, true),
        Shape::Scalar => plain(slot, &format!("string({})", slot.place.text), one),
        Shape::List | Shape::Map => Expression::Always(false),
        Shape::Unknown => unknown(slot, one, nothing),
    })
}

/// A value of any type.
fn unknown(slot: &Slot, one: &Comparison, nothing: bool) -> Expression {
    if one.is_plain_text() && !matches!(one.operand(), "true" | "false") {
        return Expression::plain(format!("{} == {}", slot.or("null"), quoted(one.operand())));
    }
    let is_not = |what: &str| Expression::plain(what.replace('_', &slot.place.text));
    let there = Expression::all([slot.present.clone(), is_not("_ != null")]);
    let plain = [there.clone(), is_not("type(_) != map"), is_not("type(_) != list")];
    let text = format!("string({})", slot.place.text);
    let found = if one.is_amount() { amount(&text, one, false) } else { written(&text, one) };
    let found = Expression::all(plain.into_iter().chain([found]));
    if nothing { Expression::any([there.not(), found]) } else { found }
}

/// What counts for a value that is not there, in the form in which the amount is read.
fn zero(one: &Comparison) -> &'static str {
    if one.quantity().is_some() { "\"0\"" } else { "\"0s\"" }
}

/// By what holds for true, for false, and for nothing.
fn truth(slot: &Slot, when_true: bool, when_false: bool, nothing: bool) -> Expression {
    match (when_true, when_false) {
        (true, true) if nothing => Expression::Always(true),
        (false, false) if !nothing => Expression::Always(false),
        (true, true) => slot.present.clone(),
        (false, false) => slot.present.clone().not(),
        (true, false) => Expression::plain(slot.or(if nothing { "true" } else { "false" })),
        (false, true) => Expression::plain(slot.or(if nothing { "false" } else { "true" })).not(),
    }
}

fn number(slot: &Slot, one: &Comparison) -> Answer {
    if let Some(quantity) = one.quantity() {
        let (mantissa, scale) = quantity.parts();
        let literal = match u32::try_from(scale) {
            Ok(scale) => 10i128
                .checked_pow(scale)
                .and_then(|power| mantissa.checked_mul(power))
                .and_then(|whole| i64::try_from(whole).ok())
                .map(|whole| whole.to_string()),
            Err(_) => Some(format!("{:?}", quantity.approximate())),
        };
        let literal = literal.ok_or_else(|| Untranslatable::Amount(one.operand().to_owned()))?;
        return Ok(Expression::plain(format!("{} {} {literal}", slot.or("0"), sign(one.operator()))));
    }
    if one.is_amount() {
        return Err(Untranslatable::Amount(one.operand().to_owned()));
    }
    let text = format!("string({})", slot.place.text);
    Ok(match one.operator() {
        Operator::Equal | Operator::NotEqual if has_wildcard(one.operand()) => {
            Expression::all([slot.present.clone(), written(&text, one)])
        }
        Operator::NotEqual => slot.present.clone(),
        _ => Expression::Always(false),
    })
}

/// An amount; `text` is the value as a text, which may be a span of time unless the field holds quantities alone.
fn amount(text: &str, one: &Comparison, only_quantities: bool) -> Expression {
    let operand = quoted(one.operand());
    let compared = |readable: Expression, left: String, right: String| {
        let compare = |sign: &str| Expression::plain(format!("{left} {sign} {right}"));
        match one.operator() {
            Operator::NotEqual => Expression::any([readable.not(), compare("!=")]),
            operator => Expression::all([readable, compare(sign(operator))]),
        }
    };
    let is_duration = Expression::plain(format!("{text}.matches({})", quoted(DURATION)));
    let durations =
        || compared(is_duration.clone(), format!("duration({text})"), format!("duration({operand})"));
    if one.quantity().is_none() {
        return durations();
    }
    let quantities = compared(
        Expression::plain(format!("isQuantity({text})")),
        format!("quantity({text}).compareTo(quantity({operand}))"),
        "0".to_owned(),
    );
    if only_quantities || one.duration().is_none() {
        return quantities;
    }
    Expression::any([
        Expression::all([is_duration.clone(), durations()]),
        Expression::all([is_duration.not(), quantities]),
    ])
}

/// A text that is compared as such, in a field that may be missing; `text` is the value as a text.
fn plain(slot: &Slot, text: &str, one: &Comparison) -> Expression {
    let found = written(text, one);
    let is_direct = text == slot.place.text;
    let meter = Meter::new(Budget::default());
    let fits_nothing = wildcard(one.operand(), "", &meter).unwrap_or(true);
    if one.operator() == Operator::Equal && is_direct && !fits_nothing {
        return written(&slot.or("\"\""), one);
    }
    Expression::all([slot.present.clone(), found])
}

/// Of a text that is there.
fn written(text: &str, one: &Comparison) -> Expression {
    match one.operator() {
        Operator::Equal => fits(text, one.operand()),
        Operator::NotEqual if has_wildcard(one.operand()) => fits(text, one.operand()).not(),
        Operator::NotEqual => Expression::plain(format!("{text} != {}", quoted(one.operand()))),
        _ => Expression::Always(false),
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::NotEqual => "!=",
        Operator::More => ">",
        Operator::MoreEqual => ">=",
        Operator::Less => "<",
        Operator::LessEqual => "<=",
        Operator::Equal | Operator::InRange | Operator::NotInRange => "==",
    }
}

/// That one value, which is no list, is what a pattern describes that is no text.
pub(super) fn other(slot: &Slot, pattern: &Value) -> Answer {
    let plain = |text: String| Ok(Expression::plain(text));
    match (pattern, slot.shape()) {
        (Value::Bool(wanted), Shape::Truth) => Ok(truth(slot, *wanted, !*wanted, false)),
        (Value::Bool(wanted), Shape::Scalar | Shape::Unknown) => {
            plain(format!("{} == {wanted}", slot.or("null")))
        }
        (Value::Bool(_), _) => Ok(Expression::Always(false)),
        (Value::Int(_) | Value::Float(_), shape) => {
            let literal = match pattern {
                Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => format!("{value:.0}"),
                Value::Float(value) => format!("{value:?}"),
                other => other.to_plain(),
            };
            let same = |literal: &str| Expression::plain(format!("{} == {literal}", slot.or("null")));
            Ok(match shape {
                Shape::Number => same(&literal),
                Shape::Text => same(&quoted(&literal)),
                Shape::Scalar | Shape::Unknown => Expression::any([same(&literal), same(&quoted(&literal))]),
                Shape::Truth | Shape::List | Shape::Map => Expression::Always(false),
            })
        }
        (Value::Null, Shape::Number) => plain(format!("{} == 0", slot.or("0"))),
        (Value::Null, Shape::Text) => plain(format!("{} == \"\"", slot.or("\"\""))),
        (Value::Null, Shape::Truth) => Ok(Expression::plain(slot.or("false")).not()),
        (Value::Null, Shape::Scalar | Shape::Unknown) => {
            plain(format!("{} in [dyn(null), dyn(false), dyn(0), dyn(\"\")]", slot.or("null")))
        }
        (Value::Null, Shape::List | Shape::Map) => Ok(slot.present.clone().not()),
        (Value::Map(_) | Value::List(_) | Value::String(_), _) => {
            Err(Untranslatable::Structure(slot.place.shown()))
        }
    }
}
