//! Where an object came from and what changed it, as kustomize notes it in annotations on request.

use std::fmt::Write as _;

use smol_str::SmolStr;

use crate::id::Id;

/// The annotation that holds an object's origin.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// The annotation that lists what changed an object.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// Where something came from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Origin {
    /// The file, from the folder where the build began.
    path: String,
    configured_in: String,
    configured_by: Option<Id>,
}

impl Origin {
    /// A file that was read.
    pub(crate) fn file(path: String) -> Self {
        Self { path, ..Self::default() }
    }

    /// What a field of a kustomization stands for.
    pub(crate) fn built_in(kustomization: String, kind: &'static str) -> Self {
        let gvk = crate::id::Gvk::of("", "builtin", kind);
        let id = Id { gvk, ..Id::default() };
        Self { path: String::new(), configured_in: kustomization, configured_by: Some(id) }
    }

    /// A generator or transformer with a file of its own.
    pub(crate) fn plugin(file: &Self, id: Id) -> Self {
        Self { path: String::new(), configured_in: file.path.clone(), configured_by: Some(id) }
    }

    fn fields(&self) -> Vec<(&'static str, SmolStr)> {
        let mut fields =
            vec![("path", self.path.as_str().into()), ("configuredIn", self.configured_in.as_str().into())];
        if let Some(id) = &self.configured_by {
            fields.push(("configuredBy", SmolStr::default()));
            fields.push(("  apiVersion", id.gvk.api_version()));
            fields.push(("  kind", id.gvk.kind.clone()));
            fields.push(("  name", id.name.clone()));
            fields.push(("  namespace", id.namespace.clone()));
        }
        fields.retain(|(key, value)| !value.is_empty() || *key == "configuredBy");
        fields
    }

    /// The text of the annotation.
    pub(crate) fn text(&self) -> String {
        self.lines("", "")
    }

    fn lines(&self, first: &str, others: &str) -> String {
        let mut text = String::new();
        for (place, (key, value)) in self.fields().iter().enumerate() {
            let indent = if place == 0 { first } else { others };
            let space = if value.is_empty() { "" } else { " " };
            // Writing to a `String` does not fail.
            let _ = writeln!(text, "{indent}{key}:{space}{value}");
        }
        text
    }
}

/// The text of the annotation that lists changes.
pub(crate) fn list(origins: &[Origin]) -> String {
    origins.iter().map(|origin| origin.lines("- ", "  ")).collect()
}
