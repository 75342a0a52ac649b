//! Archives of the usual forms, file by file, for those who look for something else than packages in them: zip and its
//! kin, tar, packed by gzip or zstd or not, and archives within archives.

use std::io::{self, BufReader, Read};

use sekisho_oci::layer::{Expected, LayerReader};
use sekisho_oci::tar::TarKind;

use crate::zip::{Allowance, Archive};
use crate::{RandomAccess, ReadError};

/// How much of an archive is looked at.
#[derive(Debug, Clone)]
pub struct ArchiveLimits {
    /// Bytes of all its files once they are unpacked, those of archives within it included.
    pub unpacked: u64,
    /// Bytes of one file.
    pub file: u64,
    /// Files, those of archives within it included.
    pub files: u64,
    /// How deep archives may lie in one another.
    pub nesting: usize,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self { unpacked: 256 << 20, file: 16 << 20, files: 100_000, nesting: 4 }
    }
}

const FORMAT: &str = "archive";
const ZIP: [&str; 11] =
    [".zip", ".jar", ".war", ".ear", ".whl", ".egg", ".nupkg", ".aar", ".jpi", ".hpi", ".vsix"];
const TAR: [&str; 5] = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"];

/// Whether a file is an archive, by its name.
pub fn is_archive(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ZIP.iter().chain(&TAR).any(|ending| name.len() > ending.len() && name.ends_with(ending))
}

/// Hands over the files of an archive and of those within it that are wanted, each with its path from the archive on:
/// `inner.jar!/app.properties`. What was handed over before an error counts.
pub fn each_file(
    file: &dyn RandomAccess,
    limits: &ArchiveLimits,
    wants: &dyn Fn(&str) -> bool,
    take: &mut dyn FnMut(&str, &[u8]),
) -> Result<(), ReadError> {
    let mut walk =
        Walk { limits, wants, take, allowance: Allowance::new(limits.unpacked), files: 0, first_error: None };
    walk.archive(file, "", limits.nesting)?;
    walk.first_error.map_or(Ok(()), Err)
}

struct Walk<'w> {
    limits: &'w ArchiveLimits,
    wants: &'w dyn Fn(&str) -> bool,
    take: &'w mut dyn FnMut(&str, &[u8]),
    allowance: Allowance,
    files: u64,
    /// A file within that could not be read does not hide the others.
    first_error: Option<ReadError>,
}

impl Walk<'_> {
    fn archive(&mut self, file: &dyn RandomAccess, prefix: &str, depth: usize) -> Result<(), ReadError> {
        let mut begin = [0; 4];
        file.read_at(0, &mut begin)?;
        if begin.starts_with(b"PK") { self.zip(file, prefix, depth) } else { self.tar(file, prefix, depth) }
    }

    fn zip(&mut self, file: &dyn RandomAccess, prefix: &str, depth: usize) -> Result<(), ReadError> {
        let archive = Archive::open(file)?;
        for member in &archive.members {
            self.count()?;
            if !self.is_wanted(&member.name) {
                continue;
            }
            match archive.read(file, member, self.limits.file, &mut self.allowance) {
                Ok(bytes) => self.found(&member.name, prefix, &bytes, depth)?,
                Err(error @ ReadError::Limit { .. }) if self.allowance.is_spent() => return Err(error),
                Err(error) => self.keep(error),
            }
        }
        Ok(())
    }

    fn tar(&mut self, file: &dyn RandomAccess, prefix: &str, depth: usize) -> Result<(), ReadError> {
        let reader = BufReader::with_capacity(128 << 10, FromStart { file, offset: 0 });
        let budget = sekisho_oci::budget::Budget {
            bytes: self.limits.unpacked.saturating_mul(4),
            entries: self.limits.files.saturating_mul(2),
            // The layer that holds the archive may look far back already.
            window_bytes: 8 << 20,
            ..sekisho_oci::budget::Budget::default()
        };
        let broken = |error: sekisho_oci::error::ArchiveError| ReadError::malformed(FORMAT, error);
        let mut archive = LayerReader::new(reader, Expected::default(), budget).map_err(broken)?;
        while let Some(entry) = archive.next_entry().map_err(broken)? {
            if !matches!(entry.kind, TarKind::File) || entry.fault.is_some() {
                continue;
            }
            let (name, size) = (entry.path.clone(), entry.size);
            self.count()?;
            if !self.is_wanted(&name) {
                continue;
            }
            if size > self.limits.file {
                self.keep(ReadError::Limit { what: "bytes of one file", limit: self.limits.file });
                continue;
            }
            self.allowance.spend(size)?;
            let mut bytes = Vec::new();
            (&mut archive).take(size).read_to_end(&mut bytes)?;
            self.found(&name, prefix, &bytes, depth)?;
        }
        Ok(())
    }

    fn is_wanted(&self, name: &str) -> bool {
        is_archive(name) || (self.wants)(name)
    }

    fn found(&mut self, name: &str, prefix: &str, bytes: &[u8], depth: usize) -> Result<(), ReadError> {
        let path = format!("{prefix}{}", name.trim_start_matches("./").trim_start_matches('/'));
        if !is_archive(name) {
            (self.take)(&path, bytes);
            return Ok(());
        }
        let Some(depth) = depth.checked_sub(1) else {
            let limit = self.limits.nesting as u64;
            self.keep(ReadError::Limit { what: "archives in one another", limit });
            return Ok(());
        };
        match self.archive(&bytes, &format!("{path}!/"), depth) {
            Err(error @ ReadError::Limit { .. }) if self.allowance.is_spent() => Err(error),
            Err(error) => {
                self.keep(error);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn count(&mut self) -> Result<(), ReadError> {
        self.files += 1;
        if self.files > self.limits.files {
            return Err(ReadError::Limit { what: "files", limit: self.limits.files });
        }
        Ok(())
    }

    fn keep(&mut self, error: ReadError) {
        self.first_error.get_or_insert(error);
    }
}

/// Reads from the beginning on.
struct FromStart<'f> {
    file: &'f dyn RandomAccess,
    offset: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(self.offset, buffer)?;
        self.offset += count as u64;
        Ok(count)
    }
}
