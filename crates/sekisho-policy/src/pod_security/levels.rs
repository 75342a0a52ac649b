//! The levels of a namespace: what its labels ask for, beside what the configuration says of all.

use std::collections::BTreeSet;

use sekisho_manifest::Node;

use super::level::{Level, LevelError, LevelVersion, Version};
use super::wording::quote;

/// What is asked of the Pods of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// What is refused otherwise.
    pub enforce: LevelVersion,
    /// What is recorded otherwise.
    pub audit: LevelVersion,
    /// What is warned of otherwise.
    pub warn: LevelVersion,
}

/// A label of a namespace that names no level or version. Its text is the API server's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.field(), self.body())]
pub struct LabelError {
    /// The label.
    pub label: &'static str,
    /// Its value.
    pub value: String,
    /// What is wrong with it.
    pub error: LevelError,
}

pub(super) const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
pub(super) const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";
pub(super) const AUDIT: &str = "pod-security.kubernetes.io/audit";
pub(super) const AUDIT_VERSION: &str = "pod-security.kubernetes.io/audit-version";
pub(super) const WARN: &str = "pod-security.kubernetes.io/warn";
pub(super) const WARN_VERSION: &str = "pod-security.kubernetes.io/warn-version";

impl Default for Levels {
    /// What holds where nobody says anything: everything is allowed.
    fn default() -> Self {
        let privileged = LevelVersion::latest(Level::Privileged);
        Self { enforce: privileged, audit: privileged, warn: privileged }
    }
}

impl Levels {
    /// What the labels of a namespace ask for, and the errors in them.
    ///
    /// A level that cannot be read is `restricted` where it is enforced and `privileged` elsewhere, a version
    /// that cannot be read is `latest`. Who enforces a level and does not say of what to warn is warned of that
    /// level, unless the configuration warns of a stricter one.
    pub fn of(namespace: &Node, defaults: &Self) -> (Self, Vec<LabelError>) {
        let mut levels = *defaults;
        let mut labels = Labels { node: namespace.at(&["metadata", "labels"]), errors: Vec::new() };
        let enforced = labels.level(ENFORCE, &mut levels.enforce.level, Level::Restricted);
        labels.version(ENFORCE_VERSION, &mut levels.enforce.version);
        labels.level(AUDIT, &mut levels.audit.level, Level::Privileged);
        labels.version(AUDIT_VERSION, &mut levels.audit.version);
        labels.level(WARN, &mut levels.warn.level, Level::Privileged);
        labels.version(WARN_VERSION, &mut levels.warn.version);
        if enforced && !labels.has(WARN) && levels.enforce.level > levels.warn.level {
            levels.warn.level = levels.enforce.level;
            if !labels.has(WARN_VERSION) {
                levels.warn.version = levels.enforce.version;
            }
        }
        (levels, labels.errors)
    }

    /// Whether everything is allowed, and nothing recorded or warned of.
    pub fn is_privileged(&self) -> bool {
        self.all().iter().all(|policy| policy.level == Level::Privileged)
    }

    /// Whether both ask for the same.
    pub(super) fn is_equivalent(&self, other: &Self) -> bool {
        self.all().into_iter().zip(other.all()).all(|(mine, theirs)| mine.is_equivalent(theirs))
    }

    fn all(&self) -> [LevelVersion; 3] {
        [self.enforce, self.audit, self.warn]
    }
}

impl LabelError {
    /// The field.
    pub(super) fn field(&self) -> String {
        format!("metadata.labels[{}]", self.label)
    }

    /// The error without the field.
    pub(super) fn body(&self) -> String {
        format!("Invalid value: {}: {}", quote(&self.value), self.error)
    }
}

/// Several errors in one text, each once.
pub(super) fn aggregate(errors: &[LabelError]) -> String {
    let mut seen = BTreeSet::new();
    let texts: Vec<String> =
        errors.iter().map(ToString::to_string).filter(|text| seen.insert(text.clone())).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// The labels of a namespace, and what is wrong in them.
struct Labels<'a> {
    node: Option<&'a Node>,
    errors: Vec<LabelError>,
}

impl Labels<'_> {
    fn has(&self, label: &str) -> bool {
        self.node.is_some_and(|labels| labels.entry(label).is_some())
    }

    /// The text of a label; that of a null is empty, as Go reads it.
    fn text(&self, label: &str) -> Option<String> {
        let value = &self.node?.entry(label)?.node;
        Some(match value.as_str() {
            Some(text) => text.to_owned(),
            None if value.is_null() => String::new(),
            None => value.to_json().to_string(),
        })
    }

    /// Reads a level; whether there is one that can be read.
    fn level(&mut self, label: &'static str, level: &mut Level, otherwise: Level) -> bool {
        let Some(value) = self.text(label) else { return false };
        let read = Level::parse(&value);
        *level = read.unwrap_or(otherwise);
        self.note(label, value, read.err());
        read.is_ok()
    }

    fn version(&mut self, label: &'static str, version: &mut Version) {
        let Some(value) = self.text(label) else { return };
        let read = Version::parse(&value);
        *version = read.unwrap_or(Version::Latest);
        self.note(label, value, read.err());
    }

    fn note(&mut self, label: &'static str, value: String, error: Option<LevelError>) {
        self.errors.extend(error.map(|error| LabelError { label, value, error }));
    }
}
