//! What a user gives: values files and settings.

use std::sync::Arc;

use sekisho_manifest::{Budget, Format, LoadError, SourceId, load};
use smol_str::SmolStr;

use super::set::{self, Mode, SetError};
use super::table::merge;
use crate::value::{Map, Value, ValueKey};

/// What a user gives, in Helm's options. Files come first, in order, then `--set-json`, `--set`,
/// `--set-string`, `--set-file` and `--set-literal`; what comes later counts.
#[derive(Default, Clone)]
pub struct Given<'g> {
    /// `--values`
    pub files: Vec<ValuesFile>,
    /// `--set-json`
    pub json: Vec<String>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub strings: Vec<String>,
    /// `--set-file`
    pub from_files: Vec<String>,
    /// `--set-literal`
    pub literals: Vec<String>,
    /// Reads a file that `--set-file` names; without it no file can be read.
    pub read: Option<&'g ReadNamed<'g>>,
}

/// Reads a file by its name, or says why it cannot.
pub type ReadNamed<'g> = dyn Fn(&str) -> Result<Vec<u8>, String> + Sync + 'g;

/// A values file.
#[derive(Debug, Clone)]
pub struct ValuesFile {
    /// Its name, for messages.
    pub name: SmolStr,
    /// Its text.
    pub text: Arc<str>,
    /// The source that the caller entered it as.
    pub source: SourceId,
}

/// Why given values cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// A values file is no YAML.
    #[error("`{name}` is no YAML: {error}")]
    Yaml {
        /// Its name.
        name: SmolStr,
        /// What is wrong, and where.
        error: LoadError,
    },
    /// A values file holds no mapping.
    #[error("`{name}` must hold a mapping")]
    NoMapping {
        /// Its name.
        name: SmolStr,
    },
    /// A setting cannot be followed.
    #[error(transparent)]
    Set(#[from] SetError),
}

impl Given<'_> {
    /// Everything given, in one mapping.
    ///
    /// # Errors
    /// Where a file or a setting cannot be read.
    pub fn merged(&self) -> Result<Map, GivenError> {
        let mut values = Map::new();
        for file in &self.files {
            values = merge(&values, &file.values()?);
        }
        for line in &self.json {
            let trimmed = line.trim();
            let fails = |fault| SetError { option: "--set-json", line: line.clone(), fault };
            if trimmed.starts_with('{') {
                values = merge(&values, &set::json_object(trimmed).map_err(fails)?);
            } else {
                set::set(line, Mode::Json, &values).map_err(fails)?;
            }
        }
        let no_files = |_: &str| Err("no file may be read here".to_owned());
        let read = |path: &str| self.read.map_or_else(|| no_files(path), |read| read(path));
        let options: [(&'static str, &[String], Mode<'_>); 4] = [
            ("--set", &self.set, Mode::Typed),
            ("--set-string", &self.strings, Mode::Text),
            ("--set-file", &self.from_files, Mode::File(&read)),
            ("--set-literal", &self.literals, Mode::Literal),
        ];
        for (option, lines, mode) in options {
            for line in lines {
                set::set(line, mode, &values).map_err(|fault| SetError {
                    option,
                    line: line.clone(),
                    fault,
                })?;
            }
        }
        Ok(values)
    }
}

impl ValuesFile {
    /// The documents of the file, merged.
    fn values(&self) -> Result<Map, GivenError> {
        let loaded = load(self.source, &self.text, Format::Yaml, &Budget::default());
        if let Some(error) = loaded.errors.into_iter().next() {
            return Err(GivenError::Yaml { name: self.name.clone(), error });
        }
        let key = ValueKey::root(None);
        let mut values = Map::new();
        for document in &loaded.documents {
            match Value::from_node(&document.root, &key).as_map() {
                Some(map) => values = merge(&values, map),
                None => return Err(GivenError::NoMapping { name: self.name.clone() }),
            }
        }
        Ok(values)
    }
}
