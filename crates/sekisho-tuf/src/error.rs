//! Why a repository is not believed.

/// What a source or a keeper could not do.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// Why a repository is not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TufError {
    /// No root was given to begin with.
    #[error("no root is trusted: give the first one")]
    NoRoot,
    /// The source or the keeper fails.
    #[error("`{file}`: {trouble}")]
    Trouble {
        /// What was asked for.
        file: String,
        /// Why it failed.
        trouble: Trouble,
    },
    /// Something that must be there is not.
    #[error("the repository has no `{0}`")]
    Absent(String),
    /// There are more bytes than there may be.
    #[error("`{file}` has more than {limit} bytes, the limit")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// It is no metadata, or not of its kind.
    #[error("`{file}` is malformed: {what}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// Too few of those who must sign have signed.
    #[error("`{file}` is signed by {found} of the keys for it, and {needed} must sign")]
    Threshold {
        /// The file.
        file: String,
        /// How many have signed.
        found: usize,
        /// How many must.
        needed: u64,
    },
    /// It is another version than it must be.
    #[error("`{file}` has version {found}, and {wanted} is expected")]
    Version {
        /// The file.
        file: String,
        /// Its version.
        found: u64,
        /// The version that it must have.
        wanted: u64,
    },
    /// It is older than what is known already.
    #[error("`{file}` goes back to version {found} from {known}")]
    Rollback {
        /// The file.
        file: String,
        /// Its version.
        found: u64,
        /// The version that is known.
        known: u64,
    },
    /// A file that was listed is listed no more.
    #[error("the snapshot lists `{0}` no more")]
    Vanished(String),
    /// Its time is over.
    #[error("`{file}` has expired at {expired}")]
    Expired {
        /// The file.
        file: String,
        /// When.
        expired: jiff::Timestamp,
    },
    /// The bytes are not those that are listed.
    #[error("`{0}` is not as it is listed: its length or its hash is another")]
    Mismatch(String),
    /// There is no end to new roots.
    #[error("there are more than {0} new roots, the limit")]
    TooManyRoots(usize),
    /// There are too many delegations.
    #[error("more than {0} roles would have to be asked, the limit")]
    TooManyRoles(usize),
    /// Nobody says anything of a file.
    #[error("the repository lists no `{0}`")]
    NoTarget(String),
}
