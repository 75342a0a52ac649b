//! Context entries, as rules declare them.

use smol_str::SmolStr;

use crate::facts::FactKind;
use crate::value::Value;

/// A name and where its value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextEntry {
    /// The name that variables use.
    pub name: SmolStr,
    /// Where its value comes from.
    pub source: EntrySource,
}

/// Where the value of a context entry comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum EntrySource {
    /// Of a value, an expression, or both, with a default.
    Variable {
        /// The value; null where there is none.
        value: Value,
        /// The expression over the value, or over the context where there is none; may be empty.
        jmespath: SmolStr,
        /// What counts where nothing comes of these; null where there is none.
        default: Value,
    },
    /// Of a ConfigMap.
    ConfigMap {
        /// Its name.
        name: SmolStr,
        /// Its namespace; may be empty.
        namespace: SmolStr,
    },
    /// Of an answer of the API server or of a service.
    ApiCall {
        /// The call, as it is written: `urlPath`, `method`, `data`, `service`.
        call: Value,
        /// The expression over the answer; may be empty.
        jmespath: SmolStr,
        /// What counts where there is no answer; null where there is none.
        default: Value,
    },
    /// Of what a registry says of an image.
    ImageRegistry {
        /// The reference.
        reference: SmolStr,
        /// The expression over the image's data; may be empty.
        jmespath: SmolStr,
    },
    /// Of a global context entry.
    GlobalReference {
        /// Its name, and behind a dot the name of a projection.
        name: SmolStr,
        /// The expression over its data; may be empty.
        jmespath: SmolStr,
    },
}

/// Why something is no context entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// It has no source.
    #[error("missing ConfigMap|APICall|ImageRegistry|Variable in context entry {0}")]
    NoSource(SmolStr),
}

impl ContextEntry {
    /// Reads a context entry; numbers in it are floats.
    pub fn read(source: &Value) -> Result<Self, EntryError> {
        let name = text(source, "name");
        let part = |key: &str| source.get(key).filter(|part| !part.is_null());
        let value = |part: &Value, key: &str| part.get(key).map(Value::with_floats).unwrap_or_default();
        let source = if let Some(part) = part("configMap") {
            EntrySource::ConfigMap { name: text(part, "name"), namespace: text(part, "namespace") }
        } else if let Some(part) = part("apiCall") {
            EntrySource::ApiCall {
                call: part.with_floats(),
                jmespath: text(part, "jmesPath"),
                default: value(part, "default"),
            }
        } else if let Some(part) = part("globalReference") {
            EntrySource::GlobalReference { name: text(part, "name"), jmespath: text(part, "jmesPath") }
        } else if let Some(part) = part("imageRegistry") {
            EntrySource::ImageRegistry {
                reference: text(part, "reference"),
                jmespath: text(part, "jmesPath"),
            }
        } else if let Some(part) = part("variable") {
            EntrySource::Variable {
                value: value(part, "value"),
                jmespath: text(part, "jmesPath"),
                default: value(part, "default"),
            }
        } else {
            return Err(EntryError::NoSource(name));
        };
        Ok(Self { name, source })
    }

    /// Reads a list of context entries; anything else is no entry at all.
    pub fn read_all(source: &Value) -> Result<Vec<Self>, EntryError> {
        source.as_list().unwrap_or(&[]).iter().map(Self::read).collect()
    }
}

impl EntrySource {
    /// The kind of facts that it needs; none where it needs none.
    pub fn needs(&self) -> Option<FactKind> {
        match self {
            Self::Variable { .. } => None,
            Self::ConfigMap { .. } => Some(FactKind::ConfigMap),
            Self::ApiCall { .. } => Some(FactKind::ApiCall),
            Self::ImageRegistry { .. } => Some(FactKind::Image),
            Self::GlobalReference { .. } => Some(FactKind::Global),
        }
    }
}

fn text(source: &Value, key: &str) -> SmolStr {
    source.get(key).and_then(Value::as_str).unwrap_or("").into()
}
