//! What an expression may cost, from its checked tree.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::calls::{self, Estimate, Operand};
use super::range::Range;
use super::{LIST_COST, MAP_COST, PATTERN, STRUCT_COST, TRAVERSAL};
use crate::syntax::ast::{Ast, Comprehension, Expr, ExprId};
use crate::types::Type;
use crate::types::check::Checked;
use crate::types::declaration::{Code, Overload};
use crate::types::reference::Reference;
use crate::value::Value;

/// The sizes of the keys and values, or of the items, of a list or map.
#[derive(Debug, Clone, Copy)]
struct Entries {
    is_list: bool,
    key: Range,
    value: Range,
}

#[derive(Debug, Clone)]
struct Local {
    name: SmolStr,
    size: Option<Range>,
    entries: Option<Entries>,
}

struct Estimator<'a> {
    ast: &'a Ast,
    checked: &'a Checked,
    locals: Vec<Local>,
    sizes: HashMap<ExprId, Range>,
    entries: HashMap<ExprId, Entries>,
    known: HashMap<ExprId, Range>,
}

/// The least and the most that an evaluation costs.
pub(crate) fn estimate(ast: &Ast, checked: &Checked) -> Range {
    let mut estimator = Estimator {
        ast,
        checked,
        locals: Vec::new(),
        sizes: HashMap::new(),
        entries: HashMap::new(),
        known: HashMap::new(),
    };
    estimator.cost(ast.root())
}

impl Estimator<'_> {
    fn cost(&mut self, id: ExprId) -> Range {
        // A part that a macro uses twice costs the same both times.
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let cost = match self.ast.node(id) {
            Expr::Literal(_) => Range::fixed(0),
            Expr::Ident(_) => Range::fixed(1),
            Expr::Select { operand, test, .. } => self.select(id, *operand, *test),
            Expr::Call { target, function, arguments } => self.call(id, *target, function, arguments),
            Expr::List(items) => self.list(id, items),
            Expr::Map(_) => self.map(id),
            Expr::Struct { fields, .. } => {
                fields.iter().fold(Range::fixed(STRUCT_COST), |sum, field| sum.plus(self.cost(field.value)))
            }
            Expr::Comprehension(fold) if is_bind(self.ast, fold) => self.bind(id, fold),
            Expr::Comprehension(fold) => self.fold(id, fold),
        };
        self.known.insert(id, cost);
        cost
    }

    fn select(&mut self, id: ExprId, operand: ExprId, test: bool) -> Range {
        if matches!(self.checked.reference(id), Some(Reference::Variable(_) | Reference::Constant(_))) {
            return Range::fixed(1);
        }
        let cost = self.cost(operand);
        let counts =
            matches!(self.checked.type_of(operand), Type::Map(..) | Type::Struct(_) | Type::Parameter(_));
        if !test && counts { cost.plus(Range::fixed(1)) } else { cost }
    }

    fn call(&mut self, id: ExprId, target: Option<ExprId>, name: &SmolStr, arguments: &[ExprId]) -> Range {
        if let ("dyn", [argument]) = (name.as_str(), arguments) {
            let cost = self.cost(*argument);
            self.copy_sizes(id, *argument);
            return cost.plus(Range::fixed(1));
        }
        let costs: Vec<Range> = arguments.iter().map(|argument| self.cost(*argument)).collect();
        let operands: Vec<Operand> = arguments.iter().map(|argument| self.operand(*argument)).collect();
        let total = costs.iter().fold(Range::default(), |sum, cost| sum.plus(*cost));
        if name == "_?._" {
            return total.plus(Range::fixed(1));
        }
        let Some(Reference::Function { function, overloads, qualified }) = self.checked.reference(id) else {
            return Range::default();
        };
        let (function, overloads, qualified) = (function.clone(), overloads.clone(), *qualified);
        let mut sum = Range::default();
        let mut target_operand = None;
        if let Some(target) = target.filter(|_| !qualified) {
            sum = self.cost(target);
            target_operand = Some(self.operand(target));
        }
        let mut cost = Range::new(u64::MAX, 0);
        let mut size: Option<Range> = None;
        for overload in &overloads {
            let (own, result) = self.overload(
                id,
                &function.name,
                overload,
                target_operand.as_ref(),
                &operands,
                arguments,
                &costs,
                total,
            );
            cost = cost.or(own);
            size = match (size, result) {
                (Some(size), Some(result)) => Some(size.or(result)),
                (size, result) => size.or(result),
            };
            if matches!(overload.id.as_str(), "index_list" | "index_map") {
                size = arguments.first().and_then(|list| self.entries_of(*list)).map(|entries| entries.value);
            }
            if size.is_none() {
                size = self.size(id);
            }
        }
        if let Some(size) = size {
            self.sizes.insert(id, size);
        }
        sum.plus(cost)
    }

    /// The cost of a call by one overload, its arguments included.
    #[expect(clippy::too_many_arguments, reason = "what is known of a call is much, and all of it counts")]
    fn overload(
        &mut self,
        id: ExprId,
        function: &str,
        overload: &Overload,
        target: Option<&Operand>,
        operands: &[Operand],
        arguments: &[ExprId],
        costs: &[Range],
        total: Range,
    ) -> Estimate {
        if let Code::Host { cost, .. } = &overload.code {
            return (calls::host(*cost, target, operands).plus(total), None);
        }
        let overload = overload.id.as_str();
        if let Some((cost, size)) = calls::library(function, overload, target, operands) {
            return (cost.plus(total), size);
        }
        let size =
            |operand: Option<&Operand>| operand.and_then(|operand| operand.size).unwrap_or(Range::UNKNOWN);
        let (first, second) = (operands.first(), operands.get(1));
        let mut result = None;
        let own = match overload {
            "string_format" => size(target).scaled(TRAVERSAL),
            "string_to_bytes" => {
                let text = size(first);
                result = Some(Range::new(text.min, text.max.wrapping_mul(4)));
                text.scaled(TRAVERSAL)
            }
            "bytes_to_string" => {
                let bytes = size(first);
                result = Some(Range::new(bytes.min / 4, bytes.max));
                bytes.scaled(TRAVERSAL)
            }
            "strings_quote" => {
                let text = size(first);
                result = Some(Range::new(text.min.wrapping_add(2), text.max.wrapping_mul(2).wrapping_add(2)));
                text.scaled(TRAVERSAL)
            }
            "starts_with_string" | "ends_with_string" => size(first).scaled(TRAVERSAL),
            "in_list" => size(second).scaled(1.0),
            "matches" | "matches_string" => {
                let (text, pattern) = if target.is_some() { (target, first) } else { (first, second) };
                let text = size(text).plus(Range::fixed(1)).scaled(TRAVERSAL);
                text.by(size(pattern).scaled(PATTERN))
            }
            "contains_string" => size(target).scaled(TRAVERSAL).by(size(first).scaled(TRAVERSAL)),
            "logical_or" | "logical_and" => {
                let least = costs.first().map_or(0, |cost| cost.min);
                return (Range::new(least, total.max), None);
            }
            "conditional" => return self.conditional(id, operands, arguments, costs),
            "add_string" | "add_bytes" | "add_list" => {
                let sum = size(first).plus(size(second));
                result = Some(sum);
                if let [left, right] = arguments {
                    self.join_entries(id, *left, *right);
                }
                if overload == "add_list" { Range::fixed(1) } else { sum.scaled(TRAVERSAL) }
            }
            "equals" | "not_equals" => smaller(size(first), size(second)),
            id if (id.starts_with("less") || id.starts_with("greater"))
                && (id.ends_with("_string") || id.ends_with("_bytes")) =>
            {
                smaller(size(first), size(second))
            }
            _ => Range::fixed(1),
        };
        (own.plus(total), result)
    }

    fn conditional(
        &mut self,
        id: ExprId,
        operands: &[Operand],
        arguments: &[ExprId],
        costs: &[Range],
    ) -> Estimate {
        let size =
            |place: usize| operands.get(place).and_then(|operand| operand.size).unwrap_or(Range::UNKNOWN);
        let cost = |place: usize| costs.get(place).copied().unwrap_or_default();
        if let [_, truthy, falsy] = arguments {
            self.join_entries(id, *truthy, *falsy);
        }
        (cost(0).plus(cost(1).or(cost(2))), Some(size(1).or(size(2))))
    }

    fn join_entries(&mut self, id: ExprId, left: ExprId, right: ExprId) {
        if let (Some(left), Some(right)) = (self.entries_of(left), self.entries_of(right)) {
            let joined = Entries {
                is_list: left.is_list,
                key: left.key.or(right.key),
                value: left.value.or(right.value),
            };
            self.entries.insert(id, joined);
        }
    }

    fn operand(&mut self, id: ExprId) -> Operand {
        let literal = match self.ast.node(id) {
            Expr::Literal(value) => Some(value.clone()),
            _ => None,
        };
        Operand { kind: self.checked.type_of(id).clone(), size: self.size(id), literal }
    }

    fn list(&mut self, id: ExprId, items: &[(ExprId, bool)]) -> Range {
        let mut cost = Range::fixed(LIST_COST);
        let mut size = Range::new(if items.is_empty() { 0 } else { u64::MAX }, 0);
        for (item, _) in items {
            cost = cost.plus(self.cost(*item));
            size = size.or(self.size(*item).unwrap_or(Range::UNKNOWN));
        }
        self.entries.insert(id, Entries { is_list: true, key: Range::fixed(1), value: size });
        cost
    }

    fn map(&mut self, id: ExprId) -> Range {
        let Expr::Map(entries) = self.ast.node(id) else { return Range::default() };
        let mut cost = Range::fixed(MAP_COST);
        let none = Range::new(if entries.is_empty() { 0 } else { u64::MAX }, 0);
        let (mut keys, mut values) = (none, none);
        for entry in entries {
            cost = cost.plus(self.cost(entry.key)).plus(self.cost(entry.value));
            keys = keys.or(self.size(entry.key).unwrap_or(Range::UNKNOWN));
            values = values.or(self.size(entry.value).unwrap_or(Range::UNKNOWN));
        }
        self.entries.insert(id, Entries { is_list: false, key: keys, value: values });
        cost
    }

    fn fold(&mut self, id: ExprId, fold: &Comprehension) -> Range {
        let mut sum = self.cost(fold.range).plus(self.cost(fold.initial));
        let depth = self.locals.len();
        self.push(&fold.accumulator, fold.initial);
        let entries = self.entries_of(fold.range);
        let is_list = match entries {
            Some(entries) => entries.is_list,
            None => matches!(self.checked.type_of(fold.range), Type::List(_)),
        };
        let (key, value) = (entries.map(|entries| entries.key), entries.map(|entries| entries.value));
        let mut local = |name: &SmolStr, size| {
            self.locals.push(Local { name: name.clone(), size, entries: None });
        };
        match &fold.second_variable {
            Some(second) => {
                local(&fold.variable, key);
                local(second, value);
            }
            None => local(&fold.variable, if is_list { value } else { key }),
        }
        let each = self.cost(fold.condition).plus(self.cost(fold.step));
        self.locals.truncate(depth + 1);
        sum = sum.plus(self.cost(fold.result));
        self.locals.truncate(depth);
        let count = self.size(fold.range).unwrap_or(Range::UNKNOWN);
        sum = sum.plus(count.by(each));
        match self.ast.node(fold.initial) {
            Expr::Literal(_) => {
                if let Some(size) = self.size(fold.initial) {
                    self.sizes.insert(id, size);
                }
            }
            Expr::List(_) | Expr::Map(_) => {
                self.sizes.insert(id, count);
                if let Some(entries) = self.entries_of(fold.step) {
                    self.entries.insert(id, entries);
                }
            }
            _ => {}
        }
        sum
    }

    fn bind(&mut self, id: ExprId, fold: &Comprehension) -> Range {
        let mut sum = self.cost(fold.range).plus(self.cost(fold.initial));
        self.push(&fold.accumulator, fold.initial);
        sum = sum.plus(self.cost(fold.result));
        self.copy_sizes(id, fold.result);
        self.locals.pop();
        sum
    }

    fn push(&mut self, name: &SmolStr, value: ExprId) {
        let local = Local { name: name.clone(), size: self.size(value), entries: self.entries_of(value) };
        self.locals.push(local);
    }

    fn copy_sizes(&mut self, to: ExprId, from: ExprId) {
        if let Some(size) = self.size(from) {
            self.sizes.insert(to, size);
        }
        if let Some(entries) = self.entries_of(from) {
            self.entries.insert(to, entries);
        }
    }

    fn local(&self, id: ExprId) -> Option<&Local> {
        let Expr::Ident(name) = self.ast.node(id) else { return None };
        self.locals.iter().rev().find(|local| local.name == *name)
    }

    fn size(&self, id: ExprId) -> Option<Range> {
        if let Some(size) = self.sizes.get(&id) {
            return Some(*size);
        }
        let own = match self.ast.node(id) {
            Expr::Literal(value) => Some(Range::fixed(value.size())),
            Expr::List(items) => Some(Range::fixed(items.len() as u64)),
            Expr::Map(entries) => Some(Range::fixed(entries.len() as u64)),
            _ => None,
        };
        let by_type = || is_scalar(self.checked.type_of(id)).then_some(Range::fixed(1));
        own.or_else(by_type).or_else(|| self.local(id).and_then(|local| local.size))
    }

    fn entries_of(&self, id: ExprId) -> Option<Entries> {
        self.entries.get(&id).copied().or_else(|| self.local(id).and_then(|local| local.entries))
    }
}

fn smaller(left: Range, right: Range) -> Range {
    let most = left.max.min(right.max);
    Range::new(most.min(1), most).scaled(TRAVERSAL)
}

fn is_bind(ast: &Ast, fold: &Comprehension) -> bool {
    matches!(ast.node(fold.range), Expr::List(items) if items.is_empty())
        && matches!(ast.node(fold.condition), Expr::Literal(Value::Bool(false)))
}

fn is_scalar(kind: &Type) -> bool {
    match kind {
        Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::UInt => true,
        Type::Optional(inner) => is_scalar(inner),
        _ => false,
    }
}
