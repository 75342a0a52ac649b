//! How a finding can be mended: changes of single fields, said on the tree and not on the text.

use std::borrow::Cow;

use sekisho_manifest::SourceId;
use sekisho_manifest::edit::Change;

/// Whether a fix may be applied without a person looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// A workload that works keeps working, unless it relied on what the finding is about and the fix
    /// names that in its description.
    Safe,
    /// May stop a workload that works; asked for with `--unsafe`.
    Unsafe,
}

impl Safety {
    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A remedy that a program can apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// What it does, in one imperative clause: `` set `allowPrivilegeEscalation: false` ``. Fixes that do
    /// the same thing in different objects carry the same words: actions are counted by them.
    pub description: Cow<'static, str>,
    /// The changes, in order.
    pub edits: Vec<Edit>,
    /// Whether a person must make it: what the changes are of is made by a template, or no place in a file was found
    /// that makes it.
    pub by_hand: bool,
}

impl Fix {
    /// Whether it is to be made: the safe ones are, and the others where they are asked for.
    pub fn is_wanted(&self, risky: bool) -> bool {
        risky || self.safety == Safety::Safe
    }
}

/// A change of one field of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The source.
    pub source: SourceId,
    /// What to change in it.
    pub change: Change,
}
