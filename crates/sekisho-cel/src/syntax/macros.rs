//! What `has`, `all`, `map`, `cel.bind` and the others stand for.

use smol_str::SmolStr;

use super::ast::{Comprehension, Expr, ExprId, Span};
use super::error::{Fault, ParseError};
use super::tree::Tree;
use crate::value::Value;

/// The accumulator of a macro, which no user can name.
const ACCUMULATOR: &str = "@result";

/// The variable of a fold that is none.
const UNUSED: &str = "#unused";

/// Which macros are there.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each library brings its macros or does not")]
pub(crate) struct Macros {
    pub(crate) enabled: bool,
    pub(crate) optionals: bool,
    pub(crate) two_variables: bool,
    pub(crate) bindings: bool,
    pub(crate) math: bool,
    pub(crate) sort_by: bool,
}

/// The parts of a fold that differ between macros.
struct Fold {
    initial: Expr,
    condition: Option<ExprId>,
    step: ExprId,
    result: Option<ExprId>,
}

impl Tree {
    /// Expands `has(…)`; none for any other function.
    pub(crate) fn expand_global(
        &mut self,
        name: &str,
        arguments: &[ExprId],
        span: Span,
    ) -> Result<Option<ExprId>, Fault> {
        let ([argument], "has") = (arguments, name) else { return Ok(None) };
        match self.ast.node(*argument).clone() {
            Expr::Select { operand, field, test: false } => {
                self.add(Expr::Select { operand, field, test: true }, span).map(Some)
            }
            _ => Err(wrong(self.ast.span(*argument), "has", "the selection of a field: `has(a.b)`")),
        }
    }

    /// Expands a macro that stands behind a dot; none where the name is no macro.
    pub(crate) fn expand_member(
        &mut self,
        macros: Macros,
        target: ExprId,
        name: &SmolStr,
        arguments: &[ExprId],
        span: Span,
    ) -> Result<Option<ExprId>, Fault> {
        let two = macros.two_variables;
        let expanded = match (name.as_str(), arguments) {
            ("all" | "exists", [variable, predicate]) => {
                self.quantifier(name, target, [Some(*variable), None], *predicate, span)?
            }
            ("all" | "exists", [key, value, predicate]) if two => {
                self.quantifier(name, target, [Some(*key), Some(*value)], *predicate, span)?
            }
            ("exists_one" | "existsOne", [variable, predicate]) => {
                self.exists_one(name, target, [Some(*variable), None], *predicate, span)?
            }
            ("exists_one" | "existsOne", [key, value, predicate]) if two => {
                self.exists_one(name, target, [Some(*key), Some(*value)], *predicate, span)?
            }
            ("filter", [variable, predicate]) => {
                self.collect(name, target, [Some(*variable), None], Some(*predicate), *variable, span)?
            }
            ("map", [variable, transform]) => {
                self.collect(name, target, [Some(*variable), None], None, *transform, span)?
            }
            ("map", [variable, predicate, transform]) => {
                self.collect(name, target, [Some(*variable), None], Some(*predicate), *transform, span)?
            }
            ("transformList", [key, value, transform]) if two => {
                self.collect(name, target, [Some(*key), Some(*value)], None, *transform, span)?
            }
            ("transformList", [key, value, predicate, transform]) if two => {
                self.collect(name, target, [Some(*key), Some(*value)], Some(*predicate), *transform, span)?
            }
            ("transformMap" | "transformMapEntry", [key, value, transform]) if two => {
                self.insert(name, target, [*key, *value], None, *transform, span)?
            }
            ("transformMap" | "transformMapEntry", [key, value, predicate, transform]) if two => {
                self.insert(name, target, [*key, *value], Some(*predicate), *transform, span)?
            }
            ("optMap" | "optFlatMap", [variable, transform]) if macros.optionals => {
                self.optional_map(name, target, *variable, *transform, span)?
            }
            ("bind", [variable, value, rest]) if macros.bindings && self.is_named(target, "cel") => {
                let variable = self.variable(name, *variable, true)?;
                self.bind(variable, *value, *rest, span)?
            }
            ("greatest" | "least", _) if macros.math && self.is_named(target, "math") => {
                self.extreme(name, target, arguments, span)?
            }
            ("sortBy", [variable, key]) if macros.sort_by => self.sort_by(target, *variable, *key, span)?,
            _ => return Ok(None),
        };
        Ok(Some(expanded))
    }

    fn is_named(&self, id: ExprId, name: &str) -> bool {
        matches!(self.ast.node(id), Expr::Ident(found) if found == name)
    }

    fn variable(&self, name: &str, id: ExprId, hidden: bool) -> Result<SmolStr, Fault> {
        match self.ast.node(id) {
            Expr::Ident(variable) if !variable.starts_with('.') && (hidden || variable != "__result__") => {
                Ok(variable.clone())
            }
            _ => Err(wrong(self.ast.span(id), name, "a plain name for its variable")),
        }
    }

    fn simple(&mut self, function: &str, arguments: Vec<ExprId>, span: Span) -> Result<ExprId, Fault> {
        self.add(Expr::Call { target: None, function: function.into(), arguments }, span)
    }

    fn member_call(&mut self, target: ExprId, function: &str, span: Span) -> Result<ExprId, Fault> {
        let call = Expr::Call { target: Some(target), function: function.into(), arguments: Vec::new() };
        self.add(call, span)
    }

    fn literal(&mut self, value: Value, span: Span) -> Result<ExprId, Fault> {
        self.add(Expr::Literal(value), span)
    }

    fn accumulator(&mut self, span: Span) -> Result<ExprId, Fault> {
        self.add(Expr::Ident(ACCUMULATOR.into()), span)
    }

    fn fold(
        &mut self,
        name: &str,
        range: ExprId,
        variables: [Option<ExprId>; 2],
        fold: Fold,
        span: Span,
    ) -> Result<ExprId, Fault> {
        let [first, second] = variables;
        let variable = match first {
            Some(id) => self.variable(name, id, false)?,
            None => UNUSED.into(),
        };
        let second_variable = second.map(|id| self.variable(name, id, false)).transpose()?;
        if second_variable.as_ref() == Some(&variable) {
            return Err(wrong(span, name, "two different names for its variables"));
        }
        let initial = self.add(fold.initial, span)?;
        let condition = match fold.condition {
            Some(condition) => condition,
            None => self.literal(Value::Bool(true), span)?,
        };
        let result = match fold.result {
            Some(result) => result,
            None => self.accumulator(span)?,
        };
        let comprehension = Comprehension {
            range,
            variable,
            second_variable,
            accumulator: ACCUMULATOR.into(),
            initial,
            condition,
            step: fold.step,
            result,
        };
        self.add(Expr::Comprehension(Box::new(comprehension)), span)
    }

    fn quantifier(
        &mut self,
        name: &str,
        range: ExprId,
        variables: [Option<ExprId>; 2],
        predicate: ExprId,
        span: Span,
    ) -> Result<ExprId, Fault> {
        let all = name == "all";
        let mut goes_on = self.accumulator(span)?;
        if !all {
            goes_on = self.simple("!_", vec![goes_on], span)?;
        }
        let condition = self.simple("@not_strictly_false", vec![goes_on], span)?;
        let accumulator = self.accumulator(span)?;
        let step = self.simple(if all { "_&&_" } else { "_||_" }, vec![accumulator, predicate], span)?;
        let initial = Expr::Literal(Value::Bool(all));
        let fold = Fold { initial, condition: Some(condition), step, result: None };
        self.fold(name, range, variables, fold, span)
    }

    fn exists_one(
        &mut self,
        name: &str,
        range: ExprId,
        variables: [Option<ExprId>; 2],
        predicate: ExprId,
        span: Span,
    ) -> Result<ExprId, Fault> {
        let (before, one) = (self.accumulator(span)?, self.literal(Value::Int(1), span)?);
        let more = self.simple("_+_", vec![before, one], span)?;
        let same = self.accumulator(span)?;
        let step = self.simple("_?_:_", vec![predicate, more, same], span)?;
        let (count, one) = (self.accumulator(span)?, self.literal(Value::Int(1), span)?);
        let result = self.simple("_==_", vec![count, one], span)?;
        let initial = Expr::Literal(Value::Int(0));
        self.fold(name, range, variables, Fold { initial, condition: None, step, result: Some(result) }, span)
    }

    /// A step, taken only where the predicate holds.
    fn guarded(&mut self, predicate: Option<ExprId>, step: ExprId, span: Span) -> Result<ExprId, Fault> {
        let Some(predicate) = predicate else { return Ok(step) };
        let same = self.accumulator(span)?;
        self.simple("_?_:_", vec![predicate, step, same], span)
    }

    fn collect(
        &mut self,
        name: &str,
        range: ExprId,
        variables: [Option<ExprId>; 2],
        predicate: Option<ExprId>,
        transform: ExprId,
        span: Span,
    ) -> Result<ExprId, Fault> {
        let item = self.add(Expr::List(vec![(transform, false)]), span)?;
        let accumulator = self.accumulator(span)?;
        let step = self.simple("_+_", vec![accumulator, item], span)?;
        let step = self.guarded(predicate, step, span)?;
        let fold = Fold { initial: Expr::List(Vec::new()), condition: None, step, result: None };
        self.fold(name, range, variables, fold, span)
    }

    fn insert(
        &mut self,
        name: &str,
        range: ExprId,
        [key, value]: [ExprId; 2],
        predicate: Option<ExprId>,
        transform: ExprId,
        span: Span,
    ) -> Result<ExprId, Fault> {
        let accumulator = self.accumulator(span)?;
        let arguments = if name == "transformMap" {
            vec![accumulator, key, transform]
        } else {
            vec![accumulator, transform]
        };
        let step = self.simple("cel.@mapInsert", arguments, span)?;
        let step = self.guarded(predicate, step, span)?;
        let fold = Fold { initial: Expr::Map(Vec::new()), condition: None, step, result: None };
        self.fold(name, range, [Some(key), Some(value)], fold, span)
    }

    /// A fold over nothing, whose accumulator is the variable.
    fn bind(&mut self, variable: SmolStr, value: ExprId, rest: ExprId, span: Span) -> Result<ExprId, Fault> {
        let range = self.add(Expr::List(Vec::new()), span)?;
        let condition = self.literal(Value::Bool(false), span)?;
        let step = self.add(Expr::Ident(variable.clone()), span)?;
        let comprehension = Comprehension {
            range,
            variable: UNUSED.into(),
            second_variable: None,
            accumulator: variable,
            initial: value,
            condition,
            step,
            result: rest,
        };
        self.add(Expr::Comprehension(Box::new(comprehension)), span)
    }

    fn optional_map(
        &mut self,
        name: &str,
        target: ExprId,
        variable: ExprId,
        transform: ExprId,
        span: Span,
    ) -> Result<ExprId, Fault> {
        let variable = self.variable(name, variable, true)?;
        let is_there = self.member_call(target, "hasValue", span)?;
        let value = self.member_call(target, "value", span)?;
        let mut mapped = self.bind(variable, value, transform, span)?;
        let optional = self.add(Expr::Ident("optional".into()), span)?;
        if name == "optMap" {
            let of = Expr::Call { target: Some(optional), function: "of".into(), arguments: vec![mapped] };
            mapped = self.add(of, span)?;
        }
        let none = self.member_call(optional, "none", span)?;
        self.simple("_?_:_", vec![is_there, mapped, none], span)
    }

    /// `math.greatest` and `math.least` take any number of arguments, or one list.
    fn extreme(
        &mut self,
        name: &str,
        target: ExprId,
        arguments: &[ExprId],
        span: Span,
    ) -> Result<ExprId, Fault> {
        if arguments.is_empty() {
            return Err(wrong(span, name, "at least one argument"));
        }
        for argument in arguments {
            let fits = match self.ast.node(*argument) {
                Expr::Literal(value) => matches!(value, Value::Int(_) | Value::UInt(_) | Value::Double(_)),
                Expr::Map(_) | Expr::Struct { .. } => false,
                Expr::List(items) => arguments.len() == 1 && !items.is_empty(),
                _ => true,
            };
            if !fits {
                return Err(wrong(self.ast.span(*argument), name, "numbers, or one list of numbers"));
            }
        }
        let function = if name == "greatest" { "@max" } else { "@min" };
        let arguments = if arguments.len() > 2 {
            let items = arguments.iter().map(|argument| (*argument, false)).collect();
            vec![self.add(Expr::List(items), span)?]
        } else {
            arguments.to_vec()
        };
        self.add(Expr::Call { target: Some(target), function: function.into(), arguments }, span)
    }

    fn sort_by(
        &mut self,
        target: ExprId,
        variable: ExprId,
        key: ExprId,
        span: Span,
    ) -> Result<ExprId, Fault> {
        const INPUT: &str = "@__sortBy_input__";
        let input = self.add(Expr::Ident(INPUT.into()), span)?;
        let keys = self.collect("sortBy", input, [Some(variable), None], None, key, span)?;
        let sorted = Expr::Call {
            target: Some(input),
            function: "@sortByAssociatedKeys".into(),
            arguments: vec![keys],
        };
        let sorted = self.add(sorted, span)?;
        self.bind(INPUT.into(), target, sorted, span)
    }
}

fn wrong(span: Span, name: &str, needs: &'static str) -> Fault {
    (span, ParseError::Macro { name: name.into(), needs })
}
