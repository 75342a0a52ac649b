//! What is kept on disk: the last good bundle, so that a restart without its source begins with it.
//!
//! A bundle is written beside the one in use, and takes its place by one renaming, so that an interrupted write or a
//! full disk leaves what was there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;

use crate::bundle::{Budget, Bundle, BundleError, Digest, FileOrigin, Gathering, Provenance};

/// The folder of what is kept of one source.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// Why a bundle cannot be kept, or what was kept cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The folder cannot be written or read.
    #[error("cannot keep policies in `{path}`: {error}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// What was kept is not what was written.
    #[error("what is kept in `{path}` is damaged: {problem}")]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// What is written beside the files.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    digest: Digest,
    provenance: Provenance,
    files: BTreeMap<SmolStr, FileOrigin>,
}

/// A bundle that is on disk and not in use yet.
#[derive(Debug)]
pub struct Waiting<'a> {
    cache: &'a Cache,
    folder: PathBuf,
    digest: Digest,
}

const RECORD: &str = "bundle.json";
const FILES: &str = "files";
const CURRENT: &str = "current";

impl Cache {
    /// What is kept of a source, below a folder that several sources may share.
    pub fn new(folder: &Path, source: &str) -> Self {
        let name = HEXLOWER.encode(&Sha256::digest(source.as_bytes())[..16]);
        Self { folder: folder.join(name) }
    }

    /// The bundle that was in use last; none where there was none.
    pub fn load(&self, budget: Budget) -> Result<Option<(Bundle, PathBuf)>, CacheError> {
        let pointer = self.folder.join(CURRENT);
        let name = match fs::read_to_string(&pointer) {
            Ok(name) => name,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CacheError::Disk { path: pointer, error }),
        };
        let name = name.trim();
        let damaged =
            |problem: &str| CacheError::Damaged { path: self.folder.clone(), problem: problem.to_owned() };
        if name.len() != 64 || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(damaged("`current` names no bundle"));
        }
        let folder = self.folder.join(name);
        let record = fs::read(folder.join(RECORD)).map_err(|_| damaged("the record is missing"))?;
        let record: Record =
            serde_json::from_slice(&record).map_err(|_| damaged("the record is no record"))?;
        let mut gathering = Gathering::new(budget);
        let files = folder.join(FILES);
        for (path, origin) in record.files {
            gathering.admit(&path, 0).map_err(|error| damaged(&error.to_string()))?;
            let bytes =
                fs::read(files.join(path.as_str())).map_err(|_| damaged(&format!("`{path}` is missing")))?;
            gathering.add(&path, bytes, origin).map_err(|error: BundleError| damaged(&error.to_string()))?;
        }
        let bundle = gathering.bundle(record.provenance).map_err(|error| damaged(&error.to_string()))?;
        if bundle.digest().hex() != name || *bundle.digest() != record.digest {
            return Err(damaged("its files are not those that were tested"));
        }
        Ok(Some((bundle, files)))
    }

    /// Writes a bundle beside the one in use.
    pub fn put(&self, bundle: &Bundle) -> Result<Waiting<'_>, CacheError> {
        let folder = self.folder.join(format!(".new-{}", std::process::id()));
        let failed = |error| CacheError::Disk { path: self.folder.clone(), error };
        write(bundle, &folder).map_err(|error| {
            // What is half-written is of no use; where it cannot be removed it is in nobody's way.
            let _ = fs::remove_dir_all(&folder);
            failed(error)
        })?;
        Ok(Waiting { cache: self, folder, digest: bundle.digest().clone() })
    }
}

impl Waiting<'_> {
    /// The folder of the files.
    pub fn files(&self) -> PathBuf {
        self.folder.join(FILES)
    }

    /// Puts the bundle in the place of the one in use, and gives the folder of its files.
    pub fn keep(self) -> Result<PathBuf, CacheError> {
        let failed = |error| CacheError::Disk { path: self.cache.folder.clone(), error };
        let name = self.digest.hex();
        let place = self.cache.folder.join(name);
        if place.exists() {
            // The same bundle from another commit: its record says so.
            fs::remove_dir_all(&place).map_err(failed)?;
        }
        fs::rename(&self.folder, &place).map_err(failed)?;
        let pointer = self.cache.folder.join(".current");
        let written = File::create(&pointer).and_then(|mut out| {
            out.write_all(name.as_bytes())?;
            out.sync_all()
        });
        written.map_err(failed)?;
        fs::rename(&pointer, self.cache.folder.join(CURRENT)).map_err(failed)?;
        self.cache.clean(name);
        Ok(place.join(FILES))
    }

    /// Removes what was written.
    pub fn forget(self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Cache {
    /// Removes bundles that are not in use; what stays is in nobody's way.
    fn clean(&self, keep: &str) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_bundle = name.len() == 64 || name.starts_with(".new-");
            if is_bundle && name != keep {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn write(bundle: &Bundle, folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let files = folder.join(FILES);
    fs::create_dir_all(&files)?;
    let mut record = Record {
        digest: bundle.digest().clone(),
        provenance: bundle.provenance.clone(),
        files: BTreeMap::new(),
    };
    for file in bundle.files() {
        let path = files.join(file.path.as_str());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, &file.bytes)?;
        record.files.insert(file.path.clone(), file.origin.clone());
    }
    let mut out = File::create(folder.join(RECORD))?;
    out.write_all(&serde_json::to_vec(&record).map_err(io::Error::other)?)?;
    out.sync_all()
}
