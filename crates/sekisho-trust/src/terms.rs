//! What policies of others say beside who must sign: whether they refuse or warn, for which objects they are, where
//! signatures lie, and what must hold of everything together.

use sekisho_manifest::selector::Selector;
use serde_json::Value;

use crate::rego::Rego;

/// What becomes of an image that is not approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It may not run.
    #[default]
    Enforce,
    /// It may run, and that it is not approved is said.
    Warn,
}

/// Where signatures lie that do not lie beside the image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The repository; none for that of the image.
    pub repository: Option<String>,
    /// What the tags of signatures begin with.
    pub prefix: String,
}

/// The object that an image is for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    /// The group of its kind; empty for the core.
    pub group: String,
    /// The version of its kind.
    pub version: String,
    /// Its resource, in the plural (`pods`).
    pub resource: String,
    /// The object.
    pub object: Value,
}

/// What a policy says beside who must sign. By default nothing.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What becomes of an image that is not approved.
    pub mode: Mode,
    pub(crate) objects: Vec<ObjectPattern>,
    /// The namespace whose objects alone it is for.
    pub(crate) namespace: Option<String>,
    pub(crate) overall: Option<Overall>,
}

/// Objects that a policy is for.
#[derive(Debug, Clone)]
pub(crate) struct ObjectPattern {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) resource: String,
    pub(crate) selector: Option<Selector>,
}

/// What must hold of everything that was verified together.
#[derive(Debug, Clone)]
pub(crate) struct Overall {
    pub(crate) rego: Rego,
    /// Whether it asks for the configurations of the image.
    pub(crate) configuration: bool,
    /// What it asks for of the object.
    pub(crate) shown: Vec<Shown>,
}

/// A part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Spec,
    Metadata,
    TypeMetadata,
}

impl Terms {
    /// Whether the policy is for an object. Where the object is not known it is: nothing is let off by what is not said.
    pub(crate) fn concern(&self, resource: Option<&Resource>) -> bool {
        let Some(resource) = resource else { return true };
        // The API server writes the namespace into what is sent to one.
        let own = resource.object.pointer("/metadata/namespace").and_then(Value::as_str);
        if self.namespace.as_deref().is_some_and(|name| own.is_some_and(|own| own != name)) {
            return false;
        }
        self.objects.is_empty() || self.objects.iter().any(|pattern| pattern.matches(resource))
    }
}

impl ObjectPattern {
    fn matches(&self, resource: &Resource) -> bool {
        let is_kind = self.resource == resource.resource
            && self.group == resource.group
            && (self.version == "*" || self.version == resource.version);
        is_kind
            && self
                .selector
                .as_ref()
                .is_none_or(|selector| selector.matches(&labels_of(&resource.object)[..]))
    }
}

fn labels_of(object: &Value) -> Vec<(String, String)> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    labels.into_iter().flatten().filter_map(text).collect()
}

impl Overall {
    /// What of the object is shown, put into a document.
    pub(crate) fn show(&self, document: &mut serde_json::Map<String, Value>, object: &Value) {
        let field = |name: &str| object.get(name).cloned();
        for shown in &self.shown {
            let (name, value) = match shown {
                Shown::Spec => ("spec", field("spec")),
                Shown::Metadata => ("metadata", field("metadata")),
                Shown::TypeMetadata => {
                    let about =
                        serde_json::json!({ "kind": field("kind"), "apiVersion": field("apiVersion") });
                    ("typemeta", Some(about))
                }
            };
            document.extend(value.map(|value| (name.to_owned(), value)));
        }
    }

    /// Whether the object must be known.
    pub(crate) fn needs_object(&self) -> bool {
        !self.shown.is_empty()
    }
}
