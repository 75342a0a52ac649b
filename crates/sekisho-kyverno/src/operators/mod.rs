//! Conditions: a key, an operator and a value, alone or in `any` and `all` blocks.

mod amounts;
mod conditions;
mod equality;
mod membership;
mod operator;
mod order;

pub use self::conditions::{Block, Condition, ConditionError, Conditions, Held};
pub use self::operator::Operator;
pub use self::order::Order;
