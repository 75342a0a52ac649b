//! What a call may cost, by the sizes of its arguments.

use super::range::Range;
use super::{CHECK_COST, LIST_COST, PATTERN, STRUCT_COST, TRAVERSAL, times};
use crate::call::ExtensionCost;
use crate::types::Type;
use crate::value::Value;

/// What is known of an argument.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub(crate) kind: Type,
    /// The size that was worked out.
    pub(crate) size: Option<Range>,
    pub(crate) literal: Option<Value>,
}

impl Operand {
    fn size(&self) -> Range {
        self.size.unwrap_or(Range::UNKNOWN)
    }

    /// The number that a literal is, or else another.
    fn number(&self, or: u64) -> u64 {
        match &self.literal {
            Some(Value::Int(value)) => u64::try_from(*value).unwrap_or(0),
            _ => or,
        }
    }
}

/// The cost of a call without its arguments, and the size of its result where that is known.
pub(crate) type Estimate = (Range, Option<Range>);

#[expect(clippy::unnecessary_wraps, reason = "most arms of the tables end with it")]
fn plain(cost: Range) -> Option<Estimate> {
    Some((cost, None))
}

/// The estimate of Kubernetes and of the libraries for a call; none where the language's own counts.
pub(crate) fn library(
    function: &str,
    overload: &str,
    target: Option<&Operand>,
    arguments: &[Operand],
) -> Option<Estimate> {
    if let Some(estimate) = lists(overload, target, arguments) {
        return Some(estimate);
    }
    let first = arguments.first();
    match function {
        "check" => plain(Range::fixed(CHECK_COST)),
        "serviceAccount"
        | "path"
        | "group"
        | "resource"
        | "subresource"
        | "namespace"
        | "name"
        | "allowed"
        | "reason"
        | "error"
        | "errored"
        | "format.named"
        | "sign"
        | "asInteger"
        | "isInteger"
        | "asApproximateFloat"
        | "isGreaterThan"
        | "isLessThan"
        | "compareTo"
        | "add"
        | "sub"
        | "major"
        | "minor"
        | "patch"
        | "getScheme"
        | "getHostname"
        | "getHost"
        | "getPort"
        | "getEscapedPath"
        | "getQuery"
        | "masked"
        | "prefixLength"
        | "family"
        | "isUnspecified"
        | "isLoopback"
        | "isLinkLocalMulticast"
        | "isLinkLocalUnicast"
        | "isGlobalUnicast" => plain(Range::fixed(1)),
        "fieldSelector" | "labelSelector" => {
            let length = first?.size();
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let each = (LIST_COST + STRUCT_COST) as f64;
            plain(
                Range::fixed(LIST_COST).plus(length.scaled(TRAVERSAL)).plus(length.scaled(0.5).scaled(each)),
            )
        }
        "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" | "includes" => {
            traversal(function, target?)
        }
        "url" | "jsonpatch.escapeKey" => first.map(|text| (text.size().scaled(TRAVERSAL), Some(text.size()))),
        "lowerAscii" | "upperAscii" | "substring" | "trim" => {
            target.map(|text| (text.size().scaled(TRAVERSAL), Some(text.size())))
        }
        "replace" => Some(replace(target?, first?, arguments.get(1)?)),
        "split" => {
            let size = target?.size();
            let most = match arguments.get(1).and_then(|limit| limit.literal.as_ref()) {
                Some(Value::Int(limit)) => limit.cast_unsigned(),
                _ => size.max,
            };
            Some((size.scaled(2.0 * TRAVERSAL), Some(Range::new(0, most))))
        }
        "join" => Some(join(target?, first)),
        "find" | "findAll" => {
            let size = target?.size();
            let text = size.plus(Range::fixed(1)).scaled(TRAVERSAL);
            let cost = text.by(first?.size().scaled(PATTERN));
            Some((cost, Some(Range::new(0, size.max))))
        }
        "ip" if overload == "cidr_ip" => plain(Range::fixed(1)),
        "cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver" | "isSemver" => {
            plain(first?.size().scaled(TRAVERSAL))
        }
        "ip.isCanonical" => plain(first?.size().scaled(2.0 * TRAVERSAL)),
        "containsIP" | "containsCIDR" => Some((contains(function, overload, first?), None)),
        "validate" => plain(first?.size().scaled(TRAVERSAL).scaled(128.0 * PATTERN)),
        "_==_" => equality(first?, arguments.get(1)?),
        _ => None,
    }
}

/// The estimate for a function that a layer above added.
pub(crate) fn host(cost: ExtensionCost, target: Option<&Operand>, arguments: &[Operand]) -> Range {
    match cost {
        ExtensionCost::Fixed(units) => Range::fixed(units),
        ExtensionCost::Size { argument, tenths } => {
            let size = target.into_iter().chain(arguments).nth(argument).map(Operand::size);
            size.unwrap_or(Range::UNKNOWN).scaled(f64::from(tenths) * TRAVERSAL)
        }
    }
}

fn equality(left: &Operand, right: &Operand) -> Option<Estimate> {
    if left.kind != right.kind {
        return None;
    }
    match &left.kind {
        Type::Opaque(name) if matches!(name.as_str(), "net.IP" | "net.CIDR") => plain(Range::fixed(1)),
        Type::Struct(name) => match name.as_str() {
            "kubernetes.NamedFormat" => plain(Range::new(1, 64).scaled(TRAVERSAL)),
            "kubernetes.URL" => {
                let most = right.size.map_or(1, |size| size.max);
                plain(Range::new(1, most).scaled(TRAVERSAL))
            }
            name if name.starts_with("kubernetes.") => plain(Range::fixed(1)),
            _ => None,
        },
        _ => None,
    }
}

fn traversal(function: &str, target: &Operand) -> Option<Estimate> {
    let mut each = Range::fixed(1);
    match &target.kind {
        Type::List(item) | Type::Map(item, _) | Type::Optional(item) => {
            if matches!(**item, Type::String | Type::Bytes) {
                each = each.plus(Range::UNKNOWN.scaled(TRAVERSAL));
            }
            plain(target.size().by(each))
        }
        _ if function == "includes" => plain(target.size().by(each)),
        _ => plain(target.size().scaled(TRAVERSAL)),
    }
}

fn replace(target: &Operand, old: &Operand, new: &Operand) -> Estimate {
    let (size, old, new) = (target.size(), old.size(), new.size());
    let (mut count, mut kept) = (Range::default(), Range::default());
    #[expect(clippy::cast_precision_loss, reason = "costs are reckoned in floating point")]
    let share = |whole: u64, part: u64| times(whole, 1.0 / part as f64);
    if old.min == 0 {
        count.max = size.max.saturating_add(1);
        kept.max = size.max;
    } else if new.max <= old.min {
        kept.max = size.max;
    } else {
        count.max = share(size.max, old.min);
    }
    if old.max == 0 {
        count.min = size.min.saturating_add(1);
        kept.min = size.min;
    } else if old.max <= new.min {
        kept.min = size.min;
    } else {
        count.min = share(size.min, old.max);
    }
    (size.scaled(2.0 * TRAVERSAL), Some(count.by(new).plus(kept)))
}

fn join(target: &Operand, separator: Option<&Operand>) -> Estimate {
    let items = target.size();
    let mut size = Range::default();
    if !target.kind.parameters().is_empty() {
        size = items.by(Range::UNKNOWN);
    }
    if let Some(separator) = separator {
        let between = Range::new(items.min.saturating_sub(1), items.max.saturating_sub(1));
        size = size.plus(separator.size().by(between));
    }
    (size.scaled(TRAVERSAL), Some(size))
}

fn contains(function: &str, overload: &str, other: &Operand) -> Range {
    // An address has 4 or 16 bytes.
    let address = Range::new(4, 16);
    let mut cost = address.plus(address).scaled(TRAVERSAL);
    if function == "containsCIDR" {
        cost = cost.plus(address.scaled(TRAVERSAL)).plus(Range::fixed(1));
    }
    if overload.ends_with("_string") {
        cost = cost.plus(other.size().scaled(TRAVERSAL));
    }
    cost
}

/// The estimates of the extensions for lists and sets.
fn lists(overload: &str, target: Option<&Operand>, arguments: &[Operand]) -> Option<Estimate> {
    let made =
        |factor: f64, size: Range| Some((size.scaled(factor).plus(Range::fixed(1 + LIST_COST)), Some(size)));
    let compared = |list: &Operand, text: bool| {
        let size = list.size();
        made(if text { 2.0 + TRAVERSAL } else { 2.0 }, size.by(size))
    };
    match overload {
        "list_sets_contains_list" | "list_sets_intersects_list" | "list_sets_equivalent_list" => {
            let factor = if overload == "list_sets_equivalent_list" { 2.0 } else { 1.0 };
            let size = arguments.first()?.size().by(arguments.get(1)?.size());
            plain(size.scaled(factor).plus(Range::fixed(1)))
        }
        "list_slice" => {
            let start = arguments.first()?.number(0);
            let end = arguments.get(1)?.number(target?.size().max);
            made(1.0, Range::fixed(end.wrapping_sub(start)))
        }
        "lists_range" => made(1.0, Range::fixed(arguments.first()?.number(u64::MAX))),
        "list_reverse" => made(1.0, target?.size()),
        "list_flatten" | "list_flatten_int" => {
            let depth = arguments.first().map_or(1, |depth| depth.number(u64::MAX));
            #[expect(clippy::cast_precision_loss, reason = "costs are reckoned in floating point")]
            let depth = depth as f64;
            made(depth, target?.size())
        }
        "list_distinct" => compared(target?, false),
        id if id.ends_with("_sortByAssociatedKeys") => {
            compared(arguments.first()?, id.starts_with("list_string") || id.starts_with("list_bytes"))
        }
        id if id.starts_with("list_") && id.ends_with("_sort") => {
            compared(target?, id == "list_string_sort" || id == "list_bytes_sort")
        }
        _ => None,
    }
}
