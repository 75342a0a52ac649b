//! What functions keep between calls, and what they need from outside.

/// The state of the functions during one rendering.
#[derive(Debug, Default)]
pub struct State {
    /// The seed of everything random.
    pub seed: u64,
}
