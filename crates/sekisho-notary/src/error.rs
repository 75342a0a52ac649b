//! Why somebody who should vouch for a signature did not.

/// Why somebody who should vouch for a signature did not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotaryError {
    /// The service cannot be reached.
    #[error("cannot reach `{server}`: {message}")]
    Unreachable {
        /// The service.
        server: String,
        /// Why.
        message: String,
    },
    /// A token would go over a connection that others can read.
    #[error("`{0}` has no TLS, and is no address of this machine: write `https://`")]
    Plain(String),
    /// The service refuses.
    #[error("`{server}` answers with status {status}{message}")]
    Refused {
        /// The service.
        server: String,
        /// The status.
        status: u16,
        /// What it says, behind a colon.
        message: String,
    },
    /// The answer is not what was asked for.
    #[error("`{server}` gives {what}")]
    Strange {
        /// The service.
        server: String,
        /// What it gives.
        what: String,
    },
    /// The answer is larger than it may be.
    #[error("the answer of `{server}` has more than {limit} bytes, the limit")]
    TooLarge {
        /// The service.
        server: String,
        /// The limit.
        limit: u64,
    },
    /// The token says not who it is for.
    #[error("the identity token is no JSON Web Token with a subject")]
    Token,
    /// Nothing could be signed.
    #[error(transparent)]
    Signing(#[from] sekisho_signature::secret::SigningError),
    /// The name of a key is none.
    #[error("`{name}` names no key: {reason}")]
    KeyName {
        /// The name, without secrets.
        name: String,
        /// Why not.
        reason: String,
    },
    /// Something that the environment must say is not there.
    #[error("`{name}` needs {what}")]
    Missing {
        /// The key.
        name: String,
        /// What is missing.
        what: String,
    },
    /// The key of a device or a service cannot be used.
    #[error("the key of `{name}`: {source}")]
    Key {
        /// The key.
        name: String,
        /// Why not.
        source: sekisho_signature::key::KeyError,
    },
    /// A device does not do what it is asked.
    #[error("`{name}`: {message}")]
    Device {
        /// The key.
        name: String,
        /// What it says.
        message: String,
    },
    /// No random number could be had.
    #[error("this machine gives no random numbers")]
    Randomness,
}
