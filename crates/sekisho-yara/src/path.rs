//! What conditions ask of modules: fields, members, entries and functions, with the kinds of what they give.

use crate::condition::Parsed;
use crate::module::{Kind, Member, Module};
use crate::parser::{Parser, Stop};
use crate::pattern::compiled;
use crate::rule::{Argument, Expression, Items, Quantifier};
use crate::token::Token;

/// The most arguments of a function.
const MOST_ARGUMENTS: usize = 16;

/// What a module gives that is more than a number or text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    module: Module,
    kind: &'static Kind,
}

/// An expression, and its shape.
type Shaped = (Expression, Option<Shape>);

impl Parser<'_, '_> {
    /// The place of the variable of this name; the innermost loop's counts.
    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.variables.iter().rposition(|(known, _)| known == name)
    }

    /// A number or text that begins with a variable.
    pub(crate) fn scalar_of_variable(&mut self, slot: usize) -> Parsed {
        let found = self.of_variable(slot)?;
        scalar(found)
    }

    /// A number or text that begins with a module, whose name is passed.
    pub(crate) fn scalar_of_module(&mut self, module: Module) -> Parsed {
        let found = self.of_module(module)?;
        scalar(found)
    }

    /// What `with` names, whatever its kind is.
    pub(crate) fn value_of_any_kind(&mut self) -> Parsed<Shaped> {
        let (begun, token) = (self.lexer.clone(), self.token.clone());
        if let Some(found) = self.path()?
            && (self.is_sign(",") || self.is_sign(":"))
        {
            return Ok(found);
        }
        (self.lexer, self.token) = (begun, token);
        Ok((self.binary(1)?, None))
    }

    /// A loop through a list or map of a module.
    pub(crate) fn loop_of_module(&mut self, quantifier: Quantifier, names: Vec<String>) -> Parsed {
        let path = self.path()?;
        let (items, shape) = path.ok_or_else(|| self.unexpected("`(` or a list of a module"))?;
        let shapes = match (shape, names.len()) {
            (Some(Shape { module, kind: Kind::List(kind) }), 1) => vec![Shape::of(module, kind)],
            (Some(Shape { module, kind: Kind::Map(kind) }), 2) => vec![None, Shape::of(module, kind)],
            _ => {
                return Err(self
                    .lexer
                    .error("a loop goes through lists with one variable, maps with two")
                    .into());
            }
        };
        let outer = self.variables.len();
        self.variables.extend(names.into_iter().zip(shapes));
        let body = self.body()?;
        self.variables.truncate(outer);
        Ok(Expression::ForItems(quantifier, Items::Of(Box::new(items)), body))
    }

    /// What begins with a module or variable; none where something else stands.
    fn path(&mut self) -> Parsed<Option<Shaped>> {
        let Token::Word(word) = self.token.clone() else { return Ok(None) };
        if let Some(slot) = self.slot(&word) {
            self.advance()?;
            return self.of_variable(slot).map(Some);
        }
        let Some(module) = Module::named(&word) else { return Ok(None) };
        self.advance()?;
        self.of_module(module).map(Some)
    }

    fn of_variable(&mut self, slot: usize) -> Parsed<Shaped> {
        let shape = self.variables.get(slot).and_then(|(_, shape)| *shape);
        self.steps(Expression::Variable(slot), shape)
    }

    fn of_module(&mut self, module: Module) -> Parsed<Shaped> {
        self.expect(".")?;
        let name = self.member_name()?;
        if let Some(value) = module.constant(&name) {
            return Ok((Expression::Literal(crate::value::Value::Integer(value)), None));
        }
        let (place, (name, kind)) = found(module.members(), &name).ok_or_else(|| unknown(module, &name))?;
        if let Kind::Function = kind {
            return Ok((self.function(module, name, None)?, None));
        }
        self.steps(Expression::Field(module, place), Shape::of(module, kind))
    }

    /// Members and entries of what is there.
    fn steps(&mut self, mut expression: Expression, shape: Option<Shape>) -> Parsed<Shaped> {
        let Some(Shape { module, mut kind }) = shape else { return Ok((expression, None)) };
        loop {
            match kind {
                Kind::List(inner) | Kind::Map(inner) if self.passes("[")? => {
                    let index = self.binary(1)?;
                    self.expect("]")?;
                    expression = Expression::Index(Box::new(expression), Box::new(index));
                    kind = inner;
                }
                Kind::Structure(members) if self.passes(".")? => {
                    let name = self.member_name()?;
                    let (place, (name, inner)) =
                        found(members, &name).ok_or_else(|| unknown(module, &name))?;
                    if let Kind::Function = inner {
                        let receiver = Some(Box::new(expression));
                        return Ok((self.function(module, name, receiver)?, None));
                    }
                    expression = Expression::Member(Box::new(expression), place);
                    kind = inner;
                }
                kind => return Ok((expression, Shape::of(module, kind))),
            }
        }
    }

    fn member_name(&mut self) -> Parsed<String> {
        match self.advance()? {
            Token::Word(name) => Ok(name),
            _ => Err(self.lexer.error("a name belongs behind `.`").into()),
        }
    }

    fn function(&mut self, module: Module, name: &'static str, receiver: Option<Box<Expression>>) -> Parsed {
        if !self.is_sign("(") {
            let reason = format!("`{}.{name}` is a function, which is called with `()`", module.name());
            return Err(Stop::Omitted(reason));
        }
        self.advance()?;
        let mut arguments = Vec::new();
        while !self.is_sign(")") {
            if arguments.len() >= MOST_ARGUMENTS {
                return Err(self.lexer.error("a function has too many arguments").into());
            }
            arguments.push(match self.token.clone() {
                Token::Regex(source, any_case, dot_all) => {
                    self.advance()?;
                    let regex = compiled(&source, any_case, dot_all);
                    Argument::Regex(regex.map_err(|reason| self.lexer.error(reason))?)
                }
                _ => Argument::Value(self.expression()?),
            });
            if !self.passes(",")? {
                break;
            }
        }
        self.expect(")")?;
        Ok(Expression::Ask(module, name, receiver, arguments))
    }
}

impl Shape {
    fn of(module: Module, kind: &'static Kind) -> Option<Self> {
        (!matches!(kind, Kind::Scalar | Kind::Function)).then_some(Self { module, kind })
    }
}

fn found(members: &'static [Member], name: &str) -> Option<(usize, &'static Member)> {
    members.iter().enumerate().find(|(_, (known, _))| *known == name)
}

fn unknown(module: Module, name: &str) -> Stop {
    Stop::Omitted(format!("`{name}` of the module `{}` is not evaluated", module.name()))
}

fn scalar((expression, shape): Shaped) -> Parsed {
    match shape {
        None => Ok(expression),
        Some(Shape { module, .. }) => Err(Stop::Omitted(format!(
            "it takes a table of the module `{}` for a number or text",
            module.name()
        ))),
    }
}
