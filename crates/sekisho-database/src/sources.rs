//! What a database is built of: records in files, and databases.

use std::path::PathBuf;

use sekisho_vulnerability::{Contents, DatabaseError};

use crate::beginning::begins;
use crate::foreign::Foreign;
use crate::foreign_error::ForeignError;
use crate::gather::{Failure, GatherError, Gathered, Limits, gather};
use crate::install::{InstallError, open};

/// Why sources cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Folders, archives and files.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// Another scanner's database.
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    /// A database of ours.
    #[error(transparent)]
    Own(#[from] InstallError),
}

/// Reads everything at these paths into contents: records in folders and archives, and databases.
pub fn read_sources(
    paths: &[PathBuf],
    contents: &mut Contents,
    limits: Limits,
) -> Result<Gathered, SourceError> {
    let mut records = Vec::new();
    let mut gathered = Gathered::default();
    for path in paths {
        if begins(path, 8).starts_with(b"SEKI\r\n\x1a\n") {
            let wrong = |source: DatabaseError| InstallError::Content { path: path.clone(), source };
            let database = open(path)?;
            database.prove().map_err(wrong)?;
            contents.add_all(&database).map_err(wrong)?;
        } else if let Some(foreign) = Foreign::of(path) {
            let taken = foreign.read(path, contents)?;
            gathered.files += 1;
            gathered.advisories += taken.records;
            if taken.malformed > 0 {
                gathered.failed += 1;
                let reason = format!("{} of its records cannot be read", taken.malformed);
                gathered.failures.push(Failure { path: path.display().to_string(), reason });
            }
        } else {
            records.push(path.clone());
        }
    }
    let of_records = gather(&records, contents, limits)?;
    gathered.files += of_records.files;
    gathered.others += of_records.others;
    gathered.advisories += of_records.advisories;
    gathered.failed += of_records.failed;
    gathered.failures.extend(of_records.failures);
    Ok(gathered)
}
