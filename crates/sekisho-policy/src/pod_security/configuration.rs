//! What the administrator says of all namespaces: a `PodSecurityConfiguration`.

use std::collections::BTreeSet;

use sekisho_manifest::{Entry, FieldPath, Node, Span, field};
use smol_str::SmolStr;

use super::level::{Level, LevelError, LevelVersion, Version};
use super::levels::Levels;

/// What holds for all namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// The levels where labels say nothing.
    pub defaults: Levels,
    /// Who is asked for nothing.
    pub exemptions: Exemptions,
}

/// Who is asked for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exemptions {
    /// Users, by name; what the controllers make of their workloads is not theirs.
    pub usernames: Vec<SmolStr>,
    /// Namespaces, by name.
    pub namespaces: Vec<SmolStr>,
    /// Classes of runtime, by name.
    pub runtime_classes: Vec<SmolStr>,
}

/// What is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {fault}")]
pub struct ConfigurationError {
    /// The field.
    pub path: FieldPath,
    /// Where it stands.
    pub span: Span,
    /// What is wrong with it.
    pub fault: ConfigurationFault,
}

/// What is wrong with a field of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationFault {
    /// The document is of another kind or version.
    #[error("must be a PodSecurityConfiguration of pod-security.admission.config.k8s.io/v1")]
    Kind,
    /// The field is unknown.
    #[error("is no field of a PodSecurityConfiguration: remove it")]
    Unknown,
    /// The value is of the wrong type.
    #[error("must be {0}")]
    Type(&'static str),
    /// The value names no level or version.
    #[error("`{0}` {1}")]
    Level(SmolStr, LevelError),
    /// The value can be no name of such a thing.
    #[error("`{0}` is no name: use {1}")]
    Name(SmolStr, &'static str),
    /// The value stands twice.
    #[error("`{0}` stands twice: remove one")]
    Duplicate(SmolStr),
}

const GROUP: &str = "pod-security.admission.config.k8s.io/";

impl Configuration {
    /// Reads a `PodSecurityConfiguration`, or the one within an `AdmissionConfiguration`, as strictly as the API
    /// server: every error, and no configuration with one.
    pub fn read(root: &Node) -> Result<Self, Vec<ConfigurationError>> {
        let mut reader = Reader { path: FieldPath::root(), errors: Vec::new() };
        let mut configuration = Self::default();
        match within(root) {
            Some((index, node)) => {
                reader.path = field!["plugins", index, "configuration"];
                reader.configuration(node, &mut configuration);
            }
            None => reader.configuration(root, &mut configuration),
        }
        if reader.errors.is_empty() { Ok(configuration) } else { Err(reader.errors) }
    }
}

impl Exemptions {
    pub(super) fn namespace(&self, name: &str) -> bool {
        !name.is_empty() && self.namespaces.iter().any(|known| known == name)
    }

    pub(super) fn user(&self, name: &str) -> bool {
        !name.is_empty() && self.usernames.iter().any(|known| known == name)
    }

    pub(super) fn runtime_class(&self, name: &str) -> bool {
        !name.is_empty() && self.runtime_classes.iter().any(|known| known == name)
    }
}

/// The configuration of the plug-in within that of all plug-ins, and its index.
pub(super) fn within(root: &Node) -> Option<(usize, &Node)> {
    if root.str("kind") != "AdmissionConfiguration" {
        return None;
    }
    let (index, plugin) = root
        .get("plugins")?
        .items()
        .iter()
        .enumerate()
        .find(|(_, plugin)| plugin.str("name") == "PodSecurity")?;
    Some((index, plugin.get("configuration")?))
}

/// Reads, and notes what is wrong.
struct Reader {
    /// The mapping that is being read.
    path: FieldPath,
    errors: Vec<ConfigurationError>,
}

impl Reader {
    fn note(&mut self, path: FieldPath, at: &Node, fault: ConfigurationFault) {
        self.errors.push(ConfigurationError { path, span: at.span, fault });
    }

    fn configuration(&mut self, root: &Node, configuration: &mut Configuration) {
        let version = root.str("apiVersion").strip_prefix(GROUP);
        let is_known = matches!(version, Some("v1" | "v1beta1" | "v1alpha1"));
        if root.str("kind") != "PodSecurityConfiguration" || !is_known {
            self.note(self.path.clone(), root, ConfigurationFault::Kind);
            return;
        }
        for entry in root.entries() {
            match entry.key.as_str() {
                "kind" | "apiVersion" => {}
                "defaults" => self.within(entry, |reader, entry| {
                    reader.default(entry, &mut configuration.defaults);
                }),
                "exemptions" => self.within(entry, |reader, entry| {
                    reader.exemption(entry, &mut configuration.exemptions);
                }),
                _ => self.note(self.path.child(&entry.key), &entry.node, ConfigurationFault::Unknown),
            }
        }
    }

    /// Reads the entries of a mapping.
    fn within(&mut self, entry: &Entry, mut read: impl FnMut(&mut Self, &Entry)) {
        let path = self.path.child(&entry.key);
        if entry.node.as_mapping().is_none() && !entry.node.is_null() {
            self.note(path, &entry.node, ConfigurationFault::Type("a mapping"));
            return;
        }
        let outer = std::mem::replace(&mut self.path, path);
        for entry in entry.node.entries() {
            read(self, entry);
        }
        self.path = outer;
    }

    fn default(&mut self, entry: &Entry, levels: &mut Levels) {
        let path = self.path.child(&entry.key);
        let (mode, is_version) = match entry.key.strip_suffix("-version") {
            Some(mode) => (mode, true),
            None => (entry.key.as_str(), false),
        };
        let policy: &mut LevelVersion = match mode {
            "enforce" => &mut levels.enforce,
            "audit" => &mut levels.audit,
            "warn" => &mut levels.warn,
            _ => return self.note(path, &entry.node, ConfigurationFault::Unknown),
        };
        let text = match entry.node.as_str() {
            // What is empty is as good as absent.
            Some("") => return,
            None if entry.node.is_null() => return,
            Some(text) => text,
            None => return self.note(path, &entry.node, ConfigurationFault::Type("a text")),
        };
        let read = if is_version {
            Version::parse(text).map(|version| policy.version = version)
        } else {
            Level::parse(text).map(|level| policy.level = level)
        };
        if let Err(error) = read {
            self.note(path, &entry.node, ConfigurationFault::Level(text.into(), error));
        }
    }

    fn exemption(&mut self, entry: &Entry, exemptions: &mut Exemptions) {
        /// Whether a text can name such a thing, and what can.
        type Rule = (fn(&str) -> bool, &'static str);
        let (list, (is_name, rule)): (&mut Vec<SmolStr>, Rule) = match entry.key.as_str() {
            "usernames" => (&mut exemptions.usernames, (|name| !name.is_empty(), "the name of a user")),
            "namespaces" => {
                (&mut exemptions.namespaces, (is_label, "lower case letters, digits and `-`, at most 63"))
            }
            "runtimeClasses" => (
                &mut exemptions.runtime_classes,
                (is_subdomain, "lower case letters, digits, `-` and `.`, at most 253"),
            ),
            _ => return self.note(self.path.child(&entry.key), &entry.node, ConfigurationFault::Unknown),
        };
        let path = self.path.child(&entry.key);
        if !entry.node.is_null() && !matches!(entry.node.value, sekisho_manifest::Value::Sequence(_)) {
            return self.note(path, &entry.node, ConfigurationFault::Type("a list"));
        }
        let mut seen = BTreeSet::new();
        for (index, item) in entry.node.items().iter().enumerate() {
            let name = item.as_str().unwrap_or("");
            let fault = if !item.is_null() && item.as_str().is_none() {
                ConfigurationFault::Type("a text")
            } else if !is_name(name) {
                ConfigurationFault::Name(name.into(), rule)
            } else if !seen.insert(name) {
                ConfigurationFault::Duplicate(name.into())
            } else {
                list.push(name.into());
                continue;
            };
            self.note(path.child(index), item, fault);
        }
    }
}

/// Whether a text is a label of DNS as RFC 1123 has it.
fn is_label(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(is_inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether a text is a name of DNS as RFC 1123 has it; its labels may be of any length.
fn is_subdomain(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(is_inner) && !part.starts_with('-') && !part.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_part)
}
