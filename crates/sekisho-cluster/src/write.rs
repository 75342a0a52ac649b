//! Changes of the cluster: create, apply, replace, patch, remove, each with what must hold beforehand.

use sekisho_manifest::Node;
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::error::RequestError;

/// The media type of a JSON merge patch (RFC 7386).
pub const MERGE_PATCH: &str = "application/merge-patch+json";
/// The media type of a JSON patch (RFC 6902).
pub const JSON_PATCH: &str = "application/json-patch+json";
/// The media type of a strategic merge patch.
pub const STRATEGIC_PATCH: &str = "application/strategic-merge-patch+json";

/// How something is applied on the server's side.
#[derive(Debug, Clone, Copy)]
pub struct Applying<'a> {
    /// Who applies: what owns the fields.
    pub manager: &'a str,
    /// Whether fields are taken that another manager owns; else that is a conflict.
    pub force: bool,
    /// Whether the server does all but keep it.
    pub dry_run: bool,
}

/// What becomes of what an object made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// It is removed behind the object.
    #[default]
    Background,
    /// It is removed before the object.
    Foreground,
    /// It stays.
    Orphan,
}

/// How an object is removed.
#[derive(Debug, Clone, Default)]
pub struct Removal<'a> {
    /// The identifier that it must have; none: any.
    pub uid: Option<&'a str>,
    /// The version that it must have; none: any.
    pub version: Option<&'a str>,
    /// What becomes of what it made.
    pub propagation: Propagation,
    /// Whether the server does all but remove it.
    pub dry_run: bool,
}

impl Connection {
    /// Creates an object at the path of its list and yields what the server made of it, with the warnings that it
    /// gave.
    pub fn create(&self, path: &str, object: &str) -> Result<(Node, Vec<String>), RequestError> {
        self.send("POST", path, "application/json", object)
    }

    /// Replaces an object. The version that it names must still be the present one.
    pub fn replace(&self, path: &str, object: &str) -> Result<(Node, Vec<String>), RequestError> {
        self.send("PUT", path, "application/json", object)
    }

    /// Changes an object: `kind` is the media type of the patch.
    pub fn patch(&self, path: &str, kind: &str, change: &str) -> Result<(Node, Vec<String>), RequestError> {
        self.send("PATCH", path, kind, change)
    }

    /// Applies an object on the server's side: creates it, or makes its fields what they are here.
    pub fn apply(
        &self,
        path: &str,
        object: &str,
        how: Applying<'_>,
    ) -> Result<(Node, Vec<String>), RequestError> {
        let manager = percent_encoding::utf8_percent_encode(how.manager, percent_encoding::NON_ALPHANUMERIC);
        let mut path = format!("{path}?fieldManager={manager}&force={}", how.force);
        if how.dry_run {
            path += "&dryRun=All";
        }
        // JSON is YAML, and this media type every server knows.
        self.send("PATCH", &path, "application/apply-patch+yaml", object)
    }

    /// Removes an object, or marks it where something must be done before.
    pub fn remove(&self, path: &str, removal: &Removal<'_>) -> Result<Node, RequestError> {
        let propagation = match removal.propagation {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        };
        let mut options = json!({
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "propagationPolicy": propagation,
            "preconditions": {"uid": removal.uid, "resourceVersion": removal.version},
        });
        if removal.dry_run {
            options["dryRun"] = json!(["All"]);
        }
        retain_values(&mut options);
        self.send("DELETE", path, "application/json", &options.to_string()).map(|(node, _)| node)
    }

    /// Removes an object whatever it is by now.
    pub fn delete(&self, path: &str) -> Result<Node, RequestError> {
        self.remove(path, &Removal::default())
    }
}

/// Takes out what is null, and objects that hold nothing.
fn retain_values(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.values_mut().for_each(retain_values);
        fields.retain(|_, value| !value.is_null() && value.as_object().is_none_or(|inner| !inner.is_empty()));
    }
}
