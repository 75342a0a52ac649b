//! The tree that a template's text is parsed into.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use sekisho_manifest::SourceId;
use smol_str::SmolStr;

use crate::functions::Function;
use crate::operation::complex::Complex;
use crate::template::ErrorPlace;
use crate::value::{Site, Text, Value};

/// A text that templates were parsed from.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name in messages.
    pub(crate) name: SmolStr,
    /// The source that places point into.
    pub(crate) id: SourceId,
    /// The text.
    pub(crate) text: Arc<str>,
    /// For a text that a template gave to `tpl`: where its bytes come from.
    pub(crate) given: Option<Text>,
}

/// A template: the body of a file or of a definition.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: SmolStr,
    pub(crate) source: Rc<Source>,
    pub(crate) body: Rc<Body>,
}

/// A sequence of nodes.
pub(crate) type Body = Vec<Node>;

/// A text or an action; offsets are bytes of the source.
#[derive(Debug)]
pub(crate) enum Node {
    Text(Range<usize>),
    Action(Action),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template(Invocation),
    Break,
    Continue,
}

#[derive(Debug)]
pub(crate) struct Action {
    /// Where its `{{` stands.
    pub(crate) open: usize,
    pub(crate) pipe: Pipe,
}

/// An `if`, `with` or `range` with its `else if` and `else with`.
#[derive(Debug)]
pub(crate) struct Branch {
    /// INVARIANT: at least one, and of a `range` exactly one.
    pub(crate) arms: Vec<Arm>,
    pub(crate) otherwise: Option<Body>,
}

#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) pipe: Pipe,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) open: usize,
    pub(crate) offset: usize,
    pub(crate) name: SmolStr,
    pub(crate) pipe: Option<Pipe>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) offset: usize,
    pub(crate) variables: Vec<SmolStr>,
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// INVARIANT: at least one operand.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) offset: usize,
    pub(crate) first: Operand,
    pub(crate) rest: Vec<Operand>,
}

#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) offset: usize,
    pub(crate) kind: OperandKind,
}

#[derive(Debug)]
pub(crate) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Number>),
    /// A text, and how it is written.
    Text {
        quoted: SmolStr,
        value: Value,
    },
    /// Field names below dot.
    Field(Vec<SmolStr>),
    /// A variable with its `$`, and field names below it.
    Variable(SmolStr, Vec<SmolStr>),
    Function(&'static Function),
    /// Field names below what an operand yields.
    Chain(Box<Operand>, Vec<SmolStr>),
    Pipe(Box<Pipe>),
}

/// A number: how it is written and what it is as a value of each kind that can hold it.
#[derive(Debug, Clone)]
pub(crate) struct Number {
    pub(crate) text: SmolStr,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<Complex>,
}

/// What a message shows as the place of an error.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spot<'t> {
    Start,
    Invocation(&'t Invocation),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Operand(&'t Operand),
}

impl Spot<'_> {
    pub(crate) fn offset(self) -> usize {
        match self {
            Self::Start => 0,
            Self::Invocation(invocation) => invocation.offset,
            Self::Pipe(pipe) => pipe.offset,
            Self::Command(command) => command.offset,
            Self::Operand(operand) => operand.offset,
        }
    }
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => Ok(()),
            Self::Invocation(invocation) => write!(f, "{invocation}"),
            Self::Pipe(pipe) => write!(f, "{pipe}"),
            Self::Command(command) => write!(f, "{command}"),
            Self::Operand(operand) => write!(f, "{operand}"),
        }
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{template {}", sekisho_go::quote::quote(&self.name))?;
        if let Some(pipe) = &self.pipe {
            write!(f, " {pipe}")?;
        }
        f.write_str("}}")
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, variable) in self.variables.iter().enumerate() {
            write!(f, "{}{variable}", if index > 0 { ", " } else { "" })?;
        }
        if !self.variables.is_empty() {
            f.write_str(if self.assigns { " = " } else { " := " })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            write!(f, "{}{command}", if index > 0 { " | " } else { "" })?;
        }
        Ok(())
    }
}

impl Command {
    pub(crate) fn operands(&self) -> impl Iterator<Item = &Operand> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.operands().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match &operand.kind {
                OperandKind::Pipe(pipe) => write!(f, "({pipe})")?,
                _ => write!(f, "{operand}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = match &self.kind {
            OperandKind::Dot => return f.write_str("."),
            OperandKind::Nil => return f.write_str("nil"),
            OperandKind::Bool(value) => return write!(f, "{value}"),
            OperandKind::Number(number) => return f.write_str(&number.text),
            OperandKind::Text { quoted, .. } => return f.write_str(quoted),
            OperandKind::Function(function) => return f.write_str(function.name),
            OperandKind::Pipe(pipe) => return write!(f, "{pipe}"),
            OperandKind::Field(fields) => fields,
            OperandKind::Variable(name, fields) => {
                f.write_str(name)?;
                fields
            }
            OperandKind::Chain(below, fields) => {
                match &below.kind {
                    OperandKind::Pipe(pipe) => write!(f, "({pipe})")?,
                    _ => write!(f, "{below}")?,
                }
                fields
            }
        };
        fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}

impl Source {
    /// An offset, as messages show it.
    pub(crate) fn place(&self, offset: usize) -> ErrorPlace {
        let before = self.text.get(..offset).unwrap_or(&self.text).as_bytes();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let breaks = memchr::memchr_iter(b'\n', before).count();
        ErrorPlace {
            name: self.name.clone(),
            line: breaks + 1,
            column: before.len() - line_start,
            site: self.site(offset),
        }
    }

    /// The byte of a source that stands for an offset.
    pub(crate) fn site(&self, offset: usize) -> Option<Site> {
        match &self.given {
            Some(text) => text.origin_at(offset).site,
            None => Some(Site { source: self.id, offset: u32::try_from(offset).unwrap_or(u32::MAX) }),
        }
    }
}
