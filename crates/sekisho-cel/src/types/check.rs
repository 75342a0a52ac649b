//! The checker: finds the type of every part of an expression, and what its names stand for.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::Type;
use super::declaration::{Form, Function};
use super::problem::TypeError;
use super::substitution::Substitution;
use crate::environment::Environment;
use crate::syntax::ast::{Ast, Comprehension, Expr, ExprId, Span};
use crate::types::reference::Reference;
use crate::value::Value;

/// The types and references of a checked expression.
#[derive(Debug)]
pub(crate) struct Checked {
    types: Vec<Type>,
    references: HashMap<ExprId, Reference>,
}

impl Checked {
    pub(crate) fn type_of(&self, id: ExprId) -> &Type {
        self.types.get(id.0 as usize).unwrap_or(&Type::Dyn)
    }

    pub(crate) fn reference(&self, id: ExprId) -> Option<&Reference> {
        self.references.get(&id)
    }
}

struct Checker<'a> {
    ast: &'a Ast,
    environment: &'a Environment,
    types: Vec<Option<Type>>,
    references: HashMap<ExprId, Reference>,
    scopes: Vec<(SmolStr, Type)>,
    substitution: Substitution,
    errors: Vec<(Span, TypeError)>,
}

/// Checks a whole expression; gives every fault, not only the first.
pub(crate) fn check(ast: &Ast, environment: &Environment) -> Result<Checked, Vec<(Span, TypeError)>> {
    let mut checker = Checker {
        ast,
        environment,
        types: vec![None; ast.len()],
        references: HashMap::new(),
        scopes: Vec::new(),
        substitution: Substitution::default(),
        errors: Vec::new(),
    };
    checker.check(ast.root());
    if checker.errors.is_empty() && checker.substitution.is_exhausted() {
        checker.error(ast.root(), TypeError::TooComplex);
    }
    if !checker.errors.is_empty() {
        return Err(checker.errors);
    }
    let types = std::mem::take(&mut checker.types);
    let types = types.into_iter().map(|kind| match kind {
        Some(kind) => checker.substitution.resolve(&kind, true),
        None => Type::Dyn,
    });
    let types = types.collect();
    Ok(Checked { types, references: checker.references })
}

impl Checker<'_> {
    fn error(&mut self, id: ExprId, error: TypeError) {
        self.errors.push((self.ast.span(id), error));
    }

    fn known(&self, id: ExprId) -> Option<Type> {
        self.types.get(id.0 as usize).cloned().flatten()
    }

    fn set(&mut self, id: ExprId, kind: Type) -> Type {
        if let Some(place) = self.types.get_mut(id.0 as usize) {
            *place = Some(kind.clone());
        }
        kind
    }

    fn check(&mut self, id: ExprId) -> Type {
        // Macros use a part in several places; its type is the same in each.
        if let Some(known) = self.known(id) {
            return known;
        }
        let kind = match self.ast.node(id) {
            Expr::Literal(value) => literal(value),
            Expr::Ident(name) => self.ident(id, name),
            Expr::Select { operand, field, test } => self.select(id, *operand, field, *test),
            Expr::Call { target, function, arguments } => self.call(id, *target, function, arguments),
            Expr::List(items) => self.list(items),
            Expr::Map(_) => self.map(id),
            Expr::Struct { .. } => self.message(id),
            Expr::Comprehension(fold) => self.comprehension(fold),
        };
        self.set(id, kind)
    }

    fn ident(&mut self, id: ExprId, name: &str) -> Type {
        if let Some((_, kind)) = self.scopes.iter().rev().find(|(known, _)| known == name) {
            let kind = kind.clone();
            self.references.insert(id, Reference::Local);
            return kind;
        }
        if let Some(kind) = self.resolve(id, name) {
            return kind;
        }
        self.error(id, TypeError::Undeclared(name.trim_start_matches('.').into()));
        Type::Error
    }

    /// Finds a variable or a type of this full name.
    fn resolve(&mut self, id: ExprId, name: &str) -> Option<Type> {
        let (reference, kind) = self.environment.resolve(name.trim_start_matches('.'))?;
        self.references.insert(id, reference);
        Some(kind)
    }

    fn is_local(&self, name: &str) -> bool {
        self.scopes.iter().any(|(known, _)| known == name)
    }

    fn select(&mut self, id: ExprId, operand: ExprId, field: &SmolStr, test: bool) -> Type {
        if !test
            && let Some(name) = self.ast.qualified_name(id)
            && !self.ast.first_name(id).is_some_and(|first| self.is_local(first))
            && let Some(kind) = self.resolve(id, &name)
        {
            return kind;
        }
        let operand_type = self.check(operand);
        let (kind, was_optional) = self.field(id, &operand_type, field);
        match (test, was_optional) {
            (true, _) => Type::Bool,
            (false, true) => optional(kind),
            (false, false) => kind,
        }
    }

    /// The type of a field, and whether the operand was an optional.
    fn field(&mut self, id: ExprId, operand: &Type, field: &SmolStr) -> (Type, bool) {
        let mut operand = self.substitution.resolve(operand, false);
        let optional = matches!(operand, Type::Optional(_));
        if let Type::Optional(inner) = operand {
            operand = Type::clone(&inner);
        }
        let kind = match &operand {
            Type::Map(_, value) => Type::clone(value),
            Type::Struct(name) => {
                let found = self.environment.struct_type(name).and_then(|kind| kind.field(field));
                found.unwrap_or_else(|| {
                    self.error(id, TypeError::NoField { name: name.clone(), field: field.clone() });
                    Type::Error
                })
            }
            Type::Variable(_) => {
                self.substitution.assign(&operand, &Type::Dyn);
                Type::Dyn
            }
            Type::Dyn => Type::Dyn,
            Type::Error => Type::Error,
            other => {
                self.error(id, TypeError::NotSelectable(other.clone()));
                Type::Error
            }
        };
        (kind, optional)
    }

    fn call(&mut self, id: ExprId, target: Option<ExprId>, name: &SmolStr, arguments: &[ExprId]) -> Type {
        if name == "_?._" {
            return self.optional_select(id, arguments);
        }
        if let Some(target) = target
            && let Some(qualifier) = self.ast.qualified_name(target)
        {
            let full = format!("{qualifier}.{name}");
            if let Some(function) = self.environment.function(full.trim_start_matches('.')) {
                return self.overload(id, &function, Form::Global, arguments, true);
            }
        }
        let Some(function) = self.environment.function(name.trim_start_matches('.')) else {
            for part in target.iter().chain(arguments) {
                self.check(*part);
            }
            self.error(id, TypeError::Undeclared(name.clone()));
            return Type::Error;
        };
        let parts: Vec<ExprId> = target.iter().chain(arguments).copied().collect();
        let form = if target.is_some() { Form::Member } else { Form::Global };
        self.overload(id, &function, form, &parts, false)
    }

    fn optional_select(&mut self, id: ExprId, arguments: &[ExprId]) -> Type {
        let [operand, field] = arguments else { return Type::Error };
        let operand_type = self.check(*operand);
        self.check(*field);
        let Expr::Literal(Value::String(field)) = self.ast.node(*field) else { return Type::Error };
        let (kind, _) = self.field(id, &operand_type, field);
        if kind == Type::Error { kind } else { optional(kind) }
    }

    fn overload(
        &mut self,
        id: ExprId,
        function: &Arc<Function>,
        form: Form,
        parts: &[ExprId],
        qualified: bool,
    ) -> Type {
        let found: Vec<Type> = parts.iter().map(|part| self.check(*part)).collect();
        if matches!(function.name.as_str(), "_&&_" | "_||_") {
            return self.logic(id, function, parts, &found);
        }
        let mut fitting = Vec::new();
        let mut result: Option<Type> = None;
        for overload in function.overloads.iter().filter(|overload| overload.form == form) {
            if overload.parameters.len() != found.len() {
                continue;
            }
            let mut parameters = HashMap::new();
            let wanted: Vec<Type> =
                overload.parameters.iter().map(|kind| self.instantiate(kind, &mut parameters)).collect();
            if !self.substitution.assign_all(&found, &wanted) {
                continue;
            }
            fitting.push(Arc::clone(overload));
            let kind = self.instantiate(&overload.result, &mut parameters);
            let kind = self.substitution.resolve(&kind, false);
            result = Some(match result {
                Some(before) if before != Type::Dyn && before != kind => Type::Dyn,
                Some(before) => before,
                None => kind,
            });
        }
        let Some(result) = result else {
            let shown: Vec<String> =
                found.iter().map(|kind| self.substitution.resolve(kind, true).to_string()).collect();
            if !found.contains(&Type::Error) {
                let arguments = shown.join(", ");
                self.error(id, TypeError::NoOverload { function: function.name.clone(), arguments });
            }
            return Type::Error;
        };
        self.references.insert(
            id,
            Reference::Function { function: Arc::clone(function), overloads: fitting, qualified },
        );
        result
    }

    fn logic(&mut self, id: ExprId, function: &Arc<Function>, parts: &[ExprId], found: &[Type]) -> Type {
        for (part, kind) in parts.iter().zip(found) {
            if !self.substitution.assign(kind, &Type::Bool) {
                let found = self.substitution.resolve(kind, true);
                self.error(*part, TypeError::Mismatch { expected: Type::Bool, found });
            }
        }
        let overloads = function.overloads.clone();
        self.references
            .insert(id, Reference::Function { function: Arc::clone(function), overloads, qualified: false });
        Type::Bool
    }

    /// A type of a signature with variables in place of its parameters.
    fn instantiate(&mut self, kind: &Type, parameters: &mut HashMap<SmolStr, Type>) -> Type {
        match kind {
            Type::Parameter(name) => {
                parameters.entry(name.clone()).or_insert_with(|| self.substitution.fresh()).clone()
            }
            other => other.with(&mut |part| self.instantiate(part, parameters)),
        }
    }

    fn join(&mut self, before: Option<Type>, kind: Type) -> Type {
        match before {
            None => kind,
            Some(before) if self.substitution.assign(&before, &kind) => {
                self.substitution.most_general(&before, &kind)
            }
            Some(_) => Type::Dyn,
        }
    }

    /// The type of an optional item, which stands for its value.
    fn unwrapped(&mut self, id: ExprId, kind: Type) -> Type {
        match self.substitution.resolve(&kind, false) {
            Type::Optional(inner) => Type::clone(&inner),
            Type::Dyn | Type::Error => Type::Dyn,
            found @ Type::Variable(_) => {
                let inner = self.substitution.fresh();
                self.substitution.assign(&found, &Type::optional(inner.clone()));
                inner
            }
            found => {
                self.error(id, TypeError::Mismatch { expected: Type::optional(found.clone()), found });
                Type::Error
            }
        }
    }

    fn list(&mut self, items: &[(ExprId, bool)]) -> Type {
        let mut joined = None;
        for (item, optional) in items {
            let mut kind = self.check(*item);
            if *optional {
                kind = self.unwrapped(*item, kind);
            }
            joined = Some(self.join(joined, kind));
        }
        Type::list(joined.unwrap_or_else(|| self.substitution.fresh()))
    }

    fn map(&mut self, id: ExprId) -> Type {
        let Expr::Map(entries) = self.ast.node(id) else { return Type::Error };
        let (mut keys, mut values) = (None, None);
        for entry in entries {
            let key = self.check(entry.key);
            keys = Some(self.join(keys, key));
            let mut value = self.check(entry.value);
            if entry.optional {
                value = self.unwrapped(entry.value, value);
            }
            values = Some(self.join(values, value));
        }
        let key = keys.unwrap_or_else(|| self.substitution.fresh());
        Type::map(key, values.unwrap_or_else(|| self.substitution.fresh()))
    }

    fn message(&mut self, id: ExprId) -> Type {
        let Expr::Struct { name, fields } = self.ast.node(id) else { return Type::Error };
        let name = SmolStr::new(name.trim_start_matches('.'));
        let declared = self.environment.struct_type(&name);
        if declared.is_none() {
            self.error(id, TypeError::NotMessage(name.clone()));
        }
        for field in fields {
            let found = self.check(field.value);
            let Some(declared) = &declared else { continue };
            let Some(mut wanted) = declared.field(&field.name) else {
                let error = TypeError::NoField { name: name.clone(), field: field.name.clone() };
                self.errors.push((field.span, error));
                continue;
            };
            if field.optional {
                wanted = Type::optional(wanted);
            }
            if !self.substitution.assign(&found, &wanted) {
                let found = self.substitution.resolve(&found, true);
                self.error(field.value, TypeError::Mismatch { expected: wanted, found });
            }
        }
        if declared.is_some() { Type::Struct(name) } else { Type::Error }
    }

    fn comprehension(&mut self, fold: &Comprehension) -> Type {
        let range = self.check(fold.range);
        let accumulator = self.check(fold.initial);
        let range = self.substitution.resolve(&range, false);
        let (first, second) = match &range {
            Type::List(item) if fold.second_variable.is_some() => (Type::Int, Type::clone(item)),
            Type::List(item) => (Type::clone(item), Type::Dyn),
            Type::Map(key, value) => (Type::clone(key), Type::clone(value)),
            Type::Dyn | Type::Error => (Type::Dyn, Type::Dyn),
            Type::Variable(_) => {
                self.substitution.assign(&range, &Type::Dyn);
                (Type::Dyn, Type::Dyn)
            }
            other => {
                self.error(fold.range, TypeError::NotIterable(other.clone()));
                (Type::Error, Type::Error)
            }
        };
        self.scopes.push((fold.accumulator.clone(), accumulator.clone()));
        let depth = self.scopes.len();
        self.scopes.push((fold.variable.clone(), first));
        if let Some(name) = &fold.second_variable {
            self.scopes.push((name.clone(), second));
        }
        let condition = self.check(fold.condition);
        if !self.substitution.assign(&condition, &Type::Bool) {
            let found = self.substitution.resolve(&condition, true);
            self.error(fold.condition, TypeError::Mismatch { expected: Type::Bool, found });
        }
        let step = self.check(fold.step);
        if !self.substitution.assign(&step, &accumulator) {
            let expected = self.substitution.resolve(&accumulator, true);
            let found = self.substitution.resolve(&step, true);
            self.error(fold.step, TypeError::Mismatch { expected, found });
        }
        self.scopes.truncate(depth);
        let result = self.check(fold.result);
        self.scopes.pop();
        self.substitution.resolve(&result, false)
    }
}

/// The type of an optional; one of an optional is that.
fn optional(kind: Type) -> Type {
    if matches!(kind, Type::Optional(_)) { kind } else { Type::optional(kind) }
}

fn literal(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::UInt(_) => Type::UInt,
        Value::Double(_) => Type::Double,
        Value::String(_) => Type::String,
        Value::Bytes(_) => Type::Bytes,
        _ => Type::Dyn,
    }
}
