//! Files for tests: those of the fixtures, and those that a test makes up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sekisho_kustomize::{BuildError, Built, Files, Options, build};

/// The folder of the fixtures.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Files on disk.
pub(crate) struct Disk(pub(crate) PathBuf);

impl Files for Disk {
    #[expect(clippy::disallowed_methods, reason = "the test reads its data")]
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.0.join(path);
        if !path.is_file() {
            return Ok(None);
        }
        std::fs::read(path).map(Some).map_err(|error| error.to_string())
    }

    fn is_folder(&self, path: &str) -> bool {
        self.0.join(path).is_dir()
    }
}

/// Files by path.
pub(crate) struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    pub(crate) fn new<const N: usize>(files: [(&str, &str); N]) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect())
    }

    pub(crate) fn add(&mut self, path: &str, text: &str) {
        self.0.insert(path.to_owned(), text.as_bytes().to_vec());
    }

    pub(crate) fn build(&self, folder: &str) -> Result<Built, BuildError> {
        build(folder, self, None, &Options::default())
    }

    /// The message of a build that fails.
    pub(crate) fn refusal(&self, folder: &str) -> String {
        match self.build(folder) {
            Ok(built) => format!("it builds:\n{}", built.to_yaml()),
            Err(error) => error.to_string(),
        }
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).cloned())
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        path.is_empty() || self.0.keys().any(|known| known.starts_with(&below))
    }
}
