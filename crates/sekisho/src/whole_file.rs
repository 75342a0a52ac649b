//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

/// Writes beside the file and renames, so that the file is never half written; its permissions stay.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = || format!("cannot write `{}`", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file()) {
        // A device or a pipe, as /dev/null: to put a file in its place would take it away from everyone.
        return fs::write(&target, bytes).with_context(fail);
    }
    let mut file = tempfile::NamedTempFile::new_in(target.parent().unwrap_or(folder)).with_context(fail)?;
    file.write_all(bytes).with_context(fail)?;
    match fs::metadata(&target) {
        Ok(metadata) => file.as_file().set_permissions(metadata.permissions()).with_context(fail)?,
        Err(_) => set_new_file_permissions(&file).with_context(fail)?,
    }
    file.persist(&target).map_err(|error| error.error).with_context(fail)?;
    Ok(())
}

/// A temporary file is private; a report is as readable as any new file.
#[cfg(unix)]
fn set_new_file_permissions(file: &tempfile::NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_new_file_permissions(_: &tempfile::NamedTempFile) -> io::Result<()> {
    Ok(())
}
