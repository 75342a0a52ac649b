//! Whether values are equal, and what it costs to know.

use std::sync::Arc;

use crate::value::Value;

/// How many parts of values are compared for one step of the budget.
pub(super) const PARTS_A_STEP: u64 = 16;

/// Whether two values are equal, and how many parts were compared to know it.
pub(super) fn are_equal(one: &Value, two: &Value, parts: &mut u64) -> bool {
    *parts += 1;
    match (one, two) {
        (Value::Array(one), Value::Array(two)) => {
            Arc::ptr_eq(one, two)
                || (one.len() == two.len()
                    && one.iter().zip(two.iter()).all(|(one, two)| are_equal(one, two, parts)))
        }
        (Value::Set(one), Value::Set(two)) => {
            Arc::ptr_eq(one, two)
                || (one.len() == two.len()
                    && one.iter().zip(two.iter()).all(|(one, two)| are_equal(one, two, parts)))
        }
        (Value::Object(one), Value::Object(two)) => {
            Arc::ptr_eq(one, two)
                || (one.len() == two.len()
                    && one.entries().iter().zip(two.entries()).all(|(one, two)| {
                        are_equal(&one.0, &two.0, parts) && are_equal(&one.1, &two.1, parts)
                    }))
        }
        (Value::String(one), Value::String(two)) => {
            *parts += (one.len() as u64) / 64;
            one == two
        }
        _ => one == two,
    }
}
