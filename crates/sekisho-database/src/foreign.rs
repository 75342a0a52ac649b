//! Other scanners' databases, told apart by how they begin.

use std::path::Path;

use sekisho_advisory::trivy::is_bolt;
use sekisho_vulnerability::Contents;

use crate::beginning::begins;
use crate::foreign_error::{ForeignError, Taken};

/// Another scanner's database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// Trivy's, a file of bbolt.
    Trivy,
    /// Grype's, a file of SQLite.
    Grype,
}

impl Foreign {
    /// Which one a file is, by its first bytes.
    pub fn of(path: &Path) -> Option<Self> {
        let first = begins(path, 20);
        if first.starts_with(b"SQLite format 3\0") {
            Some(Self::Grype)
        } else {
            is_bolt(&first).then_some(Self::Trivy)
        }
    }

    /// Reads it.
    pub fn read(self, path: &Path, contents: &mut Contents) -> Result<Taken, ForeignError> {
        match self {
            Self::Trivy => crate::trivy::read(path, contents),
            Self::Grype => crate::grype::read(path, contents),
        }
    }
}
