//! The evaluator: walks templates and writes what they yield.

use std::collections::HashMap;
use std::rc::Rc;

use smol_str::SmolStr;

use super::ast::{Arm, Body, Branch, Invocation, Node, Pipe, Source, Spot, Template};
use super::error::{Caller, FailedAction};
use super::parser::{Bodies, ROOT, is_blank, parse};
use super::quote::quote_bytes;
use super::set::{ROOT_NAME, TemplateSet, without_no_value};
use super::{BudgetError, CallError, Cause, ErrorPlace, ExecuteError, TemplateError, format};
use crate::functions::State;
use crate::value::{Data, HostKind, Origin, Site, Text, TextBuilder, Type, Value};

/// How often a template may be in the midst of being included; Helm's number.
const MAX_INCLUDED: usize = 1_000;

/// What the rendering of one chart may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Steps of evaluation.
    pub steps: u64,
    /// Bytes of text and values made, those that were dropped since too.
    pub bytes: usize,
    /// Nesting of blocks and pipelines, those of templates that call each other added up. The stack of
    /// [`on_deep_stack`](super::on_deep_stack) is made for the default.
    pub depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 50_000_000, bytes: 1 << 30, depth: 40_000 }
    }
}

/// Fails with the place.
pub(super) type Outcome<T> = Result<T, TemplateError>;

/// A value where it is held: by a variable, as dot, between two steps.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) value: Value,
    /// Whether what holds it is of type `interface {}`, which some messages name.
    pub(super) is_boxed: bool,
}

impl Held {
    pub(super) const ABSENT: Self = Self { value: Value::ABSENT, is_boxed: false };

    /// A value of its own type.
    pub(super) fn plain(value: Value) -> Self {
        Self { value, is_boxed: false }
    }

    /// A value of type `interface {}`.
    pub(super) fn boxed(value: Value) -> Self {
        Self { value, is_boxed: true }
    }

    /// The value taken out of its interface: `nil` becomes no value at all.
    fn unboxed(self) -> Self {
        match self.value.data {
            Data::Nil => Self::ABSENT,
            _ => Self::plain(self.value),
        }
    }
}

/// How a list of nodes was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// The execution of one template.
#[derive(Debug)]
pub(super) struct Frame<'t> {
    template: &'t Template,
    /// What is being evaluated, for messages.
    pub(super) spot: Spot<'t>,
    variables: Vec<(SmolStr, Held)>,
    /// The action of the rendered file that called this template.
    through: Option<Site>,
    /// Whether the template is the rendered file itself.
    is_root: bool,
    /// The action that is being evaluated.
    action: usize,
}

impl<'t> Frame<'t> {
    fn new(template: &'t Template, dot: Held) -> Self {
        Self {
            template,
            spot: Spot::Start,
            variables: vec![(ROOT, dot)],
            through: None,
            is_root: false,
            action: 0,
        }
    }

    pub(super) fn site(&self) -> Option<Site> {
        self.template.source.site(self.action)
    }

    /// What the frame is at, as the place of an error.
    fn failed(&self) -> FailedAction {
        FailedAction {
            place: ErrorPlace::new(&self.template.source, self.spot.offset()),
            executing: self.template.name.clone(),
            context: self.spot.to_string(),
        }
    }

    /// Where bytes come from that the current action prints.
    fn origin(&self) -> Origin {
        let source = &self.template.source;
        let key = source.given.as_ref().and_then(|text| text.origin_at(self.action).key);
        Origin { site: self.site(), through: self.through, key, is_literal: false }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Held> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, held)| held)
    }

    fn assign(&mut self, name: &str, value: Held) -> bool {
        match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            Some((_, held)) => {
                *held = value;
                true
            }
            None => false,
        }
    }

    /// Overwrites the variable so many places below the top.
    fn set_top(&mut self, place: usize, value: Held) {
        let index = self.variables.len().checked_sub(place);
        if let Some((_, held)) = index.and_then(|index| self.variables.get_mut(index)) {
            *held = value;
        }
    }
}

/// Templates that a text given to `tpl` defines, in front of those below.
#[derive(Debug)]
struct Overlay {
    templates: Vec<(SmolStr, Rc<Template>)>,
    below: Option<Rc<Self>>,
}

#[derive(Debug)]
pub(super) struct Machine<'s> {
    set: &'s TemplateSet,
    overlay: Option<Rc<Overlay>>,
    /// How often each template is in the midst of being included.
    included: HashMap<SmolStr, usize>,
    /// What texts given to `tpl` were parsed into.
    parsed: HashMap<Vec<u8>, Rc<Bodies>>,
    budget: Budget,
    steps: u64,
    bytes: usize,
    depth: usize,
    pub(super) state: State,
}

impl<'s> Machine<'s> {
    pub(super) fn new(set: &'s TemplateSet, budget: Budget, state: State) -> Self {
        Self {
            set,
            overlay: None,
            included: HashMap::new(),
            parsed: HashMap::new(),
            budget,
            steps: 0,
            bytes: 0,
            depth: 0,
            state,
        }
    }

    pub(super) fn spent(&self) -> (u64, usize) {
        (self.steps, self.bytes)
    }

    pub(super) fn charge(&mut self, steps: u64) -> Result<(), BudgetError> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.budget.steps {
            return Err(BudgetError::Steps { limit: self.budget.steps });
        }
        Ok(())
    }

    pub(super) fn allocate(&mut self, bytes: usize) -> Result<(), BudgetError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.budget.bytes {
            return Err(BudgetError::Bytes { limit: self.budget.bytes });
        }
        Ok(())
    }

    /// Goes one level deeper; the caller comes back by [`leave`](Self::leave).
    pub(super) fn enter(&mut self) -> Result<(), BudgetError> {
        self.depth += 1;
        if self.depth > self.budget.depth {
            return Err(BudgetError::Depth { limit: self.budget.depth });
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Renders a file.
    pub(super) fn render(&mut self, name: &str, data: &Value) -> Result<Text, TemplateError> {
        self.overlay = None;
        self.included.clear();
        self.depth = 0;
        let template = self.lookup(name).ok_or_else(|| not_associated(name))?;
        self.execute(&template, data.clone(), true)
    }

    /// Renders a template into a text of its own.
    fn execute(&mut self, template: &Template, data: Value, is_root: bool) -> Outcome<Text> {
        let dot = Held::boxed(data).unboxed();
        let mut frame = Frame::new(template, dot.clone());
        frame.is_root = is_root;
        let mut out = TextBuilder::new();
        self.walk(&mut frame, &dot, &template.body, &mut out)?;
        Ok(out.finish())
    }

    fn lookup(&self, name: &str) -> Option<Rc<Template>> {
        let mut overlay = self.overlay.as_ref();
        while let Some(layer) = overlay {
            if let Some((_, template)) = layer.templates.iter().find(|(known, _)| known == name) {
                return Some(Rc::clone(template));
            }
            overlay = layer.below.as_ref();
        }
        self.set.get(name).map(Rc::clone)
    }

    /// Renders a template for `include`.
    pub(super) fn include(&mut self, name: &str, data: Value) -> Result<Text, CallError> {
        let count = self.included.entry(name.into()).or_default();
        if *count > MAX_INCLUDED {
            return Err(CallError::Message(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        *count += 1;
        let template = self.lookup(name).ok_or_else(|| not_associated(name))?;
        let text = self.execute(&template, data, false)?;
        if let Some(count) = self.included.get_mut(name) {
            *count -= 1;
        }
        Ok(text)
    }

    /// Renders a text for `tpl`, which an action at `site` calls.
    pub(super) fn tpl(&mut self, text: &Text, data: Value, site: Option<Site>) -> Result<Text, CallError> {
        let prefixed = |prefix: &str, error: TemplateError| match error {
            TemplateError::Budget(error) => CallError::Budget(error),
            error => {
                let prefix = format!("{prefix} {}: ", quote_bytes(text.as_bytes(), '"', false));
                CallError::Template { prefix, error: Box::new(error) }
            }
        };
        let mut given = TextBuilder::with_capacity(text.len());
        if text.as_str().is_some() {
            given.push_printed(text, &Origin { site, ..Origin::default() }, None);
        } else {
            // Offsets count in the text with what is no UTF-8 replaced.
            let origin = Origin { site, key: text.origin_at(0).key, ..Origin::default() };
            given.push_bytes(text.to_str().as_bytes(), &origin);
        }
        let source = Rc::new(Source {
            name: ROOT_NAME.into(),
            id: sekisho_manifest::SourceId::default(),
            text: text.to_str().into(),
            given: Some(given.finish()),
        });
        let bodies = if let Some(bodies) = self.parsed.get(text.as_bytes()) {
            Rc::clone(bodies)
        } else {
            self.charge(text.len() as u64 / 16)?;
            let bodies =
                parse(&source.name, &source).map_err(|error| prefixed("cannot parse template", error))?;
            let bodies = Rc::new(bodies);
            self.parsed.insert(text.as_bytes().to_vec(), Rc::clone(&bodies));
            bodies
        };
        let mut templates = Vec::with_capacity(bodies.len());
        for (name, body) in bodies.iter() {
            if is_blank(body, &source.text) && *name != source.name && self.lookup(name).is_some() {
                continue;
            }
            let template = Template { name: name.clone(), source: Rc::clone(&source), body: Rc::clone(body) };
            templates.push((name.clone(), Rc::new(template)));
        }
        let Some((_, main)) = templates.last().cloned() else {
            return Ok(Text::default());
        };
        let below = self.overlay.clone();
        self.overlay = Some(Rc::new(Overlay { templates, below: below.clone() }));
        let rendered = self.execute(&main, data, false);
        self.overlay = below;
        let rendered =
            rendered.map_err(|error| prefixed("error during tpl function execution for", error))?;
        Ok(without_no_value(rendered))
    }

    /// The error of a failure at the frame's spot.
    pub(super) fn fail<T>(frame: &Frame<'_>, message: impl Into<String>) -> Outcome<T> {
        Err(Self::error(frame, Cause::Message(message.into())))
    }

    /// The error of a failed call at the frame's spot.
    pub(super) fn call_error(frame: &Frame<'_>, function: &str, error: CallError) -> TemplateError {
        let function = SmolStr::new(function);
        match error {
            CallError::Budget(error) => error.into(),
            CallError::Template { prefix, error } => match *error {
                TemplateError::Execute(mut error) => {
                    error.called_by(Caller { action: frame.failed(), function, prefix });
                    TemplateError::Execute(error)
                }
                error => {
                    let error = CallError::Template { prefix, error: Box::new(error) };
                    Self::error(frame, Cause::Calling { function, error })
                }
            },
            error => Self::error(frame, Cause::Calling { function, error }),
        }
    }

    fn error(frame: &Frame<'_>, cause: Cause) -> TemplateError {
        let error = ExecuteError { callers: Vec::new(), failed: frame.failed(), cause };
        TemplateError::Execute(Box::new(error))
    }

    fn walk<'t>(
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

    fn assign(frame: &mut Frame<'_>, name: &str, value: Held) -> Outcome<()> {
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
            let name = super::quote::quote(&invocation.name);
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

    /// Evaluates a pipeline and sets its variables.
    pub(super) fn eval_pipe<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        pipe: &'t Pipe,
    ) -> Outcome<Held> {
        self.enter()?;
        frame.spot = Spot::Pipe(pipe);
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.eval_command(frame, dot, command, value)?.unboxed());
        }
        let value = value.unwrap_or(Held::ABSENT);
        for name in &pipe.variables {
            if pipe.assigns {
                Self::assign(frame, name, value.clone())?;
            } else {
                frame.variables.push((name.clone(), value.clone()));
            }
        }
        self.leave();
        Ok(value)
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
                let shown = format::display(value, &mut |bytes| self.allocate(bytes))?;
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

fn not_associated(name: &str) -> TemplateError {
    TemplateError::NotAssociated { name: name.into(), root: ROOT_NAME.into() }
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
