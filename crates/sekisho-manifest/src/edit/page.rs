//! A document on which changes are made.

use super::memory::Memory;
use super::style::Style;
use super::text::line_break;
use crate::Node;

/// A document's text with what was read from it.
#[derive(Clone, Copy)]
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    pub(super) root: &'t Node,
    pub(super) style: &'t Style,
    pub(super) memory: &'t Memory,
}

impl Page<'_> {
    /// The line break to write behind the line that holds `at`.
    pub(super) fn line_break(&self, at: usize) -> &'static str {
        line_break(self.text, at).unwrap_or(self.style.line_break)
    }
}
