//! What is kept from one evaluation to the next.

use super::results::Results;
use crate::functions::Kept;

/// What evaluations keep: compiled regular expressions, and results as long as what they rest on stays. One memory
/// serves one evaluation at a time.
#[derive(Debug, Default)]
pub struct Memory {
    pub(super) functions: Kept,
    /// What evaluations of one program keep of each other.
    pub(super) results: Results,
}

impl Memory {
    /// A memory without anything in it.
    pub fn new() -> Self {
        Self::default()
    }
}
