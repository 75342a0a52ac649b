//! Archives whose bytes depend on nothing but what is in them.

use std::fs;
use std::io::Write;

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};

use crate::workspace::root;

/// A file of an archive.
pub(super) struct Entry<'a> {
    pub(super) path: &'a str,
    pub(super) mode: u32,
    pub(super) bytes: &'a [u8],
}

/// The program with its licence, for those who want no image.
pub(super) fn packed(program: &[u8], time: u64) -> Result<Vec<u8>> {
    let texts = ["LICENSE", "NOTICE", "README.md"].map(|name| {
        fs::read(root().join(name))
            .with_context(|| format!("cannot read `{name}`"))
            .map(|bytes| (name, bytes))
    });
    let mut entries = vec![Entry { path: "sekisho", mode: 0o755, bytes: program }];
    let texts = texts.into_iter().collect::<Result<Vec<_>>>()?;
    entries.extend(texts.iter().map(|(path, bytes)| Entry { path, mode: 0o644, bytes }));
    gzip(&tar(&entries, time)?)
}

/// A tar archive: files in the given order, all of them root's and of one time.
pub(super) fn tar(entries: &[Entry<'_>], time: u64) -> Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for entry in entries {
        let mut header = tar::Header::new_ustar();
        let folder = entry.path.ends_with('/');
        header.set_entry_type(if folder { tar::EntryType::Directory } else { tar::EntryType::Regular });
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(entry.mode);
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        builder.append_data(&mut header, entry.path, entry.bytes)?;
    }
    Ok(builder.into_inner()?)
}

/// Gzip without a name and a time.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
