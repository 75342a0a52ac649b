//! One thing to do, and how much of the risk it takes away.

use std::borrow::Cow;

/// One thing to do: the same change wherever it is needed.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What to do, in English: the description of a fix, or the remedy of a rule.
    pub description: Cow<'static, str>,
    /// The slugs of the rules whose findings it clears.
    pub rules: Vec<Cow<'static, str>>,
    /// How many objects it touches.
    pub objects: usize,
    /// How many findings it removes.
    pub findings: usize,
    /// The risk that it removes, in the unit of `Finding::risk`.
    pub risk: f64,
    /// That risk as a share of the whole, from 0 to 1.
    pub share: f64,
    /// The command that does it, where there is one.
    pub command: Option<String>,
    /// Whether the command does it without a person looking.
    pub automatic: bool,
}
