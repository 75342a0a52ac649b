//! Whether a condition holds of a file.

use crate::error::ScanError;
use crate::function::{Function, cost};
use crate::module::{Given, Module, Modules};
use crate::rule::{Argument, Expression, External, Items, Number, Place, Quantifier, Which};
use crate::rules::Subject;
use crate::scan::Searched;
use crate::value::{Operator, Value};

/// The most steps of the loops of one rule.
pub(crate) const STEPS: u64 = 5_000_000;

/// What a condition is judged by.
pub(crate) struct Evaluation<'e, 'b> {
    pub(crate) searched: &'e Searched<'e>,
    pub(crate) modules: &'e Modules<'b>,
    pub(crate) subject: &'e Subject<'e>,
    pub(crate) rule: &'e str,
    /// What was said of each rule before.
    pub(crate) verdicts: &'e [bool],
    pub(crate) variables: Vec<Value>,
    /// The strings that loops are at.
    pub(crate) current: Vec<usize>,
}

type Evaluated<T = Value> = Result<T, ScanError>;

impl Evaluation<'_, '_> {
    pub(crate) fn holds(&mut self, expression: &Expression) -> Evaluated<bool> {
        Ok(self.value(expression)?.holds())
    }

    fn step(&self, count: u64) -> Evaluated<()> {
        let steps = self.searched.steps.get().saturating_add(count);
        self.searched.steps.set(steps);
        if steps > STEPS {
            return Err(ScanError::Steps { rule: self.rule.to_owned(), limit: STEPS });
        }
        Ok(())
    }

    fn value(&mut self, expression: &Expression) -> Evaluated {
        self.step(1)?;
        Ok(match expression {
            Expression::Literal(value) => value.clone(),
            Expression::FileSize => integer(self.searched.bytes.len()),
            Expression::External(external) => Value::Text(self.external(*external).as_bytes().to_vec()),
            Expression::Variable(slot) => self.variables.get(*slot).cloned().unwrap_or(Value::Undefined),
            Expression::Rule(rule) => Value::Bool(self.verdicts.get(*rule) == Some(&true)),
            Expression::Present(which, place) => {
                let string = self.string(*which);
                self.is_present(string, place)?.map_or(Value::Undefined, Value::Bool)
            }
            Expression::Count(which, range) => self.count(*which, range.as_ref())?,
            Expression::Offset(which, index) => {
                self.nth(*which, index.as_deref())?.map_or(Value::Undefined, |(start, _)| integer(start))
            }
            Expression::Length(which, index) => {
                self.nth(*which, index.as_deref())?.map_or(Value::Undefined, |(_, length)| integer(length))
            }
            Expression::Read(number, place) => {
                let place = self.value(place)?;
                read(*number, &place, self.searched.bytes).unwrap_or(Value::Undefined)
            }
            Expression::Not(inner) => match self.value(inner)? {
                Value::Undefined => Value::Undefined,
                value => Value::Bool(!value.holds()),
            },
            Expression::Defined(inner) => Value::Bool(self.value(inner)? != Value::Undefined),
            Expression::Negative(inner) => match self.value(inner)? {
                Value::Integer(value) => Value::Integer(value.wrapping_neg()),
                Value::Float(value) => Value::Float(-value),
                _ => Value::Undefined,
            },
            Expression::BitNot(inner) => match self.value(inner)? {
                Value::Integer(value) => Value::Integer(!value),
                _ => Value::Undefined,
            },
            Expression::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            Expression::Matches(inner, regex) => match self.value(inner)? {
                Value::Text(text) => Value::Bool(regex.is_match(&text)),
                _ => Value::Undefined,
            },
            Expression::And(parts) => {
                for part in parts {
                    if !self.holds(part)? {
                        return Ok(Value::Bool(false));
                    }
                }
                Value::Bool(true)
            }
            Expression::Or(parts) => {
                for part in parts {
                    if self.holds(part)? {
                        return Ok(Value::Bool(true));
                    }
                }
                Value::Bool(false)
            }
            Expression::OfStrings(quantifier, set, place) => {
                self.quantified(quantifier, set, |this, string| {
                    Ok(this.is_present(Some(*string), place)? == Some(true))
                })?
            }
            Expression::OfConditions(quantifier, conditions) => self.of_conditions(quantifier, conditions)?,
            Expression::ForStrings(quantifier, set, body) => {
                self.quantified(quantifier, set, |this, string| {
                    this.current.push(*string);
                    let holds = this.holds(body);
                    this.current.pop();
                    holds
                })?
            }
            Expression::ForItems(quantifier, items, body) => self.for_items(quantifier, items, body)?,
            Expression::With(values, body) => {
                let outer = self.variables.len();
                for value in values {
                    let value = self.value(value)?;
                    self.variables.push(value);
                }
                let value = self.value(body);
                self.variables.truncate(outer);
                value?
            }
            Expression::Call(function, arguments) => self.call(*function, arguments)?,
            Expression::Field(module, place) => self.modules.field(*module, *place),
            Expression::Member(inner, place) => self.value(inner)?.member(*place),
            Expression::Index(inner, index) => {
                let index = self.value(index)?;
                self.value(inner)?.at(&index)
            }
            Expression::Ask(module, name, receiver, arguments) => {
                let receiver = receiver.as_deref().map(|receiver| self.value(receiver)).transpose()?;
                self.ask(*module, name, receiver.as_ref(), arguments)?
            }
        })
    }

    fn call(&mut self, function: Function, arguments: &[Expression]) -> Evaluated {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        if values.contains(&Value::Undefined) {
            return Ok(Value::Undefined);
        }
        let length = self.searched.bytes.len() as u64;
        self.step(cost(&values).min(length) / 64)?;
        Ok(function.call(&values, self.searched.bytes))
    }

    fn ask(
        &mut self,
        module: Module,
        name: &str,
        receiver: Option<&Value>,
        arguments: &[Argument],
    ) -> Evaluated {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            given.push(match argument {
                Argument::Regex(regex) => Given::Regex(regex),
                Argument::Value(value) => match self.value(value)? {
                    Value::Undefined => return Ok(Value::Undefined),
                    value => Given::Value(value),
                },
            });
        }
        let answer = self.modules.call(module, name, receiver, &given);
        self.step(answer.steps)?;
        Ok(answer.value)
    }

    fn of_conditions(&mut self, quantifier: &Quantifier, conditions: &[Expression]) -> Evaluated {
        // One that is undefined, and decides nothing before it, leaves all undefined.
        let mut is_undefined = false;
        let held = self.quantified(quantifier, conditions, |this, condition| {
            let value = this.value(condition)?;
            is_undefined |= value == Value::Undefined;
            Ok(value.holds())
        })?;
        Ok(if is_undefined { Value::Undefined } else { held })
    }

    fn external(&self, external: External) -> &str {
        let path = self.subject.path;
        let name = path.rsplit('/').next().unwrap_or(path);
        match external {
            External::Path => path,
            External::Name => name,
            External::Extension => name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default(),
        }
    }

    fn string(&self, which: Which) -> Option<usize> {
        match which {
            Which::Named(string) => Some(string),
            Which::Current => self.current.last().copied(),
        }
    }

    fn binary(&mut self, operator: Operator, left: &Expression, right: &Expression) -> Evaluated {
        let left = self.value(left)?;
        let right = self.value(right)?;
        Ok(left.combine(operator, &right))
    }

    fn is_present(&mut self, string: Option<usize>, expected: &Place) -> Evaluated<Option<bool>> {
        let Some(string) = string else { return Ok(None) };
        self.step(1)?;
        let place = match expected {
            Place::Anywhere => return Ok(Some(self.searched.next(string, 0)?.is_some())),
            Place::At(at) => {
                let at = self.value(at)?;
                (at.clone(), at)
            }
            Place::Within(first, last) => (self.value(first)?, self.value(last)?),
        };
        let (Some(first), Some(last)) = (place.0.integer(), place.1.integer()) else { return Ok(None) };
        if first > last || last < 0 {
            return Ok(Some(false));
        }
        let (Ok(first), Ok(last)) = (usize::try_from(first.max(0)), usize::try_from(last)) else {
            return Ok(Some(false));
        };
        Ok(Some(self.searched.next(string, first)?.is_some_and(|(start, _)| start <= last)))
    }

    fn count(&mut self, which: Which, range: Option<&(Box<Expression>, Box<Expression>)>) -> Evaluated {
        let Some(string) = self.string(which) else { return Ok(Value::Undefined) };
        let Some((first, last)) = range else { return Ok(integer(self.searched.all(string)?.len())) };
        let (first, last) = (self.value(first)?.integer(), self.value(last)?.integer());
        let (Some(first), Some(last)) = (first, last) else { return Ok(Value::Undefined) };
        let is_within =
            |start: usize| i64::try_from(start).is_ok_and(|start| start >= first && start <= last);
        let all = self.searched.all(string)?;
        Ok(integer(all.iter().filter(|(start, _)| is_within(*start)).count()))
    }

    /// The match of this number, from one.
    fn nth(&mut self, which: Which, index: Option<&Expression>) -> Evaluated<Option<(usize, usize)>> {
        let Some(string) = self.string(which) else { return Ok(None) };
        let index = match index {
            Some(index) => self.value(index)?.integer(),
            None => Some(1),
        };
        let Some(index) = index.and_then(|index| usize::try_from(index.checked_sub(1)?).ok()) else {
            return Ok(None);
        };
        self.searched.nth(string, index)
    }

    fn for_items(&mut self, quantifier: &Quantifier, items: &Items, body: &Expression) -> Evaluated {
        let mut values = Vec::new();
        match items {
            Items::Range(first, last) => {
                let (first, last) = (self.value(first)?.integer(), self.value(last)?.integer());
                let (Some(first), Some(last)) = (first, last) else { return Ok(Value::Undefined) };
                if first > last {
                    return Ok(Value::Bool(false));
                }
                let count = last.abs_diff(first).saturating_add(1);
                // Each costs a step at least, so that more would not be gone through either.
                if count > STEPS {
                    return self.long_range(quantifier, first, last, body);
                }
                values.extend((first..=last).map(Value::Integer));
            }
            Items::List(list) => {
                for item in list {
                    values.push(self.value(item)?);
                }
            }
            Items::Of(inner) => match self.value(inner)? {
                Value::List(items) => values.extend(items.iter().cloned()),
                Value::Map(entries) => {
                    if entries.is_empty() {
                        return Ok(Value::Bool(false));
                    }
                    return self.quantified(quantifier, &entries, |this, (key, value)| {
                        this.variables.push(Value::Text(key.clone()));
                        let holds = this.with_variable(value.clone(), body);
                        this.variables.pop();
                        holds
                    });
                }
                _ => {}
            },
        }
        // What goes through nothing holds of nothing, not even `none`.
        if values.is_empty() {
            return Ok(Value::Bool(false));
        }
        self.quantified(quantifier, &values, |this, value| this.with_variable(value.clone(), body))
    }

    fn with_variable(&mut self, value: Value, body: &Expression) -> Evaluated<bool> {
        self.variables.push(value);
        let holds = self.holds(body);
        self.variables.pop();
        holds
    }

    /// A range that is too long to be gone through, but of which an early value may decide.
    fn long_range(&mut self, quantifier: &Quantifier, first: i64, last: i64, body: &Expression) -> Evaluated {
        for value in first..=last {
            let holds = self.with_variable(Value::Integer(value), body)?;
            match (quantifier, holds) {
                (Quantifier::Any, true) => return Ok(Value::Bool(true)),
                (Quantifier::All, false) | (Quantifier::None, true) => return Ok(Value::Bool(false)),
                _ => {}
            }
        }
        Ok(Value::Undefined)
    }

    /// Whether so many of the items hold as are wanted.
    fn quantified<T>(
        &mut self,
        quantifier: &Quantifier,
        items: &[T],
        mut holds: impl FnMut(&mut Self, &T) -> Evaluated<bool>,
    ) -> Evaluated {
        let wanted = match quantifier {
            Quantifier::All => {
                for item in items {
                    if !holds(self, item)? {
                        return Ok(Value::Bool(false));
                    }
                }
                return Ok(Value::Bool(!items.is_empty()));
            }
            Quantifier::None => None,
            Quantifier::Any => Some(1),
            Quantifier::Count(count) => {
                let Some(count) = self.value(count)?.integer() else { return Ok(Value::Undefined) };
                Some(count).filter(|count| *count != 0)
            }
            Quantifier::Percent(share) => {
                let Some(share) = self.value(share)?.integer() else { return Ok(Value::Undefined) };
                let all = i64::try_from(items.len()).unwrap_or(i64::MAX);
                let parts = share.saturating_mul(all);
                Some(parts.div_euclid(100) + i64::from(parts.rem_euclid(100) != 0))
            }
        };
        let Some(wanted) = wanted else {
            for item in items {
                if holds(self, item)? {
                    return Ok(Value::Bool(false));
                }
            }
            return Ok(Value::Bool(true));
        };
        let mut found = 0;
        for item in items {
            if found >= wanted {
                break;
            }
            found += i64::from(holds(self, item)?);
        }
        Ok(Value::Bool(found >= wanted))
    }
}

fn integer(value: usize) -> Value {
    i64::try_from(value).map_or(Value::Undefined, Value::Integer)
}

/// The number that stands at a place of the file.
fn read(number: Number, place: &Value, bytes: &[u8]) -> Option<Value> {
    let place = usize::try_from(place.integer()?).ok()?;
    let bytes = bytes.get(place..)?.get(..number.bytes)?;
    let shifted = |value: i64, byte: &u8| value << 8 | i64::from(*byte);
    let value = if number.is_big_endian {
        bytes.iter().fold(0, shifted)
    } else {
        bytes.iter().rev().fold(0, shifted)
    };
    let bits = 8 * number.bytes;
    let is_negative = number.is_signed && value >> (bits - 1) & 1 == 1;
    Some(Value::Integer(if is_negative { value - (1 << bits) } else { value }))
}
