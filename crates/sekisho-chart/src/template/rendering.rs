//! The rendering of templates, with the origin of every byte.

use std::ops::Range;

use smol_str::SmolStr;

use super::TemplateError;
use super::machine::{Budget, Machine};
use super::set::{TemplateSet, without_no_value};
use crate::call::State;
use crate::value::{Origin, Text, Value};

impl TemplateSet {
    /// Begins the rendering of a chart's files, which share what functions keep and what they may spend.
    pub fn rendering(&self, budget: Budget, state: State) -> Rendering<'_> {
        Rendering { machine: Machine::new(self, budget, state) }
    }
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
    let set = TemplateSet::of_go(&name, text)?;
    let mut machine = Machine::new(&set, budget, State::new(0, 0));
    machine.missing_is_absent = true;
    let text = machine.render(&name, data)?;
    Ok((text, machine.spent()))
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
