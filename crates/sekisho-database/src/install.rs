//! The database in its place: opened by mapping, replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sekisho_vulnerability::{Database, DatabaseError, Delta, PublicKey};

use crate::mapped::Mapped;

/// Why a database cannot be opened or put into its place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// A file cannot be read or written.
    #[error("cannot {verb} `{}`: {source}", path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The bytes are no database that can be used.
    #[error("`{}`: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        source: DatabaseError,
    },
    /// It is older than what is there.
    #[error(
        "the database offered is older than the one in place, which was kept: give `--force` if it is meant to go back"
    )]
    Older,
}

/// What a database must show before it takes the place of another.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Keys of which one must have signed it; none: no signature is asked for.
    pub keys: Vec<PublicKey>,
    /// Whether one that was built earlier may take the place of a later one.
    pub may_go_back: bool,
}

/// Opens the database of a file; it is mapped, not read.
pub fn open(path: &Path) -> Result<Database, InstallError> {
    let mapped = Mapped::open(path).map_err(|source| InstallError::File {
        verb: "open",
        path: path.to_owned(),
        source,
    })?;
    Database::open(mapped).map_err(|source| InstallError::Content { path: path.to_owned(), source })
}

/// The bytes of the whole database that bytes of a database or a delta lead to, all of it proved; `name` is told in
/// errors, `base` is the database in place.
pub fn read_trusted(
    name: &Path,
    bytes: Vec<u8>,
    base: Option<&Path>,
    trust: &Trust,
) -> Result<Vec<u8>, InstallError> {
    let wrong = |source| InstallError::Content { path: name.to_owned(), source };
    let old = base.filter(|base| base.exists()).map(open).transpose().ok().flatten();
    let (built, whole) = match Database::open(bytes.clone()) {
        Ok(database) => {
            database.prove().map_err(wrong)?;
            if !trust.keys.is_empty() {
                database.prove_signed(&trust.keys).map_err(wrong)?;
            }
            (database.built(), bytes)
        }
        Err(DatabaseError::Kind(..)) => {
            let delta = Delta::open(bytes).map_err(wrong)?;
            if !trust.keys.is_empty() {
                delta.prove_signed(&trust.keys).map_err(wrong)?;
            }
            let old = old.as_ref().ok_or_else(|| {
                wrong(DatabaseError::Kind("a delta", "the whole database, since none is in place"))
            })?;
            let whole = delta.apply(old).map_err(wrong)?;
            (Database::open(whole.clone()).map_err(wrong)?.built(), whole)
        }
        Err(error) => return Err(wrong(error)),
    };
    if !trust.may_go_back && old.is_some_and(|old| old.built() > built) {
        return Err(InstallError::Older);
    }
    Ok(whole)
}

/// Puts proved bytes into a place: written beside it, made safe on the disk, then renamed over what is there. Whatever
/// interrupts this, the place holds the old database or the new one.
pub fn install(path: &Path, bytes: &[u8]) -> Result<(), InstallError> {
    let fail = |verb, path: &Path, source| InstallError::File { verb, path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|source| fail("make", folder, source))?;
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(folder);
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".sekisho-").suffix(".part").tempfile_in(folder)?;
        file.write_all(bytes)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        file.as_file().sync_all()?;
        file.persist(&place)?;
        // The name too must be on the disk; not every file system lets folders be opened.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    };
    write().map_err(|source| fail("write", path, source))
}
