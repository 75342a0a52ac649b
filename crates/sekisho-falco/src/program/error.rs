//! Why conditions and outputs cannot be compiled.

/// Why a condition cannot be compiled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CompileError {
    pub(crate) message: String,
    pub(crate) at: usize,
    /// It names a field or an event type that is not known.
    pub(crate) is_unknown: bool,
}
