//! Orders that a key and a value can stand in.

use std::cmp::Ordering;

/// Which order of key and value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The key is larger or the same.
    AtLeast,
    /// The key is larger.
    More,
    /// The key is smaller or the same.
    AtMost,
    /// The key is smaller.
    Less,
    /// The operator was written in an unusual case: it is known, but nothing holds.
    Never,
}

impl Order {
    /// Whether the order of a key to a value is this one.
    pub(super) fn is(self, found: Option<Ordering>) -> bool {
        match self {
            Self::AtLeast => matches!(found, Some(Ordering::Greater | Ordering::Equal)),
            Self::More => found == Some(Ordering::Greater),
            Self::AtMost => matches!(found, Some(Ordering::Less | Ordering::Equal)),
            Self::Less => found == Some(Ordering::Less),
            Self::Never => false,
        }
    }
}
