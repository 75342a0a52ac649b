//! The templates of a chart by name, and the rendering of one of them.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use sekisho_manifest::SourceId;
use smol_str::SmolStr;

use super::TemplateError;
use super::ast::{Source, Template};
use super::machine::{Budget, Machine};
use super::parser::{Dialect, is_blank, parse};
use crate::functions::State;
use crate::value::{Origin, Text, Value};

/// The name that Helm gives to its set of templates.
pub(super) const ROOT_NAME: &str = "gotpl";

/// Templates by name.
#[derive(Debug, Default)]
pub struct TemplateSet {
    templates: HashMap<SmolStr, Rc<Template>>,
}

/// A rendered text and where its bytes come from.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The text; bytes that are no UTF-8 are replaced by U+FFFD.
    pub text: String,
    /// The pieces that the text consists of, in order, without gaps.
    pub origins: Vec<(Range<usize>, Origin)>,
}

impl Rendered {
    /// Where the byte at an offset comes from; past the end, where the last one does.
    pub fn origin_at(&self, offset: usize) -> Option<Origin> {
        let after = self.origins.partition_point(|(range, _)| range.start <= offset);
        let (range, origin) = self.origins.get(after.checked_sub(1)?)?;
        Some(origin.advanced(offset.min(range.end.saturating_sub(1)).saturating_sub(range.start)))
    }
}

impl TemplateSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and the templates that it defines. Of two definitions of one name the later one counts,
    /// unless it is blank; the caller adds files in Helm's order.
    ///
    /// # Errors
    /// Where the text is no template. The set is then unchanged.
    pub fn add(
        &mut self,
        name: &str,
        source: SourceId,
        text: impl Into<Arc<str>>,
    ) -> Result<(), TemplateError> {
        let name = SmolStr::new(name);
        let source = Rc::new(Source { name: name.clone(), id: source, text: text.into(), given: None });
        let bodies = parse(&name, &source, Dialect::HELM)?;
        associate(&mut self.templates, bodies, &source);
        Ok(())
    }

    /// Whether there is a template of this name.
    pub fn has(&self, name: &str) -> bool {
        self.templates.contains_key(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Rc<Template>> {
        self.templates.get(name)
    }

    /// Begins the rendering of a chart's files, which share what functions keep and what they may spend.
    pub fn rendering(&self, budget: Budget, state: State) -> Rendering<'_> {
        Rendering { machine: Machine::new(self, budget, state) }
    }
}

/// Renders a text as Go's own package does, without the functions and habits of charts; gives the text and the
/// steps and bytes that were spent.
///
/// # Errors
/// Where the text is no template, an action fails, or the budget is spent.
pub(crate) fn render_as_go(
    name: &str,
    text: &str,
    data: &Value,
    budget: Budget,
) -> Result<(Text, (u64, usize)), TemplateError> {
    let name = SmolStr::new(name);
    let source = Rc::new(Source { name: name.clone(), id: SourceId(0), text: text.into(), given: None });
    let mut set = TemplateSet::new();
    associate(&mut set.templates, parse(&name, &source, Dialect::GO)?, &source);
    let mut machine = Machine::new(&set, budget, State::new(0, 0));
    machine.missing_is_absent = true;
    let text = machine.render(&name, data)?;
    Ok((text, machine.spent()))
}

/// Enters bodies under their names; a blank one does not replace another.
pub(super) fn associate(
    templates: &mut HashMap<SmolStr, Rc<Template>>,
    bodies: Vec<(SmolStr, Rc<super::ast::Body>)>,
    source: &Rc<Source>,
) {
    for (name, body) in bodies {
        if templates.contains_key(&name) && is_blank(&body, &source.text) {
            continue;
        }
        let template = Template { name: name.clone(), source: Rc::clone(source), body };
        templates.insert(name, Rc::new(template));
    }
}

/// The rendering of the files of one chart.
#[derive(Debug)]
pub struct Rendering<'s> {
    machine: Machine<'s>,
}

impl Rendering<'_> {
    /// Renders the template of this name with its data as `.` and `$`.
    ///
    /// # Errors
    /// Where there is none of this name, an action fails, or the budget is spent.
    pub fn render(&mut self, name: &str, data: &Value) -> Result<Rendered, TemplateError> {
        let text = without_no_value(self.machine.render(name, data)?);
        let (text, pieces) = text.into_parts();
        let mut origins: Vec<(Range<usize>, Origin)> = Vec::with_capacity(pieces.len());
        for piece in pieces {
            if let Some((range, _)) = origins.last_mut() {
                range.end = piece.start;
            }
            origins.push((piece.start..text.len(), piece.origin));
        }
        let text = match text.as_str() {
            Some(text) => text.to_owned(),
            None => replace_invalid(text.as_bytes(), &mut origins),
        };
        Ok(Rendered { text, origins })
    }

    /// What functions kept, when all files are rendered.
    pub fn into_state(self) -> State {
        self.machine.state
    }

    /// The steps and bytes that were spent so far.
    pub fn spent(&self) -> (u64, usize) {
        self.machine.spent()
    }
}

/// The text without Go's `<no value>`, which Helm takes out wherever it stands.
pub(super) fn without_no_value(text: Text) -> Text {
    const NO_VALUE: &[u8] = b"<no value>";
    let bytes = text.as_bytes();
    let Some(mut at) = find(bytes, NO_VALUE, 0) else {
        return text;
    };
    let mut kept = crate::value::TextBuilder::with_capacity(bytes.len());
    let mut start = 0;
    loop {
        kept.push_slice(&text, start..at);
        start = at + NO_VALUE.len();
        match find(bytes, NO_VALUE, start) {
            Some(next) => at = next,
            None => break,
        }
    }
    kept.push_slice(&text, start..bytes.len());
    kept.finish()
}

fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    memchr::memmem::find(rest, needle).map(|at| from + at)
}

/// Replaces what is no UTF-8, and moves the ranges along.
fn replace_invalid(bytes: &[u8], origins: &mut [(Range<usize>, Origin)]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut start = 0;
    for (range, _) in origins {
        let part = bytes.get(range.clone()).unwrap_or_default();
        text.push_str(&String::from_utf8_lossy(part));
        *range = start..text.len();
        start = text.len();
    }
    text
}
