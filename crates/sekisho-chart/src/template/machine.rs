//! The evaluator: walks templates and writes what they yield.

use std::collections::HashMap;
use std::rc::Rc;

use smol_str::SmolStr;

use sekisho_go::quote::quote_bytes;

use super::ast::{Source, Template};
use super::frame::{Frame, Held};
use super::parser::{Bodies, Dialect, is_blank, parse};
use super::set::{ROOT_NAME, TemplateSet, without_no_value};
use super::{BudgetError, CallError, Cause, ExecuteError, TemplateError};
use crate::call::{Evaluator, State};
use crate::error::Caller;
use crate::value::{Origin, Site, Text, TextBuilder, Value};

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
    /// Whether a key that a map has not is no value at all, as for Go, or a zero, as for Helm.
    pub(super) missing_is_absent: bool,
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
            missing_is_absent: false,
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

    pub(super) fn lookup(&self, name: &str) -> Option<Rc<Template>> {
        let mut overlay = self.overlay.as_ref();
        while let Some(layer) = overlay {
            if let Some((_, template)) = layer.templates.iter().find(|(known, _)| known == name) {
                return Some(Rc::clone(template));
            }
            overlay = layer.below.as_ref();
        }
        self.set.get(name).map(Rc::clone)
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
}

impl Evaluator for Machine<'_> {
    /// Renders a template for `include`.
    fn include(&mut self, name: &str, data: Value) -> Result<Text, CallError> {
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
    fn tpl(&mut self, text: &Text, data: Value, site: Option<Site>) -> Result<Text, CallError> {
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
            let bodies = parse(&source.name, &source, Dialect::HELM)
                .map_err(|error| prefixed("cannot parse template", error))?;
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

    fn state(&mut self) -> &mut State {
        &mut self.state
    }

    fn charge(&mut self, steps: u64) -> Result<(), BudgetError> {
        Self::charge(self, steps)
    }

    fn allocate(&mut self, bytes: usize) -> Result<(), BudgetError> {
        Self::allocate(self, bytes)
    }
}

fn not_associated(name: &str) -> TemplateError {
    TemplateError::NotAssociated { name: name.into(), root: ROOT_NAME.into() }
}
