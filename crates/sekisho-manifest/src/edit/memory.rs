//! Where the parts of collections stand, found once.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::brackets::Brackets;
use super::error::{EditErrorKind, Result};
use super::text::{begins_line, column, line_end, next_line, range, skip_blanks};
use super::verify::shared;
use crate::{Node, Span};

/// Where the parts of collections stand, so that each collection is taken apart once.
#[derive(Debug, Default)]
pub(super) struct Memory {
    dashes: RefCell<HashMap<usize, Rc<[usize]>>>,
    brackets: RefCell<HashMap<usize, Rc<Brackets>>>,
    shared: OnceCell<HashSet<Span>>,
}

impl Memory {
    pub(super) fn dashes(&self, text: &str, sequence: &Node) -> Result<Rc<[usize]>> {
        let start = range(sequence).0;
        if let Some(known) = self.dashes.borrow().get(&start) {
            return Ok(Rc::clone(known));
        }
        let found: Rc<[usize]> = dashes(text, sequence)?.into();
        self.dashes.borrow_mut().insert(start, Rc::clone(&found));
        Ok(found)
    }

    /// The values that stand at other places of the document too.
    pub(super) fn shared(&self, text: &str, root: &Node) -> &HashSet<Span> {
        // Without `*` there is no alias.
        self.shared.get_or_init(|| if text.contains('*') { shared(root) } else { HashSet::new() })
    }

    /// The parts of a collection in brackets.
    pub(super) fn brackets(&self, text: &str, collection: &Node) -> Result<Rc<Brackets>> {
        let start = range(collection).0;
        if let Some(known) = self.brackets.borrow().get(&start) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(Brackets::of(text, collection)?);
        self.brackets.borrow_mut().insert(start, Rc::clone(&found));
        Ok(found)
    }
}

/// Where the `-` of each item of a block sequence stands.
fn dashes(text: &str, sequence: &Node) -> Result<Vec<usize>> {
    let (start, end) = range(sequence);
    let items = sequence.items();
    let level = column(text, start);
    let mut found = Vec::with_capacity(items.len());
    let mut at = start;
    while at < end {
        let is_dash = text.as_bytes().get(at) == Some(&b'-')
            && matches!(text.as_bytes().get(at + 1), None | Some(b' ' | b'\t' | b'\r' | b'\n'));
        if is_dash && (at == start || begins_line(text, at)) && column(text, at) == level {
            found.push(at);
            // Lines within the item cannot begin items of this sequence.
            if let Some(item) = items.get(found.len() - 1).filter(|item| item.span.start as usize > at) {
                at = at.max((item.span.end as usize).saturating_sub(1));
            }
        }
        let next = next_line(text, line_end(text, at));
        at = skip_blanks(text, next.max(at + 1));
    }
    if found.len() == items.len() { Ok(found) } else { Err(EditErrorKind::Layout) }
}
