//! What callers may take.

use std::time::Duration;

/// Limits on what callers may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a review. The API server takes objects of up to 3 MiB, and sends an old one beside the new.
    pub body: usize,
    /// Nesting of a review.
    pub depth: usize,
    /// Values in a review.
    pub nodes: usize,
    /// How long a review may take where the API server does not say how long it waits.
    pub patience: Duration,
    /// How much earlier than the API server gives up an answer is given.
    pub margin: Duration,
    /// Reviews that are evaluated at once.
    pub evaluations: usize,
    /// Reviews that are evaluated or wait for it; any other is refused.
    pub waiting: usize,
    /// Bytes of the reviews that are read, evaluated or wait for it, together.
    pub bytes: usize,
    /// Connections at once; any other is closed.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long the head of a request may take, and a connection may be silent.
    pub silence: Duration,
    /// How long requests go on being taken after the end was asked for, so that callers learn of it.
    pub notice: Duration,
    /// How long what was begun may take after that.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            body: 8 << 20,
            depth: 500,
            nodes: 1_000_000,
            patience: Duration::from_secs(2),
            margin: Duration::from_millis(150),
            evaluations: cores,
            waiting: 1_024,
            bytes: 128 << 20,
            connections: 1_024,
            handshake: Duration::from_secs(5),
            silence: Duration::from_mins(2),
            notice: Duration::from_secs(5),
            drain: Duration::from_secs(20),
        }
    }
}
