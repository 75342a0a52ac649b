//! Finds a field in the text: what holds it, where its value begins and ends, and how it is written.

use super::error::{EditErrorKind, Result};
use super::memory::Memory;
use super::page::Page;
use super::print::Quotes;
use super::style::is_flow;
use super::text::{column, range, skip_blanks, skip_space};
use crate::{Entry, FieldPath, Node, Segment, Span, Value};

/// A value in the text.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    pub(super) node: &'a Node,
    /// Whether it stands between brackets.
    pub(super) flow: bool,
    /// Where the key, or the item with its `-`, begins.
    pub(super) head: usize,
    /// The byte behind the `:` or `-` before the value.
    pub(super) mark: usize,
    /// Whether the `:` is there: between brackets a key may stand alone.
    pub(super) marked: bool,
    /// The value with its tag and anchor; empty and behind the mark where there is none.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) written: Written,
}

/// How a value is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// In place.
    Here,
    /// By an alias.
    Alias,
    /// Not at all: a null.
    Absent,
}

/// How far a path leads.
#[derive(Debug)]
pub(super) struct Found<'a, 'p> {
    /// The last value on the way that is there.
    pub(super) spot: Spot<'a>,
    /// The collection that holds it; none for the document's root.
    pub(super) holder: Option<Spot<'a>>,
    /// Where it is.
    pub(super) at: FieldPath,
    /// What is left of the path; empty where it was followed to its end.
    pub(super) rest: &'p [Segment],
    /// Whether the next step is a key that another mapping brings in.
    pub(super) merged: bool,
    /// Whether what was followed stands at another place of the document too.
    pub(super) shared: bool,
}

/// Follows a path as far as it leads.
pub(super) fn find<'a, 'p>(page: Page<'a>, path: &'p FieldPath) -> Result<Found<'a, 'p>> {
    let text = page.text;
    let mut spot = Spot::root(page.root);
    let mut holder = None;
    let mut shared = false;
    let elsewhere = page.memory.shared(text, page.root);
    let mut at = FieldPath::root();
    let mut rest = path.segments();
    while let Some((step, behind)) = rest.split_first() {
        let (next, merged) = match (step, &spot.node.value) {
            (_, Value::Null) => (None, false),
            (Segment::Key(key), Value::Mapping(_)) => match spot.node.entry(key) {
                None => (None, false),
                Some(entry) if !within(spot.node.span, entry.key_span) && spot.written != Written::Alias => {
                    (None, true)
                }
                Some(entry) => (Some(Step::Entry(entry)), false),
            },
            (Segment::Index(index), Value::Sequence(items)) => {
                ((*index < items.len()).then_some(Step::Item(*index)), false)
            }
            (Segment::Key(_), _) => return Err(EditErrorKind::NotMapping { at }),
            (Segment::Index(_), _) => return Err(EditErrorKind::NotSequence { at }),
        };
        if spot.written == Written::Alias {
            return Err(EditErrorKind::Alias { at });
        }
        let Some(next) = next else {
            return Ok(Found { spot, holder, at, rest, merged, shared });
        };
        let child = match next {
            Step::Entry(entry) => spot.entry(text, entry)?,
            Step::Item(index) => spot.item(text, index, page.memory)?,
        };
        shared |= child.written == Written::Here && elsewhere.contains(&child.node.span);
        holder = Some(std::mem::replace(&mut spot, child));
        at.push(step.clone());
        rest = behind;
    }
    Ok(Found { spot, holder, at, rest, merged: false, shared })
}

enum Step<'a> {
    Entry(&'a Entry),
    Item(usize),
}

fn within(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

impl<'a> Spot<'a> {
    fn root(node: &'a Node) -> Self {
        let (start, end) = range(node);
        Self { node, flow: false, head: start, mark: start, marked: true, start, end, written: Written::Here }
    }

    /// The value of an entry of this mapping.
    fn entry(&self, text: &str, entry: &'a Entry) -> Result<Self> {
        let flow = self.flow || is_flow(text, self.node);
        let head = entry.key_span.start as usize;
        let key_end = entry.key_span.end as usize;
        let colon = if flow { skip_space(text, key_end) } else { skip_blanks(text, key_end) };
        let marked = text.as_bytes().get(colon) == Some(&b':');
        if !marked && !flow {
            return Err(EditErrorKind::Layout);
        }
        let mark = if marked { colon + 1 } else { key_end };
        let spot = Spot { flow, head, mark, marked, ..Self::root(&entry.node) };
        spot.place(text)
    }

    /// An item of this sequence.
    fn item(&self, text: &str, index: usize, memory: &Memory) -> Result<Self> {
        let node = self.node.items().get(index).ok_or(EditErrorKind::Layout)?;
        let flow = self.flow || is_flow(text, self.node);
        let (head, mark) = if flow {
            let brackets = memory.brackets(text, self.node)?;
            let part = brackets.part(self.node, index)?;
            (part.start, part.start)
        } else {
            let dashes = memory.dashes(text, self.node)?;
            let dash = dashes.get(index).copied().ok_or(EditErrorKind::Layout)?;
            (dash, dash + 1)
        };
        let spot = Spot { flow, head, mark, marked: true, ..Self::root(node) };
        spot.place(text)
    }

    /// Finds where the value stands behind its mark.
    fn place(self, text: &str) -> Result<Self> {
        let (start, end) = range(self.node);
        if start < self.mark {
            return self.alias(text);
        }
        if start == end {
            return Ok(Self { start: self.mark, end: self.mark, written: Written::Absent, ..self });
        }
        let first = skip_space(text, self.mark);
        if first > start {
            return Err(EditErrorKind::Layout);
        }
        Ok(Self { start: first, ..self })
    }

    fn alias(self, text: &str) -> Result<Self> {
        let start = skip_space(text, self.mark);
        let rest = text.get(start..).unwrap_or("");
        if !rest.starts_with('*') {
            return Err(EditErrorKind::Layout);
        }
        let length = rest.find(|letter: char| letter.is_whitespace() || ",[]{}".contains(letter));
        let end = start + length.unwrap_or(rest.len());
        Ok(Self { start, end, written: Written::Alias, ..self })
    }

    /// The column at which the collection begins that holds the value.
    pub(super) fn column(&self, text: &str) -> usize {
        column(text, self.head)
    }

    /// Whether the value is a block collection.
    pub(super) fn is_block(&self, text: &str) -> bool {
        self.written == Written::Here
            && matches!(self.node.value, Value::Mapping(_) | Value::Sequence(_))
            && !self.flow
            && !is_flow(text, self.node)
    }

    /// The anchor of a value with a space behind it; empty where it has none. Tags are left out: they belong
    /// to the value.
    pub(super) fn anchor(&self, text: &str) -> String {
        if self.written != Written::Here {
            return String::new();
        }
        let properties = text.get(self.start..range(self.node).0).unwrap_or("");
        let anchor = properties.split_whitespace().find(|word| word.starts_with('&'));
        anchor.map_or_else(String::new, |anchor| format!("{anchor} "))
    }

    /// The quotes of a text, for the text that takes its place.
    pub(super) fn quotes(&self, text: &str) -> Quotes {
        if self.written != Written::Here {
            return Quotes::None;
        }
        match text.as_bytes().get(range(self.node).0) {
            Some(b'\'') => Quotes::Single,
            Some(b'"') => Quotes::Double,
            _ => Quotes::None,
        }
    }
}
