//! What was found in layers, kept by the digests of their bytes and by the set of analyzers.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sekisho_oci::digest::Digest;
use sekisho_package::Layer;

use crate::section::Section;
use crate::source::LayerBytes;

/// Why nothing can be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep results in `{}`: {source}; `--no-cache` goes without", folder.display())]
pub struct CacheError {
    folder: PathBuf,
    source: io::Error,
}

/// A folder of results. Several processes may use one at the same time.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    /// The most bytes that are kept; the oldest results go first.
    limit: u64,
}

/// What shows, without reading its bytes, that a layer is one that was read before: the digest that a registry
/// gives it by, or the state of the file that it lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof(String);

/// The beginning of a file of results; it changes with the form.
const MARK: &str = "sekisho layer 1 ";
/// The most bytes of one result.
const RESULT_LIMIT: u64 = 256 << 20;
/// The most bytes that are kept where nothing is said.
const LIMIT: u64 = 2 << 30;

impl Proof {
    /// What shows which layer this is; none for bytes that can be read once, and for folders.
    pub fn of(bytes: &LayerBytes, digest: Option<&Digest>) -> Option<Self> {
        match bytes {
            // Whatever comes under this digest is proved to have it when it is read first.
            LayerBytes::Stream(_) => digest.map(|digest| Self(digest.to_string())),
            LayerBytes::Section(section) => Self::of_section(section),
            LayerBytes::Folder(_) => None,
        }
    }

    #[cfg(unix)]
    fn of_section(section: &Section) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let data = section.file().metadata().ok()?;
        // A file without a name is never the same again.
        if data.nlink() == 0 {
            return None;
        }
        let times = [data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec()];
        let place = (data.dev(), data.ino(), data.len(), section.offset());
        Some(Self(format!("file {place:?} {times:?}")))
    }

    #[cfg(not(unix))]
    fn of_section(_: &Section) -> Option<Self> {
        None
    }
}

impl Cache {
    /// The folder that `SEKISHO_CACHE` names, else the usual one of the user; none where there is no home.
    pub fn usual() -> Option<Self> {
        Self::home().map(|folder| Self::at(folder.join("layers")))
    }

    /// The folder for what can be got again: that of `SEKISHO_CACHE`, else `sekisho` in the user's.
    pub fn home() -> Option<PathBuf> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        variable("SEKISHO_CACHE").or_else(|| {
            let usual = variable("XDG_CACHE_HOME")
                .or_else(|| variable("LOCALAPPDATA"))
                .or_else(|| variable("HOME").map(|home| home.join(".cache")));
            usual.map(|folder| folder.join("sekisho"))
        })
    }

    /// A folder, which need not be there yet.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, limit: LIMIT }
    }

    /// The same with another limit of bytes.
    #[must_use]
    pub fn with_limit(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    /// What was found in a layer, where it was read to its end before and proved to be the one of this diff id.
    pub fn layer(&self, proof: &Proof, diff_id: &Digest, version: &str) -> Option<Layer> {
        self.vouches(proof, diff_id).then_some(())?;
        let bytes = Self::read(&self.path("layer", &[&diff_id.to_string(), version]))?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Keeps what was found in a layer that was read to its end.
    pub fn keep(
        &self,
        proof: Option<&Proof>,
        diff_id: &Digest,
        version: &str,
        layer: &Layer,
    ) -> Result<(), CacheError> {
        let fault = |source| CacheError { folder: self.folder.clone(), source };
        let bytes = serde_json::to_vec(layer).map_err(|error| fault(error.into()))?;
        if bytes.len() as u64 > RESULT_LIMIT.min(self.limit) {
            return Ok(());
        }
        self.make_folder().map_err(fault)?;
        let path = self.path("layer", &[&diff_id.to_string(), version]);
        self.write(&path, &bytes).map_err(fault)?;
        if let Some(proof) = proof {
            let path = self.path("proof", &[&proof.0, &diff_id.to_string()]);
            self.write(&path, diff_id.to_string().as_bytes()).map_err(fault)?;
        }
        self.prune().map_err(fault)
    }

    /// Whether what this shows is a layer that was read to its end before and proved to be the one of this diff id.
    pub fn vouches(&self, proof: &Proof, diff_id: &Digest) -> bool {
        let known = Self::read(&self.path("proof", &[&proof.0, &diff_id.to_string()]));
        known.is_some_and(|known| known == diff_id.to_string().as_bytes())
    }

    /// What was kept beside a layer under a name. Only for a layer that [`Self::layer`] or
    /// [`Self::vouches`] has just vouched for; of several layers laid over one another, under a digest of them all.
    pub fn note(&self, diff_id: &Digest, name: &str) -> Option<Vec<u8>> {
        Self::read(&self.path("note", &[&diff_id.to_string(), name]))
    }

    /// Keeps something beside a layer under a name.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_note(&self, diff_id: &Digest, name: &str, bytes: &[u8]) -> Result<(), CacheError> {
        let fault = |source| CacheError { folder: self.folder.clone(), source };
        if bytes.len() as u64 > RESULT_LIMIT.min(self.limit) {
            return Ok(());
        }
        self.make_folder().map_err(fault)?;
        self.write(&self.path("note", &[&diff_id.to_string(), name]), bytes).map_err(fault)
    }

    fn path(&self, kind: &str, parts: &[&str]) -> PathBuf {
        let name = Digest::of(parts.join("\0").as_bytes());
        self.folder.join(format!("{kind}-{}", name.value()))
    }

    #[cfg(unix)]
    fn make_folder(&self) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)
    }

    #[cfg(not(unix))]
    fn make_folder(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)
    }

    /// The bytes of a result that is whole; a broken one is as good as none.
    fn read(path: &Path) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path).ok()?.take(RESULT_LIMIT).read_to_end(&mut bytes).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let said: Digest = std::str::from_utf8(bytes.get(..end)?).ok()?.strip_prefix(MARK)?.parse().ok()?;
        bytes.drain(..=end);
        said.names(&bytes).then_some(bytes)
    }

    /// Writes a result so that it is there whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        writeln!(file, "{MARK}{}", Digest::of(bytes))?;
        file.write_all(bytes)?;
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    }

    /// Takes the oldest results away where there are too many.
    fn prune(&self) -> io::Result<()> {
        let mut known: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // Another process may have taken it away.
            if let Ok(metadata) = entry.metadata() {
                known.push((metadata.modified()?, metadata.len(), entry.path()));
            }
        }
        let mut total: u64 = known.iter().map(|(_, size, _)| size).sum();
        if total <= self.limit {
            return Ok(());
        }
        known.sort();
        for (_, size, path) in known {
            if total <= self.limit {
                break;
            }
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => total -= size,
            }
        }
        Ok(())
    }
}
