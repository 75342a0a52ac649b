//! Limits on what is read.

/// Limits on what is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Budget {
    /// Bytes of a line or of a body. The API server writes events of several megabytes where policies record bodies.
    pub bytes: usize,
    /// Nesting of arrays and objects.
    pub depth: usize,
    /// Values, keys counted too.
    pub values: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: 32 << 20, depth: 200, values: 2_000_000 }
    }
}
