//! What reading another scanner's database gives: how much was taken, or why it cannot be read.

use std::io;
use std::path::PathBuf;

use sekisho_advisory::trivy::BoltError;

/// What reading one gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Records about one package of one advisory.
    pub records: usize,
    /// Records that cannot be read.
    pub malformed: usize,
    /// Sources, or packages, of ecosystems that are not known, and packages of modules, which nothing tells apart.
    pub strange: usize,
}

/// Why another scanner's database cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignError {
    /// The file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no good file of bbolt.
    #[error("`{}`: {source}", path.display())]
    Bolt {
        /// The file.
        path: PathBuf,
        /// Why.
        source: BoltError,
    },
    /// It is no good file of SQLite, or not of Grype.
    #[error("`{}` is no database of Grype, schema 6, that can be read: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Of another schema.
    #[error("`{}` is of schema {found}, and Grype's schema 6 is read: fetch it with a newer Grype", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
    },
}
