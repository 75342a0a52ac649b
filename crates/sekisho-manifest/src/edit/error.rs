//! Why a change cannot be made.

use super::change::Ask;
use crate::{FieldPath, LoadErrorKind};

/// A change that cannot be made, and why. Nothing is changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot change `{path}`: {kind}")]
pub struct EditError {
    /// The document, from 0.
    pub document: u32,
    /// The field that was to be changed, from the document's root.
    pub path: FieldPath,
    /// Why not.
    pub kind: EditErrorKind,
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditErrorKind {
    /// The text has no document of this number, or an empty one.
    #[error("the text has no such document")]
    NoDocument,
    /// The document cannot be read.
    #[error("{0}")]
    Load(LoadErrorKind),
    /// The document itself was to be removed.
    #[error("a document is removed by deleting its lines, not by a change of a field")]
    Root,
    /// A key was to be set in something that is neither a mapping nor empty.
    #[error("`{at}` is no mapping")]
    NotMapping {
        /// Where.
        at: FieldPath,
    },
    /// An item was to be reached in, or added to, something that is neither a list nor empty.
    #[error("`{at}` is no list")]
    NotSequence {
        /// Where.
        at: FieldPath,
    },
    /// A list is too short.
    #[error("`{at}` does not exist, and only the end of a list can be added to")]
    NoItem {
        /// The item that is missing.
        at: FieldPath,
    },
    /// The value stands elsewhere, and an alias brings it here.
    #[error("`{at}` is the alias of a value that other places use; change the anchored value by hand")]
    Alias {
        /// Where the alias stands.
        at: FieldPath,
    },
    /// The key stands elsewhere, and `<<` brings it here.
    #[error("`{at}` comes from another mapping through `<<`; change that mapping by hand")]
    Merged {
        /// The field that is merged.
        at: FieldPath,
    },
    /// The change would show in another place of the document too, through an alias or a merge, or leave
    /// an alias without its anchor.
    #[error("other places of the document use the value through an anchor; change it by hand")]
    Shared,
    /// So many other changes of the text could not be made that this one was not tried.
    #[error("too many other changes of the text could not be made; mend those first")]
    GaveUp,
    /// The text is written in a way that this change cannot be fitted into.
    #[error("the text around it is written in an unusual way; change it by hand")]
    Layout,
}

impl EditErrorKind {
    pub(super) fn of(self, ask: Ask<'_>) -> Refusal {
        let error = EditError { document: ask.change.document, path: ask.change.path.clone(), kind: self };
        Refusal { group: ask.group, error }
    }
}

/// A group of changes that cannot be made, and which of them is to blame.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) group: usize,
    pub(super) error: EditError,
}

pub(super) type Result<T> = std::result::Result<T, EditErrorKind>;
