//! Equality in depth, as Go's `reflect.DeepEqual` sees it.

use super::arguments::value;
use super::function::{Family, Function};
use crate::call::Call;
use crate::error::BudgetError;
use crate::value::{Data, HostKind, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[Function::new("deepEqual", &[Type::Any, Type::Any], |call, args| {
    Ok(deep_equal(call, value(args, 0), value(args, 1))?.into())
})];

/// How deep values are compared.
const MAX_NESTING: usize = 1_000;

/// Whether two values are of one type and equal in all that they hold.
pub(super) fn deep_equal(call: &mut Call<'_>, one: &Value, other: &Value) -> Result<bool, BudgetError> {
    equal(call, one, other, 0)
}

fn equal(call: &mut Call<'_>, one: &Value, other: &Value, depth: usize) -> Result<bool, BudgetError> {
    if depth > MAX_NESTING {
        return Err(BudgetError::Nesting { limit: MAX_NESTING });
    }
    if one.type_of() != other.type_of() {
        return Ok(false);
    }
    call.charge(1)?;
    Ok(match (&one.data, &other.data) {
        (Data::Bool(one), Data::Bool(other)) => one == other,
        (Data::Int(one, _), Data::Int(other, _)) => one == other,
        (Data::Uint(one, _), Data::Uint(other, _)) => one == other,
        #[expect(clippy::float_cmp, reason = "Go compares floats exactly")]
        (Data::Float(one), Data::Float(other)) => one == other,
        (Data::Text(one), Data::Text(other)) => {
            call.charge(one.len() as u64 / 256)?;
            one == other
        }
        (Data::Bytes(one), Data::Bytes(other)) => one == other,
        (Data::List(one), Data::List(other)) => {
            if one.is_nil() != other.is_nil() || one.len() != other.len() {
                return Ok(false);
            }
            for (one, other) in one.items().iter().zip(other.items()) {
                if !equal(call, one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Data::Map(one), Data::Map(other)) => {
            if one.is_same(other) {
                return Ok(true);
            }
            if one.is_nil() != other.is_nil() || one.len() != other.len() {
                return Ok(false);
            }
            for (key, value) in one.snapshot() {
                let Some(counterpart) = other.get(&key) else {
                    return Ok(false);
                };
                if !equal(call, &value, &counterpart, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Data::Host(one), Data::Host(other)) => {
            if std::rc::Rc::ptr_eq(one, other) {
                return Ok(true);
            }
            let (ones, others) = (one.entries(), other.entries());
            if one.kind() == HostKind::Struct && ones.is_empty() && others.is_empty() {
                // What such an object is stands in fields that it does not show.
                return Ok(format!("{one:?}") == format!("{other:?}"));
            }
            if ones.len() != others.len() {
                return Ok(false);
            }
            for ((name, one), (other_name, other)) in ones.iter().zip(&others) {
                if name != other_name || !equal(call, one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        // Two of no value.
        _ => true,
    })
}
