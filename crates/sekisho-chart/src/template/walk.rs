//! The evaluation of texts, actions and blocks.

use super::ast::{Arm, Body, Branch, Invocation, Node, Spot};
use super::frame::{Frame, Held};
use super::machine::{Machine, Outcome};
use crate::operation::format;
use crate::value::{Data, HostKind, Origin, Text, TextBuilder, Type, Value};

/// How a list of nodes was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl Machine<'_> {
    pub(super) fn walk<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        body: &'t Body,
        out: &mut TextBuilder,
    ) -> Outcome<Flow> {
        self.enter()?;
        let mut flow = Flow::Next;
        for node in body {
            self.charge(1)?;
            flow = match node {
                Node::Text(range) => {
                    self.allocate(range.len())?;
                    write_literal(frame, range, out);
                    Flow::Next
                }
                Node::Action(action) => {
                    frame.action = action.open;
                    let value = self.eval_pipe(frame, dot, &action.pipe)?;
                    if action.pipe.variables.is_empty() {
                        self.print(frame, &value.value, out)?;
                    }
                    Flow::Next
                }
                Node::If(branch) => self.walk_branch(frame, dot, branch, false, out)?,
                Node::With(branch) => self.walk_branch(frame, dot, branch, true, out)?,
                Node::Range(branch) => self.walk_range(frame, dot, branch, out)?,
                Node::Template(invocation) => {
                    self.walk_template(frame, dot, invocation, out)?;
                    Flow::Next
                }
                Node::Break => Flow::Break,
                Node::Continue => Flow::Continue,
            };
            if flow != Flow::Next {
                break;
            }
        }
        self.leave();
        Ok(flow)
    }

    fn walk_branch<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        branch: &'t Branch,
        sets_dot: bool,
        out: &mut TextBuilder,
    ) -> Outcome<Flow> {
        let mark = frame.variables.len();
        for arm in &branch.arms {
            frame.action = arm.pipe.offset;
            let value = self.eval_pipe(frame, dot, &arm.pipe)?;
            if value.value.truth() {
                let dot = if sets_dot { &value } else { dot };
                let flow = self.walk(frame, dot, &arm.body, out)?;
                frame.variables.truncate(mark);
                return Ok(flow);
            }
        }
        let flow = match &branch.otherwise {
            Some(body) => self.walk(frame, dot, body, out)?,
            None => Flow::Next,
        };
        frame.variables.truncate(mark);
        Ok(flow)
    }

    fn walk_range<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        branch: &'t Branch,
        out: &mut TextBuilder,
    ) -> Outcome<Flow> {
        let Some(arm) = branch.arms.first() else {
            return Ok(Flow::Next);
        };
        let mark = frame.variables.len();
        frame.action = arm.pipe.offset;
        let value = self.eval_pipe(frame, dot, &arm.pipe)?;
        let ran = self.iterate(frame, &value.value, arm, out)?;
        let flow = match &branch.otherwise {
            // The variables of the pipeline are still there.
            Some(body) if !ran => self.walk(frame, dot, body, out)?,
            _ => Flow::Next,
        };
        frame.variables.truncate(mark);
        Ok(flow)
    }

    /// Runs the body of a `range` once for each item; tells whether there was any.
    fn iterate<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        value: &Value,
        arm: &'t Arm,
        out: &mut TextBuilder,
    ) -> Outcome<bool> {
        let mut ran = false;
        match &value.data {
            Data::Absent | Data::Nil => {}
            Data::Int(_, _) | Data::Uint(_, _) => {
                if arm.pipe.variables.len() > 1 {
                    let shown = format::show(value);
                    let message = format!("can't use {shown} to iterate over more than one variable");
                    return Self::fail(frame, message);
                }
                let mut next = 0;
                loop {
                    let item = match value.data {
                        Data::Int(count, kind) if i64::try_from(next).is_ok_and(|next| next < count) => {
                            Data::Int(i64::try_from(next).unwrap_or(count), kind)
                        }
                        Data::Uint(count, kind) if next < count => Data::Uint(next, kind),
                        _ => break,
                    };
                    next += 1;
                    ran = true;
                    if !self.iteration(frame, arm, Held::ABSENT, Held::plain(item.into()), out)? {
                        break;
                    }
                }
            }
            Data::List(list) => {
                let is_boxed = *list.element() == Type::Any;
                for (index, item) in list.items().iter().enumerate() {
                    ran = true;
                    let index = Held::plain(index_value(index));
                    let item = Held { value: item.clone(), is_boxed };
                    if !self.iteration(frame, arm, index, item, out)? {
                        break;
                    }
                }
            }
            Data::Bytes(bytes) => {
                for (index, byte) in bytes.iter().enumerate() {
                    ran = true;
                    let item = Data::Uint((*byte).into(), crate::value::UintType::Uint8).into();
                    let index = Held::plain(index_value(index));
                    if !self.iteration(frame, arm, index, Held::plain(item), out)? {
                        break;
                    }
                }
            }
            Data::Map(map) => {
                let is_boxed = *map.element() == Type::Any;
                for (key, item) in map.snapshot() {
                    ran = true;
                    let mut name = Text::from(key);
                    if let Some(key) = item.origin_key() {
                        name = name.with_key(key);
                    }
                    let item = Held { value: item, is_boxed };
                    if !self.iteration(frame, arm, Held::plain(name.into()), item, out)? {
                        break;
                    }
                }
            }
            Data::Host(host) if host.kind() != HostKind::Struct => {
                for (index, (key, item)) in host.entries().into_iter().enumerate() {
                    ran = true;
                    let key = match host.kind() {
                        HostKind::List => index_value(index),
                        _ => Value::text(key),
                    };
                    if !self.iteration(frame, arm, Held::plain(key), Held::plain(item), out)? {
                        break;
                    }
                }
            }
            _ => {
                let message = format!("range can't iterate over {}", format::show(value));
                return Self::fail(frame, message);
            }
        }
        Ok(ran)
    }

    /// Runs the body of a `range` for one item; tells whether to go on.
    fn iteration<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        arm: &'t Arm,
        index: Held,
        item: Held,
        out: &mut TextBuilder,
    ) -> Outcome<bool> {
        self.charge(1)?;
        let pipe = &arm.pipe;
        match (pipe.variables.as_slice(), pipe.assigns) {
            ([], _) => {}
            ([one], true) => Self::assign(frame, one, item.clone())?,
            ([first, second, ..], true) => {
                Self::assign(frame, first, index)?;
                Self::assign(frame, second, item.clone())?;
            }
            (names, false) => {
                frame.set_top(1, item.clone());
                if names.len() > 1 {
                    frame.set_top(2, index);
                }
            }
        }
        let mark = frame.variables.len();
        let flow = self.walk(frame, &item, &arm.body, out)?;
        frame.variables.truncate(mark);
        Ok(flow != Flow::Break)
    }

    pub(super) fn assign(frame: &mut Frame<'_>, name: &str, value: Held) -> Outcome<()> {
        if frame.assign(name, value) {
            return Ok(());
        }
        Self::fail(frame, format!("undefined variable: {name}"))
    }

    fn walk_template<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        invocation: &'t Invocation,
        out: &mut TextBuilder,
    ) -> Outcome<()> {
        frame.action = invocation.open;
        frame.spot = Spot::Invocation(invocation);
        let Some(template) = self.lookup(&invocation.name) else {
            let name = sekisho_go::quote::quote(&invocation.name);
            return Self::fail(frame, format!("template {name} not defined"));
        };
        let dot = match &invocation.pipe {
            Some(pipe) => self.eval_pipe(frame, dot, pipe)?,
            None => Held::ABSENT,
        };
        let mut inner = Frame::new(&template, dot.clone());
        inner.through = if frame.is_root { frame.site() } else { frame.through };
        self.walk(&mut inner, &dot, &template.body, out)?;
        Ok(())
    }

    fn print(&mut self, frame: &Frame<'_>, value: &Value, out: &mut TextBuilder) -> Outcome<()> {
        let origin = frame.origin();
        match &value.data {
            Data::Absent => out.push_bytes(b"<no value>", &origin),
            Data::Text(text) => {
                self.allocate(text.len())?;
                let through = if frame.is_root { origin.site } else { frame.through };
                out.push_printed(text, &origin, through);
            }
            _ => {
                let own = if let Data::Host(host) = &value.data { host.printed() } else { None };
                let shown = match own {
                    Some(shown) => shown,
                    None => format::display(value, &mut |bytes| self.allocate(bytes))?,
                };
                let key = value.key.clone().or_else(|| origin.key.clone());
                out.push_bytes(shown.as_bytes(), &Origin { key, ..origin });
            }
        }
        Ok(())
    }
}

fn index_value(index: usize) -> Value {
    Value::int(i64::try_from(index).unwrap_or(i64::MAX))
}

fn write_literal(frame: &Frame<'_>, range: &std::ops::Range<usize>, out: &mut TextBuilder) {
    let source = &frame.template.source;
    if let Some(given) = &source.given {
        out.push_slice(given, range.clone());
        return;
    }
    let text = source.text.get(range.clone()).unwrap_or("");
    let site = source.site(range.start);
    out.push_bytes(text.as_bytes(), &Origin { site, through: frame.through, key: None, is_literal: true });
}
