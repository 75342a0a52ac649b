//! What a call costs when it happens.

use super::{CHECK_COST, LIST_COST, PATTERN, STRUCT_COST, TRAVERSAL, times};
use crate::call::ExtensionCost;
use crate::value::{Opaque, Value};

/// How the cost of a call is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    Fixed(u64),
    /// As the layer above says that added the function.
    Host(ExtensionCost),
    /// Going through the first argument as a tree.
    Tree,
    /// So many tenths of the size of the argument at this place.
    Text {
        place: usize,
        factor: u32,
    },
    /// Going through the result twice.
    Result,
    /// A text against a pattern.
    Match,
    /// A text within a text.
    Contains,
    /// The size of the second argument.
    InList,
    Equal,
    Smaller,
    Both,
    ContainsIp {
        text: bool,
    },
    ContainsCidr {
        text: bool,
    },
    Format,
    Selector,
    /// Every item of one list with every one of another.
    Sets {
        factor: u64,
    },
    /// A new list as large as the result.
    NewList,
    Flatten,
    /// Every item of the list at this place with every other.
    SelfCompare {
        place: usize,
    },
}

impl Rule {
    /// The rule for a function, and for its overload where it is known.
    pub(crate) fn of(function: &str, overload: Option<&str>) -> Self {
        let text = |place, factor| Self::Text { place, factor };
        match overload {
            Some("list_sets_contains_list" | "list_sets_intersects_list") => return Self::Sets { factor: 1 },
            Some("list_sets_equivalent_list") => return Self::Sets { factor: 2 },
            Some("list_slice" | "lists_range" | "list_reverse") => return Self::NewList,
            Some("list_flatten" | "list_flatten_int") => return Self::Flatten,
            Some("list_distinct") => return Self::SelfCompare { place: 0 },
            Some(id) if id.ends_with("_sortByAssociatedKeys") => return Self::SelfCompare { place: 1 },
            Some(id) if id.starts_with("list_") && id.ends_with("_sort") => {
                return Self::SelfCompare { place: 0 };
            }
            _ => {}
        }
        match function {
            "check" => return Self::Fixed(CHECK_COST),
            "fieldSelector" | "labelSelector" => return Self::Selector,
            "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" | "includes" => return Self::Tree,
            "ip" if overload == Some("cidr_ip") => return Self::Fixed(1),
            "url"
            | "lowerAscii"
            | "upperAscii"
            | "substring"
            | "trim"
            | "jsonpatch.escapeKey"
            | "cidr"
            | "isIP"
            | "isCIDR"
            | "quantity"
            | "isQuantity"
            | "semver"
            | "isSemver"
            | "ip" => return text(0, 1),
            "replace" | "split" | "ip.isCanonical" => return text(0, 2),
            "join" => return Self::Result,
            "find" | "findAll" => return Self::Match,
            "containsIP" => return Self::ContainsIp { text: overload == Some("cidr_contains_ip_string") },
            "containsCIDR" => {
                return Self::ContainsCidr { text: overload == Some("cidr_contains_cidr_string") };
            }
            "validate" => return Self::Format,
            "_==_" => return Self::Equal,
            _ => {}
        }
        match overload {
            Some("starts_with_string" | "ends_with_string") => text(1, 1),
            Some("string_to_bytes" | "bytes_to_string" | "strings_quote" | "string_format") => text(0, 1),
            Some("in_list") => Self::InList,
            Some("not_equals") => Self::Smaller,
            Some("add_string" | "add_bytes") => Self::Both,
            Some("matches" | "matches_string") => Self::Match,
            Some("contains_string") => Self::Contains,
            Some(id)
                if (id.starts_with("less") || id.starts_with("greater"))
                    && (id.ends_with("_string") || id.ends_with("_bytes")) =>
            {
                Self::Smaller
            }
            _ => Self::Fixed(1),
        }
    }

    /// The cost of a call with these arguments and this result.
    pub(crate) fn cost(self, values: &[Value], result: Option<&Value>) -> u64 {
        let size = |place: usize| values.get(place).map_or(1, Value::size);
        match self {
            Self::Fixed(cost) | Self::Host(ExtensionCost::Fixed(cost)) => cost,
            Self::Host(ExtensionCost::Size { argument, tenths }) => {
                times(size(argument), f64::from(tenths) * TRAVERSAL)
            }
            Self::Tree => values.first().map_or(0, tree),
            Self::Text { place, factor } => times(size(place), f64::from(factor) * TRAVERSAL),
            Self::Result => times(result.map_or(1, Value::size), 2.0 * TRAVERSAL),
            Self::Match => {
                times(size(0).saturating_add(1), TRAVERSAL).saturating_mul(times(size(1), PATTERN))
            }
            Self::Contains => times(size(0), TRAVERSAL).saturating_mul(times(size(1), TRAVERSAL)),
            Self::InList => size(1),
            Self::Equal if matches!(values.first(), Some(Value::Opaque(_))) => 1,
            Self::Equal | Self::Smaller => times(size(0).min(size(1)), TRAVERSAL),
            Self::Both => times(size(0).saturating_add(size(1)), TRAVERSAL),
            Self::ContainsIp { text } => {
                let parsed = if text { times(size(1), TRAVERSAL) } else { 0 };
                times(size(0).saturating_mul(2), TRAVERSAL).saturating_add(parsed)
            }
            Self::ContainsCidr { text } => {
                let parsed = if text { times(size(1), TRAVERSAL) } else { 0 };
                let compared = times(size(0).saturating_mul(2), TRAVERSAL);
                compared.saturating_add(times(size(0), TRAVERSAL)).saturating_add(1).saturating_add(parsed)
            }
            Self::Format => {
                let pattern = match values.first() {
                    Some(Value::Opaque(Opaque::Format(format))) => format.pattern_size,
                    _ => return 1,
                };
                times(size(1).saturating_add(1), TRAVERSAL).saturating_mul(times(pattern, PATTERN))
            }
            Self::Selector => {
                let length = size(1);
                let requirements = times(length, 0.5);
                #[expect(clippy::cast_precision_loss, reason = "a small number")]
                let each = (LIST_COST + STRUCT_COST) as f64;
                LIST_COST.saturating_add(times(length, TRAVERSAL)).saturating_add(times(requirements, each))
            }
            Self::Sets { factor } => size(0).saturating_mul(size(1)).saturating_mul(factor).saturating_add(1),
            Self::NewList => result.map_or(1, Value::size).saturating_add(1 + LIST_COST),
            Self::Flatten => {
                let depth = match values.get(1) {
                    Some(Value::Int(depth)) => u64::try_from(*depth).unwrap_or(1),
                    _ => 1,
                };
                size(0).saturating_mul(depth).saturating_add(1 + LIST_COST)
            }
            Self::SelfCompare { place } => {
                let first = match values.get(place) {
                    Some(Value::List(list)) => list.get(0),
                    _ => None,
                };
                let text = matches!(first, Some(Value::String(_) | Value::Bytes(_)));
                let factor = if text { 2.0 + TRAVERSAL } else { 2.0 };
                floor(size(place).saturating_mul(size(place)), factor).saturating_add(1 + LIST_COST)
            }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "costs are reckoned in floating point and end at the largest number"
)]
fn floor(size: u64, factor: f64) -> u64 {
    (size as f64 * factor) as u64
}

/// Going through a value as a tree: texts by their length, anything else that is no list or map as one.
fn tree(value: &Value) -> u64 {
    match value {
        Value::String(text) => floor(text.len() as u64, TRAVERSAL),
        Value::Bytes(bytes) => floor(bytes.len() as u64, TRAVERSAL),
        Value::List(list) => list.iter().fold(0, |sum, item| tree(&item).saturating_add(sum)),
        Value::Map(map) => map
            .iter()
            .fold(0, |sum, (key, value)| tree(&key).saturating_add(tree(&value)).saturating_add(sum)),
        _ => 1,
    }
}
