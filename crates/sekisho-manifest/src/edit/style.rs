//! How a document is written, so that what is added looks like what is there.

use super::text::column;
use crate::{Node, Value};

/// How a document is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    /// The spaces by which a block mapping stands deeper than the key that holds it.
    pub(super) step: usize,
    /// Whether the items of a block sequence stand deeper than the key that holds it.
    pub(super) indented_items: bool,
    /// The line break where a line does not show one.
    pub(super) line_break: &'static str,
    /// Whether the document is JSON.
    pub(super) json: bool,
    /// Whether JSON stands on several lines, and what each level adds before a line.
    pub(super) unit: Option<String>,
    /// Whether JSON has a space behind `:` and, on one line, behind `,`.
    pub(super) spaced: bool,
}

/// How many nodes are looked at; what they agree on holds for the rest.
const SAMPLE: usize = 2_000;

/// What was counted in a document.
#[derive(Default)]
struct Counts {
    steps: [usize; 10],
    indented: usize,
    flush: usize,
}

impl Style {
    /// The style of a document; where it does not show one, that of the other documents beside it.
    pub(super) fn of<'n>(
        text: &str,
        root: &'n Node,
        json: bool,
        others: impl Iterator<Item = &'n Node>,
    ) -> Self {
        /// How many documents beside it are looked at.
        const OTHERS: usize = 8;
        let mut counts = Counts::default();
        counts.look(text, root);
        let mut beside = Counts::default();
        if counts.step().is_none() || counts.indented_items().is_none() {
            others.take(OTHERS).for_each(|root| beside.look(text, root));
        }
        let step = counts.step().or_else(|| beside.step()).unwrap_or(2);
        let indented_items = counts.indented_items().or_else(|| beside.indented_items()).unwrap_or(false);
        Self {
            step,
            indented_items,
            line_break: super::text::line_break(text, 0).unwrap_or("\n"),
            json,
            unit: unit(text, root),
            spaced: follows(text, "\":").is_none_or(|next| next == ' '),
        }
    }
}

impl Counts {
    fn look(&mut self, text: &str, root: &Node) {
        let mut rest = vec![root];
        let mut left = SAMPLE;
        while let Some(node) = rest.pop() {
            left = left.saturating_sub(1);
            if left == 0 {
                return;
            }
            for entry in node.entries() {
                self.compare(text, node, entry.key_span.start as usize, &entry.node);
            }
            rest.extend(node.items().iter().rev());
            rest.extend(node.entries().iter().rev().map(|entry| &entry.node));
        }
    }

    /// Counts how much deeper than its key a block collection stands.
    fn compare(&mut self, text: &str, parent: &Node, key: usize, child: &Node) {
        let start = child.span.start as usize;
        let within = key >= parent.span.start as usize && start > key;
        if !within || is_flow(text, parent) || is_flow(text, child) {
            return;
        }
        let deeper = column(text, start).checked_sub(column(text, key));
        match (&child.value, deeper) {
            (Value::Mapping(_), Some(deeper)) => {
                if let Some(count) = self.steps.get_mut(deeper).filter(|_| deeper > 0) {
                    *count += 1;
                }
            }
            (Value::Sequence(_), Some(0)) => self.flush += 1,
            (Value::Sequence(_), Some(deeper)) => {
                self.indented += 1;
                if let Some(count) = self.steps.get_mut(deeper) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }

    fn step(&self) -> Option<usize> {
        let (step, count) =
            self.steps.iter().enumerate().max_by_key(|(step, count)| (**count, usize::MAX - step))?;
        (*count > 0).then_some(step)
    }

    fn indented_items(&self) -> Option<bool> {
        (self.indented + self.flush > 0).then_some(self.indented > self.flush)
    }
}

/// Whether a collection is written in brackets.
pub(super) fn is_flow(text: &str, node: &Node) -> bool {
    matches!(text.as_bytes().get(node.span.start as usize), Some(b'{' | b'['))
}

/// What stands before the first entry of a bracketed root that has its entries on lines of their own.
fn unit(text: &str, root: &Node) -> Option<String> {
    let open = root.span.start as usize;
    let inside = text.get(open + 1..root.span.end as usize)?;
    let blanks = inside.get(..inside.len() - inside.trim_start().len())?;
    let line = blanks.rfind('\n')? + 1;
    let first = blanks.get(line..)?;
    Some(first.strip_prefix(super::text::indentation(text, open)).unwrap_or(first).to_owned())
        .filter(|unit| !unit.is_empty())
}

/// The character behind the first occurrence of a mark.
fn follows(text: &str, mark: &str) -> Option<char> {
    let at = text.find(mark)? + mark.len();
    text.get(at..)?.chars().next()
}
