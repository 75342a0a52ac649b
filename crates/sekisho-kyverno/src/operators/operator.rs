//! How the key of a condition is compared with its value.

use super::order::Order;
use super::{amounts, equality, membership};
use crate::budget::{BudgetError, Meter};
use crate::value::Value;

/// The operator of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `Equals`, `Equal`
    Equals,
    /// `NotEquals`, `NotEqual`
    NotEquals,
    /// `In`
    In,
    /// `AnyIn`
    AnyIn,
    /// `AllIn`
    AllIn,
    /// `NotIn`
    NotIn,
    /// `AnyNotIn`
    AnyNotIn,
    /// `AllNotIn`
    AllNotIn,
    /// `GreaterThanOrEquals`, `GreaterThan`, `LessThanOrEquals`, `LessThan`
    Amount(Order),
    /// `DurationGreaterThanOrEquals`, `DurationGreaterThan`, `DurationLessThanOrEquals`, `DurationLessThan`
    Duration(Order),
}

impl Operator {
    /// The operator of this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        let plain = match name.to_ascii_lowercase().as_str() {
            "equal" | "equals" => Self::Equals,
            "notequal" | "notequals" => Self::NotEquals,
            "in" => Self::In,
            "anyin" => Self::AnyIn,
            "allin" => Self::AllIn,
            "notin" => Self::NotIn,
            "anynotin" => Self::AnyNotIn,
            "allnotin" => Self::AllNotIn,
            _ => return Self::ordering(name),
        };
        Some(plain)
    }

    fn ordering(name: &str) -> Option<Self> {
        const ORDERS: [(&str, Order); 4] = [
            ("GreaterThanOrEquals", Order::AtLeast),
            ("GreaterThan", Order::More),
            ("LessThanOrEquals", Order::AtMost),
            ("LessThan", Order::Less),
        ];
        let duration = name.get(..8).filter(|head| head.eq_ignore_ascii_case("Duration"));
        let rest = duration.and_then(|_| name.get(8..)).unwrap_or(name);
        let (exact, order) = ORDERS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(rest))?;
        let usual = exact == rest && duration.is_none_or(|head| head == "Duration");
        let order = if usual { order } else { Order::Never };
        Some(if duration.is_some() { Self::Duration(order) } else { Self::Amount(order) })
    }

    /// Whether a key and a value are as the operator says.
    pub fn holds(self, key: &Value, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
        meter.work(1)?;
        match self {
            Self::Equals => equality::equals(key, value, meter),
            Self::NotEquals => equality::differs(key, value, meter),
            Self::In => membership::holds_in(key, value, false, meter),
            Self::NotIn => membership::holds_in(key, value, true, meter),
            Self::AnyIn => membership::any(key, value, false, meter),
            Self::AnyNotIn => membership::any(key, value, true, meter),
            Self::AllIn => membership::all(key, value, false, meter),
            Self::AllNotIn => membership::all(key, value, true, meter),
            Self::Amount(order) => Ok(amounts::holds(key, value, order)),
            Self::Duration(order) => Ok(amounts::durations_hold(key, value, order)),
        }
    }
}
