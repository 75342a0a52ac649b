//! Changes of single fields of a manifest's text: what is changed is said on the tree, and every byte
//! that the change does not touch stays as it was.
//!
//! The editor trusts no layout. It writes what it believes to be right, reads the result again, and gives
//! an error unless that is exactly the old tree with the changes made.

mod block;
mod brackets;
mod change;
mod collection;
mod diff;
mod document;
mod error;
mod flow;
mod locate;
mod memory;
mod page;
mod plan;
mod print;
mod rounds;
mod session;
mod style;
mod text;
mod verify;

pub use change::{Change, Operation};
pub use diff::diff;
pub use error::{EditError, EditErrorKind};

use std::collections::BTreeMap;

use self::change::Ask;
use self::session::Session;

/// Makes changes in a YAML or JSON text, in their order.
///
/// All paths are those of the text as it is given: taking an item away does not move, for the changes that
/// follow, the items behind it, and what a change would do within something that an earlier one took away
/// is left undone. The same item is added to the same list once only.
pub fn edit(text: &str, changes: &[Change]) -> Result<String, EditError> {
    let mut session = Session::new(text);
    let asks: Vec<Ask<'_>> = changes.iter().map(|change| Ask { change, group: 0 }).collect();
    let refusal = match session.apply(&asks) {
        Ok(()) => match session.finish() {
            Some(text) => return Ok(text),
            None => None,
        },
        Err(refused) => refused.into_iter().next(),
    };
    let refusal = refusal.or_else(|| asks.first().map(|ask| EditErrorKind::Layout.of(*ask)));
    refusal.map_or_else(|| Ok(text.to_owned()), |refusal| Err(refusal.error))
}

/// A text after groups of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// The groups of which no change was made, by their place among the groups and in that order, and why.
    pub refused: Vec<(usize, EditError)>,
}

/// How often changes are tried again without those that could not be made. One try finds all that can be
/// told before the text is written, and else one.
const MOST_TRIES: usize = 256;

/// Makes groups of changes, each group whole or not at all. Paths and items that are added are as for
/// [`edit`], over all groups.
pub fn edit_groups(text: &str, groups: &[Vec<Change>]) -> Edited {
    let mut session = Session::new(text);
    let mut refused: BTreeMap<usize, EditError> = BTreeMap::new();
    let mut asks: Vec<Ask<'_>> = Vec::new();
    for (group, changes) in groups.iter().enumerate() {
        asks.extend(changes.iter().map(|change| Ask { change, group }));
    }
    for _ in 0..MOST_TRIES {
        let Err(refusals) = session.apply(&asks) else {
            if let Some(text) = session.finish() {
                return Edited { text, refused: refused.into_iter().collect() };
            }
            break;
        };
        for refusal in refusals {
            refused.entry(refusal.group).or_insert(refusal.error);
        }
        asks.retain(|ask| !refused.contains_key(&ask.group));
    }
    for ask in asks {
        refused.entry(ask.group).or_insert_with(|| EditErrorKind::GaveUp.of(ask).error);
    }
    Edited { text: text.to_owned(), refused: refused.into_iter().collect() }
}
