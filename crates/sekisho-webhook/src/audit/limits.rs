//! What senders may take.

use std::time::Duration;

/// Limits on what senders may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditLimits {
    /// Bytes of a list. The API server sends up to 10 MiB unless it is told otherwise.
    pub body: usize,
    /// Lists that wait to be looked at.
    pub waiting: usize,
    /// Bytes of the lists that are read or wait, together.
    pub bytes: usize,
    /// Connections at once; any other is closed.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long the head of a request may take, and a connection may be silent.
    pub silence: Duration,
    /// How long a list may take to come.
    pub patience: Duration,
    /// After how many seconds a sender is asked to come again.
    pub retry_after: u32,
    /// How long what was begun may take when the end was asked for.
    pub drain: Duration,
}

impl Default for AuditLimits {
    fn default() -> Self {
        Self {
            body: 32 << 20,
            waiting: 256,
            bytes: 128 << 20,
            connections: 256,
            handshake: Duration::from_secs(5),
            silence: Duration::from_mins(2),
            patience: Duration::from_secs(30),
            retry_after: 1,
            drain: Duration::from_secs(5),
        }
    }
}
