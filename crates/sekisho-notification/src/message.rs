//! An alert on its way to receivers.

use sekisho_runtime::Alert;

/// An alert, and how it is written.
#[derive(Debug)]
pub struct Message {
    /// The alert.
    pub alert: Alert,
    /// Its line.
    pub line: String,
}
