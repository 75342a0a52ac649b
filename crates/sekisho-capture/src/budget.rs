//! What a capture may ask for.

/// Limits on reading. Each is an error of its own when a file goes beyond it.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Bytes of the whole capture, after decompression.
    pub total_bytes: u64,
    /// Bytes of one block.
    pub block_bytes: u32,
    /// Bytes of a path, a command or a name.
    pub path_bytes: u16,
    /// Bytes of the arguments, the environment or the control groups of a process.
    pub argument_bytes: u16,
    /// Bytes of the name, home folder or shell of an account.
    pub account_bytes: u16,
    /// Parameters of one event.
    pub parameters: u32,
    /// Enter events that wait for their exit while old events are converted.
    pub waiting_events: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            total_bytes: 1 << 40,
            block_bytes: 64 << 20,
            path_bytes: 1024,
            argument_bytes: 4096,
            account_bytes: 255,
            parameters: 64,
            waiting_events: 65_536,
        }
    }
}
