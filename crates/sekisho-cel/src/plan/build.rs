//! Tree, with or without types → plan.

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{Attribute, Branches, Call, Fold, Kind, Node, Qualifier, QualifierKey, Root};
use crate::budget::{Budget, Meter};
use crate::cost::runtime::Rule;
use crate::environment::Environment;
use crate::error::Failure;
use crate::syntax::ast::{Ast, Expr, ExprId, Span};
use crate::types::check::Checked;
use crate::types::declaration::{Code, Form, Function, Overload};
use crate::types::reference::Reference;
use crate::value::Value;
use crate::value::map::{Key, Map};

/// The most nodes of a plan; macros that use a part twice can make it larger than the tree.
const LARGEST: usize = 200_000;

/// Functions that turn a value into another type, which are folded for constants.
const CONVERSIONS: [&str; 10] =
    ["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"];

/// Why a tree makes no plan.
#[derive(Debug)]
pub(crate) enum BuildError {
    /// The plan would be too large.
    TooLarge,
    /// A constant has no value in the type that it is converted to.
    Constant(Span, Failure),
}

pub(crate) struct Builder<'a> {
    ast: &'a Ast,
    checked: Option<&'a Checked>,
    environment: &'a Environment,
    /// The variables of the folds around, innermost last; none for a place that has no name.
    locals: Vec<SmolStr>,
    nodes: usize,
}

/// Makes the plan of an expression.
pub(crate) fn build(
    ast: &Ast,
    checked: Option<&Checked>,
    environment: &Environment,
) -> Result<Node, BuildError> {
    Builder { ast, checked, environment, locals: Vec::new(), nodes: 0 }.node(ast.root())
}

impl Builder<'_> {
    fn node(&mut self, id: ExprId) -> Result<Node, BuildError> {
        self.nodes += 1;
        if self.nodes > LARGEST {
            return Err(BuildError::TooLarge);
        }
        let kind = match self.ast.node(id) {
            Expr::Literal(value) => Kind::Constant(value.clone()),
            Expr::Ident(name) => self.ident(id, name),
            Expr::Select { operand, field, test } => self.select(id, *operand, field, *test)?,
            Expr::Call { target, function, arguments } => self.call(id, *target, function, arguments)?,
            Expr::List(items) => self.list(items)?,
            Expr::Map(_) => self.map(id)?,
            Expr::Struct { name, fields } => {
                let mut built = Vec::with_capacity(fields.len());
                for field in fields {
                    built.push((field.name.clone(), self.node(field.value)?, field.optional));
                }
                Kind::Struct { name: name.trim_start_matches('.').into(), fields: built }
            }
            Expr::Comprehension(_) => self.fold(id)?,
        };
        Ok(Node { span: self.ast.span(id), kind })
    }

    fn reference(&self, id: ExprId) -> Option<&Reference> {
        self.checked.and_then(|checked| checked.reference(id))
    }

    fn local(&self, name: &str) -> Option<usize> {
        self.locals.iter().rposition(|known| known == name)
    }

    fn ident(&self, id: ExprId, name: &str) -> Kind {
        if let Some(place) = self.local(name) {
            return root(Root::Local(place));
        }
        let name = name.trim_start_matches('.');
        match self.reference(id) {
            Some(Reference::Constant(value)) => Kind::Constant(value.clone()),
            Some(_) => root(Root::Variable(vec![(name.into(), 0)])),
            None => match self.environment.resolve(name) {
                Some((Reference::Constant(value), _)) => Kind::Constant(value),
                _ => root(Root::Variable(vec![(name.into(), 0)])),
            },
        }
    }

    fn select(
        &mut self,
        id: ExprId,
        operand: ExprId,
        field: &SmolStr,
        test: bool,
    ) -> Result<Kind, BuildError> {
        match self.reference(id) {
            Some(Reference::Constant(value)) => return Ok(Kind::Constant(value.clone())),
            Some(Reference::Variable(name)) => return Ok(root(Root::Variable(vec![(name.clone(), 0)]))),
            _ => {}
        }
        let full = self.ast.qualified_name(id).filter(|_| {
            self.checked.is_none() && self.ast.first_name(id).is_none_or(|first| self.local(first).is_none())
        });
        if let Some(full) = &full
            && let Some((Reference::Constant(value), _)) =
                self.environment.resolve(full.trim_start_matches('.'))
        {
            return Ok(Kind::Constant(value));
        }
        let mut attribute = self.attribute(operand)?;
        let key = QualifierKey::Constant(Value::String(field.clone()));
        let span = self.ast.span(id);
        attribute.qualifiers.push(Qualifier { span, key, optional: false });
        if let (Some(full), Root::Variable(candidates)) = (full, &mut attribute.root) {
            // Unchecked, the longest name that is bound counts.
            candidates.insert(0, (full.trim_start_matches('.').into(), attribute.qualifiers.len()));
        }
        attribute.test = test;
        Ok(Kind::Attribute(Box::new(attribute)))
    }

    /// The operand of a selection, as an attribute that can take more qualifiers.
    fn attribute(&mut self, operand: ExprId) -> Result<Attribute, BuildError> {
        let node = self.node(operand)?;
        Ok(match node.kind {
            Kind::Attribute(attribute) if !attribute.test => *attribute,
            _ => Attribute { root: Root::Relative(Box::new(node)), qualifiers: Vec::new(), test: false },
        })
    }

    fn call(
        &mut self,
        id: ExprId,
        target: Option<ExprId>,
        name: &SmolStr,
        arguments: &[ExprId],
    ) -> Result<Kind, BuildError> {
        match (name.as_str(), arguments) {
            ("_&&_", terms) => return Ok(Kind::And(self.nodes(terms)?)),
            ("_||_", terms) => return Ok(Kind::Or(self.nodes(terms)?)),
            ("@not_strictly_false", [term]) => {
                return Ok(Kind::NotStrictlyFalse(Box::new(self.node(*term)?)));
            }
            ("_?_:_", [condition, truthy, falsy]) => {
                let condition = self.node(*condition)?;
                let truthy = self.node(*truthy)?;
                return Ok(root(Root::Either(Box::new(Branches {
                    condition,
                    truthy,
                    falsy: self.node(*falsy)?,
                }))));
            }
            ("_[_]" | "_[?_]" | "_?._", [operand, key]) => {
                let mut attribute = self.attribute(*operand)?;
                let key = self.node(*key)?;
                let span = self.ast.span(id);
                let key = match key.kind {
                    Kind::Constant(value) => QualifierKey::Constant(value),
                    _ => QualifierKey::Computed(key),
                };
                attribute.qualifiers.push(Qualifier { span, key, optional: name != "_[_]" });
                return Ok(Kind::Attribute(Box::new(attribute)));
            }
            _ => {}
        }
        let (function, overloads, form) = self.function(id, target, name, arguments.len());
        let mut parts = Vec::with_capacity(arguments.len() + 1);
        if let Some(target) = target.filter(|_| form == Form::Member) {
            parts.push(self.node(target)?);
        }
        parts.extend(self.nodes(arguments)?);
        let overload = match overloads.as_slice() {
            [only] => Some(Arc::clone(only)),
            _ => None,
        };
        self.finish(self.ast.span(id), function, overload, form, parts)
    }

    fn nodes(&mut self, ids: &[ExprId]) -> Result<Vec<Node>, BuildError> {
        ids.iter().map(|id| self.node(*id)).collect()
    }

    /// What a call calls: the function, the overloads that the checker found, and how.
    fn function(
        &self,
        id: ExprId,
        target: Option<ExprId>,
        name: &str,
        arguments: usize,
    ) -> (Option<Arc<Function>>, Vec<Arc<Overload>>, Form) {
        if let Some(Reference::Function { function, overloads, qualified }) = self.reference(id) {
            let form = if target.is_some() && !qualified { Form::Member } else { Form::Global };
            return (Some(Arc::clone(function)), overloads.clone(), form);
        }
        if let Some(qualifier) = target.and_then(|target| self.ast.qualified_name(target)) {
            let full = format!("{}.{name}", qualifier.trim_start_matches('.'));
            if let Some(function) = self.environment.function(&full) {
                return (Some(function), Vec::new(), Form::Global);
            }
        }
        let form = if target.is_some() { Form::Member } else { Form::Global };
        let function = self.environment.function(name.trim_start_matches('.'));
        let width = arguments + usize::from(form == Form::Member);
        let only = function.as_ref().map_or_else(Vec::new, |function| {
            let fitting =
                |overload: &&Arc<Overload>| overload.form == form && overload.parameters.len() == width;
            function.overloads.iter().filter(fitting).cloned().collect()
        });
        (function, if only.len() == 1 { only } else { Vec::new() }, form)
    }

    fn finish(
        &self,
        span: Span,
        function: Option<Arc<Function>>,
        overload: Option<Arc<Overload>>,
        form: Form,
        mut parts: Vec<Node>,
    ) -> Result<Kind, BuildError> {
        let name = function.as_ref().map_or("", |function| function.name.as_str());
        let id = overload.as_ref().map(|overload| overload.id.as_str());
        match (name, parts.len()) {
            ("or" | "orValue", 2) if form == Form::Member => {
                let unwraps = name == "orValue";
                if let (Some(other), Some(optional)) = (parts.pop(), parts.pop()) {
                    return Ok(Kind::OrElse {
                        optional: Box::new(optional),
                        other: Box::new(other),
                        unwraps,
                        takes_plain: unwraps && self.environment.takes_plain_values,
                    });
                }
            }
            ("@in", 2) if id == Some("in_list") => {
                let among = match parts.get(1).map(|node| &node.kind) {
                    Some(Kind::Constant(Value::List(list))) => constants(list),
                    _ => None,
                };
                if let Some(among) = among {
                    parts.truncate(1);
                    if among.is_empty() {
                        return Ok(Kind::Constant(Value::Bool(false)));
                    }
                    if let Some(value) = parts.pop() {
                        return Ok(Kind::Among(Box::new(value), among));
                    }
                }
            }
            (conversion, 1) if CONVERSIONS.contains(&conversion) => {
                if let (Some(Kind::Constant(value)), Some(function)) =
                    (parts.first().map(|node| &node.kind), &function)
                {
                    match fold_constant(function, overload.as_deref(), value) {
                        Some(Ok(folded)) => return Ok(Kind::Constant(folded)),
                        Some(Err(failure)) if self.environment.strict => {
                            return Err(BuildError::Constant(span, failure));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        let rule = match overload.as_ref().map(|overload| &overload.code) {
            Some(Code::Host { cost, .. }) => Rule::Host(*cost),
            _ => Rule::of(name, id),
        };
        let constant = |node: &Node| matches!(node.kind, Kind::Constant(_));
        let pattern = matches!(name, "matches" | "find" | "findAll") && parts.get(1).is_some_and(constant);
        let ends_early = parts.len() > 2 || pattern;
        Ok(Kind::Call(Box::new(Call { function, form, overload, arguments: parts, rule, ends_early })))
    }

    fn list(&mut self, items: &[(ExprId, bool)]) -> Result<Kind, BuildError> {
        let mut built = Vec::with_capacity(items.len());
        for (item, optional) in items {
            built.push((self.node(*item)?, *optional));
        }
        let constant = |(node, optional): &(Node, bool)| match &node.kind {
            Kind::Constant(value) if !optional => Some(value.clone()),
            _ => None,
        };
        let constants: Option<Vec<Value>> = built.iter().map(constant).collect();
        Ok(constants.map_or(Kind::List(built), |values| Kind::Constant(Value::list(values))))
    }

    fn map(&mut self, id: ExprId) -> Result<Kind, BuildError> {
        let Expr::Map(entries) = self.ast.node(id) else { return Ok(Kind::Map(Vec::new())) };
        let mut built = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = self.node(entry.key)?;
            built.push((key, self.node(entry.value)?, entry.optional));
        }
        let constant = |(key, value, optional): &(Node, Node, bool)| match (&key.kind, &value.kind) {
            (Kind::Constant(key), Kind::Constant(value)) if !optional => Some((key.clone(), value.clone())),
            _ => None,
        };
        let constants: Option<Vec<(Value, Value)>> = built.iter().map(constant).collect();
        Ok(constants.and_then(Map::new).map_or(Kind::Map(built), |map| Kind::Constant(Value::Map(map))))
    }

    fn fold(&mut self, id: ExprId) -> Result<Kind, BuildError> {
        let Expr::Comprehension(fold) = self.ast.node(id) else { return Ok(Kind::Constant(Value::Null)) };
        let range = self.node(fold.range)?;
        let initial = Arc::new(self.node(fold.initial)?);
        let depth = self.locals.len();
        self.locals.push(fold.accumulator.clone());
        // The places of the variables follow that of the accumulator.
        self.locals.push(fold.variable.clone());
        self.locals.push(fold.second_variable.clone().unwrap_or_default());
        let condition = self.node(fold.condition)?;
        let step = self.node(fold.step)?;
        self.locals.truncate(depth + 1);
        let result = self.node(fold.result)?;
        self.locals.truncate(depth);
        let two = fold.second_variable.is_some();
        Ok(Kind::Fold(Box::new(Fold { range, two, initial, condition, step, result })))
    }
}

fn root(root: Root) -> Kind {
    Kind::Attribute(Box::new(Attribute { root, qualifiers: Vec::new(), test: false }))
}

/// The keys that say whether a value is among constants; none where one is no primitive.
fn constants(list: &crate::value::List) -> Option<HashSet<Key>> {
    let mut keys = HashSet::new();
    for value in list.iter() {
        match &value {
            Value::Double(number) if number.is_nan() => return None,
            #[expect(
                clippy::cast_precision_loss,
                reason = "the reference engine compares with the same rounding"
            )]
            Value::Int(number) => drop(keys.insert(Key::Double((*number as f64).to_bits()))),
            #[expect(
                clippy::cast_precision_loss,
                reason = "the reference engine compares with the same rounding"
            )]
            Value::UInt(number) => drop(keys.insert(Key::Double((*number as f64).to_bits()))),
            _ => {}
        }
        let key = Key::of(&value)?;
        keys.extend(key.same().into_iter().flatten());
        keys.insert(key);
    }
    Some(keys)
}

/// The value of a conversion of a constant; none where no overload is for it.
fn fold_constant(
    function: &Function,
    overload: Option<&Overload>,
    value: &Value,
) -> Option<Result<Value, Failure>> {
    let mut meter = Meter::new(Budget::default());
    let values = std::slice::from_ref(value);
    let overload = overload.or_else(|| {
        function
            .overloads
            .iter()
            .map(Arc::as_ref)
            .find(|overload| overload.form == Form::Global && overload.admits(values))
    })?;
    match overload.code {
        Code::Native(code) => Some(code(&mut meter, values)),
        Code::Host { .. } => None,
    }
}
