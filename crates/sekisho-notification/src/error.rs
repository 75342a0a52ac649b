//! Why an alert could not be told.

use std::io;

/// Why an alert could not be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// An address that is none.
    #[error(
        "`{0}` is nowhere that alerts can go: write `stdout`, `file:PATH`, `syslog`, `syslog://HOST`, an address of a web server, or `otlp+https://…`"
    )]
    Address(String),
    /// A file cannot be opened or written.
    #[error("cannot write alerts to `{path}`")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A log cannot be reached.
    #[error("cannot write alerts to the log `{server}`")]
    Syslog {
        /// The server, or the socket of this machine.
        server: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A server cannot be reached.
    #[error("cannot send to `{address}`: {reason}")]
    Connection {
        /// The address.
        address: String,
        /// Why.
        reason: String,
    },
    /// A server refuses.
    #[error("`{address}` answers with status {status}")]
    Status {
        /// The address.
        address: String,
        /// Its answer.
        status: u16,
    },
    /// Alerts come faster than a receiver takes them.
    #[error("`{address}` takes alerts more slowly than they come: the least important are left out")]
    Crowded {
        /// The address.
        address: String,
    },
    /// No thread can be had.
    #[error("cannot begin to send alerts to `{address}`")]
    Thread {
        /// The address.
        address: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl NotificationError {
    /// Whether another attempt would end no better.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status != 429 && *status < 500,
            Self::Connection { .. } | Self::Syslog { .. } => false,
            _ => true,
        }
    }
}
