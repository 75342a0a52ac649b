//! Why a request was not answered as asked, and why a credential could not be had.

use std::path::PathBuf;

use crate::status::Status;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The server cannot be reached, or not be understood.
    #[error("cannot reach `{server}`: {message}")]
    Unreachable {
        /// The address.
        server: String,
        /// Why.
        message: String,
    },
    /// The settings of TLS do not fit together.
    #[error("cannot connect to `{server}`: {message}")]
    Tls {
        /// The address.
        server: String,
        /// What is wrong.
        message: String,
    },
    /// No credential could be had.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The server refuses.
    #[error("{}", .0.message)]
    Status(Status),
    /// The answer is no JSON of the expected kind.
    #[error("`{path}` was answered with what is no JSON object")]
    Nonsense {
        /// What was asked for.
        path: String,
    },
    /// The connection was closed from this side.
    #[error("the connection was closed")]
    Closed,
    /// The answer is larger than it may be.
    #[error("the answer to `{path}` has more than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        path: String,
        /// The most that is read.
        limit: u64,
    },
}

impl RequestError {
    /// The HTTP status, where there was one.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status.code),
            _ => None,
        }
    }

    /// Whether there is no such object, or no such kind.
    pub fn is_absent(&self) -> bool {
        self.code() == Some(404)
    }

    /// Whether the object is there already.
    pub fn is_present(&self) -> bool {
        matches!(self, Self::Status(status) if status.code == 409 && status.reason == "AlreadyExists")
    }

    /// Whether somebody else changed the object meanwhile, or a precondition does not hold.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Status(status) if status.code == 409 && status.reason != "AlreadyExists")
    }

    /// Whether the version that was asked for is too old.
    pub fn is_expired(&self) -> bool {
        self.code() == Some(410)
    }

    /// Whether the user may not do that.
    pub fn is_forbidden(&self) -> bool {
        self.code() == Some(403)
    }
}

/// Why a credential could not be had.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The file of a token cannot be read.
    #[error("cannot read the token in `{path}`")]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The program that gives credentials could not be run.
    #[error("the credential plugin `{command}` cannot be run{hint}")]
    NotRun {
        /// The program.
        command: String,
        /// How to install it, as the kubeconfig says.
        hint: String,
        /// Why.
        source: std::io::Error,
    },
    /// The program needs a terminal.
    #[error("the credential plugin `{command}` wants to ask on a terminal; sign in with it first")]
    NeedsTerminal {
        /// The program.
        command: String,
    },
    /// The program did not end.
    #[error("the credential plugin `{command}` did not end within {seconds} s")]
    TimedOut {
        /// The program.
        command: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The program failed; what it said went to standard error.
    #[error("the credential plugin `{command}` ended with {status}")]
    Failed {
        /// The program.
        command: String,
        /// Its exit status.
        status: String,
    },
    /// What the program gave is no credential.
    #[error("the credential plugin `{command}` gave no credential: {message}")]
    Nonsense {
        /// The program.
        command: String,
        /// What is wrong.
        message: String,
    },
}
