//! The rules of a run, and the detector that applies them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use sekisho_leak::{Detector, Ignored, Limits, RuleSet};
use sha2::{Digest as _, Sha256};

/// What a command asks for about credentials.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// A file of rules in the format of gitleaks; none: our own.
    pub(crate) rules: Option<PathBuf>,
    /// Whether the history of repositories is looked through too.
    pub(crate) history: bool,
    /// Lists of files that are denied.
    pub(crate) denied: Vec<PathBuf>,
}

/// The rules of a run.
pub(crate) struct Search {
    name: String,
    goes_back: bool,
    given: Option<RuleSet>,
    /// Changes with the rules, for results that are kept.
    version: String,
}

/// A file that names findings which are no credentials.
const IGNORED: &str = ".gitleaksignore";

impl Search {
    /// Reads the rules.
    pub(crate) fn new(asked: &Asked) -> Result<Self> {
        let Some(path) = &asked.rules else {
            return Ok(Self {
                name: String::new(),
                goes_back: asked.history,
                given: None,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            });
        };
        let mut digest = Sha256::new();
        let text = read(path)?;
        digest.update(&text);
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        let set = RuleSet::read(&text, &mut |name| {
            // As in gitleaks from where the command runs, else from where the file lies.
            let file = Path::new(name);
            let file = if file.exists() { file.to_owned() } else { folder.join(name) };
            let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
            digest.update(&text);
            Ok(text)
        });
        let set = set.with_context(|| format!("`{}`", path.display()))?;
        Ok(Self {
            name: path.display().to_string(),
            goes_back: asked.history,
            given: Some(set),
            version: HEXLOWER.encode(&digest.finalize()),
        })
    }

    /// The detector of the rules.
    pub(crate) fn detector(&self) -> Result<Detector<'_>> {
        let set = match &self.given {
            Some(set) => set,
            None => RuleSet::ours(),
        };
        Ok(Detector::new(set, Limits::default())?)
    }

    /// The file of the rules.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What stands in the rules and is not done.
    pub(crate) fn notes(&self) -> &[String] {
        self.given.as_ref().map_or(&[], RuleSet::notes)
    }

    /// Whether the history of repositories is looked through too.
    pub(crate) fn goes_back(&self) -> bool {
        self.goes_back
    }

    /// Names the rules, for results that are kept.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}

/// The findings that a folder says are none.
pub(crate) fn ignored(folder: &Path) -> Ignored {
    std::fs::read_to_string(folder.join(IGNORED)).map(|text| Ignored::read(&text)).unwrap_or_default()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read the rules `{}`", path.display()))
}
