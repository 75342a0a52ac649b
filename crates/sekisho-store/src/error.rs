//! Why a database cannot be used.

/// Why a database cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another program writes to it.
    #[error("the database `{name}` is locked by another program: wait for it, or give each its own")]
    Locked {
        /// The database.
        name: String,
    },
    /// It cannot be reached.
    #[error("cannot reach the database `{name}`: {message}")]
    Away {
        /// The database.
        name: String,
        /// Why.
        message: String,
    },
    /// There is no more room.
    #[error("there is no room left for the database `{name}`: make room, nothing that was written is lost")]
    Full {
        /// The database.
        name: String,
    },
    /// It is broken, or no database of ours.
    #[error("the database `{name}` is damaged or something else: {message}; move it away to begin a new one")]
    Damaged {
        /// The database.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// A newer release wrote it.
    #[error(
        "the database `{name}` has version {found}, and this release knows up to {known}: use a newer release"
    )]
    Newer {
        /// The database.
        name: String,
        /// Its version.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// The address is none.
    #[error("`{0}` is no database: name a file or `postgresql://…`")]
    Target(String),
    /// This build cannot speak with PostgreSQL.
    #[error("this build has no PostgreSQL: name a file")]
    NoPostgresql,
    /// The database says something that is not expected.
    #[error("the database `{name}` refuses: {message}")]
    Refused {
        /// The database.
        name: String,
        /// What it says.
        message: String,
    },
}

impl StoreError {
    /// Whether the same may go well later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::Away { .. } | Self::Full { .. })
    }
}
